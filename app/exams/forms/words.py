"""The words for the codes of the exams, and what several forms share."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from app.bank.policy import TYPE_TITLES
from app.exams.queries import Way
from app.exams.sitting import Kind, Refusal
from question_bank.items import Level, Paper
from question_bank.scoring import ScoringPolicy

NUMBER = NumberRange(min=0, max=100000, message=_l("Give a whole number."))
NEEDED = InputRequired(_l("This is needed."))

PAPERS = {
    Paper.PUBLIC_LAW.value: _l("Public law"),
    Paper.PROFESSIONAL.value: _l("Professional law"),
    Paper.AUXILIARY.value: _l("Auxiliary staff"),
}
KINDS = {Kind.FORMAL.value: _l("Formal exam"), Kind.PRACTICE.value: _l("Practice")}
TYPES = {code: _l(title) for code, title in TYPE_TITLES.items()}
LEVELS = {
    Level.RECALL.value: _l("Recall"),
    Level.APPLICATION.value: _l("Application"),
    Level.JUDGEMENT.value: _l("Judgement"),
}
SCORING = {
    ScoringPolicy.ALL_OR_NOTHING.value: _l("All or nothing"),
    ScoringPolicy.PARTIAL.value: _l("Partial credit, wrong choices taken off"),
    ScoringPolicy.DEDUCT.value: _l("Partial credit, and wrong answers take marks away; a paper never falls below 0"),
}
WAYS = {
    Way.RANDOM.value: _l("A paper by lot for each candidate"),
    Way.PARALLEL.value: _l("Equal forms made once, dealt by seat"),
}
REFUSALS = {
    Refusal.UNKNOWN_CODE: _l("There is nobody with this code among your units."),
    Refusal.REPEATED: _l("The code is given more than once."),
    Refusal.ALREADY_ADMITTED: _l("Already admitted to this sitting."),
    Refusal.WRONG_KIND: _l("This paper is not for people of this kind."),
    Refusal.ATTEMPTS_USED: _l("All attempts that the rules allow have been used."),
    Refusal.MUST_WAIT: _l("The waiting time after the last attempt has not passed."),
    Refusal.RESULT_PENDING: _l("The result of an earlier attempt has not been released yet."),
    Refusal.ADMITTED_ELSEWHERE: _l("Already admitted to another sitting of the same paper."),
    Refusal.NOT_EMPLOYED: _l("Not employed by any agency on the day of the sitting."),
}
WORDS: dict[str, dict[Any, Any]] = {
    "paper": PAPERS, "kind": KINDS, "type": TYPES, "level": LEVELS, "scoring": SCORING, "refusal": REFUSALS,
    "way": WAYS,
}  # fmt: skip

Units = Sequence[tuple[int, str]]


def choices(words: dict[str, Any], any_word: Any = None) -> list[SelectChoice]:  # noqa: ANN401 - a lazy text
    """Codes with their words as the choices of a list; `any_word` is the first choice and means no code."""
    blank = [SelectChoice("", any_word)] if any_word is not None else []
    return [*blank, *(SelectChoice(code, word) for code, word in words.items())]


def unit_choices(units: Units) -> list[SelectChoice]:
    """Units as the choices of a list."""
    return [SelectChoice(unit_id, name) for unit_id, name in units]


def split_codes(text: str | None) -> tuple[str, ...]:
    """Codes separated by spaces, lines, commas or semicolons, Chinese ones too."""
    for mark in ",，;；、":
        text = (text or "").replace(mark, " ")
    return tuple((text or "").split())


def whole(text: str | None) -> int:
    """A whole number from a hidden field; 0 for anything else, which no stored version has."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
