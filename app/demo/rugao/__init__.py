"""Rugao: 36 officers dispatched to towns and streets on one day, recruits kept in training at the brigade.

The account gives the 36 and the numbers for each town and street; how many towns there are, their names and the other
people are samples.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from app.accounts.policy import Role
from app.config import Settings
from app.credentials.models import Certificate
from app.demo import Demonstration, casting
from app.demo.casting import EVERYWHERE, Part
from app.demo.counting import count
from app.demo.entering import SAMPLE, Founding, enter, found_units, put_area
from app.demo.figures import Drawer, Figure
from app.demo.qualifying import Papers, certify, examine, lately, write_papers
from app.demo.sittings import fill_bank
from app.demo.stage import Stage
from app.ledger.models import LedgerEntry
from app.regimes.loader import load as load_regime
from app.registry import service
from app.registry.codes import PersonKind, PostingKind
from app.registry.models import Person, Posting, Unit

SEED = 20190115
"""The day of the page."""
HAND, BUREAU, BRIGADE = "demo.rugao", "RG-BUR", "RG-D"
UNASSIGNED = 329900
"""First digits of the identity numbers: the list of division codes (GB/T 2260) gives none of 3299xx to a place."""
CITY = "320682"
FOUNDED = date(2016, 1, 4)
BEGAN = date(2017, 3, 20)
POWERS = date(2017, 4, 1)
"""From April 2017; the day is not stated (RG-05)."""
BEFORE = ("ENV-1", "ENV-2", "ENV-4")
"""Held already when the powers of 2017 came (RG-06)."""
ORDERED = date(2018, 4, 16)
"""The day of the dispatch order: a sample in April 2018."""
SOURCES = {
    "HOU": "划转自规划、住建、建工、公共资源交易等部门",
    "CAD": "划转自人防部门",
    "ENV": "划转自环境保护部门",
}
TOWNS = {
    "东陈桥镇": 2, "江安埠镇": 2, "搬经巷镇": 2, "磨头桥镇": 2, "白蒲塘镇": 2, "下原口镇": 2, "吴窑湾镇": 2,
    "石庄港镇": 2, "长江沿镇": 3, "九华岭镇": 3, "丁堰桥镇": 3,
}  # fmt: skip
STREETS = {"如城东街道": 4, "如城西街道": 4, "城南新街道": 3}
DISPATCHED = 36
OFFICERS, AUXILIARIES = 90, 40
EXACTLY, SHORT_OF, THEN_NEW = "RG-0091", "RG-0092", "RG-0093"
"""A, B and C of scenario S10: a year of service on the day of the order, a day short of it, and a recruit."""
SENIOR = (date(2006, 3, 1), date(2016, 12, 1))
PAPERS = Papers("RG", "如皋市", "市委党校")
PARTS = (
    *casting.staff(BUREAU),
    Part("sun", "执法督导员", "supervisor", (Role.SUPERVISOR,), BUREAU),
    Part("ou", "派驻执法人员，各项有效", "dispatched officer, everything in force", (Role.OFFICER,), BUREAU, "RG-0021"),
)


def load(session: Session, settings: Settings, now: datetime) -> Demonstration:
    """Fill an empty database in the caller's transaction; the same seed gives the same people."""
    stage = Stage(session, settings, now, Random(SEED), HAND, BUREAU, BUREAU)  # noqa: S311 - people by chance, not secrets
    stage.figures = list(_figures(stage))
    of = {name: [one for one in stage.figures if one.cohort == name] for name in ("", "year", "new", "recruit")}
    seniors = [one.code for one in of[""] if one.kind == "OFFICER"]
    stage.note(stage.at(BEGAN, 9), lambda moment: _found(stage, moment))
    stage.note(stage.at(BEGAN, 10), lambda moment: casting.admit(stage, PARTS[:-1], moment))
    stage.note(stage.at(BEGAN, 11), lambda moment: enter(stage, of[""], moment))
    stage.note(stage.at(BEGAN, 12), lambda moment: casting.admit(stage, PARTS[-1:], moment))
    stage.note(stage.at(BEGAN, 15), lambda moment: fill_bank(stage, moment))
    stage.note(stage.at(POWERS, 9), lambda moment: _powers(stage, moment))
    stage.note(stage.at(date(2017, 4, 20), 9), lambda moment: enter(stage, of["year"], moment))
    stage.note(stage.at(date(2018, 3, 5), 9), lambda moment: enter(stage, of["new"], moment))
    stage.note(stage.at(ORDERED, 8), lambda moment: _dispatch(stage, moment))
    write_papers(stage, PAPERS, BEGAN)
    examine(stage, PAPERS, "首批", seniors, date(2017, 5, 19))
    certify(stage, seniors, date(2017, 6, 13))
    lately(stage, PAPERS, [*seniors, *(one.code for one in (*of["year"], *of["new"]))])
    stage.note(now - timedelta(hours=2), lambda moment: enter(stage, of["recruit"], moment))
    stage.play()
    where = {EVERYWHERE: ("全市", "everywhere"), BUREAU: ("全市", "Rugao")}
    return Demonstration("rugao", _counts(session), casting.announced(stage, PARTS, where))


