"""Questions whose law changed: put under review from the new edition's first day, brought back, or carried over."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank.models import BankStatute, BankStatuteReview, Item, ItemVersion
from app.bank.policy import Status, StatuteState
from app.bank.queries.rows import question_of
from app.bank.queries.statutes import LAW_ZONE, CitingRow, Validity, state_of, statute_page, validity, written_on
from app.bank.service.writing import Pair, add_versions, locked, take_step
from app.core.errors import N_, NotFound, Refused
from app.core.permissions import Actor
from app.ledger.service import Deed, record_all
from question_bank.items import Citation


def begin_reviews(session: Session, actor: Actor, *, today: date, now: datetime) -> int:
    """Put under review what every edition that has begun asks for; safe to run at any time. Returns how many."""
    statement = (
        select(BankStatute)
        .where(
            BankStatute.adopted_at.is_not(None), BankStatute.withdrawn_at.is_(None), BankStatute.valid_from <= today
        )
        .order_by(BankStatute.edition, BankStatute.id)
    )  # fmt: skip
    return sum(begin_reviews_of(session, actor, row, today=today, now=now) for row in session.scalars(statement))


def begin_reviews_of(session: Session, actor: Actor, row: BankStatute, *, today: date, now: datetime) -> int:
    """Put under review the final questions whose article this edition changed, moved or dropped, once it has begun."""
    if row.valid_from is None or row.valid_from > today:
        return 0
    due = [one for one in statute_page(session, row.id).to_review if one.status == Status.FINAL]
    pairs = locked(session, [(one.code, one.latest) for one in due]) if due else []
    note = f"《{row.law}》（{row.edition}）"
    deeds = [
        Deed(
            "bank.item.reopened", ("item", item.code), before={"status": item.status},
            after={
                "version": version.number, "status": Status.REVIEW, "statute": row.id, "effect": one.effect,
                "article": one.article, "became": one.became,
            },
        )
        for (item, version), one in zip(pairs, due, strict=True)
    ]  # fmt: skip
    for (item, version), one in zip(pairs, due, strict=True):
        take_step(session, actor, [(item, version)], Status.REVIEW, now=now, comment=note + _in_words(one))
        _mark(session, row, version, one, now)
    if deeds:
        session.flush()
        record_all(session, actor, deeds, now=now)
    return len(due)


def _mark(session: Session, row: BankStatute, version: ItemVersion, one: CitingRow, now: datetime) -> None:
    session.add(
        BankStatuteReview(
            statute_id=row.id, version_id=version.id, effect=one.effect.value, article=one.article, became=one.became,
            begun_at=now,
        )
    )  # fmt: skip


def _in_words(one: CitingRow) -> str:
    """42 → 63, as a status row keeps it for readers of either language."""
    return f" {one.article or '—'} → {one.became or '—'}"


def end_reviews_of(session: Session, actor: Actor, row: BankStatute, *, now: datetime) -> tuple[int, int]:
    """Bring back into use what this edition put under review; returns (brought back, left because worked on since)."""
    statement = (
        select(BankStatuteReview, ItemVersion, Item)
        .join(ItemVersion, ItemVersion.id == BankStatuteReview.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(BankStatuteReview.statute_id == row.id, BankStatuteReview.undone_at.is_(None))
        .order_by(Item.code)
        .with_for_update()
    )
    back: list[Pair] = []
    left = 0
    for mark, version, item in session.execute(statement.execution_options(populate_existing=True)).all():
        if item.status == Status.REVIEW and item.latest == version.number == item.in_use:
            mark.undone_at = now
            back.append((item, version))
        else:
            left += 1
    deeds = [
        Deed(
            "bank.item.restored", ("item", item.code), before={"status": item.status},
            after={"version": version.number, "status": Status.FINAL, "statute": row.id},
        )
        for item, version in back
    ]  # fmt: skip
    if back:
        take_step(session, actor, back, Status.FINAL, now=now, comment=row.withdrawn_reason)
        record_all(session, actor, deeds, now=now)
    return len(back), left


def carry_over(session: Session, actor: Actor, statute_id: int, *, now: datetime) -> int:
    """Cite the new edition in every final question whose article says the same there: a new version under review each.

    Somebody else approves them, as any version. Raises NotFound; Refused `edition-closed` or `nothing-to-carry`.
    """
    row = session.get(BankStatute, statute_id)
    if row is None:
        raise NotFound("statute-unknown", N_("There is no such edition."))
    if state_of(row)[0] is not StatuteState.ADOPTED:
        raise Refused("edition-closed", N_("This edition was taken up, given up or taken back in the meantime."))
    due = [one for one in statute_page(session, row.id).to_carry if one.status == Status.FINAL]
    if not due:
        raise Refused("nothing-to-carry", N_("No final question waits to be carried over."))
    pairs = locked(session, [(one.code, one.latest) for one in due])
    edits = []
    for (item, version), one in zip(pairs, due, strict=True):
        cited = Citation(row.law, row.edition, one.became or one.article)
        edits.append((item, replace(question_of(item.code, item.paper, version), citation=cited)))
    before = {item.code: (version.number, item.status) for item, version in pairs}
    written = add_versions(session, actor, edits, now=now, submit=True, comment=f"《{row.law}》（{row.edition}）")
    deeds = [
        Deed(
            "bank.item.edited", ("item", item.code),
            before={"version": before[item.code][0], "status": before[item.code][1]},
            after={
                "version": version.number, "status": item.status, "digest": version.digest, "fields": ["citation"],
                "statute": row.id,
            },
        )
        for item, version in written
    ]  # fmt: skip
    record_all(session, actor, deeds, now=now)
    return len(written)


def must_be_in_force(session: Session, pairs: list[Pair], now: datetime) -> None:
    """Refuse to put in use what cites an ended edition, or one to come while the version in use still holds.

    Raises Refused `edition-ended` or `edition-not-begun`.
    """
    today = now.astimezone(LAW_ZONE).date()
    known = validity(session)
    for item, version in pairs:
        last = known.last_day(version.law, version.edition or "", written_on(version)) if version.law else None
        if last is not None and last < today:
            raise Refused(
                "edition-ended",
                N_("Question %(item)s cites an edition of %(law)s that has ended; write one that cites the next."),
                item=item.code, law=version.law,
            )  # fmt: skip
        first = known.first_day(version.law, version.edition or "") if version.law else None
        if first is not None and first > today and _in_use_holds(session, item, version, known, today):
            raise Refused(
                "edition-not-begun",
                N_("Question %(item)s cites an edition that begins on %(day)s; until then the version in use stays."),
                item=item.code, day=first.isoformat(),
            )  # fmt: skip


def _in_use_holds(session: Session, item: Item, version: ItemVersion, known: Validity, today: date) -> bool:
    if item.in_use in {None, version.number}:
        return False
    used = select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.number == item.in_use)
    return known.holds(session.scalars(used).one(), today)
