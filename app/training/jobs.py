"""Sweeps of training: reminders of programme deadlines, new hires' courses and the year's hours."""

from datetime import datetime

from app.core.http import zone
from app.extensions import db
from app.training import service


def remind_deadlines(now: datetime) -> int:
    """Write every reminder that is due, some at a time; each threshold once, however often this runs."""
    written = 0
    while some := service.remind_some(db.session(), zone=zone(), now=now):
        db.session.commit()
        written += some
    db.session.rollback()
    return written
