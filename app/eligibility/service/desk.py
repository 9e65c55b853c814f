"""Facts laid out for questions that come again within a shift, kept while no record that they rest on has changed.

Every deed in the ledger that may change what a judgement reads moves the head's count of changes, in the deed's own
transaction. While the count stands where it stood when facts were loaded, they are the facts there are; so a check of
the same people asks the database for that one number and judges in memory.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

from app.core.errand import Errand
from app.core.kept import Kept
from app.core.permissions import Actor, P
from app.eligibility.docket import Docket
from app.eligibility.facts import Question
from app.eligibility.intervals import local_day
from app.eligibility.queries import find_people, load_for
from app.eligibility.queries.loading import COUNTED
from app.eligibility.service.keeping import Grounds, Judged
from app.ledger.queries import changes
from app.regimes.loader import default_zone

MOST = 512


@dataclass
class Laid:
    """Facts with a docket over them; `stamp` is the count of changes as of which they were loaded."""

    stamp: int
    grounds: Grounds
    docket: Docket
    lock: Lock = field(default_factory=Lock)


class Desk(Kept[Hashable, Laid]):
    """What one process has laid out."""

    def __init__(self, most: int = MOST) -> None:
        super().__init__(most)


class Reader:
    """Judges from a desk by what is recorded when it is made.

    The session must not have changed anything before: its own changes would be taken for everybody's. The count of
    changes is asked for with whatever else waits on the errand.
    """

    def __init__(self, desk: Desk, errand: Errand, today: date) -> None:
        self._desk, self._session, self._today = desk, errand.session, today
        self._stamp = changes(errand)

    def judge(self, actor: Actor, question: Question, now: datetime) -> Judged:
        """Judge a question that `takes` allows; raises BadQuestion like a judgement without a desk."""
        key = _key(actor, question, self._today)
        laid, stamp = self._desk.get(key), self._stamp.get()
        if laid is None or laid.stamp != stamp:
            laid = self._desk.put(key, self._lay(actor, question, stamp))
        with laid.lock:
            return Judged(actor, laid.docket.check(question, asked_at=now), laid.grounds)

    def _lay(self, actor: Actor, question: Question, stamp: int) -> Laid:
        people = find_people(self._session, question.people, self._today, actor.scope(P.ELIGIBILITY_CHECK))
        loaded = load_for(self._session, question, people, None)
        return Laid(stamp, Grounds(loaded), Docket(loaded.facts, loaded.regime))


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
