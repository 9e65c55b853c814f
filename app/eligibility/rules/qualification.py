"""R02, R27, R28 and R39: examinations, the first year, hours, and programmes with a deadline."""

from datetime import date, timedelta
from decimal import Decimal

from app.eligibility.facts import ExamResult, HoursFact, PersonFacts, Question
from app.eligibility.findings import NOTHING, Finding, Findings
from app.eligibility.intervals import DAY, Interval
from app.eligibility.rules.saying import binding, said
from app.eligibility.standing import Standing, probation_last_day
from app.regimes.codes import Act, ActClass, Severity, Task
from app.regimes.policy import Paper, Programme, RegimeDay
from app.registry.codes import PersonKind

OFFICER = PersonKind.OFFICER


def r02(one: Standing, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """A required paper failed or not sat: no qualification (PL-01). Each mark is that of the day of the sitting."""
    if one.person.kind != OFFICER:
        return NOTHING
    covered, floor = _qualified(one.person, interval.day)
    findings: list[Finding] = []
    for paper in regime.papers:
        if paper.code not in covered:
            findings += _paper(one, paper, regime, interval.day, floor)
    return tuple(findings)


def _qualified(person: PersonFacts, day: date) -> tuple[tuple[str, ...], date]:
    """The papers of the qualification in force; else the last day of one that ended: older results no longer count."""
    floor = date.min
    for qualification in person.qualifications:
        if qualification.starts <= day:
            if qualification.ends is None or day <= qualification.ends:
                return qualification.papers, date.min
            floor = max(floor, qualification.ends)
    return (), floor


def _paper(one: Standing, paper: Paper, regime: RegimeDay, day: date, floor: date) -> Findings:
    last: ExamResult | None = None
    for result in one.person.results:
        if result.paper == paper.code and floor < result.sat_on <= day:
            if result.score * 100 >= regime.regime.on(result.sat_on).pass_marks[paper.code] * result.out_of:
                return NOTHING
            if last is None or result.sat_on >= last.sat_on:
                last = result
    zh, en = paper.title.zh, paper.title.en
    if last is None:
        return said(regime, "R02", "missing", one.people, paper_zh=zh, paper_en=en)
    return said(
        regime,
        "R02",
        "failed",
        one.people,
        facts=(last.id,),
        paper_zh=zh,
        paper_en=en,
        score=_figure(last.score),
        mark=_figure(Decimal(regime.regime.on(last.sat_on).pass_marks[paper.code]) * last.out_of / 100),
        sat_on=last.sat_on.isoformat(),
        next=(last.sat_on + timedelta(days=int(regime.values["exam.wait_days"]))).isoformat(),
    )


def r27(one: Standing, question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Initial training unfinished: training only, no enforcement, no dispatch; once done, probation warns."""
    entry = one.entry
    if one.person.kind != OFFICER or entry is None:
        return NOTHING
    if regime.acts[question.act].kind is ActClass.STAFFING and question.act is not Act.DISPATCH:
        return NOTHING
    last = probation_last_day(entry, regime)
    done = entry.initial_training_on if entry.initial_training == "DONE" else None
    if done is not None and done <= interval.day:
        if interval.day > last:
            return NOTHING
        return said(
            regime,
            "R27",
            "probation",
            one.people,
            facts=(entry.id,),
            severity=Severity.WARN,
            last=last.isoformat(),
        )
    if interval.day > last and entry.initial_training is None:
        return NOTHING
    hired = entry.hired_on.isoformat()
    return said(regime, "R27", "untrained", one.people, facts=(entry.id,), hired_on=hired, last=last.isoformat())


def r28(one: Standing, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """Fewer hours than the year asks for: last year's until made up, this year's when it draws to its end.

    A year is owed by those in post when it began. Unknown hours warn.
    """
    entry = one.entry
    if one.person.kind != OFFICER or entry is None:
        return NOTHING
    year = interval.day.year
    left = (date(year, 12, 31) - interval.day).days
    findings: Findings = NOTHING
    if _owed(entry.hired_on, year - 1, regime):
        findings = _hours(one, regime, year - 1, interval.day, None)
    if left < int(regime.values["hours.warn_days"]) and _owed(entry.hired_on, year, regime):
        findings += _hours(one, regime, year, interval.day, left)
    return findings


def _owed(hired_on: date, year: int, regime: RegimeDay) -> bool:
    first = date(year, 1, 1)
    return hired_on <= first and "hours.per_year" in regime.regime.on(first).values


def _hours(one: Standing, regime: RegimeDay, year: int, today: date, left: int | None) -> Findings:
    """The finding for one year; `left` None is a finished year, whose hours may have been made up since."""
    if one.person.hours is None:
        return said(regime, "R28", "unknown", one.people, severity=Severity.WARN, year=year)
    needed = Decimal(regime.regime.on(date(year, 1, 1)).values["hours.per_year"])
    counted = [fact for fact in one.person.hours if fact.year == year and fact.earned_on <= today]
    total = sum((fact.hours for fact in counted), Decimal(0))
    parts = _parts(one, regime, year, counted, left)
    if total >= needed:
        return parts
    return parts + said(
        regime,
        "R28",
        "carried" if left is None else "short",
        one.people,
        facts=tuple(fact.id for fact in counted),
        severity=None if left is None else Severity.WARN,
        year=year,
        hours=_figure(total),
        needed=_figure(needed),
        short=_figure(needed - total),
        left=left or 0,
    )


def _parts(one: Standing, regime: RegimeDay, year: int, counted: list[HoursFact], left: int | None) -> Findings:
    """The split that a regime asks for (hours of public law and of professional law); unsorted hours leave it open."""
    values = regime.regime.on(date(year, 1, 1)).values
    if not any(values.get(name) for name in _SPLIT):
        return NOTHING
    unsorted = sum(fact.hours for fact in counted if not fact.category)
    findings: list[Finding] = []
    for name, (category, zh, en) in _SPLIT.items():
        needed = Decimal(values.get(name, 0))
        own = sum((fact.hours for fact in counted if fact.category == category), Decimal(0))
        if own >= needed:
            continue
        open_still = own + unsorted >= needed
        findings += said(
            regime,
            "R28",
            "part-unknown" if open_still else "part",
            one.people,
            facts=tuple(fact.id for fact in counted),
            severity=None if left is None and not open_still else Severity.WARN,
            binding=binding(regime, name, date(year, 1, 1)),
            year=year,
            part_zh=zh,
            part_en=en,
            hours=_figure(own),
            needed=_figure(needed),
            short=_figure(needed - own),
        )
    return tuple(findings)


_SPLIT = {
    "hours.public_law": ("LAW", "公共法律知识", "public law"),
    "hours.professional": ("BUSINESS", "专业知识", "professional knowledge"),
}


def r39(one: Standing, _question: Question, regime: RegimeDay, interval: Interval) -> Findings:
    """A programme's tasks unfinished: a warning through the deadline, after it what the programme says (PL-03)."""
    entry = one.entry
    if one.person.kind != OFFICER or entry is None:
        return NOTHING
    findings: list[Finding] = []
    for programme in regime.programmes:
        if entry.hired_on <= programme.deadline:
            findings += _programme(one, programme, regime, interval.day)
    return tuple(findings)


def _programme(one: Standing, programme: Programme, regime: RegimeDay, day: date) -> Findings:
    done = {fact.task for fact in one.person.tasks if fact.programme == programme.code and fact.done_on <= day}
    if any(held.valid_from is not None and held.valid_from <= day for held in one.person.certificates or ()):
        done.add(Task.CERTIFY)
    missing = [task for task in programme.tasks if task not in done]
    if not missing:
        return NOTHING
    late = day > programme.deadline
    return said(
        regime,
        "R39",
        "overdue" if late else "open",
        one.people,
        facts=tuple(fact.id for fact in one.person.tasks if fact.programme == programme.code),
        severity=programme.after if late else programme.before,
        source=programme.source,
        programme_zh=programme.title.zh,
        programme_en=programme.title.en,
        deadline=programme.deadline.isoformat(),
        left=max((programme.deadline - day + DAY).days, 0),
        tasks_zh="、".join(_TASK_ZH[task] for task in missing),
        tasks_en=", ".join(_TASK_EN[task] for task in missing),
    )


_TASK_ZH = {Task.REGISTER: "登记备案", Task.ROTATE: "轮训", Task.CERTIFY: "持证上岗"}
_TASK_EN = {Task.REGISTER: "registration", Task.ROTATE: "rotation training", Task.CERTIFY: "certification"}


def _figure(number: Decimal) -> str:
    return f"{number.normalize():f}"
