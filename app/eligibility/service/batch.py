"""Many questions in one go, each answered or refused on its own line."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy.orm import Session

from app.core.errand import Errand
from app.core.errors import N_, DomainError, Invalid
from app.core.permissions import Actor
from app.eligibility.facts import Question
from app.eligibility.service.asking import Asked, check_all
from app.eligibility.service.keeping import Answer

MOST_LINES = 5000
LONGEST_LINE = 64 * 1024
PIECE = 8 * 1024
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
    lines: Iterable[bytes],
    read: Callable[[bytes], Question],
    *,
    today: date,
    now: datetime,
) -> Iterator[list[Line]]:
    """Groups of answered lines, in order, each as soon as its lines are read; the caller commits it, then passes it on.

    `read` makes a question of one line or raises a DomainError. A line that cannot be used is refused and the rest goes
    on; after the last line that is taken, `too-many-lines` ends it, and so does a refusal raised by `lines` itself.
    """
    return _groups(session, actor, _numbered(lines), read, today, now)


def lines_of(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The lines of a stream, read piece by piece; of one that is too long only so much as shows that it is."""
    rest = b""
    while piece := read(PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        rest = rest[: LONGEST_LINE + 1]
    if rest.strip():
        yield rest


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes | DomainError]]:
    """Each line with its number from 1; what ends the batch early stands in the place of a line."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if number > MOST_LINES:
                raise Invalid("too-many-lines", N_("At most %(limit)s lines are taken at once."), limit=MOST_LINES)
            yield number, line
    except DomainError as end:
        yield max(number, 1), end


def _groups(
    session: Session,
    actor: Actor,
    lines: Iterator[tuple[int, bytes | DomainError]],
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
    group: Iterable[tuple[int, bytes | DomainError]],
    read: Callable[[bytes], Question],
    today: date,
    now: datetime,
) -> Iterator[Line]:
    found = [(number, _question(line, read)) for number, line in group if isinstance(line, DomainError) or line.strip()]
    asked = [Asked(actor, one) for _number, one in found if isinstance(one, Question)]
    errand = Errand(session)
    given = iter(check_all(errand, asked, today=today, now=now))
    errand.run()
    for number, one in found:
        said = next(given) if isinstance(one, Question) else one
        yield Line(number, None, said) if isinstance(said, DomainError) else Line(number, said, None)


def _question(line: bytes | DomainError, read: Callable[[bytes], Question]) -> Question | DomainError:
    if isinstance(line, DomainError):
        return line
    try:
        if len(line) > LONGEST_LINE:
            raise Invalid("line-too-long", N_("A line may have at most %(limit)s bytes."), limit=LONGEST_LINE)
        return read(line)
    except DomainError as refusal:
        return refusal
