"""Whether certificates can be renewed today: the window, the hours of the period, the renewal exam, conduct."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials.models import Certificate, CertificatePeriod
from app.credentials.periods import last_day, renewal_opens, state_at
from app.credentials.queries.facts import StateRow, states_of
from app.credentials.queries.readiness import Passed, Problem
from app.credentials.queries.validity import deciding
from app.exams import queries as exams
from app.regimes.codes import CertificateState as State
from app.regimes.policy import Regime
from app.regimes.queries import effective
from app.registry import queries as registry
from app.registry.codes import SanctionKind
from app.training import queries as training


@dataclass(frozen=True, slots=True)
class Renewal:
    """How the renewal of a certificate stands: `problems` forbid it, `warnings` are for whoever decides.

    Days are inclusive. `papers` are the passes that count, those inside the window; `hours` are by full year.
    """

    certificate_id: int
    person_id: int
    valid_to: date
    window_start: date
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    papers: tuple[Passed, ...]
    hours: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class _Known:
    results: Mapping[int, list[Any]]
    hours: Mapping[int, list[training.HoursFactRow]]
    sanctions: Mapping[int, Any]
    states: Mapping[int, tuple[StateRow, ...]]


def renewals(session: Session, certificate_ids: Collection[int], today: date, now: datetime) -> dict[int, Renewal]:
    """How the renewal of each of these certificates stands today."""
    statement = (
        select(Certificate, CertificatePeriod)
        .outerjoin(CertificatePeriod, deciding(Certificate, CertificatePeriod))
        .where(Certificate.id.in_(list(certificate_ids)))
    )
    found = session.execute(statement).all()
    people = list({one.person_id for one, _period in found})
    known = _Known(
        exams.passes(session, people), training.hours_facts(session, people),
        registry.facts_for(session, people, today, today).sanctions, states_of(session, [one.id for one, _ in found]),
    )  # fmt: skip
    regimes = {code: effective(session, code) for code in {one.regime for one, _period in found}}
    return {one.id: _renewal(known, one, period, regimes[one.regime], today, now) for one, period in found}


def _renewal(
    known: _Known, one: Certificate, period: CertificatePeriod | None, regime: Regime, today: date, now: datetime
) -> Renewal:
    last = (period.temporary_to or period.valid_to) if period else one.valid_to
    until = period.valid_to if period else one.valid_to
    opens = renewal_opens(until, int(regime.number("renewal.window_days", today)))
    if period is not None and period.window_start is not None:
        opens = min(opens, period.window_start)
    window, hours = (opens, last), _hours(known.hours[one.person_id], one.valid_from, today)
    counted, exam = _exam(known.results[one.person_id], one, window, regime, today)
    told = {
        "renewal.hours": list(_short(hours, regime)),
        "renewal.exam": exam,
    }
    firm = [*_timing(window, today), *_conduct(known, one, now)]
    mild = list(_sanctions(known.sanctions.get(one.person_id, ()), today))
    for name, several in told.items():
        level = regime.number(name, today)
        (firm if level == "DENY" else mild if level == "WARN" else []).extend(several)
    return Renewal(one.id, one.person_id, last, opens, tuple(firm), tuple(mild), counted, hours)


def _timing(window: tuple[date, date], today: date) -> Iterable[Problem]:
    if not window[0] <= today <= window[1]:
        yield Problem("renewal-not-open", {"first": window[0], "last": window[1]})


def _conduct(known: _Known, one: Certificate, now: datetime) -> Iterable[Problem]:
    state = state_at(known.states.get(one.id, ()), now)
    if state is not State.ACTIVE:
        yield Problem("certificate-not-active", {"number": one.number, "state": state.value if state else "NOT_YET"})


def _sanctions(rows: Iterable[registry.SanctionFact], today: date) -> Iterable[Problem]:
    """A suspension from duty forbids by itself; any other sanction in force is for the decider to weigh."""
    for row in rows:
        if row.kind != SanctionKind.DUTY_SUSPENSION and row.valid_from <= today <= (row.valid_to or date.max):
            yield Problem("sanction-open", {"kind": row.kind, "since": row.valid_from})


def _hours(rows: Iterable[training.HoursFactRow], first: date, today: date) -> dict[int, Decimal]:
    """The counted hours of each calendar year that lies wholly inside the period so far."""
    years = {year: Decimal(0) for year in range(_first_full(first), today.year)}
    for row in rows:
        if row.counts and row.year in years:
            years[row.year] += row.hours
    return years


def _first_full(first: date) -> int:
    return first.year if (first.month, first.day) == (1, 1) else first.year + 1


def _short(hours: Mapping[int, Decimal], regime: Regime) -> Iterable[Problem]:
    for year, has in hours.items():
        needs = Decimal(regime.number("hours.per_year", date(year, 12, 31)))
        if has < needs:
            yield Problem("hours-short", {"year": year, "has": f"{has:f}", "needs": f"{needs:f}"})


def _exam(
    results: Iterable[Any], one: Certificate, window: tuple[date, date], regime: Regime, today: date
) -> tuple[tuple[Passed, ...], list[Problem]]:
    """The passes inside the window, and for each paper without one what is missing; passes outside are named."""
    counted: list[Passed] = []
    problems: list[Problem] = []
    months = int(regime.number("exam.result_validity_months", today))
    for paper in regime.papers:
        passed = [row for row in results if row.paper == paper.code and row.passed and row.sat_on > one.issued_on]
        inside = [row for row in passed if window[0] <= row.sat_on <= min(window[1], today)]
        words = {"paper_zh": paper.title.zh, "paper_en": paper.title.en, "paper": paper.code}
        if inside:
            best = max(inside, key=lambda row: (row.sat_on, row.id))
            until = last_day(best.sat_on, months)
            counted.append(
                Passed(
                    paper.code, paper.title.zh, paper.title.en, best.id, best.sitting_id, best.score, best.out_of,
                    best.sat_on, until,
                )
            )  # fmt: skip
            continue
        limits = {"first": window[0], "last": window[1]}
        problems += [Problem("pass-outside-window", {**words, **limits, "sat_on": row.sat_on}) for row in passed]
        problems.append(Problem("renewal-exam-missing", {**words, **limits}))
    return tuple(counted), problems


def professional_pass(results: Iterable[Any], since: date, regime: Regime, today: date) -> Any | None:  # noqa: ANN401
    """The newest pass of the professional paper after a day that can still be used; None where there is none."""
    months = int(regime.number("exam.result_validity_months", today))
    usable = [
        row
        for row in results
        if row.paper == "PROFESSIONAL" and row.passed and since < row.sat_on <= today
        and last_day(row.sat_on, months) >= today
    ]  # fmt: skip
    return max(usable, key=lambda row: (row.sat_on, row.id), default=None)
