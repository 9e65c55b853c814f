"""Questions in rows: .csv and .xlsx with Chinese or English headings in any order."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import IllegalCharacterError

from question_bank.errors import ImportReport
from question_bank.faults import Fault, Place, change, fault, refusal, shown
from question_bank.formats import fields, workbook
from question_bank.formats.drafts import Defaults, Draft, Gathering
from question_bank.formats.encoding import decode
from question_bank.formats.limits import Limits
from question_bank.formats.plain_text.options import split_options
from question_bank.formats.workbook import Row
from question_bank.items import FALSE, OPTION_KEYS, TRUE, Item, ItemType, Level, Option, Paper

HEADING_CHARACTERS = 60
HEADING_ROWS = 10  # the headings stand within the first ten rows of a sheet
_HEADINGS = {
    "code": ("编号", "题目编号", "试题编号", "题库编号", "code", "id"),
    "number": ("序号", "题号", "no", "no.", "number"),
    "type": ("题型", "类型", "题目类型", "试题类型", "type", "question type"),
    "stem": ("题干", "题目", "试题", "试题内容", "题目内容", "问题", "stem", "question", "question text"),
    "options": ("选项", "选项内容", "备选答案", "备选项", "options", "choices"),
    "key": ("答案", "正确答案", "参考答案", "标准答案", "key", "answer", "correct answer", "answer key"),
    "explanation": ("解析", "答案解析", "试题解析", "题目解析", "explanation", "rationale"),
    "paper": ("试卷", "科目", "卷别", "paper"),
    "topic": ("知识点", "考点", "主题", "章节", "topic", "subject"),
    "law": ("法律", "法律依据", "依据", "法条", "法规", "出处", "law", "source law"),
    "edition": ("版本", "法律版本", "edition"),
    "article": ("条", "条文", "条款", "条号", "article"),
    "level": ("层次", "认知层次", "能力层次", "level", "cognitive level"),
    "difficulty": ("难度", "难度系数", "difficulty", "facility"),
    "tags": ("标签", "关键词", "tags"),
    "overlay": ("适用地区", "地区", "overlay"),
    "source_fact": ("来源事实", "事实编号", "source_fact", "source fact"),
}
_BY_HEADING = {heading: name for name, headings in _HEADINGS.items() for heading in headings}
_OPTION_HEADING = re.compile(r"(?:选项|答案|备选|option|choice)?\s*[_\-（(]?\s*([a-h])\s*[)）]?\s*(?:选项|项)?")
_NEEDED = {"stem", "key"}
_NAMED = {heading: headings[0] for heading, headings in _HEADINGS.items()}
COLUMNS = ("code", "type", "stem", *OPTION_KEYS, "key", "explanation", "paper", "topic", "law", "edition", "article")
COLUMNS += ("level", "difficulty", "tags", "overlay", "source_fact")
_TYPE_NAMES = {ItemType.SINGLE: "单选题", ItemType.MULTIPLE: "多选题", ItemType.TRUE_FALSE: "判断题"}
_LEVEL_NAMES = {Level.RECALL: "识记", Level.APPLICATION: "应用", Level.JUDGEMENT: "判断"}
_PAPER_NAMES = {Paper.PUBLIC_LAW: "公共法律知识", Paper.PROFESSIONAL: "专业法律知识", Paper.AUXILIARY: "辅助人员"}
_KEY_NAMES = {TRUE: "正确", FALSE: "错误"}
_FORMULA_START = re.compile(r"[=@]|[+\-](?!\s*\d+(?:\.\d+)?\s*%?$)")


def read_csv(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read comma, semicolon or tab separated rows. Raises BankError for a file unusable as a whole."""
    text, notes = decode(Place(name), data)
    gathering = Gathering(name, limits, defaults)
    gathering.warn(*notes)
    _read_rows(gathering, _csv_rows(name, text.removeprefix("\ufeff"), limits))
    return gathering.report("csv")


