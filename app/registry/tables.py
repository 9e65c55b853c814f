"""Read a .csv or .xlsx of unknown origin into plain rows, or refuse it with one clear error. Pure.

What the file is, is judged by its bytes and not by its name. Formulas, macros, entities and archives that unpack to
much more than they are, are refused as a whole, because a list that needs them is not a list of facts.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from app.core.errors import N_, Invalid


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold. Sizes in bytes, texts in characters."""

    size: int = 20 * 2**20
    rows: int = 20_000
    columns: int = 60
    cell: int = 2_000
    file_name: int = 255
    archive_entries: int = 500
    archive_size: int = 200 * 2**20
    archive_ratio: int = 200


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its tidy text, whether tidying changed it, and whether the spreadsheet kept it as a number."""

    text: str
    tidied: bool = False
    number: bool = False


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Line:
    """One row with the number it has in the file, counting from 1."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file as read. `form` is csv or xlsx, `encoding` that of a csv; rows that are quite empty are left out."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    form: str
    encoding: str


class TableFault(Invalid):
    """The file cannot be used at all; nothing of it was."""

    def __init__(self, code: str, msgid: str, **data: object) -> None:
        super().__init__(code, msgid, field="file", **data)


HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
NUMBER_LIKE = re.compile(r"[+-](\d[\d .()\-]*)?")
BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff·]) +(?=[\u3400-\u9fff·])")


def tidy(text: str) -> str:
    """Half-width letters, digits and signs, single spaces, none outside and none between Chinese characters."""
    plain = text.translate(HALF_WIDTH).translate(INVISIBLE)
    return BETWEEN_HAN.sub("", " ".join(plain.split()))


