"""Simulated sittings with items whose faults are known, for tests and benchmarks."""

import sys
from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np

from question_bank.statistics import classical
from question_bank.statistics.flags import Weight, flags
from question_bank.statistics.responses import Answer, Key, Responses, Sheet, from_sheets

OPTIONS = ("A", "B", "C", "D")
KEY = Key(("A",), OPTIONS)
FLAG_CODES = ("ITEM_NEGATIVE", "DISTRACTOR_STRONGER", "DISTRACTOR_AHEAD", "DISTRACTOR_IDLE")
Kind = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def say(text: str) -> None:
    """What a test measured, for a reader who asks with -s or -rP."""
    sys.stdout.write(f"{text}\n")


def curve(theta: np.ndarray, slope: float, difficulty: float) -> np.ndarray:
    return 1 / (1 + np.exp(-slope * (theta - difficulty)))


def sound(chance: np.random.Generator, theta: np.ndarray) -> np.ndarray:
    """A usual item: 2PL, mean facility about 0.65, distractors that draw 45, 33 and 22 % of the wrong choices."""
    return chosen(chance, curve(theta, chance.uniform(0.7, 1.7), chance.normal(-0.7, 0.8)), (0.45, 0.33, 0.22))


def empty(chance: np.random.Generator, theta: np.ndarray) -> np.ndarray:
    """An item that tells nothing, at the border of every flag about ability: half choose the key, whoever they are."""
    return chosen(chance, np.full(len(theta), 0.5), (0.4, 0.3, 0.3))


def reversed_(chance: np.random.Generator, theta: np.ndarray) -> np.ndarray:
    """An item that better candidates get wrong."""
    return chosen(chance, curve(theta, -1.2, 0.0), (0.4, 0.3, 0.3))


def miskeyed(chance: np.random.Generator, theta: np.ndarray) -> np.ndarray:
    """A sound item whose key names a wrong option: what is right stands under B."""
    right = sound(chance, theta)
    return np.where(right == 0, 1, np.where(right == 1, 0, right))


def two_right(chance: np.random.Generator, theta: np.ndarray) -> np.ndarray:
    """An item with a second defensible answer, which the better half of candidates prefers three to one."""
    best = (theta > 0) & (chance.random(len(theta)) < 0.75)
    return np.where(best, 1, chosen(chance, np.full(len(theta), 0.5), (0.4, 0.3, 0.3)))


def idle(chance: np.random.Generator, theta: np.ndarray) -> np.ndarray:
    """A hard item one of whose distractors nobody believes."""
    return chosen(chance, curve(theta, 1.0, 1.0), (0.5, 0.5, 0.0))


def chosen(chance: np.random.Generator, p: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    wrong = chance.choice(np.arange(1, 4), len(p), p=shares)
    return np.where(chance.random(len(p)) < p, 0, wrong)


def sitting(chance: np.random.Generator, n: int, kinds: list[Kind]) -> tuple[Responses, dict[str, Key]]:
    """n candidates of standard normal ability before these items; every key is A."""
    theta = chance.normal(size=n)
    columns = np.array([kind(chance, theta) for kind in kinds]).T
    names = [f"Q{index + 1}" for index in range(len(kinds))]
    sheets = [
        Sheet(
            str(row),
            tuple(Answer(name, float(at == 0), (OPTIONS[at],)) for name, at in zip(names, answers, strict=True)),
        )
        for row, answers in enumerate(columns)
    ]
    return from_sheets(sheets, dict.fromkeys(names, KEY)), dict.fromkeys(names, KEY)


@cache
def flagged(seed: int, n: int, kind: Kind, items: int, per_sitting: int = 10, others: int = 30) -> Counter[str]:
    """How many of `items` items of a kind, mixed with sound ones, get each flag, and ANY; notices are left out."""
    chance = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    for _ in range(items // per_sitting):
        responses, keys = sitting(chance, n, [kind] * per_sitting + [sound] * others)
        figures = tuple(classical.item(responses, index, KEY, seed) for index in range(per_sitting))
        raised = {(flag.item, flag.code) for flag in flags(responses, figures, keys) if flag.weight is Weight.FLAG}
        found.update(code for _, code in raised)
        found["ANY"] += len({item for item, _ in raised})
    return found


def room(seed: int, *, copied: float = 0.0, n: int = 40, items: int = 60) -> Responses:
    """A sitting in which candidate 1 takes this share of the answers of candidate 0."""
    chance = np.random.default_rng(seed)
    responses, _ = sitting(chance, n, [sound] * items)
    if not copied:
        return responses
    taken = chance.random(items) < copied
    chosen, shares = list(responses.chosen), responses.shares.copy()
    chosen[1] = tuple(a if take else b for a, b, take in zip(chosen[0], chosen[1], taken, strict=True))
    shares[1] = np.where(taken, shares[0], shares[1])
    return Responses(
        responses.candidates,
        responses.items,
        shares,
        responses.states,
        tuple(chosen),
        responses.seconds,
        responses.marks,
    )
