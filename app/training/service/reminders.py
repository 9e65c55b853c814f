"""Reminders of deadlines: a letter in the outbox and a notice on the home page, once for each threshold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import write_mail
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.permissions import Actor, system_actor
from app.ledger.service import record
from app.regimes.policy import Text
from app.regimes.queries import effective
from app.registry.queries import regime_of
from app.training import policy, queries
from app.training.models import Notice, Reminder
from app.training.rotation import days_left, threshold_due

CLERK = "training.reminders"
FLOOR = "cn"
"""The national rules, whose reminder days hold where a place has no rules of its own."""

PROGRAMME, PLAN, HOURS = "PROGRAMME", "PLAN", "HOURS"
TASK_ZH = {"REGISTER": "登记备案", "ROTATE": "轮训", "CERTIFY": "持证上岗"}
TASK_EN = {"REGISTER": "registration", "ROTATE": "rotation training", "CERTIFY": "certification on post"}


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder that is due: whom, of what, and the words in both languages."""

    person_id: int
    kind: str
    period_key: str
    due: date
    threshold_days: int
    subject: Text
    body: Text


def remind(
    session: Session, person_id: int, kind: str, period_key: str, due: date, threshold_days: int, subject: Text,
    body: Text, now: datetime,
) -> bool:  # fmt: skip
    """Remind a person of a date, once for each kind, period and threshold, and again only when the date has moved.

    Writes a notice, and a letter (Chinese first, English after) where an address is known. False when told already.
    """
    held = session.scalar(
        select(Reminder)
        .where(
            Reminder.person_id == person_id, Reminder.kind == kind, Reminder.period_key == period_key,
            Reminder.threshold_days == threshold_days,
        )
        .with_for_update()
    )  # fmt: skip
    if held is not None and held.due == due:
        return False
    if held is None:
        held = Reminder(
            person_id=person_id, kind=kind, period_key=period_key, threshold_days=threshold_days, due=due, times=0,
            reminded_at=now,
        )  # fmt: skip
        session.add(held)
    held.due, held.times, held.reminded_at = due, held.times + 1, now
    session.add(
        Notice(
            person_id=person_id, kind=kind, due=due, subject_zh=subject.zh, subject_en=subject.en, body_zh=body.zh,
            body_en=body.en, written_at=now,
        )
    )  # fmt: skip
    session.flush()
    write_mail(
        session, key=f"remind:{person_id}:{kind}:{period_key}:{threshold_days}:{held.times}",
        recipient=queries.addresses(session, [person_id]).get(person_id, ""),
        subject=f"{subject.zh} / {subject.en}", body=f"{body.zh}\n\n{body.en}\n", now=now,
    )  # fmt: skip
    record(
        session, system_actor(CLERK), "training.reminder.written", ("person", person_id), now=now,
        after={"kind": kind, "period": period_key, "due": due, "threshold_days": threshold_days},
    )  # fmt: skip
    return True


def remind_some(session: Session, *, zone: ZoneInfo, now: datetime, most: int = 100) -> int:
    """Write reminders that are due today and not yet written, at most so many; returns how many, 0 when all are."""
    written = 0
    for one in _fresh(session, due_today(session, local_day(now, zone))):
        written += remind(
            session, one.person_id, one.kind, one.period_key, one.due, one.threshold_days, one.subject, one.body, now
        )
        if written >= most:
            break
    return written


def due_today(session: Session, today: date) -> Iterator[Due]:
    """Every reminder that counts on a day, written or not."""
    yield from _programmes(session, today)
    yield from _plans(session, today)
    yield from _hours(session, today)


def _fresh(session: Session, found: Iterable[Due]) -> list[Due]:
    told = {
        (one.person_id, one.kind, one.period_key, one.threshold_days): one.due
        for one in session.scalars(select(Reminder).where(Reminder.kind.in_((PROGRAMME, PLAN, HOURS))))
    }
    return [one for one in found if told.get((one.person_id, one.kind, one.period_key, one.threshold_days)) != one.due]


def _thresholds(session: Session, regime: str | None, today: date) -> tuple[int, ...]:
    value = effective(session, regime or FLOOR).setting("reminders.days", today)
    return tuple(value.value) if value is not None else ()


