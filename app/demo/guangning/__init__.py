"""Guangning: a county bureau that takes powers over one by one, and a programme that ends with 2018-06-30.

The draft gives no number of people: 60 officers and 48 auxiliaries are a sample that keeps the cap (GN-04).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy.orm import Session

from app.accounts.policy import Role
from app.config import Settings
from app.credentials.models import Certificate
from app.demo import Demonstration, casting
from app.demo.casting import EVERYWHERE, Part
from app.demo.classes import mark_tasks
from app.demo.counting import count
from app.demo.entering import SAMPLE, Founding, enter, found_units, put_area
from app.demo.figures import Drawer, Figure
from app.demo.qualifying import Papers, certify, examine, lately, write_papers
from app.demo.sittings import fill_bank
from app.demo.stage import Stage
from app.ledger.models import LedgerEntry
from app.regimes.loader import load as load_regime
from app.registry import service
from app.registry.codes import PersonKind
from app.registry.models import Person, Unit
from app.training import service as training

SEED = 20170919
"""The day of the draft."""
HAND, BUREAU = "demo.guangning", "GN-BUR"
UNASSIGNED = 449900
"""First digits of the identity numbers: the list of division codes (GB/T 2260) gives none of 4499xx to a place."""
BEGAN = date(2017, 9, 20)
TAKEN_OVER = date(2017, 9, 30)
"""Housing was to be taken over by the end of September 2017 (GN-18)."""
PROGRAMME = "GN-2018"
COUNTY = "441223"
TOWNS = ("城中镇", "竹海镇", "江口镇", "石桥镇", "宾水镇")
OFFICERS, AUXILIARIES, RECRUITS = 60, 48, 2
DISPATCHED = 4
"""How many serve in each town's squad: a sample."""
UNROTATED = ("GN-0051", "GN-0052", "GN-0053")
"""Certified, and the rotation never finished: 己 of scenario S08."""
UNCERTIFIED = ("GN-0059", "GN-0060")
"""No certificate: 庚 of scenario S08."""
SENIOR = (date(2006, 3, 1), date(2016, 12, 1))
PAPERS = Papers("GN", "广宁县", "县委党校")
PARTS = (
    *casting.staff(BUREAU),
    Part("sun", "执法督导员", "supervisor", (Role.SUPERVISOR,), BUREAU),
    Part("ou", "执法人员，各项有效", "officer, everything in force", (Role.OFFICER,), BUREAU, "GN-0011"),
)


def load(session: Session, settings: Settings, now: datetime) -> Demonstration:
    """Fill an empty database in the caller's transaction; the same seed gives the same people."""
    stage = Stage(session, settings, now, Random(SEED), HAND, BUREAU, BUREAU)  # noqa: S311 - people by chance, not secrets
    stage.figures = list(_figures(stage))
    founders = [one for one in stage.figures if one.cohort != "recruit"]
    recruits = [one for one in stage.figures if one.cohort == "recruit"]
    certified = [one.code for one in founders if one.kind == "OFFICER" and one.code not in UNCERTIFIED]
    stage.note(stage.at(BEGAN, 9), lambda moment: _found(stage, moment))
    stage.note(stage.at(BEGAN, 10), lambda moment: casting.admit(stage, PARTS[:-1], moment))
    stage.note(stage.at(BEGAN, 11), lambda moment: enter(stage, founders, moment))
    stage.note(stage.at(BEGAN, 12), lambda moment: casting.admit(stage, PARTS[-1:], moment))
    stage.note(stage.at(BEGAN, 15), lambda moment: fill_bank(stage, moment))
    stage.note(stage.at(TAKEN_OVER, 9), lambda moment: _powers(stage, moment))
    stage.note(stage.at(TAKEN_OVER, 11), lambda moment: _dispatch(stage, moment))
    write_papers(stage, PAPERS, BEGAN)
    examine(stage, PAPERS, "首批", certified, date(2017, 10, 20))
    certify(stage, certified, date(2017, 11, 14))
    _programme(stage, certified)
    lately(stage, PAPERS, certified)
    stage.note(now - timedelta(hours=2), lambda moment: enter(stage, recruits, moment))
    stage.play()
    where = {EVERYWHERE: ("全县", "everywhere"), BUREAU: ("全县", "Guangning")}
    return Demonstration("guangning", _counts(session), casting.announced(stage, PARTS, where))


def town_code(number: int) -> str:
    """The code of the town of that number, from 1: eight digits, so that nobody takes it for a national code."""
    return f"4412{number:04d}"


def _figures(stage: Stage) -> Iterable[Figure]:
    drawer = Drawer(stage.chance, UNASSIGNED)
    for index in range(1, OFFICERS + 1):
        unit = BUREAU if index <= 4 else "GN-D" if index <= 10 else f"GN-D{index % 2 + 1}"
        title = {1: "局长", 5: "大队长"}.get(index, "执法队员")
        yield drawer.officer(f"GN-{index:04d}", BUREAU, unit, SENIOR, duty_title=title)
    for index in range(1, AUXILIARIES + 1):
        category = ("CONTRACT", "LABOUR_DISPATCH")[index % 2]
        yield drawer.auxiliary(f"GN-X{index:03d}", BUREAU, f"GN-D{index % 2 + 1}", SENIOR, category)
    hired = stage.day(days=-60)
    for index in range(OFFICERS + 1, OFFICERS + RECRUITS + 1):
        yield drawer.officer(
            f"GN-{index:04d}", BUREAU, "GN-D", (hired, hired), cohort="recruit", published=None,
            probation_until=hired + timedelta(days=364),
        )  # fmt: skip


