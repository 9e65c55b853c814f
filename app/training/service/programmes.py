"""Programmes and annual plans: make them, take them from the regime, note what is done."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.facts import supersede
from app.core.permissions import Actor, P
from app.ledger.service import Deed, record, record_all
from app.regimes.codes import Task
from app.regimes.policy import Programme as RegimeProgramme
from app.regimes.queries import effective
from app.registry import queries as registry
from app.registry.codes import PersonKind
from app.training import policy, queries
from app.training.models import AnnualPlan, Attendance, Programme, TaskDone
from app.training.policy import Evidence, ProgrammeDraft, Status
from app.training.service.loading import listed, people


def create_programme(session: Session, actor: Actor, unit_code: str, draft: ProgrammeDraft, now: datetime) -> int:
    """A programme of the trainer's own, for a unit and all below it; returns its id. Raises Invalid."""
    unit_id = _unit(session, actor, unit_code)
    policy.check_programme(draft, tuple(Task), tuple(PersonKind))
    return _add(session, actor, unit_id, draft, None, now)


def adoptable(session: Session, unit_id: int) -> list[RegimeProgramme]:
    """The programmes of the regime that governs a unit, which that unit has not yet taken."""
    regime = registry.regime_of(session, unit_id)
    taken = set(session.scalars(select(Programme.code).where(Programme.unit_id == unit_id)))
    return [one for one in effective(session, regime).programmes if one.code not in taken] if regime else []


def adopt_programme(session: Session, actor: Actor, unit_code: str, programme_code: str, now: datetime) -> int:
    """Take a programme from the regime for a unit and all below it; returns its id. Raises Invalid."""
    unit_id = _unit(session, actor, unit_code)
    found = next((one for one in adoptable(session, unit_id) if one.code == programme_code), None)
    if found is None:
        raise Invalid(
            "unknown-programme",
            N_("The rules of this place have no such programme, or the unit has taken it already."),
            field="programme",
        )
    draft = ProgrammeDraft(
        found.code, found.title.zh, found.title.en, found.starts, found.deadline,
        tuple(task.value for task in found.tasks), (PersonKind.OFFICER.value,), found.source,
    )  # fmt: skip
    return _add(session, actor, unit_id, draft, registry.regime_of(session, unit_id), now)


def _unit(session: Session, actor: Actor, unit_code: str) -> int:
    try:
        return registry.unit_by_code(session, unit_code, actor.scope(P.TRAINING_MANAGE)).id
    except NotFound as error:
        raise Invalid("unknown-unit", N_("Choose a unit whose training you manage."), field="unit") from error


def _add(session: Session, actor: Actor, unit_id: int, draft: ProgrammeDraft, regime: str | None, now: datetime) -> int:
    held = select(Programme.id).where(Programme.code == draft.code, Programme.unit_id == unit_id)
    if session.scalar(held) is not None:
        raise Refused("code-taken", N_("This unit has a programme with this code already."), field="code")
    row = Programme(
        code=draft.code, title_zh=draft.title_zh, title_en=draft.title_en, unit_id=unit_id, starts=draft.starts,
        deadline=draft.deadline, tasks=list(draft.tasks), kinds=list(draft.kinds), regime=regime, source=draft.source,
        created_at=now, created_by=actor.label,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, actor, "training.programme.created", ("programme", row.id), now=now, unit_id=unit_id,
        after={**vars(draft), "regime": regime},
    )  # fmt: skip
    return row.id


def move_deadline(
    session: Session, actor: Actor, programme_id: int, deadline: date, reason: str, *, version: int, now: datetime
) -> None:
    """Give a programme another deadline; those who lack something are reminded anew. Raises Invalid, Stale."""
    row = session.scalar(select(Programme).where(Programme.id == programme_id).with_for_update())
    if row is None or not registry.in_scope(session, actor.scope(P.TRAINING_MANAGE), row.unit_id):
        raise NotFound
    if row.version != version:
        raise Stale("stale-form", N_("Somebody changed this since you opened it. Please look again."))
    if row.regime is not None:
        raise Refused("deadline-of-the-rules", N_("The rules of the place set this deadline."), field="deadline")
    policy.check_year(deadline.year, "deadline")
    if deadline < row.starts:
        raise Invalid("ends-before-starts", N_("The deadline lies before the beginning."), field="deadline")
    if not reason:
        raise Invalid("reason-needed", N_("State the reason; it is kept in the ledger."), field="reason")
    before = row.deadline
    row.deadline, row.version = deadline, row.version + 1
    record(
        session, actor, "training.programme.moved", ("programme", row.id), now=now, unit_id=row.unit_id,
        before={"deadline": before}, after={"deadline": deadline}, reason=reason,
    )  # fmt: skip