def _programmes(session: Session, today: date) -> Iterator[Due]:
    for programme in queries.programmes(session):
        days = _thresholds(session, programme.regime or regime_of(session, programme.unit_id), today)
        threshold = threshold_due(programme.deadline, today, days) if programme.starts <= today else None
        if threshold is None:
            continue
        left = days_left(programme.deadline, today)
        for one in queries.completion(session, programme, today).people:
            if one.missing:
                subject, body = _programme_words(programme, one.missing, left)
                yield Due(one.person.id, PROGRAMME, str(programme.id), programme.deadline, threshold, subject, body)


def _programme_words(programme: queries.ProgrammeRow, missing: Iterable[str], left: int) -> tuple[Text, Text]:
    tasks = list(missing)
    zh, en = "、".join(TASK_ZH[task] for task in tasks), ", ".join(TASK_EN[task] for task in tasks)
    name_zh, name_en, day = programme.title("zh"), programme.title("en"), programme.deadline.isoformat()
    return (
        Text(f"“{name_zh}”期限 {day}", f"{name_en}: due {day}"),
        Text(
            f"“{name_zh}”将于 {day} 截止，还有 {left} 天。您尚未完成：{zh}。请及时办理。",
            f"{name_en} closes on {day}, in {left} days. Not yet done: {en}. Please see to it in time.",
        ),
    )


def _plans(session: Session, today: date) -> Iterator[Due]:
    for plan in queries.plans(session):
        threshold = threshold_due(plan.deadline, today, _thresholds(session, regime_of(session, plan.unit_id), today))
        if threshold is None:
            continue
        day, left = plan.deadline.isoformat(), days_left(plan.deadline, today)
        for hire in queries.plan_hires(session, plan, today):
            if hire.trained_on is None:
                subject = Text(f"{plan.year} 年新进人员培训期限 {day}", f"New hires' course of {plan.year}: due {day}")
                body = Text(
                    f"您尚未参加“{plan.title}”。请于 {day} 前完成，还有 {left} 天。",
                    f"You have not yet attended “{plan.title}”. It is due by {day}, in {left} days.",
                )
                yield Due(hire.person.id, PLAN, str(plan.id), plan.deadline, threshold, subject, body)


def _hours(session: Session, today: date) -> Iterator[Due]:
    last = date(today.year, 12, 31)
    rows = queries.unit_years(session, today.year, today, None)
    places = queries.regimes_of(session, (row.person.unit_id for row in rows))
    due = {regime: _hours_threshold(session, regime, last, today) for regime in set(places.values())}
    for row in rows:
        threshold = due[places[row.person.unit_id]] if row.person.unit_id is not None else None
        if threshold is None or not row.year.shortfall or row.year.required is None:
            continue
        done, asked = policy.figure(row.year.done), policy.figure(row.year.required)
        short = policy.figure(row.year.shortfall)
        subject = Text(f"{today.year} 年培训学时还差 {short} 学时", f"{short} training hours missing in {today.year}")
        body = Text(
            f"您 {today.year} 年业务和法律培训已完成 {done} 学时，应达 {asked} 学时，还差 {short} 学时，"
            f"本年还有 {row.year.days_left} 天。",
            f"You have {done} of {asked} hours of business and legal training in {today.year}: {short} short, "
            f"{row.year.days_left} days left in the year.",
        )
        yield Due(row.person.id, HOURS, str(today.year), last, threshold, subject, body)


def _hours_threshold(session: Session, regime: str | None, last: date, today: date) -> int | None:
    """The threshold reached, among those that lie within the days in which the regime warns at all."""
    value = effective(session, regime or FLOOR).setting("hours.warn_days", today)
    if value is None:
        return None
    return threshold_due(last, today, (days for days in _thresholds(session, regime, today) if days < value.value))


def read_notice(session: Session, actor: Actor, notice_id: int, *, now: datetime) -> None:
    """A person has read a notice of theirs; reading it twice changes nothing. Raises NotFound."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.person_id != actor.person_id:
        raise NotFound
    if notice.read_at is None:
        notice.read_at = now
        record(session, actor, "training.notice.read", ("notice", notice_id), now=now)
