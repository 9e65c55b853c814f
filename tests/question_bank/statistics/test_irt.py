"""Item response theory: planted parameters come back, errors cover them, and known shifts are found again."""

import numpy as np
import pytest

from question_bank.errors import BankError
from question_bank.statistics.irt import equating, marginal, rasch
from question_bank.statistics.irt.ability import Method, ability, probability
from question_bank.statistics.irt.fit import chi_square_fit, misfitting, rasch_fit, score_chances
from question_bank.statistics.irt.information import information, item_information, marginal_reliability
from tests.question_bank.statistics.sittings import say

K = 20
NAMES = tuple(f"Q{index}" for index in range(K))
SLOPES = np.linspace(0.7, 1.8, K)[np.random.default_rng(2).permutation(K)]
DIFFICULTIES = np.linspace(-2, 1.5, K)


def answers(n: int, seed: int, slopes: np.ndarray = SLOPES, difficulties: np.ndarray = DIFFICULTIES) -> np.ndarray:
    chance = np.random.default_rng(seed)
    theta = chance.normal(size=n)
    return (chance.random((n, len(slopes))) < probability(theta, slopes, difficulties)).astype(float)


@pytest.fixture(scope="module")
def two() -> tuple[np.ndarray, marginal.LogisticFit]:
    matrix = answers(2000, 1)
    return matrix, marginal.two_parameter(matrix, NAMES)


def test_planted_slopes_and_difficulties_are_recovered_within_their_errors(two: tuple) -> None:
    items = two[1].items
    slopes, difficulties = np.array([one.slope for one in items]), np.array([one.difficulty for one in items])
    assert np.corrcoef(slopes, SLOPES)[0, 1] > 0.9
    assert np.corrcoef(difficulties, DIFFICULTIES)[0, 1] > 0.99
    for found, truth, errors in (
        (slopes, SLOPES, [one.slope_error for one in items]),
        (difficulties, DIFFICULTIES, [one.difficulty_error for one in items]),
    ):
        z = (found - truth) / np.array(errors)
        assert np.abs(z).max() < 4
        assert 0.5 < np.sqrt((z**2).mean()) < 1.6  # errors that are half or double would fall outside


def test_rasch_recovers_planted_difficulties_though_the_abilities_are_skewed() -> None:
    chance = np.random.default_rng(4)
    theta = chance.exponential(1.0, 1500) - 0.5
    matrix = (chance.random((1500, K)) < probability(theta, np.ones(K), DIFFICULTIES)).astype(float)
    found = rasch.fit(matrix, NAMES)
    z = (np.array([value for _, value in found.known]) - DIFFICULTIES + DIFFICULTIES.mean()) / [
        one.error for one in found.items
    ]
    assert 0.5 < np.sqrt((z**2).mean()) < 1.6
    assert found.items[0].difficulty.interval.low < found.items[0].difficulty.value


def test_two_papers_with_common_items_come_onto_one_rasch_scale() -> None:
    matrix = answers(800, 6, np.ones(K))
    matrix[:400, :5] = np.nan
    matrix[400:, 15:] = np.nan
    found = rasch.fit(matrix, NAMES)
    assert [one.difficulty.n for one in found.items] == [400] * 5 + [800] * 10 + [400] * 5
    assert np.corrcoef([value for _, value in found.known], DIFFICULTIES)[0, 1] > 0.98
    matrix[:400, 5:10] = np.nan
    matrix[400:, 10:] = np.nan
    assert rasch.fit(matrix, NAMES).why == "STATISTICS_NOT_CONNECTED"


def test_items_that_all_solved_have_no_difficulty_and_say_why() -> None:
    matrix = answers(300, 7)
    matrix[:, 3] = 1.0
    for items in (rasch.fit(matrix, NAMES).items, marginal.two_parameter(matrix, NAMES).items):
        assert [
            index for index, one in enumerate(items) if one.difficulty is None or getattr(one.difficulty, "why", "")
        ] == [3]
    assert rasch.fit(matrix, NAMES).items[3].difficulty.why == "STATISTICS_EXTREME"
    assert marginal.two_parameter(matrix, NAMES).items[3].why == "STATISTICS_EXTREME"


