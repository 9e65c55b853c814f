"""The visible text of paragraphs: what Word shows, how it stands out, and the pictures in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from question_bank.faults import Fault
from question_bank.formats import fields
from question_bank.formats.docx.package import Package, attribute, child, local
from question_bank.formats.xml import Element
from question_bank.items import Picture

RED, BOLD, UNDERLINE, HIGHLIGHT = "RED", "BOLD", "UNDERLINE", "HIGHLIGHT"
_OFF = {"0", "false", "off", "none"}
_INLINE = {
    *("hyperlink", "ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "bdo", "dir", "r"),
    *("ruby", "rubyBase"),
}
_SIGNS = {"tab": " ", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
_SYMBOLS = {  # (font, code) of the ticks and crosses that Word inserts as symbols
    "Wingdings": {"FC": "√", "FB": "×", "FE": "☑", "FD": "×", "A8": "", "6F": ""},
    "Wingdings 2": {"50": "√", "4F": "×", "52": "☑", "51": "×", "53": "×", "54": "×"},
    "Symbol": {"D6": "√", "B4": "×", "B1": "±", "A3": "≤", "B3": "≥"},
}
_AUTOMATIC = re.compile(
    r"\s*(?:AI 生成的内容可能不正确。|.{0,200}描述已自动生成|.{0,200}Description automatically generated.*)\s*$"
)
_REFERENCES = {"footnoteReference": "DOCX_FOOTNOTES", "endnoteReference": "DOCX_FOOTNOTES"}
_REFERENCES |= {"commentReference": "DOCX_COMMENTS", "altChunk": "DOCX_EMBEDDED", "chart": "DOCX_EMBEDDED"}
_REFERENCES |= {"relIds": "DOCX_EMBEDDED", "del": "DOCX_DELETED", "moveFrom": "DOCX_DELETED"}


@dataclass(slots=True)
class Line:
    """One line as shown. `spans` are (start, end, how it stands out); `pictures` are (where, what or why not)."""

    text: str = ""
    spans: list[tuple[int, int, frozenset[str]]] = field(default_factory=list)
    pictures: list[tuple[int, Picture | Fault]] = field(default_factory=list)

    def add(self, text: str, marks: frozenset[str] = frozenset()) -> None:
        """Add text at the end."""
        if text and marks:
            self.spans.append((len(self.text), len(self.text) + len(text), marks))
        self.text += text

    def join(self, other: "Line", between: str) -> None:
        """Add another line at the end of this one."""
        if self.text and other.text:
            self.text += between
        at = len(self.text)
        self.text += other.text
        self.spans.extend((start + at, end + at, marks) for start, end, marks in other.spans)
        self.pictures.extend((where + at, picture) for where, picture in other.pictures)


class Piece(NamedTuple):
    """A part of a paragraph: text with its marks, or a picture, or the paragraphs of a text box."""

    text: str = ""
    marks: frozenset[str] = frozenset()
    picture: Picture | Fault | None = None
    box: tuple[Element, ...] = ()


class Composer:
    """Turns paragraphs into lines; `left_out` collects the codes of what a document holds beside its text."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.left_out: set[str] = set()
        self._styles = _character_styles(package.styles)

    def lines(self, paragraph: Element) -> list[Line]:
        """The lines of a paragraph; text boxes in it follow as lines of their own."""
        found, boxes = [Line()], list[Line]()
        for text, marks, picture, box in self._pieces(paragraph):
            boxes.extend(line for inner in box for line in self.lines(inner))
            if picture is not None:
                found[-1].pictures.append((len(found[-1].text), picture))
            first, *rest = text.split("\n")
            found[-1].add(first, marks)
            for more in rest:
                found.append(Line())
                found[-1].add(more, marks)
        return found + boxes

    def _pieces(self, element: Element) -> Iterator[Piece]:
        for one in element:
            name = local(one)
            if name in _REFERENCES:
                self.left_out.add(_REFERENCES[name])
            elif name == "r":
                yield from self._run(one)
            elif name in _INLINE:
                yield from self._pieces(one)
            elif name in ("oMath", "oMathPara"):
                self.left_out.add("DOCX_FORMULAS")
                yield Piece("".join(inner.text or "" for inner in one.iter() if local(inner) == "t"))
            elif name == "AlternateContent":
                yield from self._alternative(one)

    def _run(self, run: Element) -> Iterator[Piece]:
        properties = child(run, "rPr")
        if _on(child(properties, "vanish")):
            self.left_out.add("DOCX_HIDDEN")
            return
        marks = self._marks(properties)
        for one in run:
            name = local(one)
            if (text := _run_text(one, name, marks)) is not None:
                yield Piece(text, marks)
            elif name in ("drawing", "pict", "object"):
                yield from self._drawn(one)
            elif name == "AlternateContent":
                yield from self._alternative(one)
            elif name == "ruby":
                yield from self._pieces(one)
            elif name in _REFERENCES:
                self.left_out.add(_REFERENCES[name])

    def _alternative(self, element: Element) -> Iterator[Piece]:
        """Of the same thing drawn in several ways, the first."""
        chosen = child(element, "Choice")
        chosen = child(element, "Fallback") if chosen is None else chosen
        if chosen is not None:
            yield from self._drawn(chosen)
            yield from self._pieces(chosen)

    def _drawn(self, element: Element) -> Iterator[Piece]:
        named = next((one for one in element.iter() if local(one) == "docPr"), None)
        alt = attribute(named, "descr") or attribute(named, "title") or ""
        for one in element.iter():
            name = local(one)
            if name == "txbxContent":
                yield Piece(box=tuple(inner for inner in one if local(inner) == "p"))
            elif name in ("blip", "imagedata") and not _inside_box(one, element):
                relation = attribute(one, "embed") or attribute(one, "id") or attribute(one, "link") or ""
                yield Piece(picture=self._picture(relation, alt or attribute(one, "title") or ""))
            elif name in _REFERENCES:
                self.left_out.add(_REFERENCES[name])

    def _picture(self, relation: str, alt: str) -> Picture | Fault:
        said = _AUTOMATIC.sub("", fields.squeeze(fields.narrow(alt.replace("\n", " "))))
        return self.package.picture(relation, said)

    def _marks(self, properties: Element | None) -> frozenset[str]:
        if properties is None:
            return frozenset()
        style = self._styles.get(attribute(child(properties, "rStyle"), "val") or "", frozenset())
        own, off = _own_marks(properties)
        return (style - off) | own


