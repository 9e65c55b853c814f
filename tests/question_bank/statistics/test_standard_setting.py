"""Panels: their arithmetic, their feedback, their silence below five judges, and the legal floor that stays."""

import pytest

from question_bank.errors import BankError
from question_bank.statistics.intervals import Estimate
from question_bank.statistics.standard_setting import (
    BORDERLINE_MINIMUM,
    JUDGES_MINIMUM,
    Evidence,
    Rating,
    angoff,
    borderline,
    decide,
    ebel,
)  # fmt: skip

MARKS = {"Q1": 1.0, "Q2": 1.0, "Q3": 2.0}


def panel(judges: int = JUDGES_MINIMUM, round_: int = 1, spread: float = 0.05) -> list[Rating]:
    return [
        Rating(f"J{judge}", item, chance + spread * (judge - (judges - 1) / 2), round_)
        for judge in range(judges)
        for item, chance in (("Q1", 0.8), ("Q2", 0.6), ("Q3", 0.5))
    ]


def refused(code: str, call: object, *given: object) -> None:
    with pytest.raises(BankError) as caught:
        call(*given)
    assert caught.value.code == code
    assert caught.value.zh != caught.value.en


def test_an_angoff_cut_is_the_mean_of_marks_times_chances_with_an_interval_over_judges() -> None:
    (found,) = angoff(panel(), MARKS, {"Q1": 0.9, "Q3": 0.4})
    assert found.cut.value == pytest.approx(100 * (0.8 + 0.6 + 2 * 0.5) / 4)
    assert (found.cut.interval.low, found.cut.interval.high) == pytest.approx((60 - 9.816, 60 + 9.816), abs=1e-3)
    assert [one.cut for one in found.judges] == pytest.approx([50, 55, 60, 65, 70])
    assert [one.away for one in found.items] == [pytest.approx(-0.1), None, pytest.approx(0.1)]
    assert found.judges[2].away == pytest.approx(0.0)
    assert found.judges[0].with_facility.why == "STATISTICS_TOO_FEW"  # two facilities carry no correlation


def test_a_judge_whose_ratings_go_against_the_facilities_is_visible() -> None:
    marks = {f"Q{at}": 1.0 for at in range(10)}
    facilities = {f"Q{at}": 0.3 + at / 20 for at in range(10)}
    ratings = [Rating("for", item, facility) for item, facility in facilities.items()]
    ratings += [Rating("against", item, 1 - facility) for item, facility in facilities.items()]
    against, agreeing = angoff(ratings, marks, facilities)[0].judges
    assert against.with_facility.value == pytest.approx(-1)
    assert agreeing.with_facility.value == pytest.approx(1)


def test_rounds_stand_apart_and_show_how_judges_draw_together() -> None:
    first, second = angoff(panel() + panel(round_=2, spread=0.01), MARKS)
    assert (first.number, second.number) == (1, 2)
    assert second.deviation < first.deviation
    assert second.cut.interval.high - second.cut.interval.low < first.cut.interval.high - first.cut.interval.low


def test_a_panel_below_five_judges_has_no_cut_but_keeps_its_feedback() -> None:
    (found,) = angoff(panel(4), MARKS)
    assert (found.cut.value, found.cut.why) == (None, "STATISTICS_TOO_FEW")
    assert len(found.items) == 3


def test_ratings_that_cannot_be_are_refused() -> None:
    refused("STANDARD_RATING_MISSING", angoff, panel()[:-1], MARKS)
    refused("STANDARD_RATING_TWICE", angoff, [*panel(), panel()[0]], MARKS)
    refused("STANDARD_RATING_BAD", angoff, [Rating("J", "Q1", 1.2)], MARKS)
    refused("STANDARD_RATING_BAD", angoff, [Rating("J", "Q9", 0.2)], MARKS)


PLACES = {"Q1": ("essential", "easy"), "Q2": ("essential", "easy"), "Q3": ("useful", "hard")}


def test_an_ebel_cut_weighs_each_cell_by_its_marks() -> None:
    judges = {f"J{at}": {("essential", "easy"): 0.9, ("useful", "hard"): 0.3 + at / 10} for at in range(5)}
    found = ebel(PLACES, MARKS, judges)
    assert [(cell.items, cell.marks, round(cell.mean, 9)) for cell in found.cells] == [(2, 2.0, 0.9), (1, 2.0, 0.5)]
    assert found.cut.value == pytest.approx(70)
    assert found.cut.interval.low < 70 < found.cut.interval.high
    assert ebel(PLACES, MARKS, {}).cut.why == "STATISTICS_TOO_FEW"


def test_an_ebel_grid_with_gaps_is_refused() -> None:
    refused("STANDARD_PLACE_MISSING", ebel, {"Q1": ("a", "b")}, MARKS, {})
    refused("STANDARD_CELL_MISSING", ebel, PLACES, MARKS, {"J": {("essential", "easy"): 0.9}})
    refused("STANDARD_CELL_BAD", ebel, PLACES, MARKS, {"J": {("essential", "easy"): 0.9, ("useful", "hard"): 2}})


def test_a_borderline_group_gives_the_median_and_its_interval() -> None:
    found = borderline(list(range(50, 71)))
    assert (found.value, found.n) == (60, 21)
    assert (found.interval.low, found.interval.high) == (55, 65)
    assert borderline([60.0] * (BORDERLINE_MINIMUM - 1)).why == "STATISTICS_TOO_FEW"


EVIDENCE = (Evidence("angoff", angoff(panel(), MARKS)[0].cut), Evidence("borderline", borderline([70.0] * 12)))


def test_the_pass_mark_is_kept_with_its_evidence_and_who_it_lets_pass() -> None:
    found = decide(62, 60, EVIDENCE, "专家组两轮评定", [50.0] * 10 + [62.0] * 30)
    assert (found.chosen, found.floor, found.supported) == (62, 60, ("angoff",))
    assert found.evidence == EVIDENCE
    assert (found.passing.value, found.passing.n) == (0.75, 40)
    assert decide(62, 60, EVIDENCE, "x", [50.0]).passing.why == "STATISTICS_TOO_FEW"


def test_no_evidence_lowers_the_legal_floor() -> None:
    refused("PASS_MARK_BELOW_FLOOR", decide, 59.9, 60, EVIDENCE, "低一点")
    assert decide(60, 60, EVIDENCE, "最低线").chosen == 60


def test_a_pass_mark_needs_evidence_with_a_figure_a_reason_and_bounds() -> None:
    silent = (Evidence("angoff", Estimate(None, 2, None, "STATISTICS_TOO_FEW", 5)),)
    refused("PASS_MARK_UNSUPPORTED", decide, 70, 60, silent, "x")
    refused("PASS_MARK_UNSUPPORTED", decide, 70, 60, (), "x")
    refused("PASS_MARK_REASON", decide, 70, 60, EVIDENCE, "  ")
    refused("PASS_MARK_BAD", decide, float("nan"), 60, EVIDENCE, "x")
    refused("PASS_MARK_BAD", decide, 101, 60, EVIDENCE, "x")
