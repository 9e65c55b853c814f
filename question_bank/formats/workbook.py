"""Opens .xlsx safely: the archive is measured and its XML searched before any of it is parsed."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string, get_column_letter

from question_bank.faults import Fault, Place, fault, refusal, shown
from question_bank.formats.limits import MEBIBYTE, Limits

_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDE_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]{0,200}?r=\"([A-Z]{2,3})\d+\"[^>/]{0,200}>")
_BROKEN = (
    *(zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError),
    *(ValueError, KeyError, IndexError, NotImplementedError, RuntimeError, OverflowError),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: cells as text, and what is wrong with single cells."""

    sheet: str
    number: int
    cells: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


def measure(place: Place, data: bytes, limits: Limits) -> None:
    """Unpack every member within the limits and refuse declarations of entities.

    Sizes are counted while unpacking, for a directory can lie. Raises BankError: ARCHIVE_BAD, ARCHIVE_TOO_LARGE,
    ARCHIVE_RATIO, ARCHIVE_PATH, ARCHIVE_ENCRYPTED, XML_ENTITIES, MACROS.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _measure(place, archive, limits)
    except _BROKEN:
        raise refusal("ARCHIVE_BAD", place) from None


def _measure(place: Place, archive: zipfile.ZipFile, limits: Limits) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > limits.archive_members:
        raise refusal("ARCHIVE_TOO_LARGE", place, limit=limits.archive_members)
    if len(set(names)) < len(names) or any(_is_path_bad(name) for name in names):
        raise refusal("ARCHIVE_PATH", place)
    total = 0
    for member in members:
        if member.flag_bits & 1:
            raise refusal("ARCHIVE_ENCRYPTED", place)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refusal("ARCHIVE_BAD", place)
        if member.filename.lower().endswith("vbaproject.bin"):
            raise refusal("MACROS", place)
        total += _unpack(place, archive, member, limits, limits.archive_bytes - total)


def _is_path_bad(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name


def _unpack(place: Place, archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits, left: int) -> int:
    """Unpacked bytes of one member."""
    size, tail = 0, b""
    is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    with archive.open(member) as stream:
        while chunk := stream.read(MEBIBYTE):
            size += len(chunk)
            if size > left:
                raise refusal("ARCHIVE_TOO_LARGE", place, limit=limits.archive_bytes)
            if size > MEBIBYTE and size > limits.archive_ratio * max(1, member.compress_size):
                raise refusal("ARCHIVE_RATIO", place, limit=limits.archive_ratio)
            window = (tail + chunk).replace(b"\0", b"")  # UTF-16 hides nothing
            if is_xml and _DECLARATION.search(window):
                raise refusal("XML_ENTITIES", place)
            if "/worksheets/" in member.filename and _is_too_wide(window, limits):
                raise refusal("TOO_MANY_COLUMNS", place, limit=limits.columns)
            tail = chunk[-512:]
    return size


def _is_too_wide(window: bytes, limits: Limits) -> bool:
    """Whether a cell with content stands beyond the columns that are read; empty styled cells do not count."""
    letters = {match.decode("ascii") for match in _WIDE_CELL.findall(window)}
    return any(column_index_from_string(letter) > limits.columns for letter in letters if letter <= "XFD")


def rows(place: Place, data: bytes, limits: Limits) -> list[Row]:
    """The rows of every sheet with something in them. Raises BankError for a workbook that cannot be read."""
    measure(place, data, limits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and validations it does not know
        try:
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        except Exception:  # noqa: BLE001 - openpyxl raises whatever a damaged part makes it stumble over
            raise refusal("WORKBOOK_BAD", place) from None
        try:
            if len(book.worksheets) > limits.sheets:
                raise refusal("TOO_MANY_SHEETS", place, count=len(book.worksheets), limit=limits.sheets)
            return [row for sheet in book.worksheets for row in _sheet_rows(place, sheet, limits)]
        finally:
            book.close()


def _sheet_rows(place: Place, sheet: Any, limits: Limits) -> Iterator[Row]:  # noqa: ANN401 - openpyxl has no types
    title = shown(str(sheet.title))
    source = enumerate(sheet.iter_rows(max_col=limits.columns), 1)
    while True:
        try:
            number, cells = next(source, (0, ()))
        except Exception:  # noqa: BLE001 - as above
            raise refusal("WORKBOOK_BAD", place) from None
        if not number:
            return
        if number > limits.rows:
            raise refusal("TOO_MANY_ROWS", Place(place.file, sheet=title), limit=limits.rows)
        row = _row(Place(place.file, row=number, sheet=title), cells, limits)
        if any(row.cells) or row.faults:
            yield row


def _row(place: Place, cells: tuple[Any, ...], limits: Limits) -> Row:
    texts, found = [], []
    for index, cell in enumerate(cells):
        column = get_column_letter(index + 1)
        text, wrong = _text(cell), None
        if cell.data_type == "f":
            text, wrong = "", fault("FORMULA", place, column=column)
        elif cell.data_type == "e":
            text, wrong = "", fault("CELL_ERROR", place, column=column, value=shown(str(cell.value)))
        elif len(text) > limits.cell_characters:
            text, wrong = "", fault("CELL_TOO_LONG", place, column=column, limit=limits.cell_characters)
        texts.append(text)
        if wrong:
            found.append(wrong)
    return Row(place.sheet or "", place.row or 0, tuple(texts), tuple(found))


def _text(cell: Any) -> str:  # noqa: ANN401 - openpyxl has no types
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
