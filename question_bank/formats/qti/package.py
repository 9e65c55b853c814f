"""Content packages: the manifest, the items it lists, and the files they show."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from question_bank.faults import Place, fault, refusal, shown
from question_bank.formats.archives import Archive
from question_bank.formats.drafts import Gathering
from question_bank.formats.limits import Limits
from question_bank.formats.qti.pictures import resolve
from question_bank.formats.qti.tree import said
from question_bank.formats.xml import Element, parse_xml

MANIFEST = "imsmanifest.xml"
_ITEM = re.compile(r"imsqti.*item", re.IGNORECASE)
_TEST = re.compile(r"imsqti.*(?:test|assessment|section)_", re.IGNORECASE)
_OLD = re.compile(r"imsqti.*v1p?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resource:
    """An item as the manifest lists it: its identifier, the path of its file, and its metadata."""

    identifier: str
    path: str
    metadata: Element | None


def manifest_path(names: tuple[str, ...]) -> str | None:
    """The path of the manifest, which may lie in one folder that holds the whole package."""
    found = [name for name in names if posixpath.basename(name).lower() == MANIFEST and name.count("/") <= 1]
    return min(found, key=lambda name: name.count("/")) if found else None


def open_manifest(archive: Archive, limits: Limits) -> tuple[Element, str]:
    """The root of the manifest and its path.

    Raises BankError: QTI_MANIFEST_MISSING, QTI_MANIFEST_BAD, and those of `parse_xml`.
    """
    path = manifest_path(archive.names)
    if path is None:
        raise refusal("QTI_MANIFEST_MISSING", archive.place)
    place = Place(archive.place.file, item=path)
    root = parse_xml(archive.read(path), place, limits)
    if etree.QName(root).localname != "manifest":
        raise refusal("QTI_MANIFEST_BAD", place)
    return root, path


def title_of(root: Element) -> str:
    """The title of a package in its learning object metadata, or empty."""
    metadata = _child(root, "metadata")
    named = [] if metadata is None else list(metadata.iter("{*}title"))
    return " ".join(said(named[0]).split()) if named else ""


def resources(root: Element, path: str, gathering: Gathering) -> Iterator[Resource]:
    """The items of a package in the order of its manifest; what else it lists is named.

    Raises BankError QTI_VERSION_OLD.
    """
    place = gathering.place(item=path)
    listed = [element for element in root.iter(etree.Element) if etree.QName(element).localname == "resource"]
    kinds = [element.get("type", "") for element in listed]
    if any(_OLD.search(kind) for kind in kinds):
        if not any(_is_item(kind) for kind in kinds):
            raise refusal("QTI_VERSION_OLD", place)
        gathering.warn(fault("QTI_VERSION_OLD", place))
    if any(_TEST.search(kind) for kind in kinds):
        gathering.warn(fault("QTI_TEST_LEFT", place))
    yield from _items(listed, posixpath.dirname(path), gathering, place)


def _items(listed: list[Element], folder: str, gathering: Gathering, place: Place) -> Iterator[Resource]:
    identifiers: set[str] = set()
    paths: set[str] = set()
    for element in listed:
        if not _is_item(element.get("type", "")):
            continue
        identifier = element.get("identifier", "")
        if identifier in identifiers:
            gathering.warn(fault("QTI_RESOURCE_REPEATED", place, value=shown(identifier)))
        identifiers.add(identifier)
        path = _path(element, folder)
        if path is None:
            gathering.reject(fault("QTI_FILE_MISSING", place, name=shown(element.get("href") or identifier)))
        elif path not in paths:
            paths.add(path)
            yield Resource(identifier, path, _child(element, "metadata"))


def _is_item(kind: str) -> bool:
    return _ITEM.match(kind) is not None and not _OLD.search(kind)


def _path(element: Element, folder: str) -> str | None:
    href = element.get("href") or next(
        (child.get("href", "") for child in element if etree.QName(child).localname == "file"), ""
    )
    base = "".join(parent.get("{http://www.w3.org/XML/1998/namespace}base", "") for parent in _upwards(element))
    return resolve(posixpath.join(folder, base), href)


def _upwards(element: Element) -> list[Element]:
    return [*reversed(list(element.iterancestors())), element]


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if etree.QName(child).localname == name), None)
