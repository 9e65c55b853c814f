"""How long an import of people takes: dry run, writing, and the same file again."""

import io
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from app import create_app
from app.config import Settings
from app.core.database import Base
from app.core.permissions import system_actor
from app.extensions import db
from app.registry import service
from app.registry.columns import PEOPLE
from app.registry.identity import Vault, check_character

ROWS = 5_000
KEY = bytes(range(32))
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AROUND_DAY = date(2026, 3, 2)


def workbook(rows: int) -> bytes:
    """A list of fictional people with headings in Chinese."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    names = ("code", "name", "kind", "id_number", "agency", "unit", "category", "hired_on", "duty_title")
    titles = {column.name: column.zh for column in PEOPLE}
    sheet.append([titles[name] for name in names])
    for n in range(rows):
        seventeen = f"620802{1970 + n % 30}0{1 + n % 9}1{n % 9}{n // 9 % 1000:03d}"
        number = seventeen + check_character(seventeen)
        sheet.append([f"B-{n:05d}", f"测试{n:05d}", "执法人员", number, "B", "B-1", "公务员", "2020-05-06", "队员"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def run(seconds: float, rows: int = ROWS) -> dict[str, Any]:
    """Import a workbook into an empty SQLite registry; returns seconds per step and counts."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            instance=Path(folder), database_url=f"sqlite:///{folder}/bench.sqlite", secret_key="b" * 40,
            identity_key=KEY, site_url="http://localhost", time_zone="Asia/Shanghai", password_profile="djbh",
            testing=True,
        )  # fmt: skip
        app = create_app(settings)
        with app.app_context():
            Base.metadata.create_all(db.engine)
            try:
                return _timed(Path(folder), rows)
            finally:
                db.session.remove()
                db.engine.dispose()


def _timed(folder: Path, rows: int) -> dict[str, Any]:
    actor, session = system_actor("bench"), db.session()
    for code, parent in (("B", ""), ("B-1", "B")):
        service.create_unit(
            session, actor, code=code, name_zh=code, kind="BUREAU", is_agency=not parent, parent_code=parent, now=NOW
        )
    session.commit()
    data = workbook(rows)
    around = service.Surroundings(folder, Vault(KEY), AROUND_DAY, NOW)
    taken: dict[str, Any] = {"rows": rows, "bytes": len(data)}
    for step, dry in (("dry_run_seconds", True), ("write_seconds", False), ("again_seconds", False)):
        begun = time.perf_counter()
        outcome = service.import_file(session, actor, "people.xlsx", data, around=around, dry_run=dry)
        session.commit()
        taken[step] = round(time.perf_counter() - begun, 2)
        taken[step.replace("_seconds", "_counts")] = {k: outcome.counts[k] for k in ("ADDED", "UNCHANGED", "REJECTED")}
    return taken


if __name__ == "__main__":
    print(run(0))
