"""Rows of every room beneath, so that the facts of a test come through the database; times are those of START."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from sqlalchemy.orm import Session

from app.credentials.models import Certificate, CertificateStateChange
from app.exams.models import Attempt, ExamPaper, ExamSpecification, ExamSpecificationVersion, Result, Sitting
from app.registry.models import AgencyPower
from app.training.models import Attendance, ClassHours, Programme, TaskDone, TrainingClass
from tests.conftest import START, House

LONG_AGO = datetime(2017, 1, 1, tzinfo=UTC)
PLACE = "62080200101"
_number = count(1)


def powers(session: Session, unit: int, items: Iterable[str], *, published: date | None = date(2017, 8, 7)) -> None:
    """The agency holds these items since 2017-08-07."""
    for item in items:
        session.add(
            AgencyPower(
                unit_id=unit, item_code=item, status="HELD", published_on=published, valid_from=date(2017, 8, 7),
                recorded_at=LONG_AGO,
            )
        )  # fmt: skip
    session.flush()


def certificate(
    session: Session, person: int, agency: int, *, first: date = date(2018, 1, 1), last: date = date(2028, 12, 31),
    domains: tuple[str, ...] = ("HOU", "TRF"), region: tuple[str, ...] = ("620802",), recorded: datetime = LONG_AGO,
) -> int:  # fmt: skip
    """A certificate as issued; returns its id."""
    row = Certificate(
        number=f"PL-{next(_number):06}", check_code="c", kind="ISSUE", person_id=person, agency_id=agency,
        regime="pingliang", region=list(region), domains=list(domains), authority_source="OWN", photo_sha256="",
        issued_on=first, valid_from=first, valid_to=last, face={}, status_index=next(_number), recorded_at=recorded,
        recorded_by="t",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def change(session: Session, certificate_id: int, state: str, at: datetime, *, recorded: datetime) -> None:
    """A change of state, recorded at its own time."""
    session.add(
        CertificateStateChange(
            certificate_id=certificate_id, action="SUSPEND", state=state, effective_at=at, reason="r",
            recorded_at=recorded, recorded_by="t",
        )
    )  # fmt: skip
    session.flush()


def sat(session: Session, unit: int, person: int, scores: dict[str, int], on: date) -> None:
    """Released results of formal papers out of 100."""
    moment = datetime(on.year, on.month, on.day, 2, tzinfo=UTC)
    for paper, score in scores.items():
        number = next(_number)
        specification = ExamSpecification(
            code=f"S{number}", unit_id=unit, paper=paper, kind="FORMAL", version=1, created_at=moment
        )
        session.add(specification)
        session.flush()
        version = ExamSpecificationVersion(
            specification_id=specification.id, version=1, title="t", pass_percent=None, duration_minutes=90, attempts=3,
            period_days=365, wait_days=30, shuffle_items=True, shuffle_options=True, scoring="ALL_OR_NOTHING", cells=[],
            recorded_at=moment, recorded_by="t",
        )  # fmt: skip
        session.add(version)
        session.flush()
        sitting = Sitting(
            title="t", unit_id=unit, specification_version_id=version.id, paper=paper, kind="FORMAL", opens_at=moment,
            closes_at=moment, duration_minutes=90, grace_seconds=30, show_explanations=False, one_at_a_time=False,
            open_practice=False, version=1, created_at=moment, created_by="t", released_at=moment, released_by="t",
        )  # fmt: skip
        session.add(sitting)
        session.flush()
        sheet = ExamPaper(
            sitting_id=sitting.id, person_id=person, number=1, seed=1, places=[], digest="", generated_at=moment
        )
        session.add(sheet)
        session.flush()
        attempt = Attempt(
            paper_id=sheet.id, sitting_id=sitting.id, person_id=person, started_at=moment, sat_on=on,
            deadline_at=moment, accepts_until=moment, places=0, device_token="d", closed_by="CANDIDATE",
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        session.add(
            Result(
                attempt_id=attempt.id, sitting_id=sitting.id, person_id=person, marking=1, score=Decimal(score),
                out_of=Decimal(100), pass_percent=60, pass_mark=Decimal(60), passed=score >= 60, places=[],
                recorded_at=moment, recorded_by="t",
            )
        )  # fmt: skip
    session.flush()


def hours(session: Session, unit: int, person: int, on: date, amount: int, *, recorded: datetime = LONG_AGO) -> None:
    """Hours of law from one class attended."""
    moment = datetime(on.year, on.month, on.day, 2, tzinfo=UTC)
    lesson = TrainingClass(
        title="t", form="LECTURE", place="p", starts_at=moment, ends_at=moment + timedelta(hours=8), last_day=on,
        capacity=50, unit_id=unit, credit_year=on.year, room_secret="s", created_at=LONG_AGO, created_by="t",
    )  # fmt: skip
    session.add(lesson)
    session.flush()
    session.add(ClassHours(class_id=lesson.id, category="LAW", tenths=amount * 10))
    session.add(
        Attendance(
            class_id=lesson.id, person_id=person, status="ATTENDED", method="LIST", valid_from=on, valid_to=on,
            recorded_at=recorded,
        )
    )  # fmt: skip
    session.flush()


def programme(session: Session, unit: int) -> int:
    """The regime's programme of 2017 as the trainers carry it."""
    row = Programme(
        code="PL-2017", title_zh="“素质提升”工程", unit_id=unit, starts=date(2017, 8, 7), deadline=date(2017, 12, 31),
        tasks=["REGISTER", "ROTATE", "CERTIFY"], kinds=["OFFICER"], regime="pingliang", source="PL-03",
        created_at=LONG_AGO, created_by="t",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


@dataclass
class Bureau:
    """The bureau of a test with its powers and programme; `officer` makes one whom every rule passes in 2026."""

    session: Session
    house: House
    people: Callable[..., int]
    programme_id: int

    def officer(
        self, code: str, *, last: date = date(2028, 12, 31), hours_2026: int = 60, hired: date = date(2015, 3, 2),
        first: date = date(2018, 1, 1), **changes: object,
    ) -> int:  # fmt: skip
        """A certified officer: papers passed in 2017, programme done, hours of 2025 and 2026; returns the id."""
        person = self.people(code, f"执法{code[-2:]}", hired=hired, initial_training=date(2015, 8, 1), **changes)
        certificate(self.session, person, self.house.bureau, last=last, first=first)
        passed = {"PUBLIC_LAW": 80, "PROFESSIONAL": 80}
        sat(self.session, self.house.bureau, person, passed, date(2017, 11, 20))
        for task in ("REGISTER", "ROTATE"):
            self.session.add(
                TaskDone(
                    programme_id=self.programme_id, person_id=person, task=task, evidence_kind="DOCUMENT",
                    evidence="e", valid_from=date(2017, 10, 1), valid_to=date(2017, 10, 1), recorded_at=LONG_AGO,
                )
            )  # fmt: skip
        hours(self.session, self.house.bureau, person, date(2025, 5, 6), 60)
        if hours_2026:
            hours(self.session, self.house.bureau, person, date(2026, 2, 2), hours_2026)
        return person

    def auxiliary(self, code: str) -> int:
        """An auxiliary in a public-welfare post."""
        return self.people(code, "协管员", kind="AUXILIARY", category="WELFARE_POST", hired=date(2024, 3, 1))

    def recruit(self, code: str) -> int:
        """S01: hired 2025-09-01, failed the public paper on 2026-02-20, no certificate."""
        person = self.people(code, "甲", hired=date(2025, 9, 1), initial_training=None)
        sat(self.session, self.house.bureau, person, {"PUBLIC_LAW": 57, "PROFESSIONAL": 71}, date(2026, 2, 20))
        return person


def bureau(session: Session, house: House, people: Callable[..., int]) -> Bureau:
    """The bureau with the items HOU-2 and TRF-2 and the programme."""
    powers(session, house.bureau, ("HOU-2", "TRF-2"))
    return Bureau(session, house, people, programme(session, house.city))


__all__ = ["LONG_AGO", "PLACE", "START", "Bureau", "bureau", "certificate", "change", "hours", "powers", "sat"]
