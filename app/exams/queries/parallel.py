"""Read the parallel forms of a sitting: how even they are, and how often each has been dealt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.exams.models import ExamAssembly, ExamForm, ExamPaper, Sitting


@dataclass(frozen=True)
class DifferenceRow:
    """One quantity: the largest less the smallest form, in its unit and in per cent, and that of papers by lot.

    `name` is SCORE, or INFORMATION with `ability` saying where. None where no papers could be drawn by lot.
    """

    name: str
    ability: str
    amount: float
    percent: float
    lot_amount: float | None
    lot_percent: float | None


@dataclass(frozen=True)
class FormRow:
    """One form, and how many papers were dealt from it."""

    number: int
    places: int
    expected_score: Decimal | None
    digest: str
    dealt: int


@dataclass(frozen=True)
class AssemblyRow:
    """The forms that are dealt in a sitting. `objective`, `bound` and `gap` are in per cent; smaller is more even."""

    number: int
    method: str
    status: str
    objective: float
    bound: float
    gap: float
    lot_objective: float | None
    assumed: int
    made_at: datetime
    made_by: str
    differences: tuple[DifferenceRow, ...]
    forms: tuple[FormRow, ...]

    @property
    def dealt(self) -> int:
        """How many papers were dealt from these forms."""
        return sum(form.dealt for form in self.forms)


def assembly_of(session: Session, sitting_id: int) -> AssemblyRow | None:
    """The newest forms made from the wording that the sitting holds to; None before there are any."""
    found = session.scalar(
        select(ExamAssembly)
        .join(Sitting, Sitting.id == ExamAssembly.sitting_id)
        .where(
            Sitting.id == sitting_id, ExamAssembly.specification_version_id == Sitting.specification_version_id
        )
        .order_by(ExamAssembly.number.desc())
        .limit(1)
    )  # fmt: skip
    if found is None:
        return None
    dealt = dict(
        session.execute(
            select(ExamPaper.form_id, func.count())
            .where(ExamPaper.sitting_id == sitting_id)
            .group_by(ExamPaper.form_id)
        ).all()
    )
    forms = session.scalars(select(ExamForm).where(ExamForm.assembly_id == found.id).order_by(ExamForm.number))
    lots = {one["name"]: one for one in found.beside}
    return AssemblyRow(
        found.number, found.method, found.status, found.objective, found.bound, found.gap,
        max((one["percent"] for one in found.beside), default=None), found.assumed, found.made_at, found.made_by,
        tuple(_difference(one, lots.get(one["name"])) for one in found.differences),
        tuple(
            FormRow(one.number, len(one.places), one.expected_score, one.digest, dealt.get(one.id, 0)) for one in forms
        ),
    )  # fmt: skip


def _difference(one: Mapping[str, Any], lot: Mapping[str, Any] | None) -> DifferenceRow:
    name, _, ability = str(one["name"]).partition(" at ")
    return DifferenceRow(
        name.upper(), ability, one["amount"], one["percent"], lot["amount"] if lot else None,
        lot["percent"] if lot else None,
    )  # fmt: skip
