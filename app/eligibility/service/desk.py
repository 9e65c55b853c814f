"""Facts laid out for questions that come again within a shift, kept while no record that they rest on has changed.

Every deed in the ledger that may change what a judgement reads moves the head's count of changes, in the deed's own
transaction. While the count stands where it stood when facts were loaded, they are the facts there are; so a check of
the same people asks the database for that one number and judges in memory.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

from sqlalchemy.orm import Session

from app.core.permissions import Actor, P
from app.eligibility.decision import Decision
from app.eligibility.docket import Docket
from app.eligibility.facts import Question
from app.eligibility.intervals import local_day
from app.eligibility.queries import Loaded, find_people, load_for
from app.eligibility.queries.loading import COUNTED
from app.ledger.queries import changes
from app.regimes.loader import default_zone

MOST = 512


@dataclass
class Laid:
    """Facts with a docket over them; `stamp` is the count of changes as of which they were loaded.

    `is_kept` says that facts and rules were found among those kept for earlier decisions.
    """

    stamp: int
    loaded: Loaded
    docket: Docket
    is_kept: bool = False
    lock: Lock = field(default_factory=Lock)


class Desk:
    """What one process has laid out, the least used thrown away first. Safe to share between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._laid: OrderedDict[Hashable, Laid] = OrderedDict()
        self._lock = Lock()

    def judge(
        self, session: Session, actor: Actor, question: Question, *, today: date, now: datetime
    ) -> tuple[Decision, Laid]:
        """The decision on a question that `takes` allows; raises BadQuestion like a judgement without a desk.

        The session must not have changed anything yet: its own changes would be taken for everybody's.
        """
        stamp, key = changes(session), _key(actor, question, today)
        with self._lock:
            laid = self._laid.get(key)
        if laid is None or laid.stamp != stamp:
            laid = _lay(session, actor, question, stamp, today)
            self._put(key, laid)
        with laid.lock:
            return laid.docket.check(question, asked_at=now), laid

    def _put(self, key: Hashable, laid: Laid) -> None:
        with self._lock:
            self._laid[key] = laid
            self._laid.move_to_end(key)
            while len(self._laid) > self._most:
                self._laid.popitem(last=False)


def takes(question: Question) -> bool:
    """Whether the facts of a question hang on its people, place and days alone."""
    context = question.context
    return not (
        question.known_at
        or question.overrides
        or question.act in COUNTED
        or context.case_parties
        or context.unit
        or context.roster
    )


def _key(actor: Actor, question: Question, today: date) -> Hashable:
    zone = default_zone()
    days = local_day(question.start, zone), local_day(question.end, zone)
    return question.people, question.place, days, actor.scope(P.ELIGIBILITY_CHECK), today


def _lay(session: Session, actor: Actor, question: Question, stamp: int, today: date) -> Laid:
    people = find_people(session, question.people, today, actor.scope(P.ELIGIBILITY_CHECK))
    loaded = load_for(session, question, people, None)
    return Laid(stamp, loaded, Docket(loaded.facts, loaded.regime))
