"""Exams: specifications, sittings of the past with papers, journals and results, practice, and next week's sitting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import select

from app.accounts.passwords import new_token
from app.bank import queries as bank
from app.bank import service as questions
from app.core.permissions import Actor
from app.demo.pingliang.accounts import candidate
from app.demo.pingliang.stage import KONGTONG, ROOT, Stage
from app.exams import service
from app.exams.models import ExamPaper
from app.exams.queries import passes, specifications
from app.exams.service.saving import Answer, note_events, save_answers
from app.exams.sitting import EventKind, Kind
from question_bank.items import ItemType, Paper
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell

TITLES = {Paper.PUBLIC_LAW: "公共法律知识", Paper.PROFESSIONAL: "城市管理专业法律知识"}
CODES = {Paper.PUBLIC_LAW: "PUB", Paper.PROFESSIONAL: "CITY"}
SHORT = ((ItemType.SINGLE, 10, 5), (ItemType.MULTIPLE, 4, 5), (ItemType.TRUE_FALSE, 6, 5))
LONG = ((ItemType.SINGLE, 40, 1), (ItemType.MULTIPLE, 15, 2), (ItemType.TRUE_FALSE, 30, 1))
FORGETFUL = 17
BOTH = (Paper.PUBLIC_LAW, Paper.PROFESSIONAL)
TARGETS = {
    Paper.PUBLIC_LAW: (88, 76, 57, 91, 64, 82, 70, 49, 85, 79, 93, 60),
    Paper.PROFESSIONAL: (81, 90, 73, 66, 55, 87, 78, 69, 58, 84, 72, 95),
}
"""Marks out of 100 that the candidates of the sitting three months ago reach, in turn."""
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


def fill_bank(stage: Stage, moment: datetime) -> None:
    """The bundled questions, written by the editor and approved by the reviewer."""
    questions.load_bundled(stage.session, stage.cast["edi"], stage.cast["rui"], moment)


def specify(stage: Stage, moment: datetime) -> None:
    """The city's short papers of former years."""
    for paper in BOTH:
        _specify(stage, stage.hand, ROOT, paper, (f"PL-{CODES[paper]}", "资格考试", Kind.FORMAL, SHORT, 40), moment)


def specify_kongtong(stage: Stage, moment: datetime) -> None:
    """Kongtong's formal and practice papers, written by tan."""
    for paper in BOTH:
        code = CODES[paper]
        actor = stage.cast["tan"]
        _specify(stage, actor, KONGTONG, paper, (f"KT-{code}", "资格考试", Kind.FORMAL, LONG, 90), moment)
        _specify(stage, actor, KONGTONG, paper, (f"KT-{code}-PR", "模拟练习", Kind.PRACTICE, SHORT, 30), moment)


def _specify(
    stage: Stage, actor: Actor, unit: str, paper: Paper, what: tuple[str, str, Kind, Cells, int], moment: datetime
) -> None:
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


def great_targets(stage: Stage, codes: Sequence[str]) -> list[int]:
    """Marks for a sitting that everybody who counts passed."""
    return [60 + 5 * stage.chance.randrange(1, 9) for _code in codes]


def sit(stage: Stage, exam: Exam) -> None:
    """Note a whole sitting in the diary: planned a month before, written, closed and released."""
    opens, closes = _window(stage, exam)
    kept: list[int] = []
    stage.note(opens - timedelta(days=20), lambda now: kept.append(_plan(stage, exam, now)))
    stage.note(opens - timedelta(hours=20), lambda now: _papers(stage, exam.unit, kept[0], now))
    stage.note(opens + timedelta(minutes=2), lambda now: _write(stage, exam, kept[0], now))
    stage.note(closes + timedelta(hours=2), lambda now: _close(stage, now))
    stage.note(closes + timedelta(days=3), lambda now: _release(stage, exam, kept[0], now))


def sit_formerly(stage: Stage, exam: Exam, take_over: Callable[[Stage, Exam, int, datetime], None]) -> None:
    """Note a sitting of former years: planned, taken over as a whole, released."""
    opens, closes = _window(stage, exam)
    kept: list[int] = []
    stage.note(opens - timedelta(days=20), lambda now: kept.append(_plan(stage, exam, now)))
    stage.note(closes + timedelta(hours=2), lambda now: take_over(stage, exam, kept[0], now))
    stage.note(closes + timedelta(days=3), lambda now: _release(stage, exam, kept[0], now))


def _window(stage: Stage, exam: Exam) -> tuple[datetime, datetime]:
    opens = stage.at(exam.day, exam.hour)
    return opens, opens + timedelta(minutes=exam.minutes + 30)


def _plan(stage: Stage, exam: Exam, now: datetime) -> int:
    actor, (opens, closes) = stage.trainer(exam.unit), _window(stage, exam)
    data = service.SittingData(
        title=exam.title, specification_id=specification_id(stage, exam.specification), opens_at=opens,
        closes_at=closes, duration_minutes=exam.minutes, show_explanations=True,
        rooms=tuple(service.RoomData(name, 300, "市委党校教学楼") for name in ("第一考场", "第二考场")),
        invigilators=("inv",) if exam.unit == KONGTONG else (),
    )  # fmt: skip
    sitting = service.plan_sitting(stage.session, actor, stage.units[exam.unit], data, now=now)
    report = service.admit_codes(stage.session, actor, sitting, exam.codes, now=now, zone=stage.zone)
    if report.refused:
        raise RuntimeError(str(report.refused[:3]))
    service.assign_seats(stage.session, actor, sitting, now=now)
    service.announce(stage.session, actor, sitting, now=now)
    return sitting


