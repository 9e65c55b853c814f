"""Statutes: the editions that are known, when each holds, what a new one changes, and which questions cite it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bank.models import BankStatute, BankStatuteArticle, BankStatuteReview, Item, ItemVersion
from app.bank.policy import Effect, Status, StatuteState
from app.core.errors import N_, NotFound
from question_bank.statutes import Article, ArticleChange, Comparison, Fate, Statute, bundled_index, compare

LAW_ZONE = ZoneInfo("Asia/Shanghai")
"""A statute begins and ends with a day of Beijing time, wherever the site stands."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """An edition that is known and when it holds; `id` is None where only the index of the package has it.

    Where nobody knows its first day, the day it was passed is the earliest there can be, and what it replaces counts as
    ended from then: unknown is never in force.
    """

    law: str
    edition: str
    valid_from: date | None
    valid_to: date | None
    follows: str | None = None
    id: int | None = None

    @property
    def begins(self) -> date:
        """The first day, or the earliest there can be."""
        return self.valid_from or date.fromisoformat(self.edition)

    def replaces(self, law: str) -> bool:
        """Whether it is of this law, under this name or its next."""
        return law in {self.law, self.follows}


class Validity:
    """When citations hold, by every edition that is known; `withdrawn` are (law, edition) taken back and not known."""

    def __init__(self, editions: Iterable[Known], withdrawn: Iterable[tuple[str, str]] = ()) -> None:
        self.editions = tuple(editions)
        self.withdrawn = frozenset(withdrawn)
        self._laws = {name for known in self.editions for name in (known.law, known.follows) if name}
        self._begins = {(known.law, known.edition): known.begins for known in self.editions}
        self._ends: dict[tuple[str, str, date], date | None] = {}

    def last_day(self, law: str, edition: str, written_on: date) -> date | None:
        """The last day on which what is cited holds, None for no end in sight.

        A citation without an edition means the one in force on the day its version was written.
        """
        if law not in self._laws:
            return None
        asked = (law, edition, date.min if edition else written_on)
        if asked not in self._ends:
            self._ends[asked] = self._end(*asked)
        return self._ends[asked]

    def _end(self, law: str, edition: str, written_on: date) -> date | None:
        later = [one for one in self.editions if one.replaces(law) and _is_later(one, edition, written_on)]
        ends = [one.begins - DAY for one in later]
        ends += [one.valid_to for one in self.editions if (one.law, one.edition) == (law, edition) and one.valid_to]
        return min(ends, default=None)

    def ends_known(self, law: str, edition: str) -> bool:
        """Whether the last day rests on days that are known, and not on the day when a next edition was passed."""
        return all(one.valid_from for one in self.editions if one.replaces(law) and one.edition > edition)

    def first_day(self, law: str, edition: str) -> date | None:
        """The first day of an edition; the day it was passed where no more is known, None where none is cited."""
        begins = self._begins.get((law, edition))
        return begins or (date.fromisoformat(edition) if edition else None)

    def holds(self, version: ItemVersion, on: date) -> bool:
        """Whether what a version cites is in force on a day; a version that cites no law always holds."""
        if not version.law:
            return True
        edition = version.edition or ""
        if (version.law, edition) in self.withdrawn:
            return False
        first = self.first_day(version.law, edition)
        last = self.last_day(version.law, edition, written_on(version))
        return (first is None or first <= on) and (last is None or on <= last)


def _is_later(one: Known, edition: str, written: date) -> bool:
    return one.edition > edition if edition else one.begins > written


def law_day(moment: datetime) -> date:
    """The day of the law at a moment: Beijing time."""
    return moment.astimezone(LAW_ZONE).date()


def written_on(version: ItemVersion) -> date:
    """The day a version was written, as the law counts days."""
    return law_day(version.created_at)


def validity(session: Session) -> Validity:
    """Every edition in force or to come: what was adopted here, and the index of the package for the rest."""
    statement = select(BankStatute).where(BankStatute.adopted_at.is_not(None)).order_by(BankStatute.edition)
    rows = session.scalars(statement).all()
    adopted = [_known(row) for row in rows if row.withdrawn_at is None]
    here = {(known.law, known.edition) for known in adopted}
    bundled = [
        Known(one.law, one.edition, one.valid_from, one.valid_to)
        for one in bundled_index().statutes
        if (one.law, one.edition) not in here
    ]
    known = here | {(one.law, one.edition) for one in bundled}
    return Validity([*adopted, *bundled], {(row.law, row.edition) for row in rows} - known)


def _known(row: BankStatute) -> Known:
    return Known(row.law, row.edition, row.valid_from, row.valid_to, row.follows, row.id)


@dataclass(frozen=True)
class EditionRow:
    """An edition as lists show it. `ends` is its last day, stated or following from the next edition.

    `end_unknown` says that a next edition was passed and nobody has said from which day it holds.
    """

    id: int | None
    law: str
    edition: str
    follows: str | None
    valid_from: date | None
    ends: date | None
    end_unknown: bool
    articles: int
    citing: int
    state: StatuteState
    by: str
    at: datetime | None
    reason: str


@dataclass(frozen=True)
class CitingRow:
    """A question that cites the edition before, and what becomes of what it cites.

    `became` is the number in the new edition, None where there is none. `under_review` says that it is there because of
    this edition.
    """

    code: str
    status: str
    latest: int
    version_id: int
    stem: str
    edition: str
    article: str
    effect: Effect
    became: str | None
    under_review: bool

    @property
    def to_review(self) -> bool:
        """Whether the change touches what the question says."""
        return self.effect is not Effect.SAME


@dataclass(frozen=True)
class ArticleRow:
    """One line of the comparison with both texts; a text is empty where only the digest is known."""

    change: ArticleChange
    before: str
    after: str
    citing: int


@dataclass(frozen=True)
class StatutePage:
    """An edition whole: its row, what it is compared with (None where nothing before it is known), who cites that."""

    row: EditionRow
    before: Known | None
    texts_known: bool
    comparison: Comparison | None
    articles: tuple[ArticleRow, ...]
    citing: tuple[CitingRow, ...]

    @property
    def to_review(self) -> tuple[CitingRow, ...]:
        """The questions that go under review."""
        return tuple(row for row in self.citing if row.to_review)

    @property
    def to_carry(self) -> tuple[CitingRow, ...]:
        """The questions whose article says the same in the new edition."""
        return tuple(row for row in self.citing if not row.to_review)


def statutes(session: Session) -> list[EditionRow]:
    """Every edition by law, newest first: what was read here, whatever became of it, and the rest of the index."""
    found = validity(session)
    counted = _citations(session)
    rows = [_edition_row(session, row, found, counted) for row in session.scalars(select(BankStatute))]
    rows += [
        EditionRow(
            None, one.law, one.edition, None, one.valid_from, *_end_of(found, one.law, one.edition), len(one.articles),
            counted.get((one.law, one.edition), 0), StatuteState.BUNDLED, "", None, "",
        )
        for one in bundled_index().statutes
        if any(known.id is None and (known.law, known.edition) == (one.law, one.edition) for known in found.editions)
    ]  # fmt: skip
    return sorted(sorted(rows, key=lambda row: row.edition, reverse=True), key=lambda row: row.law)


def _citations(session: Session) -> dict[tuple[str, str], int]:
    """Questions by the law and edition that their newest version cites."""
    statement = (
        select(ItemVersion.law, ItemVersion.edition, func.count())
        .join(Item, (Item.id == ItemVersion.item_id) & (Item.latest == ItemVersion.number))
        .where(ItemVersion.law.is_not(None), Item.status != Status.RETIRED)
        .group_by(ItemVersion.law, ItemVersion.edition)
    )
    return {(law or "", edition or ""): count for law, edition, count in session.execute(statement)}


def ended_in_use(session: Session, on: date) -> int:
    """Questions in use that cite an edition which has ended, so that no paper draws them any more."""
    statement = (
        select(ItemVersion.law, ItemVersion.edition, func.count())
        .join(Item, (Item.id == ItemVersion.item_id) & (Item.in_use == ItemVersion.number))
        .where(ItemVersion.law.is_not(None), ItemVersion.edition.is_not(None), ItemVersion.edition != "")
        .group_by(ItemVersion.law, ItemVersion.edition)
    )
    known = validity(session)
    counted = (
        (known.last_day(law or "", edition or "", on), count) for law, edition, count in session.execute(statement)
    )
    return sum(count for last, count in counted if last is not None and last < on)


def _edition_row(
    session: Session, row: BankStatute, found: Validity, counted: dict[tuple[str, str], int]
) -> EditionRow:
    articles = select(func.count()).select_from(BankStatuteArticle).where(BankStatuteArticle.statute_id == row.id)
    state, by, at = state_of(row)
    ends = _end_of(found, row.law, row.edition) if state is StatuteState.ADOPTED else (row.valid_to, False)
    return EditionRow(
        row.id, row.law, row.edition, row.follows, row.valid_from, *ends, session.scalar(articles) or 0,
        counted.get((row.law, row.edition), 0), state, by, at, row.withdrawn_reason or row.reason,
    )  # fmt: skip


def _end_of(found: Validity, law: str, edition: str) -> tuple[date | None, bool]:
    """The last day to show, and whether it is unknown: what is only safe to assume is not told as law."""
    if found.ends_known(law, edition):
        return found.last_day(law, edition, date.min), False
    stated = [one.valid_to for one in found.editions if (one.law, one.edition) == (law, edition)]
    return next(iter(stated), None), True


def state_of(row: BankStatute) -> tuple[StatuteState, str, datetime]:
    """Where an edition stands, by whom and since when."""
    if row.withdrawn_at is not None:
        return StatuteState.WITHDRAWN, row.withdrawn_by or "", row.withdrawn_at
    if row.adopted_at is not None:
        return StatuteState.ADOPTED, row.adopted_by or "", row.adopted_at
    if row.dropped_at is not None:
        return StatuteState.DROPPED, row.proposed_by, row.dropped_at
    return StatuteState.PROPOSED, row.proposed_by, row.proposed_at


def statute_page(session: Session, statute_id: int) -> StatutePage:
    """One edition against the one before it. Raises NotFound."""
    row = session.get(BankStatute, statute_id)
    if row is None:
        raise NotFound("statute-unknown", N_("There is no such edition."))
    found = validity(session)
    shown = _edition_row(session, row, found, _citations(session))
    before = predecessor(row, found)
    if before is None:
        return StatutePage(shown, None, texts_known=False, comparison=None, articles=(), citing=())
    older, newer = texts_of(session, before), texts_of(session, _known(row))
    compared = compare(older, newer)
    citing = citing_rows(session, row, before, compared)
    known = all(article.paragraphs for article in older.articles)
    return StatutePage(
        shown, before, texts_known=known, comparison=compared,
        articles=tuple(_article_rows(compared, older, newer, citing)), citing=citing,
    )  # fmt: skip


def predecessor(row: BankStatute, found: Validity) -> Known | None:
    """The newest older edition of the same law; where there is none, of the law it follows."""
    older = [one for one in found.editions if one.edition < row.edition and one.law in {row.law, row.follows}]
    return max(older, key=lambda one: (one.law == row.law, one.edition), default=None)


def texts_of(session: Session, known: Known) -> Statute:
    """An edition with its articles; without words where only the index of the package has it."""
    if known.id is None:
        bundled = bundled_index().edition(known.law, known.edition)
        return Statute(known.law, known.edition, bundled.articles if bundled else ())
    statement = select(BankStatuteArticle).where(BankStatuteArticle.statute_id == known.id)
    articles = tuple(
        Article(one.number, one.digest, tuple(one.paragraphs), one.chapter)
        for one in session.scalars(statement.order_by(BankStatuteArticle.position))
    )
    return Statute(known.law, known.edition, articles)


def _article_rows(
    compared: Comparison, older: Statute, newer: Statute, citing: tuple[CitingRow, ...]
) -> Iterable[ArticleRow]:
    before, after = ({one.number: one.text for one in side.articles} for side in (older, newer))
    for change in compared.changes:
        if change.fate is not Fate.UNCHANGED:
            count = sum(row.article == change.before for row in citing)
            yield ArticleRow(change, before.get(change.before or "", ""), after.get(change.after or "", ""), count)


def citing_rows(session: Session, row: BankStatute, before: Known, compared: Comparison) -> tuple[CitingRow, ...]:
    """The questions, by code, whose newest version cites what the edition replaces, and what becomes of it."""
    statement = (
        select(Item, ItemVersion)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.latest))
        .where(ItemVersion.law.in_({row.law, before.law}), Item.status != Status.RETIRED)
        .order_by(Item.code)
    )
    reviewed = set(
        session.scalars(
            select(BankStatuteReview.version_id).where(
                BankStatuteReview.statute_id == row.id, BankStatuteReview.undone_at.is_(None)
            )
        )
    )
    ended = _replaced_by(row)
    return tuple(
        _citing_row(item, version, before, compared, under_review=version.id in reviewed)
        for item, version in session.execute(statement)
        if ended(version)
    )


def _replaced_by(row: BankStatute) -> Callable[[ItemVersion], bool]:
    new = _known(row)
    return lambda version: _is_later(new, version.edition or "", written_on(version))


def _citing_row(
    item: Item, version: ItemVersion, before: Known, compared: Comparison, *, under_review: bool
) -> CitingRow:
    effect, became = _effect(version, before, compared)
    return CitingRow(
        item.code, item.status, item.latest, version.id, version.stem, version.edition or "", version.article or "",
        effect, became, under_review,
    )  # fmt: skip


def _effect(version: ItemVersion, before: Known, compared: Comparison) -> tuple[Effect, str | None]:
    change = compared.of(version.article or "")
    if version.law != before.law or version.edition not in {None, "", before.edition} or change is None:
        return Effect.UNCLEAR, None
    if change.fate is Fate.GONE:
        return Effect.GONE, change.nearest
    if not change.altered:
        return Effect.SAME, change.after
    return (Effect.MOVED if change.fate is Fate.MOVED else Effect.CHANGED), change.after
