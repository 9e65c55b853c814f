"""From rows with headings to items: cells of one row, or of the rows under one merged cell, make one question."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

from question_bank.errors import ImportReport
from question_bank.faults import Fault, Place, change, fault, refusal, shown
from question_bank.formats import fields, workbook
from question_bank.formats.drafts import Defaults, Draft, Gathering
from question_bank.formats.encoding import decode
from question_bank.formats.limits import Limits
from question_bank.formats.picturing import place_pictures
from question_bank.formats.plain_text.options import split_options
from question_bank.formats.tabular.columns import NAMED, NEEDED, NOT_IN_ROWS, columns_of
from question_bank.formats.workbook import Row
from question_bank.items import OPTION_KEYS

HEADING_ROWS = 10  # the headings stand within the first ten rows of a sheet
_FORMULA_START = re.compile(r"[=@]|[+\-](?!\s*\d+(?:\.\d+)?\s*%?$)")
_OPTION_ENDS = re.compile(r"[\n\r]+|\|+|(?<!&)[;；](?=\s*[A-T][.．、:：)）])")


def read_csv(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read comma, semicolon or tab separated rows. Raises BankError for a file unusable as a whole."""
    text, notes = decode(Place(name), data)
    gathering = Gathering(name, limits, defaults)
    gathering.warn(*notes)
    read_rows(gathering, _csv_rows(name, text.removeprefix("\ufeff"), limits))
    return gathering.report("csv")


