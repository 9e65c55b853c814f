"""Read the holidays of a year, show what they would be, and keep them for every regime of the site."""

import hashlib
import secrets
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.errors import N_, DomainError
from app.core.permissions import Actor
from app.ledger import service as ledger
from app.regimes.calendars import Run, by_year, layer_text, read, runs, unmarked
from app.regimes.faults import Fault
from app.regimes.loader import source_of


@dataclass(frozen=True, slots=True)
class CalendarPlan:
    """What a file would become: runs of days off by year with the layer's text, entries left out, and faults."""

    years: tuple[tuple[int, tuple[Run, ...], str], ...]
    left_out: tuple[str, ...]
    faults: tuple[Fault, ...]


class CalendarUnusable(DomainError):
    """A calendar contains faults; nothing of it is kept."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(
            "calendar-unusable",
            N_("The calendar cannot be used: %(first)s"),
            first=f"{faults[0].at}: {faults[0].en}",
        )
        self.faults = faults


def plan_calendar(name: str, data: bytes, *, source: str = "", every_day: bool = False) -> CalendarPlan:
    """What the .ics or .csv file would add, with every fault; writes nothing.

    `source` is the announcement (document and number) for entries that name none. `every_day` counts all days of a
    run as statutory where the file marks none of them, which is the stricter reading.
    """
    reading = read(name, data, source.strip())
    found = runs(reading.days, every_day=every_day)
    faults = list(reading.faults)
    if not faults:
        faults += [
            Fault("calendar-unmarked", name, None, {"name": run.zh, "starts": run.starts.isoformat()})
            for run in unmarked(found)
        ]
    years = tuple((year, tuple(one), layer_text(year, one, name)) for year, one in by_year(found).items())
    if not faults:
        faults += [fault for year, _, text in years for fault in _layer_faults(name, year, text)]
    return CalendarPlan(years, tuple(reading.left_out), tuple(faults))


def keep_calendar(
    session: Session, actor: Actor, plan: CalendarPlan, folder: Path, *, now: datetime
) -> tuple[Path, ...]:
    """Write one `holidays-YEAR.toml` a year into the site's folder, whole or not at all, and enter it in the ledger.

    Every process takes it up at its next question; each regime's version changes with it. Raises CalendarUnusable.
    """
    if plan.faults:
        raise CalendarUnusable(plan.faults)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written: list[Path] = []
    for year, found, text in plan.years:
        path = folder / f"holidays-{year}.toml"
        before = {"sha256": _digest(path.read_bytes())} if path.exists() else None
        after = {
            "sha256": _digest(text.encode("utf-8")),
            "statutory": [day.isoformat() for run in found for day in run.statutory],
            "sources": sorted({run.source for run in found}),
        }
        ledger.record(
            session, actor, "regimes.calendar.kept", ("calendar", str(year)), now=now, before=before, after=after
        )
        _place(path, text)
        written.append(path)
    return tuple(written)


def _layer_faults(name: str, year: int, text: str) -> list[Fault]:
    _source, faults = source_of(f"holidays-{year}.toml", text, tomllib.loads(text), f"holidays-{year}")
    return [Fault(fault.code, name, None, fault.data) for fault in faults]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _place(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
