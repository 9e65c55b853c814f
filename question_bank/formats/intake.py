"""From what a foreign format says of a question to an item of ours, in the order of the file; parts join their case."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from question_bank.faults import BankError, Change, Fault, Place, change, fault, refusal, shown
from question_bank.formats import labels as labelling
from question_bank.formats.drafts import Gathering
from question_bank.items import LETTERS, OPEN_COUNT_TAG, Blank, Item, ItemType, Opaque, Option, fingerprint

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_NEAR = Decimal("0.01")  # 33.33333 is a third
_WHOLE = Decimal(100)
_FRACTION = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,40})?", re.ASCII)
_OF_THE_FILE = frozenset({"TOO_MANY_ITEMS", "TOO_MANY_FAULTS"})
_STRUCTURE = frozenset({"type", "key", "worth", "gap", "blank_weight", "case", "part", "title", "rubric"})


@dataclass(slots=True)
class Sketch:
    """One question as its reader understood it; the code is empty where the file gives none."""

    item: Item
    place: Place
    labels: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    opaque: list[Opaque] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a foreign file: its text, the percentage it earns, the feedback, and itself as written."""

    text: str
    worth: Decimal
    feedback: str = ""
    raw: str = ""


@dataclass(slots=True)
class _Case:
    sketch: Sketch
    count: int
    parts: list[Item] = field(default_factory=list)


