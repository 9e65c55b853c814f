"""Interactions inside a text as blanks and gaps."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from question_bank.faults import refusal
from question_bank.formats.qti.declarations import Declaration, number
from question_bank.formats.qti.processing import Rule
from question_bank.formats.qti.sheet import Hint, Sheet, UnfitError, letter_of
from question_bank.formats.qti.tree import become, children
from question_bank.formats.xml import Element
from question_bank.items import OPTION_KEYS, Blank, Item, ItemType, Option
from question_bank.items.truth import BLANK_COUNT, WEIGHT

ANSWER = "answer"  # the class of a paragraph that holds a numeric question's place where its text does not say it
_KINDS = (ItemType.FILL, ItemType.CLOZE, ItemType.NUMERIC)


def blanks(sheet: Sheet, elements: Sequence[Element], bare: Item, hint: Hint) -> Item:
    """A fill-in, numeric or cloze question; each interaction becomes its {{n}} in the text.

    Raises UnfitError where a gap offers more than the bank takes, and BankError BLANKS_COUNT.
    """
    if len(elements) > BLANK_COUNT:
        raise refusal("BLANKS_COUNT", sheet.place, count=len(elements), limit=BLANK_COUNT)
    found = [_blank(sheet, element) for element in elements]
    weights = _weights([gain for _, gain in found])
    for index, element in enumerate(elements, 1):
        unsaid = element.getparent().get("class") == ANSWER and len(elements) == 1
        become(element, "span", "" if unsaid else f"{{{{{index}}}}}")
    whole = tuple(replace(blank, weight=weight) for (blank, _), weight in zip(found, weights, strict=True))
    return replace(bare, type=_kind(whole, hint), blanks=whole)


def _kind(found: tuple[Blank, ...], hint: Hint) -> ItemType:
    chosen = any(blank.options for blank in found)
    if hint.type in _KINDS and not (chosen and hint.type is not ItemType.CLOZE):
        return hint.type
    if chosen:
        return ItemType.CLOZE
    return ItemType.NUMERIC if len(found) == 1 and found[0].tolerance is not None else ItemType.FILL


def _blank(sheet: Sheet, element: Element) -> tuple[Blank, Decimal]:
    """The blank, and what it earns."""
    declared, rule = sheet.response(element)
    if element.tag == "inlineChoiceInteraction":
        return _choice(sheet, element, declared, rule), _gain(declared, rule)
    if declared.base_type in {"integer", "float"} or rule.near:
        return _numeric(sheet, declared, rule), _gain(declared, rule)
    best = max(declared.mapping.values(), default=Decimal(0)) if rule.mapped else Decimal(0)
    gains = {**(declared.mapping if rule.mapped else {}), **rule.values}
    top = max([best, *rule.values.values()])
    if any(0 < gain < top for gain in gains.values()):
        sheet.kept.append("mapEntry")  # answers that are half right
    accepted = (*declared.correct, *(text for text, gain in gains.items() if gain == top and top > 0))
    return Blank(tuple(dict.fromkeys(text.strip() for text in accepted))), _gain(declared, rule)


def _choice(sheet: Sheet, element: Element, declared: Declaration, rule: Rule) -> Blank:
    entries = list(children(element, "inlineChoice"))
    if len(entries) > len(OPTION_KEYS):
        raise UnfitError(str(element.tag))
    letters = {entry.get("identifier", ""): letter_of(index) for index, entry in enumerate(entries)}
    options = tuple(Option(letters.get(entry.get("identifier", ""), "?"), sheet.read(entry).text) for entry in entries)
    right = declared.correct or tuple(rule.values)
    if not right and rule.mapped and declared.mapping:
        right = (max(declared.mapping, key=lambda value: declared.mapping[value]),)
    return Blank(tuple(letters.get(value, "?") for value in right), options=options)


def _numeric(sheet: Sheet, declared: Declaration, rule: Rule) -> Blank:
    accepted = [*declared.correct]
    accepted += [near.value for near in rule.near if near.value is not None]
    accepted += [*rule.values, *(text for text, gain in declared.mapping.items() if rule.mapped and gain > 0)]
    distances = {near.distance for near in rule.near} or {Decimal(0)}
    if len(distances) > 1:
        sheet.kept.append("tolerance")
    unique: dict[Decimal | str, str] = {}
    for text in accepted:
        value = number(text)
        unique.setdefault(text if value is None else value, text.strip())
    return Blank(tuple(unique.values()), min(distances))


def _gain(declared: Declaration, rule: Rule) -> Decimal:
    if rule.mapped and declared.mapping:
        return max(declared.mapping.values())
    return rule.gain


def _weights(gains: list[Decimal]) -> list[int]:
    """The gains as whole shares of one another, 1 each where they are not."""
    least = min(gains, default=Decimal(1))
    for scale in (Decimal(1), least):
        scaled = [gain / scale for gain in gains] if scale > 0 else []
        if scaled and all(gain == gain.to_integral_value() and 1 <= gain <= WEIGHT for gain in scaled):
            return [int(gain) for gain in scaled]
    return [1] * len(gains)
