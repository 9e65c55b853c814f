"""From rows to facts: one person's employment, certificates, results, hours, tasks and sanctions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.credentials import queries as credentials
from app.eligibility.facts import (
    Appointment,
    CertificateFacts,
    Employment,
    Entry,
    ExamResult,
    HoursFact,
    LegalQualification,
    PersonFacts,
    QualificationFacts,
    Relation,
    ReviewFact,
    RosterPublication,
    SanctionFacts,
    StateChange,
    TaskDone,
)
from app.exams import queries as exams
from app.regimes.codes import CertificateState
from app.regimes.policy import Regime
from app.registry import queries as registry
from app.registry.codes import ESTABLISHED, Category, PersonKind, PostingKind, RelationKind, SanctionKind
from app.training import queries as training

DAY = timedelta(days=1)
Window = tuple[date, date]


@dataclass(frozen=True)
class Rows:
    """What the rooms below know about some people, keyed by person id; reviews by the certificate's."""

    book: registry.RegistryFacts
    certificates: Mapping[int, Sequence[credentials.CertificateRow]]
    reviews: Mapping[int, Sequence[credentials.ReviewRow]]
    qualifications: Mapping[int, Sequence[credentials.QualificationRow]]
    results: Mapping[int, Sequence[exams.PaperResult]]
    hours: Mapping[int, Sequence[training.HoursFactRow]]
    tasks: Mapping[int, Sequence[TaskDone]]


def person_facts(rows: Rows, person_id: int, regime: Regime, window: Window) -> PersonFacts:
    """Everything on record about one person, in the order of time."""
    book = rows.book
    subject = book.people[person_id]
    employments = book.employments.get(person_id, ())
    profiles = book.profiles.get(person_id, ())
    return PersonFacts(
        code=subject.code,
        kind=_kind(profiles, subject.kind, window),
        name=_name(profiles, subject.name, window[0]),
        employments=tuple(_employments(book, person_id, employments)),
        certificates=tuple(
            _certificate(book, one, rows.reviews.get(one.id, ())) for one in rows.certificates.get(person_id, ())
        ),
        results=tuple(
            ExamResult(
                id=f"result:{one.id}",
                recorded_at=one.released_at,
                paper=one.paper,
                score=one.score,
                sat_on=one.sat_on,
                out_of=one.out_of,
            )
            for one in reversed(rows.results.get(person_id, ()))
        ),
        qualifications=tuple(_qualifications(rows.qualifications.get(person_id, ()), regime)),
        entry=_entry(employments, window[0]),
        hours=tuple(_hours(rows.hours.get(person_id, ()))),
        tasks=tuple(rows.tasks.get(person_id, ())),
        roster=_roster(profiles, window),
        sanctions=tuple(_sanctions(book.sanctions.get(person_id, ()))),
        relations=_relations(book.relations.get(person_id, ()), window),
        appointments=tuple(_appointments(book.appointments.get(person_id, ()))),
        legal_qualifications=_legal_qualifications(profiles, window),
        first_review_on=_first_review(profiles, window),
    )


def home_unit(book: registry.RegistryFacts, person_id: int, day: date) -> int | None:
    """The unit a person serves in on a day, or served in last, or the agency that employs or employed them."""
    postings = [one for one in book.postings.get(person_id, ()) if one.kind != PostingKind.SECONDARY]
    serving = [one for one in postings if one.holds(day)]
    if serving:
        return max(serving, key=lambda one: one.id).unit_id
    employments = book.employments.get(person_id, ())
    held = [one for one in employments if one.holds(day)]
    if held:
        return max(held, key=lambda one: one.id).agency_id
    if postings:
        return postings[-1].unit_id
    return employments[-1].agency_id if employments else None


def _overlapping(profiles: Sequence[registry.ProfileFact], window: Window) -> list[registry.ProfileFact]:
    first, last = window
    return [one for one in profiles if one.valid_from <= last and (one.valid_to is None or first <= one.valid_to)]


def _kind(profiles: Sequence[registry.ProfileFact], now: str, window: Window) -> PersonKind:
    """The kind throughout the window; where it changes within, the one that may do less decides."""
    kinds = {one.kind for one in _overlapping(profiles, window)} or {now}
    if len(kinds) > 1:
        kinds.discard(PersonKind.OFFICER)
    return PersonKind(min(kinds))


def _name(profiles: Sequence[registry.ProfileFact], now: str, day: date) -> str:
    return next((one.name for one in profiles if one.holds(day)), now)


