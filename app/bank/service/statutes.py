"""Take up a new edition of a law: read it, look at what it changes, adopt it from a day on, or take it back."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.service import confirm_password
from app.bank.models import BankStatute, BankStatuteArticle
from app.bank.policy import StatuteState
from app.bank.queries.statutes import StatutePage, state_of, statute_page
from app.bank.service.statute_reviews import begin_reviews, begin_reviews_of, end_reviews_of
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor
from app.ledger.service import record
from question_bank.errors import BankError, Fault
from question_bank.faults import shown
from question_bank.statutes import Fate, Statute, bundled_index, read_statute, short_name


class StatuteUnreadable(Invalid):
    """The file is no statute; `fault` says why, in both languages."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(
            "statute-unreadable", N_("The file cannot be read as a statute: %(detail)s"), field="file",
            detail=f"{fault.zh} {fault.en}", reason=fault.code,
        )  # fmt: skip
        self.fault = fault


@dataclass(frozen=True)
class Given:
    """What the operator says where the file is silent: dates inclusive, and the law that this one replaces by name."""

    edition: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    follows: str = ""


NOTHING_GIVEN = Given()


@dataclass(frozen=True)
class Loaded:
    """What became of one file: `state` is ADOPTED, or UNCHANGED where the same edition is in force already.

    `counts` are articles by fate against the edition before, empty where none is known; `citing` are (code, effect,
    article before, article after) of each question that cites that; `under_review` counts those put there now.
    """

    file: str
    law: str
    edition: str
    valid_from: date | None
    state: str
    before: str
    counts: dict[str, int]
    citing: tuple[tuple[str, str, str, str | None], ...]
    under_review: int

    def as_data(self) -> dict[str, Any]:
        """The same as JSON has it."""
        names = ("code", "effect", "article", "became")
        return {
            "file": self.file, "law": self.law, "edition": self.edition, "state": self.state, "before": self.before,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None, "counts": self.counts,
            "citing": [dict(zip(names, one, strict=True)) for one in self.citing], "under_review": self.under_review,
        }  # fmt: skip


def propose(
    session: Session, actor: Actor, name: str, data: bytes, *, now: datetime, given: Given = NOTHING_GIVEN
) -> int:
    """Read an edition from a file and keep it for the decision; nothing is in force by that. Returns its id.

    Raises StatuteUnreadable; Invalid `days-out-of-order` or `follows-itself`; Refused `edition-known`.
    """
    return _keep(session, actor, _read(name, data, given.edition), name, data, given, now).id


def _read(name: str, data: bytes, edition: str) -> Statute:
    try:
        return read_statute(name, data, edition=edition.strip())
    except BankError as error:
        raise StatuteUnreadable(error.fault) from None


def _keep(
    session: Session, actor: Actor, read: Statute, name: str, data: bytes, given: Given, now: datetime
) -> BankStatute:
    first, last = given.valid_from or read.valid_from or _bundled_day(read), given.valid_to
    follows = short_name(given.follows) or None
    _must_be_ordered(read, first, last, follows)
    if _in_force(session, read) is not None:
        raise Refused(
            "edition-known", N_("The edition of %(edition)s of %(law)s is taken up already."), field="file",
            law=read.law, edition=read.edition,
        )  # fmt: skip
    row = BankStatute(
        law=read.law, edition=read.edition, follows=follows, valid_from=first, valid_to=last,
        file_name=shown(PurePath(name).name), sha256=hashlib.sha256(data).hexdigest(), proposed_at=now,
        proposed_by=actor.label,
    )  # fmt: skip
    session.add(row)
    session.flush()
    articles = [
        {
            "statute_id": row.id, "position": position, "number": one.number, "chapter": one.chapter,
            "digest": one.digest, "paragraphs": list(one.paragraphs),
        }
        for position, one in enumerate(read.articles, 1)
    ]  # fmt: skip
    session.execute(insert(BankStatuteArticle), articles)
    record(
        session, actor, "bank.statute.proposed", ("statute", row.id), now=now,
        after={"law": row.law, "edition": row.edition, "sha256": row.sha256, "articles": len(articles)},
    )  # fmt: skip
    return row


