"""Which posts fall below a lawful squad, week by week, if nothing new is recorded; and what would prevent it.

Every person is judged once per piece of time between two changes, and not once per week.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from heapq import heapify, heappop, heappush

from app.eligibility.facts import Facts, Question, as_known, require_known_people
from app.eligibility.intervals import Interval, changes, local_day, midnight
from app.eligibility.judgement import BYSTANDING, personal_pieces
from app.eligibility.standing import Member
from app.regimes.codes import Act, PersonKind, Severity
from app.regimes.policy import Regime

OFFICER = PersonKind.OFFICER
DENY, WARN = Severity.DENY, Severity.WARN
WEEK = timedelta(days=7)
WEEKS = 52
RENEWABLE = frozenset({"R02", "R03", "R28", "R39", "R40"})
"""Rules whose denial somebody can prevent in time: sit the paper, renew, make up hours, finish tasks, be reviewed."""


class Coverage(StrEnum):
    """Whether a post has enough officers of one authority throughout a week."""

    LAWFUL = "LAWFUL"
    SHORT = "SHORT"
    EMPTY = "EMPTY"


@dataclass(frozen=True, slots=True)
class Post:
    """A grid or unit to be covered: the codes of its people, and how many officers a lawful squad needs."""

    code: str
    people: tuple[str, ...]
    needed: int = 2


@dataclass(frozen=True, slots=True)
class Cause:
    """One person with the rules that speak against them in a week."""

    person: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One post in one week: `fit` officers of one authority throughout it, who is out and why, and who is warned."""

    fit: int
    state: Coverage
    causes: tuple[Cause, ...] = ()
    warnings: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One post through all weeks."""

    post: Post
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Renewal:
    """What would keep a person fit: the rules to be met by the day `by`, the first one they would otherwise miss.

    `weeks` counts the short weeks of posts in which the person fills a place that nobody chosen before fills.
    """

    person: str
    rules: tuple[str, ...]
    by: date
    weeks: int
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The whole table; `weeks` are first days, `renewals` in the order in which they help."""

    weeks: tuple[date, ...]
    rows: tuple[Row, ...]
    renewals: tuple[Renewal, ...]


@dataclass(frozen=True, slots=True)
class _Week:
    """One person throughout one week; `agency` None where they are not fit."""

    agency: str | None
    denied: tuple[str, ...]
    warned: tuple[str, ...]
    employer: str | None


@dataclass(frozen=True, slots=True)
class _Outlook:
    """One person through all weeks; `failing` holds the first day of each failing piece with its rules."""

    weeks: tuple[_Week, ...]
    failing: tuple[tuple[date, tuple[str, ...]], ...]


def forecast(
    posts: Sequence[Post],
    facts: Facts,
    regime: Regime,
    first: date,
    *,
    weeks: int = WEEKS,
    act: Act = Act.INSPECT,
    known_at: datetime | None = None,
) -> Forecast:
    """The coverage of each post for so many weeks from the local day `first`.

    Judged is each officer's own standing, apart from item, place and company. Renewals are chosen greedily by the
    weeks they save, then the earliest, then the code; only weeks that renewals can make lawful count. Raises
    BadQuestion for people whom the facts do not hold.
    """
    days = tuple(first + WEEK * number for number in range(weeks + 1))
    edges = [midnight(day, regime.time_zone) for day in days]
    codes = tuple(sorted({code for post in posts for code in post.people}))
    question = Question(codes, act, None, None, edges[0], edges[-1], known_at=known_at)
    facts = as_known(facts, known_at)
    require_known_people(facts, question)
    outlooks = _outlooks(codes, question, facts, regime, edges)
    rows = tuple(Row(post, _cells(post, outlooks, weeks)) for post in posts)
    return Forecast(days[:-1], rows, _renewals(rows, outlooks, weeks))


def _outlooks(
    codes: Sequence[str], question: Question, facts: Facts, regime: Regime, edges: Sequence[datetime]
) -> dict[str, _Outlook]:
    """Each officer's outlook; what changes for everyone is looked up once."""
    start, end = question.start, question.end
    shared = changes(facts, (), regime, start, end)
    found = {}
    for code in codes:
        if facts.people[code].kind == OFFICER:
            own = changes(Facts(people={code: facts.people[code]}), (code,), regime, start, end)
            pieces = personal_pieces(code, question, facts, regime, without=BYSTANDING, moments=shared | own)
            found[code] = _outlook(pieces, edges, regime.time_zone)
    return found