def _roster(profiles: Sequence[registry.ProfileFact], window: Window) -> tuple[RosterPublication, ...] | None:
    """The spans on the published list; unknown where the profile of any day in the window does not say."""
    shown = _overlapping(profiles, window)
    if not shown or any(one.on_public_roster is None for one in shown):
        return None
    return tuple(
        RosterPublication(id=f"roster:{one.id}", recorded_at=one.recorded_at, starts=one.valid_from, ends=one.valid_to)
        for one in profiles
        if one.on_public_roster
    )


def _legal_qualifications(
    profiles: Sequence[registry.ProfileFact], window: Window
) -> tuple[LegalQualification, ...] | None:
    """The profiles that name the qualification, each from its first day; where one of the window's does not, none."""
    shown = _overlapping(profiles, window)
    if not shown:
        return None
    if not all(one.legal_qualification for one in shown):
        return ()
    return tuple(
        LegalQualification(id=f"legal-qualification:{one.id}", recorded_at=one.recorded_at, since=one.valid_from)
        for one in profiles
        if one.legal_qualification
    )


def _first_review(profiles: Sequence[registry.ProfileFact], window: Window) -> date | None:
    """The latest day that a profile of the window gives: an earlier one could excuse what the other does not."""
    return max((one.first_review_on for one in _overlapping(profiles, window) if one.first_review_on), default=None)


def _relations(rows: Sequence[registry.RelationFact], window: Window) -> tuple[Relation, ...] | None:
    """The ties that hold on some day of the window; None where nothing was declared, not even that there is none."""
    first, last = window
    shown = [one for one in rows if one.valid_from <= last and (one.valid_to is None or first <= one.valid_to)]
    if not shown:
        return None
    return tuple(
        Relation(id=f"relation:{one.id}", recorded_at=one.recorded_at, party=one.party, kind=one.kind)
        for one in shown
        if one.kind != RelationKind.NONE_DECLARED
    )


def _appointments(rows: Sequence[registry.AppointmentFact]) -> Iterable[Appointment]:
    for one in rows:
        yield Appointment(
            id=f"appointment:{one.id}",
            recorded_at=one.recorded_at,
            role=one.role,
            starts=one.valid_from,
            ends=one.valid_to,
            number=one.card_number or None,
        )


def _employments(
    book: registry.RegistryFacts, person_id: int, employments: Sequence[registry.EmploymentFact]
) -> Iterable[Employment]:
    """Each employment, cut where home unit or dispatch change, and ended where a separation says so."""
    posted = book.postings.get(person_id, ())
    dispatches = [row for row in posted if row.kind == PostingKind.DISPATCH]
    for one in employments:
        last, reason = one.valid_to, None
        for left in book.separations.get(person_id, ()):
            concerns = left.agency_id == one.agency_id and one.valid_from < left.valid_from
            if concerns and (last is None or left.valid_from <= last + DAY):
                last, reason = left.valid_from - DAY, left.reason
        homes = [row for row in posted if _is_home(book, row, one.agency_id)]
        seen: set[str] = set()
        for first, until in _spans(one.valid_from, last, [*homes, *dispatches]):
            ended_for = reason if until == last else None
            found = _employment(book, one, (first, until), _newest(homes, first), _newest(dispatches, first), ended_for)
            yield found if found.id not in seen else replace(found, id=f"{found.id}/from:{first.isoformat()}")
            seen.add(found.id)


def _employment(
    book: registry.RegistryFacts,
    one: registry.EmploymentFact,
    days: tuple[date, date | None],
    home: registry.PostingFact | None,
    dispatch: registry.PostingFact | None,
    ended_for: str | None,
) -> Employment:
    unit = book.units.get(home.unit_id) if home else None
    agency = book.units.get(one.agency_id)
    apart = dispatch if dispatch is not home else None
    return Employment(
        id=f"employment:{one.id}"
        + (f"/posting:{home.id}" if home else "")
        + (f"/dispatch:{apart.id}" if apart else ""),
        recorded_at=max([one.recorded_at, *(row.recorded_at for row in (home, apart) if row)]),
        category=Category(one.category),
        agency=agency.code if agency else f"unit:{one.agency_id}",
        starts=days[0],
        ends=days[1],
        unit=unit.code if unit else None,
        ended_for=ended_for,
        dispatched=dispatch is not None,
    )


