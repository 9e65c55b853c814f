"""An exam hall in the database: candidates with accounts, sessions and papers begun, for trials of the real server."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import Account, AccountSession, RoleGrant
from app.accounts.passwords import token_hash
from app.core.permissions import Actor, P, system_actor
from app.exams import service
from app.exams.sitting import Kind
from app.extensions import db
from app.registry.models import Employment, Person, PersonProfile, Posting, Unit
from question_bank.items import ItemType, Paper
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell
from tests.app.exams.conftest import ZONE, add_items

PLACES = 40


def seed(app: Flask, count: int, now: datetime) -> Iterator[tuple[str, int, str, int]]:
    """Commit the hall; yields (session token, attempt id, device, places) for each candidate."""
    session = db.session()
    operator = system_actor("trial")
    unit = Unit(
        code="HALL", name_zh="考场", kind="BUREAU", is_agency=True, regime="pingliang", opened_on=date(2016, 1, 1)
    )
    session.add(unit)
    session.flush()
    unit.path, unit.agency_id = f"/{unit.id}/", unit.id
    add_items(session, "PUBLIC_LAW", "行政处罚法", "SINGLE", PLACES + 5)
    sitting_id = _sitting(session, operator, unit.id, now)
    people = [_person(session, unit.id, number, now) for number in range(count)]
    report = service.admit_codes(
        session, operator, sitting_id, [code for code, _id, _token in people], now=now, zone=ZONE
    )
    assert report.refused == ()
    service.announce(session, operator, sitting_id, now=now)
    begun = []
    for code, person_id, token in people:
        actor = Actor(label=code, person_id=person_id, grants={P.SELF: None})
        started = service.start_attempt(session, actor, sitting_id, f"device-{code}", now=now, zone=ZONE)
        begun.append((token, started.attempt_id, f"device-{code}", PLACES))
    session.commit()
    db.session.remove()
    yield from begun


def _sitting(session: Session, operator: Actor, unit_id: int, now: datetime) -> int:
    wording = service.SpecificationData(
        title="公共法律知识", pass_percent=None, duration_minutes=180, attempts=3, period_days=365, wait_days=30,
        shuffle_items=True, shuffle_options=True, scoring=ScoringPolicy.ALL_OR_NOTHING,
        cells=(Cell("行政处罚法", ItemType.SINGLE, None, PLACES, Decimal(1)),),
    )  # fmt: skip
    specification = service.create_specification(
        session, operator, code="HALL-1", unit_id=unit_id, paper=Paper.PUBLIC_LAW, kind=Kind.FORMAL, data=wording,
        now=now, today=now.astimezone(ZONE).date(),
    )  # fmt: skip
    plan = service.SittingData(
        title="考场", specification_id=specification, opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(hours=4), duration_minutes=180, rooms=(), invigilators=(),
    )  # fmt: skip
    return service.plan_sitting(session, operator, unit_id, plan, now=now - timedelta(minutes=5))


def _person(session: Session, unit_id: int, number: int, now: datetime) -> tuple[str, int, str]:
    code, hired = f"HALL-{number:03d}", date(2019, 5, 6)
    times = {"valid_from": hired, "recorded_at": now, "recorded_by": "trial"}
    person = Person(code=code, name=f"考生{number}", kind="OFFICER", created_at=now)
    session.add(person)
    session.flush()
    session.add(PersonProfile(person_id=person.id, name=person.name, kind="OFFICER", on_public_roster=True, **times))
    session.add(
        Employment(person_id=person.id, agency_id=unit_id, category="CIVIL_SERVANT", service_start=hired, **times)
    )
    session.add(Posting(person_id=person.id, unit_id=unit_id, kind="HOME", **times))
    account = Account(
        username=code.lower(), display_name=person.name, password_changed_at=now, person_id=person.id, created_at=now
    )
    session.add(account)
    session.flush()
    session.add(RoleGrant(account_id=account.id, role="OFFICER", unit_id=unit_id, granted_at=now, granted_by="trial"))
    token = f"token-{code}"
    session.add(
        AccountSession(
            token_hash=token_hash(token), account_id=account.id, created_at=now, last_seen_at=now, address="", agent=""
        )
    )
    session.flush()
    return code, person.id, token
