"""Who may be given a certificate today, and what keeps the others from it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import day_end
from app.core.errors import N_
from app.core.permissions import Scope
from app.credentials.periods import FINAL, days_left, last_day, state_at
from app.credentials.queries.facts import CertificateRow, QualificationRow, certificate_facts, qualification_facts
from app.exams import queries as exams
from app.exams.models import ExamSpecificationVersion, Sitting
from app.regimes.policy import Regime
from app.regimes.queries import effective
from app.registry import queries as registry
from app.registry.codes import PersonKind, SanctionKind
from app.registry.models import PersonPhoto
from certificates.fonts import Font, missing_glyphs

DEFAULT_ZONE = "Asia/Shanghai"

PROBLEMS: dict[str, str] = {
    "paper-missing": N_("%(paper_en)s was not sat, or its result is not released"),
    "paper-failed": N_("%(paper_en)s was not passed: %(score)s of %(out_of)s on %(sat_on)s"),
    "paper-outdated": N_("%(paper_en)s was passed on %(sat_on)s; the result could be used through %(valid_to)s"),
    "not-officer": N_("is not an enforcement officer"),
    "not-employed": N_("does not serve at any agency today"),
    "not-established": N_("is not on the establishment (category %(category)s)"),
    "no-regime": N_("no rules are set for the agency"),
    "agency-not-enforcing": N_("the agency does not enforce, or nothing is recorded of it"),
    "no-region": N_("no territory is recorded for the agency"),
    "no-domains": N_("the agency holds no power item in force"),
    "duty-suspended": N_("is suspended from duty"),
    "no-photo": N_("there is no photo"),
    "glyph-missing": N_("the font cannot print the character “%(character)s” of the name"),
    "already-certified": N_("already holds the certificate %(number)s"),
    "renewal-not-open": N_("renewal is open from %(first)s through %(last)s"),
    "certificate-not-active": N_("the certificate %(number)s is not active: a suspension or a loss is open"),
    "hours-short": N_("%(has)s of %(needs)s hours of training in %(year)s"),
    "renewal-exam-missing": N_("%(paper_en)s has to be passed between %(first)s and %(last)s"),
    "pass-outside-window": N_(
        "%(paper_en)s was passed on %(sat_on)s, outside the window from %(first)s through %(last)s: it does not count"
    ),
    "professional-missing": N_("new domains need the professional paper, passed after %(since)s: %(domains)s"),
    "sanction-open": N_("a sanction is in force since %(since)s"),
    "same-agency": N_("serves at the agency that the certificate names; there is nothing to transfer"),
    "no-result": N_("no released result is known"),
    "barred": N_("may not apply through %(until)s: the certificate %(number)s was revoked"),
}
"""What can stand in the way of a certificate; the holes are filled from the problem's data."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way: a code of PROBLEMS, and its data."""

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def msgid(self) -> str:
        """The English sentence, with holes."""
        return PROBLEMS[self.code]


