"""Writes content packages of QTI 2.2: a manifest, a file for each question, and the pictures."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

from lxml import etree

from question_bank.faults import BankError, Place, refusal
from question_bank.formats.limits import Limits
from question_bank.formats.qti.building import address
from question_bank.formats.qti.labels import hint_of, item_block
from question_bank.formats.qti.pictures import file_name
from question_bank.formats.qti.questions import item_document
from question_bank.formats.qti.reading import FORMAT, WHOLE, read_item
from question_bank.formats.xml import Element, parse_xml
from question_bank.items import Item, Opaque, Picture, unprintable

CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the same items give the same bytes
_KINDS = {"v3": "imsqti_item_xmlv3p0", "v2p1": "imsqti_item_xmlv2p1", "": "imsqti_item_xmlv2p2"}

_SAID: tuple[str, ...] = (
    "type",
    "stem",
    "options",
    "key",
    "explanation",
    "prompts",
    "blanks",
    "areas",
    "parts",
    "rubric",
)
_SAID += ("model_answer", "pictures")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A question in the package: its file, its pictures by path, and what its file does not hold."""

    item: Item
    number: int
    document: Element
    pictures: tuple[tuple[str, bytes], ...]
    opaque: tuple[Opaque, ...]

    @property
    def path(self) -> str:
        return f"items/{self.number:04d}.xml"


def write(items: Iterable[Item], title: str = "") -> bytes:
    """A package that reads back to the same items, less what `LOSES` names.

    An item that was read from QTI with something the bank has no place for is written as it was, unless the
    question was changed since. Raises BankError CHARACTER_REFUSED for text that XML cannot hold.
    """
    entries = [_checked_entry(item, number) for number, item in enumerate(items, 1)]
    manifest = _manifest(entries, title)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _put(archive, "imsmanifest.xml", _bytes(manifest))
        for entry in entries:
            _put(archive, entry.path, _bytes(entry.document))
            for path, data in entry.pictures:
                _put(archive, path, data)
    return buffer.getvalue()


def _put(archive: zipfile.ZipFile, path: str, data: bytes) -> None:
    member = zipfile.ZipInfo(path, _BEGINNING)
    member.external_attr, member.create_system = 0o644 << 16, 3
    archive.writestr(member, data, zipfile.ZIP_DEFLATED)


def _bytes(root: Element) -> bytes:
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _checked_entry(item: Item, number: int) -> _Entry:
    try:
        return _entry(item, number)
    except ValueError:  # lxml's word for a character that XML does not have
        texts = (item.stem, item.explanation, *(option.text for option in item.options))
        bad = next((found for text in texts if (found := unprintable(text))), "U+0000")
        raise refusal("CHARACTER_REFUSED", Place(item=item.code), field="items", character=bad) from None


def _entry(item: Item, number: int) -> _Entry:
    folder = f"media/{number:04d}"
    pictures = tuple(_files(item, folder))
    for one in item.opaque:
        if (one.format, one.name) == (FORMAT, WHOLE) and (kept := _kept(item, one, folder)) is not None:
            return _Entry(item, number, kept, pictures, tuple(other for other in item.opaque if other is not one))
    return _Entry(item, number, item_document(item, folder), pictures, item.opaque)


def _files(item: Item, folder: str) -> Iterator[tuple[str, bytes]]:
    yield from ((f"{folder}/{picture.name}", picture.data) for picture in item.pictures)
    for number, part in enumerate(item.parts, 1):
        yield from _files(part, f"{folder}/{number}")


def _kept(item: Item, opaque: Opaque, folder: str) -> Element | None:
    """The item as it was read, its pictures at their new addresses; None where the question is another by now."""
    known: dict[str, tuple[str, Picture]] = {picture.name: (folder, picture) for picture in item.pictures}
    for number, part in enumerate(item.parts, 1):
        known |= {picture.name: (f"{folder}/{number}", picture) for picture in part.pictures}

    def fetch(path: str) -> bytes | None:
        found = known.get(file_name(path))
        return found[1].data if found else None

    place = Place(item=item.code)
    try:
        tree = parse_xml(opaque.text.encode("utf-8", "replace"), place, Limits())
        hint = hint_of(item_block(item, ()), place)
        bare = Item(item.code, item.type, "", (), (), tags=item.tags)
        again = read_item(tree, bare, fetch, "x/y", hint, place).item
    except BankError:
        return None
    if any(getattr(again, name) != getattr(item, name) for name in _SAID):
        return None
    whole = parse_xml(opaque.text.encode("utf-8"), place, Limits())
    for element in whole.iter(etree.Element):
        for attribute in ("src", "data"):
            found = known.get(file_name(element.get(attribute, "")))
            if found:
                element.set(attribute, address(*found))
    return whole


def _manifest(entries: list[_Entry], title: str) -> Element:
    root = etree.Element(etree.QName(CP, "manifest"), {"identifier": "MANIFEST"}, nsmap={None: CP, "lom": LOM})
    metadata = _cp(root, "metadata")
    _cp(metadata, "schema", "QTIv2.2 Package")
    _cp(metadata, "schemaversion", "1.0.0")
    if title:
        _general(metadata, title)
    _cp(root, "organizations")
    listed = _cp(root, "resources")
    for entry in entries:
        _resource(listed, entry)
    return root


def _resource(listed: Element, entry: _Entry) -> None:
    kind = next(kind for mark, kind in _KINDS.items() if mark in etree.QName(entry.document).namespace)
    resource = _cp(listed, "resource", identifier=f"ITEM-{entry.number:04d}", type=kind, href=entry.path)
    metadata = _cp(resource, "metadata")
    general = _general(metadata, entry.item.code)
    for tag in entry.item.tags:
        _lom(_lom(general, "keyword"), "string", tag)
    metadata.append(item_block(entry.item, entry.opaque))
    _cp(resource, "file", href=entry.path)
    for path, _data in entry.pictures:
        _cp(resource, "file", href=quote(path))


def _general(metadata: Element, title: str) -> Element:
    general = _lom(_lom(metadata, "lom"), "general")
    _lom(_lom(general, "title"), "string", title)
    return general


def _cp(parent: Element, name: str, text: str | None = None, /, **attributes: str) -> Element:
    made = etree.SubElement(parent, etree.QName(CP, name), attributes)
    made.text = text
    return made


def _lom(parent: Element, name: str, text: str | None = None) -> Element:
    made = etree.SubElement(parent, etree.QName(LOM, name))
    made.text = text
    return made
