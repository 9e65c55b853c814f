"""Figures over several sittings from their sums, and statistics as plain values."""

import json
import pickle

import numpy as np
import pytest

from question_bank.statistics import classical
from question_bank.statistics.copying import Seat
from question_bank.statistics.intervals import wilson
from question_bank.statistics.plain import Material, compute, plain, scaled
from question_bank.statistics.pooled import corrected, facility, sums
from question_bank.statistics.responses import Answer, Key, Sheet


def cohort(n: int, seed: int, *, strong: float = 0.0, items: int = 12) -> tuple[Sheet, ...]:
    """Candidates of a Rasch model who all had the same items."""
    chance = np.random.default_rng(seed)
    sheets = []
    for person in range(n):
        ability = strong + chance.normal()
        answers = []
        for item in range(items):
            right = chance.random() < 1 / (1 + np.exp(item / items - ability))
            answers.append(Answer(f"I{item}", float(right), ("B",) if right else (str(chance.choice(list("ACD"))),)))
        sheets.append(Sheet(f"P{seed}-{person}", tuple(answers)))
    return tuple(sheets)


KEYS = {f"I{item}": Key(("B",), tuple("ABCD")) for item in range(12)}


def copied(value):
    """As it arrives in another process."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - made here


def sums_of(sheets: tuple[Sheet, ...], item: str = "I3"):
    found = compute(Material(sheets, KEYS, {}, 1))
    return next(one.sums for one in found.items if one.item == item)


def test_one_sitting_alone_gives_what_its_own_report_gives():
    sheets = cohort(40, 3)
    found = compute(Material(sheets, KEYS, {}, 1))
    for one, figures in zip(found.items, found.figures["items"], strict=True):
        assert facility([one.sums]).value == pytest.approx(figures["facility"]["value"])
        assert facility([one.sums]).interval.low == pytest.approx(figures["facility"]["interval"]["low"])
        assert corrected([one.sums]).value == pytest.approx(figures["corrected"]["value"])
        assert corrected([one.sums]).interval.high == pytest.approx(figures["corrected"]["interval"]["high"])


def test_small_classes_add_up_until_there_is_enough():
    parts = [sums_of(cohort(7, seed)) for seed in range(5)]
    assert facility(parts[:2]).why == corrected(parts[:2]).why == "STATISTICS_TOO_FEW"
    whole = facility(parts)
    assert (whole.n, whole.value) == (35, pytest.approx(sum(one.x for one in parts) / 35))
    assert whole.interval == wilson(sum(one.x for one in parts), 35)
    assert corrected(parts).n == 35


def test_a_strong_class_beside_a_weak_one_makes_no_correlation():
    chance = np.random.default_rng(5)
    weak = sums(chance.integers(0, 2, 200).astype(float).tolist(), chance.random(200).tolist())
    strong_x = (chance.random(200) < 0.98).astype(float)
    strong = sums(strong_x.tolist(), (2 + chance.random(200)).tolist())
    assert abs(corrected([weak, strong]).value) < 0.2
    joined = (
        np.concatenate([chance.integers(0, 2, 200), strong_x]),
        np.concatenate([chance.random(200), 2 + chance.random(200)]),
    )
    assert classical.related(*joined).value > 0.4


def test_part_marks_get_an_interval_of_the_mean_and_nothing_leaves_0_to_1():
    found = facility([sums([0.9, 1.0, 0.95, 1.0] * 8, [0.5, 0.6, 0.7, 0.8] * 8)])
    assert found.interval.method == "student-t"
    assert found.interval.low < found.value < found.interval.high <= 1.0


def test_what_does_not_vary_has_no_correlation_and_no_observations_no_figure():
    assert corrected([sums([1.0] * 30, [0.1 * i for i in range(30)])]).why == "STATISTICS_NO_VARIATION"
    assert corrected([]).why == facility([]).why == "STATISTICS_TOO_FEW"
    assert corrected([sums([0.0, 1.0] * 15, [float("nan")] * 30)]).why == "STATISTICS_TOO_FEW"


def test_statistics_survive_json_and_another_process_and_equal_material_gives_equal_figures():
    seats = {f"P9-{number}": Seat("1", 0, number) for number in range(30)}
    material = Material(cohort(30, 9, items=22), KEYS, seats, 4)
    first, second = compute(material), compute(copied(material))
    assert json.loads(json.dumps(first.figures, allow_nan=False)) == first.figures
    assert json.loads(json.dumps(first.copying, allow_nan=False)) == first.copying
    assert copied(second) == first


def test_a_fault_in_the_material_becomes_a_code_and_nobody_at_all_too():
    twice = cohort(1, 1) * 2
    assert compute(Material(twice, KEYS, {}, 1)).failure == "STATISTICS_TWICE"
    assert compute(Material((), {}, {}, 1)).failure == "STATISTICS_NOBODY"
    assert compute(Material((Sheet("a", ()),), {}, {}, 1)).failure == "STATISTICS_NOBODY"


def test_a_sitting_is_linked_to_an_earlier_one_whose_scale_it_finds_shifted():
    old = compute(Material(cohort(120, 21), KEYS, {}, 1)).figures
    fewer = tuple(Sheet(sheet.candidate, sheet.answers[4:]) for sheet in cohort(120, 22, strong=0.8))
    new = compute(Material(fewer, KEYS, {}, 2, (scaled(old, 7),))).figures
    link = new["equating"][0]
    assert (link["sitting"], link["method"], len(link["common"])) == (7, "mean-mean", 8)
    hard = [one["difficulty"]["value"] for one in old["rasch"]["items"][4:]]
    assert link["intercept"]["value"] == pytest.approx(sum(hard) / 8)
    assert link["intercept"]["value"] > 0.1
    assert [right for right, _ in link["scores"]] == list(range(1, 8))
    assert all(equal > right for right, equal in link["scores"])


def test_a_number_that_is_not_finite_is_none():
    assert plain((float("nan"), float("inf"), np.float64(1.5), np.int64(2))) == [None, None, 1.5, 2]
