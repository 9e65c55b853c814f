"""A draft of local rules tried over everybody under them, before anybody adopts it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from app.core.errors import N_, DomainError, Forbidden, Invalid, Refused
from app.core.permissions import Actor, P
from app.credentials.periods import last_day_of_years
from app.eligibility.decision import Decision
from app.eligibility.facts import CertificateFacts, PersonFacts
from app.eligibility.findings import Finding
from app.eligibility.intervals import DAY, midnight
from app.eligibility.judgement import AHEAD, own_standing
from app.eligibility.models import WhatIf, WhatIfChange
from app.eligibility.queries.loading import Loaded, load_people
from app.eligibility.queries.whatif import (
    UNFINISHED,
    WhatIfRow,
    count_officers,
    issued_under,
    next_what_if,
    officers_under,
    report,
    units_under,
    what_if,
)
from app.eligibility.questions import MAX_SPAN
from app.eligibility.wording import message
from app.ledger.service import record
from app.regimes import queries as regimes
from app.regimes.codes import CertificateState
from app.regimes.policy import Regime
from app.regimes.service import Adopting
from app.regimes.service import adopt as adopt_draft

TOGETHER = 500
"""People judged in one piece: what is lost at most when the process stops."""
VALIDITY = "certificate.validity_years"
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Change:
    """One person whose outcome differs under the draft."""

    person_id: int
    unit_id: int
    before: str
    after: str
    reasons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What came of some people of a run: from `cursor` (exclusive) up to `reached`; `fault` ends the run."""

    run: WhatIfRow
    reached: int
    judged: int
    tally: Mapping[str, Mapping[str, int]]
    changes: tuple[Change, ...]
    finished: bool
    fault: str = ""


def start(session: Session, actor: Actor, draft_id: int, first: date, last: date, since: date, *, now: datetime) -> int:
    """Queue a trial of a draft for the days `first` through `last`, as if it had held since `since`; returns its id.

    Raises NotFound, Refused `draft-closed`, Invalid `reversed-days`, `interval-too-long`, `since-after`, `since-early`,
    RegimeUnusable.
    """
    draft = regimes.draft(session, draft_id)
    if draft.state != "OPEN":
        raise Refused("draft-closed", N_("This draft was adopted or given up and is no longer changed."))
    _check_days(first, last, since)
    present = regimes.effective(session, draft.regime)
    regimes.proposed(session, draft.regime, regimes.Proposal(draft.title, draft.text, since, draft.withdraws_id))
    units = units_under(session, draft.regime)
    run = WhatIf(
        regime=draft.regime, draft_id=draft.id, draft_version=draft.version, title=draft.title, text=draft.text,
        withdraws_id=draft.withdraws_id, since=since, first_day=first, last_day=last, present_version=present.version,
        state="QUEUED", cursor=0, total=count_officers(session, units, first, last), done=0, tally={}, asked_at=now,
        asked_by=actor.label, finished_at=None, fault="",
    )  # fmt: skip
    session.add(run)
    session.flush()
    record(
        session, actor, "eligibility.what-if.started", ("what_if", run.id), now=now,
        after={"regime": draft.regime, "draft": draft.id, "first": first, "last": last, "since": since},
    )  # fmt: skip
    return run.id


def _check_days(first: date, last: date, since: date) -> None:
    if last < first:
        raise Invalid("reversed-days", N_("The last day lies before the first."), field="last")
    if last - first >= MAX_SPAN:
        raise Invalid(
            "interval-too-long", N_("At most %(days)s days can be asked about at once."), field="last",
            days=MAX_SPAN.days,
        )  # fmt: skip
    if since > first:
        raise Invalid("since-after", N_("The draft has to hold by the first of these days."), field="since")
    if since < EARLIEST or first > since.replace(year=since.year + 20, day=1):
        raise Invalid("since-early", N_("This day lies too far from the days asked about."), field="since")


def look(session: Session) -> Part | None:
    """Judge the next people of the oldest unfinished run; reads only. None where nothing is left to do."""
    run = next_what_if(session)
    if run is None:
        return None
    try:
        return _judged(session, run)
    except DomainError as fault:
        return Part(run, run.cursor, 0, {}, (), finished=True, fault=fault.code)


def keep(session: Session, part: Part, *, now: datetime) -> int:
    """Add what came of a part to its run; returns how many people, 0 where another process was first.

    The run's cursor decides in one statement, so that a part that is judged twice counts once.
    """
    run = part.run
    state = "FAILED" if part.fault else "DONE" if part.finished else "RUNNING"
    moved = session.execute(
        update(WhatIf)
        .where(WhatIf.id == run.id, WhatIf.cursor == run.cursor, WhatIf.state.in_(UNFINISHED))
        .values(
            cursor=part.reached,
            done=run.done + part.judged,
            state=state,
            tally=_added(run.tally, part.tally),
            finished_at=now if part.finished else None,
            fault=part.fault,
        )
    )
    if not isinstance(moved, CursorResult) or moved.rowcount != 1:
        return 0
    session.add_all(
        WhatIfChange(
            what_if_id=run.id, person_id=one.person_id, unit_id=one.unit_id, before=one.before, after=one.after,
            reasons=[dict(reason) for reason in one.reasons],
        )
        for one in part.changes
    )  # fmt: skip
    session.flush()
    return part.judged


def stop(session: Session, actor: Actor, what_if_id: int, *, now: datetime) -> None:
    """End a run before it is done; what it found so far stays. Raises NotFound and Refused `what-if-over`."""
    run = what_if(session, what_if_id)
    if not run.unfinished:
        raise Refused("what-if-over", N_("This trial run is over already."))
    session.execute(update(WhatIf).where(WhatIf.id == run.id).values(state="STOPPED", finished_at=now))
    record(session, actor, "eligibility.what-if.stopped", ("what_if", run.id), now=now)


