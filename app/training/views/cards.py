"""What training tells people on the home page."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import Card, language, now, today, zone
from app.core.permissions import Actor, P
from app.core.words import day_text, left_text, moment_text
from app.extensions import db
from app.training import queries
from app.training.policy import TASK_TITLES, figure
from app.training.rotation import YearHours

SOON = 90
"""From how many days before its deadline a programme is told on the home page."""


def home_cards(actor: Actor) -> list[Card]:
    """Notices, the next class, hours and programmes of a person; classes and programmes of a trainer."""
    cards: list[Card] = []
    if actor.person_id is not None:
        for tell in (_notices, _next_class, _hours, _tasks):
            cards += tell(actor.person_id)
    if actor.may(P.TRAINING_MANAGE):
        for look in (_classes_today, _to_take, _programmes):
            cards += look(actor)
    return cards


def _notices(person_id: int) -> Iterator[Card]:
    for notice in queries.notices(db.session(), person_id, language(), unread=True, limit=3):
        yield Card(notice.subject, notice.body, url_for("training.mine"), _("Look"), 20, "warning")


def _next_class(person_id: int) -> Iterator[Card]:
    rows = [own.row for own in queries.own_classes(db.session(), person_id) if own.status == "ENROLLED"]
    ahead = min((row for row in rows if row.ends_at > now()), key=lambda row: row.starts_at, default=None)
    if ahead is not None:
        begun = ahead.starts_at <= now()
        text = f"{moment_text(ahead.starts_at)} · {ahead.place}"
        address = url_for("training.enter_code", class_id=ahead.id) if begun else url_for("training.mine")
        action = _("Enter the code shown in the room") if begun else _("My training")
        yield Card(_("Next class: %(title)s", title=ahead.title), text, address, action, 15 if begun else 30)


def _hours(person_id: int) -> Iterator[Card]:
    row = queries.year_of(db.session(), person_id, today().year, today())
    if row is None or row.year.required is None or not row.year.owed:
        return
    year, required = row.year, int(row.year.required)
    title = _(
        "%(done)s of %(required)s training hours this year", done=figure(year.done), required=figure(row.year.required)
    )
    text = _("The hours of this year are reached.") if not year.shortfall else _missing(year)
    address = url_for("training.mine")
    yield Card(title, text, address, _("My training"), 41, done=_plain(year.done), required=required)


def _missing(year: YearHours) -> str:
    short = figure(year.shortfall)
    return str(_("%(short)s hours are missing; %(days)s days are left.", short=short, days=year.days_left))


def _plain(hours: Decimal) -> float:
    """A whole number where it is one, so that the ring shows no needless zero."""
    return float(hours) if hours % 1 else int(hours)


def _tasks(person_id: int) -> Iterator[Card]:
    missing: dict[int, list[queries.TaskRow]] = {}
    for row in queries.programme_tasks(db.session(), [person_id])[person_id]:
        if row.done_on is None and row.deadline <= today() + timedelta(days=SOON):
            missing.setdefault(row.programme_id, []).append(row)
    for rows in missing.values():
        deadline, late = rows[0].deadline, rows[0].deadline < today()
        tasks = _(", ").join(_(TASK_TITLES[row.kind]) for row in rows)
        text = f"{day_text(deadline)}, {left_text(deadline)}: {tasks}"
        yield Card(rows[0].title(language()), text, url_for("training.mine"), _("My training"), 35, _tone(late=late))


def _tone(*, late: bool) -> str:
    return "danger" if late else "warning"


def _classes_today(actor: Actor) -> Iterator[Card]:
    wanted = queries.Filter(first=today(), last=today())
    rows = queries.classes(db.session(), wanted, actor.scope(P.TRAINING_MANAGE), zone())
    rows = [row for row in rows if row.cancelled_at is None]
    if rows:
        title = ngettext("%(num)s class today", "%(num)s classes today", len(rows))
        text = " · ".join(f"{moment_text(row.starts_at)[11:]} {row.title}" for row in reversed(rows[-3:]))
        yield Card(title, text, url_for("training.show_class", class_id=rows[-1].id), _("Look"), 25)


def _to_take(actor: Actor) -> Iterator[Card]:
    rows = queries.waiting_for_attendance(db.session(), actor.scope(P.TRAINING_MANAGE), now())
    if rows:
        title = ngettext(
            "Attendance of %(num)s class is to be taken", "Attendance of %(num)s classes is to be taken", len(rows)
        )
        text = f"{rows[0].title}, {day_text(rows[0].last_day)}"
        yield Card(
            title, text, url_for("training.attendance", class_id=rows[0].id), _("Take attendance"), 22, "warning"
        )


def _programmes(actor: Actor) -> Iterator[Card]:
    scope = actor.scope(P.TRAINING_MANAGE)
    for row in queries.programmes(db.session(), scope):
        if row.starts <= today() <= row.deadline:
            found = queries.completion(db.session(), row, today(), scope)
            text = _(
                "%(done)s of %(total)s people have finished; %(left)s.",
                done=found.complete, total=found.total, left=left_text(row.deadline),
            )  # fmt: skip
            yield Card(row.title(language()), text, url_for("training.programme", programme_id=row.id), _("Look"), 45)
