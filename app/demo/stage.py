"""What every part of a demonstration works with: the session, the present, chance, and a diary of what happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.config import Settings
from app.core.clock import local_day
from app.core.permissions import Actor, system_actor
from app.demo.figures import Figure

Action = Callable[[datetime], None]


@dataclass
class Stage:
    """The demonstration while it is being made. `now` is the present; the past is played through the same services.

    `label` is what the ledger writes for what no member of the cast did; `root` is the topmost unit of the locality,
    `home` the unit over which the cast works.
    """

    session: Session
    settings: Settings
    now: datetime
    chance: Random
    label: str
    root: str
    home: str
    figures: list[Figure] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    cast: dict[str, Actor] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    diary: list[tuple[datetime, int, Action]] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return self.settings.zone

    @property
    def today(self) -> date:
        """The local day of the present."""
        return local_day(self.now, self.zone)

    @property
    def hand(self) -> Actor:
        """Whoever did what nobody of the cast did."""
        return system_actor(self.label)

    def day(self, *, years: int = 0, days: int = 0) -> date:
        """A day so many years before today and so many days after that (29 February counts as the 28th)."""
        today = self.today
        past = min(today.day, 28) if today.month == 2 else today.day
        return today.replace(year=today.year - years, day=past) + timedelta(days=days)

    def workday(self, *, years: int = 0, days: int = 0) -> date:
        """As `day`, or the Friday before where that is a Saturday or Sunday."""
        found = self.day(years=years, days=days)
        return found - timedelta(days=max(found.weekday() - 4, 0))

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A local moment."""
        return datetime.combine(day, time(hour, minute), self.zone)

    def note(self, moment: datetime, action: Action) -> None:
        """Write into the diary what is to be done at a moment; what lies in the future is not done."""
        if moment <= self.now:
            self.diary.append((moment, len(self.diary), action))

    def play(self) -> None:
        """Do what the diary says, in order of time; actions may write further pages of it."""
        while self.diary:
            page = min(self.diary, key=lambda one: one[:2])
            self.diary.remove(page)
            page[2](page[0])

    def of(self, agency: str, kind: str = "OFFICER") -> list[Figure]:
        """The people of a kind whom an agency employs, in the order of their codes."""
        return [one for one in self.figures if one.agency == agency and one.kind == kind]

    def trainer(self, unit: str) -> Actor:
        """Tan where the cast works; elsewhere, and before there were accounts, trainers who have no account here."""
        return self.cast.get("tan", self.hand) if unit == self.home else self.hand