def read_xlsx(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read every sheet that has headings. Raises BankError for a workbook unusable as a whole."""
    gathering = Gathering(name, limits, defaults)
    _read_rows(gathering, workbook.rows(Place(name), data, limits))
    return gathering.report("xlsx")


def looks_tabular(text: str) -> bool:
    """Whether the first line is a row of headings."""
    first = text.split("\n", 1)[0][:2000]
    return any(set(_columns(first.strip("\r").split(mark)).values()) >= _NEEDED for mark in ",;\t")


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
    for index, cell in enumerate(cells):
        text = cell.strip()
        if len(text) > limits.cell_characters:
            found.append(fault("CELL_TOO_LONG", place, column=str(index + 1), limit=limits.cell_characters))
            text = ""
        elif index >= limits.columns and text:
            found.append(fault("COLUMN_BEYOND", place, column=str(index + 1), limit=limits.columns))
            break
        elif _FORMULA_START.match(text):
            found.append(fault("FORMULA", place, column=str(index + 1)))
            text = ""
        elif text.startswith("'") and _FORMULA_START.match(text[1:]):
            text = text[1:]
        texts.append(text)
    return Row("", place.row or 0, tuple(texts), tuple(found))


def _columns(cells: Iterable[str]) -> dict[int, str]:
    """Column → field: a name, or an option letter."""
    found = {}
    for index, cell in enumerate(cells):
        if len(cell) > HEADING_CHARACTERS:
            continue
        heading = re.sub(r"\s+", " ", fields.narrow(cell)).strip(" *：:\"'\n").casefold()
        heading = re.sub(r"[（(].*[)）]$", "", heading).strip() or heading
        if heading in _BY_HEADING:
            found[index] = _BY_HEADING[heading]
        elif match := _OPTION_HEADING.fullmatch(heading):
            found[index] = match[1].upper()
    return found


def _read_rows(gathering: Gathering, rows: Iterable[Row]) -> None:
    columns: dict[int, str] = {}
    sheet: str | None = None
    for row in rows:
        if row.sheet != sheet:
            if sheet is not None and not columns:
                gathering.warn(fault("SHEET_SKIPPED", Place(gathering.file, sheet=sheet)))
            sheet, columns = row.sheet, {}
        if columns:
            _read_row(gathering, row, columns)
            continue
        found = _columns(row.cells)
        if set(found.values()) >= _NEEDED:
            columns = found
            _check_headings(gathering, row, columns)
        elif row.number <= HEADING_ROWS:
            gathering.warn(fault("STRAY_TEXT", _place(gathering, row), text=shown(" ".join(filter(None, row.cells)))))
    if sheet is not None and not columns:
        gathering.warn(fault("SHEET_SKIPPED", Place(gathering.file, sheet=sheet or None)))
    if not (gathering.accepted or gathering.rejected or columns):
        raise refusal("HEADINGS_MISSING", Place(gathering.file))


def _place(gathering: Gathering, row: Row, item: str | None = None) -> Place:
    return Place(gathering.file, row=row.number, item=item, sheet=row.sheet or None)


def _check_headings(gathering: Gathering, row: Row, columns: dict[int, str]) -> None:
    place = _place(gathering, row)
    for index, cell in enumerate(row.cells):
        if cell and index not in columns:
            gathering.warn(fault("COLUMN_UNKNOWN", place, heading=shown(cell)))
    names = list(columns.values())
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            raise refusal("COLUMN_REPEATED", place, heading=_NAMED.get(name, name))


def _read_row(gathering: Gathering, row: Row, columns: dict[int, str]) -> None:
    values = {name: row.cells[index].strip() for index, name in columns.items() if index < len(row.cells)}
    item = values.get("code") or values.pop("number", "") or None
    place = _place(gathering, row, shown(item) if item else None)
    values.pop("number", None)
    if row.faults:
        gathering.reject(*(Fault(found.code, place, found.data) for found in row.faults))
        return
    lost = [cell for index, cell in enumerate(row.cells) if cell and index not in columns]
    if lost:
        gathering.warn(fault("STRAY_TEXT", place, text=shown(" ".join(lost))))
    if any(values.values()):
        gathering.add_draft(_draft(place, values))


def _draft(place: Place, values: dict[str, str]) -> Draft:
    draft = Draft(place, stem=values.pop("stem", ""), key=values.pop("key", ""))
    draft.explanation = values.pop("explanation", "")
    raw_type = fields.narrow(values.pop("type", "")).strip()
    draft.type = fields.read_type(raw_type)
    draft.open_count = raw_type in fields.OPEN_COUNT_NAMES
    if raw_type and draft.type is None:
        draft.faults.append(fault("TYPE_UNKNOWN", place, value=shown(raw_type)))
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
    lines = [
        line.strip() for line in re.split(r"[\n\r]+|\|+|(?<!&)[;；](?=\s*[A-H][.．、:：)）])", cell) if line.strip()
    ]
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


def _cells(item: Item) -> list[str]:
    options = {option.key: option.text for option in item.options}
    cited = item.citation
    judged = item.type is ItemType.TRUE_FALSE
    key = _KEY_NAMES[item.key[0]] if judged else "".join(item.key)
    values = {
        "code": item.code,
        "type": _TYPE_NAMES[item.type],
        "stem": item.stem,
        **options,
        "key": key,
        "explanation": item.explanation,
        "paper": _PAPER_NAMES[item.paper],
        "topic": item.topic,
        "law": cited.law if cited else "",
        "edition": cited.edition if cited else "",
        "article": cited.article if cited else "",
        "level": _LEVEL_NAMES[item.level],
        "difficulty": "" if item.difficulty is None else str(item.difficulty),
        "tags": "，".join(item.tags),
        "overlay": item.overlay or "",
        "source_fact": item.source_fact or "",
    }
    return [values.get(column, "") for column in COLUMNS]


def _headings() -> list[str]:
    return [_NAMED.get(column, f"选项{column}") for column in COLUMNS]


def write_xlsx(items: Iterable[Item]) -> bytes:
    """A workbook with Chinese headings; every cell is text, so nothing in it is ever a formula.

    Raises BankError CHARACTER_REFUSED for control characters.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "题目"
    for number, values in enumerate((_headings(), *(_cells(item) for item in items)), 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(number, column)
            try:
                cell.value = value
            except IllegalCharacterError:
                raise refusal(
                    "CHARACTER_REFUSED", Place(item=values[0]), field=COLUMNS[column - 1], character=""
                ) from None
            cell.data_type = "s"
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for index, column in enumerate(COLUMNS):
        letter = sheet.cell(1, index + 1).column_letter
        sheet.column_dimensions[letter].width = 48 if column in ("stem", "explanation") else 16
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_csv(items: Iterable[Item]) -> bytes:
    """UTF-8 with its mark, for spreadsheets; a cell that a spreadsheet would calculate gets an apostrophe before it."""
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(_headings())
    for item in items:
        writer.writerow(f"'{cell}" if _FORMULA_START.match(cell) else cell for cell in _cells(item))
    return stream.getvalue().encode("utf-8-sig")


def template() -> bytes:
    """A workbook with the headings and one example of each type, to be written over."""
    stem = "（示例，请覆盖）"
    choices = {"A": "第一个选项", "B": "第二个选项", "C": "第三个选项"}
    return write_xlsx(
        Item(f"EX-{number}", type_, stem + _TYPE_NAMES[type_], _example_options(type_, choices), key, "说明为什么。")
        for number, (type_, key) in enumerate(
            ((ItemType.SINGLE, ("B",)), (ItemType.MULTIPLE, ("A", "C")), (ItemType.TRUE_FALSE, (TRUE,))), 1
        )
    )


def _example_options(type_: ItemType, choices: dict[str, str]) -> tuple[Option, ...]:
    return () if type_ is ItemType.TRUE_FALSE else tuple(Option(letter, text) for letter, text in choices.items())
