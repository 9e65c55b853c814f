"""Item flags over 1,000 simulated items of n = 40: false flags on sound items, and the power to find planted bad ones.

`sound` are 2PL items with three unequal distractors, `empty` items tell nothing and lie on the border of every flag
about ability: there each flag may speak at its nominal rate, 2.5 % per item and kind. The others are bad by plan, mixed
with three sound items for each; their figures are the share of items found, by flag and by any. `copying` is the share
of honest sittings of 40 candidates and 60 items in which any pair is shown (nominal: at most 5 %), and of sittings in
which the one pair that shares 90 % of its answers is found. Fixed counts and seeds: the seconds asked for are not used.
"""

import time

from question_bank.statistics.copying import copying
from question_bank.statistics.flags import ALPHA
from tests.question_bank.statistics import sittings

ITEMS, POWER_ITEMS, SITTINGS = 1000, 500, 200


def run(seconds: float) -> dict[str, object]:
    """The rates, and how long they took."""
    start = time.perf_counter()
    sound = sittings.flagged(31, 40, sittings.sound, ITEMS)
    empty = sittings.flagged(32, 40, sittings.empty, ITEMS)
    return {
        "nominal_rate_per_kind": ALPHA,
        "false_flags_on_1000_sound_items": {code: sound[code] for code in (*sittings.FLAG_CODES, "ANY")},
        "flags_on_1000_items_that_tell_nothing": dict(empty),
        "power": {f"n={n}": _power(n) for n in (40, 100)},
        "copying": _copying(),
        "seconds": round(time.perf_counter() - start, 1),
    }


def _power(n: int) -> dict[str, dict[str, float]]:
    kinds = (sittings.reversed_, sittings.miskeyed, sittings.two_right, sittings.idle)
    return {
        kind.__name__.rstrip("_"): {
            code: round(count / POWER_ITEMS, 3) for code, count in sittings.flagged(33, n, kind, POWER_ITEMS).items()
        }
        for kind in kinds
    }


def _copying() -> dict[str, float]:
    honest = sum(bool(copying(sittings.room(seed), seed=1, simulations=0).pairs) for seed in range(SITTINGS))
    found = 0
    for seed in range(SITTINGS):
        pairs = copying(sittings.room(seed, copied=0.9), seed=1, simulations=0).pairs
        found += any({pair.first, pair.second} == {"0", "1"} for pair in pairs)
    return {"honest_sittings_with_a_pair_shown": honest / SITTINGS, "power_at_90_percent": found / SITTINGS}