def read_table(name: str, data: bytes, limits: Limits = LIMITS) -> Table:
    """Read a table. Raises TableFault with the first thing that makes the file unusable."""
    if len(name) > limits.file_name:
        raise TableFault(
            "file-name-too-long", N_("The file's name is longer than %(limit)s characters."), limit=limits.file_name
        )
    if not data:
        raise TableFault("file-empty", N_("The file is empty."))
    if len(data) > limits.size:
        raise TableFault("file-too-large", N_("The file is larger than %(limit)s MB."), limit=limits.size // 2**20)
    if data.startswith(b"PK"):
        return _assembled(_xlsx_rows(data, limits), "xlsx", "", limits)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableFault("xls-old", N_("This is an old .xls or a locked workbook; save it as .xlsx with no password."))
    text, encoding = _decoded(data)
    return _assembled(_csv_rows(text, limits), "csv", encoding, limits)


def _assembled(rows: Iterable[tuple[int, list[Cell]]], form: str, encoding: str, limits: Limits) -> Table:
    headings: tuple[str, ...] = ()
    lines: list[Line] = []
    for number, cells in rows:
        if not any(cell.text for cell in cells):
            continue
        if not headings:
            headings = _headings(cells)
            continue
        if len(lines) == limits.rows:
            raise TableFault("too-many-rows", N_("The file has more than %(limit)s rows; split it."), limit=limits.rows)
        lines.append(_line(number, cells, len(headings)))
    if not lines:
        raise TableFault("no-rows", N_("The file has headings but no rows.") if headings else N_("The file is empty."))
    return Table(headings, tuple(lines), form, encoding)


def _headings(cells: list[Cell]) -> tuple[str, ...]:
    texts = [cell.text for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    seen: set[str] = set()
    for text in texts:
        if text and text in seen:
            raise TableFault("heading-twice", N_("The heading “%(heading)s” stands there twice."), heading=text)
        seen.add(text)
    return tuple(texts)


def _line(number: int, cells: list[Cell], width: int) -> Line:
    if any(cell.text for cell in cells[width:]):
        raise TableFault(
            "row-too-wide", N_("Row %(row)s has more cells than there are headings; nothing was read."), row=number
        )
    return Line(number, tuple(cells[:width]) + (EMPTY,) * (width - len(cells)))


def _cell(raw: str, row: int, column: int, limits: Limits, *, number: bool = False) -> Cell:
    place = f"{get_column_letter(column)}{row}"
    if len(raw) > limits.cell:
        raise TableFault(
            "cell-too-long",
            N_("The cell %(place)s has more than %(limit)s characters."),
            place=place,
            limit=limits.cell,
        )
    text = tidy(raw)
    if any(unicodedata.category(c) == "Cc" for c in text):
        raise TableFault("control-character", N_("The cell %(place)s holds a control character."), place=place)
    if _formula(text):
        raise _formula_fault(place)
    return Cell("" if text in ("-", "--", "—", "——") else text, text != raw.strip("\r\n"), number)


def _formula(text: str) -> bool:
    if text.startswith(("=", "@")):
        return True
    return text.startswith(("+", "-")) and not (NUMBER_LIKE.fullmatch(text) or set(text) == {"-"})


def _formula_fault(place: str) -> TableFault:
    return TableFault(
        "formula", N_("The cell %(place)s holds a formula. Paste values only; nothing was read."), place=place
    )


# ---- csv


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strictly(data, (encoding,))
    return _strictly(data, ("utf-8", "gb18030"))


def _strictly(data: bytes, encodings: tuple[str, ...]) -> tuple[str, str]:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise TableFault(
        "not-a-table", N_("This is neither a .xlsx workbook nor a .csv in UTF-8, UTF-16 or GB18030; nothing was read.")
    )


def _csv_rows(text: str, limits: Limits) -> Iterator[tuple[int, list[Cell]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")[: limits.cell * limits.columns]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, fields in enumerate(reader, start=1):
            _narrow_enough(len(fields), limits)
            yield number, [_cell(field, number, i, limits) for i, field in enumerate(fields, start=1)]
    except csv.Error as error:
        if "field larger" in str(error):
            raise TableFault(
                "cell-too-long", N_("The cell %(place)s has more than %(limit)s characters."),
                place=str(number + 1), limit=limits.cell,
            ) from error  # fmt: skip
        raise TableFault(
            "csv-broken", N_("The quotation marks do not match near row %(row)s; nothing was read."), row=number + 1
        ) from error


def _narrow_enough(width: int, limits: Limits) -> None:
    if width > limits.columns:
        raise TableFault(
            "too-many-columns", N_("The file has more than %(limit)s columns."), limit=limits.columns
        )  # fmt: skip


# ---- xlsx


def _xlsx_rows(data: bytes, limits: Limits) -> Iterator[tuple[int, list[Cell]]]:
    _safe_archive(data, limits)
    try:
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = _first_sheet(workbook.worksheets)
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_row=limits.rows * 2 + 1), start=1):
            yield number, _xlsx_cells(row, number, limits)
    except TableFault:
        raise
    except Exception as error:
        raise TableFault("xlsx-broken", N_("The workbook is damaged or not a real .xlsx; nothing was read.")) from error


def _first_sheet(sheets: Iterable[Any]) -> Any:  # noqa: ANN401 - openpyxl's own
    for sheet in sheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise TableFault("no-sheet", N_("The workbook has no visible sheet."))


def _xlsx_cells(row: Iterable[object], number: int, limits: Limits) -> list[Cell]:
    cells: list[Cell] = []
    for column, cell in enumerate(row, start=1):
        value = getattr(cell, "value", None)
        if value is None:
            cells.append(EMPTY)
            continue
        _narrow_enough(column, limits)
        if getattr(cell, "data_type", "") == "f":
            raise _formula_fault(f"{get_column_letter(column)}{number}")
        cells.extend([EMPTY] * (column - 1 - len(cells)))
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        cells.append(_cell(_text_of(value), number, column, limits, number=is_number))
    return cells


def _text_of(value: object) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
    return str(value)


def _safe_archive(data: bytes, limits: Limits) -> None:
    bomb = TableFault("archive-hostile", N_("The workbook unpacks to far more than a list needs; nothing was read."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.archive_entries or sum(e.file_size for e in entries) > limits.archive_size:
                raise bomb
            if not any(e.filename == "xl/workbook.xml" for e in entries):
                raise TableFault("xlsx-broken", N_("The workbook is damaged or not a real .xlsx; nothing was read."))
            _read_bounded(archive, entries, len(data), limits, bomb)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise TableFault("xlsx-broken", N_("The workbook is damaged or not a real .xlsx; nothing was read.")) from error


def _read_bounded(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], packed: int, limits: Limits, bomb: TableFault
) -> None:
    """Unpack every part once, counting what really comes out: sizes in the directory may lie."""
    left = min(limits.archive_size, max(packed, 50_000) * limits.archive_ratio)
    for entry in entries:
        if entry.filename.lower().endswith(("vbaproject.bin", ".exe", ".dll")):
            raise TableFault("macros", N_("The workbook holds macros; save it as .xlsx without them."))
        is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        with archive.open(entry) as part:
            tail = b""
            while chunk := part.read(1 << 16):
                left -= len(chunk)
                if left < 0:
                    raise bomb
                window = tail + chunk.replace(b"\0", b"")
                if is_xml and (b"<!DOCTYPE" in window or b"<!ENTITY" in window):
                    raise TableFault("xml-entities", N_("The workbook declares XML entities; nothing was read."))
                tail = window[-16:]
