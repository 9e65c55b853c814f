"""Items into rows: a workbook or comma separated text, in which nothing is ever a formula."""

import csv
from collections.abc import Iterable
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.worksheet import Worksheet

from question_bank.faults import Place, refusal
from question_bank.formats.fields import TYPE_NAMES
from question_bank.formats.tabular.columns import COLUMNS, KEY_NAMES, LEVEL_NAMES, NOT_IN_ROWS, PAPER_NAMES, headings
from question_bank.formats.tabular.reading import starts_formula
from question_bank.formats.written import Raw, answer_cell, read_written, rubric_cell
from question_bank.items import OPTION_KEYS, Item, ItemType

_WIDE = {"stem", "explanation", "options", "prompts", "key", "rubric"}


def carries(item: Item) -> bool:
    """Whether a row can say what is right in the question, so that reading it gives the same answer."""
    if item.type in NOT_IN_ROWS or any(blank.options for blank in item.blanks):
        return False
    if item.type is ItemType.CLOZE and any(blank.tolerance is not None for blank in item.blanks):
        return False
    labels = {"tolerance": _tolerance(item), "rubric": rubric_cell(item), "prompts": _prompts(item)}
    raw = Raw(item.type, item.stem, item.options, answer_cell(item), labels, Place())
    found = read_written(raw)
    if found is None:
        return True
    said = [blank.accepted for blank in found.blanks]
    same = (found.key, found.prompts, found.rubric, found.model_answer, said)
    return same == (item.key, item.prompts, item.rubric, item.model_answer, [one.accepted for one in item.blanks])


def _tolerance(item: Item) -> str:
    stated = item.blanks[0].tolerance if item.type is ItemType.NUMERIC and item.blanks else None
    return "" if stated is None else f"{stated:f}"


def _prompts(item: Item) -> str:
    return "\n".join(f"{number}. {said}" for number, said in enumerate(item.prompts, 1))


def _cells(item: Item) -> list[str]:
    """The cells of one row. Raises BankError ROW_CANNOT_CARRY."""
    if not carries(item):
        raise refusal("ROW_CANNOT_CARRY", Place(item=item.code), type=item.type.value, code=item.code)
    many = len(item.options) > len(OPTION_KEYS)
    cited = item.citation
    values = {
        "code": item.code,
        "type": TYPE_NAMES[item.type],
        "stem": item.stem,
        **({} if many else {option.key: option.text for option in item.options}),
        "options": "\n".join(f"{option.key}. {option.text}" for option in item.options) if many else "",
        "prompts": _prompts(item),
        "key": KEY_NAMES[item.key[0]] if item.type is ItemType.TRUE_FALSE else answer_cell(item),
        "tolerance": _tolerance(item),
        "rubric": rubric_cell(item),
        "explanation": item.explanation,
        "paper": PAPER_NAMES[item.paper],
        "topic": item.topic,
        "law": cited.law if cited else "",
        "edition": cited.edition if cited else "",
        "article": cited.article if cited else "",
        "level": LEVEL_NAMES[item.level],
        "difficulty": "" if item.difficulty is None else str(item.difficulty),
        "seconds": "" if item.seconds is None else str(item.seconds),
        "tags": "，".join(item.tags),
        "overlay": item.overlay or "",
        "source_fact": item.source_fact or "",
        "author_role": item.author_role,
    }
    return [values.get(column, "") for column in COLUMNS]


def write_xlsx(items: Iterable[Item]) -> bytes:
    """A workbook with Chinese headings; every cell is text, so nothing in it is ever a formula.

    Raises BankError: CHARACTER_REFUSED for control characters, ROW_CANNOT_CARRY for a question that no row can say
    (`carries`).
    """
    return saved(book_of(items))


def book_of(items: Iterable[Item]) -> Workbook:
    """The workbook before it is written out. Raises as `write_xlsx`."""
    book = Workbook()
    sheet = book.active
    sheet.title = "题目"
    for number, values in enumerate((headings(), *(_cells(item) for item in items)), 1):
        _write_row(sheet, number, values)
    sheet.freeze_panes = "A2"
    for index, column in enumerate(COLUMNS):
        letter = sheet.cell(1, index + 1).column_letter
        sheet.column_dimensions[letter].width = 40 if column in _WIDE else 14
    return book


def _write_row(sheet: Worksheet, number: int, values: list[str]) -> None:
    for column, value in enumerate(values, 1):
        if not value:
            continue
        cell = sheet.cell(number, column)
        try:
            cell.value = value
        except IllegalCharacterError:
            raise refusal("CHARACTER_REFUSED", Place(item=values[0]), field=COLUMNS[column - 1], character="") from None
        cell.data_type = "s"
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if number == 1:
            cell.font = Font(bold=True)


def saved(book: Workbook) -> bytes:
    """The workbook as a file."""
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_csv(items: Iterable[Item]) -> bytes:
    """UTF-8 with its mark, for spreadsheets; a cell that a spreadsheet would calculate gets an apostrophe before it.

    Raises BankError ROW_CANNOT_CARRY for a question that no row can say (`carries`).
    """
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(headings())
    for item in items:
        writer.writerow(f"'{cell}" if starts_formula(cell) else cell for cell in _cells(item))
    return stream.getvalue().encode("utf-8-sig")
