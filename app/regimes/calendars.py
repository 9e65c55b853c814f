"""Reads a year's holidays from an .ics or .csv file and writes them as a regime layer. Pure.

The State Council announces each year's days off in the autumn before. Which of them are statutory days (法定节假日,
全国年节及纪念日放假办法2) no common .ics says: they must be marked, or every day off counts as one.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from app.regimes.faults import Fault
from app.regimes.layers import LONGEST_HOLIDAY

MAX_BYTES = 200_000
MOST_ROWS = 500
NAMES: Mapping[str, tuple[str, str]] = {
    "元旦": ("元旦", "New Year's Day"),
    "春节": ("春节", "Spring Festival"),
    "除夕": ("春节", "Spring Festival"),
    "清明": ("清明节", "Qingming Festival"),
    "劳动": ("劳动节", "Labour Day"),
    "端午": ("端午节", "Dragon Boat Festival"),
    "国庆": ("国庆节", "National Day"),
    "中秋": ("中秋节", "Mid-Autumn Festival"),
}
WORKING = re.compile(r"补班|上班|调班|[(（]班[)）]|make-?up|workday", re.IGNORECASE)
STATUTORY = {"法定", "法定节假日", "STATUTORY"}
HEADINGS = {
    "name": "zh", "名称": "zh", "name_en": "en", "英文名称": "en", "from": "starts", "开始": "starts",
    "to": "ends", "结束": "ends", "statutory": "statutory", "法定": "statutory", "source": "source", "依据": "source",
}  # fmt: skip
NEEDED = {"zh": "name", "starts": "from", "ends": "to"}


@dataclass(frozen=True, slots=True)
class Day:
    """One day off, as a file gives it; `at` is its line or event, from 1."""

    day: date
    zh: str
    en: str
    statutory: bool
    source: str
    at: int


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days off under one title."""

    zh: str
    en: str
    starts: date
    ends: date
    statutory: tuple[date, ...]
    source: str


@dataclass(slots=True)
class Reading:
    """What a file holds: days off, entries left out because one works on them, and what cannot be used."""

    name: str
    days: list[Day] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, code: str, at: int | None = None, **data: str) -> None:
        """Note a fault at a line."""
        self.faults.append(Fault(code, self.name, at, data))


def read(name: str, data: bytes, source: str) -> Reading:
    """The days off in an .ics or .csv file; `source` stands for entries that name none. Never raises for content."""
    reading = Reading(name)
    if len(data) > MAX_BYTES:
        reading.refuse("too-large", limit=str(MAX_BYTES))
    elif name.lower().endswith(".ics"):
        _read_ics(reading, data, source)
    else:
        _read_csv(reading, data, source)
    if not reading.faults and not reading.days:
        reading.refuse("calendar-empty")
    return reading


def runs(days: Iterable[Day], *, every_day: bool) -> tuple[Run, ...]:
    """Days off joined to runs, in order; `every_day` counts all of a run as statutory where none of it is marked."""
    found: list[list[Day]] = []
    for day in _merged(days):
        last = found[-1][-1] if found else None
        if last is not None and last.zh == day.zh and last.day + timedelta(days=1) == day.day:
            found[-1].append(day)
        else:
            found.append([day])
    return tuple(_run(several, every_day=every_day) for several in found)


def unmarked(found: Sequence[Run]) -> tuple[Run, ...]:
    """Runs without a statutory day: they would close no day to compulsion."""
    return tuple(run for run in found if not run.statutory)


def layer_text(year: int, found: Sequence[Run], origin: str) -> str:
    """The regime layer `holidays-YEAR` as TOML; `origin` names the file it was read from."""
    lines = [
        f"# Days off of {year}, read from {_comment(origin)} by `regimes calendar`.",
        "",
        "[regime]",
        f'id = "holidays-{year}"',
        'parent = "cn"',
        'level = "calendar"',
        f'title = {{ zh = "{year}年节假日安排", en = "Holidays of {year}" }}',
    ]
    for run in found:
        lines += [
            "",
            "[[holiday]]",
            f"title = {{ zh = {_quoted(run.zh)}, en = {_quoted(run.en)} }}",
            f"from = {run.starts.isoformat()}",
            f"to = {run.ends.isoformat()}",
            f"statutory = [{', '.join(day.isoformat() for day in run.statutory)}]",
            f"source = {_quoted(run.source)}",
        ]
    return "\n".join(lines) + "\n"


def by_year(found: Iterable[Run]) -> dict[int, list[Run]]:
    """Runs by the year they belong to: that in which they end."""
    years: dict[int, list[Run]] = defaultdict(list)
    for run in found:
        years[run.ends.year].append(run)
    return dict(sorted(years.items()))


def _run(days: Sequence[Day], *, every_day: bool) -> Run:
    marked = tuple(one.day for one in days if one.statutory)
    everything = tuple(one.day for one in days) if every_day and not marked else marked
    sources = dict.fromkeys(one.source for one in days)
    return Run(days[0].zh, days[0].en, days[0].day, days[-1].day, everything, "; ".join(sources))


