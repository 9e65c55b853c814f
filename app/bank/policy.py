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


class StatuteState(StrEnum):
    """Where an edition of a law stands: in the index of the package, read, adopted, given up, taken back."""

    BUNDLED = "BUNDLED"
    PROPOSED = "PROPOSED"
    ADOPTED = "ADOPTED"
    DROPPED = "DROPPED"
    WITHDRAWN = "WITHDRAWN"


class Effect(StrEnum):
    """What a new edition does to what a question cites; UNCLEAR where that cannot be told from the texts."""

    SAME = "SAME"
    CHANGED = "CHANGED"
    MOVED = "MOVED"
    GONE = "GONE"
    UNCLEAR = "UNCLEAR"


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
STATUTE_STATE_TITLES = {
    StatuteState.BUNDLED: N_("In the bundled index"),
    StatuteState.PROPOSED: N_("Read, not yet in force here"),
    StatuteState.ADOPTED: N_("Taken up"),
    StatuteState.DROPPED: N_("Given up"),
    StatuteState.WITHDRAWN: N_("Taken back"),
}
EFFECT_TITLES = {
    Effect.SAME: N_("Same words"),
    Effect.CHANGED: N_("Article changed"),
    Effect.MOVED: N_("Article moved and changed"),
    Effect.GONE: N_("Article gone"),
    Effect.UNCLEAR: N_("Cannot be told"),
}
FATE_TITLES = {
    "UNCHANGED": N_("Unchanged"),
    "CHANGED": N_("Reworded"),
    "MOVED": N_("Moved"),
    "GONE": N_("Gone"),
    "NEW": N_("New article"),
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
    "FILL": N_("Fill in the blank"),
    "NUMERIC": N_("A number"),
    "MATCHING": N_("Matching"),
    "ORDERING": N_("Putting in order"),
    "CLOZE": N_("Cloze"),
    "HOTSPOT": N_("Pointing at a picture"),
    "CASE": N_("Case with several questions"),
    "SHORT_ANSWER": N_("Short answer"),
    "CASE_ANALYSIS": N_("Case analysis"),
}
LEVEL_TITLES = {
    "RECALL": N_("Recall"),
    "APPLICATION": N_("Applying"),
    "JUDGEMENT": N_("Judging"),
}
REVIEW_TITLES = {
    "UNREVIEWED": N_("Not held against the statute"),
    "CHECKED": N_("Held against the statute by its author"),
    "REVIEWED": N_("Held against the statute by a second person"),
}
SHAPE_TITLES = {
    "RECTANGLE": N_("Rectangle: left, top, right, bottom"),
    "CIRCLE": N_("Circle: x, y, radius"),
    "POLYGON": N_("Polygon: x, y of each corner"),
}
READ_FORMATS = (
    "auto", "docx", "xlsx", "csv", "plain_text", "gift", "aiken", "moodle", "qti", "native", "mixed",
)  # fmt: skip
EXPORT_FORMATS = ("native", "gift", "moodle", "qti", "aiken", "xlsx", "csv", "docx", "pdf")


class Bulk(StrEnum):
    """An act on many questions at once."""

    SUBMIT = "SUBMIT"
    APPROVE = "APPROVE"
    RETIRE = "RETIRE"
    TAG = "TAG"
    UNTAG = "UNTAG"
    LEVEL = "LEVEL"
    TOPIC = "TOPIC"


BULK_TITLES = {
    Bulk.SUBMIT: N_("Put before the reviewer"),
    Bulk.APPROVE: N_("Approve"),
    Bulk.RETIRE: N_("Retire"),
    Bulk.TAG: N_("Add a tag"),
    Bulk.UNTAG: N_("Take a tag away"),
    Bulk.LEVEL: N_("Set the level"),
    Bulk.TOPIC: N_("Set the topic"),
}
EXCEPTION_TITLES = {
    "not-a-draft": N_("not a draft"),
    "not-under-review": N_("not under review"),
    "same-person": N_("written by yourself"),
    "edition-ended": N_("its law has a newer edition"),
    "edition-not-begun": N_("its law is not in force yet"),
    "retired-already": N_("retired already"),
    "nothing-changed": N_("nothing would change"),
    "too-many-tags": N_("it has as many tags as it may"),
    "version-moved": N_("changed since it was shown"),
    "item-unknown": N_("no such question"),
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
    "feedback": N_("Feedback"),
    "worth": N_("Worth of options"),
    "prompts": N_("To be matched"),
    "blanks": N_("Blanks"),
    "areas": N_("Areas of the picture"),
    "parts": N_("Questions of the case"),
    "rubric": N_("Rubric"),
    "model_answer": N_("Model answer"),
    "pictures": N_("Pictures"),
    "seconds": N_("Expected time in seconds"),
    "author_role": N_("Author's role"),
    "review": N_("Held against the statute"),
    "opaque": N_("Kept from another format"),
}


def same_person(author_id: int | None, author_label: str, account_id: int | None, label: str) -> bool:
    """Whether author and reviewer are one: by account, or by name where neither has an account."""
    if author_id is None and account_id is None:
        return author_label == label
    return author_id == account_id
