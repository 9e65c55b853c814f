"""What the exams put on the home page: the next thing for a candidate, for an invigilator, for a trainer."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.clock import local_day
from app.core.http import Card, day_text, moment_text, now, today, zone
from app.core.permissions import Actor, P
from app.exams import queries
from app.exams.sitting import State
from app.exams.views.mine import exams_of
from app.extensions import db

MOST_PAST = 2


def home_cards(actor: Actor) -> list[Card]:
    """The exam cards of an actor."""
    return [*_candidate(actor), *_invigilator(actor), *_trainer(actor)]


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
        if row.state is State.OPEN or local_day(row.opens_at, zone()) == today():
            text = ngettext("%(num)s candidate", "%(num)s candidates", row.candidates)
            url = url_for("exams.invigilate", sitting_id=row.id)
            yield Card(row.title, text, url, _("Invigilate"), rank=4, tone="warning")


def _trainer(actor: Actor) -> Iterator[Card]:
    if not actor.may(P.EXAMS_RELEASE):
        return
    rows = queries.sittings(db.session(), actor.scope(P.EXAMS_RELEASE), now(), kind="FORMAL")
    for row in rows:
        if row.state is State.MARKED and row.results:
            text = ngettext("%(num)s result waits to be released.", "%(num)s results wait to be released.", row.results)
            url = url_for("exams.results", sitting_id=row.id)
            yield Card(row.title, text, url, _("Look at the results"), rank=12, tone="warning")
        elif row.state is State.PLANNED and row.waiting:
            text = ngettext("%(num)s candidate has no paper yet.", "%(num)s candidates have no paper yet.", row.waiting)
            yield Card(row.title, text, url_for("exams.sitting", sitting_id=row.id), _("Open the sitting"), rank=25)
