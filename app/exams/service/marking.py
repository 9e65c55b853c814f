"""Mark closed attempts against the keys; mark again when a key is corrected. Results are superseded, never changed.

The marks of a paper are never below zero, whatever its policy takes off: a score under nothing would make a pass mark,
a mean and a sum of papers mean less, and no candidate can know less than nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.core.errors import N_, DomainError, Invalid, Refused
from app.core.permissions import Actor, P
from app.exams.models import AnswerJournal, Attempt, ExamPaper, KeyCorrection, MarkingTask, Result, Sitting
from app.exams.queries.rules import rules_for
from app.exams.queries.specifications import specification_version
from app.exams.queries.truth import EVERYBODY, key_text, read_key, with_key
from app.exams.service.access import locked_attempt, owned_sitting
from app.exams.service.by_people import PeopleMarks, drop_tasks, people_marks
from app.exams.sitting import Kind
from app.ledger.service import record
from question_bank.errors import BankError, Place
from question_bank.faults import refusal
from question_bank.items import Item, ItemType
from question_bank.items.truth import truth_faults
from question_bank.scoring import ScoringPolicy, by_people, score_item


def mark_attempt(session: Session, actor: Actor, attempt_id: int, *, now: datetime, reason: str = "") -> int | None:
    """Mark one closed attempt and put the result in the place of an earlier one; returns the result's id.

    None while people still have to mark an answer of it: then there is no result. Raises Refused `attempt-open`, and
    BankError or LookupError where a question cannot be marked.
    """
    attempt = locked_attempt(session, attempt_id)
    if attempt.closed_by is None:
        raise Refused("attempt-open", N_("This paper has not been handed in."))
    previous = session.scalar(select(Result).where(Result.attempt_id == attempt_id, Result.superseded_at.is_(None)))
    places = _marked_places(session, attempt, now)
    if places is None:
        return None
    result = _result(session, actor, attempt, places, previous.marking + 1 if previous else 1, now, reason)
    if previous is not None:
        previous.superseded_at = now
        session.flush()
    session.add(result)
    session.flush()
    unit_id = session.scalar(select(Sitting.unit_id).where(Sitting.id == attempt.sitting_id))
    record(
        session, actor, "exams.result.marked", ("exam_result", result.id), now=now, unit_id=unit_id, reason=reason,
        before={"score": previous.score, "passed": previous.passed} if previous else None,
        after={"attempt_id": attempt_id, "marking": result.marking, "score": result.score, "passed": result.passed},
    )  # fmt: skip
    return result.id


def mark_if_possible(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> bool:
    """Mark at once, or put what people mark before them; False where a question cannot be marked.

    That must not undo the handing in, so then the job tries again.
    """
    try:
        with session.begin_nested():
            mark_attempt(session, actor, attempt_id, now=now)
    except (BankError, DomainError, LookupError):
        return False
    return True


def unmarked(session: Session) -> list[int]:
    """The closed attempts that have no result yet and wait for nobody's marks, oldest first."""
    has_result = exists().where(Result.attempt_id == Attempt.id)
    waits = exists().where(MarkingTask.attempt_id == Attempt.id, MarkingTask.settled_at.is_(None))
    return list(
        session.scalars(
            select(Attempt.id).where(Attempt.closed_by.is_not(None), ~has_result, ~waits).order_by(Attempt.submitted_at)
        )
    )


