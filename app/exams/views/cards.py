"""What the exams put on the home page: the next thing for a candidate, for an invigilator, for a trainer."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.clock import local_day
from app.core.http import Card, now, today, zone
from app.core.permissions import Actor, P
from app.core.words import day_text, moment_text
from app.exams import queries
from app.exams.queries.panels import panels_to_rate
from app.exams.sitting import Kind, State
from app.exams.views.mine import exams_of
from app.extensions import db

MOST_PAST = 2
MOST_SITTINGS = 6
_AHEAD = (State.PLANNED, State.READY)
_TOLD = {State.OPEN: 14, State.CLOSED: 18, State.PLANNED: 25, State.READY: 28, State.DRAFT: 44}
_PRACTICE_LATER = 20


def home_cards(actor: Actor) -> list[Card]:
    """The exam cards of an actor."""
    return [*_candidate(actor), *_invigilator(actor), *_judge(actor), *_marker(actor), *_trainer(actor)]


def _candidate(actor: Actor) -> Iterator[Card]:
    if not actor.may(P.SELF):
        return
    results = 0
    for exam in exams_of(actor):
        if exam.may_begin or now() < exam.sitting.opens_at:
            yield _to_sit(exam)
        elif exam.has_result and exam.attempt and results < MOST_PAST:
            results += 1
            url = url_for("exams.my_result", attempt_id=exam.attempt.id)
            yield Card(exam.sitting.title, _("Your result is known."), url, _("See the result"), rank=60)


def _to_sit(exam: queries.MyExam) -> Card:
    row, url = exam.sitting, url_for("exams.mine")
    if exam.may_begin:
        started = exam.attempt is not None and exam.attempt.closed_by is None
        text = _("Open until %(moment)s.", moment=moment_text(row.closes_at))
        action = _("Go on writing") if started else _("To the paper")
        rank, tone = (1, "warning") if started else (20, "info") if row.kind == "PRACTICE" else (5, "warning")
        return Card(row.title, text, url, action, rank, tone)
    text = _("Opens on %(day)s at %(moment)s.", day=day_text(row.opens_at), moment=moment_text(row.opens_at)[11:])
    return Card(row.title, text, url, _("My exams"), rank=30)


def _invigilator(actor: Actor) -> Iterator[Card]:
    if actor.account_id is None or not actor.may(P.EXAMS_INVIGILATE):
        return
    for row in queries.invigilated(db.session(), actor.account_id, now()):
        today_still = row.state in _AHEAD and local_day(row.opens_at, zone()) == today()
        if row.state is State.OPEN or today_still:
            url = url_for("exams.invigilate", sitting_id=row.id)
            yield Card(row.title, _room_of(row), url, _("Invigilate"), rank=4, tone="warning")


def _judge(actor: Actor) -> Iterator[Card]:
    if actor.account_id is None:
        return
    for row in panels_to_rate(db.session(), actor.account_id):
        url = url_for("exams.panel_desk", panel_id=row.id)
        yield Card(row.title, _("Your ratings are asked for."), url, _("Rate"), rank=16)


def _marker(actor: Actor) -> Iterator[Card]:
    if actor.account_id is None or not actor.may(P.EXAMS_MARK):
        return
    for row in queries.sittings_to_mark(db.session(), actor):
        if row.left and not row.released:
            text = ngettext("%(num)s answer waits for your mark.", "%(num)s answers wait for your marks.", row.left)
            url = url_for("exams.marking_of", sitting_id=row.sitting_id)
            yield Card(row.title, text, url, _("Mark answers"), rank=14, tone="warning")


def _room_of(row: queries.SittingRow) -> str:
    """When, where and how many: 09:00–11:00 · 一号考场 · 30 名考生."""
    hours = f"{moment_text(row.opens_at)[11:]}–{moment_text(row.closes_at)[11:]}"
    people = ngettext("%(num)s candidate", "%(num)s candidates", row.candidates)
    return " · ".join((hours, *(room.name for room in queries.rooms(db.session(), row.id)), people))


def _trainer(actor: Actor) -> Iterator[Card]:
    if not actor.may(P.EXAMS_RELEASE):
        return
    rows = queries.sittings(db.session(), actor.scope(P.EXAMS_RELEASE), now())
    told = [card for row in reversed(rows) if (card := _of_sitting(row)) is not None]
    yield from sorted(told, key=lambda card: card.rank)[:MOST_SITTINGS]
    if len(told) > MOST_SITTINGS:
        more = len(told) - MOST_SITTINGS
        title = ngettext("%(num)s more sitting", "%(num)s more sittings", more)
        yield Card(title, _("See all exams of your units."), url_for("exams.sittings"), _("Exams"), rank=46)


def _of_sitting(row: queries.SittingRow) -> Card | None:
    """What a sitting asks of its trainer: results and missing papers always, the rest in the month it is in."""
    formal = row.kind == Kind.FORMAL
    if formal and row.state is State.MARKED and row.results:
        return _to_release(row)
    paperless = formal and row.state is State.PLANNED and row.waiting > 0
    waits = paperless or (formal and row.state is State.CLOSED)
    if row.state not in _TOLD or not (waits or _this_month(row)):
        return None
    rank, tone = _TOLD[row.state] + (0 if formal else _PRACTICE_LATER), "warning" if paperless else "info"
    url = url_for("exams.sitting", sitting_id=row.id)
    return Card(row.title, _said(row), url, _("Open the sitting"), rank, tone)


def _to_release(row: queries.SittingRow) -> Card:
    text = ngettext("%(num)s result waits to be released.", "%(num)s results wait to be released.", row.results)
    url = url_for("exams.results", sitting_id=row.id)
    return Card(row.title, text, url, _("Look at the results"), rank=12, tone="warning")


def _said(row: queries.SittingRow) -> str:
    if row.state is State.OPEN:
        return _said_open(row)
    if row.state is State.CLOSED:
        return _said_closed(row.unmarked)
    opens, clock = day_text(row.opens_at), moment_text(row.opens_at)[11:]
    if row.state is State.DRAFT:
        return str(_("Not announced yet; it is to open on %(day)s at %(moment)s.", day=opens, moment=clock))
    text = str(_("Opens on %(day)s at %(moment)s.", day=opens, moment=clock))
    missing = ngettext("%(num)s candidate has no paper yet.", "%(num)s candidates have no paper yet.", row.waiting)
    return f"{text} {missing}" if row.waiting and row.kind == Kind.FORMAL else text


def _said_closed(left: int) -> str:
    text = ngettext(
        "Closed; %(num)s paper is still to be marked.", "Closed; %(num)s papers are still to be marked.", left
    )
    return str(text)


def _said_open(row: queries.SittingRow) -> str:
    until = moment_text(row.closes_at)
    if row.kind == Kind.PRACTICE:
        return str(_("Open until %(moment)s.", moment=until))
    return str(
        _(
            "Open until %(moment)s; %(begun)s of %(candidates)s candidates have begun.",
            moment=until, begun=row.attempts, candidates=row.candidates,
        )
    )  # fmt: skip


def _this_month(row: queries.SittingRow) -> bool:
    first, last = (local_day(moment, zone()).strftime("%Y-%m") for moment in (row.opens_at, row.closes_at))
    return first <= today().strftime("%Y-%m") <= last
