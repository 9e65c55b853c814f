"""How worn questions are: what the assembly of papers asks before it takes one again."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import Session

from app.bank.models import ItemVersion
from app.core.clock import day_end
from app.core.facts import holds_on, known
from app.exams.models import Attempt, ExamPaper, Sitting
from app.exams.sitting import Kind
from app.registry.models import Employment, Unit
from question_bank.assembly import Exposure

CHUNK = 500
ZONE = ZoneInfo("Asia/Shanghai")
"""Where days begin unless the site says otherwise."""


def exposure(
    session: Session,
    unit_id: int,
    on: date,
    last_sittings: int | None,
    *,
    paper: str | None = None,
    but: int | None = None,
    zone: ZoneInfo = ZONE,
) -> Exposure:
    """Wear of every question that formal sittings used up to a day, for a sitting of a unit on that day.

    `paper` keeps to the sittings of one paper: those of another use none of its questions, and would push those that
    did out of the last n. Sittings that open on the same day count; `but` is the sitting being set, which does not.

    `uses`: in how many of the `last_sittings` − 1 sittings before it (None: of all) the question stood on a paper, of
    the sittings of the unit's agency and of agencies below it. `seen`: the share of an agency's candidates who began a
    paper with it, ever, where that is largest; candidates are those employed there on the day who began any such paper.
    A question counts under every version of it, for whoever saw one version knows the question.
    """
    root = _root(session, unit_id)
    which = _formal(paper, day_end(on, zone), but)
    uses = _uses(session, _sittings(session, root, which, last_sittings))
    seen = _seen(session, root, which, on)
    versions = _versions(session, {*uses, *seen})
    return Exposure(
        {version: uses[item] for item in uses for version in versions[item]},
        {version: seen[item] for item in seen for version in versions[item]},
    )


def _root(session: Session, unit_id: int) -> str:
    """The path of the unit's agency."""
    unit = session.get_one(Unit, unit_id)
    agency = session.get_one(Unit, unit.agency_id) if unit.agency_id is not None else unit
    return agency.path


def _formal(paper: str | None, before: datetime, but: int | None) -> ColumnElement[bool]:
    return (
        (Sitting.kind == Kind.FORMAL)
        & (true() if paper is None else Sitting.paper == paper)
        & Sitting.cancelled_at.is_(None)
        & (Sitting.opens_at < before)
        & (Sitting.id != (but or 0))
    )


def _sittings(session: Session, root: str, which: ColumnElement[bool], last_sittings: int | None) -> list[int]:
    """The latest of these sittings that have papers."""
    drawn = exists().where(ExamPaper.sitting_id == Sitting.id)
    statement = (
        select(Sitting.id)
        .join(Unit, Unit.id == Sitting.unit_id)
        .where(which, drawn, Unit.path.startswith(root, autoescape=True))
        .order_by(Sitting.opens_at.desc(), Sitting.id.desc())
        .limit(None if last_sittings is None else max(0, last_sittings - 1))
    )
    return list(session.scalars(statement))


def _uses(session: Session, sitting_ids: list[int]) -> Counter[int]:
    """Question → sittings that used it."""
    used: dict[int, set[int]] = defaultdict(set)
    for sitting_id, places in session.execute(
        select(ExamPaper.sitting_id, ExamPaper.places).where(ExamPaper.sitting_id.in_(sitting_ids))
    ):
        used[sitting_id].update(place["ref"] for place in places)
    items = _items(session, {ref for refs in used.values() for ref in refs})
    return Counter(item for refs in used.values() for item in {items[ref] for ref in refs})


def _seen(session: Session, root: str, which: ColumnElement[bool], on: date) -> dict[int, Decimal]:
    """Question → the largest share of an agency's candidates who saw it, to 0.0001."""
    statement = (
        select(Employment.agency_id, ExamPaper.person_id, ExamPaper.places)
        .join(Attempt, Attempt.paper_id == ExamPaper.id)
        .join(Sitting, Sitting.id == ExamPaper.sitting_id)
        .join(Employment, Employment.person_id == ExamPaper.person_id)
        .join(Unit, Unit.id == Employment.agency_id)
        .where(which, holds_on(Employment, on), Unit.path.startswith(root, autoescape=True))
    )
    candidates: dict[int, set[int]] = defaultdict(set)
    knowing: dict[tuple[int, int], set[int]] = defaultdict(set)
    for agency, person, places in session.execute(known(statement, Employment)):
        candidates[agency].add(person)
        for place in places:
            knowing[agency, place["ref"]].add(person)
    return _largest(candidates, knowing, _items(session, {ref for _, ref in knowing}))


def _largest(
    candidates: dict[int, set[int]], knowing: dict[tuple[int, int], set[int]], items: dict[int, int]
) -> dict[int, Decimal]:
    people: dict[tuple[int, int], set[int]] = defaultdict(set)
    for (agency, ref), who in knowing.items():
        people[agency, items[ref]] |= who
    largest: dict[int, Decimal] = {}
    for (agency, item), who in people.items():
        share = (Decimal(len(who)) / len(candidates[agency])).quantize(Decimal("0.0001"))
        largest[item] = max(share, largest.get(item, Decimal(0)))
    return largest


def _items(session: Session, refs: Iterable[int]) -> dict[int, int]:
    """Version → question."""
    found: dict[int, int] = {}
    wanted = sorted(refs)
    for start in range(0, len(wanted), CHUNK):
        statement = select(ItemVersion.id, ItemVersion.item_id).where(ItemVersion.id.in_(wanted[start : start + CHUNK]))
        found.update(dict(session.execute(statement).all()))
    return found


def _versions(session: Session, items: Iterable[int]) -> dict[int, list[int]]:
    """Question → its versions."""
    found: dict[int, list[int]] = defaultdict(list)
    wanted = sorted(items)
    for start in range(0, len(wanted), CHUNK):
        statement = select(ItemVersion.item_id, ItemVersion.id).where(
            ItemVersion.item_id.in_(wanted[start : start + CHUNK])
        )
        for item, version in session.execute(statement):
            found[item].append(version)
    return found
