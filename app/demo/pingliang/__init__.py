"""Pingliang: the organisation of its document with fictional people, played through the years to the present."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from app.config import Settings
from app.credentials.models import Certificate
from app.demo import Demonstration
from app.demo.counting import count
from app.demo.entering import enter
from app.demo.figures import Figure
from app.demo.issuing import anniversary_of, issue_by_ian, issue_to
from app.demo.pingliang import accounts, certificates, exams, figures, learning, organisation, people
from app.demo.pingliang.places import HAND, KONGTONG, ROOT
from app.demo.sittings import BOTH, CODES, TITLES, Exam, fill_bank, passing_targets, sit_formerly
from app.demo.stage import Action, Stage
from app.demo.takeover import take_over
from app.exams.models import Attempt
from app.ledger.models import LedgerEntry
from app.registry.codes import PersonKind
from app.registry.models import Person, Unit
from app.training.models import TrainingClass

SEED = 20170807
"""The day of the document."""


def load(session: Session, settings: Settings, now: datetime) -> Demonstration:
    """Fill an empty database in the caller's transaction: six years of history that end with `now`.

    The same seed gives the same people; passwords are new every time and are returned this once.
    """
    stage = Stage(session, settings, now, Random(SEED), HAND, ROOT, KONGTONG)  # noqa: S311 - people by chance, not secrets
    eras = figures.Eras(
        began=stage.day(years=5, days=-110), great=stage.workday(years=3, days=-40), later=stage.workday(days=-420),
        spring=stage.workday(days=-90), today=stage.today,
    )  # fmt: skip
    stage.figures = figures.draw(stage.chance, eras)
    _beginnings(stage, eras)
    _former_years(stage, eras)
    _recent(stage, eras)
    learning.write_diary(stage)
    stage.play()
    return Demonstration("pingliang", _counts(session), accounts.announced(stage))


def _beginnings(stage: Stage, eras: figures.Eras) -> None:
    founders = [one for one in stage.figures if one.cohort not in ("later", "spring", "recruit")]
    stage.note(stage.at(eras.began, 9), lambda now: organisation.found(stage, now))
    stage.note(stage.at(eras.began, 10), lambda now: accounts.hire_staff(stage, now))
    stage.note(stage.at(eras.began, 11), lambda now: _enter(stage, founders, now))
    stage.note(stage.at(eras.began, 15), lambda now: learning.legacy_programme(stage, now))
    stage.note(stage.at(eras.began, 16), lambda now: fill_bank(stage, now))
    stage.note(stage.at(eras.began, 17), lambda now: exams.specify_city(stage, now))


def _former_years(stage: Stage, eras: figures.Eras) -> None:
    """Three sittings of the city, and certificates issued on them so that today they are in every stage of life."""
    first = _codes(stage, "first")
    _city_sitting(stage, first, stage.workday(years=5, days=-70), "首批")
    for part, days in ((first[0::5], -21), (first[1::5], 14), (first[2::5], 96), (first[3::5], 26), (first[4::5], 140)):
        day = anniversary_of(stage, days)
        stage.note(stage.at(day, 10), _issuing(stage, part))
    renewed = [code for code in first[4::5] if code.startswith(KONGTONG[3:])]
    stage.note(stage.at(stage.day(days=-25), 10), lambda now: certificates.renew(stage, renewed, now))
    great = _codes(stage, "great")
    _city_sitting(stage, great, eras.great, "全员")
    stage.note(stage.at(eras.great + timedelta(days=25), 10), _issuing(stage, great))
    later = [one for one in stage.figures if one.cohort == "later"]
    stage.note(stage.at(eras.later - timedelta(days=40), 9), lambda now: _enter(stage, later, now))
    _city_sitting(stage, [one.code for one in later], eras.later, "新进人员")
    stage.note(stage.at(eras.later + timedelta(days=25), 10), _issuing(stage, [one.code for one in later]))


def _recent(stage: Stage, eras: figures.Eras) -> None:
    spring = [one for one in stage.figures if one.cohort == "spring"]
    recruits = [one for one in stage.figures if one.cohort == "recruit"]
    codes = [one.code for one in spring]
    for paper, hour in zip(BOTH, (9, 14), strict=True):
        targets = exams.TARGETS[paper] * (len(codes) // len(exams.TARGETS[paper]) + 1)
        exams.sit(stage, Exam(
            KONGTONG, paper, f"KT-{CODES[paper]}", f"崆峒区{TITLES[paper]}资格考试", eras.spring, hour, codes,
            targets[: len(codes)], 90,
        ))  # fmt: skip
    two_hours_ago = stage.now - timedelta(hours=2)
    passed = [code for index, code in enumerate(codes) if index % 3 == 0]
    expired = [code for code in _codes(stage, "first")[0::5] if code.startswith(KONGTONG[3:])]
    doubtful = [code for index, code in enumerate(codes) if index % 12 in (2, 4, 7, 8)]
    sealed = ["KT-0023", "KT-0032", "KT-0074", "KT-0067", "KT-0004", "JC-0020"]
    pages = (
        (stage.at(eras.spring - timedelta(days=110), 9), lambda now: _enter(stage, spring, now)),
        (stage.at(eras.spring - timedelta(days=80), 9), lambda now: exams.specify_kongtong(stage, now)),
        (stage.at(eras.spring - timedelta(days=60), 9), lambda now: learning.initial_course(stage, now)),
        (stage.at(eras.spring + timedelta(days=30), 10), lambda now: issue_by_ian(stage, passed, now)),
        (stage.at(stage.day(days=-300), 9), lambda now: people.dispatch(stage, now)),
        (stage.at(stage.day(days=-80), 9), lambda now: people.sanctions(stage, now)),
        (stage.at(stage.day(days=-50), 9), lambda now: people.depart(stage, now)),
        (stage.at(stage.day(days=-48), 9), lambda now: certificates.change_some(stage, now)),
        (stage.at(stage.day(days=-30), 9), lambda now: learning.present_programme(stage, now)),
        (two_hours_ago, lambda now: _enter(stage, recruits, now)),
        (two_hours_ago, lambda now: accounts.admit_officers(stage, now)),
        (two_hours_ago, lambda now: exams.practice(stage, now)),
        (two_hours_ago, lambda now: exams.next_week([*doubtful, *expired])(stage, now)),
        (two_hours_ago, lambda now: learning.plans(stage, now)),
        (stage.now - timedelta(minutes=30), lambda now: learning.open_classes(stage, now)),
        (stage.now, lambda now: _seal(stage, sealed, now)),
    )  # fmt: skip
    for moment, action in pages:
        stage.note(moment, action)


def _enter(stage: Stage, figures: Sequence[Figure], now: datetime) -> None:
    enter(stage, figures, now, without_photo=people.WITHOUT_PHOTO)


def _seal(stage: Stage, codes: Sequence[str], now: datetime) -> None:
    certificates.seal_some(stage, codes, now)


def _codes(stage: Stage, cohort: str) -> list[str]:
    return [one.code for one in stage.figures if one.cohort == cohort]


def _issuing(stage: Stage, codes: Sequence[str]) -> Action:
    return lambda now: issue_to(stage, codes, now)


def _city_sitting(stage: Stage, codes: Sequence[str], day: date, name: str) -> None:
    for paper, hour in zip(BOTH, (9, 14), strict=True):
        sit_formerly(stage, Exam(
            ROOT, paper, f"PL-{CODES[paper]}", f"平凉市{TITLES[paper]}资格考试（{name}）", day, hour, codes,
            passing_targets(stage, codes), 40,
        ), take_over)  # fmt: skip


def _counts(session: Session) -> dict[str, int]:
    kind = Person.kind
    return {
        "units": count(session, Unit),
        "officers": count(session, Person, kind == PersonKind.OFFICER.value),
        "auxiliaries": count(session, Person, kind == PersonKind.AUXILIARY.value),
        "classes": count(session, TrainingClass),
        "attempts": count(session, Attempt),
        "certificates": count(session, Certificate),
        "ledger_entries": count(session, LedgerEntry),
    }
