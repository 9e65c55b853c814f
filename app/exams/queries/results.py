"""Read results: the trainer's table with how each question behaved, and the candidate's own page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.core.errors import NotFound
from app.exams.models import Attempt, ExamPaper, Result, Sitting
from app.exams.queries.asked import CHOICES
from app.exams.queries.attempts import AttemptRow, saved_answers
from app.exams.queries.history import sat_before
from app.exams.queries.rules import rules_for
from app.exams.queries.specifications import specification_version
from app.exams.queries.truth import Line, answer_lines, key_lines, shown_letters, written_key
from app.exams.sitting import Kind, attempts_left, next_attempt_on
from app.registry.models import Person
from question_bank.items import GAP, MARKED_BY_PEOPLE, Item
from question_bank.scoring import by_people
from question_bank.statistics import MINIMUM_N, item_statistics


@dataclass(frozen=True)
class ResultRow:
    """One candidate's result in the marking that counts."""

    id: int
    attempt_id: int
    code: str
    name: str
    started_at: datetime
    submitted_at: datetime | None
    closed_by: str
    answered: int
    score: Decimal
    out_of: Decimal
    pass_mark: Decimal
    passed: bool
    marking: int
    recorded_at: datetime


@dataclass(frozen=True)
class ItemRow:
    """How one question behaved in a sitting: `n` candidates had it; the figures are None below `needed` of them."""

    ref: int
    code: str
    stem: str
    topic: str
    key: str
    n: int
    needed: int
    facility: float | None
    point_biserial: float | None


@dataclass(frozen=True)
class TopicScore:
    """What was earned in one topic."""

    topic: str
    score: Decimal
    out_of: Decimal


@dataclass(frozen=True)
class AnsweredItem:
    """A question of one's own paper after release, where the sitting shows questions.

    `answer` and `key` are lines of (label, words), the key empty where everybody gets the marks. `feedback` is what the
    question says to the options chosen, `pictures` what its pictures show. `unscored`: left out of a practice score.
    """

    position: int
    topic: str
    marks: Decimal
    awarded: Decimal
    stem: str
    answer: tuple[Line, ...]
    key: tuple[Line, ...]
    explanation: str
    citation: str
    feedback: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    rubric: tuple[str, ...] = ()
    by_people: bool = False
    unscored: bool = False
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnResult:
    """What a candidate is told: score, by topic, and when they may try again."""

    attempt_id: int
    sitting_id: int
    title: str
    paper: str
    kind: str
    sat_on: date
    score: Decimal
    out_of: Decimal
    pass_mark: Decimal
    passed: bool
    marking: int
    recorded_at: datetime
    reason: str
    receipt: str
    topics: tuple[TopicScore, ...]
    items: tuple[AnsweredItem, ...]
    next_on: date | None
    attempts_left: int | None


def results(session: Session, sitting_id: int) -> list[ResultRow]:
    """The results of a sitting by person code; for practice, every attempt."""
    statement = (
        select(Result, Attempt, Person.code, Person.name)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Person, Person.id == Result.person_id)
        .where(Result.sitting_id == sitting_id, Result.superseded_at.is_(None))
        .order_by(Person.code, Attempt.id)
    )
    return [
        ResultRow(
            r.id, a.id, code, name, a.started_at, a.submitted_at, a.closed_by or "", a.answered or 0, r.score, r.out_of,
            r.pass_mark, r.passed, r.marking, r.recorded_at,
        )
        for r, a, code, name in session.execute(statement)
    ]  # fmt: skip


