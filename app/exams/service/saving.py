"""Saving answers while a paper is being written: the hot path, three statements and one commit for an answer.

An answer is acknowledged only by its number and time from the journal. A repeated save is recognised by the browser's
own id for it and answered with the number it already has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.core.errand import Errand, Later
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.kept import Kept
from app.core.permissions import Actor
from app.core.pipeline import Row
from app.core.prepared import DriverSql, Prepared, among
from app.exams.models import AnswerJournal, Attempt
from app.exams.queries import SavedAnswer, own_attempt, saved_answers
from app.exams.queries.asked import Asked, Place, as_kept, as_shown, asked_places
from app.exams.service.attempts import note_event
from app.exams.service.plain_form import from_form
from app.exams.sitting import EventKind, is_late
from question_bank.errors import BankError

MOST_AT_ONCE = 400
LONGEST_CLIENT_ID = 64
LONGEST_VALUE = 50_000  # ten parts of a case with a text of 5,000 characters each


@dataclass(frozen=True)
class Answer:
    """One answer as the browser sends it: its id, the place from 1, the response as its page writes it, its clock."""

    client_id: str
    position: int
    value: str
    client_at: datetime | None = None


@dataclass(frozen=True)
class Saved:
    """The acknowledgement of one answer: its number in the journal and when it was saved."""

    client_id: str
    position: int
    sequence: int
    saved_at: datetime


@dataclass(frozen=True)
class Acknowledged:
    """What a save came to: every answer's acknowledgement, and the times that now hold for the paper."""

    saved: tuple[Saved, ...]
    last_sequence: int
    deadline_at: datetime
    accepts_until: datetime


@dataclass(frozen=True)
class Save:
    """What one page sent: from whom, for which paper, from which device, and when it came."""

    actor: Actor
    attempt_id: int
    device: str
    answers: Sequence[Answer]
    at: datetime


def save_answers(
    session: Session, actor: Actor, attempt_id: int, device: str, answers: Sequence[Answer], *, now: datetime
) -> Acknowledged:
    """Append the answers that are new to the journal of an open attempt, from the device that may write.

    Raises Refused `attempt-closed`, `device-replaced` or `time-over`, Invalid `answer-…`, NotFound for others' papers.
    """
    errand = Errand(session)
    [done] = save_all(errand, [Save(actor, attempt_id, device, answers, now)])
    errand.run()
    if isinstance(done, Exception):
        raise done
    return done


def save_all(errand: Errand, saves: Sequence[Save]) -> list[Acknowledged | Exception]:
    """`save_answers` for each, all in one transaction: in order what it came to, or why the paper takes nothing.

    Papers are locked in one order everywhere. The new answers stay on the errand, to be sent with the commit. Raises
    Invalid where something cannot be an answer, after which the transaction must be undone.
    """
    ordered = sorted(range(len(saves)), key=lambda place: saves[place].attempt_id)
    taken = {place: _take(errand, saves[place]) for place in ordered}
    unused: dict[int, int] = {}
    done = {place: _append(errand, taken[place], unused) for place in ordered}
    for attempt_id, count in unused.items():
        if count:
            _GIVE_BACK.put(errand, attempt=attempt_id, count=count)
    return [done[place] for place in range(len(saves))]


@dataclass(frozen=True)
class _Taken:
    """A save whose paper is locked and has counted it: the paper's row, none where it takes nothing; what was known."""

    save: Save
    given: list[Answer]
    row: Later[list[Row]]
    known: Later[list[Row]]


def _take(errand: Errand, save: Save) -> _Taken:
    _check_shape(save.answers)
    given = _once(save.answers)
    row = _TAKE.put(errand, **_taking(save, len(given)))
    known = _KNOWN.put(errand, attempt=save.attempt_id, ids=[answer.client_id for answer in given])
    return _Taken(save, given, row, known)


