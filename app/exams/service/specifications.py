"""Write specifications: a new wording is a new version, and the bank must be able to fill it."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.exams.models import ExamSpecification, ExamSpecificationVersion
from app.exams.queries.blueprints import MOST_FORMS, Demands, Way, blueprint_of, store_cells, store_demands
from app.exams.queries.feasibility import ZONE, CellFit, feasibility
from app.exams.queries.rules import RegimeRules, rules_for
from app.exams.service.access import owned_specification, owned_unit
from app.exams.sitting import Kind
from app.ledger.service import record
from question_bank.assembly import Clash
from question_bank.items import Paper
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell, check_specification

LONGEST_MINUTES = 480
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
NOTHING = Demands()
_SENSELESS = {
    "SCORE_SPAN_BAD": (
        "score_low", N_("The expected score must lie between 0 and all marks, the least not above the most."),
    ),
    "SECONDS_SPAN_BAD": ("minutes_low", N_("The expected time must not be negative, the least not above the most.")),
    "SETS_TOO_MANY": ("together", N_("These are too many sets; 500 are allowed.")),
    "SET_BAD": ("together", N_("Each set of questions needs two or more codes, none of them twice.")),
    "SET_TAG_EMPTY": ("together_tags", N_("A tag is empty.")),
    "REPEAT_SHARE_BAD": ("repeat_percent", N_("A share lies between 0 and 100 percent.")),
    "SEEN_SHARE_BAD": ("seen_percent", N_("A share lies between 0 and 100 percent.")),
    "USES_BAD": (
        "most_uses", N_("Give both numbers, uses allowed and sittings counted, the first not above the second."),
    ),
}  # fmt: skip
"""What makes no sense: the field it belongs to, and its sentence."""


@dataclass(frozen=True)
class SpecificationData:
    """What a specification says. `pass_percent` None leaves the pass mark to the regime."""

    title: str
    pass_percent: int | None
    duration_minutes: int
    attempts: int
    period_days: int
    wait_days: int
    shuffle_items: bool
    shuffle_options: bool
    scoring: ScoringPolicy
    cells: tuple[Cell, ...]
    demands: Demands = NOTHING


class BankCannotFill(Refused):
    """The bank has too few final questions; `fits` says for each cell what is needed, available and missing."""

    def __init__(self, fits: tuple[CellFit, ...]) -> None:
        short = [fit for fit in fits if fit.missing]
        super().__init__(
            "bank-cannot-fill",
            N_("Cell %(cell)s needs %(needed)s questions and falls %(missing)s short. Short in all: %(cells)s."),
            field="cells",
            cell=short[0].number,
            needed=short[0].cell.count,
            missing=short[0].missing,
            cells=", ".join(f"{fit.number} (−{fit.missing})" for fit in short),
        )  # fmt: skip
        self.fits = fits


class DemandsClash(Refused):
    """The demands of a specification cannot hold together; `clashes` say which, in both languages."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        super().__init__(
            "specification-clash",
            N_("No paper keeps all demands of this specification: see below which of them clash."),
            field="cells",
            clashes=[{"code": one.code, "zh": one.zh, "en": one.en} for one in clashes],
        )
        self.clashes = clashes


def create_specification(
    session: Session,
    actor: Actor,
    *,
    code: str,
    unit_id: int,
    paper: Paper,
    kind: Kind,
    data: SpecificationData,
    now: datetime,
    today: date,
    zone: ZoneInfo = ZONE,
) -> int:
    """A new specification; returns its id. Raises Invalid, Refused `code-taken`, BankCannotFill, DemandsClash."""
    owned_unit(session, actor, unit_id)
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        raise Invalid("code-bad", N_("Use 2 to 40 capital letters, digits and hyphens for the code."), field="code")
    if session.scalar(select(ExamSpecification.id).where(ExamSpecification.code == code)) is not None:
        raise Refused("code-taken", N_("There is already a specification with this code."), field="code")
    _check(session, unit_id, paper, kind, data, today, zone)
    head = ExamSpecification(
        code=code, unit_id=unit_id, paper=paper.value, kind=kind.value, version=1, created_at=now, retired_at=None
    )
    session.add(head)
    session.flush()
    _add_version(session, actor, head, data, now)
    record(
        session, actor, "exams.specification.created", ("exam_specification", head.id), now=now, unit_id=unit_id,
        after={"code": code, "paper": paper, "kind": kind, **_plain(data)},
    )  # fmt: skip
    return head.id


def revise_specification(
    session: Session,
    actor: Actor,
    specification_id: int,
    version: int,
    data: SpecificationData,
    *,
    now: datetime,
    today: date,
    zone: ZoneInfo = ZONE,
) -> int:
    """A new wording over the version that was shown; returns its number. Planned sittings keep their wording.

    Raises Stale, Invalid, Refused `retired`, BankCannotFill, DemandsClash.
    """
    head = owned_specification(session, actor, specification_id, version=version)
    if head.retired_at is not None:
        raise Refused("retired", N_("This specification has been retired."))
    _check(session, head.unit_id, Paper(head.paper), Kind(head.kind), data, today, zone)
    before = session.scalar(
        select(ExamSpecificationVersion).where(
            ExamSpecificationVersion.specification_id == head.id, ExamSpecificationVersion.version == head.version
        )
    )
    head.version += 1
    _add_version(session, actor, head, data, now)
    record(
        session, actor, "exams.specification.revised", ("exam_specification", head.id), now=now, unit_id=head.unit_id,
        before={"version": version, "title": before.title if before else "", "cells": before.cells if before else [],
                "demands": before.demands if before else {}},
        after={"version": head.version, **_plain(data)},
    )  # fmt: skip
    return head.version


