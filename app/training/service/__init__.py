"""What can be done in training: every change writes the ledger in the same transaction."""

from app.training.service.attendance import enter_code, shown_code, take_attendance
from app.training.service.classes import cancel_class, change_class, create_class
from app.training.service.enrolment import enrol_people, enrol_self, enrol_unit, withdraw, withdraw_self
from app.training.service.programmes import (
    adopt_programme,
    adoptable,
    create_plan,
    create_programme,
    mark_done,
    move_deadline,
    note_evidence,
    note_task,
    take_back,
)  # fmt: skip
from app.training.service.reminders import due_today, read_notice, remind, remind_some

__all__ = [
    "adopt_programme", "adoptable", "cancel_class", "change_class", "create_class", "create_plan", "create_programme",
    "due_today", "enrol_people", "enrol_self", "enrol_unit", "enter_code", "mark_done", "move_deadline",
    "note_evidence", "note_task", "read_notice", "remind", "remind_some", "shown_code", "take_attendance",
    "take_back", "withdraw", "withdraw_self",
]  # fmt: skip
