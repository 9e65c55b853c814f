"""Parallel papers: what is made keeps every rule, is as even as can be, and is the same for the same seed."""

import dataclasses
import itertools
import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.assembly import (
    Exposure,
    Method,
    PoolItem,
    Status,
    assemble,
    check_assembly,
    check_form,
    clashes,
    draw,
    solver,
)
from question_bank.assembly.figures import information
from question_bank.errors import BankError
from question_bank.items import ItemType, Level
from question_bank.specification import Cell, Span, Specification
from tests.conftest import THOROUGH

S, M = ItemType.SINGLE, ItemType.MULTIPLE
LETTERS = ("A", "B", "C", "D")


def item(ref: int, topic: str = "处罚", difficulty: float | None = 0.5, **more) -> PoolItem:
    return PoolItem(ref, topic, S, Level.RECALL, LETTERS, difficulty=difficulty, **more)


def cell(topic: str | None, count: int, marks: str = "1", law: str | None = None) -> Cell:
    return Cell(topic, S, None, count, Decimal(marks), law)


def _forms(spec: Specification, pool: list[PoolItem]) -> Iterator[dict[int, int]]:
    """Every way to fill one form as reference → cell, by trying all: the slow truth."""
    for choice in itertools.product([None, *range(len(spec.cells))], repeat=len(pool)):
        taken = {one.ref: c for one, c in zip(pool, choice, strict=True) if c is not None}
        if all(sum(c == index for c in taken.values()) == one.count for index, one in enumerate(spec.cells)):
            yield taken


def _sound(spec: Specification, pool: list[PoolItem], taken: dict[int, int], exposure: Exposure, earlier: set) -> bool:
    """Whether a form keeps every rule, told in a third way: neither the programme's nor the checker's."""
    items = [one for one in pool if one.ref in taken]
    if not all(spec.cells[taken[one.ref]].admits(one.topic, one.type, one.level, one.law) for one in items):
        return False
    if spec.expected_score:
        if any(one.difficulty is None for one in items):
            return False
        score = sum(round(float(spec.cells[taken[one.ref]].marks) * one.difficulty * 100) for one in items)
        low, high = spec.expected_score.low, spec.expected_score.high
        if (low is not None and score < low * 100) or (high is not None and score > high * 100):
            return False
    refs = set(taken)
    foes = any(foe in refs for one in items for foe in one.enemies)
    split = any(0 < len(refs & set(group)) < len(group) for group in spec.together)
    met = any(len(refs & set(group)) > 1 for group in spec.apart)
    worn = spec.most_uses is not None and any(exposure.uses.get(ref, 0) >= spec.most_uses for ref in refs)
    again = spec.repeat_share is not None and len(refs & earlier) > spec.repeat_share * sum(c.count for c in spec.cells)
    return not (foes or split or met or worn or again)


REFS = st.lists(st.integers(1, 6), min_size=2, max_size=3, unique=True).map(tuple)
POOLS = st.lists(
    st.tuples(st.sampled_from(["甲", "乙"]), st.sampled_from([None, 0.25, 0.5, 0.75, 1.0])), min_size=2, max_size=6
).flatmap(
    lambda kinds: st.lists(st.integers(1, 6), max_size=2).map(
        lambda foes: [
            item(n, topic, p, enemies=tuple(foe for foe in foes if foe != n) if n == 1 else ())
            for n, (topic, p) in enumerate(kinds, 1)
        ]
    )
)
QUARTERS = st.integers(0, 8).map(lambda n: Decimal(n) / 4)
SPANS = st.one_of(st.just(Span()), QUARTERS.map(lambda low: Span(min(low, Decimal(2)), None)))
SPECS = st.builds(
    Specification,
    st.sampled_from([
        (cell(None, 2),), (cell("甲", 1), cell(None, 1)), (cell("甲", 1, "2"), cell("乙", 1)), (cell(None, 3),),
        (cell("甲", 2), cell("乙", 1)),
    ]),
    expected_score=SPANS,
    together=st.lists(REFS, max_size=1).map(tuple),
    apart=st.lists(REFS, max_size=1).map(tuple),
    repeat_share=st.sampled_from([None, Decimal(0), Decimal("0.5")]),
    most_uses=st.just(1),
    last_sittings=st.just(3),
)  # fmt: skip
EARLIER = {2, 5}
EXPOSURE = Exposure(uses={3: 1})


