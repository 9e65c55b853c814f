"""Marked-up text to plain text and back: questions keep words, not styling."""

import re
import unicodedata
from dataclasses import dataclass
from html import escape, unescape

import nh3

from question_bank.faults import Place, refusal

MARKUP_CHARACTERS = 40_000  # of one text, pictures inside it not counted
MARKUP_TAGS = 5_000
MARKUP_DEPTH = 300
_BLOCKS = frozenset(
    ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody",
     "tfoot", "tr", "caption", "pre", "blockquote", "section", "article", "figure", "figcaption", "hr", "address"]
)  # fmt: skip
_KEPT = _BLOCKS | {"br", "img", "td", "th", "sup", "sub"}
_DROPPED = {"script", "style", "template", "noscript", "title", "head"}
_REFUSED = re.compile(
    r"<\s*(?:\w+:)?(svg|math|object|embed|iframe|applet|video|audio)(?=[\s/>])|\bsrc\s*=\s*[\"']?\s*data:image/(svg)",
    re.IGNORECASE,
)
_INLINE_PICTURE = re.compile(r"data:image/[^\"'\s<>]*", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_VOID = frozenset(
    {"br", "img", "hr", "input", "col", "wbr", "source", "link", "meta", "area", "base", "param", "track"}
)
_TOKEN = re.compile(r"<(/?)([a-z0-9]+)((?:\s[a-z-]+=\"[^\"]*\")*)\s*/?>|([^<]+)")
_ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"")
_CLEANER = nh3.Cleaner(
    tags=set(_KEPT), clean_content_tags=_DROPPED, link_rel=None, url_schemes={"http", "https", "data"},
    attributes={"img": {"src", "alt"}, "ol": {"start"}},
)  # fmt: skip
_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_SPACES = re.compile(r"[ \t\n\r\f]+")
_KEPT_SPACE = re.compile(r"^ | $|(?<= ) ")  # what a browser would swallow


