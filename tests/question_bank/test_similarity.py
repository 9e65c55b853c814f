"""Near duplicates: what counts as near, what differs all the same, and that many questions take no quadratic time."""

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.banks import bundled
from question_bank.formats import read
from question_bank.items import Item, ItemType, Option
from question_bank.similarity import (
    FIGURES,
    NEAREST,
    NEGATIONS,
    SHINGLE,
    THRESHOLD,
    differences,
    near,
    shingles,
    similarity,
)

STEM = "行政处罚决定应当自行政处罚案件立案之日起九十日内作出，法律另有规定的除外。"


def judged(code: str, stem: str, key: str = "T") -> Item:
    return Item(code, ItemType.TRUE_FALSE, stem, (), (key,))


def choice(code: str, stem: str, *texts: str) -> Item:
    options = tuple(Option(letter, text) for letter, text in zip("ABCDEFGH", texts, strict=False))
    return Item(code, ItemType.SINGLE, stem, options, ("A",))


def test_a_rewording_is_near_and_another_question_about_the_same_article_is_not() -> None:
    first = judged("A", STEM)
    reworded = judged("B", "行政处罚决定应当自案件立案之日起九十日内作出，法律另有规定的除外")
    other = judged("C", "执法人员与案件有直接利害关系的，应当回避。")
    found = near([first, reworded, other])
    assert [(pair.first.code, pair.second.code, pair.known, pair.differs) for pair in found] == [("B", "A", False, ())]
    assert THRESHOLD <= found[0].similarity < 1


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        (STEM.replace("九十", "六十"), (FIGURES,)),
        (STEM.replace("九十", "90"), (FIGURES,)),
        (STEM.replace("应当", "不应当"), (NEGATIONS,)),
        (STEM.replace("另有规定", "未另有规定"), (NEGATIONS,)),
        (STEM.replace("九十", "３０").replace("应当", "不应当"), (FIGURES, NEGATIONS)),
    ],
)
def test_a_changed_figure_or_negation_is_near_and_named(changed: str, differs: tuple[str, ...]) -> None:
    (pair,) = near([judged("A", STEM), judged("B", changed)])
    assert (pair.similarity, pair.differs) == (1, differs)


def test_short_stems_that_differ_in_one_figure_are_found() -> None:
    assert [pair.differs for pair in near([judged("A", "期限为3日。"), judged("B", "期限为5日。")])] == [(FIGURES,)]


def test_equal_questions_and_a_revision_in_the_bank_are_no_near_duplicates() -> None:
    first = choice("A", STEM, "甲机关", "乙机关")
    again = replace(first, code="B", options=(Option("A", "乙机关"), Option("B", "甲机关")), key=("B",))
    assert near([first, again]) == ()
    assert near([replace(first, stem=STEM + "对吗")], [first]) == ()
    assert [pair.known for pair in near([replace(first, code="B", stem=STEM + "对吗")], [first])] == [True]


def test_the_order_of_options_width_case_and_punctuation_make_no_difference() -> None:
    first = choice("A", "下列属于行政处罚种类的ABC是（ ）", "警告、通报批评", "责令改正")
    second = choice("B", "下列属于行政处罚种类的ａｂｃ是____", "责令改正。", "警告 通报批评")
    assert similarity(first, second) == 1


def test_questions_of_one_stem_and_other_options_are_far_apart() -> None:
    stem = "下列说法正确的是（ ）"
    assert (
        near([choice("A", stem, "罚款应当上缴国库", "警告可以口头"), choice("B", stem, "听证公开举行", "扣押要两人")])
        == ()
    )


def test_a_question_repeated_often_is_told_with_its_nearest_few() -> None:
    many = [judged(f"Q{number}", f"{STEM}情形{'甲乙丙丁戊己庚辛'[number]}。") for number in range(8)]
    assert max(sum(pair.first.code == item.code for pair in near(many)) for item in many) == NEAREST


@pytest.mark.parametrize("threshold", [0, -1, 1.1])
def test_a_threshold_that_means_nothing_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        near([], (), threshold)


def test_texts_without_a_word_are_near_to_nothing() -> None:
    assert near([judged("A", "？？"), judged("B", "！！")]) == ()
    assert similarity(judged("A", ""), judged("B", "")) == 0


def test_no_two_bundled_questions_say_the_same() -> None:
    bank = [item for name, data in bundled() for item in read(name, data).items]
    assert [(pair.first.code, pair.second.code) for pair in near(bank) if not pair.differs] == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("甲乙丙丁戊己庚辛不一2", min_size=1, max_size=14), max_size=12), st.sampled_from([0.3, 0.6, 1.0])
)
def test_the_index_finds_what_comparing_all_pairs_finds(stems: list[str], threshold: float) -> None:
    items = [judged(f"Q{number}", stem) for number, stem in enumerate(stems)]
    found = {(pair.first.code, pair.second.code) for pair in near(items, (), threshold)}
    for later, first in enumerate(items):
        partners = {
            second.code
            for second in items[:later]
            if similarity(first, second) >= threshold and (differences(first, second) or first.stem != second.stem)
        }
        told = {second for one, second in found if one == first.code}
        assert told <= {item.code for item in items[:later]}
        assert len(told) == NEAREST or partners <= told | {
            item.code for item in items[:later] if similarity(first, item) == 1
        }


def test_shingles_are_pairs_and_a_single_character_is_its_own() -> None:
    assert {len(one) for one in shingles(judged("A", "行政处罚"))} == {SHINGLE}
    assert shingles(judged("A", "罚")) == {"罚"}


def test_questions_made_of_one_boilerplate_take_no_quadratic_time() -> None:
    rng = random.Random(7)  # noqa: S311 - a test's own lots
    letters = [chr(0x4E00 + number) for number in range(5000)]

    def spent(count: int) -> float:
        items = [judged(f"Q{n}", STEM + "".join(rng.sample(letters, 6))) for n in range(count)]
        began = time.process_time()
        near(items)
        return time.process_time() - began

    spent(100)
    assert spent(800) < 8 * spent(200) + 0.5  # four times as many; quadratic would take 16 times as long
