"""What is asked: people, act, item, place, time and the occasion."""

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import DomainError
from app.regimes.codes import Act


class BadQuestion(DomainError):
    """The question or its facts cannot be judged as asked; the code says why."""

    status = 422


@dataclass(frozen=True, slots=True)
class Context:
    """What the asker adds about the occasion; None is not stated.

    `approval` numbers the prior approval and `notice` the inspection notice; `in_uniform`, `recusal_asked` and
    `investigators` are codes of people; `template` names a squad template of the regime; `inspections` is how often
    the enterprise was inspected this year, `inspection_cap` the published yearly limit; `unit` is the unit that people
    are dispatched to or that gets a leader, `consultation` the record of asking its Party committee (GN-20); `count`
    is how many auxiliaries are to be hired, `roster` the version of a roster that is to be published.
    """

    approval: str | None = None
    emergency: bool = False
    recorder: bool | None = None
    case_parties: tuple[str, ...] = ()
    in_uniform: tuple[str, ...] | None = None
    recusal_asked: tuple[str, ...] = ()
    investigators: tuple[str, ...] | None = None
    template: str | None = None
    enterprise: bool = False
    notice: str | None = None
    inspections: int | None = None
    inspection_cap: int | None = None
    cuts_utilities: bool | None = None
    unit: str | None = None
    consultation: str | None = None
    count: int | None = None
    roster: int | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A profile's denial set aside by a named approver (domain.md C0, principle 2); a statute's cannot be."""

    rule: str
    approver: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """May these people (codes) do this act on this item at this place through [start, end); aware times.

    `known_at` asks as of what was recorded by that moment; None is everything recorded so far.
    """

    people: tuple[str, ...]
    act: Act
    item: str | None
    place: str | None
    start: datetime
    end: datetime
    context: Context = Context()
    known_at: datetime | None = None
    overrides: tuple[Override, ...] = ()
