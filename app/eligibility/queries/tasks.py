"""Which tasks of which programmes people have finished. Whom a programme includes is the rule's own question."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.facts import known
from app.core.prepared import KNOWN_AT, Prepared, among
from app.eligibility.facts import TaskDone
from app.regimes.codes import Task
from app.training import models as training


def _statement() -> Prepared:
    done = training.TaskDone
    statement = (
        select(done.id, done.person_id, done.task, done.valid_from, done.recorded_at, training.Programme.code)
        .join(training.Programme, training.Programme.id == done.programme_id)
        .where(among(done.person_id, "ids"))
        .order_by(done.id)
    )
    return Prepared(known(statement, done), known(statement, done, KNOWN_AT))


_TASKS = _statement()


def tasks_done(
    session: Session, person_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, list[TaskDone]]:
    """The finished tasks of each person as believed at `known_at` (None: now), in one query."""
    found: dict[int, list[TaskDone]] = {person_id: [] for person_id in person_ids}
    for number, person_id, task, done_on, recorded_at, programme in _TASKS.rows(session, known_at, ids=list(found)):
        if task in Task.__members__:
            fact = TaskDone(
                id=f"task:{number}", recorded_at=recorded_at, programme=programme, task=Task(task), done_on=done_on
            )
            found[person_id].append(fact)
    return found