@settings(max_examples=400 if THOROUGH else 20, deadline=None)
@given(SPECS, POOLS, st.integers(0, 5))
def test_a_paper_is_drawn_exactly_where_trying_all_finds_one(
    spec: Specification, pool: list[PoolItem], seed: int
) -> None:
    possible = any(_sound(spec, pool, taken, EXPOSURE, EARLIER) for taken in _forms(spec, pool))
    told = clashes(spec, pool, earlier=EARLIER, exposure=EXPOSURE)
    assert (not told) == possible
    if possible:
        form = draw(spec, pool, seed, earlier=EARLIER, exposure=EXPOSURE)
        assert check_form(form, spec, pool, earlier=EARLIER, exposure=EXPOSURE) == ()
        assert _sound(spec, pool, {one.ref: one.cell_index for one in form.places}, EXPOSURE, EARLIER)
    else:
        assert all(one.zh and one.en for one in told)
        with pytest.raises(BankError) as caught:
            draw(spec, pool, seed, earlier=EARLIER, exposure=EXPOSURE)
        assert caught.value.code == "SPECIFICATION_CLASH"


def _objective(spec: Specification, pool: list[PoolItem], forms: tuple[dict[int, int], ...]) -> float:
    """The largest difference in per cent, by the formulas of docs/assembly.md."""
    by_ref = {one.ref: one for one in pool}
    total = float(sum(one.marks * one.count for one in spec.cells))
    scores = [sum(float(spec.cells[c].marks) * by_ref[ref].difficulty for ref, c in form.items()) for form in forms]
    found = [(max(scores) - min(scores)) / total * 100]
    places = sum(one.count for one in spec.cells)
    for ability in (-1.0, 0.0, 1.0):
        worth = {one.ref: information(one, ability, 0.5) for one in pool}
        sums = [sum(worth[ref] for ref in form) for form in forms]
        found.append((max(sums) - min(sums)) / (sum(worth.values()) / len(worth) * places) * 100)
    return max(found)


@settings(max_examples=200 if THOROUGH else 12, deadline=None)
@given(
    st.lists(st.sampled_from([0.2, 0.35, 0.5, 0.65, 0.8, 0.9]), min_size=4, max_size=6),
    st.sampled_from([(cell(None, 2),), (cell("甲", 1, "2"), cell(None, 1))]),
    st.lists(REFS, max_size=1).map(tuple),
)
def test_two_small_forms_are_as_even_as_the_best_of_all_pairs(
    facilities: list[float], cells: tuple[Cell, ...], apart: tuple
) -> None:
    pool = [item(n, "甲" if n % 2 else "乙", p) for n, p in enumerate(facilities, 1)]
    spec = Specification(cells, apart=apart)
    sound = [taken for taken in _forms(spec, pool) if _sound(spec, pool, taken, Exposure(), set())]
    pairs = [(one, two) for one, two in itertools.product(sound, sound) if not one.keys() & two.keys()]
    if not pairs:
        assert clashes(spec, pool, forms=2)
        with pytest.raises(BankError):
            assemble(spec, pool, forms=2, seed=1)
        return
    made = assemble(spec, pool, forms=2, seed=1)
    assert made.objective == pytest.approx(min(_objective(spec, pool, pair) for pair in pairs), abs=1e-5)
    assert made.status is Status.OPTIMAL
    assert check_assembly(made.forms, spec, pool) == ()


LEVELS = (Level.RECALL, Level.APPLICATION)


