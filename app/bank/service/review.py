"""Draft, review, final, retired: each step dated, and the judgement of a version never by its author."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank.models import ItemVersion
from app.bank.policy import Status, same_person
from app.bank.service.statute_reviews import must_be_in_force
from app.bank.service.writing import Pair, locked, take_step
from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.ledger.service import Deed, record_all

Chosen = Sequence[tuple[str, int]]
"""(code, number of the version that was shown) of each question meant."""


def submit(session: Session, actor: Actor, chosen: Chosen, *, now: datetime) -> int:
    """Put drafts before the reviewer, all or none; returns how many.

    Raises NotFound, Stale `version-moved`, Refused `not-a-draft`, Invalid `nothing-chosen`.
    """
    pairs = _chosen(session, chosen)
    for item, _version in pairs:
        if item.status != Status.DRAFT:
            raise Refused("not-a-draft", N_("Question %(item)s is not a draft."), item=item.code)
    deeds = _deeds("bank.item.submitted", pairs, Status.REVIEW)
    take_step(session, actor, pairs, Status.REVIEW, now=now)
    record_all(session, actor, deeds, now=now)
    return len(pairs)


def approve(session: Session, actor: Actor, chosen: Chosen, *, now: datetime, comment: str = "") -> int:
    """Make versions under review final and put them in use, all or none; returns how many.

    Raises Refused `same-person` where the reviewer wrote the version, `not-under-review`, `edition-ended` or
    `edition-not-begun` where the law it cites is not in force; NotFound; Stale `version-moved`; Invalid
    `nothing-chosen`.
    """
    pairs = _judged(session, actor, chosen)
    must_be_in_force(session, pairs, now)
    deeds = _deeds("bank.item.approved", pairs, Status.FINAL, comment)
    take_step(session, actor, pairs, Status.FINAL, now=now, comment=comment)
    record_all(session, actor, deeds, now=now)
    return len(pairs)


def reject(session: Session, actor: Actor, chosen: Chosen, *, comment: str, now: datetime) -> int:
    """Send versions under review back to draft with a comment; raises as `approve`, and Invalid `comment-missing`."""
    if not comment.strip():
        raise Invalid("comment-missing", N_("Say what should be mended."), field="comment")
    pairs = _judged(session, actor, chosen)
    deeds = _deeds("bank.item.rejected", pairs, Status.DRAFT, comment)
    take_step(session, actor, pairs, Status.DRAFT, now=now, comment=comment, rejected=True)
    record_all(session, actor, deeds, now=now)
    return len(pairs)


def retire(session: Session, actor: Actor, code: str, number: int, *, reason: str, now: datetime) -> None:
    """Take a question out of use for good reason; papers already drawn keep it. A new version may bring it back.

    Raises Invalid `comment-missing`; Refused `retired-already`; NotFound; Stale `version-moved`.
    """
    if not reason.strip():
        raise Invalid("comment-missing", N_("State the reason; it is kept in the ledger."), field="comment")
    item, version = locked(session, [(code, number)])[0]
    if item.status == Status.RETIRED:
        raise Refused("retired-already", N_("Question %(item)s is retired already."), item=code)
    deeds = _deeds("bank.item.retired", [(item, version)], Status.RETIRED, reason)
    pairs = [(item, version)]
    if item.in_use is not None and item.in_use != number:
        used = select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.number == item.in_use)
        pairs.insert(0, (item, session.scalars(used).one()))
    take_step(session, actor, pairs, Status.RETIRED, now=now, comment=reason)
    record_all(session, actor, deeds, now=now)


def _chosen(session: Session, chosen: Chosen) -> list[Pair]:
    unique = list(dict.fromkeys(chosen))
    if not unique:
        raise Invalid("nothing-chosen", N_("Choose at least one question."))
    return locked(session, unique)


def _judged(session: Session, actor: Actor, chosen: Chosen) -> list[Pair]:
    pairs = _chosen(session, chosen)
    for item, version in pairs:
        if item.status != Status.REVIEW:
            raise Refused("not-under-review", N_("Question %(item)s is not under review."), item=item.code)
        if same_person(version.author_account_id, version.author_label, actor.account_id, actor.label):
            raise Refused(
                "same-person",
                N_("You wrote this version of %(item)s yourself; somebody else must review it."),
                item=item.code,
            )
    return pairs


def _deeds(event: str, pairs: list[Pair], status: Status, reason: str = "") -> list[Deed]:
    return [
        Deed(
            event, ("item", item.code), reason=reason,
            before={"status": item.status, "in_use": item.in_use}, after={"version": version.number, "status": status},
        )
        for item, version in pairs
    ]  # fmt: skip
