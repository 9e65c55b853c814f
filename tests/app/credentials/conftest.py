"""Officers with a photo, a face in the register and passed papers; an agency with territory and powers."""

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from app.credentials import service
from tests.conftest import START

TODAY = date(2026, 3, 2)
PASSWORD = "Quiet-Harbour-77"
serial = count(1)


def picture(colour: int = 120) -> bytes:
    """A small plain photo."""
    buffer = io.BytesIO()
    Image.new("RGB", (70, 90), (colour, 130, 140)).save(buffer, "PNG")
    return buffer.getvalue()


def add_photo(session: Session, person_id: int, content: bytes | None = None) -> str:
    """Give a person a photo; returns its digest."""
    from app.registry.models import PersonPhoto

    content = content or picture()
    sha256 = hashlib.sha256(content).hexdigest()
    session.add(
        PersonPhoto(
            person_id=person_id, content=content, media_type="image/png", sha256=sha256, recorded_at=START,
            recorded_by="test",
        )
    )  # fmt: skip
    session.flush()
    return sha256


def add_powers(session: Session, unit_id: int, items: tuple[str, ...] = ("HOU-1", "ENV-3")) -> None:
    """Let an agency hold these power items."""
    from app.registry.models import AgencyPower

    for item in items:
        session.add(
            AgencyPower(
                unit_id=unit_id, item_code=item, status="HELD", published_on=None, valid_from=date(2017, 1, 1),
                valid_to=None, recorded_at=START, recorded_by="test",
            )
        )  # fmt: skip
    session.flush()


def add_sitting(session: Session, unit_id: int, paper: str, day: date, author: str = "tan") -> int:
    """A released formal sitting of a paper whose specification the author wrote; returns its id."""
    from app.exams.models import ExamSpecification, ExamSpecificationVersion, Sitting

    number = next(serial)
    opens = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    head = ExamSpecification(
        code=f"SPEC-{number}", unit_id=unit_id, paper=paper, kind="FORMAL", version=1, created_at=opens
    )
    session.add(head)
    session.flush()
    version = ExamSpecificationVersion(
        specification_id=head.id, version=1, title=f"考试 {number}", pass_percent=None, duration_minutes=60, attempts=3,
        period_days=365, wait_days=30, shuffle_items=True, shuffle_options=True, scoring="ALL_OR_NOTHING", cells=[],
        recorded_at=opens, recorded_by=author,
    )  # fmt: skip
    session.add(version)
    session.flush()
    sitting = Sitting(
        title=f"{paper} {day}", unit_id=unit_id, specification_version_id=version.id, paper=paper, kind="FORMAL",
        opens_at=opens, closes_at=opens + timedelta(hours=2), duration_minutes=60, grace_seconds=30,
        show_explanations=True, one_at_a_time=False, open_practice=False, version=1, created_at=opens,
        created_by=author, released_at=opens + timedelta(hours=5), released_by=author,
    )  # fmt: skip
    session.add(sitting)
    session.flush()
    return sitting.id


def add_result(session: Session, sitting_id: int, person_id: int, day: date, score: int = 80) -> None:
    """A released result of somebody in a sitting, out of 100 with the pass mark at 60."""
    from app.exams.models import Attempt, ExamPaper, Result

    began = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    paper = ExamPaper(
        sitting_id=sitting_id, person_id=person_id, number=1, seed=1, places=[], digest="0", generated_at=began
    )
    session.add(paper)
    session.flush()
    attempt = Attempt(
        paper_id=paper.id, sitting_id=sitting_id, person_id=person_id, started_at=began, sat_on=day,
        deadline_at=began + timedelta(hours=1), accepts_until=began + timedelta(hours=1), places=0, device_token="d",
        submitted_at=began + timedelta(minutes=50), closed_by="SELF", answered=50, receipt=f"R{next(serial)}",
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    session.add(
        Result(
            attempt_id=attempt.id, sitting_id=sitting_id, person_id=person_id, marking=1, score=Decimal(score),
            out_of=Decimal(100), pass_percent=60, pass_mark=Decimal(60), passed=score >= 60, places=[],
            recorded_at=began + timedelta(hours=5), recorded_by="test",
        )
    )  # fmt: skip
    session.flush()


@pytest.fixture
def site(application):
    """The settings of the site under test."""
    return application.config["SETTINGS"]


@pytest.fixture
def sittings(session, house) -> dict[str, int]:
    """Both papers were sat on 2026-02-20; tan wrote the specifications. The bureau holds two powers."""
    add_powers(session, house.bureau)
    day = date(2026, 2, 20)
    return {paper: add_sitting(session, house.bureau, paper, day) for paper in ("PUBLIC_LAW", "PROFESSIONAL")}


@pytest.fixture
def officer(session, people, sittings) -> Callable[..., int]:
    """Make somebody who passed both papers and has a photo; keywords go to `people`."""

    def make(code: str, name: str = "王安", *, photo: bool = True, scores: tuple[int, int] = (80, 75), **what) -> int:
        person_id = people(code, name, **what)
        for (_paper, sitting_id), score in zip(sittings.items(), scores, strict=True):
            add_result(session, sitting_id, person_id, date(2026, 2, 20), score)
        if photo:
            add_photo(session, person_id)
        return person_id

    return make


@pytest.fixture
def issue(session, site, operator, clock) -> Callable[..., service.Issued]:
    """Issue to one person by the operator's hand."""

    def give(person_id: int, **what) -> service.Issued:
        return service.issue(session, operator, [person_id], settings=site, now=clock.now(), **what)[0]

    return give


@pytest.fixture
def with_password(session, cast) -> Callable[[str], str]:
    """Give one of the cast a password; returns it."""
    from app.accounts.models import Account
    from app.accounts.passwords import hash_password

    def give(name: str) -> str:
        session.get(Account, cast[name].account_id).password_hash = hash_password(PASSWORD)
        session.flush()
        return PASSWORD

    return give


@pytest.fixture
def adopt(session) -> Callable[[str], None]:
    """Let Pingliang have adopted an overlay that holds from TODAY."""
    from app.regimes.models import RegimeAdoption, RegimeDraft

    def lay(text: str) -> None:
        draft = RegimeDraft(
            regime="pingliang", title="本市规定", text=text, writers=[], created_at=START, created_by="test",
            changed_at=START, changed_by="test",
        )  # fmt: skip
        session.add(draft)
        session.flush()
        session.add(
            RegimeAdoption(
                regime="pingliang", number=draft.id, draft_id=draft.id, title=draft.title, text=text,
                sha256=hashlib.sha256(text.encode()).hexdigest(), effective_from=TODAY, adopted_at=START,
                adopted_by="test", reason="局务会", version_before="-", counts={},
            )
        )  # fmt: skip
        session.flush()

    return lay
