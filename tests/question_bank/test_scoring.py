"""What answers are worth: each policy by examples computed by hand, and what holds for every question and answer."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError
from question_bank.items import MARKED_BY_PEOPLE, Area, Blank, Criterion, Item, ItemType, Option, Shape
from question_bank.responses import read_response, solution, write_response
from question_bank.scoring import ScoringPolicy, accepts, by_people, contains, rubric_marks, score_item, share
from tests.question_bank.answering import answers
from tests.question_bank.formats.kept import EXAMPLES
from tests.question_bank.sound_items import sound_items

BY_MACHINE = set(ItemType) - MARKED_BY_PEOPLE
ALL, PARTIAL, DEDUCT = ScoringPolicy.ALL_OR_NOTHING, ScoringPolicy.PARTIAL, ScoringPolicy.DEDUCT
FIVE = tuple(Option(letter, letter + "项") for letter in "ABCDE")
SINGLE = Item("Q1", ItemType.SINGLE, "谁？", FIVE, ("B",))
MULTIPLE = replace(SINGLE, type=ItemType.MULTIPLE, key=("A", "B", "C"))
STATEMENT = Item("Q2", ItemType.TRUE_FALSE, "可以。", (), ("F",))
ORDER = replace(SINGLE, type=ItemType.ORDERING, key=("C", "A", "B", "E", "D"))
MATCHING = replace(SINGLE, type=ItemType.MATCHING, prompts=("立案", "听证", "决定"), key=("1B", "2B", "3A"))
CLOZE = Item("Q3", ItemType.CLOZE, "{{1}}{{2}}{{3}}", (), (), blanks=(
    Blank(("两名", "2名"), weight=3), Blank(("A",), options=FIVE, weight=2), Blank(("15",), Decimal("0.5")),
))  # fmt: skip
NUMERIC = Item("Q4", ItemType.NUMERIC, "几日", (), (), blanks=(Blank(("15", "16.5"), Decimal("0.5")),))
SPOTS = Item("Q5", ItemType.HOTSPOT, "点", (), ("A", "B"), areas=(
    Area("A", Shape.CIRCLE, (10, 10, 5)), Area("B", Shape.RECTANGLE, (100, 100, 200, 150)),
    Area("C", Shape.CIRCLE, (50, 50, 5)),
))  # fmt: skip
CASE = Item("Q6", ItemType.CASE, "某日", (), (), parts=(
    replace(SINGLE, weight=3), replace(MULTIPLE, weight=2), replace(NUMERIC, weight=1),
))  # fmt: skip


def worth(*percentages: str | None) -> tuple[Option, ...]:
    return tuple(
        replace(option, worth=None if said is None else Decimal(said))
        for option, said in zip(FIVE, percentages, strict=True)
    )


@pytest.mark.parametrize(
    ("item", "value", "all_", "partial", "deduct"),
    [
        # one option of five: a guess is right once in five times and must earn nothing on average: 1 − 4 · ¼
        (SINGLE, "B", "4", "4", "4"), (SINGLE, "A", "0", "0", "-1"), (SINGLE, "", "0", "0", "0"),
        (STATEMENT, "F", "4", "4", "4"), (STATEMENT, "T", "0", "0", "-4"), (STATEMENT, "", "0", "0", "0"),
        # (right − wrong) ÷ 3
        (MULTIPLE, "ABC", "4", "4", "4"), (MULTIPLE, "AB", "0", "2.67", "2.67"), (MULTIPLE, "ABD", "0", "1.33", "1.33"),
        (MULTIPLE, "AD", "0", "0", "0"), (MULTIPLE, "D", "0", "0", "-1.33"), (MULTIPLE, "DE", "0", "0", "-2.67"),
        (MULTIPLE, "ABCDE", "0", "1.33", "1.33"), (MULTIPLE, "", "0", "0", "0"),
        # neighbours: CA AB BE ED
        (ORDER, "CABED", "4", "4", "4"), (ORDER, "CABDE", "0", "2", "2"), (ORDER, "DCABE", "0", "3", "3"),
        (ORDER, "DEBAC", "0", "0", "0"),
        (MATCHING, "1B 2B 3A", "4", "4", "4"), (MATCHING, "1B 2A 3A", "0", "2.67", "2.67"),
        (MATCHING, "2B", "0", "1.33", "1.33"), (MATCHING, "1A 2A 3B", "0", "0", "0"),
        # weights 3, 2 and 1 of 6
        (CLOZE, '["２名", "A", "15.5"]', "4", "4", "4"), (CLOZE, '["两 名", "B", ""]', "0", "2", "2"),
        (CLOZE, '["", "A", "14.49"]', "0", "1.33", "1.33"), (CLOZE, '["", "", "14.5"]', "0", "0.67", "0.67"),
        (NUMERIC, '["17"]', "4", "4", "4"), (NUMERIC, '["15.75"]', "0", "0", "0"), (NUMERIC, '["十五"]', "0", "0", "0"),
        # a point beside takes one back; the wrong area C is beside
        (SPOTS, "10,15 150,100", "4", "4", "4"), (SPOTS, "10,10 12,12", "0", "2", "2"), (SPOTS, "10,16", "0", "0", "0"),
        (SPOTS, "10,10 150,120 50,50", "0", "2", "2"), (SPOTS, "10,10 150,120 0,0 50,50", "0", "0", "0"),
        # 3, 2 and 1 of 6: right, ⅔, nothing; and wrong (−¼), wrong (−1 ÷ 3), right
        (CASE, '["B", "AB", "[\\"9\\"]"]', "2", "2.89", "2.89"),
        (CASE, '["A", "D", "[\\"15\\"]"]', "0.67", "0.67", "-0.28"), (CASE, "", "0", "0", "0"),
    ],
)  # fmt: skip
def test_four_marks_are_shared_out_as_each_policy_says(
    item: Item, value: str, all_: str, partial: str, deduct: str
) -> None:
    earned = [score_item(item, value, Decimal(4), policy) for policy in (ALL, PARTIAL, DEDUCT)]
    assert earned == [Decimal(all_), Decimal(partial), Decimal(deduct)]


@pytest.mark.parametrize(
    ("item", "value", "all_", "partial", "deduct"),
    [
        (replace(SINGLE, options=worth("50", "100", "0", "-50", "0")), "A", "0", "0.5", "0.5"),
        (replace(SINGLE, options=worth("50", "100", "0", "-50", "0")), "D", "0", "0", "-0.5"),
        (replace(SINGLE, options=worth("50", "80", "0", "0", "0")), "B", "1", "1", "1"),
        (replace(MULTIPLE, options=worth("50", "30", "20", "-25", "-100")), "AB", "0", "0.8", "0.8"),
        (replace(MULTIPLE, options=worth("50", "30", "20", "-25", "-100")), "ABCD", "0", "0.75", "0.75"),
        (replace(MULTIPLE, options=worth("50", "30", "20", "-25", "-100")), "DE", "0", "0", "-1"),
        (replace(MULTIPLE, options=worth("100", "100", "0", "0", "0")), "AB", "0", "1", "1"),
    ],
)
def test_options_that_state_their_worth_earn_it(item: Item, value: str, all_: str, partial: str, deduct: str) -> None:
    assert [share(item, value, policy) for policy in (ALL, PARTIAL, DEDUCT)] == [
        Decimal(all_), Decimal(partial), Decimal(deduct),
    ]  # fmt: skip


def right(item: Item, value: str) -> bool:
    """Whether an answer is wholly right, found without the formulas."""
    answer = read_response(item, value)
    if item.parts:
        return all(right(part, said) for part, said in zip(item.parts, answer, strict=True))
    if item.blanks:
        return all(accepts(blank, said) for blank, said in zip(item.blanks, answer, strict=True))
    if item.type is ItemType.HOTSPOT:
        hit = [{a.key for a in item.areas if contains(a, *map(int, at.split(",")))} & set(item.key) for at in answer]
        return all(hit) and set().union(*hit) == set(item.key)
    return answer == item.key


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(st.data(), sound_items(BY_MACHINE).filter(lambda item: not by_people(item)))
def test_shares_stay_within_their_bounds_and_only_the_solution_earns_everything(
    data: st.DataObject, item: Item
) -> None:
    value = data.draw(answers(item))
    whole, partial, deducted = (share(item, value, policy) for policy in (ALL, PARTIAL, DEDUCT))
    assert 0 <= whole <= partial <= 1
    assert -1 <= deducted <= partial
    if item.type is not ItemType.CASE:
        assert whole in {0, 1}
    if value == "":
        assert (whole, partial, deducted) == (0, 0, 0)
    assert (whole == 1) == right(item, value)
    if not any(option.worth is not None for one in (item, *item.parts) for option in one.options):
        assert (partial == 1) == (deducted == 1) == right(item, value)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.data(), sound_items(BY_MACHINE).filter(lambda item: not by_people(item)), st.sampled_from(ScoringPolicy),
    st.decimals("0.01", 200, places=2),
)  # fmt: skip
def test_marks_are_hundredths_never_more_than_the_question_has(
    data: st.DataObject, item: Item, policy: ScoringPolicy, marks: Decimal
) -> None:
    earned = score_item(item, data.draw(answers(item)), marks, policy)
    assert -marks <= earned <= marks
    assert earned == earned.quantize(Decimal("0.01"))
    assert policy is DEDUCT or earned >= 0
    assert score_item(item, write_response(item, solution(item)), marks, policy) == marks


def test_half_a_hundredth_is_rounded_up() -> None:
    assert score_item(replace(ORDER, key=("A", "B", "C", "D", "E")), "ABCED", Decimal("0.01"), PARTIAL) == Decimal(
        "0.01"
    )
    assert score_item(replace(MULTIPLE, key=("A", "B")), "A", Decimal("0.25"), PARTIAL) == Decimal("0.13")


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("15", True), ("１５", True), (" 15 ", True), ("15.5", True), ("14.5", True), ("15.50001", False),
        ("1,5", False), ("15日", False), ("", False), ("1.5e1", True), ("−15", False), ("nan", False), ("1500%", False),
        ("①⑤", False),
    ],
)  # fmt: skip
def test_a_number_is_taken_within_its_tolerance_and_in_digits_only(said: str, *, taken: bool) -> None:
    assert accepts(Blank(("15",), Decimal("0.5")), said) is taken


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("行政处罚法", True), ("ABC 法", True), ("ａｂｃ法", True), ("行政　处罚法", True), ("行政处罚", False),
        ("", False), ("行政\u200b处罚法", True),
    ],
)  # fmt: skip
def test_a_text_is_taken_whatever_its_width_case_and_spaces(said: str, *, taken: bool) -> None:
    assert accepts(Blank(("行政处罚法", "abc法")), said) is taken


@pytest.mark.parametrize(
    ("shape", "coords", "inside", "outside"),
    [
        (Shape.CIRCLE, (10, 10, 5), [(10, 10), (15, 10), (13, 14), (6, 7)], [(16, 10), (14, 14), (10, 4)]),
        (Shape.RECTANGLE, (0, 5, 10, 9), [(0, 5), (10, 9), (0, 7), (3, 6)], [(11, 7), (5, 4), (5, 10)]),
        (Shape.POLYGON, (0, 0, 8, 0, 8, 2, 2, 2, 2, 8, 0, 8),  # an L
         [(0, 0), (8, 0), (8, 2), (2, 2), (1, 1), (1, 7), (7, 1), (2, 5), (0, 4), (1, 8)],
         [(3, 3), (9, 1), (4, 4), (2, 9), (3, 8), (9, 0), (20, 2), (20, 8)]),
        (Shape.POLYGON, (5, 0, 10, 5, 5, 10, 0, 5), [(5, 0), (5, 5), (1, 5), (7, 2), (7, 3)], [(0, 0), (11, 5)]),
    ],
)  # fmt: skip
def test_the_edge_of_an_area_belongs_to_it(
    shape: Shape, coords: tuple[int, ...], inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    area = Area("A", shape, coords)
    assert [at for at in inside if not contains(area, *at)] == []
    assert [at for at in outside if contains(area, *at)] == []


CORNER = st.tuples(st.integers(0, 12), st.integers(0, 12))


@settings(max_examples=150, deadline=None)
@given(st.tuples(CORNER, CORNER, CORNER), CORNER, st.integers(0, 2), st.booleans())
def test_a_triangle_holds_what_lies_on_one_side_of_all_its_edges(
    corners: tuple[tuple[int, int], ...], at: tuple[int, int], first: int, backwards: bool
) -> None:
    def side(a: tuple[int, int], b: tuple[int, int]) -> int:
        return (b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0])

    a, b, c = corners
    if (b[0] - a[0]) * (c[1] - a[1]) == (b[1] - a[1]) * (c[0] - a[0]):
        return  # no triangle
    sides = [side(a, b), side(b, c), side(c, a)]
    expected = all(value >= 0 for value in sides) or all(value <= 0 for value in sides)
    turned = [*corners[first:], *corners[:first]][:: -1 if backwards else 1]
    area = Area("A", Shape.POLYGON, tuple(value for corner in turned for value in corner))
    assert contains(area, *at) is expected


def test_what_people_mark_is_not_scored_and_a_rubric_adds_up_its_points() -> None:
    criteria = (Criterion("甲", 2), Criterion("乙"), Criterion("丙"))
    essay = Item("E1", ItemType.SHORT_ANSWER, "说", (), (), rubric=criteria)
    case = replace(CASE, parts=(*CASE.parts, essay))
    for item, value in ((essay, "答"), (essay, ""), (case, "")):
        with pytest.raises(BankError) as refused:
            share(item, value, PARTIAL)
        assert refused.value.code == "NOT_SCORED_BY_MACHINE"
    assert [by_people(item) for item in (essay, case, CASE)] == [True, True, False]
    assert rubric_marks(essay, [1, 3, 3], Decimal(6)) == Decimal("4.5")
    assert rubric_marks(essay, [1, 2, 3], Decimal("6.5")) == Decimal("6.5")
    assert rubric_marks(essay, [], Decimal(6)) == rubric_marks(replace(essay, rubric=()), [], Decimal(6)) == 0
    for strange in (0, 4, -1):
        with pytest.raises(BankError) as refused:
            rubric_marks(essay, [1, strange], Decimal(6))
        assert refused.value.code == "RESPONSE_BAD"


def test_a_choice_without_a_key_is_not_marked() -> None:
    with pytest.raises(BankError) as refused:
        score_item(replace(SINGLE, key=()), "A", Decimal(1), ALL)
    assert refused.value.code == "KEY_MISSING"


@pytest.mark.parametrize("marks", ["0", "-1", "NaN", "Infinity"])
def test_marks_must_be_a_positive_number(marks: str) -> None:
    with pytest.raises(BankError) as refused:
        score_item(SINGLE, "B", Decimal(marks), ALL)
    assert refused.value.code == "MARKS_BAD"
