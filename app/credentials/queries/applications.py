"""Applications to the issuer: those that wait with what stands in their way, those decided, and a person's own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, aliased

from app.core.errors import NotFound
from app.core.permissions import Actor, P, Scope
from app.credentials.models import Certificate, CertificateApplication
from app.credentials.queries.readiness import Problem, readiness
from app.credentials.queries.renewal import renewals
from app.registry.models import Person, Unit
from app.registry.queries import in_scope, scope_paths, within
from certificates.fonts import Font

PROPOSED, CHECKED, WAITING = "PROPOSED", "CHECKED", ("PROPOSED", "CHECKED")
UNCHECKED_KINDS = frozenset({"REVOKE"})
"""Kinds that need no check in the agency: any two hands may take a certificate away."""
_HELD, _MADE = aliased(Certificate), aliased(Certificate)


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application. `state` is PROPOSED, CHECKED, GRANTED, REFUSED, RETURNED or WITHDRAWN.

    `number` is of the certificate it is about, `made` of the one that came of it; `problems` forbid granting it today,
    `warnings` are for whoever decides.
    """

    id: int
    kind: str
    person_id: int
    code: str
    name: str
    agency_id: int
    agency: str
    certificate_id: int | None
    number: str | None
    made: str | None
    sitting_id: int | None
    wishes: Mapping[str, Any]
    reason: str
    legal_basis: str
    proposed_at: datetime
    proposed_by: str
    proposer_id: int | None
    checked_at: datetime | None
    checked_by: str
    checker_id: int | None
    outcome: str
    decided_at: datetime | None
    decided_by: str
    decided_why: str
    problems: tuple[Problem, ...] = field(default=())
    warnings: tuple[Problem, ...] = field(default=())

    @property
    def state(self) -> str:
        """Where it stands."""
        if self.outcome:
            return self.outcome
        return CHECKED if self.checked_at is not None or self.kind in UNCHECKED_KINDS else PROPOSED

    @property
    def ready(self) -> bool:
        """Whether it can be granted today."""
        return not self.problems


_FIELDS = (
    "id", "kind", "person_id", "agency_id", "certificate_id", "sitting_id", "wishes", "reason", "legal_basis",
    "proposed_at", "proposed_by", "proposer_id", "checked_at", "checked_by", "checker_id", "outcome", "decided_at",
    "decided_by", "decided_why",
)  # fmt: skip


def _rows(session: Session, condition: ColumnElement[bool], limit: int | None = None) -> list[ApplicationRow]:
    one = CertificateApplication
    statement = (
        select(
            *(getattr(one, name) for name in _FIELDS), Person.code, Person.name, Unit.name_zh.label("agency"),
            _HELD.number.label("number"), _MADE.number.label("made"),
        )
        .join(Person, Person.id == one.person_id)
        .join(Unit, Unit.id == one.agency_id)
        .outerjoin(_HELD, _HELD.id == one.certificate_id)
        .outerjoin(_MADE, _MADE.id == one.made_id)
        .where(condition)
        .order_by(one.id if limit is None else one.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [ApplicationRow(**row) for row in session.execute(statement).mappings()]


def _within(session: Session, scope: Scope) -> ColumnElement[bool]:
    return within(scope, Unit.path, scope_paths(session, scope))


def applications(
    session: Session, scope: Scope, today: date, now: datetime, *, state: str, font: Font | None = None,
    sitting_id: int | None = None,
) -> list[ApplicationRow]:  # fmt: skip
    """The applications of agencies in scope in a state, with their problems where they wait: exceptions come first.

    Of those decided the newest 200.
    """
    one, waits = CertificateApplication, state in WAITING
    condition = _within(session, scope) & ((one.outcome == "") if waits else (one.outcome != ""))
    condition &= one.sitting_id == sitting_id if sitting_id is not None else true()
    found = _rows(session, condition, None if waits else 200)
    rows = [row for row in found if row.state == state] if waits else found
    return sorted(judged(session, rows, today, now, font), key=_by_exception) if waits else rows


def _by_exception(row: ApplicationRow) -> tuple[bool, int]:
    return row.ready, row.id


def judged(
    session: Session, rows: Sequence[ApplicationRow], today: date, now: datetime, font: Font | None = None
) -> list[ApplicationRow]:
    """The rows with what stands in the way of granting them today."""
    issuing = {row.person_id for row in rows if row.kind == "ISSUE"}
    ready = {row.person_id: row for row in readiness(session, issuing, today, font=font)} if issuing else {}
    renewing = [row.certificate_id for row in rows if row.kind == "RENEW" and row.certificate_id is not None]
    renewal = renewals(session, renewing, today, now) if renewing else {}
    judged_rows = []
    for row in rows:
        problems: tuple[Problem, ...] = ()
        warnings: tuple[Problem, ...] = ()
        if row.kind == "ISSUE":
            found = ready.get(row.person_id)
            problems = found.problems if found is not None else (Problem("no-result"),)
        elif row.certificate_id in renewal:
            problems, warnings = renewal[row.certificate_id].problems, renewal[row.certificate_id].warnings
        judged_rows.append(replace(row, problems=problems, warnings=warnings))
    return judged_rows


def application(session: Session, actor: Actor, number: int, today: date, now: datetime) -> ApplicationRow:
    """One application that the actor may see, with its problems. Raises NotFound."""
    found = _rows(session, CertificateApplication.id == number)
    if not found or not any(in_scope(session, actor.scope(p), found[0].agency_id) for p in READERS):
        raise NotFound
    return judged(session, found, today, now)[0] if not found[0].outcome else found[0]


READERS = (P.CREDENTIALS_APPLY, P.CREDENTIALS_CHECK, P.CREDENTIALS_ISSUE, P.CREDENTIALS_READ)


def applications_of(session: Session, person_id: int) -> list[ApplicationRow]:
    """What was asked of the issuer for a person, newest first."""
    return _rows(session, CertificateApplication.person_id == person_id, 50)


def applications_about(session: Session, certificate_id: int) -> list[ApplicationRow]:
    """What was asked about one certificate, newest first."""
    return _rows(session, CertificateApplication.certificate_id == certificate_id, 50)


def waiting_counts(session: Session, scope: Scope) -> dict[str, int]:
    """How many applications of agencies in scope wait, by state."""
    one = CertificateApplication
    checked = (one.checked_at.is_not(None)) | one.kind.in_(UNCHECKED_KINDS)
    statement = (
        select(checked, func.count())
        .join(Unit, Unit.id == one.agency_id)
        .where(one.outcome == "", _within(session, scope))
        .group_by(checked)
    )
    counted = {bool(key): number for key, number in session.execute(statement)}
    return {PROPOSED: counted.get(False, 0), CHECKED: counted.get(True, 0)}


def waiting_people(session: Session, person_ids: Collection[int]) -> frozenset[int]:
    """Those of these people for whom a first certificate is asked for already."""
    one = CertificateApplication
    wanted = (one.kind == "ISSUE", one.outcome == "", one.person_id.in_(list(person_ids)))
    return frozenset(session.scalars(select(one.person_id).where(*wanted)))
