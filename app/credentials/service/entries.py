"""Places in the status lists: drawn by chance, each given once, so that a list tells neither order nor number."""

import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.database import insert_into
from app.credentials.models import StatusEntry
from certificates.status_list import ENTRIES

AT_ONCE = 500
MISSES = 8
"""So many rounds without a free place mean that a list is full enough; the next is begun."""


def draw_entries(session: Session, many: int) -> list[int]:
    """So many free places of the newest list, taken for good if the transaction commits.

    Of two writers who draw the same place one waits and then draws another (W3C Bitstring Status List v1.0, 6.1 wants
    random allocation).
    """
    found: list[int] = []
    current = (session.scalar(select(func.max(StatusEntry.entry))) or 0) // ENTRIES
    misses = 0
    while len(found) < many:
        got = _take(session, current, min(many - len(found), AT_ONCE))
        found += got
        misses = 0 if got else misses + 1
        if misses == MISSES:
            current, misses = current + 1, 0
    secrets.SystemRandom().shuffle(found)
    return found


def _take(session: Session, number: int, many: int) -> list[int]:
    chance = secrets.SystemRandom()
    wanted = [{"entry": number * ENTRIES + entry} for entry in sorted(chance.sample(range(ENTRIES), many))]
    row = insert_into(session, StatusEntry).values(wanted).on_conflict_do_nothing().returning(StatusEntry.entry)
    return list(session.scalars(row))
