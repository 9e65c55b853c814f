"""A trainers' file as a whole: its lines, its questions, its report."""

import re
from collections.abc import Iterable

from question_bank.errors import ImportReport
from question_bank.faults import Place, fault, refusal
from question_bank.formats import fields
from question_bank.formats.drafts import Defaults, Draft, Gathering
from question_bank.formats.encoding import decode
from question_bank.formats.limits import Limits
from question_bank.formats.plain_text import lines
from question_bank.formats.plain_text.lines import Line
from question_bank.formats.plain_text.question import Question
from question_bank.formats.plain_text.reader import Reader

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_WIDE_GAP = re.compile(r" {3,}")


def read(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read a text file; places carry line and question number. Raises BankError for a file unusable as a whole."""
    text, notes = decode(Place(name), data)
    gathering = Gathering(name, limits, defaults)
    gathering.warn(*notes)
    for question in questions(gathering, _LINE_END.split(text)):
        if draft := drafted(gathering, question):
            gathering.add_draft(draft)
    return gathering.report("plain_text")


def questions(gathering: Gathering, texts: Iterable[str]) -> list[Question]:
    """The questions of a document's lines; warnings go to the gathering. Raises BankError for an unusable document."""
    return Reader(gathering, _lines(gathering.file, texts, gathering.limits)).run()


def drafted(gathering: Gathering, question: Question) -> Draft | None:
    """The question as a draft; None, with a fault in the report, for a kind that cannot be delivered."""
    if question.section.handled or question.type is not None:
        return question.draft()
    gathering.reject(fault("TYPE_UNSUPPORTED", question.place, type=question.section.kind or ""))
    return None


def _lines(name: str, texts: Iterable[str], limits: Limits) -> list[Line]:
    found = []
    for number, raw in enumerate(texts, 1):
        if number > limits.lines:
            raise refusal("TOO_MANY_LINES", Place(name, number), limit=limits.lines)
        if len(raw) > limits.line_characters:
            raise refusal("LINE_TOO_LONG", Place(name, number), length=len(raw), limit=limits.line_characters)
        narrowed = fields.narrow(raw.lstrip("\ufeff") if number == 1 else raw).strip()
        plain = narrowed.replace("**", "")
        touched = plain != raw and plain != fields.narrow_spaces(raw.lstrip("\ufeff")).strip()
        found.append(Line(number, lines.bracket_last(_WIDE_GAP.sub("  ", plain)), touched))
    return found
