"""What an answer is worth: policies by name, each with its formula."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from question_bank.faults import refusal
from question_bank.items import ItemType

CENT = Decimal("0.01")


class ScoringPolicy(StrEnum):
    """How a multiple choice question is marked.

    With K the set of right options, A the set chosen and m the marks of the question:
    ALL_OR_NOTHING  m if A = K, otherwise 0.
    PARTIAL         m × max(0, |A ∩ K| − |A \\ K|) ÷ |K|: a wrong choice takes back a right one, never below 0.
    Single choice and true/false earn m or 0 under either policy.
    """

    ALL_OR_NOTHING = "ALL_OR_NOTHING"
    PARTIAL = "PARTIAL"


def score(type: ItemType, key: Iterable[str], answer: Iterable[str], marks: Decimal, policy: ScoringPolicy) -> Decimal:  # noqa: A002 - the field's own name
    """Marks earned, to 0.01 half up; between 0 and `marks`. An empty answer earns 0.

    Raises BankError: KEY_MISSING where the question has no key, MARKS_BAD where marks are not positive.
    """
    right, chosen = frozenset(key), frozenset(answer)
    if not right:
        raise refusal("KEY_MISSING")
    if not marks.is_finite() or marks <= 0:
        raise refusal("MARKS_BAD", marks=str(marks))
    if chosen == right:
        return marks
    if type is not ItemType.MULTIPLE or policy is ScoringPolicy.ALL_OR_NOTHING:
        return Decimal(0)
    hits, misses = len(chosen & right), len(chosen - right)
    return (marks * max(0, hits - misses) / len(right)).quantize(CENT, ROUND_HALF_UP)
