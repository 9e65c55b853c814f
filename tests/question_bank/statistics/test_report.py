"""One call for everything about one sitting."""

import subprocess
import sys

import numpy as np
import pytest

from question_bank.statistics.report import SittingStatistics, report
from question_bank.statistics.responses import Answer, Sheet, from_sheets
from tests.question_bank.statistics import sittings


@pytest.fixture(scope="module")
def forty() -> SittingStatistics:
    responses, keys = sittings.sitting(np.random.default_rng(1), 40, [sittings.sound] * 30 + [sittings.miskeyed])
    return report(responses, keys, seed=1, simulations=5)


def test_forty_candidates_get_classical_figures_rasch_and_copying_but_no_slopes(forty: SittingStatistics) -> None:
    assert (forty.n, len(forty.items)) == (40, 31)
    assert forty.reliability.coefficient.value is not None
    assert {flag.item for flag in forty.flags if flag.weight == "FLAG"} == {"Q31"}
    assert not forty.rasch.why
    assert all(one.infit is not None for one in forty.rasch_fit)
    assert (forty.one_parameter.why, forty.two_parameter.why) == ("STATISTICS_TOO_FEW",) * 2
    assert {one.why for one in forty.two_parameter_fit} == {"STATISTICS_TOO_FEW"}
    assert forty.scale.model == "rasch"
    assert len(forty.scale.abilities) == 40
    assert forty.copying.tested == 780


def test_abilities_rank_candidates_as_their_scores_do(forty: SittingStatistics) -> None:
    values = [one.estimate.value for _, one in forty.scale.abilities]
    assert all(value is not None for value in values)
    assert np.std(values) > 0.3


def test_equal_arguments_give_equal_figures() -> None:
    responses, keys = sittings.sitting(np.random.default_rng(2), 25, [sittings.sound] * 20)
    assert report(responses, keys, seed=3, simulations=3) == report(responses, keys, seed=3, simulations=3)


def test_an_empty_sitting_and_a_sitting_of_one_say_not_enough_data() -> None:
    for sheets in ([], [Sheet("K", (Answer("a", 1.0, ("A",)), Answer("b")))]):
        found = report(from_sheets(sheets), {}, seed=1)
        assert found.flags == ()
        assert found.rasch.why == found.copying.why == found.two_parameter.why == "STATISTICS_TOO_FEW"
        assert found.scale.model == ""
        assert found.reliability.coefficient.why == "STATISTICS_TOO_FEW"


def test_papers_drawn_one_by_one_are_scaled_by_the_one_parameter_model_and_part_marks_left_out() -> None:
    chance = np.random.default_rng(4)
    sheets = []
    for row in range(150):
        theta, drawn = chance.normal(), chance.choice(40, 20, replace=False)
        p = 1 / (1 + np.exp(-(theta - (drawn - 20) / 12)))
        right = chance.random(20) < p
        answers = [
            Answer(f"Q{at}", float(yes), ("A",) if yes else ("B",)) for at, yes in zip(drawn, right, strict=True)
        ]
        sheets.append(Sheet(str(row), (*answers, Answer("essay", 0.5, ("…",)))))
    found = report(from_sheets(sheets), {}, seed=1, simulations=2)
    assert found.omitted_part_marks == ("essay",)
    assert found.rasch.why == "STATISTICS_PAPERS_DIFFER"
    assert found.scale.model == "one-parameter"
    assert found.reliability.kind == "nested"
    assert {one.why for one in found.one_parameter_fit} == {"STATISTICS_PAPERS_DIFFER"}


def test_two_figures_for_a_results_page_need_neither_numpy_nor_scipy() -> None:
    script = (
        "import sys; from question_bank.statistics import item_statistics;"
        "sys.exit(bool({'numpy', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
