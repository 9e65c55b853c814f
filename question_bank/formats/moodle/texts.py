"""Texts of Moodle XML in their format, and the pictures inside them."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote, unquote

from lxml import etree

from question_bank.faults import Place, change, fault, refusal, shown
from question_bank.formats.intake import Sketch
from question_bank.formats.markup import Reading, read_markup, to_markup
from question_bank.formats.picturing import UNDESCRIBED
from question_bank.formats.xml import Element
from question_bank.items import Picture, media_type_of

_MARKED = re.compile(r"<[a-zA-Z/!]|&[#a-zA-Z]")
_STORE = "@@PLUGINFILE@@/"
_EMBEDDED = re.compile(r"data:image/[a-z+.-]{1,20};base64,", re.IGNORECASE)
_NAME = re.compile(r"[^\w.-]")


@dataclass(slots=True)
class Pictures:
    """The pictures of one question as they are met."""

    found: list[Picture] = field(default_factory=list)

    def add(self, name: str, data: bytes, alt: str, at: str, sketch: Sketch) -> None:
        """Take one picture under a name of its own; one without words says so, and a warning asks for them."""
        clean = _NAME.sub("_", name)[-90:].lstrip(".") or "picture"
        taken = {picture.name for picture in self.found}
        number = 1
        while (numbered := clean if number == 1 else f"{number}-{clean}") in taken:
            number += 1
        if not alt:
            sketch.warnings.append(fault("PICTURE_UNDESCRIBED", sketch.place, name=shown(numbered)))
        media_type = media_type_of(data) or "application/octet-stream"
        self.found.append(Picture(numbered, media_type, data, alt or UNDESCRIBED, at))


def raw_text(element: Element | None) -> str:
    """What stands in the `text` of an element, as written; empty where there is none."""
    inner = None if element is None else element.find("text")
    return (inner.text or "") if inner is not None else ""


def verbatim(element: Element) -> str:
    """The element as XML, without the line ends and blanks that only lay it out."""
    for inner in element.iter():
        if len(inner) and not (inner.text or "").strip():
            inner.text = None
        if inner is not element and not (inner.tail or "").strip():
            inner.tail = None
    said: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return said


def reading_of(element: Element | None, sketch: Sketch, default: str = "html") -> Reading:
    """The text of an element by its format. Raises BankError MARKUP_REFUSED."""
    raw = raw_text(element)
    format_name = (element.get("format") or default) if element is not None else default
    if format_name == "html" or (format_name == "moodle_auto_format" and _MARKED.search(raw)):
        return read_markup(raw, sketch.place)
    if format_name == "markdown" and raw.strip() and not any(c.code == "MARKDOWN_KEPT" for c in sketch.changes):
        sketch.changes.append(change("MARKDOWN_KEPT", sketch.place))
    return Reading(raw.strip())


def text_of(element: Element | None, sketch: Sketch, name: str, default: str = "html") -> str:
    """A text that has no place for pictures; one that is there is named in a warning."""
    reading = reading_of(element, sketch, default)
    for image in reading.images:
        sketch.warnings.append(fault("PICTURE_MISPLACED", sketch.place, name=shown(image.source), field=name))
    return reading.text


def take_pictures(element: Element | None, reading: Reading, pictures: Pictures, at: str, sketch: Sketch) -> None:
    """Add the pictures that a text shows.

    Raises BankError: PICTURE_ABSENT, PICTURE_ELSEWHERE, PICTURE_DATA_BAD.
    """
    files = {} if element is None else {entry.get("name") or "": entry for entry in element.findall("file")}
    used = set()
    for image in reading.images:
        name = unquote(image.source.removeprefix(_STORE).split("?")[0])
        if found := _EMBEDDED.match(image.source):
            pictures.add(
                "picture", _decoded(image.source[found.end() :], "picture", sketch.place), image.alt, at, sketch
            )
        elif not image.source.startswith(_STORE):
            raise refusal("PICTURE_ELSEWHERE", sketch.place, name=shown(image.source))
        elif (key := name if name in files else name.rsplit("/", 1)[-1]) in files:
            used.add(key)
            pictures.add(key, _decoded(files[key].text or "", key, sketch.place), image.alt, at, sketch)
        else:
            raise refusal("PICTURE_ABSENT", sketch.place, name=shown(name))
    for name in files.keys() - used:
        sketch.warnings.append(fault("FILE_UNUSED", sketch.place, name=shown(name)))


def _decoded(text: str, name: str, place: Place) -> bytes:
    try:
        return base64.b64decode("".join(unquote(text).split()), validate=True)
    except (binascii.Error, ValueError):
        raise refusal("PICTURE_DATA_BAD", place, name=shown(name)) from None


def put_text(parent: Element, name: str, text: str, pictures: tuple[Picture, ...] = (), **more: str) -> Element:
    """Append an element with a text, in HTML where it shows pictures and as plain text otherwise."""
    if not pictures:
        return put_raw(parent, name, text, "plain_text", **more)
    return put_html(parent, name, to_markup(text), pictures, **more)


def put_html(parent: Element, name: str, html: str, pictures: tuple[Picture, ...], **more: str) -> Element:
    """Append an element with a text in HTML and the files of its pictures."""
    shown_ = "".join(
        f'<p><img src="{_STORE}{quote(picture.name)}" alt="{escape(picture.alt)}"/></p>' for picture in pictures
    )
    element = put_raw(parent, name, html + shown_, "html", **more)
    for picture in pictures:
        put_file(element, picture)
    return element


def put_file(parent: Element, picture: Picture) -> None:
    """Append a picture as a file."""
    file = etree.SubElement(parent, "file", name=picture.name, path="/", encoding="base64")
    file.text = base64.b64encode(picture.data).decode("ascii")


def put_raw(parent: Element, name: str, text: str, format_name: str = "", **more: str) -> Element:
    """Append an element with a text as it stands. Raises ValueError for characters that XML does not have."""
    element = etree.SubElement(parent, name, **({"format": format_name} if format_name else {}), **more)
    etree.SubElement(element, "text").text = text
    return element


def put(parent: Element, name: str, value: str) -> Element:
    """Append an element that holds a bare value."""
    element = etree.SubElement(parent, name)
    element.text = value
    return element
