"""Answers that a candidate can give to a question, right and wrong."""

from hypothesis import strategies as st

from question_bank.items import Item, ItemType
from question_bank.responses import solution, write_response


def answers(item: Item) -> st.SearchStrategy[str]:
    """Responses to a question as they are kept; the solution and no answer often among them."""
    right = write_response(item, solution(item))
    return st.just("") | st.just(right) | _any(item)


def _any(item: Item) -> st.SearchStrategy[str]:
    letters = [option.key for option in item.options]
    if item.parts:
        parts = st.tuples(*(answers(part) for part in item.parts))
    elif item.blanks:
        parts = st.tuples(*(_written(index, item) for index in range(len(item.blanks))))
    elif item.type in {ItemType.SINGLE, ItemType.TRUE_FALSE}:
        parts = st.tuples(st.sampled_from(letters or ["T", "F"]))
    elif item.type is ItemType.MULTIPLE:
        parts = st.sets(st.sampled_from(letters)).map(lambda chosen: tuple(sorted(chosen)))
    elif item.type is ItemType.ORDERING:
        parts = st.permutations(letters).map(tuple)
    elif item.type is ItemType.MATCHING:
        numbers = range(1, len(item.prompts) + 1)
        chosen = st.tuples(*(st.sampled_from(["", *(f"{number}{letter}" for letter in letters)]) for number in numbers))
        parts = chosen.map(lambda pairs: tuple(pair for pair in pairs if pair))
    elif item.type is ItemType.HOTSPOT:
        point = st.tuples(st.integers(0, 600), st.integers(0, 600)).map(lambda at: f"{at[0]},{at[1]}")
        parts = st.lists(point | st.sampled_from(solution(item)), max_size=5).map(tuple)
    else:
        parts = st.text('法执罚 \n"\\', max_size=30).map(lambda text: (text,))
    return parts.map(lambda given: write_response(item, given))


def _written(index: int, item: Item) -> st.SearchStrategy[str]:
    blank = item.blanks[index]
    if blank.options:
        return st.sampled_from(["", *(option.key for option in blank.options)])
    return st.sampled_from(["", *blank.accepted]) | st.text('0123456789.-法A" ', max_size=6)
