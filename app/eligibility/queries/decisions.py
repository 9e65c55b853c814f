"""Read decision records: lists with filters, one record, and who looked a person up."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session, joinedload

from app.core.clock import day_end, day_start
from app.core.errors import N_, NotFound
from app.core.permissions import Scope
from app.eligibility.models import DecisionPerson, DecisionRecord
from app.registry.models import Unit
from app.registry.queries import scope_paths, within


@dataclass(frozen=True)
class Wanted:
    """What a list of decisions is narrowed to; days are local and inclusive."""

    person: str = ""
    outcome: str = ""
    act: str = ""
    asked_by: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class DecisionRow:
    """One decision in a list; `people` are (code, outcome)."""

    id: str
    asked_at: datetime
    asked_by: str
    asked_by_name: str
    act: str
    item: str | None
    place: str | None
    starts_at: datetime
    ends_at: datetime
    outcome: str
    regime: str
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class StoredDecision:
    """A whole record; `person_ids` are keyed by code, in the order asked."""

    id: str
    asked_at: datetime
    asked_by: str
    asked_by_name: str
    question: dict[str, Any]
    facts: dict[str, Any]
    facts_digest: str
    fact_ids: tuple[str, ...]
    regime: str
    regime_version: str
    rule_versions: dict[str, Any]
    answer: dict[str, Any]
    outcome: str
    unit_id: int | None
    person_ids: dict[str, int]
    asked_by_account_id: int | None = None

    def evidence(self) -> dict[str, dict[str, Any]]:
        """Every recorded fact of the record by its id, as stored."""
        return dict(evidence_of(self.facts))


def evidence_of(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 - JSON
    """Every recorded fact within stored facts, or within one person's, with its id."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and "id" in value:
        yield value["id"], value
    for one in inner:
        yield from evidence_of(one)


@dataclass(frozen=True)
class LookUp:
    """Somebody asked about a person: what, when, and the answer for that person."""

    id: str
    asked_at: datetime
    asked_by_name: str
    act: str
    item: str | None
    place: str | None
    starts_at: datetime
    ends_at: datetime
    outcome: str
    regime: str
    reasons: tuple[dict[str, Any], ...]


