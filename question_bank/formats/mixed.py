"""A folder or an archive of mixed files, imported in one go: a report for each file, repetitions found across all."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeVar

from question_bank.errors import AcceptedRow, ImportReport
from question_bank.faults import BankError, Change, Fault, Place, fault, refusal, shown
from question_bank.formats import Defaults, Limits, detect, read
from question_bank.formats.alike import with_alike
from question_bank.formats.archives import open_archive
from question_bank.items import Item, fingerprint

_OF_FILES = "ARCHIVE_OF_FILES"
_RATIO = 20  # unpacked to packed of a whole batch; question files shrink to a third or less, office files hardly
_JUNK = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}  # what systems leave in folders
Told = TypeVar("Told", Fault, Change)


def read_many(
    files: Iterable[tuple[str, bytes]],
    limits: Limits | None = None,
    defaults: Defaults | None = None,
    bank: Iterable[Item] = (),
) -> tuple[ImportReport, ...]:
    """Read files by name and content; an archive of files counts as the files in it, its name before theirs.

    A file that is unusable as a whole has a report with that one fault, and the rest goes on. A question that an
    earlier file has already, or a code that it has used, is rejected; what is nearly the same, there or in the bank,
    is a warning. Raises BankError BATCH_EMPTY where there is nothing to read.
    """
    ceiling, fallback = limits or Limits(), defaults or Defaults()
    batch = _Batch(ceiling, fallback)
    for name, data in files:
        batch.take(name, data)
    if not batch.reports:
        raise refusal("BATCH_EMPTY")
    return with_alike(batch.reports, bank)


def holds_files(name: str, data: bytes) -> bool:
    """Whether the bytes are an archive of several files, rather than a document, a workbook or a package."""
    try:
        detect(name, data)
    except BankError as error:
        return error.code == _OF_FILES
    return False


class _Batch:
    def __init__(self, limits: Limits, defaults: Defaults) -> None:
        self.limits = limits
        self.defaults = defaults
        self.reports: list[ImportReport] = []
        self._count = 0
        self._seen: dict[str, Place] = {}
        self._codes: dict[str, Place] = {}

    def take(self, name: str, data: bytes, depth: int = 0) -> None:
        """Read one file, or the files in it."""
        path = shown(name)
        if any(part in _JUNK or part.startswith("~$") for part in PurePosixPath(name.replace("\\", "/")).parts):
            return
        try:
            if data.startswith(b"PK") and len(data) <= self.limits.file_bytes and holds_files(name, data):
                for inner, content in self._unpacked(path, data, depth):
                    self.take(f"{name}/{inner}", content, depth + 1)
            else:
                self._keep(path, read(PurePosixPath(name).name, data, "auto", self.limits, self.defaults))
        except BankError as error:
            place = replace(error.place, file=path)
            self.reports.append(ImportReport((), (Fault(error.code, place, error.data),)))

    def _unpacked(self, path: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
        archive = open_archive(Place(path), data, self.limits, depth=depth, declarations=True)
        most = max(self.limits.file_bytes, _RATIO * len(data))
        if sum(map(archive.size, archive.names)) > most:
            raise refusal("BATCH_LARGE", Place(path), limit=most)
        for inner in sorted(archive.names):
            yield inner, archive.read(inner)

    def _keep(self, path: str, report: ImportReport) -> None:
        """Keep a report, its places with the whole path, without what an earlier file has already."""
        accepted: list[AcceptedRow] = []
        rejected = [_moved(one, path) for one in report.rejected]
        for row in report.accepted:
            place = replace(row.place, file=path)
            if found := self._repetition(row.item, place):
                rejected.append(found)
                continue
            accepted.append(AcceptedRow(row.item, place, tuple(_moved(one, path) for one in row.changes)))
        self._count += len(accepted)
        if self._count > self.limits.items:
            raise refusal("TOO_MANY_ITEMS", Place(path), limit=self.limits.items)
        for row in accepted:
            self._seen[fingerprint(row.item)] = self._codes[row.item.code] = row.place
        warnings = tuple(_moved(one, path) for one in report.warnings)
        self.reports.append(ImportReport(tuple(accepted), tuple(rejected), warnings, report.format, report.title))

    def _repetition(self, item: Item, place: Place) -> Fault | None:
        if first := self._seen.get(fingerprint(item)):
            return fault("DUPLICATE_ITEM", place, zh=first.zh, en=first.en)
        if first := self._codes.get(item.code):
            return fault("CODE_REPEATED", place, value=item.code, zh=first.zh, en=first.en)
        return None


def _moved(said: Told, path: str) -> Told:
    return replace(said, place=replace(said.place, file=path))
