"""What an answer is worth: policies by name, each with its formula."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

from question_bank.faults import refusal
from question_bank.items import MARKED_BY_PEOPLE, Area, Blank, Item, ItemType, Shape, as_number, normalise_text
from question_bank.responses import Parts, read_response

CENT = Decimal("0.01")


class ScoringPolicy(StrEnum):
    """How a question is marked that can be partly right. The share of the marks earned is, by type:

    ALL_OR_NOTHING  1 if everything is right, otherwise 0.
    PARTIAL         never below 0:
                    MULTIPLE   max(0, |A ∩ K| − |A \\ K|) ÷ |K|, with K the right options and A those chosen
                    ORDERING   neighbours in the right order that stand as neighbours in the answer ÷ (n − 1)
                    MATCHING, HOTSPOT   right pairs ÷ prompts; right areas hit less points beside them ÷ right areas
                    FILL, CLOZE   weights of the right blanks ÷ all weights
    DEDUCT          as PARTIAL, and what is wrong takes away as much as right gives:
                    SINGLE, TRUE_FALSE   1 if right, −1 ÷ (n − 1) if wrong with n options, so that guessing earns 0
                               on average (a statement: −1), 0 if left out
                    MULTIPLE   (|A ∩ K| − |A \\ K|) ÷ |K|, never below −1
    A case adds its parts by their weights. Where options state their worth, SINGLE and MULTIPLE earn the sum of the
    worth of the options chosen: at most 1, and under PARTIAL never below 0; ALL_OR_NOTHING still asks for the key.
    """

    ALL_OR_NOTHING = "ALL_OR_NOTHING"
    PARTIAL = "PARTIAL"
    DEDUCT = "DEDUCT"


def score_item(item: Item, value: str, marks: Decimal, policy: ScoringPolicy) -> Decimal:
    """Marks earned by a response as it is kept (`question_bank.responses`), to 0.01 half up.

    Raises BankError: RESPONSE_BAD, KEY_MISSING, MARKS_BAD, and NOT_SCORED_BY_MACHINE where people mark the question
    or a part of it.
    """
    return _marks(share(item, value, policy), marks)


def by_people(item: Item) -> bool:
    """Whether the question, or a part of it, is marked by people."""
    return item.type in MARKED_BY_PEOPLE or any(by_people(part) for part in item.parts)


def share(item: Item, value: str, policy: ScoringPolicy) -> Decimal:
    """The share of the marks that a response earns, -1..1, unrounded. Raises as `score_item`."""
    answer = read_response(item, value)
    if item.type in MARKED_BY_PEOPLE:
        raise refusal("NOT_SCORED_BY_MACHINE")
    if item.type is ItemType.CASE:
        return _case(item, answer, policy)
    if not any(answer):
        return Decimal(0)
    if item.blanks:
        return _blanks(item, answer, policy)
    if item.type is ItemType.ORDERING:
        return _order(item.key, answer, policy)
    if item.type is ItemType.MATCHING:
        return _part(len(set(answer) & set(item.key)), len(item.key), policy)
    return _points(item, answer, policy) if item.type is ItemType.HOTSPOT else _choice(item, answer, policy)


def _marks(earned: Decimal, marks: Decimal) -> Decimal:
    if not marks.is_finite() or marks <= 0:
        raise refusal("MARKS_BAD", marks=str(marks))
    return marks if earned == 1 else (marks * earned).quantize(CENT, ROUND_HALF_UP)


def _part(right: int, of: int, policy: ScoringPolicy) -> Decimal:
    """So many right of so many, as the policy counts it."""
    if right == of:
        return Decimal(1)
    return Decimal(0) if policy is ScoringPolicy.ALL_OR_NOTHING else Decimal(max(0, right)) / of


def _choice(item: Item, answer: Parts, policy: ScoringPolicy) -> Decimal:
    right, chosen = frozenset(item.key), frozenset(answer)
    if not right:
        raise refusal("KEY_MISSING")
    if chosen == right:
        return Decimal(1)
    if policy is ScoringPolicy.ALL_OR_NOTHING or not chosen:
        return Decimal(0)
    floor = Decimal(-1 if policy is ScoringPolicy.DEDUCT else 0)
    worth = [option.worth for option in item.options if option.key in chosen and option.worth is not None]
    if worth:
        return min(Decimal(1), max(floor, sum(worth, Decimal(0)) / 100))
    if item.type is ItemType.MULTIPLE:
        return max(floor, Decimal(len(chosen & right) - len(chosen - right)) / len(right))
    return Decimal(-1) / max(1, len(item.options) - 1) if floor else Decimal(0)


def _blanks(item: Item, answer: Parts, policy: ScoringPolicy) -> Decimal:
    right = sum(blank.weight for blank, said in zip(item.blanks, answer, strict=True) if accepts(blank, said))
    return _part(right, sum(blank.weight for blank in item.blanks), policy)


def accepts(blank: Blank, said: str) -> bool:
    """Whether a blank takes what was written into it, or the letter chosen for it."""
    if blank.options:
        return said in blank.accepted
    if blank.tolerance is None:
        return normalise_text(said) in {normalise_text(text) for text in blank.accepted}
    found, known = as_number(said), [as_number(text) for text in blank.accepted]
    return found is not None and any(abs(found - number) <= blank.tolerance for number in known if number is not None)


def _order(key: Parts, answer: Parts, policy: ScoringPolicy) -> Decimal:
    neighbours = set(pairwise(key))
    return _part(sum(pair in neighbours for pair in pairwise(answer)), len(neighbours), policy)


def _points(item: Item, answer: Parts, policy: ScoringPolicy) -> Decimal:
    """Each right area counts once; a point beside all of them takes one back."""
    hits: set[str] = set()
    misses = 0
    for point in answer:
        x, y = map(int, point.split(","))
        found = {area.key for area in item.areas if area.key in item.key and contains(area, x, y)}
        hits |= found
        misses += not found
    return _part(len(hits) - misses, len(item.key), policy)


def contains(area: Area, x: int, y: int) -> bool:
    """Whether the point lies in the area, its edge included (for a polygon by crossing number)."""
    at = area.coords
    if area.shape is Shape.CIRCLE:
        return (x - at[0]) ** 2 + (y - at[1]) ** 2 <= at[2] ** 2
    if area.shape is Shape.RECTANGLE:
        return at[0] <= x <= at[2] and at[1] <= y <= at[3]
    corners = list(zip(at[::2], at[1::2], strict=True))
    inside = False
    for (x1, y1), (x2, y2) in pairwise([*corners, corners[0]]):
        cross = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)
        if cross == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and (cross > 0) == (y2 < y1):
            inside = not inside
    return inside


def _case(item: Item, answer: Parts, policy: ScoringPolicy) -> Decimal:
    earned = sum(
        (part.weight * share(part, said, policy) for part, said in zip(item.parts, answer, strict=True)), Decimal(0)
    )
    return earned / sum(part.weight for part in item.parts)


def rubric_marks(item: Item, met: Iterable[int], marks: Decimal) -> Decimal:
    """Marks that the criteria met earn, to 0.01 half up; `met` numbers the rubric from 1.

    Raises BankError: RESPONSE_BAD for a number that the rubric does not have, MARKS_BAD.
    """
    weights = {number: criterion.weight for number, criterion in enumerate(item.rubric, 1)}
    chosen = set(met)
    if strange := chosen - weights.keys():
        raise refusal("RESPONSE_BAD", value=str(min(strange)))
    return _marks(Decimal(sum(weights[number] for number in chosen)) / max(1, sum(weights.values())), marks)
