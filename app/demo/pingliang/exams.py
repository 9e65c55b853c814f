"""Exams: specifications, sittings of the past with papers, journals and results, practice, and next week's sitting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.passwords import new_token
from app.bank import queries as bank
from app.core.permissions import Actor
from app.demo.casting import candidate
from app.demo.pingliang.places import KONGTONG, ROOT
from app.demo.sittings import (
    BOTH,
    CODES,
    SHORT,
    TITLES,
    Exam,
    answers_for,
    plan,
    release,
    specification_id,
    specify,
    window,
)
from app.demo.stage import Stage
from app.exams import service
from app.exams.models import ExamPaper
from app.exams.queries import passes
from app.exams.service.saving import note_events, save_answers
from app.exams.sitting import EventKind, Kind
from question_bank.items import ItemType, Paper

LONG = ((ItemType.SINGLE, 40, 1), (ItemType.MULTIPLE, 15, 2), (ItemType.TRUE_FALSE, 30, 1))
FORGETFUL = 17
TARGETS = {
    Paper.PUBLIC_LAW: (88, 76, 57, 91, 64, 82, 70, 49, 85, 79, 93, 60),
    Paper.PROFESSIONAL: (81, 90, 73, 66, 55, 87, 78, 69, 58, 84, 72, 95),
}
"""Marks out of 100 that the candidates of the sitting three months ago reach, in turn."""


def specify_city(stage: Stage, moment: datetime) -> None:
    """The city's short papers of former years."""
    for paper in BOTH:
        specify(stage, stage.hand, ROOT, paper, (f"PL-{CODES[paper]}", "资格考试", Kind.FORMAL, SHORT, 40), moment)


def specify_kongtong(stage: Stage, moment: datetime) -> None:
    """Kongtong's formal and practice papers, written by tan."""
    for paper in BOTH:
        code = CODES[paper]
        actor = stage.cast["tan"]
        specify(stage, actor, KONGTONG, paper, (f"KT-{code}", "资格考试", Kind.FORMAL, LONG, 90), moment)
        specify(stage, actor, KONGTONG, paper, (f"KT-{code}-PR", "模拟练习", Kind.PRACTICE, SHORT, 30), moment)


def sit(stage: Stage, exam: Exam) -> None:
    """Note a whole sitting in the diary: planned a month before, written, closed and released."""
    opens, closes = window(stage, exam)
    kept: list[int] = []
    stage.note(opens - timedelta(days=20), lambda now: kept.append(_plan(stage, exam, now)))
    stage.note(opens - timedelta(hours=20), lambda now: _papers(stage, exam.unit, kept[0], now))
    stage.note(opens + timedelta(minutes=2), lambda now: _write(stage, exam, kept[0], now))
    stage.note(closes + timedelta(hours=2), lambda now: _close(stage, now))
    stage.note(closes + timedelta(days=3), lambda now: release(stage, exam, kept[0], now))


def _plan(stage: Stage, exam: Exam, now: datetime) -> int:
    return plan(stage, exam, now, ("inv",) if exam.unit == KONGTONG else ())


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


def _close(stage: Stage, now: datetime) -> None:
    while service.close_next_overdue(stage.session, stage.hand, now=now):
        pass


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
