"""LSAT6: 1,000 candidates, five questions (Bock and Lieberman 1970), and the figures published for it."""

import csv
from pathlib import Path

import numpy as np
import pytest

from question_bank.statistics import item_statistics
from question_bank.statistics.classical import items
from question_bank.statistics.irt import marginal, rasch
from question_bank.statistics.reliability import reliability
from question_bank.statistics.responses import from_shares
from tests.conftest import PROJECT

FILE = PROJECT / "tests" / "vectors" / "lsat6.csv"
NAMES = ("Q1", "Q2", "Q3", "Q4", "Q5")


def counts(path: Path) -> dict[tuple[str, ...], int]:
    with path.open(encoding="utf-8") as stream:
        return {tuple(row[:5]): int(row[5]) for row in list(csv.reader(stream))[1:]}


@pytest.fixture(scope="module")
def answers() -> np.ndarray:
    rows = [[float(cell) for cell in pattern] for pattern, times in counts(FILE).items() for _ in range(times)]
    return np.array(rows)


def test_our_copy_of_the_32_pattern_counts_is_the_published_one(shared: Path) -> None:
    own = counts(FILE)
    assert len(own) == 32
    assert sum(own.values()) == 1000
    assert own == counts(shared / "corpora" / "lsat6" / "patterns.csv")


def test_facility_and_corrected_point_biserial(answers: np.ndarray) -> None:
    found = items(from_shares(answers), {}, seed=1)
    assert [one.facility.value for one in found] == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870], abs=5e-4)
    published = [0.1128, 0.1532, 0.1728, 0.1444, 0.1216]
    assert [one.corrected.value for one in found] == pytest.approx(published, abs=5e-5)
    assert [one.discrimination.value for one in found] == pytest.approx([100 * one for one in published], abs=5e-3)
    assert [one.point_biserial for one in item_statistics(answers.tolist())] == pytest.approx(published, abs=5e-5)


def test_alpha_with_its_interval_and_error(answers: np.ndarray) -> None:
    found = reliability(from_shares(answers))
    assert found.kind == "alpha"
    assert found.coefficient.value == pytest.approx(0.29500, abs=5e-6)
    assert found.coefficient.interval is not None
    assert found.coefficient.interval.low < 0.295 < found.coefficient.interval.high
    assert found.error.value == pytest.approx(found.deviation * (1 - found.coefficient.value) ** 0.5)


def test_rasch_by_conditional_maximum_likelihood(answers: np.ndarray) -> None:
    found = rasch.fit(answers, NAMES)
    published = [-1.2561, 0.4749, 1.2360, 0.1684, -0.6232]
    assert [one.difficulty.value for one in found.items] == pytest.approx(published, abs=5e-5)
    assert sum(value for _, value in found.known) == pytest.approx(0, abs=1e-9)
    assert [one.error for one in found.items] == pytest.approx(_errors_by_differences(answers), rel=1e-4)


def _errors_by_differences(answers: np.ndarray) -> list[float]:
    """The standard errors from the conditional likelihood itself, over all 32 patterns, without any recursion."""
    at = np.array([value for _, value in rasch.fit(answers, NAMES).known])
    patterns = np.array(np.meshgrid(*[[0, 1]] * 5)).reshape(5, -1).T
    scores = answers.sum(axis=1)

    def value(beta: np.ndarray) -> float:
        weights = np.exp(-patterns @ beta)
        by_score = [weights[patterns.sum(axis=1) == score].sum() for score in range(6)]
        return float(-(answers @ beta).sum() - sum(np.log(by_score[int(score)]) for score in scores))

    basis = np.vstack([np.eye(4), -np.ones(4)])
    step, matrix = 1e-3, np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            a, b = basis[:, i] * step, basis[:, j] * step
            matrix[i, j] = (value(at + a + b) - value(at + a - b) - value(at - a + b) + value(at - a - b)) / (
                4 * step**2
            )
    covariance = basis @ np.linalg.inv(-matrix) @ basis.T
    return np.sqrt(np.diag(covariance)).tolist()


def test_one_parameter_by_marginal_maximum_likelihood(answers: np.ndarray) -> None:
    found = marginal.one_parameter(answers, NAMES)
    assert {round(one.slope, 10) for one in found.items} == {round(found.items[0].slope, 10)}
    assert found.items[0].slope == pytest.approx(0.7551, abs=5e-5)
    assert found.log_likelihood == pytest.approx(-2466.938, abs=5e-4)
    assert found.parameters == 6


def test_two_parameters_fit_no_worse_than_one_and_cost_four_more(answers: np.ndarray) -> None:
    one, two = marginal.one_parameter(answers, NAMES), marginal.two_parameter(answers, NAMES)
    assert two.parameters - one.parameters == 4
    assert 0 < two.log_likelihood - one.log_likelihood < 1
    assert all(item.slope_error > 0 for item in two.items)
