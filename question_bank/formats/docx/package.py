"""Opens a .docx safely: its parts as XML, its relationships, its pictures."""

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from question_bank.faults import BankError, Fault, Place, fault, refusal, shown
from question_bank.formats.archives import Archive, open_archive
from question_bank.formats.limits import Limits
from question_bank.formats.xml import Element, parse_xml
from question_bank.items import Picture, media_type_of

_MAIN = "word/document.xml"
_MACROS = b"macroEnabled"


def local(element: Element) -> str:
    """The name without its namespace; transitional and strict documents differ in nothing else."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by its name without namespace."""
    if element is None:
        return None
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)


def child(element: Element | None, *names: str) -> Element | None:
    """The element reached by these names, one level each."""
    for name in names:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element


@dataclass(frozen=True, slots=True)
class Relation:
    """What a relationship id of the document stands for: a part's path, or an address outside."""

    target: str
    external: bool
    kind: str  # the last word of its type: image, styles, numbering …


class Package:
    """The parts of one document."""

    def __init__(self, place: Place, archive: Archive, limits: Limits) -> None:
        self.place = place
        self._archive = archive
        self._limits = limits
        self._pictures: dict[str, Picture | Fault] = {}
        self.main = self._main_path()
        self.relations = self._relations(self.main)
        self.body = self._body()
        self.styles = self._related("styles")
        self.numbering = self._related("numbering")

    def _main_path(self) -> str:
        found = self._relations("")
        path = next((one.target for one in found.values() if one.kind == "officeDocument"), _MAIN)
        if path not in self._archive.names:
            raise refusal("DOCX_BAD", self.place)
        return path

    def _body(self) -> Element:
        if self._archive.size(self.main) > self._limits.document_bytes:
            raise refusal("DOCX_LARGE", self.place, limit=self._limits.document_bytes)
        body = child(self._xml(self.main), "body")
        if body is None:
            raise refusal("DOCX_BAD", self.place)
        return body

    def _xml(self, path: str) -> Element:
        return parse_xml(self._archive.read(path), self.place, self._limits)

    def _related(self, kind: str) -> Element | None:
        path = next((one.target for one in self.relations.values() if one.kind == kind and not one.external), None)
        if path is None or path not in self._archive.names:
            return None
        if self._archive.size(path) > self._limits.document_bytes:
            raise refusal("DOCX_LARGE", self.place, limit=self._limits.document_bytes)
        return self._xml(path)

    def _relations(self, part: str) -> dict[str, Relation]:
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._archive.names:
            return {}
        found = {}
        for one in self._xml(path):
            external = attribute(one, "TargetMode") == "External"
            target = attribute(one, "Target") or ""
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
            kind = (attribute(one, "Type") or "").rpartition("/")[2]
            found[attribute(one, "Id") or ""] = Relation(target, external, kind)
        return found

    def picture(self, relation: str, alt: str) -> Picture | Fault:
        """The picture that a relationship stands for, or what keeps it out."""
        known = self._pictures.get(relation)
        if known is None:
            known = self._pictures[relation] = self._load(relation)
        if isinstance(known, Fault):
            return known
        return Picture(known.name, known.media_type, known.data, alt)

    def _load(self, relation: str) -> Picture | Fault:
        found = self.relations.get(relation)
        if found is None or found.external or found.target not in self._archive.names:
            name = posixpath.basename(found.target) if found else relation
            return fault("PICTURE_LOST", self.place, name=shown(name))
        name = posixpath.basename(found.target)
        data = self._archive.read(found.target)
        media_type = media_type_of(data)
        if media_type is None:
            return fault("PICTURE_FORMAT", self.place, name=shown(name))
        return Picture("".join(char for char in name if char.isalnum() or char in "._-")[-100:], media_type, data, "")


def open_package(place: Place, data: bytes, limits: Limits) -> Package:
    """The document's parts.

    Raises BankError: as `open_archive` and `parse_xml`, DOCX_MACROS, DOCX_BAD, DOCX_LARGE.
    """
    try:
        archive = open_archive(place, data, limits)
    except BankError as error:
        raise refusal("DOCX_MACROS", place) if error.code == "MACROS" else error from None
    types = "[Content_Types].xml"
    if types in archive.names and _MACROS in archive.read(types):
        raise refusal("DOCX_MACROS", place)
    return Package(place, archive, limits)