@dataclass(frozen=True, slots=True)
class Passed:
    """A required paper that was passed; the result can be used through `valid_to`, inclusive."""

    paper: str
    title_zh: str
    title_en: str
    result_id: int
    sitting_id: int
    score: Any
    out_of: Any
    sat_on: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """Somebody who sat the papers: ready for a certificate when no problem is left."""

    person_id: int
    code: str
    name: str
    agency_id: int | None
    agency: str | None
    unit: str | None
    regime: str | None
    papers: tuple[Passed, ...]
    problems: tuple[Problem, ...]
    id_masked: str
    photo_sha256: str | None
    region: tuple[str, ...]
    domains: tuple[str, ...]
    authority_source: str | None
    qualified: bool

    @property
    def ready(self) -> bool:
        """Whether a certificate can be issued."""
        return not self.problems

    @property
    def valid_to(self) -> date | None:
        """The last day on which the results can be used."""
        return min((paper.valid_to for paper in self.papers), default=None)


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything read once for a list of people."""

    people: Mapping[int, registry.PersonRow]
    results: Mapping[int, list[Any]]
    certificates: Mapping[int, list[CertificateRow]]
    qualifications: Mapping[int, list[QualificationRow]]
    photos: Mapping[int, str]
    facts: registry.RegistryFacts
    font: Font | None


def ready_to_issue(
    session: Session, scope: Scope, today: date, *, font: Font | None = None, sitting_id: int | None = None
) -> list[ReadyRow]:
    """Those in scope who passed every required paper and hold no certificate, exceptions first; then by urgency.

    With `sitting_id`, everybody who passed in that sitting, those who still lack something included. With a font, a
    name that it cannot print is an exception.
    """
    ids = [person.id for person in registry.search_people(session, "", today, scope, limit=None)]
    rows = readiness(session, ids, today, font=font, sitting_id=sitting_id)
    shown = rows if sitting_id is not None else [row for row in rows if not _is_noise(row)]
    return sorted(shown, key=lambda row: (row.ready, row.valid_to or date.max, row.code))


def _is_noise(row: ReadyRow) -> bool:
    """Who has yet to pass, or is served already, needs nothing from the issuer."""
    return any(problem.code in {"paper-missing", "paper-failed", "already-certified"} for problem in row.problems)


def readiness(
    session: Session,
    person_ids: Collection[int],
    today: date,
    *,
    font: Font | None = None,
    sitting_id: int | None = None,
    ignore_certificate: int | None = None,
) -> list[ReadyRow]:
    """How each of these people stands who has at least one released result, in no particular order."""
    results = {
        person_id: found
        for person_id, found in exams.passes(session, list(person_ids)).items()
        if found and (sitting_id is None or any(r.sitting_id == sitting_id and r.passed for r in found))
    }
    known = _read(session, list(results), results, today, font)
    regimes = partial(_regime, session, {})
    return [_row(known, person_id, regimes, today, ignore_certificate) for person_id in results]


def _read(session: Session, ids: list[int], results: Mapping[int, list[Any]], today: date, font: Font | None) -> _Known:
    photos = session.execute(
        select(PersonPhoto.person_id, PersonPhoto.sha256).where(PersonPhoto.person_id.in_(ids)).order_by(PersonPhoto.id)
    )
    return _Known(
        people={person.id: person for person in registry.people_by_ids(session, ids, today)},
        results=results,
        certificates=certificate_facts(session, ids),
        qualifications=qualification_facts(session, ids),
        photos=dict(photos.all()),
        facts=registry.facts_for(session, ids, today, today),
        font=font,
    )


def _regime(session: Session, cache: dict[int, Regime | None], agency_id: int | None) -> Regime | None:
    if agency_id is None:
        return None
    if agency_id not in cache:
        code = registry.regime_of(session, agency_id)
        cache[agency_id] = effective(session, code) if code else None
    return cache[agency_id]


def _row(known: _Known, person_id: int, regimes: Any, today: date, ignore: int | None) -> ReadyRow:  # noqa: ANN401
    person = known.people[person_id]
    regime = regimes(person.agency_id)
    papers, problems = _papers(known, person_id, regime, today) if regime else ((), [Problem("no-regime")])
    standing = _standing(known, person.agency_id)
    region = _region(known, person.agency_id)
    domains = _domains(known, person.agency_id, regime, today)
    problems = [
        *_live(known.certificates[person_id], person.agency_id, _end_of(today, regime), ignore),
        *_barred(known.certificates[person_id], today),
        *_person_problems(known, person, regime, today),
        *([] if person.agency_id is None else _agency_problems(standing, region, domains)),
        *([] if person.agency_id is None else problems),
    ]
    return ReadyRow(
        person_id, person.code, person.name, person.agency_id, person.agency, person.unit,
        regime.id if regime else None, tuple(papers), tuple(problems), person.id_masked, known.photos.get(person_id),
        region, domains, standing,
        any(_holds(q, today) and regime and q.regime == regime.id for q in known.qualifications[person_id]),
    )  # fmt: skip


def _holds(row: QualificationRow, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _papers(known: _Known, person_id: int, regime: Regime, today: date) -> tuple[list[Passed], list[Problem]]:
    ended = [q.valid_to for q in known.qualifications[person_id] if q.valid_to is not None and q.valid_to < today]
    floor = max(ended, default=date.min)
    months = int(regime.number("exam.result_validity_months", today))
    passed: list[Passed] = []
    problems: list[Problem] = []
    for paper in regime.papers:
        tried = [r for r in known.results[person_id] if r.paper == paper.code and floor < r.sat_on <= today]
        words = {"paper_zh": paper.title.zh, "paper_en": paper.title.en, "paper": paper.code}
        best = max((r for r in tried if r.passed), key=lambda r: (r.sat_on, r.id), default=None)
        if best is None:
            problems.append(_not_passed(tried, words))
            continue
        until = last_day(best.sat_on, months)
        if until < today:
            problems.append(Problem("paper-outdated", {**words, "sat_on": best.sat_on, "valid_to": until}))
        passed.append(
            Passed(
                paper.code, paper.title.zh, paper.title.en, best.id, best.sitting_id, best.score, best.out_of,
                best.sat_on, until,
            )
        )  # fmt: skip
    return passed, problems


def _not_passed(tried: list[Any], words: dict[str, str]) -> Problem:
    if not tried:
        return Problem("paper-missing", words)
    last = max(tried, key=lambda r: (r.sat_on, r.id))
    return Problem("paper-failed", {**words, "score": last.score, "out_of": last.out_of, "sat_on": last.sat_on})


def _end_of(day: date, regime: Regime | None) -> tuple[date, datetime]:
    """The day and its last moment."""
    zone = ZoneInfo(regime.time_zone if regime else DEFAULT_ZONE)
    return day, day_end(day, zone) - timedelta(microseconds=1)


def _live(
    rows: Iterable[CertificateRow], agency_id: int | None, end: tuple[date, datetime], ignore: int | None
) -> list[Problem]:
    """A certificate of the same agency that has not ended stands in the way of another."""
    return [
        Problem("already-certified", {"number": row.number})
        for row in rows
        if row.agency_id == agency_id and row.id != ignore and is_live(row, *end)
    ]


def _barred(rows: Iterable[CertificateRow], today: date) -> list[Problem]:
    """A revocation may have barred the person from applying for a time."""
    return [
        Problem("barred", {"number": row.number, "until": change.barred_until})
        for row in rows
        for change in row.states
        if change.barred_until is not None and today <= change.barred_until
    ]


def is_live(row: CertificateRow, today: date, moment: datetime) -> bool:
    """Neither past its last day nor, at the moment, in a state that nothing leads out of."""
    return days_left(row.valid_to, today) >= 0 and state_at(row.states, moment) not in FINAL


def _person_problems(
    known: _Known, person: registry.PersonRow, regime: Regime | None, today: date
) -> Iterable[Problem]:
    if person.kind != PersonKind.OFFICER:
        yield Problem("not-officer")
    if person.agency_id is None:
        yield Problem("not-employed")
    elif regime and person.category not in regime.number("establishment.categories", today):
        yield Problem("not-established", {"category": person.category})
    if any(_suspends(sanction, today) for sanction in known.facts.sanctions.get(person.id, ())):
        yield Problem("duty-suspended")
    if person.id not in known.photos:
        yield Problem("no-photo")
    if known.font is not None and (missing := missing_glyphs(person.name, known.font)):
        yield Problem("glyph-missing", {"character": missing[0]})


def _suspends(sanction: registry.SanctionFact, day: date) -> bool:
    holds = sanction.valid_from <= day and (sanction.valid_to is None or day <= sanction.valid_to)
    return holds and sanction.kind == SanctionKind.DUTY_SUSPENSION


def _agency_problems(standing: str | None, region: tuple[str, ...], domains: tuple[str, ...]) -> Iterable[Problem]:
    if standing is None:
        yield Problem("agency-not-enforcing")
    if not region:
        yield Problem("no-region")
    if not domains:
        yield Problem("no-domains")


def _standing(known: _Known, agency_id: int | None) -> str | None:
    """By what right the agency enforces; None where it does not or nobody knows."""
    rows = known.facts.standings.get(agency_id, ()) if agency_id is not None else ()
    found = [row.authority_basis for row in rows if row.enforces and row.authority_basis != "NONE"]
    return found[-1] if found else None


def _region(known: _Known, agency_id: int | None) -> tuple[str, ...]:
    rows = known.facts.territories.get(agency_id, ()) if agency_id is not None else ()
    return tuple(dict.fromkeys(row.area_code for row in rows))


def _domains(known: _Known, agency_id: int | None, regime: Regime | None, today: date) -> tuple[str, ...]:
    """The domains in which the agency holds a power item, in the regime's order."""
    if agency_id is None or regime is None:
        return ()
    items = regime.on(today).items
    held = {
        items[row.item_code].domain
        for row in known.facts.powers.get(agency_id, ())
        if row.status == "HELD" and row.item_code in items
    }
    return tuple(code for code in regime.domains if code in held)


