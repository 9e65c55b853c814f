"""Keep how questions behaved; the exams tell it, the bank shows it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.bank.models import ItemFigures
from app.bank.queries.figures import FiguresRow, figures_of


def keep_figures(session: Session, rows: Iterable[FiguresRow], *, now: datetime) -> int:
    """Put these figures in the place of earlier ones of the same versions; returns how many changed.

    Figures that are what stands already are left alone. Nothing goes to the ledger: the sitting's own entry tells it.
    """
    wanted = {row.version_id: row for row in rows}
    standing = figures_of(session, wanted)
    changed = [row for version_id, row in wanted.items() if version_id not in standing or row != standing[version_id]]
    for row in changed:
        old = standing.get(row.version_id)
        if old is not None:
            session.get_one(ItemFigures, old.id).superseded_at = now
    session.flush()
    session.add_all([_stored(row, now) for row in changed])
    session.flush()
    return len(changed)


def _stored(row: FiguresRow, now: datetime) -> ItemFigures:
    easy, apart = row.facility_interval or (None, None), row.discrimination_interval or (None, None)
    return ItemFigures(
        version_id=row.version_id, n=row.n, facility=row.facility, facility_low=easy[0], facility_high=easy[1],
        discrimination=row.discrimination, discrimination_low=apart[0], discrimination_high=apart[1],
        sittings=row.sittings, candidates=row.candidates, flags=[flag.stored for flag in row.flags], computed_at=now,
        superseded_at=None,
    )  # fmt: skip
