"""Proving papers: everything in which forms differ from their specification, by counting alone.

Nothing here is shared with the programme that makes forms: sums are exact decimals, sets are sets.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from question_bank.assembly.forms import Form, Placed, Problem
from question_bank.faults import Datum
from question_bank.specification import FRESH, Exposure, PoolItem, Ref, Span, Specification


def check_form(
    form: Form,
    spec: Specification,
    pool: Sequence[PoolItem],
    *,
    earlier: Collection[Ref] = frozenset(),
    exposure: Exposure = FRESH,
) -> tuple[Problem, ...]:
    """Everything in which the form differs from its specification; empty means it keeps it."""
    known = {item.ref: item for item in pool}
    found: list[Problem] = []
    for position, placed in enumerate(form.places, 1):
        found.extend(_place_problems(placed, position, spec, known.get(placed.ref)))
        found.extend(_wear_problems(placed, position, spec, exposure))
    for ref, times in Counter(placed.ref for placed in form.places).items():
        if times > 1:
            found.append(Problem("FORM_ITEM_REPEATED", None, {"ref": ref, "times": times}))
    counts = Counter(placed.cell_index for placed in form.places)
    for index, cell in enumerate(spec.cells):
        if counts[index] != cell.count:
            found.append(
                Problem("FORM_CELL_COUNT", None, {"cell": index + 1, "needed": cell.count, "found": counts[index]})
            )
    found.extend(_total_problems(form, spec, known))
    found.extend(_meeting_problems(form, spec, pool))
    found.extend(_repeat_problems(form, spec, earlier))
    return tuple(found)


def check_assembly(
    forms: Sequence[Form],
    spec: Specification,
    pool: Sequence[PoolItem],
    *,
    reuse: int = 1,
    earlier: Collection[Ref] = frozenset(),
    exposure: Exposure = FRESH,
) -> tuple[Problem, ...]:
    """What is wrong with forms made together: each by itself (`data["form"]`, from 1), and questions they share."""
    found = [
        Problem(problem.code, problem.position, {**problem.data, "form": number})
        for number, form in enumerate(forms, 1)
        for problem in check_form(form, spec, pool, earlier=earlier, exposure=exposure)
    ]
    shared = Counter(ref for form in forms for ref in {placed.ref for placed in form.places})
    found.extend(
        Problem("FORMS_SHARE_ITEM", None, {"ref": ref, "times": times, "most": reuse})
        for ref, times in shared.items()
        if times > reuse
    )
    return tuple(found)


def _place_problems(placed: Placed, position: int, spec: Specification, item: PoolItem | None) -> Iterable[Problem]:
    if not 0 <= placed.cell_index < len(spec.cells):
        yield Problem("FORM_CELL_UNKNOWN", position, {"cell": placed.cell_index + 1})
        return
    cell = spec.cells[placed.cell_index]
    if placed.marks != cell.marks:
        yield Problem("FORM_MARKS", position, {"marks": str(placed.marks), "needed": str(cell.marks)})
    if item is None:
        yield Problem("FORM_ITEM_UNKNOWN", position, {"ref": placed.ref})
        return
    if not cell.admits(item.topic, item.type, item.level, item.law):
        yield Problem("FORM_CELL_MISFIT", position, {"ref": placed.ref, "cell": placed.cell_index + 1})
    if sorted(placed.option_order) != sorted(item.option_keys):
        yield Problem("FORM_OPTIONS_INCOMPLETE", position, {"ref": placed.ref})
    elif not _keeps_place(spec, item, placed.option_order):
        yield Problem("FORM_OPTIONS_MOVED", position, {"ref": placed.ref})


def _keeps_place(spec: Specification, item: PoolItem, order: tuple[str, ...]) -> bool:
    fixed = item.anchored if spec.shuffle_options else item.option_keys
    return all(before == after for before, after in zip(item.option_keys, order, strict=True) if before in fixed)


def _wear_problems(placed: Placed, position: int, spec: Specification, exposure: Exposure) -> Iterator[Problem]:
    if spec.most_uses is not None:
        uses = exposure.uses.get(placed.ref, 0) + 1  # this sitting counts
        if uses > spec.most_uses:
            most, sittings = spec.most_uses, spec.last_sittings or 0
            data: dict[str, Datum] = {"ref": placed.ref, "uses": uses, "most": most, "sittings": sittings}
            yield Problem("FORM_ITEM_WORN", position, data)
    if spec.most_seen is not None:
        seen = exposure.seen.get(placed.ref, Decimal(0))
        if seen > spec.most_seen:
            yield Problem(
                "FORM_ITEM_SEEN", position, {"ref": placed.ref, "seen": str(seen), "most": str(spec.most_seen)}
            )


def _total_problems(form: Form, spec: Specification, known: Mapping[Ref, PoolItem]) -> Iterator[Problem]:
    placed = [(one, known[one.ref]) for one in form.places if one.ref in known]
    scores = [
        None if item.difficulty is None else one.marks * Decimal(str(item.difficulty)).quantize(Decimal("0.0001"))
        for one, item in placed
    ]
    times = [None if item.seconds is None else Decimal(item.seconds) for _, item in placed]
    for codes, span, figures in ((_SCORE, spec.expected_score, scores), (_SECONDS, spec.expected_seconds, times)):
        if span:
            yield from _span_problems(
                codes, span, [(one.ref, figure) for (one, _), figure in zip(placed, figures, strict=True)]
            )


_SCORE = ("FORM_SCORE_UNKNOWN", "FORM_SCORE_LOW", "FORM_SCORE_HIGH")
_SECONDS = ("FORM_SECONDS_UNKNOWN", "FORM_SECONDS_LOW", "FORM_SECONDS_HIGH")


def _span_problems(
    codes: tuple[str, str, str], span: Span, figures: Sequence[tuple[Ref, Decimal | None]]
) -> Iterator[Problem]:
    unknown, low, high = codes
    for ref, figure in figures:
        if figure is None:
            yield Problem(unknown, None, {"ref": ref})
    total = sum((figure for _, figure in figures if figure is not None), Decimal(0))
    if span.low is not None and total < span.low:
        yield Problem(low, None, {"total": _plain(total), "bound": _plain(span.low)})
    if span.high is not None and total > span.high:
        yield Problem(high, None, {"total": _plain(total), "bound": _plain(span.high)})


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _meeting_problems(form: Form, spec: Specification, pool: Sequence[PoolItem]) -> Iterator[Problem]:
    inside = {placed.ref for placed in form.places}
    by_tag = {tag: {item.ref for item in pool if tag in item.tags} for tag in {*spec.together_tags, *spec.apart_tags}}
    for group in (*map(set, spec.together), *(by_tag[tag] for tag in spec.together_tags)):
        if group & inside and group - inside:
            yield Problem(
                "FORM_TOGETHER_SPLIT", None, {"there": _refs(group & inside), "absent": _refs(group - inside)}
            )
    for group in (*map(set, spec.apart), *(by_tag[tag] for tag in spec.apart_tags)):
        if len(group & inside) > 1:
            yield Problem("FORM_APART_MET", None, {"refs": _refs(group & inside)})
    met = {frozenset((item.ref, foe)) for item in pool if item.ref in inside for foe in item.enemies if foe in inside}
    for pair in sorted(met, key=_refs):
        if len(pair) > 1:
            yield Problem("FORM_ENEMIES_MET", None, {"refs": _refs(pair)})


def _refs(refs: Iterable[Ref]) -> str:
    return ", ".join(str(ref) for ref in sorted(refs, key=lambda ref: (type(ref).__name__, ref)))


def _repeat_problems(form: Form, spec: Specification, earlier: Collection[Ref]) -> Iterator[Problem]:
    if spec.repeat_share is None:
        return
    old = set(earlier)
    repeated = sum(placed.ref in old for placed in form.places)
    places = sum(cell.count for cell in spec.cells)
    if Decimal(repeated) > spec.repeat_share * places:
        share = f"{_plain(spec.repeat_share * 100)}%"
        data: dict[str, Datum] = {"repeated": repeated, "places": places, "share": share}
        yield Problem("FORM_REPEATS_TOO_MANY", None, data)
