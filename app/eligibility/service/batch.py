"""Many questions in one go, each answered or refused on its own line."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy.orm import Session

from app.core.errors import N_, DomainError, Invalid
from app.core.permissions import Actor
from app.eligibility.facts import Question
from app.eligibility.service.asking import Answer, check

MOST_LINES = 5000
LONGEST_LINE = 64 * 1024
TOGETHER = 25
"""Lines recorded in one transaction: an answer is only given once its record is safe."""


@dataclass(frozen=True)
class Line:
    """What came of one line, counted from 1: an answer or a refusal."""

    number: int
    answer: Answer | None
    refusal: DomainError | None


def batch(
    session: Session,
    actor: Actor,
    lines: Sequence[bytes],
    read: Callable[[bytes], Question],
    *,
    today: date,
    now: datetime,
) -> Iterator[list[Line]]:
    """Groups of answered lines, in order; the caller commits each group before passing it on.

    `read` makes a question of one line or raises a DomainError. Raises Invalid `too-many-lines` before all else.
    """
    if len(lines) > MOST_LINES:
        raise Invalid("too-many-lines", N_("At most %(limit)s lines are taken at once."), limit=MOST_LINES)
    return _groups(session, actor, enumerate(lines, 1), read, today, now)


def _groups(
    session: Session,
    actor: Actor,
    lines: Iterator[tuple[int, bytes]],
    read: Callable[[bytes], Question],
    today: date,
    now: datetime,
) -> Iterator[list[Line]]:
    while group := list(islice(lines, TOGETHER)):
        done = list(_answered(session, actor, group, read, today, now))
        if done:
            yield done


def _answered(
    session: Session,
    actor: Actor,
    group: Iterable[tuple[int, bytes]],
    read: Callable[[bytes], Question],
    today: date,
    now: datetime,
) -> Iterator[Line]:
    for number, line in group:
        if not line.strip():
            continue
        try:
            if len(line) > LONGEST_LINE:
                raise Invalid("line-too-long", N_("A line may have at most %(limit)s bytes."), limit=LONGEST_LINE)
            yield Line(number, check(session, actor, read(line), today=today, now=now), None)
        except DomainError as refusal:
            yield Line(number, None, refusal)
