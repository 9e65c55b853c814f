"""What people say to each other about a version, beside any judgement."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemRemark, ItemVersion
from app.core.errors import N_, Invalid, NotFound
from app.core.permissions import Actor
from app.ledger.service import record

REMARK_CHARACTERS = 2000


def add_remark(session: Session, actor: Actor, code: str, number: int, *, text: str, now: datetime) -> int:
    """Add to what is said about a version; returns the remark's id.

    Raises NotFound for an unknown question or version; Invalid `remark-empty` or `remark-long`.
    """
    said = text.strip()
    if not said:
        raise Invalid("remark-empty", N_("Write the comment."), field="text")
    if len(said) > REMARK_CHARACTERS:
        raise Invalid(
            "remark-long", N_("A comment has at most %(limit)s characters."), field="text", limit=REMARK_CHARACTERS
        )
    statement = select(ItemVersion.id).join(Item).where(Item.code == code, ItemVersion.number == number)
    version_id = session.scalar(statement)
    if version_id is None:
        raise NotFound
    remark = ItemRemark(
        version_id=version_id, account_id=actor.account_id, label=actor.label, text=said, recorded_at=now
    )
    session.add(remark)
    session.flush()
    record(session, actor, "bank.item.commented", ("item", code), now=now, reason=said, after={"version": number})
    return remark.id
