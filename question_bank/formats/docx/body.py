"""The paragraphs and tables of a document in their order: lines to read as text, and tables to read as sheets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from question_bank.faults import Fault, Place, fault, refusal
from question_bank.formats.docx.numbering import Numbering
from question_bank.formats.docx.package import Package, attribute, child, local
from question_bank.formats.docx.text import Composer, Line
from question_bank.formats.limits import Limits
from question_bank.formats.tabular import has_headings
from question_bank.formats.workbook import Row
from question_bank.formats.xml import Element
from question_bank.items import Picture

_WRAPPERS = {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"}
_HEADING_ROWS = 3  # the headings of a table of questions stand in one of its first rows
_APART = "   "  # between the cells of a row that lays out one line


@dataclass(slots=True)
class Cell:
    """One cell as it lies on the grid: its column, its lines, and whether it continues the cell above."""

    column: int
    width: int
    lines: list[Line]
    below: bool


@dataclass(slots=True)
class Document:
    """What a document shows: its lines, and its tables of questions."""

    lines: list[Line] = field(default_factory=list)
    tables: list[list[Row]] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)


def document_of(package: Package, place: Place, limits: Limits) -> Document:
    """The document in reading order. Raises BankError: TOO_MANY_ROWS, TOO_MANY_COLUMNS, LINE_TOO_LONG."""
    return _Body(package, place, limits).read()


class _Body:
    def __init__(self, package: Package, place: Place, limits: Limits) -> None:
        self.package = package
        self.place = place
        self.limits = limits
        self.numbering = Numbering(package.numbering, package.styles)
        self.composer = Composer(package)
        self.found = Document()

    def read(self) -> Document:
        for block in _blocks(self.package.body):
            if local(block) == "p":
                self._take(self._paragraph(block))
            else:
                self._table(block)
        self.found.left_out = self.composer.left_out
        return self.found

    def _take(self, lines: Iterable[Line]) -> None:
        for line in lines:
            if len(line.text) > self.limits.line_characters:
                at = Place(self.place.file, len(self.found.lines) + 1)
                raise refusal("LINE_TOO_LONG", at, length=len(line.text), limit=self.limits.line_characters)
            self.found.lines.append(line)

    def _paragraph(self, paragraph: Element) -> list[Line]:
        lines = self.composer.lines(paragraph)
        shown = any(line.text.strip() or line.pictures for line in lines)
        label = self.numbering.label(child(paragraph, "pPr")) if shown else ""
        if label:
            first = Line(label)
            first.join(lines[0], "" if label.endswith(("、", "．", ")", "）")) else " ")
            lines[0] = first
        return lines

    def _table(self, table: Element) -> None:
        rows = [self._cells(row) for row in _rows(table)]
        if any(has_headings(_texts(row, self.limits)) for row in rows[:_HEADING_ROWS]):
            self._questions(rows)
            return
        for row in rows:
            self._take(_laid_out(row))

    def _cells(self, row: Element) -> list[Cell]:
        found: list[Cell] = []
        column = _integer(attribute(child(row, "trPr", "gridBefore"), "val"), 0)
        for cell in row:
            if local(cell) in _WRAPPERS:
                cell = next((one for one in cell.iter() if local(one) == "tc"), cell)  # noqa: PLW2901
            if local(cell) != "tc":
                continue
            properties = child(cell, "tcPr")
            merge = child(properties, "vMerge")
            below = merge is not None and attribute(merge, "val") != "restart"
            width = max(1, _integer(attribute(child(properties, "gridSpan"), "val"), 1))
            found.append(Cell(column, width, self._inner(cell), below))
            column += width
            if column > self.limits.columns * 4:
                raise refusal("TOO_MANY_COLUMNS", self.place, limit=self.limits.columns)
        return found

    def _inner(self, cell: Element) -> list[Line]:
        """The lines of a cell; a table within it is laid out."""
        found: list[Line] = []
        for block in _blocks(cell):
            if local(block) == "p":
                found.extend(self._paragraph(block))
            else:
                found.extend(line for row in _rows(block) for line in _laid_out(self._cells(row)))
        return found

    def _questions(self, rows: list[list[Cell]]) -> None:
        """Keep a table of questions as the rows of a sheet, merged cells filled downwards as in a workbook."""
        if len(rows) > self.limits.rows:
            raise refusal("TOO_MANY_ROWS", self.place, limit=self.limits.rows)
        sheet = f"表{len(self.found.tables) + 1}"
        above: dict[int, str] = {}
        table: list[Row] = []
        for number, cells in enumerate(rows, 1):
            row = self._row(sheet, number, cells)
            texts = [above.get(at, "") if at in row.below else text for at, text in enumerate(row.cells)]
            above = dict(enumerate(texts))
            table.append(replace(row, cells=tuple(texts)))
        self.found.tables.append(table)

    def _row(self, sheet: str, number: int, cells: list[Cell]) -> Row:
        place = Place(self.place.file, row=number, sheet=sheet)
        pictures: list[tuple[int, Picture]] = []
        faults: list[Fault] = []
        for cell in cells:
            for line in cell.lines:
                for _, picture in line.pictures:
                    if isinstance(picture, Fault):
                        faults.append(picture)
                    else:
                        pictures.append((cell.column, picture))
            if any(len(line.text) > self.limits.cell_characters for line in cell.lines):
                column = str(cell.column + 1)
                faults.append(fault("CELL_TOO_LONG", place, column=column, limit=self.limits.cell_characters))
        below = frozenset(cell.column for cell in cells if cell.below)
        return Row(sheet, number, _texts(cells, self.limits), tuple(faults), below, tuple(pictures))


def _blocks(element: Element) -> Iterator[Element]:
    for one in element:
        name = local(one)
        if name in ("p", "tbl"):
            yield one
        elif name in _WRAPPERS:
            yield from _blocks(one)


def _rows(table: Element) -> Iterator[Element]:
    for one in table:
        if local(one) == "tr":
            yield one
        elif local(one) in _WRAPPERS:
            yield from _rows(one)


def _texts(cells: list[Cell], limits: Limits) -> tuple[str, ...]:
    """The cells of a row by column of the grid."""
    texts = [""] * min(max((cell.column + cell.width for cell in cells), default=0), limits.columns * 4)
    for cell in cells:
        text = "\n".join(line.text.strip() for line in cell.lines if line.text.strip())
        if cell.column < len(texts) and len(text) <= limits.cell_characters:
            texts[cell.column] = text
    return tuple(texts)


def _laid_out(cells: list[Cell]) -> list[Line]:
    """The lines of a row that only lays out: cells of one line each stand side by side, others below each other."""
    shown = [[line for line in cell.lines if line.text.strip() or line.pictures] for cell in cells if not cell.below]
    if any(len(lines) > 1 for lines in shown):
        return [line for lines in shown for line in lines]
    whole = Line()
    for lines in shown:
        for line in lines:
            whole.join(line, _APART)
    return [whole] if whole.text or whole.pictures else []


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 5 else otherwise
