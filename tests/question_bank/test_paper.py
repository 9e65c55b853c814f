"""Specifications, drawing, proof of a form, and marks."""

import dataclasses
import itertools
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.assembly import Form, PoolItem, check_form, draw
from question_bank.errors import BankError
from question_bank.items import ItemType, Level
from question_bank.specification import Cell, Shortfall, Specification, check_specification, shortfalls, total_marks

S, M, J = ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE
LETTERS = ("A", "B", "C", "D")


def pool_of(*kinds: tuple[str, ItemType, int]) -> list[PoolItem]:
    numbers = itertools.count(1)
    return [
        PoolItem(next(numbers), topic, type_, Level.RECALL, () if type_ is J else LETTERS)
        for topic, type_, count in kinds
        for _ in range(count)
    ]


def cell(topic: str | None, type_: ItemType | None, count: int, marks: str = "1") -> Cell:
    return Cell(topic, type_, None, count, Decimal(marks))


SPEC = Specification((cell("处罚", S, 3), cell("强制", S, 2), cell(None, M, 2, "2"), cell(None, J, 2)))
POOL = pool_of(("处罚", S, 8), ("强制", S, 5), ("处罚", M, 4), ("强制", J, 6))


def test_total_marks_are_exact() -> None:
    assert total_marks(SPEC) == Decimal(11)


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (Specification(()), "CELLS_NONE"),
        (Specification((cell(None, S, 0),)), "CELL_COUNT_BAD"),
        (Specification((cell(None, S, 1, "0"),)), "MARKS_BAD"),
        (Specification((cell(None, S, 1, "NaN"),)), "MARKS_BAD"),
        (Specification((cell(None, S, 1001),)), "PAPER_TOO_LONG"),
        (Specification(tuple(cell(None, S, 1) for _ in range(201))), "CELLS_TOO_MANY"),
    ],
)
def test_a_blueprint_that_makes_no_sense_is_refused(spec: Specification, code: str) -> None:
    assert code in [fault.code for fault in check_specification(spec)]
    with pytest.raises(BankError) as caught:
        draw(spec, POOL, 1)
    assert caught.value.code == "SPECIFICATION_BAD"


def test_a_pool_that_suffices_has_no_shortfall() -> None:
    assert shortfalls(SPEC, POOL) == ()


def test_a_shortfall_names_the_cell_and_the_number() -> None:
    spec = Specification((cell("处罚", S, 10), cell("强制", S, 5)))
    assert shortfalls(spec, POOL) == (Shortfall(0, needed=10, available=8, missing=2),)


def test_cells_that_want_the_same_questions_are_matched_not_counted() -> None:
    pool = pool_of(("处罚", S, 3), ("强制", S, 2))
    wide_first = Specification((cell(None, S, 3), cell("处罚", S, 2)))
    assert shortfalls(wide_first, pool) == ()
    too_much = Specification((cell(None, S, 3), cell("处罚", S, 3)))
    assert shortfalls(too_much, pool) == (Shortfall(1, needed=3, available=3, missing=1),)


def _brute_force(spec: Specification, pool: list[PoolItem]) -> int:
    """Most places that can be filled: every assignment of questions to cells, tried."""
    best = 0
    for choice in itertools.product([None, *range(len(spec.cells))], repeat=len(pool)):
        pairs = [(c, item) for c, item in zip(choice, pool, strict=True) if c is not None]
        fits = all(spec.cells[c].admits(item.topic, item.type, item.level) for c, item in pairs)
        if fits and all(sum(1 for c, _ in pairs if c == index) <= one.count for index, one in enumerate(spec.cells)):
            best = max(best, len(pairs))
    return best


_CELLS = st.builds(
    Cell,
    st.sampled_from([None, "甲", "乙"]),
    st.sampled_from([None, S, M]),
    st.just(None),
    st.integers(1, 3),
    st.just(Decimal(1)),
)
_KINDS = st.tuples(st.sampled_from(["甲", "乙"]), st.sampled_from([S, M]), st.just(1))


@settings(max_examples=40, deadline=3000)
@given(st.lists(_CELLS, min_size=1, max_size=3).map(tuple), st.lists(_KINDS, max_size=5))
def test_the_shortfall_is_the_least_possible(cells: tuple[Cell, ...], kinds: list) -> None:
    spec, pool = Specification(cells), pool_of(*kinds)
    wanted = sum(one.count for one in cells)
    missing = sum(short.missing for short in shortfalls(spec, pool))
    assert missing == wanted - _brute_force(spec, pool)
    if missing:
        with pytest.raises(BankError) as caught:
            draw(spec, pool, 1)
        assert caught.value.code == "SPECIFICATION_SHORT"
    else:
        assert check_form(draw(spec, pool, 1), spec, pool) == ()


def test_the_same_seed_gives_the_same_form_whatever_the_order_of_the_pool() -> None:
    form = draw(SPEC, POOL, 42)
    turned = POOL[:]
    random.Random(5).shuffle(turned)  # noqa: S311 - any other order will do
    assert draw(SPEC, POOL, 42) == draw(SPEC, turned, 42) == form
    assert [place.ref for place in form.places] == [6, 9, 4, 10, 2, 14, 15, 21, 23]  # for ever: papers are evidence
    assert ["".join(place.option_order) for place in form.places[:3]] == ["CBAD", "ADCB", "ADCB"]
    assert len({draw(SPEC, POOL, seed).places for seed in range(30)}) == 30


