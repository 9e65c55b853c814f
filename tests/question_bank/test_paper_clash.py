"""Specifications that cannot be filled are told why, senseless ones are refused, and broken forms are found."""

import dataclasses
from decimal import Decimal

import pytest

from question_bank.assembly import Exposure, Form, PoolItem, Problem, check_assembly, check_form, clashes, draw
from question_bank.items import ItemType, Level
from question_bank.specification import Cell, Span, Specification, check_specification

S = ItemType.SINGLE
LETTERS = ("A", "B", "C", "D")


def items(topic: str, first: int, count: int, **more) -> list[PoolItem]:
    return [PoolItem(first + n, topic, S, Level.RECALL, LETTERS, **more) for n in range(count)]


def cell(topic: str | None, count: int, marks: str = "1") -> Cell:
    return Cell(topic, S, None, count, Decimal(marks))


POOL = [
    *items("处罚", 1, 20, difficulty=0.5, seconds=60),
    *items("强制", 21, 20, difficulty=0.8, seconds=40),
    *items("许可", 41, 20, difficulty=0.6, seconds=50),
]


def test_a_cell_short_by_a_cap_on_uses_names_that_cell_and_that_cap() -> None:
    spec = Specification(
        (cell("处罚", 5), cell("强制", 5), cell("许可", 12)),
        apart=((1, 2), (21, 22)), most_uses=1, last_sittings=3, most_seen=Decimal("0.5"),
        expected_score=Span(Decimal(10), Decimal(20)),
    )  # fmt: skip
    exposure = Exposure(uses=dict.fromkeys(range(41, 52), 1), seen={ref: Decimal("0.9") for ref in range(1, 11)})
    told = clashes(spec, POOL, exposure=exposure)
    assert [one.code for one in told] == ["CLASH_CELL_LEFT", "CLASH_USES"]
    assert all(one.smallest for one in told)
    assert told[0].en == (
        "Cell 3 needs 12 questions; 20 of the bank fit it, but with the other demands named here only 9 remain."
    )
    assert told[0].zh == "第3个单元需要12题，题库中符合的有20题，按此处所列其他要求只剩9题。"
    assert told[1].en == "A question may be in at most 1 of the last 3 sittings, which shuts out 11."


def test_a_score_that_the_cells_cannot_reach_names_the_bound_and_how_far_one_gets() -> None:
    spec = Specification(
        (cell("处罚", 10), cell("许可", 2)), expected_score=Span(Decimal(7)), apart=((1, 2),),
        expected_seconds=Span(None, Decimal(1000)),
    )  # fmt: skip
    told = clashes(spec, POOL)
    assert [one.code for one in told] == ["CLASH_CELL_SHARED", "CLASH_CELL_SHARED", "CLASH_SCORE_LOW"]
    assert told[2].data == {"bound": "7", "unknown": 0, "reach": "6.2"}  # 10 × 0.5 + 2 × 0.6
    assert told[2].zh == "预期得分应至少为7分；按此处所列其他要求最高只能达到6.2分（0题没有预期难度，不能计入）。"


def test_questions_that_must_and_must_not_meet_name_both_sets_and_the_cell() -> None:
    pool = [*items("处罚", 1, 4), *items("强制", 21, 6)]
    spec = Specification(
        (cell("处罚", 4), cell("强制", 3)), together=((1, 2), (21, 22)), apart=((1, 2, 25), (23, 24)),
    )  # fmt: skip
    told = clashes(spec, pool)
    assert [one.code for one in told] == ["CLASH_CELL", "CLASH_APART"]
    assert told[1].data["refs"] == "1, 2, 25"
    torn = Specification(
        (cell("处罚", 4), cell("强制", 1)), together=((1, 21), (2, 22)), apart=((23, 24),),
    )  # fmt: skip
    found = clashes(torn, pool)
    assert [one.code for one in found] == [
        "CLASH_CELL_SHARED", "CLASH_CELL_SHARED", "CLASH_TOGETHER", "CLASH_TOGETHER",
    ]  # fmt: skip
    assert [one.data["refs"] for one in found[2:]] == ["1, 21", "2, 22"]


def test_a_paper_that_is_too_short_names_the_time_it_could_take() -> None:
    spec = Specification((cell("处罚", 5), cell("强制", 5)), expected_seconds=Span(Decimal(501), Decimal(520)))
    told = clashes(spec, POOL)
    assert [one.code for one in told] == ["CLASH_CELL_SHARED", "CLASH_CELL_SHARED", "CLASH_SECONDS_LOW"]
    assert told[-1].data["reach"] == "500"


