"""Applications: an agency proposes, another hand there checks, the issuer decides; nobody does two of these."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.clock import local_day
from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor, P, Scope
from app.credentials.models import Certificate, CertificateApplication
from app.credentials.periods import Action
from app.credentials.queries import readiness, waiting_people
from app.credentials.queries.applications import UNCHECKED_KINDS
from app.credentials.service.batches import open_batch
from app.credentials.service.changes import Order, apply
from app.credentials.service.issuing import confirm, issue_ready, require_ready
from app.credentials.service.replacing import Replacement, replace_one
from app.credentials.service.writing import Issued
from app.ledger.service import Deed, record_all
from app.registry import queries as registry
from app.registry.queries import in_scope

ABOUT_ONE = frozenset({Action.REISSUE, Action.RENEW, Action.TRANSFER, Action.DOMAINS, Action.REVOKE})
"""What can be asked about a certificate; the first issue is asked for a person."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """First certificates asked for: for whom, from when (None: the day of the decision), from which sitting, why."""

    person_ids: Sequence[int]
    reason: str = ""
    valid_from: date | None = None
    domains: tuple[str, ...] | None = None
    sitting_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Something asked about one certificate; `domains` only to change them, `legal_basis` only to revoke."""

    kind: Action
    reason: str
    legal_basis: str = ""
    domains: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What one decision did: certificates issued and the batch that watches their sealing, numbers of those revoked."""

    issued: tuple[Issued, ...] = field(default=())
    revoked: tuple[str, ...] = field(default=())
    batch_id: int | None = None


def propose(session: Session, actor: Actor, cohort: Cohort, *, today: date, now: datetime) -> int:
    """Ask for a first certificate for each of these people, all or none; returns how many.

    Raises Invalid `nobody-chosen`, NotFound out of scope, Refused by the code of the problem of whoever is not ready,
    `asked-already`, `own-certificate`.
    """
    ids = list(dict.fromkeys(cohort.person_ids))
    if not ids:
        raise Invalid("nobody-chosen", N_("Choose at least one person."), field="people")
    people = {one.id: one for one in registry.people_by_ids(session, ids, today, actor.scope(P.CREDENTIALS_APPLY))}
    if not set(people).issuperset(ids):
        raise NotFound
    _not_for_oneself(actor, ids)
    _unasked(session, ids, people)
    _ready(session, ids, today)
    rows = [
        _row(actor, Action.ISSUE, one.id, one.agency_id or 0, now, reason=cohort.reason, sitting_id=cohort.sitting_id,
             wishes=_wishes(cohort.valid_from, cohort.domains))
        for one in (people[number] for number in ids)
    ]  # fmt: skip
    return _asked(session, actor, rows, now)


def propose_about(session: Session, actor: Actor, number: str, wish: Wish, *, today: date, now: datetime) -> int:
    """Ask the issuer to replace or revoke one certificate; returns the application's id.

    Raises NotFound out of scope, Invalid `reason-needed`, `legal-basis-needed`, Refused `asked-already`,
    `own-certificate`.
    """
    one = session.scalar(select(Certificate).where(Certificate.number == number.strip()))
    if one is None or wish.kind not in ABOUT_ONE:
        raise NotFound
    agency = _agency_about(session, actor, one, wish.kind, today)
    if not wish.reason.strip():
        raise Invalid("reason-needed", N_("State the reason."), field="reason")
    if wish.kind is Action.REVOKE and not wish.legal_basis.strip():
        raise Invalid("legal-basis-needed", N_("Name the legal basis."), field="legal_basis")
    if wish.kind is not Action.REVOKE:
        _not_for_oneself(actor, [one.person_id])
    open_ = CertificateApplication.certificate_id == one.id, CertificateApplication.outcome == ""
    if session.scalar(select(CertificateApplication.id).where(*open_)) is not None:
        raise Refused("asked-already", N_("An application about this certificate waits already."))
    row = _row(
        actor, wish.kind, one.person_id, agency, now, reason=wish.reason.strip(), certificate_id=one.id,
        legal_basis=wish.legal_basis.strip(), wishes=_wishes(None, wish.domains),
    )  # fmt: skip
    _asked(session, actor, [row], now)
    return row.id


def _agency_about(session: Session, actor: Actor, one: Certificate, kind: Action, today: date) -> int:
    """The agency that asks: the certificate's own; for a transfer the one at which the holder serves now."""
    if kind is Action.TRANSFER:
        found = registry.people_by_ids(session, [one.person_id], today, actor.scope(P.CREDENTIALS_APPLY))
        if not found or found[0].agency_id is None:
            raise NotFound
        return found[0].agency_id
    allowed = {P.CREDENTIALS_APPLY} | ({P.CREDENTIALS_CHANGE} if kind is Action.REVOKE else set())
    if not any(in_scope(session, actor.scope(permission), one.agency_id) for permission in allowed):
        raise NotFound
    return one.agency_id