def retire_specification(session: Session, actor: Actor, specification_id: int, *, now: datetime) -> None:
    """No new sitting takes it any more; retiring twice changes nothing."""
    head = owned_specification(session, actor, specification_id)
    if head.retired_at is None:
        head.retired_at = now
        record(
            session, actor, "exams.specification.retired", ("exam_specification", head.id), now=now,
            unit_id=head.unit_id, before={"code": head.code},
        )  # fmt: skip


def _check(
    session: Session, unit_id: int, paper: Paper, kind: Kind, data: SpecificationData, today: date, zone: ZoneInfo
) -> None:
    rules = rules_for(session, unit_id, paper, kind, today)
    _check_numbers(data)
    if kind is Kind.FORMAL:
        _check_bounds(data, rules)
    _check_sense(data)
    found = feasibility(
        session, paper, rules.regime, today, data.cells, data.demands, unit_id=unit_id, zone=zone
    )  # fmt: skip
    if found.unknown:
        raise Invalid(
            "question-unknown",
            N_("There is no question %(question)s for this paper."),
            field="together" if any(found.unknown[0] in group for group in data.demands.together) else "apart",
            question=found.unknown[0],
        )
    if found.missing:
        raise BankCannotFill(found.fits)
    if found.clashes:
        raise DemandsClash(found.clashes)
    if found.faults:
        raise Refused("papers-not-found", N_("It could not be found out whether the bank can fill this specification."))


def _check_sense(data: SpecificationData) -> None:
    """What can be told without the bank."""
    demands = data.demands
    least, most = (1, MOST_FORMS) if demands.way is Way.PARALLEL else (1, 1)
    if not least <= demands.forms <= most:
        raise Invalid(
            "forms-out-of-range",
            N_("Between 1 and %(most)s parallel forms can be made."),
            field="forms",
            most=MOST_FORMS,
        )
    for found in check_specification(blueprint_of(data.cells, demands)):
        if found.code in _SENSELESS:
            field, sentence = _SENSELESS[found.code]
            raise Invalid("demand-bad", sentence, field=field)
        raise Invalid(
            "cells-bad",
            N_("Row %(row)s cannot be used: each row needs a count and marks above 0; at most 1000 questions in all."),
            field="cells",
            row=found.place.row or 1,
        )


def _check_numbers(data: SpecificationData) -> None:
    if not data.title.strip():
        raise Invalid("title-missing", N_("Give the specification a title."), field="title")
    for name, value, least, most in (
        ("duration_minutes", data.duration_minutes, 1, LONGEST_MINUTES),
        ("attempts", data.attempts, 1, 100),
        ("period_days", data.period_days, 1, 3660),
        ("wait_days", data.wait_days, 0, 3660),
        ("pass_percent", data.pass_percent, 1, 100),
    ):
        if value is not None and not least <= value <= most:
            raise Invalid(
                "number-out-of-range",
                N_("This must be between %(least)s and %(most)s."),
                field=name,
                least=least,
                most=most,
            )


def _check_bounds(data: SpecificationData, rules: RegimeRules) -> None:
    """What the regime fixes may be made stricter here, never easier."""
    if data.pass_percent is None and rules.pass_percent is None:
        raise Invalid(
            "pass-mark-needed",
            N_("The regime gives no pass mark for this paper, so state one here."),
            field="pass_percent",
        )
    if data.pass_percent is not None and data.pass_percent < (rules.pass_percent or 0):
        raise Invalid(
            "pass-mark-too-low",
            N_("The regime's pass mark is %(bound)s percent; an own one may not be lower."),
            field="pass_percent",
            bound=rules.pass_percent,
        )
    if rules.attempts is not None and data.attempts > rules.attempts:
        raise Invalid(
            "attempts-too-many",
            N_("The regime allows %(bound)s attempts; not more."),
            field="attempts",
            bound=rules.attempts,
        )
    if rules.wait_days is not None and data.wait_days < rules.wait_days:
        raise Invalid(
            "wait-too-short",
            N_("The regime asks for %(bound)s days between attempts; not fewer."),
            field="wait_days",
            bound=rules.wait_days,
        )


def _add_version(
    session: Session, actor: Actor, head: ExamSpecification, data: SpecificationData, now: datetime
) -> None:
    session.add(
        ExamSpecificationVersion(
            specification_id=head.id,
            version=head.version,
            recorded_at=now,
            recorded_by=actor.label,
            **_plain(data),
        )
    )
    session.flush()


def _plain(data: SpecificationData) -> dict[str, Any]:
    return {
        "title": data.title.strip(), "pass_percent": data.pass_percent, "duration_minutes": data.duration_minutes,
        "attempts": data.attempts, "period_days": data.period_days, "wait_days": data.wait_days,
        "shuffle_items": data.shuffle_items, "shuffle_options": data.shuffle_options, "scoring": data.scoring.value,
        "cells": store_cells(data.cells), "demands": store_demands(data.demands),
    }  # fmt: skip
