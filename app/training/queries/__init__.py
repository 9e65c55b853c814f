"""Read training: hours, programmes, plans, classes, notices."""

from app.training.queries.classes import (
    Attendee,
    ClassRow,
    Filter,
    OwnClass,
    attendees,
    class_by_id,
    classes,
    count_classes,
    open_classes,
    own_classes,
    waiting_for_attendance,
)  # fmt: skip
from app.training.queries.hours import HoursFactRow, HoursRow, hours, hours_facts
from app.training.queries.plans import Hire, PlanRow, lacking_course, plan_by_id, plan_hires, plans
from app.training.queries.programmes import (
    Completion,
    ProgrammeRow,
    Standing,
    TaskRow,
    UnitCompletion,
    completion,
    hired_on,
    included,
    programme_by_id,
    programme_tasks,
    programmes,
    serving_below,
)  # fmt: skip
from app.training.queries.years import (
    NoticeRow,
    YearRow,
    addresses,
    notices,
    regimes_of,
    required_hours,
    unit_years,
    year_of,
    years,
)  # fmt: skip

__all__ = [
    "Attendee", "ClassRow", "Completion", "Filter", "Hire", "HoursFactRow", "HoursRow", "NoticeRow", "OwnClass",
    "PlanRow", "ProgrammeRow", "Standing", "TaskRow", "UnitCompletion", "YearRow", "addresses", "attendees",
    "class_by_id", "classes", "completion", "count_classes", "hired_on", "hours", "hours_facts", "included",
    "lacking_course", "notices", "open_classes", "own_classes", "plan_by_id", "plan_hires", "plans",
    "programme_by_id", "programme_tasks", "programmes", "regimes_of", "required_hours", "serving_below",
    "unit_years", "waiting_for_attendance", "year_of", "years",
]  # fmt: skip