def _not_for_oneself(actor: Actor, person_ids: Collection[int]) -> None:
    if actor.account_id is not None and actor.person_id in person_ids:
        raise Refused("own-certificate", N_("Nobody issues or restores a certificate of their own."))


def _unasked(session: Session, ids: Sequence[int], people: dict[int, registry.PersonRow]) -> None:
    asked = waiting_people(session, ids)
    if asked:
        first = people[min(asked)]
        words = N_("An application for %(name)s (%(person)s) waits already.")
        raise Refused("asked-already", words, name=first.name, person=first.code)


def _ready(session: Session, ids: Sequence[int], today: date) -> None:
    found = {row.person_id: row for row in readiness(session, ids, today)}
    for person_id in ids:
        require_ready(found.get(person_id))


def _wishes(valid_from: date | None, domains: tuple[str, ...] | None) -> dict[str, Any]:
    first = {"valid_from": valid_from.isoformat()} if valid_from is not None else {}
    return {**first, **({"domains": list(domains)} if domains is not None else {})}


def _row(
    actor: Actor, kind: Action, person_id: int, agency_id: int, now: datetime, **what: Any  # noqa: ANN401 - columns
) -> CertificateApplication:  # fmt: skip
    return CertificateApplication(
        kind=kind.value, person_id=person_id, agency_id=agency_id, proposed_at=now, proposed_by=actor.label,
        proposer_id=actor.account_id, **{"legal_basis": "", **what},
    )  # fmt: skip


def _asked(session: Session, actor: Actor, rows: Sequence[CertificateApplication], now: datetime) -> int:
    session.add_all(rows)
    session.flush()
    _tell(session, actor, rows, "credentials.application.proposed", now, lambda row: row.reason)
    return len(rows)


def check(session: Session, actor: Actor, ids: Sequence[int], *, now: datetime) -> int:
    """Confirm in the agency that what is applied for is right; returns how many.

    Raises NotFound out of scope, Stale `application-closed`, Refused `same-person` for whoever proposed it.
    """
    rows = _waiting(session, ids, actor.scope(P.CREDENTIALS_CHECK))
    _other_hand(actor, rows)
    _not_for_oneself(actor, [row.person_id for row in rows if row.kind != Action.REVOKE])
    for row in rows:
        if row.checked_at is not None:
            raise Stale("application-checked", N_("Somebody has checked this application already."))
        row.checked_at, row.checked_by, row.checker_id = now, actor.label, actor.account_id
    session.flush()
    _tell(session, actor, rows, "credentials.application.checked", now)
    return len(rows)