def test_models_are_silent_below_their_least_n() -> None:
    assert rasch.fit(answers(29, 8), NAMES).why == "STATISTICS_TOO_FEW"
    assert not rasch.fit(answers(60, 8), NAMES).why
    assert marginal.one_parameter(answers(99, 8), NAMES).why == "STATISTICS_TOO_FEW"
    assert marginal.two_parameter(answers(249, 8), NAMES).why == "STATISTICS_TOO_FEW"
    assert all(one.slope is None for one in marginal.two_parameter(answers(249, 8), NAMES).items)


def test_part_marks_are_refused() -> None:
    for fit in (rasch.fit, marginal.one_parameter, marginal.two_parameter):
        with pytest.raises(BankError) as caught:
            fit(np.full((300, 3), 0.5), ("a", "b", "c"))
        assert caught.value.code == "STATISTICS_NOT_DICHOTOMOUS"


def test_symmetric_functions_agree_with_their_definition_and_stay_finite_for_long_papers() -> None:
    eps = np.array([0.5, 2.0, 3.0])
    assert rasch.symmetric(eps).tolist() == [1.0, 5.5, 8.5, 3.0]
    assert rasch.symmetric_without(eps)[1].tolist() == [1.0, 3.5, 1.5]
    shares = rasch.right_given_score(np.exp(np.linspace(-3, 3, 200)))
    assert shares.sum(axis=1) == pytest.approx(np.arange(201))


def test_infit_and_outfit_are_near_one_for_sound_items_and_find_a_noisy_one() -> None:
    matrix = answers(600, 9, np.ones(K))
    chance = np.random.default_rng(10)
    matrix[:, 10] = (chance.random(600) < 0.5).astype(float)
    found = rasch_fit(matrix, rasch.fit(matrix, NAMES))
    sound = [one for index, one in enumerate(found) if index != 10]
    assert all(0.85 < one.infit.value < 1.15 for one in sound)
    assert found[10].infit.value > 1.15
    assert found[10].outfit.p < 1e-6
    assert misfitting([one.infit.p for one in found]) == (10,)


def test_fit_is_rejected_at_the_nominal_rate_for_sound_items() -> None:
    infit, outfit, squares = [], [], []
    for seed in range(6):
        matrix = answers(500, 100 + seed, np.ones(K))
        matrix[0] = 1.0  # a score that settles every answer
        fitted = rasch_fit(matrix, rasch.fit(matrix, NAMES))
        infit += [one.infit.p for one in fitted]
        outfit += [one.outfit.p for one in fitted]
        squares += [one.p for one in chi_square_fit(matrix, marginal.one_parameter(matrix, NAMES))]
    for name, p in (("infit", infit), ("outfit", outfit), ("S-X2", squares)):
        rate = float(np.mean(np.array(p) < 0.05))
        say(f"{name}: {rate:.1%} of {len(p)} sound items rejected at 5 %")
        assert rate < 0.11, name
        assert 0.35 < np.mean(p) < 0.65, name


def test_one_steep_item_that_runs_backwards_does_not_turn_the_scale_round() -> None:
    slopes = np.array([0.45] * 5 + [-5.0])
    matrix = answers(2000, 3, slopes, np.linspace(-1, 1, 6))
    found = marginal.two_parameter(matrix, NAMES[:6])
    known = [slope for _, slope, _ in found.known]
    assert sum(known) < 0
    assert [slope > 0 for slope in known] == [True] * 5 + [False]


