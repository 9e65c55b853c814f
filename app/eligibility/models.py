"""Tables of the duty decisions: what was asked, what was known, what was answered. Rows are added and never changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.core.database import Base, Json
from certificates.layout import ATTESTATION, layout_of


class DecisionRecord(Base):
    """One answered question with everything that is needed to give the answer again.

    `id` is 26 characters that sort by time. `known` is every fact read, as it was. `rule_versions` maps each rule to a
    digest of its row in the catalogue and of the regime's switches. `answer` is the public answer. `unit_id` is the
    unit of the first person named.
    """

    __tablename__ = "decision_record"
    __table_args__ = (
        Index(None, "asked_at"),
        Index(None, "asked_by_account_id"),
        Index(None, "unit_id"),
        Index(None, "facts_digest"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    asked_by_name: Mapped[str] = mapped_column(default="")
    asked_by_account_id: Mapped[int | None]
    question: Mapped[dict[str, Any]]
    act: Mapped[str]
    item: Mapped[str | None]
    place: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    facts_digest: Mapped[str]
    regime: Mapped[str]
    regime_version: Mapped[str]
    rule_versions: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    known: Mapped["FactSet"] = relationship(
        primaryjoin="foreign(DecisionRecord.facts_digest) == FactSet.digest", viewonly=True, lazy="raise"
    )


class FactSet(Base):
    """All facts that one judgement read, in order, with their ids; kept once for all decisions that read the same."""

    __tablename__ = "fact_set"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    fact_ids: Mapped[list[str]] = mapped_column(Json)


class DecisionPerson(Base):
    """One person of a decision: where they served when asked about, and what the answer was for them."""

    __tablename__ = "decision_person"
    __table_args__ = (Index(None, "person_id"), Index(None, "unit_id"))

    decision_id: Mapped[str] = mapped_column(ForeignKey("decision_record.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code: Mapped[str]
    outcome: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class FactSetRecord(Base):
    """A record that a set of facts was made of; `fact_id` is as `queries.records_of` names it, such as `result:12`."""

    __tablename__ = "fact_set_record"

    fact_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("fact_set.digest"), primary_key=True)


class DecisionOverride(Base):
    """One rule's denial that an approver set aside: `decision_id` answers anew what `overridden_id` had denied."""

    __tablename__ = "decision_override"
    __table_args__ = (Index(None, "overridden_id"),)

    decision_id: Mapped[str] = mapped_column(ForeignKey("decision_record.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    overridden_id: Mapped[str] = mapped_column(ForeignKey("decision_record.id"))
    reason: Mapped[str]
    approved_at: Mapped[datetime]
    approved_by: Mapped[str]
    approved_by_account_id: Mapped[int | None]


class Attestation(Base):
    """The sealed PDF of one decision for a case file: made once, kept as it is. `seal_serial` names the seal.

    Its level and time stamp stand with the other uses of the seal, under its number. `layout` is the version of the
    layout by which it was drawn, as id-version.
    """

    __tablename__ = "attestation"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decision_record.id"), index=True)
    case_reference: Mapped[str]
    reason: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(index=True)
    seal_serial: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    issued_by_name: Mapped[str]
    layout: Mapped[str] = mapped_column(default=lambda: layout_of(ATTESTATION).key, server_default="attestation-1")


class AttestationRequest(Base):
    """An attestation asked for: the sealing process draws and seals it, and keeps it under the same number.

    `failure` says in both languages why it can never be drawn; empty while it waits and once it is sealed.
    """

    __tablename__ = "attestation_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decision_record.id"), index=True)
    case_reference: Mapped[str]
    reason: Mapped[str]
    requested_at: Mapped[datetime]
    requested_by: Mapped[str]
    requested_by_account_id: Mapped[int | None]
    requested_by_name: Mapped[str]
    failure: Mapped[str] = mapped_column(default="")


class DutySquad(Base):
    """A named squad of a unit that is put on rosters as a whole; `template` is a code of the regime, `place` its usual
    place. Once closed it is kept for the rosters that name it.
    """

    __tablename__ = "duty_squad"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    template: Mapped[str | None]
    place: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    closed_at: Mapped[datetime | None]


