"""The life of a question: its statuses, which step may follow which, and how much the bank should hold. Pure."""

from enum import StrEnum

from app.core.errors import N_


class Status(StrEnum):
    """Where a version stands: written, before the reviewer, approved, taken out of use."""

    DRAFT = "DRAFT"
    REVIEW = "REVIEW"
    FINAL = "FINAL"
    RETIRED = "RETIRED"


class ImportState(StrEnum):
    """Where an import stands: read in a dry run, taken over, or given up."""

    CHECKED = "CHECKED"
    DONE = "DONE"
    DISCARDED = "DISCARDED"


class Outcome(StrEnum):
    """What an import does with one question, or says about one."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REJECTED = "REJECTED"
    NOTED = "NOTED"


WANTED_PER_CELL = 3
"""Product default: a topic is thin in a type of question when fewer final questions than this stand in it."""

KEEP_UPLOAD_DAYS = 7
"""Product default: an uploaded file that nobody takes over is removed after so many days."""

STATUS_TITLES = {
    Status.DRAFT: N_("Draft"),
    Status.REVIEW: N_("Under review"),
    Status.FINAL: N_("Final"),
    Status.RETIRED: N_("Retired"),
}
PAPER_TITLES = {
    "PUBLIC_LAW": N_("Public law"),
    "PROFESSIONAL": N_("City management law"),
    "AUXILIARY": N_("Auxiliary staff"),
}
TYPE_TITLES = {
    "SINGLE": N_("Single choice"),
    "MULTIPLE": N_("Multiple choice"),
    "TRUE_FALSE": N_("True or false"),
}
LEVEL_TITLES = {
    "RECALL": N_("Recall"),
    "APPLICATION": N_("Applying"),
    "JUDGEMENT": N_("Judging"),
}
FIELD_TITLES = {
    "type": N_("Question type"),
    "stem": N_("Question"),
    "options": N_("Options"),
    "key": N_("Right answer"),
    "explanation": N_("Explanation"),
    "topic": N_("Topic"),
    "citation": N_("Law and article"),
    "level": N_("Cognitive level"),
    "difficulty": N_("Expected share of right answers"),
    "tags": N_("Tags"),
    "overlay": N_("Only for the rules of"),
    "source_fact": N_("Source fact"),
}


def same_person(author_id: int | None, author_label: str, account_id: int | None, label: str) -> bool:
    """Whether author and reviewer are one: by account, or by name where neither has an account."""
    if author_id is None and account_id is None:
        return author_label == label
    return author_id == account_id
