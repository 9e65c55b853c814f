"""Written orders and entrustments that bear on some days, read for judgements."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.core.facts import known, overlaps
from app.core.prepared import KNOWN_AT, Prepared, among
from app.registry.models import Area, Designation, Employment, Entrustment, Posting, Unit
from app.registry.queries.facts import FIRST, LAST
from app.registry.queries.rows import COLUMNS, FIELDS, DesignationFact, EntrustmentFact


def _designations() -> Prepared:
    statement = (
        select(*COLUMNS[DesignationFact], Unit.code)
        .join(Unit, Unit.id == Designation.unit_id)
        .where(among(Designation.area_code, "areas"), overlaps(Designation, FIRST, LAST))
        .order_by(Designation.id)
    )
    return Prepared(known(statement, Designation), known(statement, Designation, KNOWN_AT))


def _entrustments() -> Prepared:
    employed = select(Employment.agency_id).where(among(Employment.person_id, "ids"))
    posted = select(Posting.unit_id).where(among(Posting.person_id, "ids"))
    statement = (
        select(*COLUMNS[EntrustmentFact])
        .where(
            or_(Entrustment.body_id.in_(employed), Entrustment.body_id.in_(posted)), overlaps(Entrustment, FIRST, LAST)
        )
        .order_by(Entrustment.id)
    )
    return Prepared(known(statement, Entrustment), known(statement, Entrustment, KNOWN_AT))


_AREA = Prepared(select(Area.path, Area.name_zh).where(Area.code == bindparam("code")))
_UNIT_ID = Prepared(select(Unit.id).where(Unit.code == bindparam("code")))
_DESIGNATIONS = _designations()
_ENTRUSTMENTS = _entrustments()


def area_upward(session: Session, code: str) -> tuple[tuple[str, ...], str] | None:
    """The codes from a place upward to the province, and the place's name; None where there is no such place."""
    for path, name in _AREA.rows(session, code=code):
        return tuple(part for part in reversed(path.split("/")) if part), name
    return None


def unit_id(session: Session, code: str) -> int | None:
    """The id of a unit, or None."""
    return next((row[0] for row in _UNIT_ID.rows(session, code=code)), None)


def designations_at(
    session: Session, areas: Collection[str], first: date, last: date, known_at: datetime | None = None
) -> list[tuple[DesignationFact, str]]:
    """The designations for these areas that hold on some day of the window, each with its agency's code."""
    found = _DESIGNATIONS.rows(session, known_at, areas=list(areas), first=first, last=last)
    names = FIELDS[DesignationFact]
    return [(DesignationFact(**dict(zip(names, values, strict=True))), code) for *values, code in found]


def entrustments_of(
    session: Session, person_ids: Collection[int], first: date, last: date, known_at: datetime | None = None
) -> list[EntrustmentFact]:
    """The entrustments, holding on some day of the window, of bodies that ever employed these people or had them."""
    found = _ENTRUSTMENTS.rows(session, known_at, ids=list(person_ids), first=first, last=last)
    names = FIELDS[EntrustmentFact]
    return [EntrustmentFact(**dict(zip(names, values, strict=True))) for values in found]
