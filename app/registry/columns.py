"""The columns of an import: their headings in Chinese and English, and how a cell becomes a value. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.errors import N_
from app.registry import identity
from app.registry.codes import (
    TITLES,
    AuthorityBasis,
    Category,
    Level,
    PersonKind,
    UnitKind,
)  # fmt: skip
from app.registry.tables import Cell, Line, Table, TableFault


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `form` is text, code, day, flag, number, identity or choice; `also` are further headings known."""

    name: str
    zh: str
    en: str
    form: str = "text"
    needed: bool = False
    choices: type[StrEnum] | None = None
    also: tuple[str, ...] = ()
    longest: int = 100
    example: str = ""


PEOPLE = (
    Column("code", "人员编号", "Person code", "code", also=("编号", "工号", "code"), longest=40, example="KT-0101"),
    Column("name", "姓名", "Name", needed=True, also=("name",), longest=60, example="王安"),
    Column("kind", "人员类别", "Person kind", "choice", choices=PersonKind, also=("类别", "kind"), example="执法人员"),
    Column("id_number", "身份证号", "ID number", "identity",
           also=("身份证号码", "公民身份号码", "证件号码", "id_number")),
    Column("agency", "用人单位编码", "Agency code", "code", also=("单位编码", "所属机关编码", "agency"), longest=40,
           example="PL-KT"),
    Column("unit", "所在部门编码", "Unit code", "code", also=("部门编码", "所在单位编码", "中队编码", "unit"),
           longest=40, example="PL-KT-D1"),
    Column("category", "用工性质", "Employment category", "choice", choices=Category,
           also=("编制性质", "人员性质", "身份性质", "category"), example="公务员"),
    Column("hired_on", "入职日期", "Hired on", "day", also=("录用日期", "参加本单位工作时间", "hired_on"),
           example="2024-07-01"),
    Column("duty_title", "职务", "Duty title", also=("岗位", "duty_title"), example="中队长"),
    Column("phone", "联系电话", "Phone", "code", also=("手机", "手机号", "电话", "phone"), longest=30),
    Column("email", "电子邮箱", "E-mail", "code", also=("邮箱", "email"), longest=120),
    Column("entry_channel", "进入渠道", "Entry channel", also=("招录方式", "entry_channel"), example="公开招考"),
    Column("service_start", "参加工作日期", "Service start", "day", also=("service_start",)),
    Column("probation_until", "试用期至", "Probation until", "day", also=("试用期截止日期", "probation_until")),
    Column("initial_training_done_on", "初任培训完成日期", "Initial training done on", "day",
           also=("initial_training_done_on",)),
    Column("legal_qualification", "法律职业资格", "Legal profession qualification", "flag",
           also=("是否取得法律职业资格", "legal_qualification")),
    Column("on_public_roster", "已公示", "On public roster", "flag", also=("是否公示", "on_public_roster")),
)  # fmt: skip

UNITS = (
    Column("code", "单位编码", "Unit code", "code", needed=True, also=("编码", "机构编码", "code"), longest=40,
           example="PL-KT-D2"),
    Column("name_zh", "单位名称", "Unit name", needed=True, also=("名称", "机构名称", "中文名称", "name", "name_zh"),
           example="西郊中队"),
    Column("name_en", "英文名称", "English name", also=("name_en",), example="Xijiao Squad"),
    Column("kind", "单位类别", "Unit kind", "choice", choices=UnitKind, also=("机构类别", "unit_kind", "kind"),
           example="中队"),
    Column("parent", "上级单位编码", "Parent code", "code", also=("上级编码", "parent", "parent_code"), longest=40,
           example="PL-KT-D"),
    Column("is_agency", "独立机关", "Is agency", "flag", also=("是否独立机关", "is_agency"), example="否"),
    Column("regime", "适用规则", "Rules", "code", also=("regime",), longest=40),
    Column("opened_on", "成立日期", "Opened on", "day", also=("opened_on",), example="2024-01-01"),
    Column("level", "层级", "Level", "choice", choices=Level, also=("level",), example="县级"),
    Column("enforces", "具有执法权", "Enforces", "flag", also=("是否执法", "enforces"), example="是"),
    Column("authority_basis", "执法依据类型", "Authority basis", "choice", choices=AuthorityBasis,
           also=("权力来源", "authority_basis"), example="法定职权"),
    Column("legal_nature", "机构性质", "Legal nature", also=("legal_nature",), example="行政机关"),
    Column("area_code", "辖区编码", "Area code", "code", also=("area", "area_code"), longest=40),
    Column("posts", "编制数", "Posts", "number", also=("编制", "posts"), example="12"),
)  # fmt: skip

SETS: Mapping[str, tuple[Column, ...]] = {"people": PEOPLE, "units": UNITS}

YES = frozenset({"是", "有", "Y", "YES", "TRUE", "1", "√", "✓"})
NO = frozenset({"否", "无", "N", "NO", "FALSE", "0", "×"})
DAY_SHAPE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
DAY_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