def _bundled_day(read: Statute) -> date | None:
    known = bundled_index().edition(read.law, read.edition)
    return known.valid_from if known else None


def _must_be_ordered(read: Statute, first: date | None, last: date | None, follows: str | None) -> None:
    if first is not None and first < date.fromisoformat(read.edition):
        raise Invalid(
            "days-out-of-order", N_("An edition cannot be in force before it was passed."), field="valid_from"
        )
    if first is not None and last is not None and last < first:
        raise Invalid("days-out-of-order", N_("The last day is before the first."), field="valid_to")
    if follows == read.law:
        raise Invalid("follows-itself", N_("Name the law's former name, not its own."), field="follows")


def _in_force(session: Session, read: Statute) -> BankStatute | None:
    statement = select(BankStatute).where(
        BankStatute.law == read.law, BankStatute.edition == read.edition, BankStatute.adopted_at.is_not(None),
        BankStatute.withdrawn_at.is_(None),
    )  # fmt: skip
    return session.scalar(statement)


def adopt(
    session: Session,
    actor: Actor,
    statute_id: int,
    *,
    valid_from: date | None,
    reason: str,
    password: str,
    now: datetime,
) -> int:
    """Take an edition up from its first day on; returns how many questions went under review at once.

    From that day nothing is drawn that cites the edition before; questions whose article changed, moved or went are
    under review from then. `valid_from` may correct the day read from the file. Raises Invalid `password-wrong`,
    `commencement-unknown` or `days-out-of-order`; Refused `edition-closed` or `edition-known`; NotFound.
    """
    confirm_password(session, actor, password)
    row = _open(session, statute_id, StatuteState.PROPOSED)
    return _adopt(session, actor, row, valid_from or row.valid_from, reason, now)


def _adopt(session: Session, actor: Actor, row: BankStatute, first: date | None, reason: str, now: datetime) -> int:
    _must_be_ordered(Statute(row.law, row.edition, ()), first, row.valid_to, None)
    page = statute_page(session, row.id)
    if first is None and page.before is not None:
        raise Invalid(
            "commencement-unknown", N_("Say from which day the edition is in force; the text does not."),
            field="valid_from",
        )  # fmt: skip
    try:
        with session.begin_nested():
            row.valid_from, row.adopted_at, row.adopted_by, row.reason = first, now, actor.label, reason
            session.flush()
    except IntegrityError:
        raise Refused(
            "edition-known", N_("The edition of %(edition)s of %(law)s is taken up already."), law=page.row.law,
            edition=page.row.edition,
        ) from None  # fmt: skip
    before = page.before
    record(
        session, actor, "bank.statute.adopted", ("statute", row.id), now=now, reason=reason,
        before={"law": before.law, "edition": before.edition} if before else None,
        after={
            "law": row.law, "edition": row.edition, "valid_from": first, "valid_to": row.valid_to,
            "sha256": row.sha256, "counts": counts_of(page), "citing": len(page.citing),
        },
    )  # fmt: skip
    return begin_reviews_of(session, actor, row, now=now)


def counts_of(page: StatutePage) -> dict[str, int]:
    """Articles by fate; empty where no edition before is known."""
    return {fate.value: page.comparison.counts[fate] for fate in Fate} if page.comparison else {}


def drop(session: Session, actor: Actor, statute_id: int, *, now: datetime) -> None:
    """Give up an edition that was only read. Raises NotFound; Refused `edition-closed`."""
    row = _open(session, statute_id, StatuteState.PROPOSED)
    row.dropped_at = now
    record(
        session, actor, "bank.statute.dropped", ("statute", row.id), now=now,
        before={"law": row.law, "edition": row.edition},
    )  # fmt: skip