def _found(stage: Stage, moment: datetime) -> None:
    put_area(stage, moment, "441200", "肇庆市", "PREFECTURE", english="Zhaoqing")
    put_area(stage, moment, COUNTY, "广宁县", "COUNTY", "441200", "Guangning")
    for number, name in enumerate(TOWNS, 1):
        put_area(stage, moment, town_code(number), name + SAMPLE, "TOWN", COUNTY)
        for grid in range(1, 4):
            put_area(stage, moment, f"{town_code(number)}{grid:02d}", f"{name}第{grid}网格", "GRID", town_code(number))
    found_units(stage, "广宁县城管执法机构.csv", (one.line for one in _units()), BEGAN, moment)


def _units() -> Iterable[Founding]:
    day = date(2017, 9, 1)
    yield Founding(
        BUREAU, "广宁县城市管理和综合执法局", "执法局", opened=day, agency=True, regime="guangning", nature="行政机关",
        area=COUNTY, posts=70, english="Guangning City Management and Enforcement Bureau",
    )  # fmt: skip
    yield Founding("GN-D", "广宁县城市管理综合执法大队", "大队", BUREAU, day, english="Guangning Brigade")
    for number in (1, 2):
        yield Founding(f"GN-D{number}", f"县城{'一二'[number - 1]}中队", "中队", "GN-D", day)
    for number, name in enumerate(TOWNS, 1):
        yield Founding(f"GN-T{number:02d}", f"{name}执法中队{SAMPLE}", "中队", "GN-D", day, nature="派驻镇执法队伍")
        yield Founding(
            f"GN-P{number:02d}", f"{name}城市管理办公室{SAMPLE}", "乡镇机构", BUREAU, day, level="乡镇级",
            enforces=False, nature="镇管理机构", area=town_code(number),
        )  # fmt: skip


def _powers(stage: Stage, moment: datetime) -> None:
    """Housing is held and published; the five other fields are planned, one by one as each is ripe (GN-18)."""
    today = moment.astimezone(stage.zone).date()
    for item in load_regime("guangning").items.values():
        if item.domain == "HOU":
            service.hold_power(
                stage.session, stage.hand, BUREAU, item.code, on=TAKEN_OVER, published_on=TAKEN_OVER, now=moment,
                today=today, note="广宁县实施方案(征求意见稿)",
            )  # fmt: skip
        else:
            service.plan_power(
                stage.session, stage.hand, BUREAU, item.code, on=TAKEN_OVER, now=moment, today=today,
                note="成熟一个、承接一个",
            )  # fmt: skip


def _dispatch(stage: Stage, moment: datetime) -> None:
    """Each town's squad: business by the bureau's brigade, daily management by the town (GN-20)."""
    today = moment.astimezone(stage.zone).date()
    for number in range(1, len(TOWNS) + 1):
        for index in range(DISPATCHED):
            service.post(
                stage.session, stage.hand, f"GN-{16 + number * DISPATCHED + index:04d}", unit=f"GN-T{number:02d}",
                kind="DISPATCH", business_unit="GN-D", daily_unit=f"GN-P{number:02d}", duty_title="派驻执法队员",
                valid_from=today, today=today, now=moment,
            )  # fmt: skip


def _programme(stage: Stage, certified: list[str]) -> None:
    """Rotation and certification of everybody by 2018-06-30 (GN-02): two rotations, and a few who never finished."""
    kept: list[int] = []
    rotated = [code for code in certified if code not in UNROTATED]
    stage.note(
        stage.at(date(2017, 9, 22), 9),
        lambda now: kept.append(training.adopt_programme(stage.session, stage.hand, BUREAU, PROGRAMME, now)),
    )
    for task, day, codes, paper in (
        ("CERTIFY", date(2017, 11, 14), certified, "执法资格证件登记册"),
        ("ROTATE", date(2017, 12, 8), rotated[:30], "第一期轮训结业名册"),
        ("ROTATE", date(2018, 5, 25), rotated[30:], "第二期轮训结业名册"),
    ):
        stage.note(stage.at(day, 17), partial(_mark, stage, kept, codes, (task, day, paper)))


def _mark(stage: Stage, kept: list[int], codes: list[str], what: tuple[str, date, str], now: datetime) -> None:
    mark_tasks(stage, stage.hand, kept[0], codes, what, now)


def _counts(session: Session) -> dict[str, int]:
    return {
        "units": count(session, Unit),
        "officers": count(session, Person, Person.kind == PersonKind.OFFICER.value),
        "auxiliaries": count(session, Person, Person.kind == PersonKind.AUXILIARY.value),
        "certificates": count(session, Certificate),
        "ledger_entries": count(session, LedgerEntry),
    }