@dataclass(frozen=True, slots=True)
class Image:
    """An image that marked-up text refers to: its address as written, and the words that stand in for it."""

    source: str
    alt: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What marked-up text says: one line a paragraph, list entry or row of a table, and its images in order."""

    text: str
    images: tuple[Image, ...] = ()


def plain_text(html: str, place: Place | None = None) -> tuple[str, tuple[str, ...]]:
    """The text and the addresses of the images it shows. Raises BankError MARKUP_REFUSED as `read_markup`."""
    found = read_markup(html, place)
    return found.text, tuple(image.source for image in found.images)


def read_markup(html: str, place: Place | None = None) -> Reading:
    """The text of HTML or XHTML, as a reader sees it.

    Scripts and styling are dropped, invisible characters too. Raises BankError MARKUP_REFUSED for what would change
    the question if it were left out (SVG, MathML, films, embedded pages), and MARKUP_LARGE.
    """
    if "<" not in html and "&" not in html:
        return Reading(_tidy(html))
    if refused := _REFUSED.search(html):
        raise refusal("MARKUP_REFUSED", place, element=(refused[1] or refused[2]).lower())
    short, pictures = _without_pictures(html)
    _bound(short, place)
    reader = _Reader(pictures)
    for found in _TOKEN.finditer(_CLEANER.clean(short)):
        end, tag, attributes, data = found.groups()
        if data:
            reader.data(unescape(data))
        elif end:
            reader.end(tag)
        else:
            reader.start(tag, {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)})
    return Reading(reader.text(), tuple(reader.images))


def _without_pictures(html: str) -> tuple[str, list[str]]:
    """The text with each picture that stands in it replaced by a short address, and the pictures."""
    pictures: list[str] = []

    def shorten(found: re.Match[str]) -> str:
        pictures.append(found[0])
        return f"data:image/{len(pictures) - 1}"

    return _INLINE_PICTURE.sub(shorten, html), pictures


def _bound(html: str, place: Place | None) -> None:
    """Refuse what no question is: so much markup that cleaning it takes long."""
    depth = deepest = 0
    tags = html.count("&")
    if len(html) <= MARKUP_CHARACTERS:
        for found in _TAG.finditer(html):
            tags += 1
            if tags > MARKUP_TAGS:
                break
            if found[1]:
                depth = max(0, depth - 1)
            elif found[2].lower() not in _VOID:
                depth += 1
                deepest = max(deepest, depth)
    if len(html) > MARKUP_CHARACTERS or tags > MARKUP_TAGS or deepest > MARKUP_DEPTH:
        raise refusal("MARKUP_LARGE", place, length=len(html), limit=MARKUP_CHARACTERS)


def to_markup(text: str, *, block: bool = True) -> str:
    """XHTML that reads back as the same text (less blanks at its ends): lines become breaks, spare spaces no-break."""
    lines = (escape(kept_spaces(line), quote=False) for line in text.split("\n"))
    body = "<br/>".join(lines)
    return f"<p>{body}</p>" if block else body


def kept_spaces(line: str) -> str:
    """The line with no-break spaces where a browser would swallow plain ones."""
    return _KEPT_SPACE.sub("\u00a0", line)


class _Reader:
    """Takes sanitised HTML tag by tag and gathers lines."""

    def __init__(self, pictures: list[str]) -> None:
        self._pictures = pictures
        self.images: list[Image] = []
        self._lines: list[str] = []
        self._line: list[str] = []
        self._lists: list[int | None] = []  # the next number of each open list, None for bullets
        self._shift: list[str] = []  # open sup and sub
        self._verbatim = 0
        self._cells = 0

    def text(self) -> str:
        """Everything read, without blank lines at either end."""
        self._end_block()
        return "\n".join(self._lines).strip()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._end_line()
        elif tag == "img":
            self._image(attributes)
        elif tag in {"sup", "sub"}:
            self._shift.append(tag)
        elif tag in {"td", "th"}:
            if self._cells:
                self._line.append(" | ")
            self._cells += 1
        elif tag in _BLOCKS:
            self._start_block(tag, attributes)

    def _image(self, attributes: dict[str, str]) -> None:
        source = attributes.get("src", "").strip()
        inner = source.removeprefix("data:image/")
        if inner != source and inner.isascii() and inner.isdecimal() and int(inner) < len(self._pictures):
            source = self._pictures[int(inner)]
        self.images.append(Image(source, _tidy(attributes.get("alt", ""))))

    def _start_block(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in {"p", "div"} or not (self._in_cell() or self._at_mark()):
            self._end_block()
        if tag in {"ul", "ol"}:
            start = attributes.get("start", "1")
            self._lists.append(None if tag == "ul" else int(start) if start.isdecimal() and len(start) < 6 else 1)
        elif tag == "li":
            self._line.append(self._mark())
        elif tag == "tr":
            self._cells = 0
        elif tag == "pre":
            self._verbatim += 1

    def end(self, tag: str) -> None:
        if tag in {"sup", "sub"}:
            if self._shift:
                self._shift.pop()
        elif tag in _BLOCKS:
            if not (tag in {"p", "div"} and self._in_cell()):
                self._end_block()
            if tag in {"ul", "ol"} and self._lists:
                self._lists.pop()
            elif tag == "tr":
                self._cells = 0
            elif tag == "pre" and self._verbatim:
                self._verbatim -= 1

    def data(self, said: str) -> None:
        if self._shift:
            self._line.append(_shifted(said, self._shift[-1]))
        elif self._verbatim:
            first, *others = said.split("\n")
            self._line.append(first.replace(" ", "\u00a0"))
            for line in others:
                self._end_line()
                self._line.append(line.replace(" ", "\u00a0"))
        else:
            self._line.append(said)

    def _in_cell(self) -> bool:
        return self._cells > 0

    def _at_mark(self) -> bool:
        """Whether the line so far holds no more than the mark of a list entry."""
        return len(self._line) == 1 and re.fullmatch(r"• |\d+\. ", self._line[0]) is not None

    def _mark(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "• "
        number = self._lists[-1]
        self._lists[-1] = number + 1
        return f"{number}. "

    def _end_line(self) -> None:
        self._lines.append(_tidy("".join(self._line)))
        self._line = []

    def _end_block(self) -> None:
        line = _tidy("".join(self._line))
        self._line = []
        if line:
            self._lines.append(line)


def _tidy(text: str) -> str:
    """One space for each run of blanks, none at the ends; no-break spaces stand and become plain ones."""
    joined = _SPACES.sub(" ", text).strip(" ")
    if joined.isprintable():
        return joined
    return "".join(
        " " if char == "\u00a0" else char
        for char in joined
        if char == "\u00a0" or unicodedata.category(char) not in {"Cf", "Cc"}
    )


def _shifted(text: str, tag: str) -> str:
    """Superscript and subscript in characters of their own, as 10³; marked by ^ and _ where there are none."""
    stripped = text.strip()
    table, mark = (_RAISED, "^") if tag == "sup" else (_LOWERED, "_")
    if not stripped:
        return text
    if all(ord(char) in table for char in stripped):
        return stripped.translate(table)
    return f"{mark}({stripped})"