def test_questions_without_a_figure_do_not_count_towards_a_bound() -> None:
    pool = items("处罚", 1, 10)
    told = clashes(Specification((cell(None, 2),), expected_score=Span(Decimal(0))), pool)
    assert [one.code for one in told] == ["CLASH_CELL_LEFT", "CLASH_SCORE_LOW"] or [one.code for one in told] == [
        "CLASH_CELL_LEFT", "CLASH_SCORE_LOW_BARE",
    ]  # fmt: skip
    assert told[1].data["unknown"] == 10


def test_a_cell_that_no_question_fits_is_named_also_where_it_stands_alone() -> None:
    for pool in (POOL, []):
        told = clashes(Specification((cell("规划", 2),)), pool)
        assert [(one.code, one.data["available"]) for one in told] == [("CLASH_CELL", 0)]
        assert told[0].smallest


def test_too_many_papers_name_the_cell_and_that_questions_are_not_shared() -> None:
    told = clashes(Specification((cell("处罚", 7), cell("强制", 5))), POOL, forms=3)
    assert [one.code for one in told] == ["CLASH_CELL", "CLASH_SHARING"]
    assert told[0].data["needed"] == "7 × 3 = 21"
    assert clashes(Specification((cell("处罚", 7), cell("强制", 5))), POOL, forms=3, reuse=2) == ()


def test_a_make_up_share_that_leaves_too_little_is_named() -> None:
    spec = Specification((cell("处罚", 10),), repeat_share=Decimal("0.2"))
    told = clashes(spec, POOL, earlier=frozenset(range(1, 14)))
    assert [one.code for one in told] == ["CLASH_CELL", "CLASH_REPEAT"]
    assert (told[1].data["most"], told[1].data["repeated"]) == (2, 13)


def test_many_cells_are_told_in_one_sentence() -> None:
    cells = tuple(cell(None, 2) for _ in range(6))
    told = clashes(Specification(cells), items("处罚", 1, 11))
    assert [one.code for one in told] == ["CLASH_CELLS"]
    assert (told[0].data["altogether"], told[0].data["shared"]) == (12, 11)
    assert told[0].zh
    assert told[0].en


def test_forms_that_clash_only_one_by_one_are_told_apart() -> None:
    """The four are worth 2.5 and 2 × 1.2 are asked, so that their sum would do; no two papers of them do."""
    pool = [*items("处罚", 1, 3, difficulty=0.5), *items("处罚", 4, 1, difficulty=1.0)]
    spec = Specification((cell(None, 2),), expected_score=Span(Decimal("1.2")))
    assert [one.code for one in clashes(spec, pool, forms=2)] == ["CLASH_SCORE_LOW", "CLASH_SHARING"]
    assert clashes(spec, pool, forms=1) == ()