def _append(errand: Errand, taken: _Taken, unused: dict[int, int]) -> Acknowledged | Exception:
    """Put what is new on the errand under the next numbers; what had been saved before keeps its acknowledgement.

    `unused` counts by attempt the numbers taken for answers that had been saved before, so that numbers stay dense.
    """
    save, rows = taken.save, taken.row.get()
    if not rows:
        return _why_not(errand.session, save)
    last, deadline_at, accepts_until = rows[0]
    saved = {row[0]: Saved(*row) for row in taken.known.get()}
    spare = unused.get(save.attempt_id, 0)
    first = last - spare - len(taken.given) + 1
    places = _places(errand.session, save.attempt_id, save.device)
    new = _kept([answer for answer in taken.given if answer.client_id not in saved], places)
    kept = {"attempt": save.attempt_id, "saved_at": save.at, "late": is_late(deadline_at, save.at)}
    for sequence, answer in enumerate(new, first):
        _APPEND.put(errand, **vars(answer), **kept, sequence=sequence)
        saved[answer.client_id] = Saved(answer.client_id, answer.position, sequence, save.at)
    unused[save.attempt_id] = spare + len(taken.given) - len(new)
    acknowledged = tuple(saved[one.client_id] for one in taken.given)
    return Acknowledged(acknowledged, first + len(new) - 1, deadline_at, accepts_until)


_TAKE = DriverSql(
    "UPDATE exam_attempt"
    " SET last_sequence = last_sequence + :count, last_saved_at = :moment, last_seen_at = :moment"
    " WHERE id = :attempt AND person_id = :person AND device_token = :device AND closed_by IS NULL"
    " AND accepts_until >= :moment RETURNING last_sequence, deadline_at, accepts_until",
    moments=(1, 2),
)
_KNOWN = Prepared(
    select(AnswerJournal.client_id, AnswerJournal.position, AnswerJournal.sequence, AnswerJournal.saved_at).where(
        AnswerJournal.attempt_id == bindparam("attempt"), among(AnswerJournal.client_id, "ids")
    )
)
_APPEND = DriverSql(
    "INSERT INTO exam_answer (attempt_id, sequence, position, value, client_id, client_at, saved_at, late)"
    " VALUES (:attempt, :sequence, :position, :value, :client_id, :client_at, :saved_at, :late)"
)
_GIVE_BACK = DriverSql("UPDATE exam_attempt SET last_sequence = last_sequence - :count WHERE id = :attempt")


def _taking(save: Save, count: int) -> dict[str, object]:
    who = {"attempt": save.attempt_id, "person": save.actor.person_id, "device": save.device}
    return {**who, "moment": save.at, "count": count}


def _once(answers: Sequence[Answer]) -> list[Answer]:
    return list({answer.client_id: answer for answer in answers}.values())


def _check_shape(answers: Sequence[Answer]) -> None:
    if len(answers) > MOST_AT_ONCE:
        raise Invalid("answer-too-many", N_("At most %(most)s answers are taken at once."), most=MOST_AT_ONCE)
    for answer in answers:
        if not 1 <= len(answer.client_id) <= LONGEST_CLIENT_ID:
            raise Invalid("answer-id", N_("An answer came without a usable id of its own."))
        if len(answer.value) > LONGEST_VALUE:
            raise _unreadable(answer.position)


def _kept(answers: Sequence[Answer], places: Sequence[Place]) -> list[Answer]:
    """The answers as they are kept: a choice as it came, any other response in the bank's letters."""
    return [_one_kept(answer, places) for answer in answers]


def _one_kept(answer: Answer, places: Sequence[Place]) -> Answer:
    if not 1 <= answer.position <= len(places):
        raise Invalid("answer-place", N_("The paper has no question under that number."))
    place = places[answer.position - 1]
    if isinstance(place, Asked):
        return replace(answer, value=_response(place, answer))
    keys = answer.value
    if keys and not (len(keys) <= 8 and keys.isascii() and keys.isalpha() and keys == "".join(sorted(set(keys)))):
        raise Invalid("answer-value", N_("An answer is the letters of the chosen options, in order."))
    if not place.issuperset(keys):
        raise Invalid("answer-option", N_("Question %(position)s has no such option."), position=answer.position)
    return answer


def _response(place: Asked, answer: Answer) -> str:
    try:
        value = as_kept(place, answer.value)
        value.encode()  # half of a surrogate pair is no text
    except (BankError, UnicodeEncodeError) as error:
        raise _unreadable(answer.position) from error
    if "\0" in value:
        raise _unreadable(answer.position)
    return value


