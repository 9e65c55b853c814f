"""What the papers of a sitting are made from, and how a paper is proven and written down."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import N_, Refused
from app.exams.models import ExamAssembly, ExamForm, ExamPaper, Sitting
from app.exams.queries.asked import CHOICES
from app.exams.queries.blueprints import Demands, blueprint_of, plain
from app.exams.queries.feasibility import Stock, identities, stock_for
from app.exams.queries.specifications import specification_version
from app.registry.queries import regime_of
from question_bank.assembly import Exposure, Form, check_form, draw
from question_bank.errors import BankError
from question_bank.items import ItemType
from question_bank.scoring import ScoringPolicy
from question_bank.specification import PoolItem, Ref, Specification


@dataclass(frozen=True)
class Source:
    """What the papers of one sitting are made from.

    `earlier` are the questions of the pool, in whatever version, that stood on papers of the sittings it repeats;
    `wear` is empty where the specification sets no cap.
    """

    blueprint: Specification
    pool: list[PoolItem]
    demands: Demands
    earlier: frozenset[Ref]
    wear: Exposure

    @property
    def types(self) -> dict[Ref, ItemType]:
        """The type of each question."""
        return {item.ref: item.type for item in self.pool}


def source_of(session: Session, found: Sitting, zone: ZoneInfo) -> Source:
    """The specification of a sitting and the final questions on the day it opens, with their wear before it."""
    said = specification_version(session, found.specification_version_id)
    day = local_day(found.opens_at, zone)
    regime = regime_of(session, found.unit_id)
    held = stock_for(
        session, found.paper, regime, day, unit_id=found.unit_id, demands=said.demands, zone=zone, but=found.id
    )
    blueprint = blueprint_of(
        said.cells, said.demands, shuffle_items=said.shuffle_items, shuffle_options=said.shuffle_options,
        scoring=ScoringPolicy(said.scoring), refs=held.refs,
    )  # fmt: skip
    return Source(blueprint, list(held.items), said.demands, _earlier(session, found, held), held.wear)


def _earlier(session: Session, found: Sitting, held: Stock) -> frozenset[Ref]:
    """Questions of the pool that stood on papers or forms of the sittings this one repeats, one after another."""
    used: set[int] = set()
    chain, repeated = {found.id}, found.repeats_id
    while repeated is not None and repeated not in chain:
        chain.add(repeated)
        used |= _used(session, repeated)
        repeated = session.scalar(select(Sitting.repeats_id).where(Sitting.id == repeated))
    if not used:
        return frozenset()
    codes = {code for _item_id, code in identities(session, used).values()}
    return frozenset(ref for ref, code in held.codes.items() if code in codes)


def _used(session: Session, sitting_id: int) -> set[int]:
    papers = select(ExamPaper.places).where(ExamPaper.sitting_id == sitting_id)
    forms = (
        select(ExamForm.places)
        .join(ExamAssembly, ExamAssembly.id == ExamForm.assembly_id)
        .where(ExamAssembly.sitting_id == sitting_id)
    )
    return {place["ref"] for one in (papers, forms) for places in session.scalars(one) for place in places}


def drawn_by_lot(source: Source, seed: int, avoid: frozenset[Ref]) -> Form:
    """A paper by lot, proven. Raises Refused."""
    try:
        form = draw(
            source.blueprint, source.pool, seed, avoid, earlier=source.earlier, exposure=source.wear
        )  # fmt: skip
    except BankError as error:
        raise cannot_fill(error) from error
    problems = check_form(
        form, source.blueprint, source.pool, earlier=source.earlier, exposure=source.wear
    )  # fmt: skip
    refuse_unproven([problem.code for problem in problems])
    return form


def cannot_fill(error: BankError) -> Refused:
    """The refusal of a specification that the bank no longer fills, or whose papers the search did not find."""
    if error.code == "SPECIFICATION_SHORT":
        return Refused(
            "bank-cannot-fill-now",
            N_("The bank can no longer fill cell %(cell)s of this sitting's specification: %(missing)s are missing."),
            cell=error.data.get("cell", 1),
            missing=error.data.get("missing", 1),
        )
    if error.code in ("SPECIFICATION_CLASH", "SPECIFICATION_UNFILLABLE"):
        return Refused(
            "bank-cannot-fill-now",
            N_("The bank can no longer fill this sitting's specification. Check it to see what clashes."),
        )
    return Refused(
        "papers-not-found",
        N_("No papers were found within the limits of the search. Loosen a demand of the specification."),
        found=error.code,
    )


def refuse_unproven(problems: Sequence[str]) -> None:
    """Raise Refused `paper-check-failed` where a paper was made that breaks its specification."""
    if problems:
        raise Refused(
            "paper-check-failed",
            N_("A paper was drawn that does not keep its specification (%(problem)s), so it was not kept."),
            problem=problems[0],
        )


def places_of(form: Form, types: Mapping[Ref, ItemType]) -> list[dict[str, Any]]:
    """The places of a form as papers store them."""
    return [
        {
            "ref": placed.ref, "marks": plain(placed.marks), "order": list(placed.option_order),
            "cell": placed.cell_index,
            **({} if types[placed.ref] in CHOICES else {"type": types[placed.ref].value}),
        }
        for placed in form.places
    ]  # fmt: skip


def digest_of(places: Sequence[dict[str, Any]]) -> str:
    """SHA-256, in hex, over the places of a paper as canonical JSON."""
    return hashlib.sha256(json.dumps(places, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
