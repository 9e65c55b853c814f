"""Flags: silent on sound items, at the nominal rate at the border, and strong enough to find what was planted."""

import pytest

from question_bank.messages import MESSAGES
from question_bank.statistics import MINIMUM_N, classical
from question_bank.statistics.flags import ALPHA, Flag, Weight, flags
from question_bank.statistics.quantiles import binomial_cdf
from question_bank.statistics.responses import Answer, Key, Sheet, from_sheets
from tests.conftest import thorough
from tests.question_bank.statistics import sittings


def most(items: int, rate: float = ALPHA) -> int:
    """The number of false flags that a test at this rate passes less than once in a thousand."""
    return next(count for count in range(items + 1) if binomial_cdf(count, items, rate) > 0.999)


def silent_on_sound_items(items: int) -> None:
    found = sittings.flagged(21, 40, sittings.sound, items)
    sittings.say(f"n = 40, {items} sound items, nominal {ALPHA:.1%} per kind: {dict(found)}")
    for code in sittings.FLAG_CODES:
        assert found[code] <= most(items), code


def test_flags_stay_silent_on_sound_items_of_forty_candidates() -> None:
    silent_on_sound_items(200)


@thorough
def test_flags_stay_silent_on_a_thousand_sound_items() -> None:
    silent_on_sound_items(1000)


def test_flags_keep_their_nominal_rate_at_the_border_where_an_item_tells_nothing() -> None:
    found = sittings.flagged(22, 40, sittings.empty, 200)
    sittings.say(f"n = 40, 200 items that tell nothing: {dict(found)}")
    for code in ("ITEM_NEGATIVE", "DISTRACTOR_STRONGER", "DISTRACTOR_AHEAD"):
        assert found[code] <= most(200), code
    assert found["ITEM_NEGATIVE"] >= 1  # a flag that never speaks would pass every test of silence


@pytest.mark.parametrize(
    ("kind", "code", "power"),
    [
        (sittings.reversed_, "ITEM_NEGATIVE", 0.5),
        (sittings.reversed_, "DISTRACTOR_STRONGER", 0.3),
        (sittings.miskeyed, "DISTRACTOR_AHEAD", 0.5),
        (sittings.miskeyed, "ANY", 0.6),
        (sittings.two_right, "ANY", 0.3),
        (sittings.idle, "DISTRACTOR_IDLE", 0.5),
    ],
)
def test_planted_bad_items_are_found_with_this_power_at_forty_candidates(
    kind: sittings.Kind, code: str, power: float
) -> None:
    found = sittings.flagged(23, 40, kind, 100)
    sittings.say(f"n = 40, power for {kind.__name__}: {dict(found)}")
    assert found[code] >= 100 * power


def test_power_grows_with_the_class() -> None:
    small, large = (sittings.flagged(24, n, sittings.two_right, 60)["ANY"] for n in (40, 120))
    assert large > small


def raised(options: list[tuple[str, ...] | None], key: Key, better: list[int] | None = None) -> tuple[Flag, ...]:
    """The flags of an item answered so, beside nine that grade the candidates in the order given, or as they stand."""
    order = better or list(range(len(options)))
    sheets = [
        Sheet(
            str(row),
            (
                *(Answer(f"R{at}", float(rank * 9 >= at * len(options)), ("X",)) for at in range(9)),
                Answer("Q", float(chosen is not None and set(chosen) == set(key.right)), chosen),
            ),
        )
        for row, (chosen, rank) in enumerate(zip(options, order, strict=True))
    ]
    responses, keys = from_sheets(sheets, {"Q": key}), {"Q": key}
    return tuple(flag for flag in flags(responses, classical.items(responses, keys, 1), keys) if flag.item == "Q")


def test_no_flag_below_the_least_n_however_bad_the_item() -> None:
    bad = [("A",)] * 10 + [("B",)] * 9
    assert len(bad) == MINIMUM_N - 1
    assert raised(bad, sittings.KEY) == ()
    assert {flag.code for flag in raised([*bad, ("B",)], sittings.KEY)} >= {
        "ITEM_NEGATIVE", "DISTRACTOR_STRONGER",
    }  # fmt: skip


def test_an_item_everybody_solves_is_a_notice_not_a_flag() -> None:
    found = raised([("A",)] * 40, sittings.KEY)
    assert {(flag.code, flag.weight) for flag in found} == {
        ("ITEM_TOO_EASY", Weight.NOTICE), ("DISTRACTOR_UNCHOSEN", Weight.NOTICE),
    }  # fmt: skip
    assert [flag.option for flag in found if flag.code == "DISTRACTOR_UNCHOSEN"] == ["B", "C", "D"]


def test_an_item_nobody_solves_is_a_notice() -> None:
    assert "ITEM_TOO_HARD" in {flag.code for flag in raised([("B",), ("C",), ("D",), ("B",)] * 10, sittings.KEY)}


def test_a_wrong_option_of_a_multiple_answer_item_that_better_candidates_choose_is_flagged() -> None:
    key = Key(("A", "B"), sittings.OPTIONS)
    found = raised([("A", "B")] * 20 + [("A", "B", "C")] * 20, key)
    assert ("DISTRACTOR_POSITIVE", "C") in {(flag.code, flag.option) for flag in found}
    assert ("DISTRACTOR_UNCHOSEN", "D") in {(flag.code, flag.option) for flag in found}


def test_a_flag_speaks_both_languages_with_its_n_and_interval() -> None:
    found = raised([("A",)] * 20 + [("B",)] * 20, sittings.KEY)
    flag = next(flag for flag in found if flag.code == "ITEM_NEGATIVE")
    assert flag.n == 40
    assert flag.interval.high < 0
    for text in (flag.zh, flag.en):
        assert "Q" in text
        assert "40" in text
        assert f"{flag.interval.low:.2f}" in text
    assert flag.zh != flag.en


def test_every_code_the_statistics_can_raise_has_both_sentences() -> None:
    for code in (*sittings.FLAG_CODES, "DISTRACTOR_POSITIVE", "DISTRACTOR_UNCHOSEN", "ITEM_TOO_EASY", "ITEM_TOO_HARD"):
        assert MESSAGES[code].zh
        assert MESSAGES[code].en