Value = str | date | bool | int | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell or row: a code, the column it concerns, and data for its sentence."""

    code: str
    column: str = ""
    data: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as values by column name (only what was filled in), what was tidied, and what is wrong with it."""

    number: int
    values: Mapping[str, Value]
    tidied: tuple[str, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A table understood: its kind, its entries, and the headings that mean nothing here."""

    kind: str
    entries: tuple[Entry, ...]
    ignored: tuple[str, ...]


def _key(heading: str) -> str:
    return re.sub(r"[\s*＊_:：]|[（(].*?[）)]", "", heading).casefold()


def _known(columns: Sequence[Column]) -> dict[str, Column]:
    return {_key(text): column for column in columns for text in (column.zh, column.en, column.name, *column.also)}


def kind_of(headings: Sequence[str]) -> str:
    """Whether the headings are those of people or of units; raises TableFault `headings-unknown`."""
    keys = {_key(heading) for heading in headings if heading}
    scores = {kind: len(keys & _known(columns).keys()) for kind, columns in SETS.items()}
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] < 2 or len(set(scores.values())) == 1:
        raise TableFault(
            "headings-unknown",
            N_("These headings are not those of a list of people or of units. Take the template and fill it in."),
        )
    return best


def understand(table: Table, kind: str = "") -> Reading:
    """Read a table's rows; raises TableFault `headings-unknown`, `heading-missing`, `heading-twice`."""
    kind = kind or kind_of(table.headings)
    known = _known(SETS[kind])
    places: dict[str, int] = {}
    ignored: list[str] = []
    for index, heading in enumerate(table.headings):
        column = known.get(_key(heading)) if heading else None
        if column is None:
            ignored.append(heading)
        elif column.name in places:
            raise TableFault("heading-twice", N_("The heading “%(heading)s” stands there twice."), heading=heading)
        else:
            places[column.name] = index
    missing = [column for column in SETS[kind] if column.needed and column.name not in places]
    if missing:
        raise TableFault(
            "heading-missing", N_("The column %(zh)s (%(en)s) is missing."), zh=missing[0].zh, en=missing[0].en
        )
    wanted = [(column, places[column.name]) for column in SETS[kind] if column.name in places]
    entries = tuple(_entry(line, wanted) for line in table.lines)
    return Reading(kind, entries, tuple(h for h in ignored if h))


def _entry(line: Line, wanted: Sequence[tuple[Column, int]]) -> Entry:
    values: dict[str, Value] = {}
    tidied: list[str] = []
    faults: list[Fault] = []
    for column, index in wanted:
        cell = line.cells[index]
        if cell.tidied:
            tidied.append(column.name)
        if not cell.text:
            if column.needed:
                faults.append(Fault("cell-missing", column.name))
            continue
        value, fault = _value(column, cell)
        if fault is None:
            values[column.name] = value
        else:
            faults.append(Fault(fault, column.name, {} if column.form == "identity" else {"value": cell.text[:40]}))
        if column.form in ("code", "identity") and " " in cell.text and column.name not in tidied:
            tidied.append(column.name)
    return Entry(line.number, values, tuple(tidied), tuple(faults))


def _value(column: Column, cell: Cell) -> tuple[Value, str | None]:
    match column.form:
        case "identity":
            return _identity(cell)
        case "day":
            return _day(cell.text)
        case "flag" | "number":
            return _flag_or_number(column.form, cell.text.upper())
        case "choice":
            return _choice(column.choices, cell.text)
    return _text(column, cell)


def _flag_or_number(form: str, word: str) -> tuple[Value, str | None]:
    if form == "number":
        return (int(word), None) if re.fullmatch(r"[0-9]{1,6}", word) else (None, "number-shape")
    return word in YES, None if word in YES | NO else "flag-unknown"


def _text(column: Column, cell: Cell) -> tuple[Value, str | None]:
    text = re.sub(r"\s", "", cell.text) if column.form == "code" else cell.text
    if len(text) > column.longest:
        return None, "cell-long"
    if column.name == "email" and not EMAIL.fullmatch(text):
        return None, "email-shape"
    return text.upper() if column.name in ("code", "agency", "unit", "parent", "area_code") else text, None


def _identity(cell: Cell) -> tuple[Value, str | None]:
    if cell.number and len(cell.text) > 15:
        return None, "identity-number-cell"
    number = identity.normalise(cell.text)
    return number, identity.fault(number)


def _day(text: str) -> tuple[Value, str | None]:
    found = DAY_SHAPE.fullmatch(text.split(" ", maxsplit=1)[0]) or DAY_DIGITS.fullmatch(text)
    if not found:
        return None, "day-shape"
    try:
        day = date(*(int(part) for part in found.groups()))
    except ValueError:
        return None, "day-shape"
    return (day, None) if 1949 <= day.year <= 2199 else (None, "day-shape")


def _choice(choices: type[StrEnum] | None, text: str) -> tuple[Value, str | None]:
    titles = TITLES[choices] if choices else {}
    wanted = text.casefold()
    for code, words in titles.items():
        if wanted in (code.casefold(), words[0].casefold(), words[1].casefold()):
            return code, None
    return None, "choice-unknown"


def template_headings(kind: str, language: str) -> list[str]:
    """The headings of a template, in a language."""
    return [column.en if language == "en" else column.zh for column in SETS[kind]]


def template_notes(kind: str) -> list[tuple[str, str, str, str]]:
    """Per column: both headings, an example, and the words that a column of choices knows."""
    return [
        (c.zh, c.en, c.example, " / ".join(words[0] for words in TITLES[c.choices].values()) if c.choices else "")
        for c in SETS[kind]
    ]
