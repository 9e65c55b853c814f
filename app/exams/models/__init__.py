"""Tables of the exams. Papers and answers are only ever added; a result is superseded, never changed."""

from app.exams.models.figures import SittingFigures, SittingItemFigures
from app.exams.models.marks import Marks
from app.exams.models.panels import PanelJudge, PanelRating, PassMarkChoice, StandardPanel
from app.exams.models.papers import AnswerJournal, Attempt, AttemptEvent, ExamAssembly, ExamForm, ExamPaper
from app.exams.models.results import KeyCorrection, Marking, MarkingTask, Result
from app.exams.models.sittings import (
    Admission,
    ExamSpecification,
    ExamSpecificationVersion,
    Invigilator,
    Sitting,
    SittingRoom,
)

__all__ = [
    "Admission",
    "AnswerJournal",
    "Attempt",
    "AttemptEvent",
    "ExamAssembly",
    "ExamForm",
    "ExamPaper",
    "ExamSpecification",
    "ExamSpecificationVersion",
    "Invigilator",
    "KeyCorrection",
    "Marking",
    "MarkingTask",
    "Marks",
    "PanelJudge",
    "PanelRating",
    "PassMarkChoice",
    "Result",
    "Sitting",
    "SittingFigures",
    "SittingItemFigures",
    "SittingRoom",
    "StandardPanel",
]
