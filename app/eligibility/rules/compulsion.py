"""R18 and R36: compulsory acts need approval, and execution keeps away from night, holiday and people's utilities."""

from collections.abc import Iterable
from datetime import date, timedelta

from app.eligibility.facts import Context, Question
from app.eligibility.findings import NOTHING, Findings
from app.eligibility.intervals import DAY, Interval, local_day, night_of
from app.eligibility.rules.saying import said
from app.eligibility.standing import Squad
from app.regimes.codes import Act, Severity
from app.regimes.policy import RegimeDay

OBLIGATION = Severity.OBLIGATION
EXECUTING = frozenset({Act.DEMOLISH, Act.EXECUTE})
"""Compulsory execution (行政强制执行); seizing and overseeing substitute performance are none of it."""


def unapproved(context: Context) -> bool:
    """Whether a compulsory act stands without prior approval and without an emergency."""
    return not context.approval and not context.emergency


def r18(squad: Squad, question: Question, regime: RegimeDay, _interval: Interval) -> Findings:
    """Approved beforehand; in an emergency reported and the approval completed within 24 hours (强制法18(一), 19)."""
    if question.context.approval:
        return NOTHING
    if question.context.emergency:
        return said(regime, "R18", "complete", squad.people, severity=OBLIGATION)
    return said(regime, "R18", "unapproved", squad.people)


def r36(squad: Squad, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """No execution at night or on statutory holidays unless urgent; never by cutting off utilities (强制法43).

    An interval that touches night or holiday anywhere counts as touched, so that it also judges an uncut interval.
    """
    if squad.act not in EXECUTING:
        return NOTHING
    context = question.context
    findings: Findings = NOTHING
    if context.cuts_utilities:
        findings = said(regime, "R36", "utilities", squad.people)
    elif context.cuts_utilities is None:
        findings = said(regime, "R36", "no-cuts", squad.people, severity=OBLIGATION)
    if context.emergency:
        return findings
    if _at_night(regime, interval):
        values = regime.values
        starts, ends = str(values["night.starts"]), str(values["night.ends"])
        findings += said(regime, "R36", "night", squad.people, starts=starts, ends=ends)
    return findings + _holiday(squad, regime, interval)


def _holiday(squad: Squad, regime: RegimeDay, interval: Interval) -> Findings:
    if not regime.regime.calendar_known(interval.day.year):
        return said(regime, "R36", "calendar-unknown", squad.people, year=interval.day.year)
    for day in _days(regime, interval):
        holiday = regime.regime.statutory_holiday(day)
        if holiday is not None:
            title = holiday.title
            return said(
                regime, "R36", "holiday", squad.people, day=day.isoformat(), holiday_zh=title.zh, holiday_en=title.en
            )
    return NOTHING


def _days(regime: RegimeDay, interval: Interval) -> Iterable[date]:
    last = local_day(interval.end - timedelta(microseconds=1), regime.zone)
    day = interval.day
    while day <= last:
        yield day
        day += DAY


def _at_night(regime: RegimeDay, interval: Interval) -> bool:
    for day in (interval.day - DAY, *_days(regime, interval)):
        night = night_of(regime.regime, day)
        if night is not None and night[0] < interval.end and interval.start < night[1]:
            return True
    return False
