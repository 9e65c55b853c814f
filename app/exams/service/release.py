"""Make the results of a formal sitting known."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import N_, Refused, Stale
from app.core.permissions import Actor, P
from app.exams.models import Result
from app.exams.queries.marking import marking_left
from app.exams.service.access import owned_sitting, refuse_unless
from app.exams.sitting import Kind, State
from app.ledger.service import record


def release_results(session: Session, actor: Actor, sitting_id: int, count: int, *, now: datetime) -> int:
    """Release every result of a marked sitting; `count` is how many the trainer was shown. Twice changes nothing.

    Raises Stale when the number has changed since, Refused before the sitting is marked, `marking-unfinished` while
    people still have to mark answers, or for practice.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_RELEASE)
    present = select(func.count(Result.id)).where(Result.sitting_id == sitting_id, Result.superseded_at.is_(None))
    number = session.scalar(present) or 0
    if found.released_at is not None:
        return number
    if found.kind == Kind.PRACTICE:
        raise Refused("practice-shows-at-once", N_("Practice results are shown at once and need no release."))
    _refuse_while_marking(session, sitting_id)
    refuse_unless(session, sitting_id, now, State.MARKED)
    if number != count:
        raise Stale(
            "count-changed",
            N_("There are now %(present)s results, not %(shown)s. Look at them again, then release."),
            present=number,
            shown=count,
        )
    found.released_at, found.released_by = now, actor.label
    passed = session.scalar(present.where(Result.passed.is_(True))) or 0
    record(
        session, actor, "exams.results.released", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
        after={"results": number, "passed": passed},
    )  # fmt: skip
    return number


def _refuse_while_marking(session: Session, sitting_id: int) -> None:
    waiting, answers = marking_left(session, sitting_id)
    if waiting:
        raise Refused(
            "marking-unfinished",
            N_("%(waiting)s of %(answers)s answers that people mark are not settled yet; the results wait for them."),
            waiting=waiting,
            answers=answers,
        )