def _newest(postings: Sequence[registry.PostingFact], day: date) -> registry.PostingFact | None:
    return max((row for row in postings if row.holds(day)), key=lambda row: row.id, default=None)


def _is_home(book: registry.RegistryFacts, row: registry.PostingFact, agency_id: int) -> bool:
    """Whether a posting says where somebody belongs: dispatch to a town office leaves them in their bureau (RG-01)."""
    if row.kind == PostingKind.HOME:
        return True
    unit = book.units.get(row.unit_id)
    return row.kind == PostingKind.DISPATCH and unit is not None and unit.agency_id == agency_id


def _spans(
    first: date, last: date | None, postings: Sequence[registry.PostingFact]
) -> Iterable[tuple[date, date | None]]:
    edges = {first}
    for row in postings:
        edges |= {row.valid_from} | ({row.valid_to + DAY} if row.valid_to else set())
    inside = sorted(day for day in edges if first <= day and (last is None or day <= last))
    for index, day in enumerate(inside):
        yield day, inside[index + 1] - DAY if index + 1 < len(inside) else last


def _entry(employments: Sequence[registry.EmploymentFact], day: date) -> Entry | None:
    """How the person came onto the establishment: the first of the unbroken run of employments up to that day."""
    begun = [one for one in employments if one.valid_from <= day] or list(employments)[:1]
    established = [one for one in begun if one.category in ESTABLISHED] or begun
    if not established:
        return None
    run = [established[-1]]
    for one in reversed(established[:-1]):
        if one.valid_to is None or one.valid_to + DAY >= run[0].valid_from:
            run.insert(0, one)
        else:
            break
    trained = [one.initial_training_done_on for one in run if one.initial_training_done_on is not None]
    probation = [one.probation_until for one in run if one.probation_until is not None]
    begun_service = min((one.service_start for one in run if one.service_start is not None), default=None)
    return Entry(
        id=f"entry:{run[0].id}",
        recorded_at=max(one.recorded_at for one in run),
        hired_on=run[0].valid_from,
        probation_to=probation[-1] if probation else None,
        initial_training="DONE" if trained else None,
        initial_training_on=trained[-1] if trained else None,
        service_from=begun_service if begun_service != run[0].valid_from else None,
    )


def _certificate(
    book: registry.RegistryFacts, one: credentials.CertificateRow, reviews: Sequence[credentials.ReviewRow]
) -> CertificateFacts:
    agency = book.units.get(one.agency_id)
    return CertificateFacts(
        id=f"certificate:{one.id}" + (f"/certificate-period:{one.period_id}" if one.period_id else ""),
        recorded_at=one.recorded_at,
        number=one.number,
        agency=agency.code if agency else None,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        region=one.region,
        domains=one.domains,
        states=tuple(
            StateChange(
                id=f"certificate-state:{state.id}",
                recorded_at=state.recorded_at,
                state=CertificateState(state.state),
                at=state.effective_at,
                reason=state.reason,
            )
            for state in one.states
        ),
        reviews=tuple(
            ReviewFact(id=f"certificate-review:{row.id}", recorded_at=row.recorded_at, reviewed_on=row.reviewed_on)
            for row in reviews
        ),
    )


def _qualifications(rows: Sequence[credentials.QualificationRow], regime: Regime) -> Iterable[QualificationFacts]:
    """Those made under this regime or a layer it stands on."""
    layers = {regime.id, *(layer.id for layer in regime.layers)}
    for one in rows:
        if one.regime in layers:
            yield QualificationFacts(
                id=f"qualification:{one.id}",
                recorded_at=one.recorded_at,
                papers=one.papers,
                starts=one.valid_from,
                ends=one.valid_to,
            )


def _hours(rows: Sequence[training.HoursFactRow]) -> Iterable[HoursFact]:
    for one in rows:
        if one.counts:
            yield HoursFact(
                id=f"attendance:{one.id}/{one.category}",
                recorded_at=one.recorded_at,
                year=one.year,
                hours=one.hours,
                earned_on=one.earned_on,
                category=one.category,
            )


def _sanctions(rows: Sequence[registry.SanctionFact]) -> Iterable[SanctionFacts]:
    for one in rows:
        yield SanctionFacts(
            id=f"sanction:{one.id}",
            recorded_at=one.recorded_at,
            kind=one.kind,
            starts=one.valid_from,
            ends=one.valid_to,
            suspends_duties=one.kind == SanctionKind.DUTY_SUSPENSION,
        )
