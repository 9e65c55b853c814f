"""How items, versions and status rows come to be: the one place that adds them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemStatus, ItemVersion
from app.bank.policy import Status
from app.bank.queries.rows import columns_of
from app.core.errors import N_, NotFound, Refused, Stale
from app.core.permissions import Actor
from question_bank.items import Item as Question

Pair = tuple[Item, ItemVersion]


def add_items(
    session: Session, actor: Actor, questions: Sequence[Question], *, now: datetime, submit: bool = False
) -> list[Pair]:
    """New items, each with a first version in draft, or before the reviewer. Raises Refused `code-taken`."""
    items = [
        Item(code=question.code, paper=question.paper.value, status="", latest=0, in_use=None, created_at=now)
        for question in questions
    ]
    try:
        with session.begin_nested():
            session.add_all(items)
            session.flush()
    except IntegrityError:
        raise Refused(
            "code-taken", N_("There is already a question with this code; it may have been added just now."),
            field="code",
        ) from None  # fmt: skip
    return add_versions(session, actor, list(zip(items, questions, strict=True)), now=now, submit=submit)


def add_versions(
    session: Session,
    actor: Actor,
    edits: Sequence[tuple[Item, Question]],
    *,
    now: datetime,
    submit: bool = False,
    comment: str = "",
) -> list[Pair]:
    """The next version of each item, in draft or before the reviewer; what is in use stays in use."""
    pairs: list[Pair] = []
    for item, question in edits:
        item.latest += 1
        version = ItemVersion(
            item_id=item.id, number=item.latest, author_account_id=actor.account_id, author_label=actor.label,
            created_at=now, **columns_of(question),
        )  # fmt: skip
        pairs.append((item, version))
    session.add_all([version for _item, version in pairs])
    session.flush()
    take_step(session, actor, pairs, Status.DRAFT, now=now, comment=comment)
    if submit:
        take_step(session, actor, pairs, Status.REVIEW, now=now)
    return pairs


def take_step(
    session: Session,
    actor: Actor,
    pairs: Iterable[Pair],
    status: Status,
    *,
    now: datetime,
    comment: str = "",
    rejected: bool = False,
) -> None:
    """Add one status row to each version and let its item follow."""
    for item, version in pairs:
        session.add(
            ItemStatus(
                version_id=version.id, status=status.value, rejected=rejected, account_id=actor.account_id,
                label=actor.label, comment=comment, recorded_at=now,
            )
        )  # fmt: skip
        item.status = status.value
        if status is Status.FINAL:
            item.in_use = version.number
        elif status is Status.RETIRED:
            item.in_use = None
    session.flush()


def locked(session: Session, chosen: Sequence[tuple[str, int]]) -> list[Pair]:
    """Items with their newest versions, locked, in the order asked; each code comes with the version number shown.

    Raises NotFound for an unknown code, Stale `version-moved` where there is a newer version than the one shown.
    """
    codes = {code for code, _number in chosen}
    statement = (
        select(Item)
        .where(Item.code.in_(codes))
        .order_by(Item.code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    items = {item.code: item for item in session.scalars(statement)}
    if len(items) < len(codes):
        raise NotFound("item-unknown", N_("There is no question %(item)s."), item=min(codes - items.keys()))
    for code, number in chosen:
        if items[code].latest != number:
            raise Stale(
                "version-moved",
                N_(
                    "Question %(item)s has a newer version than the one you saw. Look at it again; nothing was changed."
                ),
                item=code,
            )
    ids = [item.id for item in items.values()]
    newest = select(ItemVersion).join(Item).where(Item.id.in_(ids), ItemVersion.number == Item.latest)
    versions = {version.item_id: version for version in session.scalars(newest)}
    return [(items[code], versions[items[code].id]) for code, _number in chosen]
