"""What a class may be, which hours count, and the code shown in the room. Pure."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.core.clock import local_day
from app.core.errors import N_, Invalid


class ClassForm(StrEnum):
    """How a class is held."""

    LECTURE = "LECTURE"
    CASE_STUDY = "CASE_STUDY"
    COURT_OBSERVATION = "COURT_OBSERVATION"
    CLOSED_CAMP = "CLOSED_CAMP"
    ONLINE = "ONLINE"


class Category(StrEnum):
    """What hours are about."""

    BUSINESS = "BUSINESS"
    LAW = "LAW"
    POLITICAL = "POLITICAL"
    OTHER = "OTHER"


COUNTED = frozenset({Category.BUSINESS, Category.LAW})
"""What feeds the yearly 60 hours: business and law, on top of political and Party hours (纲要 2021–25, 三十四)."""


class Status(StrEnum):
    """Whether somebody came."""

    ATTENDED = "ATTENDED"
    ABSENT = "ABSENT"
    EXCUSED = "EXCUSED"


class Method(StrEnum):
    """How attendance was taken."""

    LIST = "LIST"
    CODE = "CODE"


class Evidence(StrEnum):
    """What proves that a task is done."""

    CLASS = "CLASS"
    EXAM = "EXAM"
    CERTIFICATE = "CERTIFICATE"
    DOCUMENT = "DOCUMENT"


INITIAL = "INITIAL"
"""The course that ends the initial training of recruits (公务员法 67; R27)."""

FORM_TITLES = {
    ClassForm.LECTURE: N_("Lecture"),
    ClassForm.CASE_STUDY: N_("Case study"),
    ClassForm.COURT_OBSERVATION: N_("Court observation"),
    ClassForm.CLOSED_CAMP: N_("Closed camp"),
    ClassForm.ONLINE: N_("Online"),
}
CATEGORY_TITLES = {
    Category.BUSINESS: N_("Business"),
    Category.LAW: N_("Law"),
    Category.POLITICAL: N_("Political theory"),
    Category.OTHER: N_("Other"),
}
STATUS_TITLES = {
    Status.ATTENDED: N_("Attended"),
    Status.ABSENT: N_("Absent"),
    Status.EXCUSED: N_("Excused"),
}
EVIDENCE_TITLES = {
    Evidence.CLASS: N_("A class attended"),
    Evidence.EXAM: N_("An examination passed"),
    Evidence.CERTIFICATE: N_("A certificate"),
    Evidence.DOCUMENT: N_("A document"),
}
TASK_TITLES = {
    "REGISTER": N_("Registration"),
    "ROTATE": N_("Rotation training"),
    "CERTIFY": N_("Certified on post"),
}
KIND_TITLES = {
    "OFFICER": N_("Enforcement officers"),
    "AUXILIARY": N_("Auxiliaries"),
    "GRID_WORKER": N_("Grid workers"),
    "SANITATION": N_("Sanitation workers"),
    "TEMPORARY": N_("Temporary staff"),
}

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_PEOPLE = 2000
MOST_DAYS = 92
MOST_CODES = 500


@dataclass(frozen=True)
class ClassDraft:
    """A class as the trainer wants it. Moments are aware; hours are by category, above 0, in tenths at the finest."""

    title: str
    form: str
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    hours: Mapping[str, Decimal]
    self_enrolment: bool = False
    course: str = ""
    programme_id: int | None = None
    task: str | None = None
    plan_id: int | None = None
    credit_year: int | None = None


@dataclass(frozen=True)
class ProgrammeDraft:
    """A programme as the trainer wants it; days are local, `deadline` inclusive."""

    code: str
    title_zh: str
    title_en: str
    starts: date
    deadline: date
    tasks: tuple[str, ...]
    kinds: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True)
class Mark:
    """What the trainer's list says of one person, and what it showed before; None is nothing."""

    person_id: int
    status: str | None
    was: str | None = None
    note: str = field(default="")


def first_and_last_day(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The local days of a class; one that ends at midnight does not touch the day that begins there."""
    return local_day(starts_at, zone), local_day(ends_at - timedelta(microseconds=1), zone)


def tenths(hours: Decimal) -> int:
    """Hours as whole tenths; raises Invalid `hours-too-fine` for anything finer."""
    value = hours * 10
    if value != value.to_integral_value():
        raise Invalid("hours-too-fine", N_("Give hours with at most one decimal, such as 1.5."), field="hours")
    return int(value)


def check_year(year: int, field_name: str) -> None:
    """Refuse days that can only be typing errors: raises Invalid `year-out-of-range`."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(
            "year-out-of-range", N_("Give a day between %(first)s and %(last)s."), field=field_name,
            first=FIRST_YEAR, last=LAST_YEAR,
        )  # fmt: skip