def test_every_drawn_form_keeps_its_specification() -> None:
    for seed in range(100):
        assert check_form(draw(SPEC, POOL, seed), SPEC, POOL) == ()


def test_every_question_and_every_order_of_options_has_its_chance() -> None:
    forms = [draw(SPEC, POOL, seed) for seed in range(300)]
    assert {place.ref for form in forms for place in form.places} == {item.ref for item in POOL}
    shown_first = [place.option_order[0] for form in forms for place in form.places if place.option_order]
    assert all(0.2 < shown_first.count(letter) / len(shown_first) < 0.3 for letter in LETTERS)


def test_types_stay_together_and_topics_mix_within_a_type() -> None:
    types = {item.ref: item.type for item in POOL}
    forms = [draw(SPEC, POOL, seed) for seed in range(20)]
    for form in forms:
        assert [types[place.ref] for place in form.places] == [S] * 5 + [M] * 2 + [J] * 2
    assert any([place.cell_index for place in form.places[:5]] != [0, 0, 0, 1, 1] for form in forms)


def test_without_shuffling_questions_and_options_stand_in_the_order_of_the_pool() -> None:
    spec = dataclasses.replace(SPEC, shuffle_items=False, shuffle_options=False)
    form = draw(spec, POOL, 9)
    assert [place.cell_index for place in form.places] == [0, 0, 0, 1, 1, 2, 2, 3, 3]
    refs = [place.ref for place in form.places]
    assert refs == sorted(refs)
    assert {place.option_order for place in form.places} == {LETTERS, ()}


def test_anchored_options_keep_their_place() -> None:
    pool = [PoolItem(n, "处罚", S, Level.RECALL, LETTERS, ("D",)) for n in range(5)]
    spec = Specification((cell(None, S, 5),))
    orders = [place.option_order for seed in range(20) for place in draw(spec, pool, seed).places]
    assert {order[3] for order in orders} == {"D"}
    assert {order[0] for order in orders} == {"A", "B", "C"}


def test_questions_to_avoid_are_used_only_where_nothing_else_is_left() -> None:
    spec = Specification((cell(None, S, 3), cell("处罚", S, 1)))
    pool = pool_of(("处罚", S, 3), ("强制", S, 2))
    for seed in range(20):
        used = {place.ref for place in draw(spec, pool, seed, avoid=frozenset({1, 2})).places}
        assert len(used & {1, 2}) == 1
        assert {place.ref for place in draw(SPEC, POOL, seed, avoid=frozenset({1, 9, 14})).places}.isdisjoint(
            {1, 9, 14}
        )


def test_text_and_number_references_are_different_questions() -> None:
    pool = [PoolItem(ref, "处罚", S, Level.RECALL, LETTERS) for ref in (1, "1", 2, "2")]
    form = draw(Specification((cell(None, S, 4),)), pool, 3)
    assert {place.ref for place in form.places} == {1, "1", 2, "2"}


def test_a_question_twice_in_the_pool_is_refused() -> None:
    with pytest.raises(BankError) as caught:
        draw(SPEC, [*POOL, POOL[0]], 1)
    assert caught.value.code == "POOL_REF_REPEATED"


def _broken(form: Form, position: int, **changes) -> Form:
    places = list(form.places)
    places[position] = dataclasses.replace(places[position], **changes)
    return Form(form.seed, tuple(places))


@pytest.mark.parametrize(
    ("position", "changes", "code"),
    [
        (0, {"ref": 999}, "FORM_ITEM_UNKNOWN"),
        (0, {"ref": 18}, "FORM_CELL_MISFIT"),
        (0, {"marks": Decimal(3)}, "FORM_MARKS"),
        (0, {"cell_index": 7}, "FORM_CELL_UNKNOWN"),
        (0, {"cell_index": -1}, "FORM_CELL_UNKNOWN"),
        (0, {"option_order": ("A", "B", "C")}, "FORM_OPTIONS_INCOMPLETE"),
        (0, {"option_order": ("A", "B", "C", "C")}, "FORM_OPTIONS_INCOMPLETE"),
    ],
)
def test_each_way_to_break_a_form_is_found(position: int, changes: dict, code: str) -> None:
    problems = check_form(_broken(draw(SPEC, POOL, 1), position, **changes), SPEC, POOL)
    assert code in [problem.code for problem in problems]
    assert all(problem.zh and problem.en for problem in problems)


def test_missing_repeated_and_moved_are_found() -> None:
    form = draw(SPEC, POOL, 1)
    short = Form(1, form.places[1:])
    assert [problem.code for problem in check_form(short, SPEC, POOL)] == ["FORM_CELL_COUNT"]
    twice = _broken(form, 0, **{name: getattr(form.places[1], name) for name in ("ref", "option_order")})
    assert "FORM_ITEM_REPEATED" in [problem.code for problem in check_form(twice, SPEC, POOL)]
    fixed = dataclasses.replace(SPEC, shuffle_options=False)
    moved = _broken(draw(fixed, POOL, 1), 0, option_order=("D", "C", "B", "A"))
    assert [problem.code for problem in check_form(moved, fixed, POOL)] == ["FORM_OPTIONS_MOVED"]