def _unreadable(position: int) -> Invalid:
    return Invalid(
        "answer-unreadable",
        N_("What came for question %(position)s cannot be an answer to it; it was not saved."),
        position=position,
    )


_PLACES: Kept[tuple[int, str], tuple[Place, ...]] = Kept(4096)


def _places(session: Session, attempt_id: int, device: str) -> tuple[Place, ...]:
    """What each place takes. Papers never change, so they are kept by attempt and device for the next save."""
    found = _PLACES.get((attempt_id, device))
    return _PLACES.put((attempt_id, device), asked_places(session, attempt_id)) if found is None else found


def shown_answers(session: Session, attempt_id: int, device: str) -> dict[int, SavedAnswer]:
    """Position → the newest saved answer, in the letters of the page."""
    saved = saved_answers(session, attempt_id)
    places = _places(session, attempt_id, device) if saved else ()
    return {position: _as_page_has_it(answer, places[position - 1]) for position, answer in saved.items()}


def _as_page_has_it(answer: SavedAnswer, place: Place) -> SavedAnswer:
    return replace(answer, value=as_shown(place, answer.value)) if isinstance(place, Asked) else answer


def _why_not(session: Session, save: Save) -> Exception:
    """Why the attempt took nothing."""
    attempt = session.get(Attempt, save.attempt_id, populate_existing=True)
    if attempt is None or attempt.person_id != save.actor.person_id:
        return NotFound()
    if attempt.closed_by is not None:
        return Refused("attempt-closed", N_("This paper has been handed in; nothing more is taken."))
    if save.at > attempt.accepts_until:
        return Refused("time-over", N_("The time is over; this answer came too late and was not taken."))
    if save.device != attempt.device_token:
        return Refused("device-replaced", N_("This paper was opened on another device; here it can only be read."))
    return Refused("attempt-closed", N_("This paper takes nothing at the moment."))


NOTED = {EventKind.LEFT, EventKind.RETURNED, EventKind.RECONNECTED}
MOST_EVENTS = 50


def note_events(
    session: Session, actor: Actor, attempt_id: int, kinds: Sequence[tuple[str, datetime | None]], *, now: datetime
) -> None:
    """Keep what the page tells of itself (left, returned, reconnected) for the invigilator; nothing follows from it."""
    attempt = session.get(Attempt, attempt_id)
    if attempt is None or attempt.person_id != actor.person_id or actor.person_id is None:
        raise NotFound
    if len(kinds) > MOST_EVENTS or any(kind not in NOTED for kind, _at in kinds):
        raise Invalid("event-kind", N_("The page told something that is not understood."))
    for kind, client_at in kinds:
        note_event(session, attempt_id, EventKind(kind), now=now, client_at=client_at)
    session.execute(update(Attempt).where(Attempt.id == attempt_id).values(last_seen_at=now))


def note_seen(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> None:
    """Note that the page of an open attempt is there; the invigilator sees who has fallen silent."""
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.person_id == actor.person_id, Attempt.closed_by.is_(None))
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )


def save_whole(
    session: Session,
    actor: Actor,
    attempt_id: int,
    device: str,
    fields: Iterable[tuple[str, list[str]]],
    *,
    now: datetime,
) -> tuple[int, ...]:
    """Save a plain form: only what differs from what is saved, an absent place being empty.

    Returns the places whose fields make no answer (two lines in one place, half of a point); they stay as they were.
    """
    attempt = own_attempt(session, actor.person_id, attempt_id)
    places = _places(session, attempt_id, device)
    given = from_form(dict(fields), places)
    bad = tuple(position for position, value in given.items() if value is None)
    present = {place: answer.value for place, answer in shown_answers(session, attempt_id, device).items()}
    changed = _changed(given, present)
    names = {position: f"form-{attempt.last_sequence}-{position}" for position in changed}
    answers = [Answer(names[position], position, value, None) for position, value in sorted(changed.items())]
    save_answers(session, actor, attempt_id, device, answers, now=now)
    return bad


def _changed(given: Mapping[int, str | None], present: Mapping[int, str]) -> dict[int, str]:
    return {place: said for place, said in given.items() if said is not None and said != present.get(place, "")}
