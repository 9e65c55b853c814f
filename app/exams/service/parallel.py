"""Parallel forms: made once for a sitting, proven, kept with what is known of them, and dealt by seat."""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.core.errors import N_, NotFound, Refused
from app.core.permissions import Actor, P
from app.exams.models import Admission, ExamAssembly, ExamForm, ExamPaper, Sitting
from app.exams.queries.blueprints import Way
from app.exams.service.access import owned_sitting, refuse_unless
from app.exams.service.sources import Source, cannot_fill, digest_of, places_of, refuse_unproven, source_of
from app.exams.sitting import State
from app.ledger.service import record
from question_bank.assembly import Assembly, Form, assemble, check_assembly, differences, draw
from question_bank.errors import BankError
from question_bank.specification import PoolItem

Chance = Callable[[int], int]


@dataclass(frozen=True)
class PrintedFile:
    """A form to be printed, or its key, as a Word document."""

    name: str
    content: bytes


def make_forms(
    session: Session,
    actor: Actor,
    sitting_id: int,
    *,
    now: datetime,
    zone: ZoneInfo,
    chance: Chance = secrets.randbits,
) -> int:
    """Make the parallel forms of a sitting, anew where there are some already; returns how many.

    Raises Refused: `papers-drawn` once a form has been dealt, `not-parallel`, `bank-cannot-fill-now`,
    `papers-not-found`, `paper-check-failed`.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    refuse_unless(session, sitting_id, now, State.DRAFT, State.PLANNED, State.READY)
    if session.scalar(select(ExamPaper.id).where(ExamPaper.sitting_id == sitting_id).limit(1)) is not None:
        raise Refused("papers-drawn-forms", N_("Papers have been dealt already, so the forms stand."))
    source = source_of(session, found, zone)
    if source.demands.way is not Way.PARALLEL:
        raise Refused("not-parallel", N_("The specification of this sitting draws a paper for each candidate."))
    _make(session, actor, found, source, now, chance)
    return source.demands.forms


def standing_assembly(session: Session, found: Sitting) -> ExamAssembly | None:
    """The forms that are dealt: the newest ones made from the wording that the sitting holds to."""
    return session.scalar(
        select(ExamAssembly)
        .where(
            ExamAssembly.sitting_id == found.id,
            ExamAssembly.specification_version_id == found.specification_version_id,
        )
        .order_by(ExamAssembly.number.desc())
        .limit(1)
    )


def forms_of(session: Session, assembly_id: int) -> list[ExamForm]:
    """The forms of an assembly, by number."""
    return list(
        session.scalars(select(ExamForm).where(ExamForm.assembly_id == assembly_id).order_by(ExamForm.number))
    )  # fmt: skip


def dealt(
    session: Session, actor: Actor, found: Sitting, source: Source, person_id: int, now: datetime, chance: Chance
) -> ExamForm:
    """The form for a person: by seat, so that neighbours have different ones; else the one that was dealt least.

    Nobody gets a form again before all others. Raises Refused `forms-outdated` where no form may be used any more.
    """
    assembly = standing_assembly(session, found)
    if assembly is None:
        session.scalar(select(Sitting.id).where(Sitting.id == found.id).with_for_update())  # one makes them
        assembly = standing_assembly(session, found) or _make(session, actor, found, source, now, chance)
    usable = _usable(forms_of(session, assembly.id), source)
    had = Counter(session.scalars(_forms_given(found.id).where(ExamPaper.person_id == person_id)))
    fewest = min(had[form.id] for form in usable)
    open_to = [form for form in usable if had[form.id] == fewest]
    seat = session.scalar(
        select(Admission.seat).where(Admission.sitting_id == found.id, Admission.person_id == person_id)
    )
    if seat is not None and not had:
        return usable[(seat - 1) % len(usable)]
    given = Counter(session.scalars(_forms_given(found.id)))
    return min(open_to, key=lambda form: (given[form.id], form.number))


def _forms_given(sitting_id: int) -> Any:  # noqa: ANN401 - a statement over one nullable column
    return select(ExamPaper.form_id).where(ExamPaper.sitting_id == sitting_id, ExamPaper.form_id.is_not(None))


def _usable(forms: Sequence[ExamForm], source: Source) -> list[ExamForm]:
    drawable = {item.ref for item in source.pool}
    usable = [form for form in forms if all(place["ref"] in drawable for place in form.places)]
    if not usable:
        raise Refused(
            "forms-outdated",
            N_("Every form of this sitting holds a question that may no longer be used. Make the forms anew."),
        )
    return usable


def _make(
    session: Session, actor: Actor, found: Sitting, source: Source, now: datetime, chance: Chance
) -> ExamAssembly:
    seed = chance(62)
    try:
        made = assemble(
            source.blueprint, source.pool, forms=source.demands.forms, seed=seed, earlier=source.earlier,
            exposure=source.wear,
        )  # fmt: skip
    except BankError as error:
        raise cannot_fill(error) from error
    problems = check_assembly(
        made.forms, source.blueprint, source.pool, earlier=source.earlier, exposure=source.wear
    )  # fmt: skip
    refuse_unproven([problem.code for problem in problems])
    kept = _keep(session, actor, found, source, made, seed, now)
    record(
        session, actor, "exams.forms.made", ("exam_sitting", found.id), now=now, unit_id=found.unit_id,
        after={
            "number": kept.number, "forms": [digest_of(places_of(form, source.types)) for form in made.forms],
            "method": kept.method, "status": kept.status, "objective": kept.objective, "bound": kept.bound,
            "gap": kept.gap,
        },
    )  # fmt: skip
    return kept


def _keep(
    session: Session, actor: Actor, found: Sitting, source: Source, made: Assembly, seed: int, now: datetime
) -> ExamAssembly:
    number = 1 + (session.scalar(_numbers(found.id)) or 0)
    kept = ExamAssembly(
        sitting_id=found.id, specification_version_id=found.specification_version_id, number=number, seed=seed,
        method=made.method.value, status=made.status.value, objective=made.objective, bound=made.bound, gap=made.gap,
        differences=[asdict(one) for one in made.differences], beside=_beside(source, seed, len(made.forms)),
        assumed=made.assumed, made_at=now, made_by=actor.label,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    for index, form in enumerate(made.forms, 1):
        places = places_of(form, source.types)
        session.add(
            ExamForm(
                assembly_id=kept.id, number=index, seed=form.seed, places=places, digest=digest_of(places),
                expected_score=_expected(form, source.pool),
            )
        )  # fmt: skip
    session.flush()
    return kept


def _numbers(sitting_id: int) -> Any:  # noqa: ANN401 - a statement over one number
    return select(func.max(ExamAssembly.number)).where(ExamAssembly.sitting_id == sitting_id)


def _beside(source: Source, seed: int, count: int) -> list[dict[str, Any]]:
    """How far as many papers drawn by lot lie apart, each keeping the specification; none where a draw fails."""
    try:
        drawn = [
            draw(
                source.blueprint, source.pool, seed + count + number, earlier=source.earlier, exposure=source.wear
            )
            for number in range(count)
        ]  # fmt: skip
    except BankError:
        return []
    return [asdict(one) for one in differences(source.blueprint, source.pool, drawn)]


def _expected(form: Form, pool: Sequence[PoolItem]) -> Decimal | None:
    facility = {item.ref: item.difficulty for item in pool}
    total = Decimal(0)
    for placed in form.places:
        known = facility[placed.ref]
        if known is None:
            return None
        total += placed.marks * Decimal(str(known))
    return total.quantize(Decimal("0.01"))


def print_form(
    session: Session, actor: Actor, sitting_id: int, number: int, *, key: bool, now: datetime
) -> PrintedFile:  # fmt: skip
    """A form as a Word document, or its key; who printed it is kept. Raises NotFound."""
    from question_bank.formats.printing import (  # loads a word processor
        Printed,
        PrintedPaper,
        write_answers,
        write_paper,
    )

    found = owned_sitting(session, actor, sitting_id, P.EXAMS_MANAGE)
    assembly = standing_assembly(session, found)
    form = next((one for one in forms_of(session, assembly.id) if one.number == number), None) if assembly else None
    if form is None:
        raise NotFound
    versions = bank.versions(session, [place["ref"] for place in form.places])
    questions = tuple(
        Printed(versions[place["ref"]].question, Decimal(place["marks"]), tuple(place["order"]))
        for place in form.places
    )  # fmt: skip
    paper = PrintedPaper(f"{found.title}（{number:02}卷）", questions)
    content = write_answers(paper) if key else write_paper(paper)
    record(
        session, actor, "exams.form.printed", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
        after={"form": number, "digest": form.digest, "key": key},
    )  # fmt: skip
    return PrintedFile(f"sitting-{sitting_id}-form-{number:02}{'-key' if key else ''}.docx", content)