class DutySquadMember(Base):
    """Who belongs to a squad, in the order picked."""

    __tablename__ = "duty_squad_member"
    __table_args__ = (Index(None, "person_id"),)

    squad_id: Mapped[int] = mapped_column(ForeignKey("duty_squad.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    position: Mapped[int]


class Roster(Base):
    """One version of a unit's roster for the days `first_day` through `last_day`, both inclusive.

    `series` is the id of its first version, `number` counts the versions. `act` and `item` are what the shifts are
    judged for besides patrol; `places` must be covered round the clock. `edits` counts changes of the draft.
    """

    __tablename__ = "roster"
    __table_args__ = (Index(None, "unit_id", "first_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[int | None] = mapped_column(index=True)
    number: Mapped[int] = mapped_column(default=1)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    act: Mapped[str]
    item: Mapped[str | None]
    places: Mapped[list[str]] = mapped_column(Json)
    state: Mapped[str]
    edits: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str] = mapped_column(default="")
    replaced_at: Mapped[datetime | None]
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decision_record.id"))


class RosterShift(Base):
    """One squad's turn at one place, from `starts_at` up to `ends_at`."""

    __tablename__ = "roster_shift"
    __table_args__ = (Index(None, "roster_id", "starts_at"), Index(None, "starts_at", "ends_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("roster.id"))
    squad_id: Mapped[int | None] = mapped_column(ForeignKey("duty_squad.id"))
    squad: Mapped[str]
    place: Mapped[str] = mapped_column(ForeignKey("area.code"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class RosterShiftPerson(Base):
    """Who serves on a shift: taken from the squad when the shift is added, then changed for itself."""

    __tablename__ = "roster_shift_person"
    __table_args__ = (Index(None, "person_id"),)

    shift_id: Mapped[int] = mapped_column(ForeignKey("roster_shift.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    position: Mapped[int]


def _refuse(_mapper: Mapper[Any], _connection: object, target: object) -> None:
    raise RuntimeError(f"{type(target).__name__} is only ever added to")


for _model in (DecisionRecord, DecisionPerson, FactSet, FactSetRecord, DecisionOverride, Attestation):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)


class PersonState(Base):
    """How a person stood when last looked at: the newest answer only, to tell when it becomes another.

    `outcome` is that of their own standing, or ASSISTS for who is no officer; `reasons` are rule codes, sorted.
    `next_change_at` is when the answer differs if nothing new is recorded. `unit_id` is where they serve.
    """

    __tablename__ = "person_state"
    __table_args__ = (Index(None, "next_change_at"), Index(None, "unit_id"))

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    outcome: Mapped[str]
    reasons: Mapped[list[Any]]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    computed_at: Mapped[datetime]
    next_change_at: Mapped[datetime | None]


class StateSweep(Base):
    """How far one look at people's states has come; `kind` is EVERYONE (one a day) or DUE (the latest only).

    `after_id` is the last person done, so that a look broken off goes on where it was. `since` is up to when records
    were taken in by the look before.
    """

    __tablename__ = "state_sweep"

    kind: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    since: Mapped[datetime]
    after_id: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class Webhook(Base):
    """An address of a connected system that is told when the state of somebody in a unit changes.

    `account_id` is the system, whose own permissions bound what it is told; `owner_id` is who set it up and hears when
    a message is given up. `secret_sealed` signs the messages; it is shown once.
    """

    __tablename__ = "webhook"
    __table_args__ = (Index(None, "unit_id"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str]
    url: Mapped[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class WebhookDelivery(Base):
    """One message to one address, written with the change it tells of and sent afterwards; each event once.

    `state` is WAITING, SENT or GIVEN_UP. `moment` is when the change took effect, `rules` are the codes that speak
    afterwards.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (UniqueConstraint("webhook_id", "event_id"), Index(None, "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    event_id: Mapped[str]
    person_code: Mapped[str]
    from_outcome: Mapped[str]
    to_outcome: Mapped[str]
    rules: Mapped[list[Any]]
    moment: Mapped[datetime]
    written_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="WAITING")
    failure: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]


class Observation(Base):
    """What a social supervisor saw of an agency's officers at work (LX-13). Rows are added; `read_at` closes one."""

    __tablename__ = "observation"
    __table_args__ = (Index(None, "agency_id", "recorded_at"), Index(None, "account_id", "recorded_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    seen_at: Mapped[datetime]
    place: Mapped[str]
    certificate_number: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    read_at: Mapped[datetime | None]
    read_by: Mapped[str] = mapped_column(default="")


class WhatIf(Base):
    """A trial of a draft of local rules over everybody under them, for the days `first_day` through `last_day`.

    The draft is judged as if it had held since `since`. `cursor` is the last person id judged; it only ever moves by
    the run that found it where it was, so a part that is judged twice counts once. `tally` maps unit ids to how many
    people went from one outcome to another ("ALLOW>DENY").
    """

    __tablename__ = "what_if"
    __table_args__ = (Index(None, "state"), Index(None, "draft_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    regime: Mapped[str]
    draft_id: Mapped[int] = mapped_column(ForeignKey("regime_draft.id"))
    draft_version: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    withdraws_id: Mapped[int | None]
    since: Mapped[date]
    first_day: Mapped[date]
    last_day: Mapped[date]
    present_version: Mapped[str]
    state: Mapped[str]
    cursor: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    tally: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    finished_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(default="")


class WhatIfChange(Base):
    """One person whose outcome would change; `reasons` are those that come or go, each with rule, severity, side."""

    __tablename__ = "what_if_change"

    what_if_id: Mapped[int] = mapped_column(ForeignKey("what_if.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    before: Mapped[str]
    after: Mapped[str]
    reasons: Mapped[list[Any]]
