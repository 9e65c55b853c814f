"""People in lists: where they serve, who employs them, and whether the asker may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.core.errors import NotFound
from app.core.facts import holds_on, known
from app.core.permissions import Scope
from app.core.prepared import Prepared, among
from app.registry.identity import masked
from app.registry.models import Employment, Person, PersonPhoto, Posting, Unit
from app.registry.queries.units import scope_paths, within


@dataclass(frozen=True)
class PersonRow:
    """A person as lists show them, on a day: where they serve and who employs them.

    All of category, agency and unit are None for somebody who does not serve on that day.
    """

    id: int
    code: str
    name: str
    kind: str
    id_masked: str
    category: str | None
    agency_id: int | None
    agency: str | None
    unit_id: int | None
    unit: str | None
    unit_path: str | None
    extra_time_percent: int


def _latest(model: Any, column: Any, known_at: datetime | None) -> Any:  # noqa: ANN401 - columns of either table
    """Where a person was last, whether or not that is over: whose registrar keeps the file."""
    statement = known(select(column), model, known_at).where(model.person_id == Person.id)
    return statement.order_by(model.valid_from.desc(), model.id.desc()).limit(1).correlate(Person).scalar_subquery()


def _people_statement(
    session: Session,
    condition: ColumnElement[bool],
    day: date,
    scope: Scope,
    known_at: datetime | None,
    serving_in: str = "",
) -> Select[Any, Any, Any, Any]:
    """Those in scope where they serve, or, when they serve nowhere on the day, where they served last."""
    agency, home, keeper = aliased(Unit), aliased(Unit), aliased(Unit)
    statement = _serving(select(Person, Employment.category, agency, home), home, day, known_at)
    statement = statement.outerjoin(agency, agency.id == Employment.agency_id).where(condition)
    if serving_in:
        statement = statement.where(home.path.startswith(serving_in, autoescape=True))
    if scope is None:
        return statement
    kept = statement.join(keeper, keeper.id == _keeper_id(home, known_at))
    return kept.where(within(scope, keeper.path, scope_paths(session, scope)))


def _serving(
    statement: Any,  # noqa: ANN401 - a select of any columns
    home: Any,  # noqa: ANN401 - a unit
    day: Any,  # noqa: ANN401 - a day, or its hole
    known_at: datetime | None,
) -> Select[Any, Any, Any, Any]:
    """Join people with who employs them on the day and the unit where they serve."""
    now_employed = known(select(func.max(Employment.id)), Employment, known_at).where(
        Employment.person_id == Person.id, holds_on(Employment, day)
    )
    now_posted = known(select(func.max(Posting.id)), Posting, known_at).where(
        Posting.person_id == Person.id, holds_on(Posting, day), Posting.kind != "SECONDARY"
    )
    joined: Select[Any, Any, Any, Any] = (
        statement.select_from(Person)
        .outerjoin(Employment, Employment.id == now_employed.correlate(Person).scalar_subquery())
        .outerjoin(Posting, Posting.id == now_posted.correlate(Person).scalar_subquery())
        .outerjoin(home, home.id == func.coalesce(Posting.unit_id, Employment.agency_id))
    )
    return joined


def _keeper_id(home: Any, known_at: datetime | None) -> ColumnElement[Any]:  # noqa: ANN401 - a unit
    """The unit where people serve, or served last."""
    return func.coalesce(
        home.id, _latest(Posting, Posting.unit_id, known_at), _latest(Employment, Employment.agency_id, known_at)
    )


def _paths_statement() -> Prepared:
    """Code, id, and the path of the unit whose registrar keeps the file."""
    home, keeper = aliased(Unit), aliased(Unit)
    statement = _serving(select(Person.code, Person.id, keeper.path), home, bindparam("day", type_=Date()), None)
    kept = statement.outerjoin(keeper, keeper.id == _keeper_id(home, None))
    return Prepared(kept.where(among(Person.code, "codes")))


_PATHS = _paths_statement()


def ids_in_scope(session: Session, codes: Iterable[str], day: date, scope: Scope = None) -> dict[str, int]:
    """Code → id of those among the codes who lie in the scope, as `people_by_codes` finds them."""
    roots = scope_paths(session, scope)
    return {
        code: person_id
        for code, person_id, path in _PATHS.rows(session, codes=list(codes), day=day)
        if scope is None or (path is not None and path.startswith(roots))
    }


def _person_row(person: Person, category: str | None, agency: Unit | None, home: Unit | None) -> PersonRow:
    return PersonRow(
        person.id, person.code, person.name, person.kind, masked(person.id_last4), category,
        agency.id if agency else None, agency.name_zh if agency else None,
        home.id if home else None, home.name_zh if home else None, home.path if home else None,
        person.extra_time_percent,
    )  # fmt: skip


def _people(
    session: Session, condition: ColumnElement[bool], day: date, scope: Scope, known_at: datetime | None = None
) -> list[PersonRow]:
    statement = _people_statement(session, condition, day, scope, known_at).order_by(Person.code)
    return [_person_row(*row) for row in session.execute(statement)]


def people_by_codes(
    session: Session, codes: Iterable[str], day: date, scope: Scope = None, known_at: datetime | None = None
) -> list[PersonRow]:
    """The people with these codes that lie in the scope; fewer than asked when some do not."""
    return _people(session, Person.code.in_(list(codes)), day, scope, known_at)


def people_by_ids(session: Session, ids: Iterable[int], day: date, scope: Scope = None) -> list[PersonRow]:
    """The people with these ids that lie in the scope."""
    return _people(session, Person.id.in_(list(ids)), day, scope)


def person_by_code(session: Session, code: str, day: date, scope: Scope = None) -> PersonRow:
    """One person; raises NotFound when there is none or they lie outside the scope."""
    found = people_by_codes(session, [code], day, scope)
    if not found:
        raise NotFound
    return found[0]


def person_by_id(session: Session, person_id: int, day: date, scope: Scope = None) -> PersonRow:
    """One person; raises NotFound when there is none or they lie outside the scope."""
    found = people_by_ids(session, [person_id], day, scope)
    if not found:
        raise NotFound
    return found[0]


def _matching(text: str, kind: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = true()
    if text:
        condition = or_(
            Person.code.startswith(text.upper(), autoescape=True), Person.name.contains(text, autoescape=True)
        )
    return condition & (Person.kind == kind) if kind else condition


def search_people(
    session: Session,
    text: str,
    day: date,
    scope: Scope = None,
    *,
    unit_path: str = "",
    kind: str = "",
    offset: int = 0,
    limit: int | None = 50,
) -> list[PersonRow]:
    """People whose code begins with, or whose name contains, the text; optionally of one kind; in code order.

    With `unit_path`, only those who serve in that unit or below it.
    """
    statement = _people_statement(session, _matching(text, kind), day, scope, None, unit_path)
    statement = statement.order_by(Person.code).offset(offset).limit(limit)
    return [_person_row(*row) for row in session.execute(statement)]


def count_people(
    session: Session, text: str, day: date, scope: Scope = None, *, unit_path: str = "", kind: str = ""
) -> int:
    """How many people `search_people` finds in all."""
    statement = _people_statement(session, _matching(text, kind), day, scope, None, unit_path)
    counted = statement.with_only_columns(Person.id).subquery()
    return session.scalar(select(func.count()).select_from(counted)) or 0


def photo(session: Session, person_id: int) -> tuple[bytes, str] | None:
    """A person's newest photo and its media type."""
    row = session.execute(
        select(PersonPhoto.content, PersonPhoto.media_type)
        .where(PersonPhoto.person_id == person_id)
        .order_by(PersonPhoto.id.desc())
        .limit(1)
    ).first()
    return (row.content, row.media_type) if row else None


def person_code(session: Session, person_id: int) -> str | None:
    """The code of a person, or None."""
    return session.scalar(select(Person.code).where(Person.id == person_id))
