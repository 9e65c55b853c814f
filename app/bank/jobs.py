"""Sweeps of the question bank: the law that begins today puts its questions under review."""

from datetime import datetime

from app.bank import service
from app.core.permissions import system_actor
from app.extensions import db


def begin_statutes(now: datetime) -> int:
    """Put under review what every edition that has begun asks for; each question once, however often this runs."""
    begun = service.begin_reviews(db.session(), system_actor("statutes"), now=now)
    db.session.commit()
    return begun