def check_class(draft: ClassDraft, zone: ZoneInfo) -> None:
    """Refuse a class that cannot be: raises Invalid with its code and field."""
    if draft.form not in set(ClassForm):
        raise Invalid("unknown-form", N_("Choose one of the forms of class."), field="form")
    for name in ("starts_at", "ends_at"):
        check_year(getattr(draft, name).year, name)
    if draft.ends_at <= draft.starts_at:
        raise Invalid("ends-before-starts", N_("The class must end after it begins."), field="ends_at")
    if not 1 <= draft.capacity <= MOST_PEOPLE:
        raise Invalid(
            "capacity-out-of-range",
            N_("The capacity must be from 1 to %(most)s people."),
            field="capacity",
            most=MOST_PEOPLE,
        )
    if (draft.task is None) != (draft.programme_id is None):
        raise Invalid(
            "task-without-programme", N_("Name both the programme and its task, or neither."), field="programme"
        )
    if draft.course not in ("", INITIAL):
        raise Invalid("unknown-course", N_("There is no such course."), field="course")
    _check_days(draft, zone)


def _check_days(draft: ClassDraft, zone: ZoneInfo) -> None:
    first, last = first_and_last_day(draft.starts_at, draft.ends_at, zone)
    days = (last - first).days + 1
    if days > MOST_DAYS:
        raise Invalid("class-too-long", N_("A class may last at most %(most)s days."), field="ends_at", most=MOST_DAYS)
    total = sum(draft.hours.values(), Decimal(0))
    sound = total.is_finite() and all(tenths(hours) > 0 for hours in draft.hours.values())
    if not sound or not draft.hours or set(draft.hours) - set(Category):
        raise Invalid("no-hours", N_("Give hours above 0 in at least one category."), field="hours")
    if total > 24 * days:
        raise Invalid(
            "hours-per-day", N_("%(hours)s hours do not fit: a day has 24, and the class lasts %(days)s."),
            field="hours", hours=str(total), days=days,
        )  # fmt: skip
    if draft.credit_year is not None and not last.year - 1 <= draft.credit_year <= last.year:
        raise Invalid(
            "credit-year-out-of-range",
            N_("Hours count for the year of the class, or make up the year before."),
            field="credit_year",
        )


def check_programme(draft: ProgrammeDraft, tasks: Collection[str], kinds: Collection[str]) -> None:
    """Refuse a programme that cannot be: raises Invalid with its code and field."""
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{1,39}", draft.code):
        raise Invalid("bad-code", N_("A code has 2 to 40 letters A–Z, digits and hyphens."), field="code")
    check_year(draft.starts.year, "starts")
    check_year(draft.deadline.year, "deadline")
    if draft.deadline < draft.starts:
        raise Invalid("ends-before-starts", N_("The deadline lies before the beginning."), field="deadline")
    if not draft.tasks or set(draft.tasks) - set(tasks):
        raise Invalid("no-tasks", N_("Choose at least one task."), field="tasks")
    if not draft.kinds or set(draft.kinds) - set(kinds):
        raise Invalid("no-kinds", N_("Choose at least one kind of person."), field="kinds")


def attendance_opens(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> datetime:
    """From when attendance may be taken: the beginning, or for a class of several days its end."""
    first, last = first_and_last_day(starts_at, ends_at, zone)
    return starts_at if first == last else ends_at


CODE_SECONDS = 60
CODE_TOLERANCE = 1
"""How many past minutes' codes are still taken: time to type."""
FREE_GUESSES = 5
GUESS_WINDOW = timedelta(minutes=10)


def minute_of(now: datetime) -> int:
    """The number of the minute since 1970 in UTC."""
    return int(now.astimezone(UTC).timestamp()) // CODE_SECONDS


def seconds_left(now: datetime) -> int:
    """How long the present code is still shown, 1 to 60 seconds."""
    return CODE_SECONDS - int(now.astimezone(UTC).timestamp()) % CODE_SECONDS


def room_code(secret: str, minute: int) -> str:
    """Six digits for one minute, by HMAC-SHA-256."""
    return truncated(hmac.new(secret.encode(), minute.to_bytes(8, "big"), hashlib.sha256).digest())


def truncated(digest: bytes) -> str:
    """Six digits of a digest, as RFC 4226 (5.3) takes them."""
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def code_matches(secret: str, code: str, now: datetime) -> bool:
    """Whether a code was shown in this minute or within the tolerance before it; compared in constant time."""
    minute = minute_of(now)
    found = [
        hmac.compare_digest(room_code(secret, minute - back).encode(), code.encode())
        for back in range(CODE_TOLERANCE + 1)
    ]
    return any(found)


def tidy_code(text: str) -> str:
    """The digits of what was typed: full-width digits and blanks are forgiven."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def person_codes(text: str) -> tuple[str, ...]:
    """The codes in a pasted list, once each, in order: split at blanks, commas, semicolons and enumeration commas."""
    parts = re.split(r"[\s,;、，；]+", unicodedata.normalize("NFKC", text).upper())
    return tuple(dict.fromkeys(part for part in parts if part))


def figure(hours: Decimal) -> str:
    """Hours without needless zeros: 44, 1.5."""
    text = f"{hours:.1f}"
    return text.removesuffix(".0")