def close(session: Session, actor: Actor, ids: Sequence[int], outcome: str, why: str, *, now: datetime) -> int:
    """End applications without a certificate: REFUSED by the issuer, RETURNED by the agency's check, or WITHDRAWN.

    Raises NotFound, Stale `application-closed`, Invalid `reason-needed`, Refused `not-yours` to withdraw another's.
    """
    if not why.strip():
        raise Invalid("reason-needed", N_("State the reason."), field="reason")
    wanted = {"REFUSED": P.CREDENTIALS_ISSUE, "RETURNED": P.CREDENTIALS_CHECK, "WITHDRAWN": P.CREDENTIALS_APPLY}
    scope = actor.scope(wanted[outcome])
    if outcome == "WITHDRAWN" and actor.may(P.CREDENTIALS_CHANGE):
        scope = actor.scope(P.CREDENTIALS_CHANGE)
    rows = _waiting(session, ids, scope)
    if outcome == "WITHDRAWN" and any(row.proposer_id != actor.account_id for row in rows):
        raise Refused("not-yours", N_("Only whoever proposed an application withdraws it."))
    for row in rows:
        row.outcome, row.decided_why = outcome, why.strip()
        row.decided_at, row.decided_by, row.decider_id = now, actor.label, actor.account_id
    session.flush()
    _tell(session, actor, rows, f"credentials.application.{outcome.lower()}", now, lambda _row: why.strip())
    return len(rows)


def decide(
    session: Session,
    actor: Actor,
    ids: Sequence[int],
    *,
    settings: Settings,
    now: datetime,
    password: str | None = None,
    title: str = "",
) -> Decided:
    """Grant applications, all or none: first certificates, then replacements, then revocations, each as they were made.

    The decider re-enters the password; `title` names the batch of what is issued. Whoever proposed or checked one
    cannot decide it, whatever their role. Raises as `issue`, `replace_certificate` and `change` do; NotFound, Stale
    `application-closed`, Refused `same-person`, `not-checked`.
    """
    confirm(session, actor, password)
    rows = _waiting(session, ids, actor.scope(P.CREDENTIALS_ISSUE))
    _other_hand(actor, rows)
    for row in rows:
        if row.checked_at is None and row.kind not in UNCHECKED_KINDS:
            raise Refused("not-checked", N_("The agency has not checked this application yet."))
    deeds: list[Deed] = []
    issued = _issue(session, actor, [row for row in rows if row.kind == Action.ISSUE], settings, now, deeds)
    replacing = [row for row in rows if row.kind not in {Action.ISSUE, Action.REVOKE}]
    issued += [_replace(session, actor, row, settings, now, deeds) for row in replacing]
    revoking = [row for row in rows if row.kind == Action.REVOKE]  # last: numbers are locked before certificates
    revoked = [_revoke(session, actor, row, settings, now, deeds) for row in revoking]
    for row in rows:
        row.outcome, row.decided_at, row.decided_by, row.decider_id = "GRANTED", now, actor.label, actor.account_id
    session.flush()
    record_all(session, actor, [*deeds, *(_deed(row, "credentials.application.granted") for row in rows)], now=now)
    name = title.strip() or f"{local_day(now, settings.zone).isoformat()} · {len(issued)}"
    batch = open_batch(session, actor, [one.id for one in issued], name, now) if issued else None
    return Decided(tuple(issued), tuple(revoked), batch)


def _issue(
    session: Session,
    actor: Actor,
    rows: Sequence[CertificateApplication],
    settings: Settings,
    now: datetime,
    deeds: list[Deed],
) -> list[Issued]:
    """First certificates, those with the same wishes together."""
    groups: dict[str, list[CertificateApplication]] = {}
    for row in rows:
        groups.setdefault(repr(sorted(row.wishes.items())), []).append(row)
    issued: list[Issued] = []
    for several in groups.values():
        wishes, by_person = several[0].wishes, {row.person_id: row for row in several}
        made, told = issue_ready(
            session, actor, list(by_person), settings=settings, now=now, valid_from=_first(wishes, now, settings),
            domains=tuple(wishes["domains"]) if "domains" in wishes else None, reason=several[0].reason,
            evidence={row.person_id: {"application": row.id} for row in several},
        )  # fmt: skip
        for one in made:
            by_person[one.person_id].made_id = one.id
        issued += made
        deeds += told
    return issued