BASE = Specification((cell("处罚", 3), cell("强制", 2)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expected_score": Span(Decimal(4), Decimal(3))}, "SCORE_SPAN_BAD"),
        ({"expected_score": Span(Decimal(6))}, "SCORE_SPAN_BAD"),
        ({"expected_score": Span(None, Decimal("NaN"))}, "SCORE_SPAN_BAD"),
        ({"expected_seconds": Span(Decimal(-1))}, "SECONDS_SPAN_BAD"),
        ({"expected_seconds": Span(Decimal("Infinity"))}, "SECONDS_SPAN_BAD"),
        ({"together": ((1,),)}, "SET_BAD"),
        ({"apart": ((1, 1),)}, "SET_BAD"),
        ({"apart_tags": (" ",)}, "SET_TAG_EMPTY"),
        ({"apart_tags": tuple(f"t{n}" for n in range(501))}, "SETS_TOO_MANY"),
        ({"repeat_share": Decimal("1.01")}, "REPEAT_SHARE_BAD"),
        ({"most_seen": Decimal("NaN")}, "SEEN_SHARE_BAD"),
        ({"most_uses": 1}, "USES_BAD"),
        ({"most_uses": 4, "last_sittings": 3}, "USES_BAD"),
        ({"most_uses": 0, "last_sittings": 3}, "USES_BAD"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_code(changes: dict, code: str) -> None:
    faults = check_specification(dataclasses.replace(BASE, **changes))
    assert [fault.code for fault in faults] == [code]
    assert all(fault.zh and fault.en for fault in faults)


def _codes(problems: tuple[Problem, ...]) -> list[str]:
    assert all(problem.zh and problem.en for problem in problems)
    return [problem.code for problem in problems]


FORM = draw(BASE, POOL, 1)
REFS = [place.ref for place in FORM.places]
FIRST, SECOND = REFS[:2]
OUTSIDE = next(one.ref for one in POOL if one.ref not in REFS)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expected_score": Span(Decimal("3.2"))}, "FORM_SCORE_LOW"),
        ({"expected_score": Span(None, Decimal("3.05"))}, "FORM_SCORE_HIGH"),
        ({"expected_seconds": Span(Decimal(261))}, "FORM_SECONDS_LOW"),
        ({"expected_seconds": Span(None, Decimal(259))}, "FORM_SECONDS_HIGH"),
        ({"together": ((FIRST, OUTSIDE),)}, "FORM_TOGETHER_SPLIT"),
        ({"together": ((FIRST, 999),)}, "FORM_TOGETHER_SPLIT"),
        ({"apart": ((FIRST, SECOND, OUTSIDE),)}, "FORM_APART_MET"),
    ],
)
def test_the_checker_finds_each_broken_total_and_set(changes: dict, code: str) -> None:
    assert check_form(FORM, BASE, POOL) == ()
    assert _codes(check_form(FORM, dataclasses.replace(BASE, **changes), POOL)) == [code]


def test_bounds_hold_to_the_last_digit() -> None:
    exact = dataclasses.replace(
        BASE, expected_score=Span(Decimal("3.1"), Decimal("3.1")), expected_seconds=Span(Decimal(260), Decimal(260))
    )
    assert check_form(FORM, exact, POOL) == ()
    assert clashes(exact, POOL) == ()


def test_the_checker_finds_worn_and_seen_questions_by_place() -> None:
    spec = dataclasses.replace(BASE, most_uses=2, last_sittings=5, most_seen=Decimal("0.25"))
    assert check_form(FORM, spec, POOL, exposure=Exposure({FIRST: 1}, {FIRST: Decimal("0.25")})) == ()
    problems = check_form(FORM, spec, POOL, exposure=Exposure({FIRST: 2}, {SECOND: Decimal("0.26")}))
    assert _codes(problems) == ["FORM_ITEM_WORN", "FORM_ITEM_SEEN"]
    assert [problem.position for problem in problems] == [1, 2]


def test_the_checker_finds_enemies_tags_repeats_and_missing_figures() -> None:
    tagged = [
        dataclasses.replace(one, tags=("甲",) if one.ref in (FIRST, SECOND) else (), enemies=(SECOND,))
        if one.ref in (FIRST, SECOND)
        else one
        for one in POOL
    ]
    assert _codes(check_form(FORM, BASE, tagged)) == ["FORM_ENEMIES_MET"]
    apart = dataclasses.replace(BASE, apart_tags=("甲",))
    assert _codes(check_form(FORM, apart, tagged)) == ["FORM_APART_MET", "FORM_ENEMIES_MET"]
    split = [dataclasses.replace(one, tags=("乙",)) if one.ref in (FIRST, OUTSIDE) else one for one in POOL]
    assert _codes(check_form(FORM, dataclasses.replace(BASE, together_tags=("乙",)), split)) == ["FORM_TOGETHER_SPLIT"]
    repeats = dataclasses.replace(BASE, repeat_share=Decimal("0.2"))
    assert check_form(FORM, repeats, POOL, earlier={FIRST}) == ()
    assert _codes(check_form(FORM, repeats, POOL, earlier={FIRST, SECOND})) == ["FORM_REPEATS_TOO_MANY"]
    bare = [dataclasses.replace(one, difficulty=None, seconds=None) if one.ref == FIRST else one for one in POOL]
    both = dataclasses.replace(BASE, expected_score=Span(Decimal(0)), expected_seconds=Span(Decimal(0)))
    assert _codes(check_form(FORM, both, bare)) == ["FORM_SCORE_UNKNOWN", "FORM_SECONDS_UNKNOWN"]


def test_the_checker_of_several_forms_names_the_form_and_what_they_share() -> None:
    broken = Form(2, FORM.places[1:])
    problems = check_assembly((FORM, broken), BASE, POOL)
    assert "FORMS_SHARE_ITEM" in _codes(problems)
    assert [(one.code, one.data["form"]) for one in problems if "form" in one.data] == [("FORM_CELL_COUNT", 2)]
    assert _codes(check_assembly((FORM, FORM), BASE, POOL, reuse=2)) == []
