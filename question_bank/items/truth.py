"""Whether the truth of a question can be true: its key, options, blanks, areas and rubric, type by type."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from question_bank.faults import Fault, Place, fault, shown
from question_bank.items.choices import choice_faults, judgement_faults, option_faults
from question_bank.items.numbers import as_number, is_writable
from question_bank.items.sameness import normalise_text
from question_bank.items.values import GAP, LETTERS, MARKED_BY_PEOPLE, Area, Blank, Item, ItemType, Option, Shape

BLANK_COUNT = 20
ACCEPTED_COUNT = 20
PROMPT_COUNT = 20
AREA_COUNT = len(LETTERS)
CRITERION_COUNT = 20
WEIGHT = 100  # the largest share one blank, part or criterion may have against another
_CORNERS = {Shape.CIRCLE: (3, 3), Shape.RECTANGLE: (4, 4), Shape.POLYGON: (6, 200)}

Check = Callable[[Item, Place], Iterator[Fault]]


def truth_faults(item: Item, place: Place) -> Iterator[Fault]:
    """What is wrong with the answer side of a question: a truth that is missing or impossible, parts out of place."""
    for name in ("prompts", "blanks", "areas", "rubric"):
        if getattr(item, name) and item.type not in _HOLDERS[name]:
            yield fault("PART_OUT_OF_PLACE", place, field=name)
    yield from _CHECKS[item.type](item, place)


def _no_options(item: Item, place: Place) -> Iterator[Fault]:
    if item.options or item.key:
        yield fault("PART_OUT_OF_PLACE", place, field="options" if item.options else "key")


def _blank_faults(item: Item, place: Place) -> Iterator[Fault]:
    yield from _no_options(item, place)
    if not 1 <= len(item.blanks) <= BLANK_COUNT:
        yield fault("BLANKS_COUNT", place, count=len(item.blanks), limit=BLANK_COUNT)
        return
    gaps = [int(found[1]) for found in GAP.finditer(item.stem)]
    unsaid = item.type is ItemType.NUMERIC and not gaps
    if gaps != list(range(1, len(item.blanks) + 1)) and not unsaid:
        yield fault("GAPS_BROKEN", place, gaps=shown(" ".join(map(str, gaps))), count=len(item.blanks))
    for number, blank in enumerate(item.blanks, 1):
        yield from _one_blank(item.type, blank, number, place)


def _one_blank(kind: ItemType, blank: Blank, number: int, place: Place) -> Iterator[Fault]:
    if not 1 <= blank.weight <= WEIGHT:
        yield fault("WEIGHT_BAD", place, weight=blank.weight, limit=WEIGHT)
    if not blank.accepted or not all(normalise_text(text) for text in blank.accepted):
        yield fault("BLANK_ANSWER_MISSING", place, blank=number)
    elif len(blank.accepted) > ACCEPTED_COUNT:
        yield fault("BLANK_ANSWERS_MANY", place, blank=number, limit=ACCEPTED_COUNT)
    elif blank.options:
        yield from _gap_choice(kind, blank, number, place)
    elif blank.tolerance is not None or kind is ItemType.NUMERIC:
        yield from _number_faults(blank, number, place)


def _gap_choice(kind: ItemType, blank: Blank, number: int, place: Place) -> Iterator[Fault]:
    if kind is not ItemType.CLOZE:
        yield fault("PART_OUT_OF_PLACE", place, field="options")
    yield from option_faults(blank.options, place)
    if any(option.feedback for option in blank.options):
        yield fault("PART_OUT_OF_PLACE", place, field="feedback")
    yield from _no_worth(blank.options, place)
    if len(blank.accepted) != 1 or blank.accepted[0] not in {option.key for option in blank.options}:
        yield fault("BLANK_KEY_BAD", place, blank=number, key=shown(" ".join(blank.accepted)))


def _no_worth(options: Iterable[Option], place: Place) -> Iterator[Fault]:
    if any(option.worth is not None for option in options):
        yield fault("PART_OUT_OF_PLACE", place, field="worth")


def _number_faults(blank: Blank, number: int, place: Place) -> Iterator[Fault]:
    if blank.tolerance is None or not is_writable(blank.tolerance) or blank.tolerance < 0:
        yield fault("TOLERANCE_BAD", place, blank=number, value=shown(str(blank.tolerance)))
    for text in blank.accepted:
        if as_number(text) is None:
            yield fault("NUMBER_BAD", place, blank=number, value=shown(text))


def _matching_faults(item: Item, place: Place) -> Iterator[Fault]:
    yield from option_faults(item.options, place, LETTERS)
    yield from _no_worth(item.options, place)
    if not 2 <= len(item.prompts) <= PROMPT_COUNT:
        yield fault("PROMPTS_COUNT", place, count=len(item.prompts), limit=PROMPT_COUNT)
        return
    texts = [normalise_text(said) for said in item.prompts]
    if not all(texts) or len(set(texts)) < len(texts):
        yield fault("PROMPTS_ALIKE", place)
    letters = {option.key for option in item.options}
    numbers = [pair[:-1] for pair in item.key]
    if numbers != [str(n) for n in range(1, len(item.prompts) + 1)] or not all(p[-1:] in letters for p in item.key):
        yield fault("MATCH_KEY_BAD", place, key=shown(" ".join(item.key)), count=len(item.prompts))


def _ordering_faults(item: Item, place: Place) -> Iterator[Fault]:
    yield from option_faults(item.options, place, LETTERS, least=3)
    yield from _no_worth(item.options, place)
    if sorted(item.key) != sorted(option.key for option in item.options):
        yield fault("ORDER_KEY_BAD", place, key=shown("".join(item.key)))


def _hotspot_faults(item: Item, place: Place) -> Iterator[Fault]:
    if item.options:
        yield fault("PART_OUT_OF_PLACE", place, field="options")
    if not item.pictures:
        yield fault("HOTSPOT_PICTURE_MISSING", place)
    letters = [area.key for area in item.areas]
    if not 1 <= len(letters) <= AREA_COUNT or letters != list(LETTERS[: len(letters)]):
        yield fault("AREAS_BROKEN", place, letters=shown("".join(letters)), limit=AREA_COUNT)
        return
    if not item.key or list(item.key) != sorted(set(item.key)) or not set(item.key) <= set(letters):
        yield fault("AREA_KEY_BAD", place, key=shown("".join(item.key)))
    for area in item.areas:
        if not _sound_area(area):
            yield fault("AREA_BAD", place, letter=shown(area.key))


def _sound_area(area: Area) -> bool:
    least, most = _CORNERS[area.shape]
    if not least <= len(area.coords) <= most or any(not 0 <= value <= 20000 for value in area.coords):
        return False
    if area.shape is Shape.CIRCLE:
        return area.coords[2] > 0
    if area.shape is Shape.RECTANGLE:
        left, top, right, bottom = area.coords
        return left < right and top < bottom
    return len(area.coords) % 2 == 0 and not _on_one_line(area.coords)


def _on_one_line(coords: tuple[int, ...]) -> bool:
    """Whether all corners lie on one line, so that there is nothing between them to hit."""
    (x0, y0), *others = zip(coords[::2], coords[1::2], strict=True)
    ways = [(x - x0, y - y0) for x, y in others if (x, y) != (x0, y0)]
    return not ways or all(dx * ways[0][1] == dy * ways[0][0] for dx, dy in ways)


def _rubric_faults(item: Item, place: Place) -> Iterator[Fault]:
    yield from _no_options(item, place)
    if not item.rubric and not item.model_answer.strip():
        yield fault("RUBRIC_MISSING", place)
    if len(item.rubric) > CRITERION_COUNT:
        yield fault("RUBRIC_LONG", place, count=len(item.rubric), limit=CRITERION_COUNT)
    for criterion in item.rubric[:CRITERION_COUNT]:
        if not criterion.text.strip():
            yield fault("CRITERION_EMPTY", place)
        if not 1 <= criterion.weight <= WEIGHT:
            yield fault("WEIGHT_BAD", place, weight=criterion.weight, limit=WEIGHT)


_HOLDERS: Mapping[str, frozenset[ItemType]] = {
    "prompts": frozenset({ItemType.MATCHING}),
    "blanks": frozenset({ItemType.FILL, ItemType.CLOZE, ItemType.NUMERIC}),
    "areas": frozenset({ItemType.HOTSPOT}),
    "rubric": MARKED_BY_PEOPLE,
}
_CHECKS: Mapping[ItemType, Check] = {
    ItemType.SINGLE: choice_faults,
    ItemType.MULTIPLE: choice_faults,
    ItemType.TRUE_FALSE: judgement_faults,
    ItemType.FILL: _blank_faults,
    ItemType.CLOZE: _blank_faults,
    ItemType.NUMERIC: _blank_faults,
    ItemType.MATCHING: _matching_faults,
    ItemType.ORDERING: _ordering_faults,
    ItemType.HOTSPOT: _hotspot_faults,
    ItemType.CASE: _no_options,
    ItemType.SHORT_ANSWER: _rubric_faults,
    ItemType.CASE_ANALYSIS: _rubric_faults,
}
