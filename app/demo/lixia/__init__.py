"""Lixia: one comprehensive bureau and seven retained forces, squads under two lines, thirteen social supervisors.

The report gives the eight forces and the thirteen supervisors; the number of streets, their names and the people of
each force are samples.
"""

from collections.abc import Iterable
from datetime import date, datetime
from random import Random

from sqlalchemy.orm import Session

from app.accounts.policy import Role
from app.config import Settings
from app.credentials.models import Certificate
from app.demo import Demonstration, casting
from app.demo.casting import EVERYWHERE, Part
from app.demo.classes import Lesson, attended
from app.demo.counting import count
from app.demo.entering import enter
from app.demo.figures import Drawer, Figure
from app.demo.lixia import organisation, supervisors
from app.demo.lixia.organisation import BEGAN, BUREAU, DISPATCHED_ON, DISTRICT, HAND, STREETS, force_unit, retained
from app.demo.qualifying import Papers, certify, examine, lately, write_papers
from app.demo.sittings import fill_bank
from app.demo.stage import Stage
from app.ledger.models import LedgerEntry
from app.registry import service
from app.registry.codes import PersonKind, PostingKind
from app.registry.models import Person, Posting, Unit

SEED = 20180529
"""The day of the report."""
UNASSIGNED = 379900
"""First digits of the identity numbers: the list of division codes (GB/T 2260) gives none of 3799xx to a place."""
AT_BUREAU, IN_STREET, IN_FORCE = 12, 8, 6
SENIOR = (date(2006, 3, 1), date(2016, 12, 1))
SUPERVISING = ("LX-0003", "LX-0004")
"""Enforcement supervisors (LX-17)."""
PAPERS = Papers("LX", "历下区", "区委党校")
COURT = Lesson("执法队长庭审观摩", "COURT_OBSERVATION", "区人民法院", 0, 1, {"LAW": 4})
PARTS = (
    *casting.staff(DISTRICT),
    Part("sun", "执法督导员", "supervisor", (Role.SUPERVISOR,), DISTRICT),
    Part("ou", "街道中队执法人员，各项有效", "officer of a street squad, everything in force", (Role.OFFICER,),
         DISTRICT, "LX-0013"),
    Part("soc", "行政执法社会监督员", "social supervisor", (Role.SOCIAL_SUPERVISOR,), DISTRICT, "LX-S01"),
)  # fmt: skip


def load(session: Session, settings: Settings, now: datetime) -> Demonstration:
    """Fill an empty database in the caller's transaction; the same seed gives the same people."""
    stage = Stage(session, settings, now, Random(SEED), HAND, DISTRICT, DISTRICT)  # noqa: S311 - people by chance
    drawer = Drawer(stage.chance, UNASSIGNED)
    stage.figures = list(_figures(drawer))
    names = [drawer.name() for _one in range(supervisors.CHOSEN)]
    everybody = [one.code for one in stage.figures]
    stage.note(stage.at(BEGAN, 9), lambda moment: organisation.found(stage, moment))
    stage.note(stage.at(BEGAN, 10), lambda moment: casting.admit(stage, PARTS[:-2], moment))
    stage.note(stage.at(BEGAN, 11), lambda moment: enter(stage, stage.figures, moment))
    stage.note(stage.at(BEGAN, 12), lambda moment: casting.admit(stage, PARTS[-2:-1], moment))
    stage.note(stage.at(BEGAN, 15), lambda moment: fill_bank(stage, moment))
    stage.note(stage.at(DISPATCHED_ON, 9), lambda moment: _dispatch(stage, moment))
    stage.note(stage.at(supervisors.CHOSEN_ON, 9), lambda moment: supervisors.choose(stage, names, moment))
    stage.note(stage.at(supervisors.CHOSEN_ON, 10), lambda moment: casting.admit(stage, PARTS[-1:], moment))
    stage.note(stage.at(supervisors.CHOSEN_ON, 11), lambda moment: _supervising(stage, moment))
    leaders = [f"LX-{AT_BUREAU + 1 + IN_STREET * number:04d}" for number in range(len(STREETS))]
    attended(stage, DISTRICT, date(2018, 5, 8), COURT, leaders)
    write_papers(stage, PAPERS, BEGAN)
    examine(stage, PAPERS, "首批", everybody, date(2017, 11, 10))
    certify(stage, everybody, date(2017, 12, 5))
    lately(stage, PAPERS, everybody)
    stage.play()
    where = {EVERYWHERE: ("全区", "everywhere"), DISTRICT: ("全区", "Lixia")}
    return Demonstration("lixia", _counts(session), casting.announced(stage, PARTS, where))


def _figures(drawer: Drawer) -> Iterable[Figure]:
    for index in range(1, AT_BUREAU + 1):
        unit = BUREAU if index <= 4 else f"{BUREAU}-D"
        yield drawer.officer(f"LX-{index:04d}", BUREAU, unit, SENIOR)
    for index in range(IN_STREET * len(STREETS)):
        title = "执法队长" if index % IN_STREET == 0 else "执法队员"
        yield drawer.officer(f"LX-{AT_BUREAU + 1 + index:04d}", BUREAU, f"{BUREAU}-D", SENIOR, duty_title=title)
    for force in retained():
        for index in range(1, IN_FORCE + 1):
            yield drawer.officer(f"{force}-{index:04d}", f"LX-{force}", force_unit(force, index), SENIOR)


def _dispatch(stage: Stage, moment: datetime) -> None:
    """Street squads: business by the bureau, daily management by the street, the street's first (LX-06, LX-10)."""
    today = moment.astimezone(stage.zone).date()
    for number in range(len(STREETS)):
        for index in range(IN_STREET):
            service.post(
                stage.session, stage.hand, f"LX-{AT_BUREAU + 1 + IN_STREET * number + index:04d}",
                unit=f"{BUREAU}-S{number + 1:02d}", kind="DISPATCH", business_unit=BUREAU,
                daily_unit=f"LX-J{number + 1:02d}", duty_title="派驻执法队员", valid_from=today, today=today,
                now=moment,
            )  # fmt: skip


def _supervising(stage: Stage, moment: datetime) -> None:
    today = moment.astimezone(stage.zone).date()
    for number, code in enumerate(SUPERVISING, 1):
        service.appoint(
            stage.session, stage.hand, code, role="ENFORCEMENT_SUPERVISOR", card_number=f"示例-{number:03d}",
            valid_from=today, today=today, now=moment,
        )  # fmt: skip


def _counts(session: Session) -> dict[str, int]:
    kind = Person.kind
    return {
        "units": count(session, Unit),
        "officers": count(session, Person, kind == PersonKind.OFFICER.value),
        "social_supervisors": count(session, Person, kind == PersonKind.SOCIAL_SUPERVISOR.value),
        "dispatched": count(session, Posting, Posting.kind == PostingKind.DISPATCH.value),
        "certificates": count(session, Certificate),
        "ledger_entries": count(session, LedgerEntry),
    }
