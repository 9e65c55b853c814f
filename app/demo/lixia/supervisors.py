"""The thirteen social supervisors, chosen from four groups (LX-13); how many came from each is a sample."""

from collections.abc import Sequence
from datetime import date, datetime

from app.demo.lixia.organisation import DISTRICT
from app.demo.stage import Stage
from app.ledger.service import record
from app.registry import service
from app.registry.codes import PersonKind, PostingKind, SupervisorGroup
from app.registry.models import Person, PersonProfile, Posting

CHOSEN = 13
CHOSEN_ON = date(2018, 4, 19)
GROUPS = tuple(SupervisorGroup)


def choose(stage: Stage, names: Sequence[str], moment: datetime) -> None:
    """Enter them, belonging to the district without any employment, and note the office of each with its group.

    The lists and forms of the registry enter people together with an employment, which a social supervisor has not.
    """
    for number, name in enumerate(names):
        code = f"LX-S{number + 1:02d}"
        stage.people[code] = _enter(stage, code, name, moment)
        service.appoint(
            stage.session, stage.hand, code, role="SOCIAL_SUPERVISOR", supervisor_group=GROUPS[number % len(GROUPS)],
            card_number=f"历下监督-{number + 1:02d}(示例)", valid_from=CHOSEN_ON, today=CHOSEN_ON, now=moment,
        )  # fmt: skip


def _enter(stage: Stage, code: str, name: str, moment: datetime) -> int:
    kind, unit = PersonKind.SOCIAL_SUPERVISOR.value, stage.units[DISTRICT]
    times = {"valid_from": CHOSEN_ON, "recorded_at": moment, "recorded_by": stage.hand.label}
    person = Person(code=code, name=name, kind=kind, created_at=moment)
    stage.session.add(person)
    stage.session.flush()
    stage.session.add(PersonProfile(person_id=person.id, name=name, kind=kind, on_public_roster=None, **times))
    stage.session.add(Posting(person_id=person.id, unit_id=unit, kind=PostingKind.HOME.value, **times))
    stage.session.flush()
    told = {"code": code, "name": name, "kind": kind}
    record(
        stage.session,
        stage.hand,
        "registry.person.entered",
        ("person", person.id),
        now=moment,
        after=told,
        unit_id=unit,
    )
    return person.id