class Intake:
    """Takes sketches into a gathering, under the category in force."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.topic = ""
        self.path = ""  # the categories above the topic
        self._case: _Case | None = None

    def take(self, sketch: Sketch) -> None:
        """Accept or reject one question; a case waits for its parts. Raises BankError TOO_MANY_ITEMS, _FAULTS."""
        self.gathering.forget()
        try:
            self._take(sketch)
        except BankError as error:
            if error.code in _OF_THE_FILE:
                raise
            self.refuse(error)

    def refuse(self, error: BankError) -> None:
        """Note a question that could not be read."""
        self.gathering.reject(error.fault)

    def close(self) -> None:
        """The file, or a case, is at its end."""
        waiting, self._case = self._case, None
        if waiting is None:
            return
        place, found = waiting.sketch.place, len(waiting.parts)
        if found != waiting.count:
            self.gathering.reject(fault("CASE_INCOMPLETE", place, found=found, count=waiting.count))
            return
        self._add(waiting.sketch, tuple(waiting.parts))

    def _take(self, sketch: Sketch) -> None:
        code = sketch.labels.get("part")
        waiting = self._case
        if waiting and code == waiting.sketch.item.code and len(waiting.parts) < waiting.count:
            weight = labelling.number(sketch.labels, "weight", sketch.place) if "weight" in sketch.labels else 1
            number = len(waiting.parts) + 1
            waiting.parts.append(replace(sketch.item, code=f"{code}.{number}", weight=weight, tags=()))
            self.gathering.warn(*sketch.warnings)
            return
        self.close()
        if code is not None:
            raise refusal("PART_WITHOUT_CASE", sketch.place, value=shown(code))
        if "case" in sketch.labels:
            sketch.item = replace(sketch.item, type=ItemType.CASE)
            self._case = _Case(sketch, labelling.number(sketch.labels, "case", sketch.place))
            return
        self._add(sketch)

    def _add(self, sketch: Sketch, parts: tuple[Item, ...] = ()) -> None:
        known = self._known(sketch)
        if parts:
            known["parts"] = parts
        if sketch.opaque:
            known["opaque"] = tuple(sketch.opaque)
            names = ", ".join(dict.fromkeys(one.name for one in sketch.opaque))
            sketch.changes.append(change("FOREIGN_KEPT", sketch.place, fields=shown(names)))
        code = sketch.item.code
        if code and not CODE.fullmatch(code):
            sketch.warnings.append(fault("CODE_UNUSABLE", sketch.place, value=shown(code)))
            code = ""
        if not code:
            code = f"T-{fingerprint(replace(sketch.item, parts=parts) if parts else sketch.item)[:12].upper()}"
            sketch.changes.append(change("CODE_DERIVED", sketch.place, code=code))
        self.gathering.warn(*sketch.warnings)
        self.gathering.add(replace(sketch.item, code=code, **known), sketch.place, tuple(sketch.changes))

    def _known(self, sketch: Sketch) -> dict[str, Any]:
        """Topic, paper, level, citation and the like: from labels, from the category, or by default."""
        labels, defaults = sketch.labels, self.gathering.defaults
        for name in sorted(labels.keys() - labelling.PLAIN - _STRUCTURE):
            sketch.warnings.append(fault("FIELD_UNKNOWN", sketch.place, field=shown(labelling.PREFIX + name)))
        known: dict[str, Any] = {"paper": defaults.paper, "level": defaults.level, "topic": self.topic}
        known |= labelling.stated(labels, sketch.place)
        for what in ("paper", "level"):
            if what not in labels:
                self.gathering.assume(what.upper())
        cited = known.get("citation")
        if cited and not cited.edition:
            self.gathering.assume("EDITION")
        if "paper" in labels:  # a file of our own says all it knows
            return known
        if self.path and self.path not in sketch.item.tags:
            known["tags"] = (*sketch.item.tags, self.path)
        known["topic"] = known["topic"] or (cited.law if cited else "") or defaults.topic
        if not known["topic"]:
            self.gathering.assume("TOPIC")
        return known


def letter(index: int) -> str:
    """The letter of the n-th option, from 0; beyond the alphabet a number, which no sound item has."""
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def fraction(raw: str, place: Place) -> Decimal:
    """A percentage as foreign files write it. Raises BankError FRACTION_BAD."""
    if not _FRACTION.fullmatch(raw.strip()):
        raise refusal("FRACTION_BAD", place, value=shown(raw))
    return Decimal(raw.strip())


def decimal_text(value: Decimal) -> str:
    """The number in digits, without exponent or idle zeros."""
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def choice(answers: Iterable[Answer], *, single: bool) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    """Options and key. The worth of options is stated only where it says more than the key.

    The plain patterns are one option of 100 and all others 0; n right options of 100 ÷ n each, with all wrong ones 0
    or all −100 ÷ n.
    """
    given = list(answers)
    top = max((answer.worth for answer in given), default=_WHOLE)
    right = [answer.worth == top > 0 if single else answer.worth > 0 for answer in given]
    share = _WHOLE if single else _WHOLE / max(1, sum(right))
    wrongs = {answer.worth for answer, is_right in zip(given, right, strict=True) if not is_right}
    is_plain = all(_near(a.worth, share) for a, is_right in zip(given, right, strict=True) if is_right)
    is_plain &= wrongs <= {Decimal(0)} or (not single and all(_near(worth, -share) for worth in wrongs))
    options = tuple(
        Option(letter(index), answer.text, answer.feedback, None if is_plain else answer.worth)
        for index, answer in enumerate(given)
    )
    return options, tuple(option.key for option, is_right in zip(options, right, strict=True) if is_right)


def _near(worth: Decimal, share: Decimal) -> bool:
    return abs(worth - share) <= _NEAR


def fractions(item: Item) -> list[Decimal]:
    """The percentage of each option of a choice, as a foreign format writes it."""
    if any(option.worth is not None for option in item.options):
        return [option.worth or Decimal(0) for option in item.options]
    if item.type is ItemType.SINGLE:
        return [_WHOLE if option.key in item.key else Decimal(0) for option in item.options]
    share = (_WHOLE / max(1, len(item.key))).quantize(Decimal("0.00001"))
    return [share if option.key in item.key else -share for option in item.options]


def choice_labels(item: Item, *, single: bool) -> dict[str, str]:
    """What must be said beside the percentages so that the choice reads back as it is."""
    read = choice((Answer(o.text, f) for o, f in zip(item.options, fractions(item), strict=True)), single=single)
    labels = {} if single == (item.type is ItemType.SINGLE) else {"type": item.type.value}
    if read[1] != item.key:
        labels["key"] = "".join(item.key)
    if [option.worth for option in read[0]] != [option.worth for option in item.options]:
        labels["worth"] = "stated"
    return labels


def labelled_choice(sketch: Sketch, answers: list[Answer], *, single: bool) -> Item:
    """The choice with what its labels say; one right answer among several that may be ticked is 不定项."""
    options, key = choice(answers, single=single)
    if sketch.labels.get("worth") == "stated":
        options = tuple(replace(o, worth=answer.worth) for o, answer in zip(options, answers, strict=True))
    type_ = labelling.kind(sketch.labels, ItemType.SINGLE if single else ItemType.MULTIPLE, sketch.place)
    item = replace(sketch.item, type=type_, options=options, key=tuple(sketch.labels.get("key", "")) or key)
    if type_ is ItemType.MULTIPLE and len(item.key) == 1 and OPEN_COUNT_TAG not in item.tags:
        sketch.changes.append(change("OPEN_COUNT_TAGGED", sketch.place))
        item = replace(item, tags=(*item.tags, OPEN_COUNT_TAG))
    return item


def matched(sketch: Sketch, pairs: list[tuple[str, str]]) -> Item:
    """The matching question of (prompt, answer) pairs; an answer without a prompt is one left over.

    Options are lettered as they first come, or as the key of the labels has it.
    """
    texts = list(dict.fromkeys(answer for _, answer in pairs))
    prompts = [(prompt, answer) for prompt, answer in pairs if prompt]
    letters = {text: letter(index) for index, text in enumerate(texts)}
    stated = sketch.labels.get("key", "").split()
    if len(stated) == len(prompts) and all(pair[-1] in LETTERS for pair in stated):
        used = {answer: pair[-1] for (_, answer), pair in zip(prompts, stated, strict=True)}
        free = iter(sorted({letter(index) for index in range(len(texts))} - set(used.values())))
        lettered = {text: used.get(text) or next(free, "") for text in texts}
        if len(set(lettered.values())) == len(texts):
            letters = lettered
    options = tuple(sorted((Option(letters[text], text) for text in texts), key=lambda option: _rank(option.key)))
    key = tuple(f"{index}{letters[answer]}" for index, (_, answer) in enumerate(prompts, 1))
    said = tuple(prompt for prompt, _ in prompts)
    return replace(sketch.item, type=ItemType.MATCHING, prompts=said, options=options, key=key)


def _rank(key: str) -> tuple[int, str]:
    return len(key), key


def match_pairs(item: Item) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The (prompt, answer) pairs of a matching question, those left over last, and the label that letters need."""
    told = {option.key: option.text for option in item.options}
    chosen = [pair[-1] for pair in item.key]
    pairs = [(prompt, told[key]) for prompt, key in zip(item.prompts, chosen, strict=True)]
    order = list(dict.fromkeys([*chosen, *(key for key in told if key not in chosen)]))
    pairs += [("", told[key]) for key in order if key not in chosen]
    return pairs, {} if order == sorted(order) else {"key": " ".join(item.key)}


