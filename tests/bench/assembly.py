"""Twenty parallel papers of 80 questions from a bank of 5,000, and a clash told from a pool of 600 (docs/assembly.md).

The bank is made by a fixed seed: 12 topics under 6 laws, three types, levels near 40/45/15, facility from a beta
distribution by level, expected seconds by type, and 40 pairs that give each other away. The specification has ten cells
and bounds on expected score and time, two sets apart, one together, a cap on uses. Beside the objective (the largest
difference between papers in per cent, in expected score or information at θ = −1, 0, 1) stands that of plain random
draws under the same specification: 20 papers by 20 seeds, questions shared or not. The bound is that of the linear
relaxation. Processor and wall seconds; one thread. All papers are proven by the checker.
"""

import random
import time
from decimal import Decimal
from itertools import pairwise

from question_bank.assembly import (
    Exposure,
    Form,
    PoolItem,
    assemble,
    check_assembly,
    check_form,
    clashes,
    differences,
    draw,
)
from question_bank.items import ItemType, Level
from question_bank.specification import Cell, Span, Specification

S, M, J = ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE
LEVELS = ((Level.RECALL, 0.40, (8, 3)), (Level.APPLICATION, 0.45, (6, 4)), (Level.JUDGEMENT, 0.15, (4, 5)))
TOPICS = 12
ITEMS, FORMS = 5000, 20
CLASH_ITEMS = 600


def bank(count: int, seed: int = 1) -> list[PoolItem]:
    """A bank of so many questions, the same for the same seed."""
    lots = random.Random(seed)  # noqa: S311 - the same bank every time, nothing secret
    made = []
    for ref in range(1, count + 1):
        kind = lots.choices((S, M, J), (50, 30, 20))[0]
        level, _, (right, wrong) = lots.choices(LEVELS, [share for _, share, _ in LEVELS])[0]
        topic = lots.randrange(TOPICS)
        seconds = {S: 45, M: 75, J: 25}[kind] + lots.randrange(30)
        enemies = (ref + 1,) if ref % 125 == 1 else ()
        made.append(
            PoolItem(
                ref, f"topic {topic}", kind, level, () if kind is J else ("A", "B", "C", "D"),
                law=f"law {topic // 2}", difficulty=round(lots.betavariate(right, wrong), 4), seconds=seconds,
                tags=("spot penalty",) if ref % 400 == 7 else (), enemies=enemies,
            )
        )  # fmt: skip
    return made


SPECIFICATION = Specification(
    (
        Cell(None, S, Level.RECALL, 6, Decimal(1), "law 0"),
        Cell("topic 2", S, None, 6, Decimal(1)),
        Cell("topic 5", S, None, 4, Decimal(1)),
        Cell(None, S, Level.APPLICATION, 10, Decimal(1)),
        Cell(None, S, None, 14, Decimal(1)),
        Cell(None, M, Level.JUDGEMENT, 3, Decimal(2)),
        Cell("topic 0", M, None, 5, Decimal(2)),
        Cell(None, M, None, 12, Decimal(2)),
        Cell(None, J, Level.RECALL, 8, Decimal(1)),
        Cell(None, J, None, 12, Decimal(1)),
    ),
    expected_score=Span(Decimal(58), Decimal(64)),
    expected_seconds=Span(Decimal(4200), Decimal(4800)),
    together=((11, 12), (31, 33)),
    apart=((21, 22, 23), (41, 42)),
    apart_tags=("spot penalty",),
    most_uses=2,
    last_sittings=6,
)
EXPOSURE = Exposure(uses=dict.fromkeys(range(3, ITEMS, 40), 2))


def run(_seconds: float) -> dict[str, object]:
    """Objective, bound and gap in per cent, differences in their units, the random draw's, and seconds."""
    pool = bank(ITEMS)
    wall, processor = time.perf_counter(), time.process_time()
    made = assemble(SPECIFICATION, pool, forms=FORMS, seed=1, exposure=EXPOSURE)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    problems = check_assembly(made.forms, SPECIFICATION, pool, exposure=EXPOSURE)
    start = time.perf_counter()
    drawn = [draw(SPECIFICATION, pool, seed, exposure=EXPOSURE) for seed in range(FORMS)]
    drawing = time.perf_counter() - start
    faulty = sum(bool(check_form(form, SPECIFICATION, pool, exposure=EXPOSURE)) for form in drawn)
    return {
        "forms": FORMS,
        "places": sum(cell.count for cell in SPECIFICATION.cells),
        "items": ITEMS,
        "method_taken": made.method.value,
        "problems": len(problems),
        "objective_percent": round(made.objective, 5),
        "bound_percent": made.bound,
        "gap_percent": round(made.gap, 5),
        "differences": {one.name: round(one.amount, 5) for one in made.differences},
        "exchanges": made.exchanges,
        "wall_seconds": round(wall, 2),
        "processor_seconds": round(processor, 2),
        "random_draw_objective_percent": round(_objective(pool, drawn), 3),
        "random_draw_problems": faulty,
        "random_draw_seconds_each": round(drawing / FORMS, 3),
        **_clash(),
    }


def _objective(pool: list[PoolItem], forms: list[Form]) -> float:
    return max(one.percent for one in differences(SPECIFICATION, pool, forms))


def _clash() -> dict[str, object]:
    """How long a trainer waits for the word that a specification can be filled, and for that of a clash."""
    pool = bank(CLASH_ITEMS)
    cells = tuple(Cell(f"topic {number}", kind, None, 2, Decimal(1)) for number in range(TOPICS) for kind in (S, M, J))
    apart = tuple(pair for pair in pairwise(range(1, 40, 2)))
    sound = Specification(cells, expected_score=Span(Decimal(36), Decimal(50)), apart=apart)
    tight = Specification(cells, expected_score=Span(Decimal(71), None), apart=apart)
    found = {}
    for name, spec in (("feasible", sound), ("clash", tight)):
        wall, processor = time.perf_counter(), time.process_time()
        told = clashes(spec, pool)
        found[f"{name}_600_seconds"] = round(time.perf_counter() - wall, 3)
        found[f"{name}_600_processor_seconds"] = round(time.process_time() - processor, 3)
        found[f"{name}_600_rules"] = [one.code for one in told]
    return found
