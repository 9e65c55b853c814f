"""From a record to the decisions it bears on: those that rested on it, and those made before it was recorded."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select, union
from sqlalchemy.orm import Session

from app.core.clock import day_end, day_start
from app.core.errors import N_, NotFound
from app.core.permissions import Scope
from app.credentials import models as credentials
from app.credentials.queries import last_days
from app.eligibility.models import DecisionPerson, DecisionRecord, FactSetRecord
from app.eligibility.queries.decisions import DecisionRow, decision_rows, visible
from app.exams import models as exams
from app.registry import models as registry
from app.registry.queries import in_scope, people_by_ids
from app.training import models as training

BESIDE = {"entry": "employment", "roster": "profile", "legal-qualification": "profile", "dispatch": "posting"}
"""Facts that are read from the row of another kind."""


def records_of(fact_id: str) -> tuple[str, ...]:
    """The records a fact is made of: `employment:3/posting:8` is both; `power:5/unpublished` is `power:5`."""
    return tuple(dict.fromkeys(_records(fact_id)))


def _records(fact_id: str) -> Iterator[str]:
    for part in fact_id.split("/"):
        kind, colon, numbers = part.partition(":")
        if colon:
            for number in numbers.split("."):
                yield f"{BESIDE.get(kind, kind)}:{number}"


@dataclass(frozen=True)
class TracedFact:
    """A record whose decisions are looked for: about a person or a unit, from `begins` up to `ends` (None: open).

    `code` and `name` are those of the person, where it is about one.
    """

    id: str
    person_id: int | None
    unit_id: int | None
    begins: datetime
    ends: datetime | None
    first_day: date
    recorded_at: datetime
    superseded_at: datetime | None
    code: str = ""
    name: str = ""


@dataclass(frozen=True)
class AffectedRow:
    """A decision that a record bears on; `rested` says that it was among the facts then."""

    decision: DecisionRow
    rested: bool


@dataclass(frozen=True)
class _Found:
    """What the tables know about one record; days are local and inclusive."""

    person_id: int | None
    unit_id: int | None
    begins: date | datetime
    ends: date | datetime | None
    recorded_at: datetime
    superseded_at: datetime | None


def traced_fact(session: Session, fact_id: str, scope: Scope, today: date, zone: ZoneInfo) -> TracedFact:
    """The record behind a fact's id; raises NotFound where there is none, or its person or unit lies outside."""
    name = next(iter(records_of(fact_id)), "")
    kind, _, number = name.partition(":")
    found = _LOOKING[kind](session, int(number)) if kind in _LOOKING and number.isdecimal() else None
    if found is None:
        raise _unknown()
    who = people_by_ids(session, [found.person_id], today, scope) if found.person_id is not None else []
    if not who and not (found.unit_id is not None and in_scope(session, scope, found.unit_id)):
        raise _unknown()
    begins, ends = found.begins, found.ends
    return TracedFact(
        name, found.person_id, found.unit_id,
        begins if isinstance(begins, datetime) else day_start(begins, zone),
        ends if ends is None or isinstance(ends, datetime) else day_end(ends, zone),
        begins.astimezone(zone).date() if isinstance(begins, datetime) else begins,
        found.recorded_at, found.superseded_at, who[0].code if who else "", who[0].name if who else "",
    )  # fmt: skip


def _unknown() -> NotFound:
    return NotFound("unknown-fact", N_("There is no record with this number."))


def decisions_resting_on(session: Session, fact_ids: Collection[str], scope: Scope = None) -> list[DecisionRow]:
    """The decisions in the scope that rested on any of these facts (by id as in an answer), newest first."""
    names = {name for one in fact_ids for name in records_of(one)}
    rested = _resting(FactSetRecord.fact_id.in_(names))
    return decision_rows(session, _chosen(session, rested, scope))


def affected(
    session: Session, fact: TracedFact, scope: Scope, *, offset: int = 0, limit: int = 20
) -> list[AffectedRow]:
    """The decisions a record bears on, newest first.

    Those that rested on it, and those about its person (or people of its unit) asked before it was recorded for a time
    in which it held: it was true then, but nobody knew.
    """
    found = decision_rows(session, _chosen(session, _either(session, fact), scope).offset(offset).limit(limit))
    resting = _resting(FactSetRecord.fact_id == fact.id).where(DecisionRecord.id.in_([row.id for row in found]))
    rested = set(session.scalars(resting))
    return [AffectedRow(row, row.id in rested) for row in found]


def count_affected(session: Session, fact: TracedFact, scope: Scope) -> int:
    """How many decisions `affected` finds in all."""
    chosen = _chosen(session, _either(session, fact), scope).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(chosen)) or 0


def _resting(condition: ColumnElement[bool]) -> Select[str]:
    """The ids of the decisions whose facts were made of some record."""
    made_of = select(FactSetRecord.digest).where(condition)
    return select(DecisionRecord.id).where(DecisionRecord.facts_digest.in_(made_of))