def mark_done(
    session: Session, actor: Actor, programme_id: int, codes: Sequence[str], task: str, done_on: date,
    evidence_kind: str, evidence: str, *, today: date, now: datetime,
) -> int:  # fmt: skip
    """Note for each of these people that a task is done, with what proves it; returns how many. Raises Invalid."""
    programme = queries.programme_by_id(session, programme_id, actor.scope(P.TRAINING_MANAGE))
    _check_done(programme, task, done_on, evidence_kind, evidence, today)
    found = people(session, actor, codes, today)
    ids = [person.id for person in found]
    inside = queries.included(session, [programme], ids)
    outside = [person.code for person in found if not inside[person.id]]
    if outside:
        raise Invalid(
            "not-included", N_("The programme does not include: %(codes)s."), field="codes", codes=listed(outside)
        )
    if evidence_kind == Evidence.CLASS:
        _check_attended(session, {person.id: person.code for person in found}, evidence)
    twice = _standing(session, programme_id, ids, task)
    if twice:
        already = [person.code for person in found if person.id in twice]
        raise Refused(
            "already-done",
            N_("The task is noted as done already for: %(codes)s."),
            field="codes",
            codes=listed(already),
        )
    for person_id in ids:
        note_task(session, actor, programme_id, person_id, task, done_on, evidence_kind, evidence, now=now)
    return len(ids)


def _check_done(
    programme: queries.ProgrammeRow, task: str, done_on: date, evidence_kind: str, evidence: str, today: date
) -> None:
    if task not in programme.tasks:
        raise Invalid("unknown-task", N_("The programme has no such task."), field="task")
    policy.check_year(done_on.year, "done_on")
    if done_on > today:
        raise Invalid("day-to-come", N_("This day has not come yet."), field="done_on")
    if evidence_kind not in set(Evidence):
        raise Invalid("unknown-evidence", N_("Choose what proves it."), field="evidence_kind")
    if not evidence:
        raise Invalid("evidence-needed", N_("Name the class, examination, certificate or document."), field="evidence")


def _check_attended(session: Session, codes: dict[int, str], evidence: str) -> None:
    came: set[int] = set()
    if evidence.isascii() and evidence.isdigit() and len(evidence) < 10:
        statement = select(Attendance.person_id).where(
            Attendance.class_id == int(evidence), Attendance.person_id.in_(list(codes)),
            Attendance.status == Status.ATTENDED.value, Attendance.superseded_at.is_(None),
        )  # fmt: skip
        came = set(session.scalars(statement))
    missing = [code for person_id, code in codes.items() if person_id not in came]
    if missing:
        raise Invalid(
            "not-attended", N_("No attendance at class number %(number)s is recorded for: %(codes)s."),
            field="evidence", number=evidence[:20], codes=listed(missing),
        )  # fmt: skip


def _standing(session: Session, programme_id: int, person_ids: Sequence[int], task: str) -> set[int]:
    return set(
        session.scalars(
            select(TaskDone.person_id).where(
                TaskDone.programme_id == programme_id, TaskDone.task == task, TaskDone.person_id.in_(person_ids),
                TaskDone.superseded_at.is_(None),
            )
        )
    )  # fmt: skip


