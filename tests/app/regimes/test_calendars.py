"""A year's holidays come from a file, are shown first, and then hold for every regime; a half year holds for none."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.permissions import system_actor
from app.ledger.models import LedgerEntry
from app.regimes.cli import group
from app.regimes.loader import calendar_faults, check_file, keep_calendars_in, load
from app.regimes.service.calendars import CalendarUnusable, keep_calendar, plan_calendar

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SOURCE = "示例公告1号"
TABLE = """名称,开始,结束,法定,依据
元旦,2027-01-01,2027-01-03,2027-01-01,示例公告1号
春节,2027-02-05,2027-02-12,2027-02-05 2027-02-06 2027-02-07 2027-02-08,示例公告1号
清明节,2027-04-03,2027-04-05,2027-04-05,示例公告1号
劳动节,2027-05-01,2027-05-05,2027-05-01;2027-05-02,示例公告1号
端午节,2027-06-09,2027-06-09,2027-06-09,示例公告1号
国庆节,2027/10/01,2027/10/07,2027-10-01 2027-10-02 2027-10-03,示例公告1号
"""
EVENT = (
    "BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261101T000000Z\nDTSTART;VALUE=DATE:{start}\n{more}SUMMARY:{title}\nEND:VEVENT\n"
)


@pytest.fixture(autouse=True)
def _bundled_years_only():
    yield
    keep_calendars_in(None)


def ics(*events: tuple[str, str, str]) -> bytes:
    body = "".join(
        EVENT.format(uid=number, start=start, more=more, title=title)
        for number, (start, more, title) in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def codes(name: str, data: bytes, **options: object) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.line) for fault in plan_calendar(name, data, **options).faults]  # type: ignore[arg-type]


def test_the_national_floor_holds_2025_and_2026_with_thirteen_statutory_days_each():
    regime = load("cn")
    for year in (2025, 2026):
        days = [day for holiday in regime.holidays for day in holiday.statutory if day.year == year]
        assert len(days) == len(set(days)) == 13
        assert regime.calendar_known(year)
    assert not regime.calendar_known(2024)
    assert not regime.calendar_known(2027)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2025, 1, 27), None),
        (date(2025, 1, 28), "春节"),
        (date(2025, 2, 1), None),
        (date(2025, 10, 6), "国庆节、中秋节"),
        (date(2025, 10, 7), None),
        (date(2026, 2, 15), None),
        (date(2026, 2, 16), "春节"),
        (date(2026, 2, 19), "春节"),
        (date(2026, 2, 20), None),
        (date(2026, 4, 4), None),
        (date(2026, 4, 5), "清明节"),
        (date(2026, 5, 2), "劳动节"),
        (date(2026, 5, 3), None),
        (date(2026, 9, 25), "中秋节"),
        (date(2026, 10, 3), "国庆节"),
    ],
)
def test_a_statutory_day_is_told_from_a_day_that_is_only_off(day: date, name: str | None):
    holiday = load("haikou").statutory_holiday(day)
    assert (holiday.title.zh if holiday else None) == name


def test_a_table_becomes_a_layer_that_joins_every_regime(session: Session, tmp_path: Path):
    keep_calendars_in(tmp_path)
    before = {name: load(name).version for name in ("cn", "haikou", "pingliang")}
    plan = plan_calendar("2027.csv", TABLE.encode())
    assert plan.faults == ()
    (written,) = keep_calendar(session, system_actor("test"), plan, tmp_path, now=NOW)
    assert written.name == "holidays-2027.toml"
    assert check_file(written) == ()
    for name, version in before.items():
        regime = load(name)
        assert regime.version != version
        assert regime.calendar_known(2027)
        assert [layer.id for layer in regime.layers][:2] == ["cn", "holidays-2027"]
        holiday = regime.statutory_holiday(date(2027, 10, 3))
        assert holiday is not None
        assert (holiday.title.en, holiday.source) == ("National Day", SOURCE)
        assert regime.statutory_holiday(date(2027, 10, 4)) is None


def test_keeping_a_calendar_stands_in_the_ledger_with_what_it_replaced(session: Session, tmp_path: Path):
    plan = plan_calendar("2027.csv", TABLE.encode())
    keep_calendar(session, system_actor("test"), plan, tmp_path, now=NOW)
    keep_calendar(session, system_actor("test"), plan, tmp_path, now=NOW)
    query = select(LedgerEntry).where(LedgerEntry.event == "regimes.calendar.kept").order_by(LedgerEntry.sequence)
    first, second = session.scalars(query)
    assert (first.subject_id, first.before) == ("2027", None)
    assert second.before == {"sha256": first.after["sha256"]}
    assert first.after["sources"] == [SOURCE]
    assert len(first.after["statutory"]) == 12


def test_a_process_that_runs_sees_a_new_a_changed_and_a_removed_file(tmp_path: Path):
    keep_calendars_in(tmp_path)
    ((_, _, text),) = plan_calendar("2027.csv", TABLE.encode()).years
    path = tmp_path / "holidays-2027.toml"
    bare = load("pingliang")
    path.write_text(text, "utf-8")
    known = load("pingliang")
    assert (bare.calendar_known(2027), known.calendar_known(2027)) == (False, True)
    assert load("pingliang") is known
    path.write_text(text.replace("2027-06-09", "2027-06-08"), "utf-8")
    os.utime(path, ns=(1, 1))
    assert load("pingliang").statutory_holiday(date(2027, 6, 8)) is not None
    path.unlink()
    assert load("pingliang").version == bare.version


def test_a_faulty_calendar_leaves_its_year_unknown_and_everything_else_as_it_was(tmp_path: Path):
    keep_calendars_in(tmp_path)
    (tmp_path / "holidays-2027.toml").write_text('[regime]\nid = "holidays-2027"\n', "utf-8")
    regime = load("haikou")
    assert not regime.calendar_known(2027)
    assert regime.calendar_known(2026)
    assert {fault.code for fault in calendar_faults()} == {"missing-key"}
    assert {fault.file for fault in calendar_faults()} == {"holidays-2027.toml"}


def test_a_calendar_may_hold_nothing_but_holidays(tmp_path: Path):
    ((_, _, text),) = plan_calendar("2027.csv", TABLE.encode()).years
    path = tmp_path / "holidays-2027.toml"
    path.write_text(text + '[[rule]]\nid = "R13"\nseverity = "WARN"\nbasis = "local"\nsource = "x"\n', "utf-8")
    lines = path.read_text("utf-8").splitlines()
    assert [(fault.code, fault.line) for fault in check_file(path)] == [("calendar-only", lines.index("[[rule]]") + 1)]


def test_a_locality_s_own_holiday_does_not_make_the_year_known(tmp_path: Path):
    head = '[regime]\nid = "test"\nparent = "cn"\nlevel = "locality"\ntitle = { zh = "试", en = "T" }\n'
    day = '[[holiday]]\ntitle = { zh = "节", en = "F" }\nfrom = 2027-03-03\nto = 2027-03-03\n'
    (tmp_path / "test.toml").write_text(head + day + 'statutory = [2027-03-03]\nsource = "x"\n', "utf-8")
    regime = load("test", tmp_path)
    assert not regime.calendar_known(2027)
    assert regime.statutory_holiday(date(2027, 3, 3)) is not None


def test_a_run_over_new_year_belongs_to_the_year_in_which_it_ends():
    table = TABLE.replace("元旦,2027-01-01,", "元旦,2026-12-31,")
    plan = plan_calendar("2027.csv", table.encode())
    assert [year for year, _, _ in plan.years] == [2027]
    assert plan.faults == ()


def test_half_a_year_is_refused(session: Session, tmp_path: Path):
    plan = plan_calendar("half.csv", "\n".join(TABLE.splitlines()[:4]).encode())
    assert [fault.code for fault in plan.faults] == ["calendar-short"]
    with pytest.raises(CalendarUnusable) as refusal:
        keep_calendar(session, system_actor("test"), plan, tmp_path, now=NOW)
    assert "half.csv" in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


HEADING = "name,from,to,statutory,source\n"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", [("calendar-columns", 1)]),
        ("name,from\n", [("calendar-columns", 1)]),
        (HEADING, [("calendar-empty", None)]),
        (HEADING + "元旦,2027-02-30,2027-03-01,,x\n", [("calendar-day", 2)]),
        (HEADING + "元旦,2027-01-01,soon,,x\n", [("calendar-day", 2)]),
        (HEADING + "元旦,2027-01-02,2027-01-01,2027-01-01,x\n", [("calendar-span", 2)]),
        (HEADING + "元旦,2027-01-01,2037-01-01,2027-01-01,x\n", [("calendar-span", 2)]),
        (HEADING + ",2027-01-01,2027-01-01,2027-01-01,x\n", [("calendar-span", 2)]),
        (HEADING + "元旦,2027-01-01,2027-01-01,2027-01-02,x\n", [("calendar-outside", 2)]),
        (HEADING + "元旦,2027-01-01,2027-01-01,2027-01-01,\n", [("calendar-unsourced", 2)]),
        (HEADING + "元旦,2027-01-01,2027-01-01,,x\n", [("calendar-unmarked", None)]),
        (HEADING + "元旦,2027-01-01,2027-01-01,2027-01-01,x\n" * 500, [("calendar-long", 501)]),
        ("x" * 200_001, [("too-large", None)]),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_at_its_line(table: str, expected: list[tuple[str, int | None]]):
    assert codes("t.csv", table.encode()) == expected


def test_a_table_from_a_chinese_spreadsheet_is_read_too():
    assert plan_calendar("t.csv", TABLE.encode("gb18030")).years == plan_calendar("t.csv", TABLE.encode()).years


def test_an_ics_file_of_single_days_becomes_runs_and_its_working_days_are_left_out():
    plan = plan_calendar(
        "cn.ics",
        ics(
            ("20270101", "CATEGORIES:法定\n", "元旦 假期 第1天/共3天"),
            ("20270102", "", "元旦 假期 第2天/共3天"),
            ("20270103", "", "元旦 假期 第3天/共3天"),
            ("20270110", "", "元旦 补班"),
            ("20271001", "DTEND;VALUE=DATE:20271008\n", "国庆节"),
            ("20271001", "DTEND;VALUE=DATE:20271004\nCATEGORIES:STATUTORY\n", "国庆节"),
        ),
        source=SOURCE,
    )
    ((_, found, _),) = plan.years
    assert [(run.zh, run.starts, run.ends) for run in found] == [
        ("元旦", date(2027, 1, 1), date(2027, 1, 3)),
        ("国庆节", date(2027, 10, 1), date(2027, 10, 7)),
    ]
    assert [run.statutory for run in found] == [
        (date(2027, 1, 1),),
        (date(2027, 10, 1), date(2027, 10, 2), date(2027, 10, 3)),
    ]
    assert plan.left_out == ("元旦 补班",)


def test_an_ics_file_without_marks_is_refused_unless_every_day_shall_count():
    data = ics(
        ("20270501", "DTEND;VALUE=DATE:20270506\n", "劳动节"), ("20271001", "DTEND;VALUE=DATE:20271008\n", "国庆节")
    )
    assert [code for code, _ in codes("cn.ics", data, source=SOURCE)] == ["calendar-unmarked"] * 2
    plan = plan_calendar("cn.ics", data, source=SOURCE, every_day=True)
    assert plan.faults == ()
    assert sum(len(run.statutory) for _, found, _ in plan.years for run in found) == 12


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"no calendar", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (ics(), "calendar-empty"),
        (ics(("20270101", "RRULE:FREQ=DAILY\n", "元旦")), "calendar-day"),
        (ics(("20270101", "DTEND;VALUE=DATE:20990101\n", "元旦")), "calendar-span"),
        (ics(("20270101", "DTEND;VALUE=DATE:20270101\n", "元旦")), "calendar-span"),
        (ics(("notaday", "", "元旦")), "calendar-day"),
        (ics(*[("20270101", "", "元旦")] * 501), "calendar-long"),
    ],
)
def test_an_ics_file_that_cannot_be_used_is_refused(data: bytes, expected: str):
    assert [code for code, _ in codes("cn.ics", data, source=SOURCE)] == [expected]


def test_words_of_a_calendar_cannot_leave_their_place_in_the_written_file(tmp_path: Path):
    odd = 'a"] \\ [[rule]]'
    table = (
        HEADING
        + f'"{odd.replace(chr(34), chr(34) * 2)}",2027-01-01,2027-01-12,'
        + " ".join(f"2027-01-{day:02d}" for day in range(1, 13))
        + ",x\n"
    )
    plan = plan_calendar("o\nd.csv", table.encode())
    assert plan.faults == ()
    ((_, _, text),) = plan.years
    path = tmp_path / "holidays-2027.toml"
    path.write_text(text, "utf-8")
    keep_calendars_in(tmp_path)
    assert check_file(path) == ()
    assert load("cn").holidays[-1].title.zh == odd


def test_the_command_previews_and_writes_only_when_told(application: Flask, session: Session, tmp_path: Path):
    runner = application.test_cli_runner()
    file = tmp_path / "2027.csv"
    file.write_text(TABLE, "utf-8")
    kept = Path(application.config["SETTINGS"].instance) / "regimes" / "holidays-2027.toml"
    shown = runner.invoke(group, ["calendar", str(file)])
    assert (shown.exit_code, kept.exists()) == (0, False)
    assert "2027\t2027-05-01–2027-05-05\t劳动节 Labour Day\t2027-05-01 2027-05-02\t示例公告1号" in shown.output
    as_data = json.loads(runner.invoke(group, ["calendar", str(file), "--json"]).output)
    assert (len(as_data["years"]["2027"]), as_data["faults"]) == (6, [])
    try:
        written = runner.invoke(group, ["calendar", str(file), "--write"])
        assert (written.exit_code, kept.exists()) == (0, True)
        keep_calendars_in(kept.parent)
        assert load("rugao").calendar_known(2027)
        kept.write_text("[regime]\n", "utf-8")
        listed = runner.invoke(group, ["list"])
        assert listed.exit_code == 1
        assert "holidays-2027.toml:1: missing-key" in listed.output
    finally:
        kept.unlink(missing_ok=True)
    file.write_text(HEADING + "x\n", "utf-8")
    refused = runner.invoke(group, ["calendar", str(file), "--write"])
    assert (refused.exit_code, kept.exists()) == (1, False)
