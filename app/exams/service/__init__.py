"""What one can do with exams: one module for each use case."""

from app.exams.service.admissions import (
    AdmissionReport,
    NotAdmitted,
    admit_codes,
    admit_unit,
    assign_seats,
    withdraw,
)
from app.exams.service.attempts import (
    Receipt,
    Started,
    close_next_overdue,
    end_attempt,
    grant_time,
    note_event,
    outgrown,
    receipt_of,
    refresh_deadline,
    start_attempt,
    submit,
)
from app.exams.service.markers import MarkData, give_mark
from app.exams.service.marking import correct_key, mark_attempt, mark_if_possible, unmarked
from app.exams.service.papers import Generated, due_sittings, generate_papers
from app.exams.service.parallel import PrintedFile, make_forms, print_form
from app.exams.service.release import release_results
from app.exams.service.sittings import (
    RoomData,
    SittingData,
    announce,
    cancel_sitting,
    change_sitting,
    plan_sitting,
)
from app.exams.service.specifications import (
    BankCannotFill,
    DemandsClash,
    SpecificationData,
    create_specification,
    retire_specification,
    revise_specification,
)

__all__ = [
    "AdmissionReport",
    "BankCannotFill",
    "DemandsClash",
    "Generated",
    "MarkData",
    "NotAdmitted",
    "PrintedFile",
    "Receipt",
    "RoomData",
    "SittingData",
    "SpecificationData",
    "Started",
    "admit_codes",
    "admit_unit",
    "announce",
    "assign_seats",
    "cancel_sitting",
    "change_sitting",
    "close_next_overdue",
    "correct_key",
    "create_specification",
    "due_sittings",
    "end_attempt",
    "generate_papers",
    "give_mark",
    "grant_time",
    "make_forms",
    "mark_attempt",
    "mark_if_possible",
    "note_event",
    "outgrown",
    "plan_sitting",
    "print_form",
    "receipt_of",
    "refresh_deadline",
    "release_results",
    "retire_specification",
    "revise_specification",
    "start_attempt",
    "submit",
    "unmarked",
    "withdraw",
]
