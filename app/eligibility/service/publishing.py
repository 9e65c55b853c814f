"""Publishing a roster is itself an act (R38): it is judged for the publisher, recorded, and stops at a denial."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.errors import N_, Refused, Stale
from app.core.permissions import Actor, P
from app.eligibility.decision import Decision, Outcome
from app.eligibility.judgement import evaluate
from app.eligibility.models import Roster
from app.eligibility.queries import Loaded, load_for
from app.eligibility.queries import rosters as queries
from app.eligibility.queries.coverage import Duty, RosterCheck, check_roster
from app.eligibility.queries.rosters import RosterRow, RosterState
from app.eligibility.service.keeping import Answer, keep
from app.eligibility.service.rosters import question_to_publish
from app.ledger.service import record
from app.registry import queries as registry


@dataclass(frozen=True)
class Preview:
    """What publishing would come to: the answer as it would be recorded, and the whole roster judged."""

    roster: RosterRow
    decision: Decision
    check: RosterCheck

    @property
    def denied(self) -> bool:
        """Whether it cannot be published as it stands."""
        return self.decision.outcome is Outcome.DENY or bool(self.check.having(Duty.NONE, Duty.UNKNOWN))

    @property
    def warned(self) -> bool:
        """Whether it needs a word of confirmation."""
        return self.decision.outcome is not Outcome.ALLOW or not self.check.sound


@dataclass(frozen=True)
class Publication:
    """What came of it: the recorded answer, and whether the roster is now in force."""

    answer: Answer
    published: bool


def preview(session: Session, actor: Actor, roster_id: int, *, zone: ZoneInfo, today: date, now: datetime) -> Preview:
    """Judge the publication without recording it. Raises Refused for what is no draft or has no shifts."""
    version, decision, _loaded = _judged(session, actor, roster_id, zone, today, now)
    return Preview(version, decision, check_roster(session, version, zone))


def publish(
    session: Session,
    actor: Actor,
    roster_id: int,
    *,
    edits: int,
    confirmed: bool,
    zone: ZoneInfo,
    today: date,
    now: datetime,
) -> Publication:
    """Record the decision and, where nothing denies it, put the version in force in place of the one before.

    `edits` is the state of the draft that was looked at; raises Stale when it has changed since, Refused
    `shift-denied` where somebody could not even patrol, Refused `warnings-unconfirmed` for warnings nobody confirmed.
    """
    version, decision, loaded = _judged(session, actor, roster_id, zone, today, now)
    if version.edits != edits:
        raise Stale("roster-changed", N_("The roster was changed meanwhile; look at it again before publishing."))
    if decision.outcome is Outcome.DENY:
        return Publication(keep(session, actor, decision, loaded, now), published=False)
    looked = Preview(version, decision, check_roster(session, version, zone))
    if looked.denied:
        raise Refused(
            "shift-denied", N_("Some shifts are denied even for patrol, or could not be judged; mend them first.")
        )
    if looked.warned and not confirmed:
        raise Refused("warnings-unconfirmed", N_("Read the warnings and confirm them; nothing was published."))
    answer = keep(session, actor, decision, loaded, now)
    _put_in_force(session, actor, version, answer, now)
    return Publication(answer, published=True)


def _judged(
    session: Session, actor: Actor, roster_id: int, zone: ZoneInfo, today: date, now: datetime
) -> tuple[RosterRow, Decision, Loaded]:
    version = queries.roster(session, roster_id, actor.scope(P.ROSTERS_EDIT))
    if not version.draft:
        raise Refused("roster-not-draft", N_("This version is no draft; change a published roster by a new version."))
    if not queries.shift_count(session, [version.id]).get(version.id):
        raise Refused("roster-empty", N_("There is no shift on this roster yet."))
    if actor.person_id is None:
        raise Refused(
            "publisher-no-person",
            N_("Publishing is an act of a person; your account is not tied to a person in the registry."),
        )
    publisher = registry.person_by_id(session, actor.person_id, today)
    question = question_to_publish(version, publisher.code, zone)
    loaded = load_for(session, question, [publisher.id], None)
    return version, evaluate(question, loaded.facts, loaded.regime, asked_at=now), loaded


def _put_in_force(session: Session, actor: Actor, version: RosterRow, answer: Answer, now: datetime) -> None:
    before = [one.id for one in queries.versions(session, version.series) if one.state is RosterState.PUBLISHED]
    session.execute(update(Roster).where(Roster.id.in_(before)).values(state=RosterState.REPLACED, replaced_at=now))
    session.execute(
        update(Roster)
        .where(Roster.id == version.id)
        .values(
            state=RosterState.PUBLISHED, published_at=now, published_by=actor.display_name or actor.label,
            decision_id=answer.id,
        )
    )  # fmt: skip
    record(
        session, actor, "eligibility.roster.published", ("roster", version.id), now=now, unit_id=version.unit_id,
        before={"versions": before} if before else None,
        after={"number": version.number, "decision": answer.id, "outcome": answer.decision.outcome},
    )  # fmt: skip
