"""QTI 2.1, 2.2 and 3.0: reads single items and content packages, writes packages of version 2.2."""

import posixpath
import re
from dataclasses import replace

from question_bank.errors import ImportReport
from question_bank.faults import BankError, Change, Place, change, fault, refusal, shown
from question_bank.formats.archives import open_archive
from question_bank.formats.drafts import UNCODED, Defaults, Gathering
from question_bank.formats.limits import Limits
from question_bank.formats.qti.labels import found_block, hint_of, labelled
from question_bank.formats.qti.losses import LOSES
from question_bank.formats.qti.package import MANIFEST, manifest_path, open_manifest, resources, title_of
from question_bank.formats.qti.pictures import Fetch, resolve
from question_bank.formats.qti.reading import is_item, read_item
from question_bank.formats.qti.tree import canonical
from question_bank.formats.qti.writing import write
from question_bank.formats.xml import Element, is_xml, parse_xml
from question_bank.items import Item, fingerprint

__all__ = ["LOSES", "MANIFEST", "is_package", "looks_like_item", "read", "write"]

_ITEM_ROOT = re.compile(r"<(?:\w+:)?(?:assessmentItem|qti-assessment-item)[\s>]")
ITEM_ELEMENTS = 5_000  # of one item; a long case has some hundreds
_ELEMENTS, _ELEMENTS_PER_KIBIBYTE = 20_000, 100  # of all items of a package, by its packed size
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def looks_like_item(text: str) -> bool:
    """Whether a text is an assessment item of QTI 2 or 3."""
    return _ITEM_ROOT.search(text[:4000]) is not None


def is_package(names: tuple[str, ...]) -> bool:
    """Whether an archive with these members is a content package."""
    return manifest_path(names) is not None


def read(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read one item or a package of items; `place.item` is the item's identifier or path.

    Raises BankError for a file unusable as a whole: those of `open_archive`, `parse_xml` and the manifest, and
    QTI_ITEM_EXPECTED.
    """
    gathering = Gathering(name, limits, defaults)
    of_items = replace(limits, xml_elements=min(limits.xml_elements, ITEM_ELEMENTS))
    if is_xml(data) or not data.startswith(b"PK"):
        place = Place(name)
        root = parse_xml(data, place, of_items)
        if not is_item(root):
            raise refusal("QTI_ITEM_EXPECTED", place)
        _Reader(gathering, of_items, lambda _path: None, len(data)).item(root, "", None)
        return gathering.report("qti")
    of_package = replace(limits, archive_members=max(limits.archive_members, limits.package_members))
    archive = open_archive(Place(name), data, of_package, declarations=True)
    known = frozenset(archive.names)
    reader = _Reader(gathering, of_items, lambda path: archive.read(path) if path in known else None, len(data))
    manifest, path = open_manifest(archive, limits)
    for resource in resources(manifest, path, gathering):
        reader.file(resource.path, resource.metadata)
    return gathering.report("qti", title_of(manifest))


class _Reader:
    """Reads items one by one into a gathering; one that cannot be read never stops the others."""

    def __init__(self, gathering: Gathering, limits: Limits, fetch: Fetch, packed: int) -> None:
        self._gathering = gathering
        self._limits = limits
        self._fetch = fetch
        self._most = self._left = _ELEMENTS + _ELEMENTS_PER_KIBIBYTE * packed // 1024

    def file(self, path: str, metadata: Element | None) -> None:
        """Read an item's file from the package."""
        place = self._gathering.place(item=shown(path))
        data = self._fetch(path)
        if data is None:
            self._gathering.reject(fault("QTI_FILE_MISSING", place, name=shown(path)))
            return
        try:
            root = parse_xml(data, place, self._limits)
        except BankError as error:
            self._gathering.reject(error.fault)
            return
        if not is_item(root):
            self._gathering.reject(fault("QTI_ITEM_EXPECTED", place))
            return
        self.item(root, posixpath.dirname(path), metadata)

    def item(self, root: Element, folder: str, metadata: Element | None) -> None:
        """Read an item and add it, or reject it. Raises BankError XML_LARGE where all items together are too large."""
        self._left -= sum(1 for _ in root.iter())
        if self._left < 0:
            raise refusal("XML_LARGE", self._gathering.place(), limit=self._most)
        stated = root.get("identifier", "")
        block = found_block(metadata)
        place = self._gathering.place(item=shown(stated) or None)
        try:
            bare = labelled(self._gathering, _code(stated), metadata, place)
            stimuli = self._stimuli(root, folder, place)
            found = read_item(root, bare, self._fetch, folder, hint_of(block, place), place, stimuli)
        except BankError as error:
            at = error.place if error.place.file else place
            self._gathering.reject(fault(error.code, at, **error.data))
            return
        item, changes = _coded(found.item, stated, place)
        before = len(self._gathering.accepted)
        self._gathering.add(item, place, changes)
        if len(self._gathering.accepted) == before:
            return
        self._gathering.warn(*(fault("PICTURE_UNDESCRIBED", place, name=shown(name)) for name in found.undescribed))
        if found.kept:
            self._gathering.warn(fault("QTI_KEPT", place, names=shown(", ".join(found.kept))))

    def _stimuli(self, root: Element, folder: str, place: Place) -> list[Element]:
        """The texts that an item of version 3 shares with others. Raises BankError QTI_FILE_MISSING."""
        found = []
        for reference in root.iter("{*}assessmentStimulusRef", "{*}qti-assessment-stimulus-ref"):
            path = resolve(folder, reference.get("href", ""))
            data = None if path is None else self._fetch(path)
            if data is None:
                raise refusal("QTI_FILE_MISSING", place, name=shown(reference.get("href", "")))
            body = canonical(parse_xml(data, place, self._limits)).find("stimulusBody")
            if body is not None:
                found.append(body)
        return found


def _code(stated: str) -> str:
    """The identifier as a code, UNCODED where it cannot be one."""
    plain = stated.strip().lstrip("_")
    return plain if _CODE.fullmatch(plain) else UNCODED


def _coded(item: Item, stated: str, place: Place) -> tuple[Item, tuple[Change, ...]]:
    """The item under a code from its content where its identifier cannot be one."""
    if item.code != UNCODED or stated.strip().lstrip("_") == UNCODED:
        return item, ()
    code = f"Q-{fingerprint(item)[:12].upper()}"
    parts = tuple(replace(part, code=f"{code}.{number}") for number, part in enumerate(item.parts, 1))
    return replace(item, code=code, parts=parts), (change("CODE_DERIVED", place, code=code),)
