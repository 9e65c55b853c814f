"""The gaps of Moodle's cloze questions, `{2:MULTICHOICE:=right~wrong#feedback}`, read and written."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape

from question_bank.faults import fault, refusal, shown
from question_bank.formats.intake import Answer, Sketch, decimal_text, fraction, letter
from question_bank.formats.markup import kept_spaces, read_markup, to_markup
from question_bank.items import GAP, Blank, Item, Option, as_number
from question_bank.items.truth import BLANK_COUNT

_OPENING = re.compile(r"\{(\d{0,3}):([A-Z_]{2,20}):", re.IGNORECASE | re.ASCII)
_INSIDE = re.compile(r"(?:\\.|[^\\}])*", re.DOTALL)
_ALTERNATIVE = re.compile(r"(?:\\.|[^\\~])+", re.DOTALL)
_HASH = re.compile(r"(?<![\\&])#")
_ESCAPED = re.compile(r"\\([}~#/\"\\={%])")
_WORTH = re.compile(r"%([^%]{0,40})%")
_TEXTS = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
_CASED = {"SHORTANSWER_C", "SAC", "MWC"}
_NUMBERS = {"NUMERICAL", "NM"}
_CHOICES = {"MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS",
            "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"}  # fmt: skip
_SPECIAL = str.maketrans({"}": "&#125;", "{": "&#123;", "~": "&#126;", "#": "&#35;", "\\": "&#92;", "=": "&#61;",
                          "%": "&#37;", "/": "&#47;", '"': "&#34;"})  # fmt: skip
_WHOLE = Decimal(100)
_ALTERNATIVES = 100  # no gap that a person can answer has more


@dataclass(frozen=True, slots=True)
class _Gap:
    """One gap as it stands in the text."""

    weight: int
    kind: str
    body: str


def read_cloze(html: str, sketch: Sketch) -> tuple[str, tuple[Blank, ...]]:
    """The text with {{1}}, {{2}} … for its gaps, and the gaps.

    Raises BankError: CLOZE_BAD, CLOZE_NONE, TYPE_UNSUPPORTED, KEY_MISSING, TOLERANCE_BAD, TOLERANCES_DIFFER,
    ANSWER_WILDCARD.
    """
    pieces: list[str] = []
    blanks: list[Blank] = []
    at = 0
    while found := _OPENING.search(html, at):
        inside = _INSIDE.match(html, found.end())
        end = inside.end() if inside else found.end()
        if html[end : end + 1] != "}":
            raise refusal("CLOZE_BAD", sketch.place, text=shown(html[found.start() :]))
        gap = _Gap(int(found[1] or "1"), found[2].upper(), html[found.end() : end])
        blanks.append(_blank(gap, len(blanks) + 1, sketch))
        pieces += [html[at : found.start()], f"{{{{{len(blanks)}}}}}"]
        at = end + 1
    if not blanks:
        raise refusal("CLOZE_NONE", sketch.place)
    return "".join([*pieces, html[at:]]), tuple(blanks)


def _blank(gap: _Gap, number: int, sketch: Sketch) -> Blank:
    if number > BLANK_COUNT:
        raise refusal("BLANKS_COUNT", sketch.place, count=number, limit=BLANK_COUNT)
    if gap.body.count("~") > _ALTERNATIVES:
        raise refusal("CLOZE_BAD", sketch.place, text=shown(gap.body))
    answers = [_answer(found[0], sketch) for found in _ALTERNATIVE.finditer(gap.body)]
    if gap.kind in _CHOICES:
        blank = _chosen(answers, number, sketch)
    elif gap.kind in _NUMBERS:
        blank = _measured(answers, number, sketch)
    elif gap.kind in _TEXTS:
        if gap.kind in _CASED:
            sketch.warnings.append(fault("ANSWERS_CASED", sketch.place))
        blank = _written(answers, number, sketch)
    else:
        raise refusal("TYPE_UNSUPPORTED", sketch.place, type=gap.kind)
    return replace(blank, weight=gap.weight)


def _answer(raw: str, sketch: Sketch) -> Answer:
    worth, said = Decimal(0), raw.strip()
    if said.startswith("="):
        worth, said = _WHOLE, said[1:]
    elif found := _WORTH.match(said):
        worth, said = fraction(found[1], sketch.place), said[found.end() :]
    text, *feedback = _HASH.split(said, maxsplit=1)
    return Answer(_plain(text, sketch), worth, _plain(feedback[0], sketch) if feedback else "", raw)


def _plain(text: str, sketch: Sketch) -> str:
    bare = _ESCAPED.sub(r"\1", text)
    return read_markup(bare, sketch.place).text if "<" in bare or "&" in bare else bare.strip()


def _dropped(answers: list[Answer], number: int, sketch: Sketch) -> None:
    for answer in answers:
        text = shown(answer.raw)
        sketch.warnings.append(fault("ANSWER_FEEDBACK_DROPPED", sketch.place, blank=number, text=text))


def _chosen(answers: list[Answer], number: int, sketch: Sketch) -> Blank:
    right = [index for index, answer in enumerate(answers) if answer.worth == _WHOLE]
    _dropped([a for a in answers if a.feedback or a.worth not in (0, _WHOLE)], number, sketch)
    options = tuple(Option(letter(index), answer.text) for index, answer in enumerate(answers))
    return Blank(tuple(options[index].key for index in right), options=options)


def _written(answers: list[Answer], number: int, sketch: Sketch) -> Blank:
    is_pattern = [re.search(r"(?<!\\)\*", answer.text) is not None for answer in answers]
    right = [a for a, pattern in zip(answers, is_pattern, strict=True) if a.worth == _WHOLE and not pattern]
    _dropped([answer for answer in answers if answer.feedback or answer not in right], number, sketch)
    if not right and answers and any(is_pattern):
        raise refusal("ANSWER_WILDCARD", sketch.place, text=shown(answers[is_pattern.index(True)].text))
    return Blank(tuple(dict.fromkeys(answer.text.replace("\\*", "*") for answer in right)))


def _measured(answers: list[Answer], number: int, sketch: Sketch) -> Blank:
    right = [answer for answer in answers if answer.worth == _WHOLE]
    _dropped([answer for answer in answers if answer.feedback or answer.worth != _WHOLE], number, sketch)
    pairs = [answer.text.partition(":")[::2] for answer in right]
    tolerances = {as_number(tolerance or "0") for _, tolerance in pairs}
    if None in tolerances:
        raise refusal("TOLERANCE_BAD", sketch.place, blank=number, value=shown(", ".join(said for _, said in pairs)))
    if len(tolerances) > 1:
        raise refusal("TOLERANCES_DIFFER", sketch.place, tolerances=shown(", ".join(said for _, said in pairs)))
    return Blank(tuple(said.strip() for said, _ in pairs), tolerance=tolerances.pop() if tolerances else None)


def write_cloze(item: Item) -> str:
    """The stem in HTML with its gaps."""
    pieces = GAP.split(item.stem)
    written = [to_markup(piece, block=False).replace("{", "&#123;") for piece in pieces[::2]]
    gaps = [_gap(item.blanks[int(number) - 1]) for number in pieces[1::2]]
    gaps.append("")
    return "<p>" + "".join(text + gap for text, gap in zip(written, gaps, strict=True)) + "</p>"


def _gap(blank: Blank) -> str:
    if blank.options:
        kind = "MULTICHOICE"
        said = [("=" if o.key in blank.accepted else "") + _marked(o.text) for o in blank.options]
    elif blank.tolerance is not None:
        kind = "NUMERICAL"
        said = [f"={_digits(text)}:{decimal_text(blank.tolerance)}" for text in blank.accepted]
    else:
        kind = "SHORTANSWER"
        said = ["=" + _bare(text.replace("*", "\\*")) for text in blank.accepted]
    return f"{{{blank.weight}:{kind}:{'~'.join(said)}}}"


def _bare(text: str) -> str:
    return "".join(_SPECIAL.get(ord(char)) or escape(char) for char in text)


def _marked(text: str) -> str:
    lines = (_bare(kept_spaces(line)) for line in text.split("\n"))
    return "<br/>".join(lines)


def _digits(text: str) -> str:
    found = as_number(text)
    return text if found is None else decimal_text(found)