def adopt(
    session: Session,
    actor: Actor,
    what_if_id: int,
    day: date,
    reason: str,
    password: str,
    *,
    today: date,
    now: datetime,
) -> int:
    """Adopt the draft that a finished run tried; returns the adoption's id.

    Raises Forbidden `scope-too-small` unless the actor may adopt for every unit under the rules, Refused
    `what-if-unfinished`, `what-if-outdated`, and what `regimes.service.adopt` raises.
    """
    found = report(session, what_if_id, actor.scope(P.REGIMES_ADOPT))
    run = found.run
    if not found.whole:
        raise Forbidden(
            "scope-too-small", N_("Only somebody who is responsible for every unit under these rules can adopt them.")
        )
    if run.state != "DONE":
        raise Refused("what-if-unfinished", N_("Only a draft whose trial run is finished can be adopted."))
    if regimes.effective(session, run.regime).version != run.present_version:
        raise Refused(
            "what-if-outdated", N_("The rules in force have changed since this trial run. Run it again first.")
        )
    counts = {f"{before}>{after}": number for (before, after), number in found.moves.items()}
    said = Adopting(day, reason, password, {"judged": found.judged, **counts})
    return adopt_draft(session, actor, run.draft_id, said, draft_version=run.draft_version, today=today, now=now)


def _judged(session: Session, run: WhatIfRow) -> Part:
    present = regimes.effective(session, run.regime)
    if present.version != run.present_version:
        raise Refused("rules-changed", N_("The rules in force changed while the trial run was going on."))
    proposal = regimes.Proposal(run.title, run.text, run.since, run.withdraws_id)
    draft = regimes.proposed(session, run.regime, proposal)
    units = units_under(session, run.regime)
    ids = officers_under(session, units, run.first_day, run.last_day, after=run.cursor, limit=TOGETHER)
    if not ids:
        return Part(run, run.cursor, 0, {}, (), finished=True)
    issued = issued_under(session, ids, run.regime)
    tally: dict[str, Counter[str]] = {}
    changes: list[Change] = []
    for loaded in load_people(session, ids, run.first_day, run.last_day + AHEAD, decisive=run.last_day):
        for one in _compared(loaded, run, (present, draft), issued) if loaded.regime.id == run.regime else ():
            tally.setdefault(str(one.unit_id), Counter())[f"{one.before}>{one.after}"] += 1
            if one.before != one.after:
                changes.append(one)
    return Part(run, ids[-1], len(ids), tally, tuple(changes), finished=len(ids) < TOGETHER)


def _compared(loaded: Loaded, run: WhatIfRow, rules: tuple[Regime, Regime], issued: frozenset[str]) -> Iterable[Change]:
    """Everybody's own standing under the present rules and under the draft."""
    present, draft = rules
    zone = present.time_zone
    start_at, end_at = midnight(run.first_day, zone), midnight(run.last_day + DAY, zone)
    years = _shorter(present, draft, run.first_day)
    for code, person in loaded.facts.people.items():
        home = loaded.homes[code]
        if home is None:
            continue
        facts = loaded.facts.about(person)
        cut = loaded.facts.about(_shortened(person, years, issued)) if years is not None else facts
        before = own_standing(code, facts, present, start_at, end_at)
        after = own_standing(code, cut, draft, start_at, end_at)
        yield Change(loaded.ids[code], home, before.outcome.value, after.outcome.value, tuple(_reasons(before, after)))


def _shorter(present: Regime, draft: Regime, day: date) -> int | None:
    """The draft's years of validity where they are fewer than at present."""
    now, then = present.setting(VALIDITY, day), draft.setting(VALIDITY, day)
    fewer = now is not None and then is not None and then.value < now.value
    return int(then.value) if fewer and then is not None else None


def _shortened(person: PersonFacts, years: int, issued: frozenset[str]) -> PersonFacts:
    """The person as if active certificates under these rules had been issued for fewer years.

    A supposition: what is printed on a certificate stays, and a new validity binds new certificates only.
    """
    certificates = person.certificates or ()
    cut = tuple(_cut(one, years) if one.id in issued and _active(one) else one for one in certificates)
    return person if person.certificates is None else replace(person, certificates=cut)


def _active(one: CertificateFacts) -> bool:
    return not one.states or one.states[-1].state is CertificateState.ACTIVE


def _cut(one: CertificateFacts, years: int) -> CertificateFacts:
    if one.valid_from is None or one.valid_to is None:
        return one
    return replace(one, valid_to=min(one.valid_to, last_day_of_years(one.valid_from, years)))


def _reasons(before: Decision, after: Decision) -> Iterable[Mapping[str, str]]:
    """The reasons that come with the draft and those that go."""
    old = {_named(one): one for one in before.reasons}
    new = {_named(one): one for one in after.reasons}
    for side, mine, theirs in (("NEW", new, old), ("GONE", old, new)):
        for key, finding in mine.items():
            if key not in theirs:
                words = message(finding)
                yield {
                    "side": side, "rule": finding.rule, "severity": finding.severity.value,
                    "zh": words["zh"], "en": words["en"],
                }  # fmt: skip


def _named(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.code, finding.severity.value


def _added(known: Mapping[str, Mapping[str, int]], more: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    return {unit: dict(Counter(known.get(unit, {})) + Counter(more.get(unit, {}))) for unit in {*known, *more}}