def filled(sketch: Sketch, format_name: str, answers: Iterable[Answer]) -> Blank:
    """The blank that takes the texts worth 100; the others are kept aside and named.

    Raises BankError ANSWER_WILDCARD where nothing but patterns is accepted, KEY_MISSING where nothing is.
    """
    accepted: list[str] = []
    patterns = []
    for answer in answers:
        is_pattern = re.search(r"(?<!\\)\*", answer.text) is not None
        if answer.worth == _WHOLE and not is_pattern:
            accepted.append(answer.text.replace("\\*", "*"))
            keep_feedback(sketch, format_name, accepted[-1], answer.feedback)
            continue
        if answer.worth == _WHOLE:
            patterns.append(answer.text)
        set_aside(sketch, format_name, answer)
    if not accepted:
        code = "ANSWER_WILDCARD" if patterns else "KEY_MISSING"
        raise refusal(code, sketch.place, **({"text": shown(patterns[0])} if patterns else {}))
    return Blank(tuple(dict.fromkeys(accepted)), weight=_blank_weight(sketch))


def measured(sketch: Sketch, format_name: str, answers: Iterable[tuple[Answer, Decimal]]) -> Blank:
    """The blank that takes the numbers worth 100 within their tolerance; the others are kept aside and named.

    Raises BankError KEY_MISSING, or TOLERANCES_DIFFER where right numbers have several tolerances.
    """
    accepted: dict[str, Decimal] = {}
    for answer, tolerance in answers:
        if answer.worth == _WHOLE and answer.text != "*":
            accepted[answer.text] = tolerance
            keep_feedback(sketch, format_name, answer.text, answer.feedback)
        else:
            set_aside(sketch, format_name, answer)
    if not accepted:
        raise refusal("KEY_MISSING", sketch.place)
    if len(set(accepted.values())) > 1:
        said = ", ".join(decimal_text(value) for value in sorted(set(accepted.values())))
        raise refusal("TOLERANCES_DIFFER", sketch.place, tolerances=shown(said))
    return Blank(tuple(accepted), tolerance=next(iter(accepted.values())), weight=_blank_weight(sketch))


def _blank_weight(sketch: Sketch) -> int:
    return labelling.number(sketch.labels, "blank_weight", sketch.place) if "blank_weight" in sketch.labels else 1


def blank_labels(blank: Blank) -> dict[str, str]:
    """What must be said of a blank that stands alone."""
    return {} if blank.weight == 1 else {"blank_weight": str(blank.weight)}


def set_aside(sketch: Sketch, format_name: str, answer: Answer) -> None:
    """Keep an answer that we have no way to mark, for an export, and say so."""
    sketch.opaque.append(Opaque(format_name, "answer", answer.raw))
    worth = decimal_text(answer.worth)
    sketch.warnings.append(fault("ANSWER_ASIDE", sketch.place, text=shown(answer.text), worth=worth))


def keep_feedback(sketch: Sketch, format_name: str, about: str, feedback: str) -> None:
    """Keep feedback that our type has no place for."""
    if feedback:
        sketch.opaque.append(Opaque(format_name, f"feedback:{about}", feedback))


def kept(item: Item, format_name: str, name: str) -> str:
    """The text kept under a name for this format, or empty."""
    return next((one.text for one in item.opaque if (one.format, one.name) == (format_name, name)), "")
