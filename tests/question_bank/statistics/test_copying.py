"""Copying: a planted pair is found, honest sittings are left in peace, and nothing is more than evidence."""

import numpy as np
import pytest

from question_bank.statistics.copying import (
    CANDIDATES_MINIMUM,
    ITEMS_MINIMUM,
    SHOWN,
    SUSPECT,
    Seat,
    copying,
    distance,
    fit,
    simulate,
    upper_tail,
)
from question_bank.statistics.multiple import benjamini_hochberg, holm
from question_bank.statistics.responses import Responses
from tests.question_bank.statistics import sittings

room = sittings.room
SEATS = {str(row): Seat("101", row // 8, row % 8) for row in range(40)}


def test_a_candidate_who_copied_nearly_everything_is_shown_with_the_neighbour() -> None:
    found = 0
    for seed in range(20):
        pairs = copying(room(seed, copied=0.9), seed=1, simulations=0).pairs
        found += any({pair.first, pair.second} == {"0", "1"} for pair in pairs)
    sittings.say(f"power for 90 % copied of 60 items, n = 40: {found} of 20")
    assert found >= 12


def test_the_evidence_names_numbers_distance_and_corrected_p() -> None:
    pair = next(
        one.pairs[0]
        for seed in range(20)
        if (one := copying(room(seed, copied=1.0), seed=1, seats=SEATS, simulations=0)).pairs
    )
    assert (pair.first, pair.second, pair.items, pair.distance) == ("0", "1", 60, 1.0)
    assert pair.identical == pair.both_wrong
    assert pair.identical > pair.expected
    assert pair.p < pair.corrected <= 0.05
    assert pair.corrected == pytest.approx(pair.p * 780)


def test_honest_sittings_show_a_pair_no_more_often_than_the_level() -> None:
    shown = sum(bool(copying(room(100 + seed), seed=1, simulations=0).pairs) for seed in range(40))
    sittings.say(f"honest sittings in which any pair was shown: {shown} of 40")
    assert shown <= 6  # 5 % of 40 is 2; above 6 would happen once in two hundred


def test_the_false_positive_rate_is_simulated_with_its_interval() -> None:
    rate = copying(room(3), seed=1, simulations=30).false_positives
    assert rate.n == 30
    assert rate.value <= 0.2
    assert rate.interval.low <= rate.value <= rate.interval.high
    assert rate == copying(room(3), seed=1, simulations=30).false_positives


def test_neighbours_who_share_answers_stand_out_against_shuffled_seats() -> None:
    responses = room(5)
    chance, chosen, shares = np.random.default_rng(6), list(responses.chosen), responses.shares.copy()
    for row in range(0, 40, 2):
        taken = chance.random(60) < 0.4
        chosen[row + 1] = tuple(
            a if take else b for a, b, take in zip(chosen[row], chosen[row + 1], taken, strict=True)
        )
        shares[row + 1] = np.where(taken, shares[row], shares[row + 1])
    shared = Responses(
        responses.candidates,
        responses.items,
        shares,
        responses.states,
        tuple(chosen),
        responses.seconds,
        responses.marks,
    )
    assert copying(shared, seed=1, seats=SEATS, simulations=0).neighbours.p < 0.01
    honest = copying(responses, seed=1, seats=SEATS, simulations=0).neighbours
    assert honest.p > 0.05
    assert honest.pairs == 35 + 32 + 56  # beside, behind, across the corner in five rows of eight
    assert copying(responses, seed=1, simulations=0).neighbours.p is None


def test_distance_is_unknown_between_rooms() -> None:
    assert distance(Seat("101", 0, 0), Seat("101", 3, 4)) == 5.0
    assert distance(Seat("101", 0, 0), Seat("102", 0, 0)) is None
    assert distance(None, Seat("102", 0, 0)) is None


@pytest.mark.parametrize(("n", "items"), [(CANDIDATES_MINIMUM - 1, 60), (40, ITEMS_MINIMUM - 1)])
def test_too_few_candidates_or_items_give_no_evidence_at_all(n: int, items: int) -> None:
    found = copying(room(7, copied=1.0, n=n, items=items), seed=1)
    assert (found.pairs, found.tested, found.why) == ((), 0, "STATISTICS_TOO_FEW")
    assert found.false_positives.value is None
    assert str(min(n, items)) in found.false_positives.en


def test_the_tail_of_unequal_coins_agrees_with_counting_every_outcome() -> None:
    chances = np.array([0.1, 0.6, 0.3])
    by_hand = np.zeros(4)
    for pattern in np.ndindex(2, 2, 2):
        by_hand[sum(pattern)] += np.prod([q if bit else 1 - q for bit, q in zip(pattern, chances, strict=True)])
    rows = np.tile(chances, (4, 1))
    assert upper_tail(rows, np.arange(4)) == pytest.approx([by_hand[at:].sum() for at in range(4)])


def test_no_pair_that_is_not_looked_at_closely_could_be_shown() -> None:
    chance = np.random.default_rng(11)
    fewest = CANDIDATES_MINIMUM * (CANDIDATES_MINIMUM - 1) // 2
    for _ in range(40):
        size, top = int(chance.integers(ITEMS_MINIMUM, 100)), chance.uniform(0.01, 0.99)
        coins = chance.uniform(0, top, size)
        mean, spread = coins.sum(), np.sqrt((coins * (1 - coins)).sum())
        counts = np.arange(size + 1)
        unseen = counts[(counts - mean) / spread < SUSPECT]
        assert upper_tail(np.tile(coins, (len(unseen), 1)), unseen).min() > SHOWN / fewest


def test_the_agreement_of_wrong_answers_is_not_raised_by_few_candidates() -> None:
    chance, found = np.random.default_rng(12), []
    for _ in range(20):
        codes = np.where(chance.random((30, 40)) < 0.7, 0, chance.choice([1, 2, 3], (30, 40), p=[0.5, 0.3, 0.2]))
        found.append(fit(codes).agreement.mean())
    assert np.mean(found) == pytest.approx(0.5**2 + 0.3**2 + 0.2**2, abs=0.02)


def test_blank_answers_agree_with_nobody_and_stay_blank_in_simulated_sittings() -> None:
    codes = np.random.default_rng(8).integers(0, 3, (30, 25))
    codes[0] = -1
    honest = simulate(codes, fit(codes), np.random.default_rng(9))
    assert (honest[0] == -1).all()
    assert (honest[1:] >= 0).all()


def test_corrections_for_many_tests_agree_with_worked_examples() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.02, 0.04, 0.04, 0.02))
    assert holm([]) == ()