def read_xlsx(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read every sheet that has headings. Raises BankError for a workbook unusable as a whole."""
    gathering = Gathering(name, limits, defaults)
    found, pictures = workbook.rows(Place(name), data, limits)
    if pictures:
        gathering.warn(fault("WORKBOOK_PICTURES", Place(name), count=pictures))
    read_rows(gathering, found)
    return gathering.report("xlsx")


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate a cell with this text."""
    return _FORMULA_START.match(text) is not None


def _csv_rows(name: str, text: str, limits: Limits) -> Iterator[Row]:
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    source = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(source, None)
        except csv.Error as error:
            raise refusal("CSV_BAD", Place(name, source.line_num), detail=shown(str(error))) from None
        if cells is None:
            return
        if number > limits.rows:
            raise refusal("TOO_MANY_ROWS", Place(name), limit=limits.rows)
        if any(cell.strip() for cell in cells):
            yield _csv_row(Place(name, row=number), cells, limits)


def _csv_row(place: Place, cells: list[str], limits: Limits) -> Row:
    found: list[Fault] = []
    texts = []
    beyond = next((at for at, cell in enumerate(cells[limits.columns :], limits.columns) if cell.strip()), None)
    if beyond is not None:
        found.append(fault("COLUMN_BEYOND", place, column=str(beyond + 1), limit=limits.columns))
    for index, cell in enumerate(cells[: limits.columns]):
        text = cell.strip()
        if len(text) > limits.cell_characters:
            found.append(fault("CELL_TOO_LONG", place, column=str(index + 1), limit=limits.cell_characters))
            text = ""
        elif starts_formula(text):
            found.append(fault("FORMULA", place, column=str(index + 1)))
            text = ""
        elif text.startswith("'") and starts_formula(text[1:]):
            text = text[1:]
        texts.append(text)
    return Row("", place.row or 0, tuple(texts), tuple(found))


def read_rows(gathering: Gathering, rows: Iterable[Row]) -> None:
    """Read the questions of rows that begin with headings, sheet by sheet. Raises BankError HEADINGS_MISSING."""
    _Rows(gathering).read(rows)


class _Rows:
    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.columns: dict[int, str] = {}
        self.sheet: str | None = None
        self.group: list[Row] = []  # the rows of one question

    def read(self, rows: Iterable[Row]) -> None:
        """Read all rows."""
        for row in rows:
            if row.sheet != self.sheet:
                self._end_sheet()
                self.sheet, self.columns = row.sheet, {}
            if self.columns:
                self._row(row)
            elif not self._headings(row) and row.number <= HEADING_ROWS:
                text = shown(" ".join(filter(None, row.cells)))
                self.gathering.warn(fault("STRAY_TEXT", self._place(row), text=text))
        self._end_sheet()
        if not (self.gathering.accepted or self.gathering.rejected or self.columns):
            raise refusal("HEADINGS_MISSING", Place(self.gathering.file))

    def _end_sheet(self) -> None:
        self._end_group()
        if self.sheet is not None and not self.columns:
            self.gathering.warn(fault("SHEET_SKIPPED", Place(self.gathering.file, sheet=self.sheet or None)))

    def _place(self, row: Row, item: str | None = None) -> Place:
        return Place(self.gathering.file, row=row.number, item=item, sheet=row.sheet or None)

    def _headings(self, row: Row) -> bool:
        found = columns_of(row.cells)
        if not set(found.values()) >= NEEDED:
            return False
        self.columns = found
        place = self._place(row)
        for index, cell in enumerate(row.cells):
            if cell and index not in found:
                self.gathering.warn(fault("COLUMN_UNKNOWN", place, heading=shown(cell)))
        names = list(found.values())
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                raise refusal("COLUMN_REPEATED", place, heading=NAMED.get(name, name))
        return True

    def _row(self, row: Row) -> None:
        if self.group and any(self.columns.get(index) == "stem" for index in row.below):
            self.group.append(row)
            return
        self._end_group()
        self.group = [row]

    def _end_group(self) -> None:
        rows, self.group = self.group, []
        if rows:
            self._question(rows)

    def _question(self, rows: list[Row]) -> None:
        """One question of one row, or of the rows beneath one merged stem: their other cells are its lines."""
        first = rows[0]
        values = {name: _joined(rows, index) for index, name in self.columns.items()}
        item = values.get("code") or values.pop("number", "") or None
        place = self._place(first, shown(item) if item else None)
        values.pop("number", None)
        if faults := [found for row in rows for found in row.faults]:
            self.gathering.reject(*(Fault(found.code, place, found.data) for found in faults))
            return
        lost = [cell for row in rows for index, cell in enumerate(row.cells) if cell and index not in self.columns]
        if lost:
            self.gathering.warn(fault("STRAY_TEXT", place, text=shown(" ".join(lost))))
        if any(values.values()):
            draft = _draft(place, values, len(rows))
            pictures = [(self._letter(column), picture) for row in rows for column, picture in row.pictures]
            place_pictures(self.gathering, draft, pictures)
            self.gathering.add_draft(draft)

    def _letter(self, column: int) -> str:
        """The option that a column holds; empty for the other columns."""
        name = self.columns.get(column, "")
        return name if name in OPTION_KEYS else ""


def _joined(rows: list[Row], index: int) -> str:
    cells = (
        row.cells[index].strip()
        for row in rows
        if index < len(row.cells) and (row is rows[0] or index not in row.below)
    )
    return "\n".join(cell for cell in cells if cell)


def _draft(place: Place, values: dict[str, str], rows: int) -> Draft:
    draft = Draft(place, stem=values.pop("stem", ""), key=values.pop("key", ""))
    draft.explanation = values.pop("explanation", "")
    raw_type = fields.narrow(values.pop("type", "")).strip()
    draft.type = fields.read_type(raw_type)
    draft.open_count = raw_type in fields.OPEN_COUNT_NAMES
    if raw_type and draft.type is None:
        draft.faults.append(fault("TYPE_UNKNOWN", place, value=shown(raw_type)))
    elif draft.type in NOT_IN_ROWS:
        draft.faults.append(fault("TYPE_NOT_IN_ROWS", place, type=shown(raw_type)))
    if rows > 1:
        draft.changes.append(change("MERGED_ROWS_JOINED", place, count=rows))
    given = {letter: values.pop(letter, "") for letter in OPTION_KEYS}
    draft.options = _options(draft, given, values.pop("options", ""))
    draft.labels = values
    return draft


def _options(draft: Draft, given: dict[str, str], cell: str) -> list[tuple[str, str]]:
    """From columns of their own, or from one cell with letters, lines or bars."""
    in_columns = [(letter, text) for letter, text in given.items() if text]
    if in_columns and cell:
        draft.faults.append(fault("OPTIONS_TWICE", draft.place))
    if in_columns or not cell:
        return in_columns
    lines = [line.strip() for line in _OPTION_ENDS.split(cell) if line.strip()]
    found: list[tuple[str, str]] = []
    for line in lines:
        lettered = split_options(fields.narrow(line))
        if lettered:
            found.extend((letter, text.rstrip(";；")) for letter, text in lettered)
        elif found and len(lines) > 1 and split_options(fields.narrow(lines[0])):
            found[-1] = (found[-1][0], found[-1][1] + line)
        else:
            found.append((chr(ord("A") + min(len(found), 25)), line))
    if found and not split_options(fields.narrow(lines[0])):
        draft.changes.append(change("LETTERS_GIVEN", draft.place, count=len(found)))
    return found
