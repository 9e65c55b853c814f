"""A cohort of 3,095: issued in one act, sealed by the sealing process's own sweep, stored; in seconds, per engine.

Everybody has a name and a photo of their own (JPEG, 413 × 531), the certificate carries its signed code. Issuing is
one transaction through the service, sealing the job with SEAL_WORKERS processes. Wall seconds and processor seconds
of all processes are told apart, since the machine may be shared. BENCH_COHORT sets the number.
"""

import io
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.core.permissions import system_actor
from app.credentials import jobs, service
from app.credentials.models import Certificate, IssuedDocument
from app.exams.models import Attempt, ExamPaper, Result
from app.extensions import db
from app.registry.models import (
    Area,
    Employment,
    Person,
    PersonPhoto,
    PersonProfile,
    Posting,
    Unit,
    UnitArea,
    UnitStanding,
)
from tests.app.credentials.conftest import add_powers, add_sitting
from tests.bench.eligibility_load import NOW, SINCE
from tests.live import LiveSite, database

SIZE = int(os.environ.get("BENCH_COHORT", "3095"))
FIRST = 100_000
PICTURES = 64
SAT = date(2026, 4, 20)
FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def run(seconds: float) -> dict[str, Any]:
    """The cohort on SQLite with two processes and with one, and on PostgreSQL with two where its wheel is present."""
    del seconds
    found: dict[str, Any] = {"certificates": SIZE, "sqlite_one_process": cohort("sqlite", 1)}
    return {**found, "sqlite": cohort("sqlite", 2), "postgresql": cohort("postgresql", 2)}


def cohort(kind: str, hands: int) -> dict[str, Any]:
    """Seconds to issue, and to seal and store."""
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder) / "db") as url:
        site = LiveSite(url, Path(folder), changes={"seal_workers": hands})
        site.migrate()
        with site.app.app_context():
            people = gather(db.session())
            db.session.commit()
            issued = _timed(lambda: _issue(site, people))
            sealed = _timed(lambda: jobs.seal_issued(NOW + timedelta(minutes=1)))
            stored = _stored(db.session())
            db.session.remove()
            db.engine.dispose()
    whole = issued["seconds"] + sealed["seconds"]
    return {
        "processes": hands, "issue": issued, "seal_and_store": sealed, "seconds": round(whole, 1),
        "sealed_per_second": round(SIZE / sealed["seconds"], 1), **stored,
    }  # fmt: skip


def _issue(site: LiveSite, people: list[int]) -> None:
    made = service.issue(db.session(), system_actor("bench"), people, settings=site.settings, now=NOW)
    service.open_batch(db.session(), system_actor("bench"), [one.id for one in made], "四月考试发证", NOW)
    db.session.commit()


def _timed(work: Callable[[], object]) -> dict[str, float]:
    begun, used = time.perf_counter(), _processor()
    work()
    return {"seconds": round(time.perf_counter() - begun, 1), "processor_seconds": round(_processor() - used, 1)}