def correct_key(
    session: Session,
    actor: Actor,
    sitting_id: int,
    ref: int,
    key: Sequence[str],
    reason: str,
    *,
    now: datetime,
) -> int:
    """For this sitting, mark a question by another key (`queries.truth.read_key`); none gives everybody its marks.

    A case, and what people mark, take no other key. Returns how many papers were marked anew. Raises NotFound, Invalid
    `ref-unknown`, `key-bad` or `reason-missing`, Refused `key-unsupported`.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_RELEASE)
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")
    touched = _attempts_with(session, sitting_id, ref)
    if not touched:
        raise Invalid("ref-unknown", N_("No marked paper of this sitting holds this question."), field="ref")
    letters = _sound_key(bank.versions(session, [ref])[ref].question, "".join(key).strip())
    old = session.scalar(
        select(KeyCorrection).where(
            KeyCorrection.sitting_id == sitting_id, KeyCorrection.ref == ref, KeyCorrection.superseded_at.is_(None)
        )
    )
    if old is not None:
        old.superseded_at = now
    session.add(
        KeyCorrection(
            sitting_id=sitting_id, ref=ref, key=letters, reason=reason.strip(), recorded_at=now,
            recorded_by=actor.label, superseded_at=None,
        )
    )  # fmt: skip
    session.flush()
    record(
        session, actor, "exams.key.corrected", ("exam_sitting", sitting_id), now=now, unit_id=found.unit_id,
        before={"ref": ref, "key": old.key if old else None}, after={"ref": ref, "key": letters}, reason=reason.strip(),
    )  # fmt: skip
    if letters == EVERYBODY:
        drop_tasks(session, sitting_id, ref, now)
    for attempt_id in touched:
        mark_attempt(session, actor, attempt_id, now=now, reason=reason.strip())
    return len(touched)


def _sound_key(item: Item, said: str) -> str:
    """The key as it is kept, EVERYBODY for none. Raises Invalid or Refused."""
    if not said:
        return EVERYBODY
    key = read_key(item, said)
    if key is None:
        raise Refused(
            "key-unsupported",
            N_("A question of this kind takes no other key; if it is faulty, give everybody its marks."),
        )
    letters = "TF" if item.type is ItemType.TRUE_FALSE else "".join(option.key for option in item.options)
    if item.type in _LETTERED and not set(key) <= set(letters):
        raise _bad_key(letters)
    single = item.type is not ItemType.MULTIPLE
    if not key or (item.type in _LETTERED and single and len(key) > 1) or _unsound(item, key):
        raise _bad_key(letters)
    return key


_LETTERED = frozenset({ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE})


def _unsound(item: Item, key: str) -> bool:
    """Whether the key cannot be the truth of the question; one option may be all that is right where several may be."""
    if item.type in _LETTERED:
        return False
    try:
        return any(truth_faults(with_key(item, key), Place()))
    except ValueError:
        return True


def _bad_key(letters: str) -> Invalid:
    if letters:
        msgid = N_("The key must be made of this question's options: %(options)s.")
        return Invalid("key-bad", msgid, field="key", options="".join(sorted(letters)))
    return Invalid("key-bad", N_("The key must have a right text for each blank, or name the areas."), field="key")


def _attempts_with(session: Session, sitting_id: int, ref: int) -> list[int]:
    marked = exists().where(Result.attempt_id == Attempt.id)
    waiting = exists().where(MarkingTask.attempt_id == Attempt.id)
    rows = session.execute(
        select(Attempt.id, ExamPaper.places)
        .join(ExamPaper, ExamPaper.id == Attempt.paper_id)
        .where(Attempt.sitting_id == sitting_id, or_(marked, waiting))
        .order_by(Attempt.id)
    )
    return [attempt_id for attempt_id, places in rows if any(place["ref"] == ref for place in places)]


def _marked_places(session: Session, attempt: Attempt, now: datetime) -> list[dict[str, Any]] | None:
    """Every place of the paper with the answer and what it earned; None while people must mark one of them."""
    paper = session.get_one(ExamPaper, attempt.paper_id)
    items = bank.versions(session, [place["ref"] for place in paper.places])
    corrections = dict(
        session.execute(
            select(KeyCorrection.ref, KeyCorrection.key).where(
                KeyCorrection.sitting_id == attempt.sitting_id, KeyCorrection.superseded_at.is_(None)
            )
        ).all()
    )
    answers = final_answers(session, attempt.id)
    sitting = session.get_one(Sitting, attempt.sitting_id)
    policy = specification_version(session, sitting.specification_version_id).blueprint.scoring
    people = people_marks(session, attempt, practice=sitting.kind == Kind.PRACTICE, now=now)
    marked = []
    for position, place in enumerate(paper.places, 1):
        item, answer = items[place["ref"]].question, answers.get(position, "")
        key = corrections[place["ref"]] if place["ref"] in corrections else _own_key(item)
        marks, awarded = _earned(item, key, answer, Decimal(place["marks"]), policy, people, position, place["ref"])
        marked.append(
            {
                "position": position, "ref": place["ref"], "answer": answer, "key": key, "marks": _plain(marks),
                "awarded": _plain(awarded), "topic": item.topic,
            }
        )  # fmt: skip
    return None if people.waiting else marked


def _own_key(item: Item) -> str:
    """The key of the bank; a question without one is not marked, rather than right for everybody."""
    key = key_text(item)
    if not key:
        raise refusal("KEY_MISSING")
    return key


def _earned(
    item: Item,
    key: str,
    answer: str,
    marks: Decimal,
    policy: ScoringPolicy,
    people: PeopleMarks,
    position: int,
    ref: int,
) -> tuple[Decimal, Decimal]:
    """The marks that could be had for a place, and those it earned."""
    if key == EVERYBODY:
        return marks, marks
    if by_people(item):
        return people.earned(item, answer, marks, policy, position, ref)
    return marks, score_item(with_key(item, key), answer, marks, policy)


def _plain(marks: Decimal) -> str:
    return f"{(marks + 0).normalize():f}"


def final_answers(session: Session, attempt_id: int) -> dict[int, str]:
    """Position → the newest saved value."""
    rows = session.execute(
        select(AnswerJournal.position, AnswerJournal.value)
        .where(AnswerJournal.attempt_id == attempt_id)
        .order_by(AnswerJournal.sequence)
    )
    return dict(rows.all())


def _result(
    session: Session,
    actor: Actor,
    attempt: Attempt,
    places: list[dict[str, Any]],
    marking: int,
    now: datetime,
    reason: str,
) -> Result:
    found = session.get_one(Sitting, attempt.sitting_id)
    said = specification_version(session, found.specification_version_id)
    percent = rules_for(session, found.unit_id, found.paper, found.kind, attempt.sat_on).effective_pass(
        said.pass_percent
    )
    earned = max(Decimal(0), sum((Decimal(place["awarded"]) for place in places), Decimal(0)))
    out_of = sum((Decimal(place["marks"]) for place in places), Decimal(0))
    pass_mark = (out_of * percent / 100).quantize(Decimal("0.01"), ROUND_CEILING)
    passed = out_of > 0 and earned >= pass_mark
    return Result(
        attempt_id=attempt.id, sitting_id=attempt.sitting_id, person_id=attempt.person_id, marking=marking,
        score=earned, out_of=out_of, pass_percent=percent, pass_mark=pass_mark, passed=passed,
        places=places, recorded_at=now, recorded_by=actor.label, superseded_at=None, reason=reason,
    )  # fmt: skip
