"""Import people: compare every row with the registry in memory, then write what differs in a few large statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.core.permissions import Actor, P
from app.ledger.service import Deed, record_all
from app.registry import queries
from app.registry.identity import Vault
from app.registry.models import Employment, Person, PersonProfile, Posting, Separation
from app.registry.queries.rows import (
    MODELS,
    EmploymentFact,
    FactRow,
    PostingFact,
    ProfileFact,
    SeparationFact,
    rows,
)  # fmt: skip

CHUNK = 5_000
F = TypeVar("F", bound=FactRow)


@dataclass
class Life:
    """Somebody who stands in the registry, with the facts that an import may touch."""

    person_id: int
    code: str
    kind: str
    id_index: str | None
    profiles: list[ProfileFact] = field(default_factory=list)
    employments: list[EmploymentFact] = field(default_factory=list)
    postings: list[PostingFact] = field(default_factory=list)
    separations: list[SeparationFact] = field(default_factory=list)
    in_scope: bool = False


@dataclass
class Snapshot:
    """The registry as the import compares with it."""

    units: Mapping[str, queries.UnitRow]
    units_in_scope: frozenset[int]
    lives: Mapping[str, Life]
    by_identity: Mapping[str, str]


@dataclass
class Work:
    """What one accepted row writes: facts to supersede, facts to add, and the person where they are new."""

    code: str
    person_id: int | None
    person: dict[str, Any] | None = None
    identity: dict[str, Any] | None = None
    superseded: list[FactRow] = field(default_factory=list)
    added: list[FactRow] = field(default_factory=list)
    shown: dict[str, Any] | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    unit_id: int | None = None


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    """The values in lists that fit into one statement."""
    whole = list(values)
    for start in range(0, len(whole), CHUNK):
        yield whole[start : start + CHUNK]


def snapshot(
    session: Session, actor: Actor, codes: set[str], indexes: set[str], today: date, *, lock: bool = False
) -> Snapshot:
    """Everything the rows with these codes and identity look-up values are compared with.

    With `lock`, nobody else changes facts about these people until the transaction ends.
    """
    scope = actor.scope(P.REGISTRY_IMPORT)
    columns = (Person.id, Person.code, Person.kind, Person.id_index)
    lives: dict[str, Life] = {}
    for column, wanted in ((Person.code, codes), (Person.id_index, indexes)):
        for chunk in chunks(sorted(wanted)):
            statement = select(*columns).where(column.in_(chunk)).order_by(Person.id)
            for row in session.execute(statement.with_for_update() if lock else statement):
                lives[row.code] = Life(*row)
    by_id = {life.person_id: life for life in lives.values()}
    for chunk in chunks(by_id):
        for seen in queries.people_by_ids(session, chunk, today, scope):
            by_id[seen.id].in_scope = True
        _with_facts(session, by_id, chunk)
    return Snapshot(
        units={unit.code: unit for unit in queries.units(session)},
        units_in_scope=frozenset(unit.id for unit in queries.units(session, scope)),
        lives=lives,
        by_identity={life.id_index: life.code for life in lives.values() if life.id_index},
    )


def _with_facts(session: Session, lives: Mapping[int, Life], chunk: Sequence[int]) -> None:
    for profile in rows(session, ProfileFact, PersonProfile.person_id.in_(chunk)):
        lives[profile.person_id].profiles.append(profile)
    for employment in rows(session, EmploymentFact, Employment.person_id.in_(chunk)):
        lives[employment.person_id].employments.append(employment)
    for posting in rows(session, PostingFact, Posting.person_id.in_(chunk)):
        lives[posting.person_id].postings.append(posting)
    for separation in rows(session, SeparationFact, Separation.person_id.in_(chunk)):
        lives[separation.person_id].separations.append(separation)


def stamp(now: datetime, actor: Actor, valid_from: date, valid_to: date | None = None) -> dict[str, Any]:
    """The columns of a new fact row; its id and person are known when it is written."""
    return {
        "id": 0, "valid_from": valid_from, "valid_to": valid_to, "recorded_at": now, "superseded_at": None,
        "recorded_by": actor.label, "note": "",
    }  # fmt: skip


def changed_from(old: F, day: date, now: datetime, actor: Actor, **changes: Any) -> list[F]:  # noqa: ANN401 - columns
    """The rows that take the place of `old` when `changes` hold from a day: an ended one and a new one.

    A change from the row's own first day or before it corrects the row.
    """
    if old.valid_from >= day:
        return [replace(old, **{**stamp(now, actor, old.valid_from, old.valid_to), **changes})]
    before = replace(old, **stamp(now, actor, old.valid_from, date.fromordinal(day.toordinal() - 1)))
    return [before, replace(old, **{**stamp(now, actor, day, old.valid_to), **changes})]


def write(session: Session, actor: Actor, works: Sequence[Work], vault: Vault, now: datetime) -> None:
    """Write all rows in the caller's transaction: people, superseded facts, new facts, and one ledger entry each."""
    _write_people(session, works, vault, now)
    superseded: dict[type[FactRow], list[int]] = {}
    added: dict[type[FactRow], list[dict[str, Any]]] = {}
    for work in works:
        for fact in work.superseded:
            superseded.setdefault(type(fact), []).append(fact.id)
        for fact in work.added:
            columns = {k: v for k, v in asdict(fact).items() if k not in ("id", "superseded_at")}
            added.setdefault(type(fact), []).append({**columns, "person_id": work.person_id})
    for sort, ids in superseded.items():
        model = MODELS[sort]
        for chunk in chunks(ids):
            session.execute(update(model).where(model.id.in_(chunk)).values(superseded_at=now))
    for sort, facts in added.items():
        session.execute(insert(MODELS[sort]), facts)
    session.expire_all()
    record_all(session, actor, [_deed(work) for work in works], now=now)


def _write_people(session: Session, works: Sequence[Work], vault: Vault, now: datetime) -> None:
    new = [work for work in works if work.person is not None]
    if new:
        values = [
            {"id_sealed": None, "id_index": None, "id_last4": "", "extra_time_percent": 0, "created_at": now,
             **(work.person or {}), **_sealed(work, vault)}
            for work in new
        ]  # fmt: skip
        statement = insert(Person).returning(Person.id, sort_by_parameter_order=True)
        for work, person_id in zip(new, session.scalars(statement, values), strict=True):
            work.person_id = person_id
    known = [
        {"id": work.person_id, **(work.shown or {}), **_sealed(work, vault)}
        for work in works
        if work.person is None and (work.identity or work.shown)
    ]
    for sort in {tuple(sorted(values)) for values in known}:
        session.execute(update(Person), [values for values in known if tuple(sorted(values)) == sort])


def _sealed(work: Work, vault: Vault) -> dict[str, Any]:
    if work.identity is None:
        return {}
    number = work.identity["number"]
    return {"id_sealed": vault.seal(number), "id_index": work.identity["index"], "id_last4": number[-4:]}


def _deed(work: Work) -> Deed:
    event = "registry.person.entered" if work.person is not None else "registry.person.changed"
    after = {"code": work.code, **work.after, "source": "import"}
    return Deed(event, ("person", work.person_id), work.before or None, after, "", work.unit_id)