def _papers(stage: Stage, unit: str, sitting: int, now: datetime) -> None:
    service.generate_papers(
        stage.session,
        stage.trainer(unit),
        sitting,
        now=now,
        zone=stage.zone,
        most=2000,
        chance=stage.chance.getrandbits,
    )


def specification_id(stage: Stage, code: str) -> int:
    """The id of a specification."""
    return next(row.id for row in specifications(stage.session, None) if row.code == code)


@dataclass(frozen=True)
class Desk:
    """A candidate who is writing: who, on which device, which attempt."""

    actor: Actor
    device: str
    attempt: int


def _write(stage: Stage, exam: Exam, sitting: int, now: datetime) -> None:
    """Everybody begins, saves and hands in; one forgets to hand in and is closed when time is over."""
    desks = [_begin(stage, code, sitting, now + timedelta(seconds=2 * n)) for n, code in enumerate(exam.codes)]
    papers, step = _drawn(stage, sitting), timedelta(minutes=exam.minutes * 0.8) / exam.saves
    for number, (desk, target) in enumerate(zip(desks, exam.targets, strict=True)):
        answers = answers_for(*papers[desk.actor.person_id or 0], target, stage.chance)
        for part in range(exam.saves):
            moment = now + timedelta(minutes=5, seconds=number) + step * part
            save_answers(stage.session, desk.actor, desk.attempt, desk.device, answers[part :: exam.saves], now=moment)
        if number % 9 == 4:
            _wander(stage, desk.actor, desk.attempt, now + timedelta(minutes=22))
    for number, desk in enumerate(desks):
        if number != FORGETFUL:
            moment = now + timedelta(minutes=exam.minutes * 0.9, seconds=5 * number)
            service.submit(stage.session, desk.actor, desk.attempt, now=moment)


def _begin(stage: Stage, code: str, sitting: int, moment: datetime) -> Desk:
    actor, device = candidate(stage, code), new_token()
    started = service.start_attempt(stage.session, actor, sitting, device, now=moment, zone=stage.zone)
    return Desk(actor, device, started.attempt_id)


def _wander(stage: Stage, actor: Actor, attempt: int, moment: datetime) -> None:
    """The candidate leaves the page for half a minute; the invigilator sees it, and nothing follows."""
    back = moment + timedelta(seconds=31)
    kinds = ((EventKind.LEFT.value, moment), (EventKind.RETURNED.value, back))
    note_events(stage.session, actor, attempt, kinds, now=back)


def _drawn(stage: Stage, sitting: int) -> dict[int, tuple[list[Any], list[str]]]:
    """The places of each person's paper in a sitting, and the key of each."""
    rows = stage.session.execute(select(ExamPaper.person_id, ExamPaper.places).where(ExamPaper.sitting_id == sitting))
    papers: dict[int, list[Any]] = dict(rows.all())
    words = bank.versions(stage.session, {place["ref"] for places in papers.values() for place in places})
    return {
        person: (places, ["".join(sorted(words[place["ref"]].key)) for place in places])
        for person, places in papers.items()
    }


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


def _close(stage: Stage, now: datetime) -> None:
    while service.close_next_overdue(stage.session, stage.hand, now=now):
        pass


def _release(stage: Stage, exam: Exam, sitting: int, now: datetime) -> None:
    service.release_results(stage.session, stage.trainer(exam.unit), sitting, len(exam.codes), now=now)


def practice(stage: Stage, moment: datetime) -> None:
    """Practice that every officer of Kongtong can take at once, for a year."""
    for paper in BOTH:
        data = service.SittingData(
            title=f"{TITLES[paper]}模拟练习", specification_id=specification_id(stage, f"KT-{CODES[paper]}-PR"),
            opens_at=moment, closes_at=stage.now + timedelta(days=365), duration_minutes=30, show_explanations=True,
            open_practice=True,
        )  # fmt: skip
        actor = stage.cast["tan"]
        sitting = service.plan_sitting(stage.session, actor, stage.units[KONGTONG], data, now=moment)
        service.announce(stage.session, actor, sitting, now=moment)


def next_week(codes: Sequence[str]) -> Callable[[Stage, datetime], None]:
    """A formal sitting of both papers next week for these people, with seats and an invigilator."""

    def do(stage: Stage, moment: datetime) -> None:
        for paper, hour in zip(BOTH, (9, 14), strict=True):
            exam = Exam(
                KONGTONG, paper, f"KT-{CODES[paper]}", f"崆峒区{TITLES[paper]}资格考试（下周）", stage.day(days=7),
                hour, [code for code in codes if _may_sit(stage, code, paper)], (), 90,
            )  # fmt: skip
            _plan(stage, exam, moment)

    return do


def _may_sit(stage: Stage, code: str, paper: Paper) -> bool:
    """Whoever has passed the paper lately need not sit it again."""
    person = stage.people[code]
    lately = stage.day(years=2)
    return not any(
        row.passed and row.paper == paper and row.sat_on > lately for row in passes(stage.session, [person])[person]
    )
