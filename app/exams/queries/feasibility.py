"""What the bank holds for a specification: cell by cell, and why no paper can be made where none can."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.bank.models import Item, ItemVersion
from app.bank.queries.figures import figures_of
from app.exams.queries.blueprints import MOST_FORMS, Demands, blueprint_of
from app.exams.queries.exposure import exposure
from question_bank.assembly import Clash, clashes
from question_bank.assembly.rules import has_rules
from question_bank.errors import BankError, Fault
from question_bank.specification import (
    FRESH,
    Cell,
    Exposure,
    PoolItem,
    Ref,
    Specification,
    check_specification,
    shortfalls,
)

CHUNK = 500
ZONE = ZoneInfo("Asia/Shanghai")
"""Where days begin unless the site says otherwise."""


@dataclass(frozen=True)
class CellFit:
    """A cell and what the bank has for it; `available` counts questions some of which other cells may want too."""

    number: int
    cell: Cell
    available: int
    missing: int


@dataclass(frozen=True)
class Stock:
    """The questions that may be drawn on a day, how worn they are, and the code of each.

    Facility is that of the candidates where enough of them have met the question (`measured` counts those), else what
    its author expects.
    """

    items: tuple[PoolItem, ...]
    codes: Mapping[Ref, str]
    wear: Exposure
    measured: int

    @property
    def refs(self) -> dict[str, Ref]:
        """Code → reference."""
        return {code: ref for ref, code in self.codes.items()}


@dataclass(frozen=True)
class Feasibility:
    """Whether a specification can be filled, and what stands in its way.

    `fits` tell each cell by itself; `faults` say what makes no sense, `unknown` which codes name no question of the
    bank, `clashes` which demands cannot hold together. `without_facility` and `without_seconds` count questions of the
    pool that have no such figure, so that a bound on the total shuts them out; `measured` those whose facility comes
    from candidates.
    """

    fits: tuple[CellFit, ...]
    faults: tuple[Fault, ...]
    unknown: tuple[str, ...]
    clashes: tuple[Clash, ...]
    pool: int
    without_facility: int
    without_seconds: int
    measured: int

    @property
    def fills(self) -> bool:
        """Whether it is proven that the bank can fill it."""
        return bool(self.fits) and not (self.faults or self.unknown or self.clashes)

    @property
    def missing(self) -> int:
        """How many questions one paper lacks when all cells are filled, by the cells alone."""
        return sum(fit.missing for fit in self.fits)


def stock_for(
    session: Session,
    paper: str,
    regime: str | None,
    day: date,
    *,
    unit_id: int | None,
    demands: Demands,
    zone: ZoneInfo,
    but: int | None = None,
) -> Stock:
    """The pool of a day for a sitting of a unit; wear is looked up only where the demands cap it.

    `but` is the sitting itself, whose own papers wear nothing.
    """
    pool = bank.pool(session, paper, day, regime)
    known = figures_of(session, (int(item.ref) for item in pool))
    easy = {ref: row.facility for ref, row in known.items() if row.enough and row.facility is not None}
    items = tuple(
        replace(item, difficulty=easy[int(item.ref)]) if int(item.ref) in easy else item  # a version's id is a number
        for item in pool
    )
    codes = {ref: code for ref, (_item, code) in identities(session, (int(item.ref) for item in items)).items()}
    wear = FRESH
    if unit_id is not None and (demands.most_uses is not None or demands.most_seen is not None):
        wear = exposure(
            session, unit_id=unit_id, on=day, last_sittings=demands.last_sittings or 1, paper=paper, but=but, zone=zone
        )
    return Stock(items, codes, wear, len(easy))


def identities(session: Session, version_ids: Iterable[int]) -> dict[Ref, tuple[int, str]]:
    """Version → the id and code of its question."""
    wanted = sorted(set(version_ids))
    found: dict[Ref, tuple[int, str]] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = (
            select(ItemVersion.id, Item.id, Item.code)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(ItemVersion.id.in_(wanted[start : start + CHUNK]))
        )
        found.update({version_id: (item_id, code) for version_id, item_id, code in session.execute(statement)})
    return found


def unknown_codes(session: Session, paper: str, codes: Collection[str]) -> tuple[str, ...]:
    """The codes that name no question of the paper, in order."""
    known = set(session.scalars(select(Item.code).where(Item.paper == paper, Item.code.in_(list(codes)))))
    return tuple(code for code in codes if code not in known)


def feasibility(
    session: Session,
    paper: str,
    regime: str | None,
    day: date,
    cells: Sequence[Cell],
    demands: Demands = Demands(),  # noqa: B008 - frozen
    *,
    unit_id: int | None,
    zone: ZoneInfo = ZONE,
) -> Feasibility:
    """Whether the bank of a day can fill the cells under the demands; what a make-up paper may repeat is not asked."""
    held = stock_for(session, paper, regime, day, unit_id=unit_id, demands=demands, zone=zone)
    spec = blueprint_of(tuple(cells), demands)
    faults = check_specification(spec) if cells else ()
    told = fits(cells, held.items)
    found: tuple[Clash, ...] = ()
    if cells and not faults and (any(fit.missing for fit in told) or _binds(spec, held, demands)):
        try:
            found = clashes_by_code(spec, held, min(max(demands.forms, 1), MOST_FORMS))
        except BankError as error:  # a figure that cannot be, or a search that took too long
            faults = (error.fault,)
    return Feasibility(
        told,
        faults,
        unknown_codes(session, paper, demands.named),
        found,
        len(held.items),
        sum(item.difficulty is None for item in held.items),
        sum(item.seconds is None for item in held.items),
        held.measured,
    )


def _binds(spec: Specification, held: Stock, demands: Demands) -> bool:
    """Whether more than the cells binds; cells alone are matched exactly by `fits`."""
    return demands.forms > 1 or has_rules(spec, held.items)


def clashes_by_code(spec: Specification, held: Stock, forms: int) -> tuple[Clash, ...]:
    """The clash of a specification whose sets name codes, told by the codes of questions."""
    named = [
        replace(item, ref=held.codes[item.ref], enemies=tuple(held.codes.get(foe, foe) for foe in item.enemies))
        for item in held.items
    ]
    wear = Exposure(
        {held.codes[ref]: uses for ref, uses in held.wear.uses.items() if ref in held.codes},
        {held.codes[ref]: share for ref, share in held.wear.seen.items() if ref in held.codes},
    )
    return clashes(spec, named, forms=forms, exposure=wear)


def fits(cells: Sequence[Cell], pool: Sequence[PoolItem]) -> tuple[CellFit, ...]:
    """What each cell needs, the final questions of its kind, and how many are missing when all are filled."""
    short = {found.cell_index: found.missing for found in shortfalls(Specification(tuple(cells)), pool)}
    return tuple(
        CellFit(
            index + 1,
            cell,
            sum(cell.admits(item.topic, item.type, item.level, item.law) for item in pool),
            short.get(index, 0),
        )
        for index, cell in enumerate(cells)
    )


def kinds(session: Session, paper: str, regime: str | None, day: date) -> tuple[list[str], list[str], list[str]]:
    """Topics, laws and tags that final questions of a paper have, in order."""
    pool = bank.pool(session, paper, day, regime)
    return (
        sorted({item.topic for item in pool if item.topic}),
        sorted({item.law for item in pool if item.law}),
        sorted({tag for item in pool for tag in item.tags if tag}),
    )