def authors_of(session: Session, sitting_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """For each sitting the labels of the actors who wrote any wording of its specification."""
    wordings = select(ExamSpecificationVersion.id, ExamSpecificationVersion.specification_id).subquery()
    statement = (
        select(Sitting.id, ExamSpecificationVersion.recorded_by)
        .join(wordings, wordings.c.id == Sitting.specification_version_id)
        .join(ExamSpecificationVersion, ExamSpecificationVersion.specification_id == wordings.c.specification_id)
        .where(Sitting.id.in_(list(sitting_ids)))
    )
    found: dict[int, set[str]] = {}
    for sitting_id, written_by in session.execute(statement):
        found.setdefault(sitting_id, set()).add(written_by)
    return {sitting_id: frozenset(names) for sitting_id, names in found.items()}


@dataclass(frozen=True, slots=True)
class SittingChoice:
    """A released formal sitting from which a cohort can be issued."""

    id: int
    title: str
    released_at: datetime


def released_sittings(session: Session, scope: Scope, limit: int = 50) -> list[SittingChoice]:
    """Formal sittings with released results of units in scope, newest first."""
    allowed = {unit.id for unit in registry.units(session, scope)}
    statement = (
        select(Sitting)
        .where(Sitting.released_at.is_not(None), Sitting.cancelled_at.is_(None), Sitting.kind == "FORMAL")
        .where(Sitting.unit_id.in_(allowed))
        .order_by(Sitting.released_at.desc())
        .limit(limit)
    )
    return [SittingChoice(one.id, one.title, one.released_at or one.closes_at) for one in session.scalars(statement)]