def test_a_paper_of_eighty_items_keeps_its_slopes_whatever_the_number_of_nodes() -> None:
    chance = np.random.default_rng(3)
    slopes, difficulties = chance.uniform(0.7, 1.8, 80), np.linspace(-2, 1.5, 80)
    matrix = answers(400, 4, slopes, difficulties)
    likelihoods = []
    for count in (marginal.NODES, 161):
        nodes, masses = marginal.normal_nodes(count)
        logs = np.log(probability(nodes, slopes, difficulties)) @ matrix.T
        logs += np.log(probability(nodes, -slopes, difficulties)) @ (1 - matrix.T)
        likelihoods.append(float(np.log(masses @ np.exp(logs)).sum()))
    assert likelihoods[0] == pytest.approx(likelihoods[1], abs=0.1)


@pytest.mark.parametrize("right", [(1.0, 1.0), (0.0, 0.0), (1.0, 0.0)])
def test_weighted_likelihood_stands_very_steep_items(right: tuple[float, float]) -> None:
    one = ability(np.array(right), np.array([6.0, 6.0]), np.array([-2.0, 5.0]))
    assert one.estimate.value is not None
    assert -4 < one.estimate.value < 7


def test_s_x2_finds_an_item_whose_curve_is_not_logistic(two: tuple) -> None:
    matrix, fitted = two
    sound = [one.p for one in chi_square_fit(matrix, fitted)]
    assert len(misfitting(sound)) <= 1
    bad = matrix.copy()
    scores = matrix.sum(axis=1)
    bad[:, 5] = ((scores > 6) & (scores < 15)).astype(float)
    found = chi_square_fit(bad, marginal.two_parameter(bad, NAMES))
    assert 5 in misfitting([one.p for one in found])


def test_the_chances_of_each_score_agree_with_counting_every_pattern() -> None:
    p = np.array([[0.2, 0.5, 0.9]])
    by_hand = np.zeros(4)
    for pattern in np.ndindex(2, 2, 2):
        by_hand[sum(pattern)] += np.prod([q if bit else 1 - q for bit, q in zip(pattern, p[0], strict=True)])
    assert score_chances(p)[0] == pytest.approx(by_hand)


@pytest.mark.parametrize("method", list(Method))
def test_abilities_are_recovered_and_their_errors_are_honest(method: Method) -> None:
    chance = np.random.default_rng(12)
    slopes, difficulties = np.tile(SLOPES, 2), np.tile(DIFFICULTIES, 2)
    theta = chance.normal(size=200)
    z = []
    for truth in theta:
        one = ability(
            (chance.random(40) < probability(truth, slopes, difficulties)).astype(float), slopes, difficulties, method
        )
        if one.estimate.value is not None:
            z.append((one.estimate.value - truth) / one.error)
    assert len(z) > 190
    assert 0.8 < np.sqrt(np.mean(np.square(z))) < 1.25
    assert abs(np.mean(z)) < 0.25


def test_all_right_has_no_maximum_likelihood_but_a_weighted_and_an_expected_ability() -> None:
    everything = np.ones(K)
    none = ability(everything, SLOPES, DIFFICULTIES, Method.ML)
    assert (none.estimate.value, none.error, none.estimate.why) == (None, None, "STATISTICS_EXTREME_SCORE")
    for method in (Method.WLE, Method.EAP):
        assert 1.5 < ability(everything, SLOPES, DIFFICULTIES, method).estimate.value < 6
    nothing_seen = ability(np.full(K, np.nan), SLOPES, DIFFICULTIES)
    assert nothing_seen.estimate.why == "STATISTICS_TOO_FEW"


def test_weighted_likelihood_is_less_biased_than_maximum_likelihood() -> None:
    chance = np.random.default_rng(13)
    rows = (chance.random((400, K)) < probability(1.5, SLOPES, DIFFICULTIES)).astype(float)
    kept = [row for row in rows if 0 < row.sum() < K]
    means = {
        method: np.mean([ability(row, SLOPES, DIFFICULTIES, method).estimate.value for row in kept])
        for method in (Method.ML, Method.WLE)
    }
    assert abs(means[Method.WLE] - 1.5) < abs(means[Method.ML] - 1.5)