def bank(count: int) -> list[PoolItem]:
    lots = random.Random(3)  # noqa: S311 - any bank will do
    return [
        PoolItem(
            ref, f"题{lots.randrange(3)}", lots.choice((S, M)), lots.choice(LEVELS), LETTERS, law=f"法{ref % 2}",
            difficulty=round(lots.uniform(0.3, 0.95), 4), seconds=lots.randrange(30, 90),
            enemies=(ref + 1,) if ref % 40 == 1 else (),
        )
        for ref in range(1, count + 1)
    ]  # fmt: skip


BANK = bank(320)
RULED = Specification(
    (
        Cell("题0", S, None, 4, Decimal(1)),
        Cell(None, S, Level.APPLICATION, 6, Decimal(1), "法1"),
        Cell(None, S, None, 5, Decimal(1)),
        Cell(None, M, None, 10, Decimal(2)),
    ),
    expected_score=Span(Decimal(20), Decimal(24)),
    expected_seconds=Span(Decimal(1300), Decimal(1700)),
    together=((5, 8),),
    apart=((10, 11, 12),),
    repeat_share=Decimal("0.2"),
    most_uses=1,
    last_sittings=4,
    most_seen=Decimal("0.3"),
)
WORN = Exposure(uses=dict.fromkeys(range(2, 320, 9), 1), seen={ref: Decimal("0.31") for ref in range(3, 320, 11)})
OLD = frozenset(range(1, 320, 4))


def test_staged_forms_keep_every_rule_and_are_far_more_even_than_draws() -> None:
    made = assemble(RULED, BANK, forms=3, seed=7, earlier=OLD, exposure=WORN)
    assert made.method is Method.STAGED
    assert check_assembly(made.forms, RULED, BANK, earlier=OLD, exposure=WORN) == ()
    assert made.gap == made.objective - made.bound
    assert made.objective == pytest.approx(max(one.percent for one in made.differences))
    by_ref = {one.ref: one for one in BANK}
    scores = [sum(float(p.marks) * by_ref[p.ref].difficulty for p in form.places) for form in made.forms]
    assert made.differences[0].amount == pytest.approx(max(scores) - min(scores))
    drawn = [draw(RULED, BANK, seed, earlier=OLD, exposure=WORN) for seed in range(3)]
    assert all(check_form(form, RULED, BANK, earlier=OLD, exposure=WORN) == () for form in drawn)
    plain = [sum(float(p.marks) * by_ref[p.ref].difficulty for p in form.places) for form in drawn]
    assert (max(scores) - min(scores)) * 4 < max(plain) - min(plain)


def test_the_same_seed_gives_the_same_forms_whatever_the_order_of_the_pool() -> None:
    turned = BANK[:]
    random.Random(5).shuffle(turned)  # noqa: S311 - any other order will do
    told = {"forms": 2, "earlier": OLD, "exposure": WORN}
    first = assemble(RULED, BANK, seed=1, **told)
    assert assemble(RULED, turned, seed=1, **told) == first
    drawn = draw(RULED, BANK, 4, earlier=OLD, exposure=WORN)
    assert draw(RULED, turned, 4, earlier=OLD, exposure=WORN) == drawn
    assert draw(RULED, BANK, 5, earlier=OLD, exposure=WORN).places != drawn.places


def test_a_search_that_the_clock_stops_is_refused_and_gives_no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "PATIENCE", 0.0)
    with pytest.raises(BankError) as caught:
        assemble(RULED, BANK, forms=2, seed=1, earlier=OLD, exposure=WORN)
    assert caught.value.code == "SEARCH_TOO_LONG"


def test_a_question_worn_or_seen_too_much_is_never_used() -> None:
    spec = dataclasses.replace(RULED, repeat_share=None)
    for seed in range(5):
        refs = {placed.ref for placed in draw(spec, BANK, seed, exposure=WORN).places}
        assert not refs & (set(WORN.uses) | set(WORN.seen))
    free = dataclasses.replace(spec, most_uses=2)
    used = {placed.ref for seed in range(5) for placed in draw(free, BANK, seed, exposure=WORN).places}
    assert used & set(WORN.uses)


