"""Choose a pass mark from the evidence of panels; the regime's legal mark stays the floor."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.exams.models import ExamSpecification, ExamSpecificationVersion, PassMarkChoice, StandardPanel
from app.exams.queries.panel_outcomes import totals_of
from app.exams.queries.rules import rules_for
from app.exams.service.access import owned_specification
from app.ledger.service import record

OWN = frozenset({"id", "version", "pass_percent", "recorded_at", "recorded_by"})


def choose_pass_mark(
    session: Session,
    actor: Actor,
    specification_id: int,
    version: int,
    panel_ids: Sequence[int],
    chosen: int,
    reason: str,
    *,
    now: datetime,
    today: date,
) -> int:
    """A new wording of the specification with this pass mark in percent, and the evidence beside it; its number.

    Nothing else of the wording changes; planned sittings keep theirs. Raises NotFound, Stale, Refused `retired`,
    Invalid `pass-mark-bad`, `pass-mark-below-floor`, `evidence-missing`, `evidence-empty`, `reason-missing`.
    """
    head = owned_specification(session, actor, specification_id, version=version)
    if head.retired_at is not None:
        raise Refused("retired", N_("This specification has been retired."))
    floor = rules_for(session, head.unit_id, head.paper, head.kind, today).pass_percent or 0
    panels = _panels(session, head.id, panel_ids)
    _check(chosen, floor, panels, reason)
    evidence = _evidence(session, panels, chosen, floor, reason)
    before = session.scalars(
        select(ExamSpecificationVersion).where(
            ExamSpecificationVersion.specification_id == head.id, ExamSpecificationVersion.version == head.version
        )
    ).one()
    made = _revised(session, actor, head, before, chosen, now)
    session.add(
        PassMarkChoice(
            specification_version_id=made.id, chosen=chosen, floor=floor, evidence=evidence, reason=reason.strip(),
            recorded_at=now, recorded_by=actor.label,
        )
    )  # fmt: skip
    session.flush()
    record(
        session, actor, "exams.pass-mark.chosen", ("exam_specification", head.id), now=now, unit_id=head.unit_id,
        before={"version": before.version, "pass_percent": before.pass_percent},
        after={"version": made.version, "pass_percent": chosen, "floor": floor, "panels": [one.id for one in panels]},
        reason=reason.strip(),
    )  # fmt: skip
    return made.version


def _panels(session: Session, specification_id: int, panel_ids: Sequence[int]) -> list[StandardPanel]:
    """The panels named: closed ones of this specification."""
    found = session.scalars(
        select(StandardPanel)
        .where(
            StandardPanel.id.in_(panel_ids), StandardPanel.specification_id == specification_id,
            StandardPanel.closed_at.is_not(None),
        )
        .order_by(StandardPanel.id)
    ).all()  # fmt: skip
    if not found or len(found) != len(set(panel_ids)):
        raise Invalid(
            "evidence-missing", N_("Name at least one closed panel of this specification."), field="panels"
        )  # fmt: skip
    return list(found)


def _check(chosen: int, floor: int, panels: Sequence[StandardPanel], reason: str) -> None:
    if not 1 <= chosen <= 100:
        raise Invalid("pass-mark-bad", N_("The pass mark is a percentage from 1 to 100."), field="chosen")
    if chosen < floor:
        raise Invalid(
            "pass-mark-below-floor",
            N_("The regime's pass mark is %(floor)s percent; no evidence lowers it."),
            field="chosen",
            floor=floor,
        )
    if all(panel.result["cut"]["value"] is None for panel in panels):
        raise Invalid(
            "evidence-empty", N_("None of these panels had enough data to find a mark."), field="panels"
        )  # fmt: skip
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")


def _evidence(
    session: Session, panels: Sequence[StandardPanel], chosen: int, floor: int, reason: str
) -> dict[str, Any]:
    """What each panel found, which of them hold the mark in their interval, and whom it would have let pass."""
    from question_bank.statistics.intervals import Estimate, Interval
    from question_bank.statistics.plain import plain
    from question_bank.statistics.standard_setting import Evidence, decide

    told = []
    for panel in panels:
        cut = dict(panel.result["cut"])
        interval = cut.pop("interval")
        told.append(Evidence(panel.title, Estimate(**cut, interval=Interval(**interval) if interval else None)))
    sat = next((panel.sitting_id for panel in panels if panel.sitting_id is not None), None)
    mark = decide(float(chosen), float(floor), told, reason, list(totals_of(session, sat).values()))
    return {
        "panels": [
            {"id": panel.id, "panel": panel.title, "method": panel.method, "cut": panel.result["cut"]}
            for panel in panels
        ],
        "supported": list(mark.supported),
        "passing": plain(mark.passing),
    }


def _revised(
    session: Session,
    actor: Actor,
    head: ExamSpecification,
    before: ExamSpecificationVersion,
    chosen: int,
    now: datetime,
) -> ExamSpecificationVersion:
    kept = {
        column.key: getattr(before, column.key)
        for column in inspect(ExamSpecificationVersion).column_attrs
        if column.key not in OWN
    }
    head.version += 1
    made = ExamSpecificationVersion(
        **kept, version=head.version, pass_percent=chosen, recorded_at=now, recorded_by=actor.label
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