def _inside_box(element: Element, top: Element) -> bool:
    for above in element.iterancestors():
        if above is top:
            return False
        if local(above) == "txbxContent":
            return True
    return False


def _own_marks(properties: Element) -> tuple[frozenset[str], frozenset[str]]:
    """The marks that run properties set, and those they switch off."""
    said: dict[str, bool] = {}
    if (bold := child(properties, "b")) is not None:
        said[BOLD] = _on(bold)
    if (line := child(properties, "u")) is not None:
        said[UNDERLINE] = attribute(line, "val") not in (None, "none")
    if (colour := child(properties, "color")) is not None:
        said[RED] = _is_red(attribute(colour, "val") or "")
    light = attribute(child(properties, "highlight"), "val")
    shade = attribute(child(properties, "shd"), "fill")
    if light is not None or shade is not None:
        said[HIGHLIGHT] = (light or "none") not in ("none", "white") or (shade or "auto").lower() not in (
            "auto",
            "ffffff",
        )
    return frozenset(name for name, on in said.items() if on), frozenset(name for name, on in said.items() if not on)


def _on(element: Element | None) -> bool:
    return element is not None and (attribute(element, "val") or "true").lower() not in _OFF


def _is_red(value: str) -> bool:
    """Plain or dark red, as in the standard colours of Word."""
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        return False
    red, green, blue = (int(value[at : at + 2], 16) for at in (0, 2, 4))
    return red >= 0x90 and green <= 0x50 and blue <= 0x50


def _character_styles(styles: Element | None) -> dict[str, frozenset[str]]:
    found = {}
    for style in styles if styles is not None else ():
        properties = child(style, "rPr")
        if local(style) == "style" and attribute(style, "type") == "character" and properties is not None:
            found[attribute(style, "styleId") or ""] = _own_marks(properties)[0]
    return found


def _shown(text: str, marks: frozenset[str]) -> str:
    """Underlined spaces are a line to write on; a line end inside a run is a space in XML."""
    plain = re.sub(r"[\r\n]", " ", text)
    return "____" if UNDERLINE in marks and plain and not plain.strip() else plain


def _run_text(element: Element, name: str, marks: frozenset[str]) -> str | None:
    """The characters that an element of a run stands for; None where it stands for something else."""
    if name == "t":
        return _shown(element.text or "", marks)
    if name == "br":
        return "\n" if attribute(element, "type") in (None, "textWrapping") else ""
    if name == "sym":
        return _symbol(element)
    return _shown(_SIGNS[name], marks) if name in _SIGNS else None


def _symbol(element: Element) -> str:
    code = (attribute(element, "char") or "").upper()[-2:]
    return _SYMBOLS.get(attribute(element, "font") or "", {}).get(code, "\N{REPLACEMENT CHARACTER}")