def item_rows(session: Session, sitting_id: int) -> list[ItemRow]:
    """How each question behaved, by its code. Every candidate has another selection, so each question has its own n.

    The corrected point-biserial sets the share earned on the question against the share of all other marks.
    """
    shares: dict[int, list[tuple[float, float]]] = defaultdict(list)
    keys: dict[int, str] = {}
    for places in session.scalars(
        select(Result.places).where(Result.sitting_id == sitting_id, Result.superseded_at.is_(None))
    ):
        _gather(places, shares, keys)
    items = bank.versions(session, list(shares))
    rows = []
    for ref, pairs in shares.items():
        figures = item_statistics(pairs)[0]
        item = items[ref]
        rows.append(
            ItemRow(
                ref, item.item_code, item.stem, item.topic, written_key(item.question, keys[ref]), figures.n,
                MINIMUM_N, figures.facility, figures.point_biserial,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: row.code)


def _gather(places: list[Any], shares: dict[int, list[tuple[float, float]]], keys: dict[int, str]) -> None:
    earned = sum(Decimal(place["awarded"]) for place in places)
    marks = sum(Decimal(place["marks"]) for place in places)
    for place in places:
        if not Decimal(place["marks"]):
            continue  # nobody marked it
        rest = marks - Decimal(place["marks"])
        others = float((earned - Decimal(place["awarded"])) / rest) if rest else 0.0
        shares[place["ref"]].append((float(Decimal(place["awarded"]) / Decimal(place["marks"])), others))
        keys[place["ref"]] = place["key"]


def own_result(session: Session, person_id: int | None, attempt_id: int, today: date) -> OwnResult:
    """A candidate's own released result; raises NotFound before release and for anybody else's."""
    found = session.execute(
        select(Result, Attempt, Sitting)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Sitting, Sitting.id == Result.sitting_id)
        .where(Result.attempt_id == attempt_id, Result.superseded_at.is_(None))
    ).first()
    if found is None or person_id is None or found[0].person_id != person_id:
        raise NotFound
    result, attempt, sitting = found
    if sitting.kind != Kind.PRACTICE and sitting.released_at is None:
        raise NotFound
    known_at = max(result.recorded_at, sitting.released_at or result.recorded_at)
    next_on, left = (None, None) if result.passed else _again(session, sitting, person_id, today)
    return OwnResult(
        attempt.id, sitting.id, sitting.title, sitting.paper, sitting.kind, attempt.sat_on, result.score, result.out_of,
        result.pass_mark, result.passed, result.marking, known_at,
        result.reason, attempt.receipt or "", _topics(result.places), _items(session, result.places, sitting), next_on,
        left,
    )  # fmt: skip


def _again(session: Session, sitting: Sitting, person_id: int, today: date) -> tuple[date | None, int | None]:
    if sitting.kind == Kind.PRACTICE:
        return None, None
    said = specification_version(session, sitting.specification_version_id)
    rules = rules_for(session, sitting.unit_id, sitting.paper, sitting.kind, today)
    retake = rules.retake(said.attempts, said.period_days, said.wait_days)
    sat = sat_before(session, [person_id], sitting.paper)[person_id]
    return next_attempt_on(sat, retake, today), attempts_left(sat, retake, today)


def _topics(places: list[Any]) -> tuple[TopicScore, ...]:
    earned: dict[str, Decimal] = defaultdict(Decimal)
    marks: dict[str, Decimal] = defaultdict(Decimal)
    for place in places:
        earned[place["topic"]] += Decimal(place["awarded"])
        marks[place["topic"]] += Decimal(place["marks"])
    return tuple(TopicScore(topic, earned[topic], marks[topic]) for topic in sorted(marks) if marks[topic])


def _items(session: Session, places: list[Any], sitting: Sitting) -> tuple[AnsweredItem, ...]:
    if not sitting.show_explanations:
        return ()
    items = bank.versions(session, [place["ref"] for place in places])
    shown = []
    for place in places:
        row = items[place["ref"]]
        item = row.question
        shown.append(
            AnsweredItem(
                place["position"], place["topic"], Decimal(place["marks"]), Decimal(place["awarded"]),
                GAP.sub("____", item.stem), answer_lines(item, place["answer"]), key_lines(item, place["key"]),
                row.explanation, str(row.citation or ""), _feedback(item, place["answer"]),
                tuple(f"({n}) {GAP.sub('____', part.stem)}" for n, part in enumerate(item.parts, 1)),
                tuple(one.text for one in item.rubric), item.type in MARKED_BY_PEOPLE,
                sitting.kind == Kind.PRACTICE and by_people(item),
                tuple(one.alt for one in (*item.pictures, *(p for part in item.parts for p in part.pictures))),
            )
        )  # fmt: skip
    return tuple(shown)


def handed_in(session: Session, attempt: AttemptRow) -> list[tuple[int, tuple[Line, ...]]]:
    """Each place of one's paper with what was saved for it: choices by the letters of the page, the rest in words."""
    places = session.get_one(ExamPaper, attempt.paper_id).places
    items = bank.versions(session, [place["ref"] for place in places if "type" in place])
    saved = saved_answers(session, attempt.id)
    found = []
    for position, place in enumerate(places, 1):
        value = saved[position].value if position in saved else ""
        if "type" in place:
            lines = answer_lines(items[place["ref"]].question, value)
        else:
            lines = (("", shown_letters(place["order"], value)),) if value else ()
        found.append((position, lines))
    return found


def _feedback(item: Item, answer: str) -> tuple[str, ...]:
    """What the question says to the options that were chosen, where options were chosen."""
    chosen = answer if item.type in CHOICES else ""
    return tuple(option.feedback for option in item.options if option.key in chosen and option.feedback)