def places() -> list[tuple[int, str, str, int]]:
    """Every town and street: its number from 1, name, kind of unit, and how many are dispatched to it."""
    named = [
        *((name, "乡镇机构", wanted) for name, wanted in TOWNS.items()),
        *((name, "街道机构", wanted) for name, wanted in STREETS.items()),
    ]
    return [(number, *one) for number, one in enumerate(named, 1)]


def town_code(number: int) -> str:
    """The code of the area of that number: eight digits, so that nobody takes it for a national code."""
    return f"3206{number:04d}"


def _figures(stage: Stage) -> Iterable[Figure]:
    drawer = Drawer(stage.chance, UNASSIGNED)
    for index in range(1, OFFICERS + 1):
        unit = BUREAU if index <= 6 else BRIGADE if index <= 18 else f"RG-D{index % 3 + 1}"
        channel = "军转安置" if index % 12 == 0 else "公开招考"
        yield drawer.officer(
            f"RG-{index:04d}", BUREAU, unit, SENIOR, category="QUASI_CIVIL_SERVANT", entry_channel=channel
        )
    for index in range(1, AUXILIARIES + 1):
        yield drawer.auxiliary(f"RG-X{index:03d}", BUREAU, f"RG-D{index % 3 + 1}", SENIOR, "CONTRACT")
    for code, hired in ((EXACTLY, date(2017, 4, 16)), (SHORT_OF, date(2017, 4, 17))):
        yield drawer.officer(
            code, BUREAU, BRIGADE, (hired, hired), cohort="year", entry_channel="原单位划转",
            initial_training=date(2017, 8, 31),
        )  # fmt: skip
    for code in (THEN_NEW, "RG-0094", "RG-0095"):
        yield _recruit(drawer, code, date(2018, 3, 1), "new", date(2018, 8, 31))
    for code in ("RG-0096", "RG-0097", "RG-0098", "RG-0099"):
        yield _recruit(drawer, code, stage.day(days=-45), "recruit", None)


def _recruit(drawer: Drawer, code: str, hired: date, cohort: str, trained: date | None) -> Figure:
    """Recruits serve at the brigade until their training is over (RG-01)."""
    return drawer.officer(
        code, BUREAU, BRIGADE, (hired, hired), cohort=cohort, probation_until=hired + timedelta(days=364),
        initial_training=trained, published=None if trained is None else True,
    )  # fmt: skip


def _found(stage: Stage, moment: datetime) -> None:
    put_area(stage, moment, "320600", "南通市", "PREFECTURE", english="Nantong")
    put_area(stage, moment, CITY, "如皋市", "COUNTY", "320600", "Rugao")
    for number, name, _kind, _wanted in places():
        put_area(stage, moment, town_code(number), name + SAMPLE, "TOWN", CITY)
    found_units(stage, "如皋市城管执法机构.csv", (one.line for one in _units()), FOUNDED, moment)


def _units() -> Iterable[Founding]:
    yield Founding(
        BUREAU, "如皋市城市管理局", "执法局", opened=FOUNDED, agency=True, regime="rugao", nature="行政机关", area=CITY,
        posts=110, english="Rugao City Management Bureau",
    )  # fmt: skip
    yield Founding(BRIGADE, "如皋市城市管理行政执法大队", "大队", BUREAU, FOUNDED, english="Rugao Brigade")
    for number in (1, 2, 3):
        yield Founding(f"RG-D{number}", f"直属{'一二三'[number - 1]}中队", "中队", BRIGADE, FOUNDED)
    for number, name, kind, _wanted in places():
        yield Founding(
            f"RG-T{number:02d}", f"城管执法大队派驻{name}中队{SAMPLE}", kind, BRIGADE, FOUNDED,
            nature="执法大队派驻机构", area=town_code(number),
        )  # fmt: skip


def _powers(stage: Stage, moment: datetime) -> None:
    """Housing and civil air defence in full and site dust from April 2017, each with the departments it came from."""
    today = moment.astimezone(stage.zone).date()
    for item in load_regime("rugao").items.values():
        day = FOUNDED if item.code in BEFORE else POWERS
        service.hold_power(
            stage.session, stage.hand, BUREAU, item.code, on=day, published_on=day, now=moment, today=today,
            note=SOURCES[item.domain],
        )  # fmt: skip


def _dispatch(stage: Stage, moment: datetime) -> None:
    """The 36 of the order, each with at least a year of service, by the numbers for towns and streets (RG-01)."""
    today = moment.astimezone(stage.zone).date()
    chosen = iter([one.code for one in stage.of(BUREAU) if one.cohort == ""][18 : 18 + DISPATCHED])
    for number, _name, _kind, wanted in places():
        for _place in range(wanted):
            service.post(
                stage.session, stage.hand, next(chosen), unit=f"RG-T{number:02d}", kind="DISPATCH",
                business_unit=BRIGADE, daily_unit=f"RG-T{number:02d}", duty_title="派驻执法队员", valid_from=today,
                today=today, now=moment, note="派驻人员名单(示例)",
            )  # fmt: skip


def _counts(session: Session) -> dict[str, int]:
    return {
        "units": count(session, Unit),
        "officers": count(session, Person, Person.kind == PersonKind.OFFICER.value),
        "auxiliaries": count(session, Person, Person.kind == PersonKind.AUXILIARY.value),
        "dispatched": count(session, Posting, Posting.kind == PostingKind.DISPATCH.value),
        "certificates": count(session, Certificate),
        "ledger_entries": count(session, LedgerEntry),
    }