def decisions(
    session: Session, wanted: Wanted, zone: ZoneInfo, scope: Scope, *, offset: int = 0, limit: int | None = 50
) -> list[DecisionRow]:
    """Decisions that fit and whose people all lie in the scope, newest first."""
    statement = (
        select(DecisionRecord)
        .where(*_conditions(session, wanted, zone, scope))
        .order_by(DecisionRecord.asked_at.desc(), DecisionRecord.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return decision_rows(session, statement)


def decision_rows(session: Session, statement: Select[DecisionRecord]) -> list[DecisionRow]:
    """The decisions that a statement chooses, in its order, each with its people."""
    records = list(session.scalars(statement))
    people = _people(session, [one.id for one in records])
    return [
        DecisionRow(
            one.id, one.asked_at, one.asked_by, one.asked_by_name, one.act, one.item, one.place, one.starts_at,
            one.ends_at, one.outcome, one.regime, tuple((row.code, row.outcome) for row in people.get(one.id, ())),
        )
        for one in records
    ]  # fmt: skip


def stored_decisions(session: Session, ids: Collection[str]) -> dict[str, StoredDecision]:
    """Whole records by their numbers, in a fixed number of queries; the caller has made sure that they may be seen."""
    people = _people(session, ids)
    with_facts = select(DecisionRecord).options(joinedload(DecisionRecord.known))
    records = session.scalars(with_facts.where(DecisionRecord.id.in_(list(ids))))
    return {one.id: _stored(one, people.get(one.id, ())) for one in records}


def count_decisions(session: Session, wanted: Wanted, zone: ZoneInfo, scope: Scope) -> int:
    """How many decisions `decisions` finds in all."""
    conditions = _conditions(session, wanted, zone, scope)
    return session.scalar(select(func.count()).select_from(DecisionRecord).where(*conditions)) or 0


def decision(session: Session, decision_id: str, scope: Scope) -> StoredDecision:
    """One record; raises NotFound where there is none or somebody in it lies outside the scope."""
    conditions = [DecisionRecord.id == decision_id, visible(session, scope)]
    one = session.scalar(select(DecisionRecord).options(joinedload(DecisionRecord.known)).where(*conditions))
    if one is None:
        raise NotFound("unknown-decision", N_("There is no decision with this number."))
    return _stored(one, _people(session, [one.id]).get(one.id, ()))


def _stored(one: DecisionRecord, people: Sequence[DecisionPerson]) -> StoredDecision:
    return StoredDecision(
        one.id, one.asked_at, one.asked_by, one.asked_by_name, one.question, one.known.content, one.facts_digest,
        tuple(one.known.fact_ids), one.regime, one.regime_version, one.rule_versions, one.answer, one.outcome,
        one.unit_id, {row.code: row.person_id for row in people}, one.asked_by_account_id,
    )  # fmt: skip


def look_ups(session: Session, person_id: int, *, offset: int = 0, limit: int = 50) -> list[LookUp]:
    """Who asked about a person, newest first, with what was answered for that person and nobody else."""
    statement = (
        select(DecisionRecord, DecisionPerson.code, DecisionPerson.outcome)
        .join(DecisionPerson, DecisionPerson.decision_id == DecisionRecord.id)
        .where(DecisionPerson.person_id == person_id)
        .order_by(DecisionRecord.asked_at.desc(), DecisionRecord.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_look_up(record, code, outcome) for record, code, outcome in session.execute(statement)]


def count_look_ups(session: Session, person_id: int) -> int:
    """How often a person was asked about."""
    statement = select(func.count()).select_from(DecisionPerson).where(DecisionPerson.person_id == person_id)
    return session.scalar(statement) or 0


def askers(session: Session, scope: Scope) -> list[str]:
    """Everyone who asked something that may be seen, for the list's filter."""
    statement = select(DecisionRecord.asked_by).distinct().where(visible(session, scope))
    return list(session.scalars(statement.order_by(DecisionRecord.asked_by)))


def _look_up(one: DecisionRecord, code: str, outcome: str) -> LookUp:
    """Without other people's names, and without reasons that concern only them."""
    own: dict[str, Any] = next((part for part in one.answer["people"] if part["person"] == code), {"reasons": []})
    reasons = [
        {**reason, "people": [code]}
        for reason in one.answer["reasons"]
        if code in reason["people"] and reason["rule"] in own["reasons"]
    ]
    return LookUp(
        one.id, one.asked_at, one.asked_by_name or one.asked_by, one.act, one.item, one.place, one.starts_at,
        one.ends_at, outcome, one.regime, tuple(reasons),
    )  # fmt: skip


def _people(session: Session, ids: Iterable[str]) -> dict[str, list[DecisionPerson]]:
    found: dict[str, list[DecisionPerson]] = {}
    statement = select(DecisionPerson).where(DecisionPerson.decision_id.in_(list(ids)))
    for row in session.scalars(statement.order_by(DecisionPerson.decision_id, DecisionPerson.position)):
        found.setdefault(row.decision_id, []).append(row)
    return found


def visible(session: Session, scope: Scope) -> ColumnElement[bool]:
    """The condition that nobody in the decision served outside the scope when asked about."""
    if scope is None:
        return true()
    inside = within(scope, Unit.path, scope_paths(session, scope))
    outsider = (
        select(DecisionPerson.decision_id)
        .outerjoin(Unit, Unit.id == DecisionPerson.unit_id)
        .where(DecisionPerson.decision_id == DecisionRecord.id, or_(Unit.id.is_(None), not_(inside)))
    )
    return ~exists(outsider.correlate(DecisionRecord))


def _conditions(session: Session, wanted: Wanted, zone: ZoneInfo, scope: Scope) -> list[ColumnElement[bool]]:
    found = [visible(session, scope)]
    if wanted.person:
        named = select(DecisionPerson.decision_id).where(
            DecisionPerson.decision_id == DecisionRecord.id, DecisionPerson.code == wanted.person
        )
        found.append(exists(named.correlate(DecisionRecord)))
    if wanted.outcome:
        found.append(DecisionRecord.outcome == wanted.outcome)
    if wanted.act:
        found.append(DecisionRecord.act == wanted.act)
    if wanted.asked_by:
        found.append(DecisionRecord.asked_by == wanted.asked_by)
    if wanted.first:
        found.append(DecisionRecord.asked_at >= day_start(wanted.first, zone))
    if wanted.last:
        found.append(DecisionRecord.asked_at < day_end(wanted.last, zone))
    return found
