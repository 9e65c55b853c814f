"""A lease in the database: of several processes, at most one holds a name at a time."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.database import Base, insert_into


class Lease(Base):
    """Who holds a name, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    expires_at: Mapped[datetime]
    beat_at: Mapped[datetime]


def acquire(session: Session, name: str, holder: str, now: datetime, seconds: int) -> bool:
    """Take or renew the lease; False when another holder's has not yet expired. One statement decides."""
    row = {"holder": holder, "expires_at": now + timedelta(seconds=seconds), "beat_at": now}
    statement = (
        insert_into(session, Lease)
        .values(name=name, **row)
        .on_conflict_do_update(
            index_elements=[Lease.name], set_=row, where=(Lease.holder == holder) | (Lease.expires_at <= now)
        )
        .returning(Lease.holder)
    )
    return session.execute(statement).scalar_one_or_none() == holder


def release(session: Session, name: str, holder: str, now: datetime) -> None:
    """Give the lease up at once, if it is held."""
    session.execute(update(Lease).where(Lease.name == name, Lease.holder == holder).values(expires_at=now))


def last_beat(session: Session, name: str) -> datetime | None:
    """When the lease was last taken or renewed."""
    lease = session.get(Lease, name)
    return lease.beat_at if lease else None