def _merged(days: Iterable[Day]) -> list[Day]:
    """One entry a day: where several name it, statutory if any says so, under the title given first."""
    found: dict[date, Day] = {}
    for one in days:
        first = found.setdefault(one.day, one)
        if one.statutory and not first.statutory:
            found[one.day] = replace(first, statutory=True)
    return [found[day] for day in sorted(found)]


def _read_csv(reading: Reading, data: bytes, source: str) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        columns = [HEADINGS.get(cell.strip().lower(), "") for cell in next(rows, [])]
        missing = [heading for column, heading in NEEDED.items() if column not in columns]
        if missing:
            reading.refuse("calendar-columns", 1, missing=", ".join(missing))
            return
        for row in rows:
            if any(cell.strip() for cell in row):
                _csv_row(reading, rows.line_num, dict(zip(columns, map(str.strip, row), strict=False)), source)
            if rows.line_num > MOST_ROWS:
                reading.refuse("calendar-long", rows.line_num, most=str(MOST_ROWS))
                return
    except csv.Error as error:
        reading.refuse("unreadable", rows.line_num, detail=str(error))


def _csv_row(reading: Reading, line: int, cells: Mapping[str, str], source: str) -> None:
    try:
        starts, ends = _day(cells.get("starts", "")), _day(cells.get("ends", ""))
        marked = {_day(part) for part in re.split(r"[\s;,、；，]+", cells.get("statutory", "")) if part}
    except ValueError as error:
        reading.refuse("calendar-day", line, given=str(error))
        return
    zh = cells.get("zh", "")
    en = cells.get("en") or _title(zh)[1]
    _add(reading, line, (zh, en), (starts, ends), marked, cells.get("source") or source)


def _read_ics(reading: Reading, data: bytes, source: str) -> None:
    try:
        events = list(Calendar.from_ical(data).walk("VEVENT"))
    except (ValueError, IndexError, KeyError, RecursionError) as error:
        reading.refuse("unreadable", detail=type(error).__name__)
        return
    if len(events) > MOST_ROWS:
        reading.refuse("calendar-long", most=str(MOST_ROWS))
        return
    for number, event in enumerate(events, 1):
        _ics_event(reading, number, event, source)


def _ics_event(reading: Reading, number: int, event: Any, source: str) -> None:  # noqa: ANN401 - an icalendar component
    summary = str(event.get("SUMMARY", "")).strip()
    if WORKING.search(summary):
        reading.left_out.append(summary)
        return
    if event.get("RRULE") is not None or event.get("DTSTART") is None:
        reading.refuse("calendar-day", number, given=summary or "VEVENT")
        return
    try:
        starts, ends = _span(event)
        categories = event.get("CATEGORIES")
        marks = {str(one).strip().upper() for one in getattr(categories, "cats", ())}
    except (AttributeError, TypeError, ValueError):
        reading.refuse("calendar-day", number, given=summary or "VEVENT")
        return
    whole = {starts + timedelta(days=n) for n in range(min((ends - starts).days, LONGEST_HOLIDAY) + 1)}
    _add(reading, number, _title(summary), (starts, ends), whole if marks & STATUTORY else set(), source)


def _span(event: Any) -> tuple[date, date]:  # noqa: ANN401 - an icalendar component
    """First and last day of an event; its end is exclusive (RFC 5545 3.6.1)."""
    start, end = event["DTSTART"].dt, event.get("DTEND")
    starts = start.date() if isinstance(start, datetime) else start
    if end is None:
        return starts, starts
    stop = end.dt - timedelta(seconds=1) if isinstance(end.dt, datetime) else end.dt - timedelta(days=1)
    return starts, stop.date() if isinstance(stop, datetime) else stop


def _add(
    reading: Reading, at: int, title: tuple[str, str], span: tuple[date, date], marked: set[date], source: str
) -> None:
    starts, ends = span
    if not title[0] or not 0 <= (ends - starts).days < LONGEST_HOLIDAY:
        reading.refuse("calendar-span", at, most=str(LONGEST_HOLIDAY))
    elif any(not starts <= day <= ends for day in marked):
        reading.refuse("calendar-outside", at, name=title[0])
    elif not source:
        reading.refuse("calendar-unsourced", at, name=title[0])
    else:
        every = (starts + timedelta(days=n) for n in range((ends - starts).days + 1))
        reading.days += [Day(day, *title, day in marked, source, at) for day in every]


def _title(summary: str) -> tuple[str, str]:
    """The holiday's own name in both languages; an unknown one stands in its own words."""
    known = dict.fromkeys(names for key, names in NAMES.items() if key in summary)
    if not known:
        return summary, summary
    return "、".join(zh for zh, _ in known), " and ".join(en for _, en in known)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given.replace("/", "-"))
    except ValueError:
        raise ValueError(given or "?") from None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)
