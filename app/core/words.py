"""Days, moments and lists as pages write them, in the reader's language."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask_babel import gettext
from markupsafe import Markup

from app.core.clock import local_day
from app.core.http import language, today, zone

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day_text(value: date | datetime | None) -> str:
    """2026-05-01（周五） or 2026-05-01 (Fri); an em dash for none."""
    if value is None:
        return "—"
    day = local_day(value, zone()) if isinstance(value, datetime) else value
    if language() == "zh":
        return f"{day.isoformat()}（周{WEEKDAYS_ZH[day.weekday()]}）"
    return f"{day.isoformat()} ({WEEKDAYS_EN[day.weekday()]})"


def moment_text(value: datetime | None) -> str:
    """Local day and minute; an em dash for none."""
    return "—" if value is None else value.astimezone(zone()).strftime("%Y-%m-%d %H:%M")


def clock_text(value: datetime | None) -> str:
    """Local time of day to the second; an em dash for none."""
    return "—" if value is None else value.astimezone(zone()).strftime("%H:%M:%S")


def left_text(value: date | int | timedelta) -> str:
    """Days left until a day, in words: 还有 3 天."""
    days = value if isinstance(value, int) else value.days if isinstance(value, timedelta) else (value - today()).days
    if days < 0:
        return str(gettext("%(days)s days ago", days=-days))
    return str(gettext("today") if days == 0 else gettext("%(days)s days left", days=days))


def listed_text(values: Iterable[object], *, whole: bool = False) -> str:
    """Names or codes one after the other, with the reader's comma; `whole`: none is broken over two lines."""
    comma, form = "、" if language() == "zh" else ", ", Markup('<span class="who">{}</span>')
    return Markup(comma).join(map(form.format, values)) if whole else comma.join(map(str, values))  # noqa: S704


FILTERS = {"day": day_text, "moment": moment_text, "clock": clock_text, "left": left_text, "listed": listed_text}