def _outlook(pieces: Iterable[tuple[Interval, Member]], edges: Sequence[datetime], zone: str) -> _Outlook:
    count = len(edges) - 1
    denied: list[set[str]] = [set() for _ in range(count)]
    warned: list[set[str]] = [set() for _ in range(count)]
    employers: list[set[str]] = [set() for _ in range(count)]
    failing = []
    for interval, one in pieces:
        rules = {finding.rule for finding in one.findings if finding.severity is DENY}
        hints = {finding.rule for finding in one.findings if finding.severity is WARN}
        if rules:
            failing.append((local_day(interval.start, zone), tuple(sorted(rules))))
        employment = one.standing.employment
        for week in range(bisect_right(edges, interval.start) - 1, bisect_left(edges, interval.end)):
            denied[week] |= rules
            warned[week] |= hints
            if employment is not None:
                employers[week].add(employment.agency)
    return _Outlook(tuple(map(_week, denied, warned, employers)), tuple(failing))


def _week(denied: set[str], warned: set[str], employers: set[str]) -> _Week:
    employer = next(iter(employers)) if len(employers) == 1 else None
    return _Week(None if denied else employer, tuple(sorted(denied)), tuple(sorted(warned)), employer)


def _cells(post: Post, outlooks: Mapping[str, _Outlook], weeks: int) -> tuple[Cell, ...]:
    people = [code for code in sorted(set(post.people)) if code in outlooks]
    cells = []
    for week in range(weeks):
        now = [(code, outlooks[code].weeks[week]) for code in people]
        tally = Counter(one.agency for _, one in now if one.agency is not None)
        fit = max(tally.values(), default=0)
        state = Coverage.LAWFUL if fit >= post.needed else Coverage.SHORT if fit else Coverage.EMPTY
        causes = tuple(Cause(code, one.denied) for code, one in now if one.denied)
        warnings = tuple(Cause(code, one.warned) for code, one in now if one.warned and not one.denied)
        cells.append(Cell(fit, state, causes, warnings))
    return tuple(cells)


@dataclass(slots=True)
class _Lack:
    """A post in a week that lacks officers, and who could fill the places by a renewal."""

    post: str
    missing: int
    helpers: frozenset[str]


def _renewals(rows: Sequence[Row], outlooks: Mapping[str, _Outlook], weeks: int) -> tuple[Renewal, ...]:
    """Greedy choice: gains only shrink as places fill, so a stale gain is looked at again when its turn comes."""
    lacks = [lack for row in rows for week in range(weeks) if (lack := _lack(row, outlooks, week)) is not None]
    open_to: dict[str, list[_Lack]] = {}
    for lack in lacks:
        for code in lack.helpers:
            open_to.setdefault(code, []).append(lack)
    by = {code: _renewable(outlooks[code]) for code in open_to}
    queue = [(-len(several), by[code][0], code) for code, several in open_to.items()]
    heapify(queue)
    chosen: list[Renewal] = []
    while queue:
        gain, day, code = heappop(queue)
        filled = [lack for lack in open_to[code] if lack.missing > 0]
        if not filled:
            continue
        if len(filled) < -gain:
            heappush(queue, (-len(filled), day, code))
            continue
        for lack in filled:
            lack.missing -= 1
        chosen.append(Renewal(code, by[code][1], day, len(filled), tuple(sorted({lack.post for lack in filled}))))
    return tuple(chosen)


def _lack(row: Row, outlooks: Mapping[str, _Outlook], week: int) -> _Lack | None:
    """What a post lacks in a week where renewals can make it lawful: of the authority that lacks least."""
    if row.cells[week].state is Coverage.LAWFUL:
        return None
    fit: Counter[str] = Counter()
    helpers: dict[str, set[str]] = {}
    for code in set(row.post.people) & outlooks.keys():
        one = outlooks[code].weeks[week]
        if one.agency is not None:
            fit[one.agency] += 1
        elif one.employer is not None and RENEWABLE.issuperset(one.denied):
            helpers.setdefault(one.employer, set()).add(code)
    able = [agency for agency in helpers if fit[agency] + len(helpers[agency]) >= row.post.needed]
    if not able:
        return None
    agency = min(able, key=lambda one: (row.post.needed - fit[one], one))
    return _Lack(row.post.code, row.post.needed - fit[agency], frozenset(helpers[agency]))


def _renewable(outlook: _Outlook) -> tuple[date, tuple[str, ...]]:
    """The first day on which renewable rules alone deny, and all of these rules."""
    pieces = [(day, rules) for day, rules in outlook.failing if RENEWABLE.issuperset(rules)]
    return pieces[0][0], tuple(sorted({rule for _, rules in pieces for rule in rules}))