def _first(wishes: dict[str, Any], now: datetime, settings: Settings) -> date | None:
    """The first day wished for; where it has passed meanwhile, the day of the decision."""
    if "valid_from" not in wishes:
        return None
    return max(date.fromisoformat(wishes["valid_from"]), local_day(now, settings.zone))


def _replace(
    session: Session,
    actor: Actor,
    row: CertificateApplication,
    settings: Settings,
    now: datetime,
    deeds: list[Deed],
) -> Issued:
    order = Order(Action(row.kind), row.reason)
    domains = tuple(row.wishes["domains"]) if "domains" in row.wishes else None
    what = Replacement(order, domains, {"application": row.id})
    made, told = replace_one(session, actor, _number(session, row), what, settings=settings, now=now)
    row.made_id = made.id
    deeds += told
    return made


def _revoke(
    session: Session,
    actor: Actor,
    row: CertificateApplication,
    settings: Settings,
    now: datetime,
    deeds: list[Deed],
) -> str:
    one = session.scalars(select(Certificate).where(Certificate.id == row.certificate_id).with_for_update()).one()
    if not in_scope(session, actor.scope(P.CREDENTIALS_CHANGE), one.agency_id):
        raise NotFound
    order = Order(Action.REVOKE, row.reason, row.legal_basis)
    _made, told = apply(session, actor, one, order, now=now, zone=settings.zone)
    deeds += told
    return one.number


def _number(session: Session, row: CertificateApplication) -> str:
    return session.scalars(select(Certificate.number).where(Certificate.id == row.certificate_id)).one()


def _waiting(session: Session, ids: Sequence[int], scope: Scope) -> list[CertificateApplication]:
    """The applications, locked, in the order in which they were made. Raises NotFound, Stale `application-closed`."""
    wanted = set(ids)
    if not wanted:
        raise Invalid("nothing-chosen", N_("Choose at least one application."), field="chosen")
    one = CertificateApplication
    statement = select(one).where(one.id.in_(wanted)).order_by(one.id).with_for_update()
    rows = list(session.scalars(statement.execution_options(populate_existing=True)))
    agencies = {row.agency_id for row in rows}
    if len(rows) < len(wanted) or not all(in_scope(session, scope, agency) for agency in agencies):
        raise NotFound
    if any(row.outcome for row in rows):
        raise Stale("application-closed", N_("Somebody has decided or withdrawn this application already."))
    return rows


def _other_hand(actor: Actor, rows: Sequence[CertificateApplication]) -> None:
    """Whoever proposed or checked an application takes no further step in it; no role is exempt.

    A person has one account; programs are told apart by their label.
    """
    hands = {hand for row in rows for hand in (row.proposer_id, row.checker_id) if hand is not None}
    labels = {label for row in rows for label in (row.proposed_by, row.checked_by) if label}
    if actor.account_id in hands or actor.label in labels:
        raise Refused(
            "same-person", N_("You proposed or checked this application; somebody else has to take the next step.")
        )


def _tell(
    session: Session,
    actor: Actor,
    rows: Sequence[CertificateApplication],
    event: str,
    now: datetime,
    why: Callable[[CertificateApplication], str] = lambda _row: "",
) -> None:
    record_all(session, actor, [_deed(row, event, why(row)) for row in rows], now=now)


def _deed(row: CertificateApplication, event: str, reason: str = "") -> Deed:
    after = {
        "kind": row.kind, "person_id": row.person_id, "certificate": row.certificate_id, "made": row.made_id,
        "proposed_by": row.proposed_by, "checked_by": row.checked_by, "wishes": row.wishes,
    }  # fmt: skip
    return Deed(event, ("certificate_application", row.id), after=after, reason=reason, unit_id=row.agency_id)
