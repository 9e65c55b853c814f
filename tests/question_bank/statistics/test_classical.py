"""Classical figures against small cases that can be worked by hand, and their silence below a stated n."""

import numpy as np
import pytest

from question_bank.errors import BankError
from question_bank.statistics import MINIMUM_N
from question_bank.statistics.classical import efficiency, extreme_groups, items, time_spent
from question_bank.statistics.intervals import bootstrap, clopper_pearson, fisher, median_limits, wilson
from question_bank.statistics.reliability import reliability
from question_bank.statistics.responses import Answer, Key, Sheet, State, from_shares, from_sheets

KEY = {"Q1": Key(("A",), ("A", "B", "C"))}


def graded(n: int = 40) -> list[Sheet]:
    """Candidates who solve the easier of 20 questions, up to their number; Q1 is solved by the better half."""
    return [
        Sheet(
            f"K{row}",
            (
                Answer("Q1", float(row >= n // 2), ("A",) if row >= n // 2 else ("B",), 30.0 + row),
                *(Answer(f"Q{at}", float(row * 20 >= at * n - 19), ("X",), None) for at in range(2, 20)),
            ),
        )
        for row in range(n)
    ]


def test_blank_answers_are_omitted_unless_nothing_after_them_was_answered() -> None:
    answers = (Answer("a", 1.0, ("A",)), Answer("b"), Answer("c", 0.0, ("B",)), Answer("d"), Answer("e"))
    responses = from_sheets([Sheet("K1", answers), Sheet("K2", (Answer("f"),))])
    assert responses.states[0].tolist() == [
        State.ANSWERED, State.OMITTED, State.ANSWERED, State.NOT_REACHED, State.NOT_REACHED, State.NOT_GIVEN,
    ]  # fmt: skip
    assert np.isnan(responses.scored(range(6))[0]).tolist() == [False, False, False, True, True, True]
    assert responses.states[1].tolist() == [0, 0, 0, 0, 0, State.NOT_REACHED]


@pytest.mark.parametrize(
    ("sheets", "code"),
    [
        ([Sheet("K", (Answer("a", 1.5, ("A",)),))], "STATISTICS_SHARE"),
        ([Sheet("K", (Answer("a", float("nan"), ("A",)),))], "STATISTICS_SHARE"),
        ([Sheet("K", (Answer("a", 1.0, None),))], "STATISTICS_BLANK_EARNS"),
        ([Sheet("K", (Answer("a", 1.0, ("A",), -1.0),))], "STATISTICS_SECONDS"),
        ([Sheet("K", (Answer("a"), Answer("a")))], "STATISTICS_TWICE"),
        ([Sheet("K", ()), Sheet("K", ())], "STATISTICS_TWICE"),
    ],
)
def test_a_sitting_that_cannot_be_is_refused_with_both_sentences(sheets: list[Sheet], code: str) -> None:
    with pytest.raises(BankError) as caught:
        from_sheets(sheets)
    assert caught.value.code == code
    assert caught.value.zh != caught.value.en


def test_marks_must_be_positive_and_shares_within_bounds() -> None:
    with pytest.raises(BankError, match="marks"):
        from_sheets([Sheet("K", (Answer("a", 1.0, ("A",)),))], {"a": Key(marks=0)})
    with pytest.raises(BankError, match="share"):
        from_shares([[1.0, -0.1]])
    with pytest.raises(BankError, match="lengths"):
        from_shares([[1.0], [1.0, 0.0]])


def test_every_figure_is_silent_below_the_least_n_and_says_so() -> None:
    few = graded(MINIMUM_N - 1)
    responses = from_sheets(few, KEY)
    one = items(responses, KEY, seed=1)[0]
    for estimate in (one.facility, one.corrected, one.uncorrected, one.discrimination, one.efficiency):
        assert (estimate.value, estimate.interval, estimate.why) == (None, None, "STATISTICS_TOO_FEW")
        assert "19" in estimate.zh
        assert "20" in estimate.en
    assert all(option.share.value is None for option in one.options)
    assert (one.upper_n, one.lower_n) == (0, 0)
    found = reliability(responses)
    assert (found.coefficient.why, found.error.why) == ("STATISTICS_TOO_FEW",) * 2


def test_an_item_without_variation_has_a_facility_but_no_discrimination() -> None:
    one = items(from_shares([[1.0, row % 2, row % 3 == 0] for row in range(40)]), {}, seed=1)[0]
    assert one.facility.value == 1.0
    assert one.facility.interval is not None
    assert one.facility.interval.low < 1
    assert (one.corrected.value, one.corrected.why) == (None, "STATISTICS_NO_VARIATION")
    assert one.efficiency.why == "STATISTICS_NO_VARIATION"


def test_the_distractor_table_counts_upper_and_lower_groups_of_27_per_cent() -> None:
    one = items(from_sheets(graded(), KEY), KEY, seed=1)[0]
    right, wrong, unused = one.options
    assert (one.upper_n, one.lower_n) == (12, 12)  # 27 % of 40 is 11; ties at the border are all taken
    assert (right.right, right.count, right.upper, right.lower) == (True, 20, 12, 0)
    assert (wrong.right, wrong.count, wrong.upper, wrong.lower) == (False, 20, 0, 12)
    assert (unused.count, unused.with_rest.why, unused.rest_mean.value) == (0, "STATISTICS_NO_VARIATION", None)
    assert right.upper_less_lower.value == 1.0
    assert right.rest_mean.value > wrong.rest_mean.value
    assert right.with_rest.value == pytest.approx(-wrong.with_rest.value)
    assert unused.share.interval.high == pytest.approx(1.96**2 / (40 + 1.96**2), abs=1e-4)


def test_there_are_no_extreme_groups_where_everybody_scores_the_same() -> None:
    upper, lower = extreme_groups(np.full(40, 0.5))
    assert not upper.any()
    assert not lower.any()


def test_efficiency_is_100_where_the_order_of_candidates_is_perfect_and_less_otherwise() -> None:
    rest = np.arange(40) / 40
    shares = (np.arange(40) >= 30).astype(float)
    assert efficiency(shares, rest, 1).value == pytest.approx(100)
    assert efficiency(1 - shares, rest, 1).value == pytest.approx(-300 / 1 * 10 / 30)
    mixed = efficiency(np.roll(shares, 3), rest, 1)
    assert 0 < mixed.value < 100
    assert mixed.interval.low < mixed.value < mixed.interval.high


def test_part_marks_get_a_bootstrap_interval_that_repeats_with_its_seed() -> None:
    rows = [[(row % 5) / 4, (row % 7) / 6, row % 2] for row in range(40)]
    first, again, other = (items(from_shares(rows), {}, seed=seed)[0].facility for seed in (1, 1, 2))
    assert first.interval.method == "bca-bootstrap"
    assert first == again
    assert first.interval != other.interval
    assert first.interval.low < 0.5 < first.interval.high


def test_time_is_median_and_quartiles_of_those_whose_time_is_known() -> None:
    found = time_spent(from_sheets(graded(), KEY), 0)
    assert (found.n, found.lower_quartile, found.median.value, found.upper_quartile) == (40, 39.75, 49.5, 59.25)
    assert (found.median.interval.low, found.median.interval.high) == (43.0, 56.0)  # 14th and 27th of 40 (Conover)
    assert time_spent(from_sheets(graded(), KEY), 1).median.why == "STATISTICS_TOO_FEW"


def test_intervals_agree_with_published_figures() -> None:
    # Newcombe (1998), table I: 81/263 and 15/148 and 0/20 by Wilson and by Clopper and Pearson
    assert [round(limit, 4) for limit in (wilson(81, 263).low, wilson(81, 263).high)] == [0.2553, 0.3662]
    assert [round(limit, 4) for limit in (wilson(15, 148).low, wilson(15, 148).high)] == [0.0624, 0.1605]
    assert [round(limit, 4) for limit in (clopper_pearson(81, 263).low, clopper_pearson(81, 263).high)] == [
        0.2527,
        0.3676,
    ]
    assert round(clopper_pearson(0, 20).high, 4) == 0.1684
    interval = fisher(0.5, 40)
    assert [round(interval.low, 3), round(interval.high, 3)] == [0.223, 0.702]
    assert median_limits(np.arange(5.0)) is None
    assert median_limits(np.arange(6.0)).low == 0


def test_the_bootstrap_interval_of_a_mean_covers_at_about_its_level() -> None:
    chance = np.random.default_rng(5)
    held = 0
    for seed in range(200):
        interval = bootstrap((chance.beta(4, 2, 40),), lambda one: one.mean(axis=-1), seed)
        held += interval.low <= 4 / 6 <= interval.high
    assert 0.89 <= held / 200 <= 0.985


def test_alpha_covers_its_true_value_at_about_its_level_for_small_classes() -> None:
    chance, held, k = np.random.default_rng(9), 0, 20
    truth = k * 0.25 / (k * 0.25 + 1)  # parallel parts: loading 0.5, noise 1
    for _ in range(200):
        scores = 0.5 * chance.normal(size=(40, 1)) + chance.normal(size=(40, k))
        interval = reliability(from_shares((scores - scores.min()) / np.ptp(scores))).coefficient.interval
        held += interval.low <= truth <= interval.high
    assert 0.9 <= held / 200 <= 0.985


def test_papers_that_differ_get_the_nested_coefficient_and_uneven_ones_none() -> None:
    chance = np.random.default_rng(3)
    sheets = []
    for row in range(60):
        ability = chance.normal()
        drawn = chance.choice(80, 40, replace=False)
        right = chance.random(40) < 1 / (1 + np.exp(-1.5 * (ability - (drawn - 40) / 30)))
        sheets.append(
            Sheet(str(row), tuple(Answer(str(at), float(yes), ("A",)) for at, yes in zip(drawn, right, strict=True)))
        )
    found = reliability(from_sheets(sheets))
    assert (found.kind, found.items) == ("nested", 40)
    assert 0.6 < found.coefficient.value < 0.95
    assert found.coefficient.interval.low < found.coefficient.value < found.coefficient.interval.high
    sheets[0] = Sheet("0", sheets[0].answers[:39])
    assert reliability(from_sheets(sheets)).coefficient.why == "STATISTICS_PAPERS_UNEVEN"


def test_marks_weigh_the_total() -> None:
    keys = {"a": Key(marks=3.0), "b": Key(marks=1.0)}
    responses = from_sheets([Sheet("K", (Answer("a", 1.0, ("A",)), Answer("b", 0.0, ("A",))))], keys)
    assert responses.totals().tolist() == [0.75]
    assert (responses.rest(0).tolist(), responses.rest(1).tolist()) == ([0.0], [1.0])
