"""Sittings of former years, taken over as a whole: the rows the exam room would have written one by one, in bulk.

Every paper is drawn from its own seed and checked, every answer stands in a journal, each result follows from the keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.demo.sittings import Exam, answers_for
from app.demo.stage import Stage
from app.exams.models import AnswerJournal, Attempt, ExamPaper, Result, Sitting
from app.exams.queries.rules import rules_for
from app.exams.service.attempts import receipt_code
from app.exams.service.sources import digest_of, source_of
from app.exams.sitting import ClosedBy, accepts_until
from app.ledger.service import Deed, record_all
from question_bank.assembly import check_form, draw

Row = dict[str, Any]


@dataclass
class Sat:
    """One candidate's part: the paper's places, what was answered (position → letters), marks by position."""

    person_id: int
    seed: int
    places: list[Row]
    answers: dict[int, str]
    marked: list[Row]
    paper_id: int = 0
    attempt_id: int = 0

    @property
    def score(self) -> Decimal:
        """What was earned."""
        return sum((Decimal(place["awarded"]) for place in self.marked), Decimal(0))

    @property
    def out_of(self) -> Decimal:
        """What could be earned."""
        return sum((Decimal(place["marks"]) for place in self.marked), Decimal(0))


def take_over(stage: Stage, exam: Exam, sitting_id: int, now: datetime) -> None:
    """Write papers, attempts, journals and results of a sitting that is over, and what the ledger is told of them."""
    session = stage.session
    found = session.get_one(Sitting, sitting_id)
    began, ended = found.opens_at + timedelta(minutes=2), found.opens_at + timedelta(minutes=exam.minutes - 3)
    sat = _sat(stage, exam, found)
    papers = [
        {"sitting_id": sitting_id, "person_id": one.person_id, "number": 1, "seed": one.seed, "places": one.places,
         "digest": digest_of(one.places), "generated_at": now}
        for one in sat
    ]  # fmt: skip
    for one, paper_id in zip(sat, _insert(session, ExamPaper, papers), strict=True):
        one.paper_id = paper_id
    attempts = [_attempt(one, found, exam, began, ended) for one in sat]
    for one, attempt_id in zip(sat, _insert(session, Attempt, attempts), strict=True):
        one.attempt_id = attempt_id
    _receipts(session, sat, ended)
    session.execute(insert(AnswerJournal), [line for one in sat for line in _journal(one, began)])
    percent = rules_for(session, found.unit_id, found.paper, found.kind, exam.day).effective_pass(None)
    results = [_result(stage, one, sitting_id, percent, now) for one in sat]
    ids = _insert(session, Result, results)
    session.expire_all()
    told = [_deeds(one, found, result, result_id) for one, result, result_id in zip(sat, results, ids, strict=True)]
    record_all(session, stage.hand, [deed for deeds in told for deed in deeds], now=now)


def _insert(session: Session, model: Any, rows: Sequence[Row]) -> list[int]:  # noqa: ANN401 - any table
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, list(rows)))


def _sat(stage: Stage, exam: Exam, found: Sitting) -> list[Sat]:
    source = source_of(stage.session, found, stage.zone)
    words = bank.versions(stage.session, [int(item.ref) for item in source.pool])
    sat = []
    for code, target in zip(exam.codes, exam.targets, strict=True):
        form = draw(source.blueprint, source.pool, stage.chance.getrandbits(62))
        if check_form(form, source.blueprint, source.pool):
            raise RuntimeError("a paper does not keep its specification")
        places: list[Row] = [
            {"ref": p.ref, "marks": f"{p.marks.normalize():f}", "order": list(p.option_order), "cell": p.cell_index}
            for p in form.places
        ]
        keys = ["".join(sorted(words[place["ref"]].key)) for place in places]
        answers = {a.position: a.value for a in answers_for(places, keys, target, stage.chance)}
        marked = [
            {"position": n, "ref": place["ref"], "answer": answers[n], "key": key, "marks": place["marks"],
             "awarded": place["marks"] if answers[n] == key else "0", "topic": words[place["ref"]].topic}
            for n, (place, key) in enumerate(zip(places, keys, strict=True), 1)
        ]  # fmt: skip
        sat.append(Sat(stage.people[code], form.seed, places, answers, marked))
    return sat


def _attempt(one: Sat, found: Sitting, exam: Exam, began: datetime, ended: datetime) -> Row:
    until = began + timedelta(minutes=exam.minutes)
    return {
        "paper_id": one.paper_id, "sitting_id": found.id, "person_id": one.person_id, "started_at": began,
        "sat_on": exam.day, "deadline_at": until, "accepts_until": accepts_until(until, found.grace_seconds),
        "extra_percent": 0, "places": len(one.places), "device_token": "takeover", "last_sequence": len(one.answers),
        "last_saved_at": ended, "last_seen_at": ended, "submitted_at": ended, "closed_by": ClosedBy.SELF.value,
        "end_reason": "", "answered": len(one.answers), "receipt": None,
    }  # fmt: skip


def _receipts(session: Session, sat: Sequence[Sat], ended: datetime) -> None:
    values = [{"id": one.attempt_id, "receipt": receipt_code(one.attempt_id, ended, one.answers)} for one in sat]
    session.execute(update(Attempt), values)


def _journal(one: Sat, began: datetime) -> list[Row]:
    return [
        {"attempt_id": one.attempt_id, "sequence": position, "position": position, "value": value,
         "client_id": f"a{position}", "client_at": None, "late": False,
         "saved_at": began + timedelta(seconds=70 * position)}
        for position, value in sorted(one.answers.items())
    ]  # fmt: skip


def _result(stage: Stage, one: Sat, sitting_id: int, percent: int, now: datetime) -> Row:
    pass_mark = one.out_of * percent / 100
    return {
        "attempt_id": one.attempt_id, "sitting_id": sitting_id, "person_id": one.person_id, "marking": 1,
        "score": one.score, "out_of": one.out_of, "pass_percent": percent, "pass_mark": pass_mark,
        "passed": one.score >= pass_mark, "places": one.marked, "recorded_at": now, "recorded_by": stage.hand.label,
        "superseded_at": None, "reason": "",
    }  # fmt: skip


def _deeds(one: Sat, found: Sitting, result: Row, result_id: int) -> list[Deed]:
    drawn = {"sitting_id": found.id, "person_id": one.person_id, "number": 1, "digest": digest_of(one.places)}
    closed = {
        "closed_by": ClosedBy.SELF,
        "answered": len(one.answers),
        "person_id": one.person_id,
        "sitting_id": found.id,
    }
    marked = {"attempt_id": one.attempt_id, "marking": 1, "score": one.score, "passed": result["passed"]}
    return [
        Deed("exams.paper.generated", ("exam_paper", one.paper_id), after=drawn, unit_id=found.unit_id),
        Deed("exams.attempt.closed", ("exam_attempt", one.attempt_id), after=closed, unit_id=found.unit_id),
        Deed("exams.result.marked", ("exam_result", result_id), after=marked, unit_id=found.unit_id),
    ]