def note_task(
    session: Session, actor: Actor, programme_id: int, person_id: int, task: str, done_on: date, evidence_kind: str,
    evidence: str, *, now: datetime,
) -> bool:  # fmt: skip
    """Note that a person finished a task, unless it is noted already; False then. For rooms above and for classes."""
    if _standing(session, programme_id, [person_id], task):
        return False
    row = TaskDone(
        programme_id=programme_id, person_id=person_id, task=task, valid_from=done_on, recorded_at=now,
        recorded_by=actor.label, evidence_kind=evidence_kind, evidence=evidence,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, actor, "training.task.done", ("person", person_id), now=now,
        after={"programme": programme_id, "task": task, "done_on": done_on, "evidence": f"{evidence_kind}:{evidence}"},
    )  # fmt: skip
    return True


def note_evidence(
    session: Session, actor: Actor, person_id: int, task: str, done_on: date, evidence_kind: str, evidence: str,
    *, now: datetime,
) -> int:  # fmt: skip
    """Note a task as done in every programme that includes the person and asks for it: a certificate was issued, say.

    Returns in how many programmes it was newly noted.
    """
    rows = queries.programme_tasks(session, [person_id])[person_id]
    wanted = [row.programme_id for row in rows if row.kind == task and row.done_on is None]
    return sum(
        note_task(session, actor, programme_id, person_id, task, done_on, evidence_kind, evidence, now=now)
        for programme_id in wanted
    )


def take_back(session: Session, actor: Actor, task_id: int, reason: str, *, today: date, now: datetime) -> int:
    """Correct a task noted wrongly: it counts as not done; returns the programme's id. Raises Invalid, Stale."""
    fact = session.scalar(select(TaskDone).where(TaskDone.id == task_id).with_for_update())
    if fact is None:
        raise NotFound
    registry.person_by_id(session, fact.person_id, today, actor.scope(P.TRAINING_MANAGE))
    if fact.superseded_at is not None:
        raise Stale("stale-form", N_("Somebody changed this since you opened it. Please look again."))
    if not reason:
        raise Invalid("reason-needed", N_("State the reason; it is kept in the ledger."), field="reason")
    supersede(session, fact, now)
    record(
        session, actor, "training.task.taken-back", ("person", fact.person_id), now=now, reason=reason,
        before={"programme": fact.programme_id, "task": fact.task, "done_on": fact.valid_from,
                "evidence": f"{fact.evidence_kind}:{fact.evidence}"},
    )  # fmt: skip
    return fact.programme_id


def drop_class_evidence(session: Session, actor: Actor, class_id: int, person_id: int, *, now: datetime) -> None:
    """A person's attendance was taken back: so are the tasks that rested on it."""
    facts = session.scalars(
        select(TaskDone).where(
            TaskDone.person_id == person_id, TaskDone.evidence_kind == Evidence.CLASS.value,
            TaskDone.evidence == str(class_id), TaskDone.superseded_at.is_(None),
        )
    ).all()  # fmt: skip
    for fact in facts:
        supersede(session, fact, now)
    if facts:
        told = [{"programme": fact.programme_id, "task": fact.task} for fact in facts]
        deeds = [Deed("training.task.taken-back", ("person", person_id), before=one) for one in told]
        record_all(session, actor, deeds, now=now)


def create_plan(
    session: Session, actor: Actor, unit_code: str, year: int, title: str, deadline: date, now: datetime
) -> int:
    """The year's course for new hires of a unit and all below it (PL-04); returns its id. Raises Invalid, Refused."""
    unit_id = _unit(session, actor, unit_code)
    if deadline.year != year:
        raise Invalid("deadline-outside-year", N_("The deadline must lie in the year of the plan."), field="deadline")
    held = select(AnnualPlan.id).where(AnnualPlan.unit_id == unit_id, AnnualPlan.year == year)
    if session.scalar(held) is not None:
        raise Refused("plan-exists", N_("This unit has a plan for that year already."), field="year")
    row = AnnualPlan(unit_id=unit_id, year=year, title=title, deadline=deadline, created_at=now, created_by=actor.label)
    session.add(row)
    session.flush()
    record(
        session, actor, "training.plan.created", ("training-plan", row.id), now=now, unit_id=unit_id,
        after={"year": year, "title": title, "deadline": deadline},
    )  # fmt: skip
    return row.id
