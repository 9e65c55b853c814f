"""Readers and writers of question files, behind one `read` that recognises the format."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePath

from question_bank.errors import ImportReport
from question_bank.faults import BankError, Place, refusal, shown
from question_bank.formats import aiken, docx, gift, moodle, native, plain_text, qti, tabular
from question_bank.formats.drafts import Defaults
from question_bank.formats.encoding import decode
from question_bank.formats.limits import Limits
from question_bank.formats.office import OLE, old_office_code

__all__ = ["FORMATS", "Defaults", "Limits", "detect", "read"]

Reader = Callable[[str, bytes, Limits, Defaults], ImportReport]
FORMATS: dict[str, Reader] = {
    "native": native.read,
    "plain_text": plain_text.read,
    "csv": tabular.read_csv,
    "xlsx": tabular.read_xlsx,
    "docx": docx.read,
    "moodle": moodle.read,
    "gift": gift.read,
    "aiken": aiken.read,
    "qti": qti.read,
}
_FOREIGN = (
    (b"%PDF-", "FILE_PDF"),
    (b"{\\rtf", "FILE_RTF"),
    (b"Rar!", "FILE_ARCHIVE"),
    (b"7z\xbc\xaf", "FILE_ARCHIVE"),
    (b"\x1f\x8b", "FILE_ARCHIVE"),
)


def detect(name: str, data: bytes) -> str:
    """The format by content first and ending second: a key of FORMATS. Raises BankError where none fits."""
    place = Place(shown(PurePath(name).name))
    if data.startswith(OLE):
        raise BankError(old_office_code(data), place)
    for mark, code in _FOREIGN:
        if data.startswith(mark):
            raise BankError(code, place)
    if data.startswith(b"PK"):
        return _detect_archive(place, data)
    text, _ = decode(place, data)
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("{") or name.lower().endswith(".json"):
        return "native"
    if head.startswith("<") and (found := _detect_markup(place, head)):
        return found
    return _detect_lines(name, head)


def _detect_lines(name: str, head: str) -> str:
    if name.lower().endswith((".csv", ".tsv")) or tabular.looks_tabular(head):
        return "csv"
    if name.lower().endswith(".gift") or gift.looks_like_gift(head):
        return "gift"
    return "aiken" if aiken.looks_like_aiken(head) else "plain_text"


def _detect_markup(place: Place, head: str) -> str | None:
    if moodle.looks_like_moodle(head):
        return "moodle"
    if qti.looks_like_item(head):
        return "qti"
    if head[:200].lower().startswith(("<?xml", "<html", "<!doctype", "<quiz")):
        raise refusal("FILE_MARKUP", place)
    return None


def _detect_archive(place: Place, data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise refusal("ARCHIVE_BAD", place) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if qti.is_package(tuple(names)):
        return "qti"
    raise refusal("ARCHIVE_OF_FILES", place)


def read(
    name: str,
    data: bytes,
    format: str = "auto",  # noqa: A002 - the command's own word
    limits: Limits | None = None,
    defaults: Defaults | None = None,
) -> ImportReport:
    """Read a question file of any known format.

    One bad question never stops the rest: it is in `rejected`. Raises BankError, and nothing else, for a file that
    is unusable as a whole.
    """
    ceiling, fallback = limits or Limits(), defaults or Defaults()
    place = Place(shown(PurePath(name).name))
    if len(name) > ceiling.name_characters:
        raise refusal("NAME_TOO_LONG", place, length=len(name), limit=ceiling.name_characters)
    if len(data) > ceiling.file_bytes:
        raise refusal("FILE_TOO_LARGE", place, size=len(data), limit=ceiling.file_bytes)
    if not data:
        raise refusal("FILE_EMPTY", place)
    chosen = detect(name, data) if format == "auto" else format
    if chosen == "tabular":
        chosen = "xlsx" if data.startswith(b"PK") else "csv"
    if chosen not in FORMATS:
        raise refusal("FORMAT_UNKNOWN", place)
    return FORMATS[chosen](place.file, data, ceiling, fallback)
