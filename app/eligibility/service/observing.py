"""Social supervisors report what they observed; the agency's supervisors read it (LX-13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, TooMany
from app.core.permissions import Actor, P
from app.eligibility.models import Observation
from app.eligibility.queries.officers import agency_by_code
from app.ledger.service import record
from app.registry.queries import in_scope

MOST_A_DAY = 20
OLDEST = timedelta(days=366)
LONGEST_TEXT = 2000


@dataclass(frozen=True)
class Observed:
    """What was seen: `seen_at` aware, `agency` a unit code, the certificate's number where it was read."""

    agency: str
    seen_at: datetime
    place: str
    text: str
    certificate_number: str = ""


def report(session: Session, actor: Actor, seen: Observed, *, now: datetime) -> int:
    """Hand a report to the agency's supervisors; returns its id.

    Raises NotFound for an agency the actor does not watch, Invalid `seen-later` or `seen-too-long-ago` (field seen_at)
    and `observation-length` (field text), TooMany after twenty within a day.
    """
    agency = agency_by_code(session, seen.agency, actor.scope(P.OBSERVATIONS_REPORT))
    _check(seen, now)
    if actor.account_id is None or _lately(session, actor.account_id, now) >= MOST_A_DAY:
        raise TooMany("observations-enough", N_("At most %(limit)s reports are taken within a day."), limit=MOST_A_DAY)
    row = Observation(
        agency_id=agency.id, account_id=actor.account_id, seen_at=seen.seen_at, place=seen.place,
        certificate_number=seen.certificate_number, text=seen.text, recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, actor, "eligibility.observation.reported", ("observation", row.id), now=now, unit_id=agency.id,
        after={
            "seen_at": seen.seen_at, "place": seen.place, "text": seen.text,
            "certificate": seen.certificate_number,
        },
    )  # fmt: skip
    return row.id


def note_read(session: Session, actor: Actor, observation_id: int, *, now: datetime) -> None:
    """Note that an agency's supervisor has read a report; a second time changes nothing. Raises NotFound."""
    row = session.scalar(select(Observation).where(Observation.id == observation_id).with_for_update())
    if row is None or not in_scope(session, actor.scope(P.OBSERVATIONS_READ), row.agency_id):
        raise NotFound
    if row.read_at is None:
        row.read_at, row.read_by = now, actor.label
        record(session, actor, "eligibility.observation.read", ("observation", row.id), now=now, unit_id=row.agency_id)


def _check(seen: Observed, now: datetime) -> None:
    if seen.seen_at > now:
        raise Invalid("seen-later", N_("This moment has not come yet."), field="seen_at")
    if seen.seen_at < now - OLDEST:
        raise Invalid("seen-too-long-ago", N_("At most a year back can be reported."), field="seen_at")
    if not seen.text.strip() or len(seen.text) > LONGEST_TEXT:
        raise Invalid(
            "observation-length", N_("Write from 1 to %(limit)s characters."), field="text", limit=LONGEST_TEXT
        )


def _lately(session: Session, account_id: int, now: datetime) -> int:
    statement = select(func.count()).where(
        Observation.account_id == account_id, Observation.recorded_at > now - timedelta(days=1)
    )
    return session.scalar(statement) or 0
