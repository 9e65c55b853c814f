"""Making qualifications: who passed every required paper and meets the entry conditions."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.permissions import Actor
from app.credentials.queries import ReadyRow, ready_to_issue
from app.credentials.service.writing import papers_of, put_qualification
from app.ledger.service import record_all

ONLY_FOR_PAPER = frozenset({"no-photo", "glyph-missing"})
"""What keeps back a certificate and not the qualification."""


def recognise(session: Session, actor: Actor, today: date, *, now: datetime) -> int:
    """Give everybody who qualifies and is not yet recognised a qualification; returns how many. Safe to run twice.

    It lasts as long as the results can be used to apply; a certificate issued on it lengthens it to its own last day.
    """
    rows = [row for row in ready_to_issue(session, None, today) if _qualifies(row)]
    deeds = []
    for row in rows:
        _made, told = put_qualification(
            session, actor, None, person_id=row.person_id, agency_id=row.agency_id or 0, regime=row.regime or "",
            papers=papers_of(row), days=(today, row.valid_to or today), now=now,
        )  # fmt: skip
        deeds += told
    if deeds:
        record_all(session, actor, deeds, now=now)
    return len(rows)


def _qualifies(row: ReadyRow) -> bool:
    return not row.qualified and all(problem.code in ONLY_FOR_PAPER for problem in row.problems)