def withdraw(
    session: Session, actor: Actor, statute_id: int, *, reason: str, password: str, now: datetime
) -> tuple[int, int]:
    """Take an adopted edition back, as if it had not been: returns (questions back in use, questions left as they are).

    A question that somebody has worked on since stays as it is. Raises Invalid `password-wrong` or `reason-missing`;
    NotFound; Refused `edition-closed`.
    """
    confirm_password(session, actor, password)
    return _withdraw(session, actor, _open(session, statute_id, StatuteState.ADOPTED), reason, now)


def withdraw_edition(
    session: Session, actor: Actor, law: str, edition: str, *, reason: str, now: datetime
) -> tuple[int, int]:
    """The same by name, for the operator's command. Raises NotFound `statute-unknown`; Invalid `reason-missing`."""
    row = _in_force(session, Statute(short_name(law), edition, ()))
    if row is None:
        raise NotFound("statute-unknown", N_("There is no such edition."))
    return _withdraw(session, actor, _open(session, row.id, StatuteState.ADOPTED), reason, now)


def _withdraw(session: Session, actor: Actor, row: BankStatute, reason: str, now: datetime) -> tuple[int, int]:
    if not reason.strip():
        raise Invalid("reason-missing", N_("State the reason; it is kept in the ledger."), field="reason")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.label, reason
    session.flush()
    back, left = end_reviews_of(session, actor, row, now=now)
    again = begin_reviews(session, actor, now=now)  # what another edition asks for stays under review
    back, left = back - again, left + again
    record(
        session, actor, "bank.statute.withdrawn", ("statute", row.id), now=now, reason=reason,
        before={"law": row.law, "edition": row.edition, "valid_from": row.valid_from},
        after={"back_in_use": back, "left": left},
    )  # fmt: skip
    return back, left


def _open(session: Session, statute_id: int, wanted: StatuteState) -> BankStatute:
    statement = select(BankStatute).where(BankStatute.id == statute_id).with_for_update()
    row = session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFound("statute-unknown", N_("There is no such edition."))
    if state_of(row)[0] is not wanted:
        raise Refused("edition-closed", N_("This edition was taken up, given up or taken back in the meantime."))
    return row


def load_files(
    session: Session,
    actor: Actor,
    files: Sequence[tuple[str, bytes]],
    *,
    now: datetime,
    given: Given = NOTHING_GIVEN,
    dry_run: bool = False,
) -> list[Loaded]:
    """Read and take up editions, oldest first, all or none; the operator's way. A dry run writes nothing at all.

    What `given` says holds for every file. Raises as `propose` and `adopt`; Invalid `one-file-only` where days or a
    former name are given for several files.
    """
    if len(files) > 1 and given != NOTHING_GIVEN:
        raise Invalid("one-file-only", N_("Give days or a former name for one file at a time."))
    read = [(_read(name, data, given.edition), name, data) for name, data in files]
    read.sort(key=lambda one: one[0].edition)
    with session.begin_nested() as trial:
        done = [_load(session, actor, one, given, now) for one in read]
        if dry_run:
            trial.rollback()
    return done


def _load(session: Session, actor: Actor, one: tuple[Statute, str, bytes], given: Given, now: datetime) -> Loaded:
    read, name, data = one
    known = _in_force(session, read)
    if known is not None and known.sha256 == hashlib.sha256(data).hexdigest():
        return _loaded(name, statute_page(session, known.id), "UNCHANGED", 0)
    row = _keep(session, actor, read, name, data, given, now)
    page = statute_page(session, row.id)
    count = _adopt(session, actor, row, row.valid_from, "", now)
    return _loaded(name, page, "ADOPTED", count)


def _loaded(name: str, page: StatutePage, state: str, under_review: int) -> Loaded:
    citing = tuple((one.code, one.effect.value, one.article, one.became) for one in page.citing)
    before = f"{page.before.law} {page.before.edition}" if page.before else ""
    return Loaded(
        name, page.row.law, page.row.edition, page.row.valid_from, state, before, counts_of(page), citing, under_review
    )
