"""Interactions of one block as questions of the bank, each where a type asks exactly the same."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from question_bank.formats import fields
from question_bank.formats.markup import Image
from question_bank.formats.qti.declarations import Declaration, number
from question_bank.formats.qti.processing import Rule
from question_bank.formats.qti.sheet import Choices, Hint, Sheet, UnfitError, choices, letter_of
from question_bank.formats.qti.tree import become, children, said
from question_bank.formats.xml import Element
from question_bank.items import (
    FALSE,
    OPEN_COUNT_TAG,
    OPTION_KEYS,
    TRUE,
    Area,
    Blank,
    Item,
    ItemType,
    Option,
    Shape,
)

Convert = Callable[[Sheet, Element, Item, Hint], Item]
_WORTH_PLACES = Decimal("1e-7")
_SHAPES = {"circle": Shape.CIRCLE, "rect": Shape.RECTANGLE, "poly": Shape.POLYGON}


def _choice(sheet: Sheet, element: Element, bare: Item, hint: Hint) -> Item:
    found = choices(sheet, children(element, "simpleChoice"))
    return _chosen(sheet, element, bare, hint, found)


def _hottext(sheet: Sheet, element: Element, bare: Item, hint: Hint) -> Item:
    words = list(element.iter("hottext"))
    found = choices(sheet, words)
    for word in words:
        become(word, "span", said(word))
    return _chosen(sheet, element, bare, hint, found)


def _chosen(sheet: Sheet, element: Element, bare: Item, hint: Hint, found: Choices) -> Item:
    """A question answered by options, with its key and, where single options earn marks, their worth."""
    declared, rule = sheet.response(element)
    single = declared.cardinality == "single" or element.get("maxChoices") == "1"
    gains, full = _gains(declared, rule, found)
    key = _key(declared, rule, gains, single=single)
    letters = tuple(sorted({found.letters[value] for value in key if value in found.letters}))
    if len(set(key)) > len(letters):
        letters = tuple(sorted({*letters, "?"}))  # the key names no option: check_item says so
    if single and len(found.options) == 2 and hint.type is not ItemType.SINGLE:
        judged = _judgement(bare, found, letters)
        if judged is not None:
            return judged
    options = found.options
    if gains and full > 0 and not _plain(gains, full, rule):
        worth = {found.letters[value]: _worth(gain, full) for value, gain in gains.items()}
        options = tuple(replace(option, worth=worth.get(option.key)) for option in options)
    kind = ItemType.SINGLE if single else ItemType.MULTIPLE
    open_count = (
        kind is ItemType.MULTIPLE and len(letters) == 1 and OPEN_COUNT_TAG not in bare.tags and not sheet.in_case
    )
    tags = (*bare.tags, OPEN_COUNT_TAG) if open_count else bare.tags
    return replace(bare, type=kind, options=options, key=letters, tags=tags, pictures=found.pictures)


def _gains(declared: Declaration, rule: Rule, found: Choices) -> tuple[dict[str, Decimal], Decimal]:
    """What each option earns, and what all can earn together."""
    if rule.mapped and declared.mapping:
        return {value: declared.mapping.get(value, declared.default) for value in found.letters}, declared.full
    if rule.values and declared.cardinality == "single":
        gains = {value: rule.values.get(value, Decimal(0)) for value in found.letters}
        return gains, max([*gains.values(), rule.correct or Decimal(0)])
    if rule.chosen:
        gains = {value: rule.chosen.get(value, Decimal(0)) for value in found.letters}
        return gains, sum((gain for gain in gains.values() if gain > 0), Decimal(0))
    return {}, Decimal(0)


def _key(declared: Declaration, rule: Rule, gains: Mapping[str, Decimal], *, single: bool) -> tuple[str, ...]:
    if declared.correct:
        return declared.correct
    best = [value for value, gain in gains.items() if gain > 0]
    if single and best:
        return (max(best, key=lambda value: gains[value]),)
    return rule.whole or tuple(best)


def _plain(gains: Mapping[str, Decimal], full: Decimal, rule: Rule) -> bool:
    """Whether one option earns all and the others nothing, written out as a condition."""
    return not rule.mapped and not rule.chosen and set(gains.values()) <= {Decimal(0), full}


def _worth(gain: Decimal, full: Decimal) -> Decimal:
    exact = gain / full * 100
    if abs(exact) > 1000:  # no percentage: check_item says so
        return exact
    return exact if exact == exact.quantize(_WORTH_PLACES) else exact.quantize(_WORTH_PLACES)


def _judgement(bare: Item, found: Choices, letters: tuple[str, ...]) -> Item | None:
    """A statement to be judged, where the two options are just true and false."""
    readings = {option.key: fields.read_judgement(option.text) for option in found.options}
    if set(readings.values()) != {TRUE, FALSE} or found.pictures:
        return None
    told = [option.feedback for option in found.options if option.feedback]
    explanation = "\n".join(dict.fromkeys([*([bare.explanation] if bare.explanation else []), *told]))
    key = tuple(readings.get(letter) or letter for letter in letters)
    return replace(bare, type=ItemType.TRUE_FALSE, key=key, explanation=explanation)


def _order(sheet: Sheet, element: Element, bare: Item, _hint: Hint) -> Item:
    declared, _ = sheet.response(element)
    entries = list(children(element, "simpleChoice"))
    if len(entries) < 3 or element.get("maxChoices") not in (None, "0", str(len(entries))):
        raise UnfitError(str(element.tag))
    found = choices(sheet, entries)
    key = tuple(found.letters.get(value, "?") for value in declared.correct)
    return replace(bare, type=ItemType.ORDERING, options=found.options, key=key, pictures=found.pictures)


def _match(sheet: Sheet, element: Element, bare: Item, _hint: Hint) -> Item:
    declared, rule = sheet.response(element)
    sets = [list(children(group, "simpleAssociableChoice")) for group in children(element, "simpleMatchSet")]
    if len(sets) != 2 or not all(sets):
        raise UnfitError(str(element.tag))
    pairs = [tuple(value.split()) for value in declared.correct or _mapped(declared, rule)]
    for asked, offered in (sets, sets[::-1]):
        matches = _one_each(pairs, asked, offered)
        if matches is not None and len(asked) > 1 and len(offered) > 1:
            return _matching(sheet, bare, asked, offered, matches)
    raise UnfitError(str(element.tag))


def _mapped(declared: Declaration, rule: Rule) -> list[str]:
    return [value for value, gain in declared.mapping.items() if gain > 0] if rule.mapped else []


def _one_each(pairs: list[tuple[str, ...]], asked: list[Element], offered: list[Element]) -> dict[str, str] | None:
    """For each prompt its one option, whichever side of the pair it is written on; None where it is not one each."""
    prompts, options = ({entry.get("identifier", "") for entry in side} for side in (asked, offered))
    matches: dict[str, str] = {}
    for pair in pairs:
        if len(pair) != 2:
            return None
        prompt, option = pair if pair[0] in prompts and pair[1] in options else pair[::-1]
        if prompt not in prompts or option not in options or prompt in matches:
            return None
        matches[prompt] = option
    return matches if len(matches) == len(asked) else None


def _matching(sheet: Sheet, bare: Item, asked: list[Element], offered: list[Element], matches: dict[str, str]) -> Item:
    prompts = choices(sheet, asked)
    found = choices(sheet, offered, prompts.pictures)
    letters = [found.letters[matches[entry.get("identifier", "")]] for entry in asked]
    pictures = (*(replace(picture, at="") for picture in prompts.pictures), *found.pictures)
    return replace(
        bare, type=ItemType.MATCHING, prompts=tuple(option.text for option in prompts.options), options=found.options,
        key=tuple(f"{number}{letter}" for number, letter in enumerate(letters, 1)), pictures=pictures,
    )  # fmt: skip


def _gap_match(sheet: Sheet, element: Element, bare: Item, _hint: Hint) -> Item:
    declared, rule = sheet.response(element)
    words, gaps = list(children(element, "gapText", "gapImg")), list(element.iter("gap"))
    if not 2 <= len(words) <= len(OPTION_KEYS) or any(word.tag == "gapImg" for word in words):
        raise UnfitError(str(element.tag))
    options = tuple(Option(letter_of(index), sheet.read(word).text) for index, word in enumerate(words))
    letters = {word.get("identifier", ""): option.key for word, option in zip(words, options, strict=True)}
    by_gap: dict[str, list[str]] = {}
    for value in declared.correct or _mapped(declared, rule):
        ends = value.split()
        word_, gap_ = ends if len(ends) == 2 and ends[0] in letters else (ends[::-1] if len(ends) == 2 else ("", ""))
        by_gap.setdefault(gap_, []).append(letters.get(word_, "?"))
    right = [by_gap.get(gap.get("identifier", ""), []) for gap in gaps]
    if any(len(one) != 1 for one in right):
        raise UnfitError(str(element.tag))
    for index, gap in enumerate(gaps, 1):
        become(gap, "span", f"{{{{{index}}}}}")
    for word in words:
        element.remove(word)
    return replace(bare, type=ItemType.CLOZE, blanks=tuple(Blank((one[0],), options=options) for one in right))


def _slider(sheet: Sheet, element: Element, bare: Item, _hint: Hint) -> Item:
    declared, rule = sheet.response(element)
    values = declared.correct or tuple(rule.values) or tuple(_mapped(declared, rule))
    low, high = element.get("lowerBound", ""), element.get("upperBound", "")
    prompt = element.find("prompt")
    if prompt is not None and number(low) is not None and number(high) is not None:
        prompt.append(prompt.makeelement("span"))
        prompt[-1].text = f"（{low}–{high}）"
    return replace(bare, type=ItemType.NUMERIC, blanks=(Blank(values, Decimal(0)),))


def _hotspot(sheet: Sheet, element: Element, bare: Item, _hint: Hint) -> Item:
    declared, rule = sheet.response(element)
    if element.tag == "selectPointInteraction":
        spots = [(str(index), spot.shape, spot.coords) for index, spot in enumerate(declared.spots)]
        right = {str(index) for index, spot in enumerate(declared.spots) if spot.worth > 0}
    else:
        entries = list(children(element, "hotspotChoice"))
        spots = [(entry.get("identifier", ""), entry.get("shape", ""), entry.get("coords", "")) for entry in entries]
        right = set(declared.correct or _mapped(declared, rule))
    areas = tuple(_area(letter_of(index), shape, coords, element) for index, (_, shape, coords) in enumerate(spots))
    key = tuple(area.key for area, spot in zip(areas, spots, strict=True) if spot[0] in right)
    picture = element.find(".//img")
    pictures = () if picture is None else sheet.album.take([_image(picture)])
    return replace(bare, type=ItemType.HOTSPOT, areas=areas, key=key, pictures=pictures)


def _image(element: Element) -> Image:
    return Image(element.get("src", ""), " ".join(element.get("alt", "").split(" ")).replace("\u00a0", " ").strip())


def _area(letter: str, shape: str, coords: str, element: Element) -> Area:
    values = [number(value) for value in coords.split(",")]
    if shape not in _SHAPES or any(value is None or value != value.to_integral_value() for value in values):
        raise UnfitError(str(element.tag))
    return Area(letter, _SHAPES[shape], tuple(int(value) for value in values if value is not None))


def _by_people(sheet: Sheet, element: Element, bare: Item, hint: Hint) -> Item:
    declared, _ = sheet.response(element)
    kind = ItemType.CASE_ANALYSIS if hint.type is ItemType.CASE_ANALYSIS else ItemType.SHORT_ANSWER
    return replace(bare, type=kind, model_answer="\n".join(declared.correct))


CONVERSIONS: Mapping[str, Convert] = {
    "choiceInteraction": _choice,
    "hottextInteraction": _hottext,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "gapMatchInteraction": _gap_match,
    "sliderInteraction": _slider,
    "hotspotInteraction": _hotspot,
    "selectPointInteraction": _hotspot,
    "extendedTextInteraction": _by_people,
}


def convert(sheet: Sheet, element: Element, bare: Item, hint: Hint) -> Item:
    """The question of a block interaction, without its stem. Raises UnfitError where no type asks the same."""
    if (conversion := CONVERSIONS.get(str(element.tag))) is None:
        raise UnfitError(str(element.tag))
    return conversion(sheet, element, bare, hint)
