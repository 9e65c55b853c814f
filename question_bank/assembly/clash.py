"""Why there is no such paper: a set of rules that cannot hold together, the smallest where that can be told, in words.

The search is by implicit hitting sets (Reiter 1987, "A theory of diagnosis from first principles", Artificial
Intelligence 32; Ignatiev and others 2015, "Smallest MUS extraction with minimal hitting set dualization"): take the
smallest set of rules that meets every correction set known so far; if an elastic programme (these rules hard, all
others with slack) keeps them, the rules it breaks are one more correction set; if
nothing keeps them, they are a clash and none is smaller. Several forms are first taken as one sum, in which each row is
multiplied by the number of forms: what clashes there clashes everywhere. Where the sum holds and the task is small, the
forms are told apart. A clash of many rules takes many rounds; after a few the search settles for one from which no rule
can be left out, found by leaving out one after another in the linear relaxation where that already clashes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from question_bank.assembly.rules import Row, Rule, Task, pose
from question_bank.assembly.solver import Outcome, Programme, solve
from question_bank.faults import BankError, Datum, refusal
from question_bank.messages import sentence
from question_bank.specification import FRESH, Exposure, PoolItem, Ref, Specification

ROUNDS = 6
NODES = 400
ROUGH = 0.5
BROKEN = 1e-6
APART_VARIABLES = 2000
LARGE = 2000
CELLS_NAMED = 4
"""So many cells have a sentence each; more are told in one."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One rule of a set that clashes (many cells in one); `smallest` where the search shows that no smaller set does.

    Otherwise no rule of the set can be left out (the others no longer clash, or only because questions cannot be
    halved, or only form by form), but another, smaller set may clash too. The solver's tolerance applies to both.
    """

    code: str
    data: dict[str, Datum] = field(default_factory=dict, hash=False)
    smallest: bool = True

    @property
    def zh(self) -> str:
        """The rule in Chinese."""
        return sentence(self.code, "zh", self.data)

    @property
    def en(self) -> str:
        """The rule in English."""
        return sentence(self.code, "en", self.data)


@dataclass(frozen=True, slots=True)
class _Sum:
    """The task as the solver asks it: `blocks` copies of the rows, each `times` a form; rules with that of sharing."""

    task: Task
    rules: tuple[Rule, ...]
    blocks: int
    times: int
    reuse: int


def clashes(
    spec: Specification,
    pool: Sequence[PoolItem],
    *,
    forms: int = 1,
    reuse: int = 1,
    earlier: Collection[Ref] = frozenset(),
    exposure: Exposure = FRESH,
) -> tuple[Clash, ...]:
    """A set of rules that clash, the smallest where `smallest` says so; empty where the specification can be filled.

    One CLASH_UNDECIDED where the search ended without either. Raises BankError: SPECIFICATION_BAD, POOL_REF_REPEATED,
    POOL_FIGURE_BAD.
    """
    task = pose(spec, pool, 0, earlier=earlier, exposure=exposure)
    sharing = Rule("CLASH_SHARING", (), {"forms": forms, "reuse": reuse})
    rules = (*task.rules, sharing) if reuse < forms else task.rules
    found = _search(_Sum(task, rules, 1, forms, reuse))
    if not found and forms > 1 and forms * len(task.pairs) <= APART_VARIABLES:
        found = _search(_Sum(task, rules, forms, 1, reuse))
    return found


def clash_refusal(
    spec: Specification,
    pool: Sequence[PoolItem],
    *,
    forms: int = 1,
    reuse: int = 1,
    earlier: Collection[Ref] = frozenset(),
    exposure: Exposure = FRESH,
) -> BankError:
    """The refusal of a task that has no solution, with its clash in words."""
    found = clashes(spec, pool, forms=forms, reuse=reuse, earlier=earlier, exposure=exposure)
    if not found or found[0].code == "CLASH_UNDECIDED":
        return refusal("SPECIFICATION_UNFILLABLE")
    zh, en = "".join(one.zh for one in found), " ".join(one.en for one in found)
    return refusal("SPECIFICATION_CLASH", None, zh=zh, en=en)


def _search(asked: _Sum) -> tuple[Clash, ...]:
    """Large tasks are asked in the linear relaxation first, where a clash is one, though perhaps not the smallest."""
    if len(asked.task.pairs) > LARGE and (told := _smallest(asked, whole=False)):
        return told
    return _smallest(asked, whole=True)


def _smallest(asked: _Sum, *, whole: bool) -> tuple[Clash, ...]:
    corrections: list[frozenset[int]] = []
    hard: frozenset[int] = frozenset()
    for _ in range(ROUNDS):
        broken = _broken(asked, hard, whole=whole)
        if broken is None:
            return (Clash("CLASH_UNDECIDED", smallest=False),)
        if broken == hard:  # nothing keeps them, or nothing is asked and nothing broken
            # of several forms taken as one sum, a smaller set may clash form by form
            return _in_words(asked, hard, smallest=len(hard) == 1 or (whole and asked.times == 1)) if hard else ()
        if not broken:
            return ()
        corrections.append(broken)
        hard = _hitting(corrections)
    return _reduced(asked)


def _broken(asked: _Sum, hard: frozenset[int], *, whole: bool = True) -> frozenset[int] | None:
    """The rules broken by forms that keep the hard ones; `hard` itself where nothing keeps them, None if undecided."""
    programme, slacks = _elastic(asked, hard)
    programme.whole = [whole and one for one in programme.whole]
    answer = solve(programme, nodes=NODES, gap=ROUGH)
    if answer.outcome is Outcome.INFEASIBLE:
        return hard
    if answer.values is None:
        return None
    values = answer.values
    return frozenset(rule for rule, own in slacks.items() if any(values[slack] > BROKEN for slack in own))


def _hitting(corrections: Sequence[frozenset[int]]) -> frozenset[int]:
    """The smallest set that meets every correction set; among equals that of the earlier rules.

    Exact, over the subsets of the correction sets that are met (at most 2 to the power of ROUNDS).
    """
    meets = {
        rule: sum(1 << number for number, one in enumerate(corrections) if rule in one)
        for rule in sorted(frozenset().union(*corrections))
    }
    best: dict[int, tuple[int, int, tuple[int, ...]]] = {0: (0, 0, ())}
    for met in range(2 ** len(corrections)):
        if met not in best:
            continue
        size, places, chosen = best[met]
        for place, (rule, met_by) in enumerate(meets.items()):
            more = (size + 1, places + place, (*chosen, rule))
            if met | met_by != met and more < best.get(met | met_by, (len(meets) + 1, 0, ())):
                best[met | met_by] = more
    return frozenset(best[2 ** len(corrections) - 1][2])


def _reduced(asked: _Sum) -> tuple[Clash, ...]:
    """A clash from which no rule can be left out."""
    kept = frozenset(range(len(asked.rules)))
    whole = _broken(asked, kept, whole=False) != kept
    if whole and _broken(asked, kept) != kept:
        return (Clash("CLASH_UNDECIDED", smallest=False),)
    for rule in range(len(asked.rules)):
        less = kept - {rule}
        if less and _broken(asked, less, whole=whole) == less:
            kept = less
    return _in_words(asked, kept, smallest=False)


def _elastic(asked: _Sum, hard: frozenset[int]) -> tuple[Programme, dict[int, list[int]]]:
    programme = Programme()
    firsts = [_variables(programme, asked) for _ in range(asked.blocks)]
    slacks: dict[int, list[int]] = {}
    for number, rule in enumerate(asked.rules):
        own = None if number in hard else slacks.setdefault(number, [])
        for first in firsts:
            for row in rule.rows:
                shifted = [(first + pair, weight) for pair, weight in row.weights]
                _row(programme, replace(row, weights=tuple(shifted)), asked.times, own)
        if rule.code == "CLASH_SHARING":
            for pairs in asked.task.by_item:
                weights = tuple((first + pair, 1.0) for first in firsts for pair in pairs)
                _row(programme, Row(weights, -inf, asked.reuse), 1, own)
    return programme, slacks


def _variables(programme: Programme, asked: _Sum) -> int:
    first = len(programme.costs)
    for _ in asked.task.pairs:
        programme.variable(0, asked.times, whole=True)
    for own in asked.task.by_item:
        if len(own) > 1:
            programme.row(((first + pair, 1.0) for pair in own), 0, asked.times)
    return first


def _row(programme: Programme, row: Row, times: int, slacks: list[int] | None) -> None:
    weights = list(row.weights)
    if slacks is not None:
        for bound, sign in ((row.low, 1.0), (row.high, -1.0)):
            if abs(bound) < inf:
                slack = programme.variable(0, inf, 1 / row.unit)
                slacks.append(slack)
                weights.append((slack, sign))
    programme.row(weights, row.low * times, row.high * times)


def _in_words(asked: _Sum, clash: frozenset[int], *, smallest: bool) -> tuple[Clash, ...]:
    cells = [number for number in sorted(clash) if asked.rules[number].code == "CLASH_CELL"]
    told = _cells_in_words(asked, clash, cells)
    for number in sorted(clash.difference(cells)):
        rule = asked.rules[number]
        spans = rule.code.startswith(("CLASH_SCORE", "CLASH_SECONDS"))
        told.append(_reach(asked, clash, number) if spans else Clash(rule.code, rule.data))
    return tuple(replace(one, smallest=smallest) for one in told)


def _cells_in_words(asked: _Sum, clash: frozenset[int], cells: Sequence[int]) -> list[Clash]:
    """The cells with what fits them and what the other rules leave; several also with their sum."""
    left = _left(asked, [asked.rules[number] for number in sorted(clash)])
    forms = asked.blocks * asked.times
    needs = {number: int(asked.rules[number].data["needed"]) for number in cells}
    sums: dict[str, Datum] = {
        "altogether": sum(needs.values()) * forms,
        "shared": len(frozenset().union(*(left[number] for number in cells))),
    }
    if len(cells) > CELLS_NAMED:
        return [Clash("CLASH_CELLS", {"cells": ", ".join(str(number + 1) for number in cells), **sums})]
    told = []
    for number in cells:
        data = {**asked.rules[number].data, "left": len(left[number])}
        if forms > 1:
            data["needed"] = f"{needs[number]} × {forms} = {needs[number] * forms}"
        code = "CLASH_CELL_LEFT" if data["left"] != data["available"] else "CLASH_CELL"
        told.append(Clash(_SHARED[code], {**data, **sums}) if len(cells) > 1 else Clash(code, data))
    return told


_SHARED = {"CLASH_CELL": "CLASH_CELL_SHARED", "CLASH_CELL_LEFT": "CLASH_CELL_LEFT_SHARED"}


_BARE = {
    "CLASH_SCORE_LOW": "CLASH_SCORE_LOW_BARE",
    "CLASH_SCORE_HIGH": "CLASH_SCORE_HIGH_BARE",
    "CLASH_SECONDS_LOW": "CLASH_SECONDS_LOW_BARE",
    "CLASH_SECONDS_HIGH": "CLASH_SECONDS_HIGH_BARE",
}


def _left(asked: _Sum, rules: Sequence[Rule]) -> dict[int, set[int]]:
    """For each cell (its index) the questions that fit it and that none of the rules shuts out."""
    shut = replace(asked.task, rules=tuple(rules)).shut_out()
    left: dict[int, set[int]] = {cell: set() for cell in range(len(asked.task.spec.cells))}
    for index, cell in asked.task.pairs:
        if index not in shut:
            left[cell].add(index)
    return left


def _reach(asked: _Sum, clash: frozenset[int], number: int) -> Clash:
    """A bound with how far the total can go in a form under the other rules of the clash."""
    rule = asked.rules[number]
    row = rule.rows[0]
    upward = row.low > -inf
    without = replace(rule, rows=rule.rows[1:])  # what is unknown stays shut out
    others = tuple(without if one == number else each for one, each in enumerate(asked.rules))
    programme, _ = _elastic(replace(asked, rules=others), clash)
    programme.costs = [0.0] * len(programme.costs)
    for first in range(0, asked.blocks * len(asked.task.pairs), len(asked.task.pairs)):
        for pair, weight in row.weights:
            programme.costs[first + pair] = -weight if upward else weight
    reached = solve(programme, nodes=NODES)
    if reached.outcome is not Outcome.OPTIMAL:
        return Clash(_BARE[rule.code], rule.data)
    each = abs(reached.objective) / (asked.blocks * asked.times)
    return Clash(rule.code, {**rule.data, "reach": f"{each:.2f}".rstrip("0").rstrip(".")})
