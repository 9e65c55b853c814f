"""Mark closed attempts against the keys; mark again when a key is corrected. Results are superseded, never changed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.core.errors import N_, DomainError, Invalid, Refused
from app.core.permissions import Actor, P
from app.exams.models import AnswerJournal, Attempt, ExamPaper, KeyCorrection, Result, Sitting
from app.exams.queries.rules import rules_for
from app.exams.queries.specifications import specification_version
from app.exams.service.access import locked_attempt, owned_sitting
from app.ledger.service import record
from question_bank.errors import BankError
from question_bank.items import ItemType
from question_bank.scoring import ScoringPolicy, score


def mark_attempt(session: Session, actor: Actor, attempt_id: int, *, now: datetime, reason: str = "") -> int:
    """Mark one closed attempt and put the result in the place of an earlier one; returns the result's id.

    Raises Refused `attempt-open`, and BankError or LookupError where a question cannot be marked.
    """
    attempt = locked_attempt(session, attempt_id)
    if attempt.closed_by is None:
        raise Refused("attempt-open", N_("This paper has not been handed in."))
    previous = session.scalar(select(Result).where(Result.attempt_id == attempt_id, Result.superseded_at.is_(None)))
    places = _marked_places(session, attempt)
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
    """Mark at once; a question that cannot be marked must not undo the handing in, so then the job tries again."""
    try:
        with session.begin_nested():
            mark_attempt(session, actor, attempt_id, now=now)
    except (BankError, DomainError, LookupError):
        return False
    return True


def unmarked(session: Session) -> list[int]:
    """The closed attempts that have no result yet, oldest first."""
    has_result = exists().where(Result.attempt_id == Attempt.id)
    return list(
        session.scalars(
            select(Attempt.id).where(Attempt.closed_by.is_not(None), ~has_result).order_by(Attempt.submitted_at)
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
    """For this sitting, mark a question by another key; an empty key gives everybody its marks.

    Returns how many results were marked anew. Raises NotFound, Invalid `ref-unknown`, `key-bad` or `reason-missing`.
    """
    found = owned_sitting(session, actor, sitting_id, P.EXAMS_RELEASE)
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")
    touched = _attempts_with(session, sitting_id, ref)
    if not touched:
        raise Invalid("ref-unknown", N_("No marked paper of this sitting holds this question."), field="ref")
    letters = "".join(sorted({letter.strip().upper() for letter in key if letter.strip()}))
    _check_key(session, ref, letters)
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
    for attempt_id in touched:
        mark_attempt(session, actor, attempt_id, now=now, reason=reason.strip())
    return len(touched)


def _check_key(session: Session, ref: int, letters: str) -> None:
    item = bank.versions(session, [ref])[ref]
    allowed = {"T", "F"} if item.type == ItemType.TRUE_FALSE else {key for key, _text in item.options}
    if not set(letters) <= allowed or (item.type != ItemType.MULTIPLE and len(letters) > 1):
        raise Invalid(
            "key-bad",
            N_("The key must be made of this question's options: %(options)s."),
            field="key",
            options="".join(sorted(allowed)),
        )


def _attempts_with(session: Session, sitting_id: int, ref: int) -> list[int]:
    rows = session.execute(
        select(Attempt.id, ExamPaper.places)
        .join(ExamPaper, ExamPaper.id == Attempt.paper_id)
        .where(Attempt.sitting_id == sitting_id, exists().where(Result.attempt_id == Attempt.id))
        .order_by(Attempt.id)
    )
    return [attempt_id for attempt_id, places in rows if any(place["ref"] == ref for place in places)]


def _marked_places(session: Session, attempt: Attempt) -> list[dict[str, Any]]:
    """Every place of the paper with the answer and what it earned."""
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
    policy = _policy(session, attempt.sitting_id)
    marked = []
    for position, place in enumerate(paper.places, 1):
        item, marks, answer = items[place["ref"]], Decimal(place["marks"]), answers.get(position, "")
        key = corrections.get(place["ref"], "".join(item.key))
        for_everybody = corrections.get(place["ref"]) == ""
        awarded = marks if for_everybody else score(ItemType(item.type), tuple(key), tuple(answer), marks, policy)
        marked.append(
            {
                "position": position, "ref": place["ref"], "answer": answer, "key": key, "marks": place["marks"],
                "awarded": f"{awarded.normalize():f}", "topic": item.topic,
            }
        )  # fmt: skip
    return marked


def final_answers(session: Session, attempt_id: int) -> dict[int, str]:
    """Position → the newest saved value."""
    rows = session.execute(
        select(AnswerJournal.position, AnswerJournal.value)
        .where(AnswerJournal.attempt_id == attempt_id)
        .order_by(AnswerJournal.sequence)
    )
    return dict(rows.all())


def _policy(session: Session, sitting_id: int) -> ScoringPolicy:
    found = session.get_one(Sitting, sitting_id)
    return specification_version(session, found.specification_version_id).blueprint.scoring


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
    earned = sum((Decimal(place["awarded"]) for place in places), Decimal(0))
    out_of = sum((Decimal(place["marks"]) for place in places), Decimal(0))
    pass_mark = (out_of * percent / 100).quantize(Decimal("0.01"), ROUND_CEILING)
    return Result(
        attempt_id=attempt.id, sitting_id=attempt.sitting_id, person_id=attempt.person_id, marking=marking,
        score=earned, out_of=out_of, pass_percent=percent, pass_mark=pass_mark, passed=earned >= pass_mark,
        places=places, recorded_at=now, recorded_by=actor.label, superseded_at=None, reason=reason,
    )  # fmt: skip
