"""Questions whose law changed: put under review from the new edition's first day, brought back, or carried over."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.bank.models import BankStatute, BankStatuteReview, Item, ItemStatus, ItemVersion
from app.bank.policy import Status, StatuteState
from app.bank.queries.rows import question_of
from app.bank.queries.statutes import CitingRow, Validity, law_day, state_of, statute_page, validity, written_on
from app.bank.service.writing import Pair, add_versions, locked, take_step
from app.core.errors import N_, NotFound, Refused
from app.core.permissions import Actor
from app.ledger.service import Deed, record_all
from question_bank.items import Citation


def begin_reviews(session: Session, actor: Actor, *, now: datetime) -> int:
    """Put under review what every edition that has begun asks for; safe to run at any time. Returns how many."""
    statement = (
        select(BankStatute)
        .where(BankStatute.adopted_at.is_not(None), BankStatute.withdrawn_at.is_(None))
        .order_by(BankStatute.edition, BankStatute.id)
    )
    return sum(begin_reviews_of(session, actor, row, now=now) for row in session.scalars(statement).all())


def begin_reviews_of(session: Session, actor: Actor, row: BankStatute, *, now: datetime) -> int:
    """Put under review the final questions whose article this edition changed, moved or dropped, once it has begun."""
    if row.valid_from is None or row.valid_from > law_day(now):
        return 0
    due = _final(session, statute_page(session, row.id).to_review)
    note = f"《{row.law}》（{row.edition}）"
    deeds = [
        Deed(
            "bank.item.reopened", ("item", item.code), before={"status": item.status},
            after={
                "version": version.number, "status": Status.REVIEW, "statute": row.id, "effect": one.effect,
                "article": one.article, "became": one.became,
            },
        )
        for item, version, one in due
    ]  # fmt: skip
    for item, version, one in due:
        take_step(session, actor, [(item, version)], Status.REVIEW, now=now, comment=note + _in_words(one))
        _mark(session, row, version, one, now)
    if deeds:
        session.flush()
        record_all(session, actor, deeds, now=now)
    return len(due)


def _final(session: Session, rows: Iterable[CitingRow]) -> list[tuple[Item, ItemVersion, CitingRow]]:
    """The final ones of these questions, locked: who retires one at the same moment comes first or after."""
    asked = [one for one in rows if one.status == Status.FINAL]
    pairs = locked(session, [(one.code, one.latest) for one in asked]) if asked else []
    return [
        (item, version, one) for (item, version), one in zip(pairs, asked, strict=True) if item.status == Status.FINAL
    ]


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
    """Undo what a withdrawn edition did to questions; returns (in use as before, left because worked on since).

    What it put under review is final again where nobody has judged or changed it since. Where a version differs from
    the one before by nothing but citing this edition, the one before is in use again and the version is a draft.
    """
    back, worked_on = _reopened(session, row, now)
    carried, others = _citing_withdrawn(session, row)
    left = (worked_on | others) - {item.code for item, _version, _before in carried}
    deeds = [_restored(item, version.number, Status.FINAL, row) for item, version in back]
    deeds += [_restored(item, before.number, Status.DRAFT, row) for item, _version, before in carried]
    comment = row.withdrawn_reason
    take_step(session, actor, back, Status.FINAL, now=now, comment=comment)
    former = [(item, before) for item, _version, before in carried if item.in_use != before.number]
    take_step(session, actor, former, Status.FINAL, now=now, comment=comment)
    taken_back = [(item, version) for item, version, _before in carried]
    take_step(session, actor, taken_back, Status.DRAFT, now=now, comment=comment, rejected=True)
    if deeds:
        record_all(session, actor, deeds, now=now)
    return len(back) + len(carried), len(left)


def _restored(item: Item, in_use: int, status: Status, row: BankStatute) -> Deed:
    return Deed(
        "bank.item.restored", ("item", item.code), before={"status": item.status, "in_use": item.in_use},
        after={"version": in_use, "status": status, "statute": row.id},
    )  # fmt: skip


def _reopened(session: Session, row: BankStatute, now: datetime) -> tuple[list[Pair], set[str]]:
    """What still waits for review only because of this edition, its marks now closed, and the codes of the rest."""
    statement = (
        select(BankStatuteReview, ItemVersion, Item)
        .join(ItemVersion, ItemVersion.id == BankStatuteReview.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(BankStatuteReview.statute_id == row.id, BankStatuteReview.undone_at.is_(None))
        .order_by(Item.code)
        .with_for_update()
    )
    marked = session.execute(statement.execution_options(populate_existing=True)).all()
    judged = _judged_since(session, [version.id for _mark, version, _item in marked])
    found: list[Pair] = []
    rest: set[str] = set()
    for mark, version, item in marked:
        if item.status == Status.REVIEW and item.latest == version.number == item.in_use and version.id not in judged:
            mark.undone_at = now
            found.append((item, version))
        else:
            rest.add(item.code)
    return found, rest


def _judged_since(session: Session, versions: list[int]) -> set[int]:
    """Of versions that were final before they were reopened: those with a step after that.

    The last two steps of a version that nobody touched are final and under review.
    """
    steps: dict[int, list[str]] = {}
    for version, status in session.execute(
        select(ItemStatus.version_id, ItemStatus.status)
        .where(ItemStatus.version_id.in_(versions))
        .order_by(ItemStatus.id)
    ):
        steps.setdefault(version, []).append(status)
    return {version for version, taken in steps.items() if taken[-2:] != [Status.FINAL, Status.REVIEW]}


def _citing_withdrawn(
    session: Session, row: BankStatute
) -> tuple[list[tuple[Item, ItemVersion, ItemVersion]], set[str]]:
    """(item, version, the one before) of what only cites this edition anew, and the codes of what else cites it."""
    before = aliased(ItemVersion)
    statement = (
        select(Item, ItemVersion, before)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.latest))
        .outerjoin(before, (before.item_id == Item.id) & (before.number == Item.latest - 1))
        .where(ItemVersion.law == row.law, ItemVersion.edition == row.edition)
        .where(Item.status.in_([Status.REVIEW, Status.FINAL]))
        .order_by(Item.code)
        .with_for_update(of=Item)
    )
    carried: list[tuple[Item, ItemVersion, ItemVersion]] = []
    others: set[str] = set()
    for item, version, former in session.execute(statement.execution_options(populate_existing=True)).all():
        if former is not None and _only_cites_anew(item, version, former) and _was_in_use(session, item, former):
            carried.append((item, version, former))
        else:
            others.add(item.code)
    return carried, others


def _only_cites_anew(item: Item, version: ItemVersion, former: ItemVersion) -> bool:
    cited = question_of(item.code, item.paper, former).citation
    return replace(question_of(item.code, item.paper, version), citation=cited) == question_of(
        item.code, item.paper, former
    )


def _was_in_use(session: Session, item: Item, former: ItemVersion) -> bool:
    if item.in_use == former.number:
        return True
    final = select(ItemStatus.id).where(ItemStatus.version_id == former.id, ItemStatus.status == Status.FINAL)
    return item.in_use is not None and session.scalar(final.limit(1)) is not None


def carry_over(session: Session, actor: Actor, statute_id: int, *, now: datetime) -> int:
    """Cite the new edition in every final question whose article says the same there: a new version under review each.

    Somebody else approves them, as any version. Raises NotFound; Refused `edition-closed` or `nothing-to-carry`.
    """
    row = session.get(BankStatute, statute_id)
    if row is None:
        raise NotFound("statute-unknown", N_("There is no such edition."))
    if state_of(row)[0] is not StatuteState.ADOPTED:
        raise Refused("edition-closed", N_("This edition was taken up, given up or taken back in the meantime."))
    due = _final(session, statute_page(session, row.id).to_carry)
    if not due:
        raise Refused("nothing-to-carry", N_("No final question waits to be carried over."))
    edits = []
    for item, version, one in due:
        cited = Citation(row.law, row.edition, one.became or one.article)
        edits.append((item, replace(question_of(item.code, item.paper, version), citation=cited)))
    before = {item.code: (version.number, item.status) for item, version, _one in due}
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

    Raises Refused `edition-withdrawn`, `edition-ended` or `edition-not-begun`.
    """
    today = law_day(now)
    known = validity(session)
    for item, version in pairs:
        if (version.law, version.edition) in known.withdrawn:
            raise Refused(
                "edition-withdrawn",
                N_("Question %(item)s cites an edition of %(law)s that was taken back; cite one that is taken up."),
                item=item.code, law=version.law,
            )  # fmt: skip
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
