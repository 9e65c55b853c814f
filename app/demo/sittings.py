"""Exams every locality shares: the bank, specifications, sittings planned and released, answers that earn a mark."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.bank import service as questions
from app.core.permissions import Actor
from app.demo.stage import Stage
from app.exams import service
from app.exams.queries import specifications
from app.exams.service.saving import Answer
from app.exams.sitting import Kind
from question_bank.items import ItemType, Paper
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell

TITLES = {Paper.PUBLIC_LAW: "公共法律知识", Paper.PROFESSIONAL: "城市管理专业法律知识"}
CODES = {Paper.PUBLIC_LAW: "PUB", Paper.PROFESSIONAL: "CITY"}
SHORT = ((ItemType.SINGLE, 10, 5), (ItemType.MULTIPLE, 4, 5), (ItemType.TRUE_FALSE, 6, 5))
BOTH = (Paper.PUBLIC_LAW, Paper.PROFESSIONAL)
ROOM = 300
"""Seats of a room."""
ORDINALS = "一二三四五六七八九十"
Cells = Sequence[tuple[ItemType, int, int]]


@dataclass(frozen=True)
class Exam:
    """A sitting as it went: whose, of which paper, who sat it, and what they reached."""

    unit: str
    paper: Paper
    specification: str
    title: str
    day: date
    hour: int
    codes: Sequence[str]
    targets: Sequence[int]
    minutes: int
    saves: int = 3
    place: str = "市委党校教学楼"


def fill_bank(stage: Stage, moment: datetime) -> None:
    """The bundled questions, written by the editor and approved by the reviewer."""
    questions.load_bundled(stage.session, stage.cast["edi"], stage.cast["rui"], moment)


def specify(
    stage: Stage, actor: Actor, unit: str, paper: Paper, what: tuple[str, str, Kind, Cells, int], moment: datetime
) -> None:
    """Write a specification: its code, what its title ends with, its kind, its cells and its minutes."""
    code, word, kind, cells, minutes = what
    formal = kind is Kind.FORMAL
    service.create_specification(
        stage.session, actor, code=code, unit_id=stage.units[unit], paper=paper, kind=kind,
        data=service.SpecificationData(
            title=f"{TITLES[paper]}{word}", pass_percent=60 if formal else None, duration_minutes=minutes,
            attempts=3 if formal else 50, period_days=365, wait_days=30 if formal else 0, shuffle_items=True,
            shuffle_options=True, scoring=ScoringPolicy.ALL_OR_NOTHING,
            cells=tuple(Cell(None, type_, None, count, Decimal(marks)) for type_, count, marks in cells),
        ),
        now=moment, today=moment.astimezone(stage.zone).date(),
    )  # fmt: skip


def passing_targets(stage: Stage, codes: Sequence[str]) -> list[int]:
    """Marks for a sitting that everybody who counts passed."""
    return [60 + 5 * stage.chance.randrange(1, 9) for _code in codes]


def sit_formerly(stage: Stage, exam: Exam, take_over: Callable[[Stage, Exam, int, datetime], None]) -> None:
    """Note a sitting of former years: planned, taken over as a whole, released."""
    opens, closes = window(stage, exam)
    kept: list[int] = []
    stage.note(opens - timedelta(days=20), lambda now: kept.append(plan(stage, exam, now)))
    stage.note(closes + timedelta(hours=2), lambda now: take_over(stage, exam, kept[0], now))
    stage.note(closes + timedelta(days=3), lambda now: release(stage, exam, kept[0], now))


def window(stage: Stage, exam: Exam) -> tuple[datetime, datetime]:
    """When a sitting opens and closes."""
    opens = stage.at(exam.day, exam.hour)
    return opens, opens + timedelta(minutes=exam.minutes + 30)


def plan(stage: Stage, exam: Exam, now: datetime, invigilators: tuple[str, ...] = ()) -> int:
    """Plan a sitting with its candidates and seats, and announce it; returns its id."""
    actor, (opens, closes) = stage.trainer(exam.unit), window(stage, exam)
    rooms = max(2, -(-len(exam.codes) // ROOM))
    data = service.SittingData(
        title=exam.title, specification_id=specification_id(stage, exam.specification), opens_at=opens,
        closes_at=closes, duration_minutes=exam.minutes, show_explanations=True,
        rooms=tuple(service.RoomData(f"第{ORDINALS[number]}考场", ROOM, exam.place) for number in range(rooms)),
        invigilators=invigilators,
    )  # fmt: skip
    sitting = service.plan_sitting(stage.session, actor, stage.units[exam.unit], data, now=now)
    report = service.admit_codes(stage.session, actor, sitting, exam.codes, now=now, zone=stage.zone)
    if report.refused:
        raise RuntimeError(str(report.refused[:3]))
    service.assign_seats(stage.session, actor, sitting, now=now)
    service.announce(stage.session, actor, sitting, now=now)
    return sitting


def release(stage: Stage, exam: Exam, sitting: int, now: datetime) -> None:
    """Release the results of a sitting."""
    service.release_results(stage.session, stage.trainer(exam.unit), sitting, len(exam.codes), now=now)


def specification_id(stage: Stage, code: str) -> int:
    """The id of a specification."""
    return next(row.id for row in specifications(stage.session, None) if row.code == code)


def answers_for(places: Sequence[Mapping[str, Any]], keys: Sequence[str], target: int, chance: Random) -> list[Answer]:
    """Answers that earn exactly the target where single marks allow it: right while there is room, wrong after."""
    left, answers = Decimal(target), []
    order = sorted(range(len(places)), key=lambda index: (-Decimal(places[index]["marks"]), chance.random()))
    for index in order:
        marks = Decimal(places[index]["marks"])
        right = marks <= left
        left -= marks if right else 0
        value = keys[index] if right else _wrong(places[index]["order"] or "TF", keys[index])
        answers.append(Answer(f"a{index + 1}", index + 1, value))
    return sorted(answers, key=lambda answer: answer.position)


def _wrong(options: Sequence[str], key: str) -> str:
    return next(letter for letter in sorted(options) if letter != key)
