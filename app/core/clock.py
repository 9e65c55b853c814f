"""The only place that asks what time it is; everything else is told."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Something that knows the present moment."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class SetClock:
    """A clock that stands where it is put; for tests and rehearsals."""

    at: datetime

    def now(self) -> datetime:
        """The moment it was last put to."""
        return self.at

    def forward(self, **delta: float) -> None:
        """Move on by a timedelta given in keywords."""
        self.at += timedelta(**delta)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an aware moment in the site's zone."""
    return moment.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """The first moment after a local day, in UTC: a validity inclusive of `day` ends here."""
    return day_start(day + timedelta(days=1), zone)
