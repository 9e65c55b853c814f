"""A simulated formal sitting, put straight into the tables: who can do how much, and what they answer."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.exams import service
from app.exams.models import AnswerJournal, Attempt, ExamPaper, Result
from tests.app.exams.conftest import CLOSES, OPENS, TODAY

AFTER = CLOSES + timedelta(minutes=5)
SECONDS = 30


@dataclass(frozen=True)
class Hall:
    """A sitting that was written and marked; `refs` are its questions, everybody's the same, in order."""

    sitting_id: int
    refs: tuple[int, ...]
    people: tuple[int, ...]


def right_or_wrong(chance: random.Random, ability: float, difficulty: float) -> bool:
    """By a Rasch model."""
    return chance.random() < 1 / (1 + 2.718281828 ** (difficulty - ability))


def write_paper(
    session: Session, sitting_id: int, person_id: int, refs: tuple[int, ...], answers: list[str], at: datetime = OPENS
) -> int:
    """A paper with these questions, begun, answered in order every SECONDS, handed in and marked; the attempt."""
    places = [{"ref": ref, "marks": "1", "order": list("ABCD"), "cell": 0} for ref in refs]
    paper = ExamPaper(
        sitting_id=sitting_id, person_id=person_id, number=1, seed=1, places=places, digest=f"d{person_id}",
        generated_at=at,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    end = at + timedelta(minutes=50)
    attempt = Attempt(
        paper_id=paper.id, sitting_id=sitting_id, person_id=person_id, started_at=at, sat_on=TODAY, deadline_at=end,
        accepts_until=end, extra_percent=0, places=len(refs), device_token="d", last_sequence=len(refs),
        submitted_at=end, closed_by="SELF", answered=len(refs), receipt=f"R{sitting_id}-{person_id}",
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    session.add_all(
        AnswerJournal(
            attempt_id=attempt.id, sequence=position, position=position, value=value, client_id=f"c{position}",
            client_at=None, saved_at=at + timedelta(seconds=SECONDS * position), late=False,
        )
        for position, value in enumerate(answers, 1)
        if value
    )  # fmt: skip
    session.flush()
    return attempt.id


def fill(session: Session, actor, sitting_id: int, refs, people, *, seed: int = 7, bad: int | None = None) -> Hall:
    """Everybody answers single choice questions whose key is B; on the question `bad` the able choose C instead."""
    chance = random.Random(seed)  # noqa: S311 - candidates of a test
    marked = []
    for index, person in enumerate(people):
        ability = -1.5 + 3 * index / max(len(people) - 1, 1)
        answers = []
        for place, ref in enumerate(refs):
            right = right_or_wrong(chance, ability, -1 + 2 * place / len(refs))
            if ref == bad:
                right = not right_or_wrong(chance, 3 * ability, 0)
            answers.append("B" if right else "C" if ref == bad else chance.choice("ACD"))
        attempt = write_paper(session, sitting_id, person, tuple(refs), answers)
        marked.append(result_of(sitting_id, person, attempt, refs, answers))
    session.add_all(marked)
    session.flush()
    return Hall(sitting_id, tuple(refs), tuple(people))


def result_of(sitting_id: int, person_id: int, attempt_id: int, refs, answers: list[str]) -> Result:
    """What marking makes of such a paper, a mark for each B."""
    places = [
        {"position": at, "ref": ref, "answer": said, "key": "B", "marks": "1", "awarded": "1" if said == "B" else "0",
         "topic": "统计"}
        for at, (ref, said) in enumerate(zip(refs, answers, strict=True), 1)
    ]  # fmt: skip
    score, out_of = Decimal(answers.count("B")), Decimal(len(answers))
    return Result(
        attempt_id=attempt_id, sitting_id=sitting_id, person_id=person_id, marking=1, score=score, out_of=out_of,
        pass_percent=60, pass_mark=out_of * 60 / 100, passed=score >= out_of * 60 / 100, places=places,
        recorded_at=AFTER, recorded_by="test", superseded_at=None, reason="",
    )  # fmt: skip


def release(session: Session, actor, hall: Hall, now: datetime = AFTER) -> None:
    """Make the results known."""
    service.release_results(session, actor, hall.sitting_id, len(hall.people), now=now)
