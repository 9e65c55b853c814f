"""Adopt a draft: from a day on it is part of the rules, and the ledger says who, when and why."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.service import confirm_password
from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.ledger.service import record
from app.regimes.models import RegimeAdoption
from app.regimes.overlay import Overlay, begun
from app.regimes.queries import DraftRow, Proposal, adoptions, draft, effective, proposed
from app.regimes.service.keeping import keep_version

LATEST = timedelta(days=3653)


@dataclass(frozen=True)
class Adopting:
    """What the adopting person says: the first day, why, the password again, and whom the trial run found to change."""

    effective_from: date
    reason: str
    password: str
    counts: Mapping[str, int]


def adopt(
    session: Session, actor: Actor, draft_id: int, said: Adopting, *, draft_version: int, today: date, now: datetime
) -> int:
    """Adopt a draft that somebody else wrote; returns the adoption's id.

    Rows without a day of their own hold from `effective_from`; what held before goes on holding for earlier days. A
    draft that withdraws an adoption ends it the day before. Raises Invalid `password-wrong`, `backdated`,
    `too-far-ahead`, Refused `draft-closed`, `same-person`, `draft-outdated`, `programme-begun`, RegimeUnusable.
    """
    confirm_password(session, actor, said.password)
    row = _adoptable(session, actor, draft_id, draft_version)
    _dated(said.effective_from, today)
    _withdrawable(session, row, said.effective_from)
    before = effective(session, row.regime)
    proposed(session, row.regime, Proposal(row.title, row.text, said.effective_from, row.withdraws_id))
    keep_version(session, before, now=now)
    made = RegimeAdoption(
        regime=row.regime, number=_next_number(session, row.regime), draft_id=row.id, title=row.title, text=row.text,
        sha256=hashlib.sha256(row.text.encode("utf-8")).hexdigest(), effective_from=said.effective_from,
        withdraws_id=row.withdraws_id, adopted_at=now, adopted_by=actor.label, adopted_by_account_id=actor.account_id,
        reason=said.reason, version_before=before.version, counts=dict(said.counts),
    )  # fmt: skip
    session.add(made)
    session.flush()
    after = effective(session, row.regime)
    keep_version(session, after, now=now)
    record(
        session, actor, "regimes.overlay.withdrawn" if row.withdraws_id else "regimes.overlay.adopted",
        ("regime", row.regime), now=now, reason=said.reason, before={"version": before.version},
        after={
            "version": after.version, "adoption": made.id, "draft": row.id, "title": row.title,
            "effective_from": said.effective_from, "sha256": made.sha256, "withdraws": row.withdraws_id,
            "counts": dict(said.counts),
        },
    )  # fmt: skip
    return made.id


def _adoptable(session: Session, actor: Actor, draft_id: int, version: int) -> DraftRow:
    row = draft(session, draft_id)
    if row.state != "OPEN":
        raise Refused("draft-closed", N_("This draft was adopted or given up and is no longer changed."))
    if row.version != version:
        raise Refused("draft-outdated", N_("The draft was changed after this trial run. Run it again first."))
    if actor.account_id in row.writers:
        raise Refused("same-person", N_("You wrote on this draft; somebody else has to adopt it."))
    return row


def _dated(day: date, today: date) -> None:
    if day < today:
        raise Invalid("backdated", N_("Rules are adopted from today at the earliest."), field="effective_from")
    if day > today + LATEST:
        raise Invalid("too-far-ahead", N_("Rules are adopted at most ten years ahead."), field="effective_from")


def _withdrawable(session: Session, row: DraftRow, day: date) -> None:
    """A programme that has begun cannot be unasked, and nothing is withdrawn twice."""
    if row.withdraws_id is None:
        return
    ended = next(one for one in adoptions(session, row.regime) if one.id == row.withdraws_id)
    if ended.ends_on is not None:
        raise Refused("withdrawn-already", N_("This adoption has already been withdrawn."))
    overlay = Overlay(f"adoption-{ended.id}", ended.title, ended.text, ended.effective_from)
    programmes = begun(overlay, row.regime, day) if ended.text.strip() else ()
    if programmes:
        raise Refused(
            "programme-begun",
            N_("The programme %(programme)s has begun by then; what it asked of people stands."),
            programme=programmes[0],
        )


def _next_number(session: Session, regime: str) -> int:
    return (session.scalar(select(func.max(RegimeAdoption.number)).where(RegimeAdoption.regime == regime)) or 0) + 1
