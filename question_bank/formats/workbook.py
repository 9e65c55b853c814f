"""Opens .xlsx safely: the archive is measured and its XML searched before any of it is parsed."""

import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string, get_column_letter

from question_bank.faults import Fault, Place, fault, refusal, shown
from question_bank.formats.archives import open_archive
from question_bank.formats.limits import Limits
from question_bank.items import Picture

_CELL = re.compile(rb"<(?:\w{1,20}:)?c[\s/>]")
_MERGE = re.compile(rb"<(?:\w{1,20}:)?mergeCell\s[^>]{0,80}?ref=\"([A-Z]{1,2})(\d{1,7}):([A-Z]{1,2})(\d{1,7})\"")
_REPEATED_CHARACTERS = 200  # a merged cell with more is one question's own text and stands in its first row only
_WIDE_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]{0,200}?r=\"([A-Z]{2,3})\d+\"[^>/]{0,200}>")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: cells as text, and what is wrong with single cells."""

    sheet: str
    number: int
    cells: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    below: frozenset[int] = frozenset()  # columns, from 0, whose cell is merged with the one above
    pictures: tuple[tuple[int, Picture], ...] = ()  # with the column each stands in


@dataclass(slots=True)
class _Measured:
    """What was seen while unpacking: cells, and the merged cells of each sheet as column → its (first, last) rows."""

    cells: int = 0
    merged: dict[str, dict[int, set[tuple[int, int]]]] = field(default_factory=lambda: defaultdict(_merges))
    merges: int = 0
    pictures: set[str] = field(default_factory=set)


def _merges() -> dict[int, set[tuple[int, int]]]:
    return defaultdict(set)


def measure(place: Place, data: bytes, limits: Limits) -> _Measured:
    """Refuse an archive that is unsafe or a sheet too wide or too full.

    Raises BankError: as `open_archive`, TOO_MANY_COLUMNS, TOO_MANY_CELLS.
    """
    seen = _Measured()

    def look(name: str, window: bytes) -> None:
        if name.startswith("xl/media/"):
            seen.pictures.add(name)
        if "/worksheets/" not in name:
            return
        if _is_too_wide(window, limits):
            raise refusal("TOO_MANY_COLUMNS", place, limit=limits.columns)
        seen.cells += sum(1 for _ in _CELL.finditer(window))
        _note_merges(seen, name, window)
        if seen.cells > limits.cells or seen.merges > limits.cells:
            raise refusal("TOO_MANY_CELLS", place, limit=limits.cells)

    open_archive(place, data, limits, inspect=look)
    return seen


def _note_merges(seen: _Measured, name: str, window: bytes) -> None:
    for left, top, right, bottom in _MERGE.findall(window):
        first, last = int(top), int(bottom)
        columns = range(column_index_from_string(left.decode()) - 1, column_index_from_string(right.decode()))
        seen.merges += 1
        if last > first and len(columns) == 1:
            seen.merged[name][columns[0]].add((first, last))


def _is_too_wide(window: bytes, limits: Limits) -> bool:
    """Whether a cell with content stands beyond the columns that are read; empty styled cells do not count."""
    letters = {match.decode("ascii") for match in _WIDE_CELL.findall(window)}
    return any(column_index_from_string(letter) > limits.columns for letter in letters if letter <= "XFD")


def rows(place: Place, data: bytes, limits: Limits) -> tuple[list[Row], int]:
    """The rows of every sheet with something in them, and how many pictures the workbook holds, which are not read.

    Raises BankError for a workbook that cannot be read.
    """
    seen = measure(place, data, limits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and validations it does not know
        try:
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        except Exception:  # noqa: BLE001 - openpyxl raises whatever a damaged part makes it stumble over
            raise refusal("WORKBOOK_BAD", place) from None
        try:
            if len(book.worksheets) > limits.sheets:
                raise refusal("TOO_MANY_SHEETS", place, count=len(book.worksheets), limit=limits.sheets)
            return _all_rows(place, book.worksheets, seen, limits), len(seen.pictures)
        finally:
            book.close()


def _all_rows(place: Place, sheets: list[Any], seen: _Measured, limits: Limits) -> list[Row]:
    found: list[Row] = []
    characters = 0
    for sheet in sheets:
        merged = _below(seen.merged.get(str(sheet._worksheet_path).lstrip("/"), {}), limits)  # noqa: SLF001
        above: dict[int, str] = {}
        for bare in _sheet_rows(place, sheet, limits):
            row = _filled(bare, merged.get(bare.number, frozenset()), above)
            characters += sum(map(len, row.cells))
            if characters > limits.table_characters:
                raise refusal("TABLE_TOO_LONG", Place(place.file, sheet=row.sheet), limit=limits.table_characters)
            if any(row.cells) or row.faults:
                found.append(row)
    return found


def _below(merged: Mapping[int, set[tuple[int, int]]], limits: Limits) -> dict[int, frozenset[int]]:
    """Row → the columns in which it continues a cell that began above."""
    found: dict[int, set[int]] = defaultdict(set)
    for column, spans in merged.items():
        for first, last in spans:
            for number in range(first + 1, min(last, limits.rows) + 1):
                found[number].add(column)
    return {number: frozenset(columns) for number, columns in found.items()}


def _filled(row: Row, below: frozenset[int], above: dict[int, str]) -> Row:
    """The row with the texts of the merged cells that reach down to it."""
    cells = list(row.cells) + [""] * (max(below, default=-1) + 1 - len(row.cells))
    for column in below:
        cells[column] = above.get(column, "")
    for column, text in enumerate(cells):
        above[column] = text if len(text) <= _REPEATED_CHARACTERS else ""
    return replace(row, cells=tuple(cells), below=below)


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
        if all(cell.value is None for cell in cells):
            continue
        yield _row(Place(place.file, row=number, sheet=title), cells, limits)


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
