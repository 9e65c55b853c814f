"""Eligibility checks per second on one core, in this process: facts loaded from SQLite, then with the record kept."""

import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.config import Settings
from app.core.database import Base, reading_only
from app.core.permissions import system_actor
from app.credentials.models import Certificate, Qualification
from app.eligibility import queries, service
from app.eligibility.facts import Question
from app.eligibility.judgement import evaluate
from app.factory import build
from app.regimes.codes import Act
from app.registry.models import (
    AgencyPower,
    Area,
    Employment,
    Person,
    PersonProfile,
    Posting,
    Unit,
    UnitArea,
    UnitStanding,
)

NOW = datetime(2026, 5, 6, 0, tzinfo=UTC)
PEOPLE = 200
SINCE = {"valid_from": date(2018, 1, 1), "recorded_at": datetime(2018, 1, 1, tzinfo=UTC), "recorded_by": "bench"}
PLACE = "62080201"


def run(seconds: float) -> dict[str, object]:
    """Check for about that many seconds: load and judge one person, and a squad of nine; then with the record kept."""
    from app.extensions import db

    with tempfile.TemporaryDirectory() as folder:
        app = build(_settings(Path(folder)))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            ids = bureau(db.session())
            db.session.commit()
            with reading_only():
                one = _rate(seconds / 3, lambda turn: _judge(db.session(), ids, turn, 1))
                nine = _rate(seconds / 3, lambda turn: _judge(db.session(), ids, turn, 9))
            kept = _rate(seconds / 3, lambda turn: _record(db.session(), turn))
            db.session.remove()
            db.engine.dispose()
    return {
        "loaded_single_checks_per_second": one,
        "loaded_squad_of_nine_checks_per_second": nine,
        "recorded_single_checks_per_second": kept,
        "people": PEOPLE,
    }


def _settings(folder: Path) -> Settings:
    return Settings(
        instance=folder, database_url=f"sqlite:///{folder / 'bench.sqlite'}", secret_key="b" * 40,
        identity_key=bytes(32), site_url="http://localhost", time_zone="Asia/Shanghai", password_profile="djbh",
        testing=True,
    )  # fmt: skip


def _rate(seconds: float, work: Callable[[int], None]) -> float:
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        work(count)
        count += 1
    return round(count / (time.perf_counter() - begin), 1)


def _question(turn: int, size: int) -> Question:
    codes = tuple(f"P{(turn * size + n) % PEOPLE:04}" for n in range(size))
    return Question(codes, Act.PENALTY, "HOU-2", PLACE, NOW, NOW + timedelta(hours=8))


def _judge(session: Session, ids: dict[str, int], turn: int, size: int) -> None:
    question = _question(turn, size)
    loaded = queries.load_for(session, question, [ids[code] for code in question.people], None)
    evaluate(question, loaded.facts, loaded.regime, asked_at=NOW)
    session.rollback()


def _record(session: Session, turn: int) -> None:
    service.check(session, system_actor("bench"), _question(turn, 1), today=NOW.date(), now=NOW)
    session.commit()


def bureau(session: Session) -> dict[str, int]:
    """A bureau with a power, a territory and 200 officers; returns their ids by code."""
    path = "/"
    for code in ("6208", "620802", PLACE):
        path += f"{code}/"
        session.add(Area(code=code, name_zh=code, kind="COUNTY", path=path))
    bureau = Unit(code="KT", name_zh="崆峒区执法局", kind="BUREAU", is_agency=True, regime="pingliang")
    session.add(bureau)
    session.flush()
    bureau.path, bureau.agency_id = f"/{bureau.id}/", bureau.id
    session.add(UnitStanding(unit_id=bureau.id, level="COUNTY", enforces=True, authority_basis="OWN", **SINCE))
    session.add(UnitArea(unit_id=bureau.id, area_code="620802", **SINCE))
    published = {"status": "HELD", "published_on": date(2018, 1, 1)}
    session.add(AgencyPower(unit_id=bureau.id, item_code="HOU-2", **published, **SINCE))
    return {f"P{number:04}": _officer(session, bureau.id, number) for number in range(PEOPLE)}


def _officer(session: Session, bureau: int, number: int) -> int:
    person = Person(code=f"P{number:04}", name="王安", kind="OFFICER", created_at=NOW)
    session.add(person)
    session.flush()
    who = {"person_id": person.id, **SINCE}
    papers = [{"paper": "PUBLIC_LAW"}, {"paper": "PROFESSIONAL"}]
    session.add_all(
        [
            PersonProfile(name=person.name, kind=person.kind, on_public_roster=True, **who),
            Employment(agency_id=bureau, category="CIVIL_SERVANT", **who),
            Posting(unit_id=bureau, kind="HOME", **who),
            Qualification(agency_id=bureau, regime="pingliang", papers=papers, **who),
            Certificate(
                number=f"B-{number}", check_code="c", kind="ISSUE", person_id=person.id, agency_id=bureau,
                regime="pingliang", region=["620802"], domains=["HOU"], authority_source="OWN", photo_sha256="",
                issued_on=date(2024, 1, 1), valid_from=date(2024, 1, 1), valid_to=date(2028, 12, 31), face={},
                status_index=number, recorded_at=NOW, recorded_by="bench",
            ),
        ]
    )  # fmt: skip
    return person.id


if __name__ == "__main__":
    print(json.dumps(run(6.0), indent=2))