def test_information_is_highest_where_the_items_are_and_gives_the_error() -> None:
    points = information(np.full(10, 1.2), np.full(10, 0.5), [-2, 0.5, 3])
    assert points[1].information == pytest.approx(10 * 1.2**2 / 4)
    assert points[1].error == pytest.approx(points[1].information ** -0.5)
    assert points[1].expected == pytest.approx(5)
    assert points[1].information > max(points[0].information, points[2].information)
    assert item_information(np.array([0.5]), np.array([2.0]), np.array([0.5])) == pytest.approx(1.0)
    assert 0 < marginal_reliability(np.ones(5), np.zeros(5)) < marginal_reliability(np.ones(40), np.zeros(40)) < 1


def forms(slope: float, shift: float) -> tuple[dict, dict]:
    """The same items on two scales: old ability = slope x new + shift."""
    old = {name: (float(a), float(b)) for name, a, b in zip(NAMES, SLOPES, DIFFICULTIES, strict=True)}
    return old, {name: (a * slope, (b - shift) / slope) for name, (a, b) in old.items()}


@pytest.mark.parametrize("link", [equating.mean_sigma, equating.stocking_lord])
def test_a_known_change_of_scale_is_found_exactly_where_items_are_exact(link: object) -> None:
    old, new = forms(1.3, 0.4)
    found = link(old, new)
    assert (found.slope.value, found.intercept.value) == pytest.approx((1.3, 0.4), abs=1e-5)
    assert found.ability(1.0) == pytest.approx(1.7, abs=1e-5)
    assert found.parameters(new["Q3"]) == pytest.approx(old["Q3"], abs=1e-5)
    assert found.drifted == ()


def test_a_known_shift_of_a_stronger_group_is_recovered_from_answers() -> None:
    chance = np.random.default_rng(14)
    fits = []
    for mean in (0.0, 0.6):
        theta = chance.normal(mean, 1.0, 1000)
        matrix = (chance.random((1000, K)) < probability(theta, SLOPES, DIFFICULTIES)).astype(float)
        found = marginal.two_parameter(matrix, NAMES)
        fits.append({NAMES[index]: (slope, at) for index, slope, at in found.known})
    for link in (equating.mean_sigma, equating.stocking_lord):
        found = link(fits[0], fits[1])
        assert found.intercept.value == pytest.approx(0.6, abs=0.15)
        assert found.slope.value == pytest.approx(1.0, abs=0.12)
        assert found.intercept.interval.low < 0.6 < found.intercept.interval.high
    assert equating.mean_mean(fits[0], fits[1]).slope.value == 1.0


def test_a_common_item_that_became_easier_is_named() -> None:
    old, new = forms(1.0, 0.5)
    chance = np.random.default_rng(15)
    new = {name: (a, b + float(chance.normal(0, 0.03))) for name, (a, b) in new.items()}
    new["Q7"] = (new["Q7"][0], new["Q7"][1] - 1.0)
    assert "Q7" in equating.mean_sigma(old, new).drifted


def test_equating_refuses_too_few_common_items_and_slopes_that_are_not_positive() -> None:
    old, new = forms(1.0, 0.0)
    few = {name: new[name] for name in NAMES[: equating.COMMON_MINIMUM - 1]}
    with pytest.raises(BankError) as caught:
        equating.stocking_lord(old, few)
    assert caught.value.code == "STATISTICS_TOO_FEW_COMMON"
    with pytest.raises(BankError) as caught:
        equating.mean_sigma(old, {**new, "Q1": (-0.5, 0.0)})
    assert caught.value.code == "STATISTICS_SLOPES"


def test_a_score_on_a_harder_form_is_worth_more_on_the_easier_one() -> None:
    easy = [(1.0, b - 0.5) for b in DIFFICULTIES]
    hard = [(1.0, b + 0.5) for b in DIFFICULTIES]
    assert equating.equated_score(12.0, hard, easy) > 14
    assert equating.equated_score(12.0, easy, easy) == pytest.approx(12.0)
    assert equating.equated_score(20.0, hard, easy) is None
