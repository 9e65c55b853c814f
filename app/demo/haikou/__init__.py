"""Haikou: 3,111 people trained in closed camps, sixteen of them dismissed, and 52 joint squads around the clock."""

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from app.accounts.policy import Role
from app.config import Settings
from app.credentials.models import Certificate
from app.demo import Demonstration, casting
from app.demo.casting import EVERYWHERE, Part
from app.demo.classes import Lesson, attended
from app.demo.counting import count
from app.demo.entering import enter
from app.demo.haikou import duty, organisation, people
from app.demo.haikou.places import CITY, HAND
from app.demo.issuing import anniversary_of
from app.demo.qualifying import Papers, certify, examine, lately, write_papers
from app.demo.sittings import fill_bank
from app.demo.stage import Stage
from app.eligibility.models import DutySquad, DutySquadMember, RosterShift
from app.exams.models import Attempt
from app.ledger.models import LedgerEntry
from app.registry.codes import PersonKind, SeparationReason
from app.registry.models import Area, Person, Separation, Unit

SEED = 20171114
"""The day of the document."""
BEGAN = date(2017, 2, 6)
"""When the registry was set up: a sample, before the camps."""
LAST_DAYS = (2, -21, 14, 96, 140)
"""Days from today to the last day of the oldest certificates; the first is the officer's of scenario S04."""
REFRESHER = Lesson("年度业务法规网络培训", "ONLINE", "在线学习", 0, 40, {"LAW": 30, "BUSINESS": 30})
CLASS = 800
"""People of one class."""
PAPERS = Papers("HK", "海口市", "海南省高级警官培训学校")


def load(session: Session, settings: Settings, now: datetime) -> Demonstration:
    """Fill an empty database in the caller's transaction; the same seed gives the same people."""
    stage = Stage(session, settings, now, Random(SEED), HAND, CITY, CITY)  # noqa: S311 - people by chance, not secrets
    stage.figures = people.draw(stage.chance)
    parts = (
        *casting.staff(CITY),
        Part("sun", "执法督导员", "supervisor", (Role.SUPERVISOR,), EVERYWHERE),
        Part("ou", "联合分队执法人员，证件后天到期", "officer of a joint squad, certificate ends in two days",
             (Role.OFFICER,), CITY, duty.expiring(stage)),
    )  # fmt: skip
    _beginnings(stage, parts)
    _certificates(stage)
    stage.note(stage.at(stage.day(days=-40), 9), lambda moment: people.suspend(stage, moment))
    two_hours_ago = now - timedelta(hours=2)
    stage.note(two_hours_ago, lambda moment: casting.admit(stage, parts[-1:], moment))
    stage.note(two_hours_ago, lambda moment: duty.form_squads(stage, moment))
    stage.note(two_hours_ago, lambda moment: duty.plan_week(stage, moment))
    stage.play()
    where = {EVERYWHERE: ("全市", "everywhere"), CITY: ("全市", "Haikou")}
    return Demonstration("haikou", _counts(session), casting.announced(stage, parts, where))


def _beginnings(stage: Stage, parts: tuple[Part, ...]) -> None:
    stage.note(stage.at(BEGAN, 9), lambda now: organisation.found(stage, now))
    stage.note(stage.at(BEGAN, 10), lambda now: casting.admit(stage, parts[:-1], now))
    stage.note(stage.at(BEGAN, 11), lambda now: enter(stage, stage.figures, now))
    stage.note(stage.at(BEGAN, 16), lambda now: fill_bank(stage, now))
    people.camps(stage)
    stage.note(stage.at(people.DISMISSED_ON, 9), lambda now: people.dismiss(stage, now))
    write_papers(stage, PAPERS, stage.day(years=5, days=-110))


def _certificates(stage: Stage) -> None:
    """A few certificates of five years ago that end about now, and those of two years ago."""
    serving = [one.code for one in stage.figures if one.cohort == "great"]
    first = [duty.expiring(stage), *serving[10:400:30]]
    great = [code for code in serving if code not in set(first)]
    examine(stage, PAPERS, "首批", first, stage.workday(years=5, days=-70))
    for index, days in enumerate(LAST_DAYS):
        part = first[:1] if index == 0 else first[index :: len(LAST_DAYS) - 1]
        certify(stage, part, anniversary_of(stage, days))
    lately(stage, PAPERS, great)
    last_year = date(stage.today.year - 1, 9, 1)
    for start in range(0, len(serving), CLASS):
        attended(stage, CITY, last_year, REFRESHER, serving[start : start + CLASS])


def _counts(session: Session) -> dict[str, int]:
    kind = Person.kind
    return {
        "units": count(session, Unit),
        "towns": count(session, Area, Area.kind == "TOWN"),
        "communities": count(session, Area, Area.kind == "COMMUNITY"),
        "grids": count(session, Area, Area.kind == "GRID"),
        "officers": count(session, Person, kind == PersonKind.OFFICER.value),
        "auxiliaries": count(session, Person, kind == PersonKind.AUXILIARY.value),
        "police": count(session, Person, kind.in_((PersonKind.POLICE.value, PersonKind.AUX_POLICE.value))),
        "dismissed": count(session, Separation, Separation.reason == SeparationReason.TRAINING_FAILED.value),
        "attempts": count(session, Attempt),
        "certificates": count(session, Certificate),
        "squads": count(session, DutySquad),
        "squad_members": count(session, DutySquadMember),
        "shifts": count(session, RosterShift),
        "ledger_entries": count(session, LedgerEntry),
    }