def _chosen(session: Session, ids: Any, scope: Scope) -> Select[DecisionRecord]:  # noqa: ANN401 - any select of ids
    conditions = [DecisionRecord.id.in_(ids), visible(session, scope)]
    return select(DecisionRecord).where(*conditions).order_by(DecisionRecord.asked_at.desc(), DecisionRecord.id.desc())


def _either(session: Session, fact: TracedFact) -> CompoundSelect[str]:
    rested = _resting(FactSetRecord.fact_id == fact.id)
    blind = (
        select(DecisionPerson.decision_id)
        .join(DecisionRecord, DecisionRecord.id == DecisionPerson.decision_id)
        .where(_about(session, fact), DecisionRecord.asked_at < fact.recorded_at, DecisionRecord.ends_at > fact.begins)
    )
    if fact.ends is not None:
        blind = blind.where(DecisionRecord.starts_at < fact.ends)
    return union(rested, blind)


def _about(session: Session, fact: TracedFact) -> ColumnElement[bool]:
    if fact.person_id is not None:
        return DecisionPerson.person_id == fact.person_id
    path = session.scalar(select(registry.Unit.path).where(registry.Unit.id == fact.unit_id)) or ""
    below = select(registry.Unit.id).where(registry.Unit.path.startswith(path, autoescape=True))
    return DecisionPerson.unit_id.in_(below)


def _row(model: Any, *, lasting: bool = False) -> Callable[[Session, int], _Found | None]:  # noqa: ANN401 - a model
    """A record that carries its own two times; a `lasting` one is done on its day and counts from then on."""

    def look(session: Session, number: int) -> _Found | None:
        row = session.get(model, number)
        if row is None:
            return None
        return _Found(
            getattr(row, "person_id", None), getattr(row, "unit_id", None), row.valid_from,
            None if lasting else row.valid_to, row.recorded_at, row.superseded_at,
        )  # fmt: skip

    return look


def _certificate(session: Session, number: int) -> _Found | None:
    row = session.get(credentials.Certificate, number)
    if row is None:
        return None
    last = last_days(session, [number])[number]
    return _Found(row.person_id, None, row.valid_from, last, row.recorded_at, None)


def _period(session: Session, number: int) -> _Found | None:
    row = session.get(credentials.CertificatePeriod, number)
    holder = None if row is None else session.get(credentials.Certificate, row.certificate_id)
    if row is None or holder is None:
        return None
    last = row.temporary_to or row.valid_to
    return _Found(holder.person_id, None, row.valid_from, last, row.recorded_at, row.superseded_at)


def _state(session: Session, number: int) -> _Found | None:
    row = session.get(credentials.CertificateStateChange, number)
    holder = None if row is None else session.get(credentials.Certificate, row.certificate_id)
    if row is None or holder is None:
        return None
    return _Found(holder.person_id, None, row.effective_at, row.until, row.recorded_at, row.superseded_at)


def _review(session: Session, number: int) -> _Found | None:
    row = session.get(credentials.CertificateReview, number)
    holder = None if row is None else session.get(credentials.Certificate, row.certificate_id)
    if row is None or holder is None:
        return None
    return _Found(holder.person_id, None, row.reviewed_on, None, row.recorded_at, row.superseded_at)


def _result(session: Session, number: int) -> _Found | None:
    """A result counts from the day of the sitting and is known once released."""
    statement = (
        select(exams.Result, exams.Attempt.sat_on, exams.Sitting.released_at)
        .join(exams.Attempt, exams.Attempt.id == exams.Result.attempt_id)
        .join(exams.Sitting, exams.Sitting.id == exams.Result.sitting_id)
        .where(exams.Result.id == number, exams.Sitting.released_at.is_not(None))
    )
    found: Sequence[Any] | None = session.execute(statement).one_or_none()
    if found is None:
        return None
    row, sat_on, released_at = found
    return _Found(row.person_id, None, sat_on, None, max(row.recorded_at, released_at), row.superseded_at)


_LOOKING: dict[str, Callable[[Session, int], _Found | None]] = {
    "certificate": _certificate,
    "certificate-period": _period,
    "certificate-state": _state,
    "certificate-review": _review,
    "result": _result,
    "qualification": _row(credentials.Qualification),
    "employment": _row(registry.Employment),
    "posting": _row(registry.Posting),
    "profile": _row(registry.PersonProfile),
    "sanction": _row(registry.Sanction),
    "separation": _row(registry.Separation),
    "relation": _row(registry.Relation),
    "appointment": _row(registry.Appointment),
    "attendance": _row(training.Attendance, lasting=True),
    "task": _row(training.TaskDone, lasting=True),
    "standing": _row(registry.UnitStanding),
    "area": _row(registry.UnitArea),
    "power": _row(registry.AgencyPower),
    "establishment": _row(registry.Establishment),
    "entrustment": _row(registry.Entrustment),
    "designation": _row(registry.Designation),
}
"""Every kind of record that a judgement reads."""
__all__ = [
    "AffectedRow", "TracedFact", "affected", "count_affected", "decisions_resting_on", "records_of", "traced_fact",
]  # fmt: skip