def test_a_make_up_paper_repeats_no_more_than_its_share() -> None:
    spec = Specification((cell(None, 10),), repeat_share=Decimal("0.2"))
    pool = [item(n) for n in range(1, 13)]
    first_eight = frozenset(range(1, 5))
    form = draw(spec, pool, 1, earlier=first_eight)
    assert sum(placed.ref in first_eight for placed in form.places) == 2
    with pytest.raises(BankError) as caught:
        draw(spec, pool, 1, earlier=frozenset(range(1, 6)))
    assert caught.value.code == "SPECIFICATION_CLASH"


def test_a_question_stands_in_as_many_forms_as_is_allowed_and_no_more() -> None:
    pool = [item(n) for n in range(1, 8)]
    spec = Specification((cell(None, 5),))
    with pytest.raises(BankError) as caught:
        assemble(spec, pool, forms=2, seed=1)
    assert caught.value.code == "SPECIFICATION_CLASH"
    made = assemble(spec, pool, forms=2, seed=1, reuse=2)
    assert check_assembly(made.forms, spec, pool, reuse=2) == ()
    assert "FORMS_SHARE_ITEM" in [problem.code for problem in check_assembly(made.forms, spec, pool)]


def test_one_form_alone_is_even_with_itself() -> None:
    made = assemble(RULED, BANK, forms=1, seed=2, earlier=OLD, exposure=WORN)
    assert (made.objective, made.gap, made.status) == (0.0, 0.0, Status.OPTIMAL)
    assert check_assembly(made.forms, RULED, BANK, earlier=OLD, exposure=WORN) == ()


def test_cells_by_law_take_only_questions_of_that_law() -> None:
    pool = [item(n, law="行政处罚法" if n < 5 else "") for n in range(1, 10)]
    spec = Specification((cell(None, 4, law="行政处罚法"), cell(None, 2)))
    places = draw(spec, pool, 1).places
    assert {place.ref for place in places if place.cell_index == 0} == {1, 2, 3, 4}


def test_information_is_that_of_the_logistic_model_and_facility_stands_in() -> None:
    assert information(item(1, a=2.0, b=0.0), 0.0, 0.5) == pytest.approx(1.0)
    assert information(item(1, difficulty=0.5), 0.0, 0.9) == pytest.approx(0.25)
    # p = 0.8 at θ = 0 by the Rasch model, so P (1 − P) there is 0.8 × 0.2
    assert information(item(1, difficulty=0.8), 0.0, 0.5) == pytest.approx(0.16)
    assert information(item(1, difficulty=None), 0.0, 0.8) == pytest.approx(0.16)


def test_places_without_any_figure_are_counted_as_assumed() -> None:
    pool = [item(n, difficulty=None if n < 3 else 0.5) for n in range(1, 5)]
    assert assemble(Specification((cell(None, 2),)), pool, forms=2, seed=1).assumed == 2


@pytest.mark.parametrize(
    "figure", [{"difficulty": 1.1}, {"seconds": 0}, {"a": 0.0}, {"b": float("nan")}, {"difficulty": float("nan")}]
)
def test_a_question_with_an_impossible_figure_is_refused(figure: dict) -> None:
    pool = [item(1), dataclasses.replace(item(2), **figure)]
    with pytest.raises(BankError) as caught:
        draw(Specification((cell(None, 1),)), pool, 1)
    assert (caught.value.code, caught.value.data["ref"]) == ("POOL_FIGURE_BAD", 2)


@pytest.mark.parametrize(("forms", "reuse"), [(0, 1), (201, 1), (2, 0)])
def test_a_number_of_forms_that_makes_no_sense_is_refused(forms: int, reuse: int) -> None:
    with pytest.raises(BankError) as caught:
        assemble(Specification((cell(None, 1),)), [item(1)], forms=forms, seed=1, reuse=reuse)
    assert caught.value.code == "FORMS_BAD"
