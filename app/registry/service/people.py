"""People: entering them, their profile, identity number and extra time."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.ledger.service import record
from app.registry import identity
from app.registry.models import Person, PersonProfile
from app.registry.service.access import editable_person
from app.registry.service.facts import add
from app.registry.service.kinds import KINDS, check_days, columns
from app.registry.service.organisation import checked_code
from app.registry.service.serving import employ_person, post_person

IDENTITY_WORDS = {
    "identity-shape": N_("An identity number has 17 digits and a digit or X."),
    "identity-birth-date": N_("The birth date in this identity number is not a day."),
    "identity-check-digit": N_("The check digit of this identity number is not right; compare it with the card."),
}
MOST_EXTRA = 200


@dataclass(frozen=True)
class NewPerson:
    """Whoever is entered, with the employment and home unit they begin with; `unit_code` empty is the agency itself."""

    code: str
    name: str
    kind: str
    agency_code: str
    category: str
    hired_on: date
    unit_code: str = ""
    id_number: str = ""
    duty_title: str = ""
    phone: str = ""
    email: str = ""
    legal_qualification: bool = False
    on_public_roster: bool | None = None
    entry_channel: str = ""
    service_start: date | None = None
    probation_until: date | None = None
    initial_training_done_on: date | None = None


def add_person(
    session: Session, actor: Actor, new: NewPerson, *, vault: identity.Vault, today: date, now: datetime
) -> int:
    """Enter a person with profile, employment and home posting, all from the day of hire; returns the id.

    Raises Refused `person-code-taken`, `identity-taken`; Invalid `code-shape`, `identity-*` and what the facts say.
    """
    code = checked_code(new.code)
    with session.begin_nested():
        if session.scalar(select(Person.id).where(Person.code == code)) is not None:
            raise Refused("person-code-taken", N_("There is already a person with this code."), field="code")
        check_days(new.hired_on, None)
        profile = columns(session, KINDS["profile"], {
            "name": new.name, "kind": new.kind, "phone": new.phone, "email": new.email,
            "legal_qualification": new.legal_qualification, "on_public_roster": new.on_public_roster,
        })  # fmt: skip
        person = Person(code=code, name=profile["name"], kind=profile["kind"], created_at=now)
        session.add(person)
        session.flush()
        session.add(
            PersonProfile(
                person_id=person.id, **profile, valid_from=new.hired_on, recorded_at=now, recorded_by=actor.label
            )
        )
        record(
            session, actor, "registry.person.entered", ("person", person.id), now=now, after={"code": code, **profile}
        )
        if new.id_number:
            _keep_identity(session, actor, person, new.id_number, vault, now, "")
        employ_person(
            session, actor, person.id, agency_code=new.agency_code, category=new.category, valid_from=new.hired_on,
            entry_channel=new.entry_channel, service_start=new.service_start, probation_until=new.probation_until,
            initial_training_done_on=new.initial_training_done_on, today=today, now=now,
        )  # fmt: skip
        post_person(
            session, actor, person.id, unit_code=new.unit_code or new.agency_code, kind="HOME",
            duty_title=new.duty_title, valid_from=new.hired_on, today=today, now=now,
        )  # fmt: skip
    return person.id


def change_profile(
    session: Session,
    actor: Actor,
    code: str,
    *,
    today: date,
    now: datetime,
    **values: Any,  # noqa: ANN401 - columns
) -> int:
    """Say what a person is called, what kind they are, and how to reach them, from `valid_from` on.

    The profile before ends the day before. Returns the fact's id.
    """
    person = editable_person(session, actor, code, today)
    return int(add(session, actor, "profile", person.id, values, now=now, today=today, follows={}).id)


def record_identity(
    session: Session,
    actor: Actor,
    code: str,
    *,
    number: str,
    reason: str,
    vault: identity.Vault,
    today: date,
    now: datetime,
) -> None:
    """Keep a person's identity number, encrypted; the ledger says that it was done and never what it is.

    Raises NotFound, Invalid `identity-shape`, `identity-birth-date`, `identity-check-digit`; Refused `identity-taken`.
    """
    person = session.get_one(Person, editable_person(session, actor, code, today).id)
    if person.id_index and not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="why")
    _keep_identity(session, actor, person, number, vault, now, reason)


def _keep_identity(
    session: Session, actor: Actor, person: Person, number: str, vault: identity.Vault, now: datetime, reason: str
) -> None:
    number = identity.normalise(number)
    fault = identity.fault(number)
    if fault is not None:
        raise Invalid(fault, IDENTITY_WORDS[fault], field="id_number")
    index = vault.index(number)
    owner = session.scalar(select(Person.id).where(Person.id_index == index))
    if owner is not None and owner != person.id:
        raise Refused(
            "identity-taken", N_("Somebody else in the registry has this identity number."), field="id_number"
        )
    had = person.id_index is not None
    person.id_sealed, person.id_index, person.id_last4 = vault.seal(number), index, number[-4:]
    session.flush()
    record(
        session, actor, "registry.identity.recorded", ("person", person.id), now=now, reason=reason,
        before={"recorded": had}, after={"recorded": True},
    )  # fmt: skip


def set_extra_time(
    session: Session, actor: Actor, code: str, *, percent: int, reason: str, today: date, now: datetime
) -> None:
    """Give a person extra time in exams, in percent of the duration; raises Invalid `number-unlikely`."""
    person = session.get_one(Person, editable_person(session, actor, code, today).id)
    if not 0 <= percent <= MOST_EXTRA:
        raise Invalid("number-unlikely", N_("Enter a number from 0 to %(most)s."), field="percent", most=MOST_EXTRA)
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="why")
    before, person.extra_time_percent = person.extra_time_percent, percent
    session.flush()
    record(
        session, actor, "registry.extra-time.set", ("person", person.id), now=now, reason=reason,
        before={"percent": before}, after={"percent": percent},
    )  # fmt: skip