def _processor() -> float:
    """Seconds of processor time of this process and of those it started and saw end."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _stored(session: Session) -> dict[str, int]:
    numbers = session.scalars(select(Certificate.number).order_by(Certificate.id)).all()
    documents = session.scalar(select(func.count(func.distinct(IssuedDocument.certificate_id)))) or 0
    size = session.scalar(select(func.avg(func.length(IssuedDocument.content)))) or 0
    serials = [int(number.split("-")[2]) for number in numbers]
    if (documents, serials) != (SIZE, list(range(1, SIZE + 1))):
        raise AssertionError(f"{documents} documents, numbers {serials[:1]} to {serials[-1:]}")
    return {"documents": documents, "mean_bytes": round(size)}


def gather(session: Session, size: int = SIZE, sat: date = SAT) -> list[int]:
    """So many officers of one bureau who passed both papers on a day and have a photo; returns their ids."""
    unit = _bureau(session)
    add_powers(session, unit)
    sittings = [add_sitting(session, unit, paper, sat) for paper in ("PUBLIC_LAW", "PROFESSIONAL")]
    ids = list(range(FIRST, FIRST + size))
    _people(session, unit, ids)
    for number, sitting in enumerate(sittings):
        _results(session, sitting, ids, FIRST * (number + 1), sat)
    return ids


def _bureau(session: Session) -> int:
    path = "/"
    for code, place in (("62", "甘肃省"), ("6208", "平凉市"), ("620802", "崆峒区")):
        path += f"{code}/"
        session.add(Area(code=code, name_zh=place, kind="COUNTY", path=path))
    one = Unit(code="KT", name_zh="崆峒区城市管理行政执法局", kind="BUREAU", is_agency=True, regime="pingliang")
    session.add(one)
    session.flush()
    one.path, one.agency_id = f"/{one.id}/", one.id
    session.add(UnitStanding(unit_id=one.id, level="COUNTY", enforces=True, authority_basis="OWN", **SINCE))
    session.add(UnitArea(unit_id=one.id, area_code="620802", **SINCE))
    session.flush()
    return one.id


def _people(session: Session, unit: int, ids: list[int]) -> None:
    names = {one: name(one - FIRST) for one in ids}
    session.execute(
        insert(Person),
        [{"id": one, "code": f"B{one}", "name": names[one], "kind": "OFFICER", "created_at": NOW} for one in ids],
    )
    kinds = {"kind": "OFFICER", "on_public_roster": True}
    session.execute(insert(PersonProfile), [{"person_id": one, "name": names[one], **kinds, **SINCE} for one in ids])
    served = {
        "agency_id": unit, "category": "CIVIL_SERVANT", "service_start": date(2018, 1, 1),
        "initial_training_done_on": date(2018, 5, 1), "probation_until": None,
    }  # fmt: skip
    session.execute(insert(Employment), [{"person_id": one, **served, **SINCE} for one in ids])
    session.execute(insert(Posting), [{"person_id": one, "unit_id": unit, "kind": "HOME", **SINCE} for one in ids])
    pictures = [portrait(index) for index in range(PICTURES)]
    session.execute(
        insert(PersonPhoto),
        [
            {
                "person_id": one, "content": pictures[one % PICTURES], "media_type": "image/jpeg",
                "sha256": f"{one % PICTURES:064x}", "recorded_at": NOW, "recorded_by": "bench",
            }
            for one in ids
        ],
    )  # fmt: skip


def _results(session: Session, sitting: int, ids: list[int], first: int, sat: date) -> None:
    began = datetime(sat.year, sat.month, sat.day, 1, tzinfo=NOW.tzinfo)
    numbered = list(enumerate(ids, first))
    paper = {"sitting_id": sitting, "number": 1, "seed": 1, "places": [], "digest": "0", "generated_at": began}
    session.execute(insert(ExamPaper), [{"id": row, "person_id": one, **paper} for row, one in numbered])
    attempt = {
        "sitting_id": sitting, "started_at": began, "sat_on": sat, "deadline_at": began + timedelta(hours=1),
        "accepts_until": began + timedelta(hours=1), "places": 0, "device_token": "d",
        "submitted_at": began + timedelta(minutes=50), "closed_by": "SELF", "answered": 50,
    }  # fmt: skip
    session.execute(
        insert(Attempt),
        [{"id": row, "paper_id": row, "person_id": one, "receipt": f"R{row}", **attempt} for row, one in numbered],
    )
    result = {
        "sitting_id": sitting, "marking": 1, "score": Decimal(80), "out_of": Decimal(100), "pass_percent": 60,
        "pass_mark": Decimal(60), "passed": True, "places": [], "recorded_at": began + timedelta(hours=5),
        "recorded_by": "bench",
    }  # fmt: skip
    session.execute(insert(Result), [{"attempt_id": row, "person_id": one, **result} for row, one in numbered])


def name(index: int) -> str:
    """One of 8,000 names."""
    return FAMILY[index % 20] + GIVEN[index // 20 % 20] + GIVEN[index // 400 % 20]


def portrait(index: int) -> bytes:
    """A photo of nobody, as a JPEG of the size that is asked for."""
    image = Image.effect_noise((413, 531), 18).convert("RGB").filter(ImageFilter.GaussianBlur(1))
    ImageDraw.Draw(image).ellipse((110 + index, 120, 300 - index, 380), fill=(220, 190 - index, 160))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


if __name__ == "__main__":
    import json

    print(json.dumps(run(0), ensure_ascii=False, indent=2))
