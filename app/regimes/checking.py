"""What one regime file, and a stack of them, must satisfy beyond the shape of each row. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.regimes.faults import Fault, Source, fault_at
from app.regimes.layers import NO_COUNTERPART, VALUE_TYPES, DomainRow, Layer, line_of
from app.regimes.merging import enumerated, taker
from app.regimes.tightening import relaxations

CODED = ("act", "paper", "domain", "item", "programme", "template", "force", "declared", "supervision")
CALENDAR = {"regime", "sources", "holiday"}
ABOVE = {"calendar": {"national"}, "province": {"national"}, "locality": {"national", "province", "locality"}}
LEAST_STATUTORY_DAYS = 10
"""Eleven days a year until 2024, thirteen since (放假办法2); one fewer where two holidays share a day."""


def validation_fault(name: str, text: str, error: Mapping[str, Any]) -> Fault:
    """What pydantic found, as a fault at its line."""
    path = tuple(error["loc"])
    key = ".".join(str(part) for part in path)
    line = line_of(text, path)
    if error["type"] == "extra_forbidden":
        return Fault("unknown-key", name, line, {"key": key})
    if error["type"] == "missing":
        return Fault("missing-key", name, line, {"key": key})
    return Fault("bad-value", name, line, {"key": key, "detail": str(error["msg"])})


def own_faults(source: Source) -> Iterable[Fault]:
    """What is wrong with a file by itself: values of the wrong type, rows given twice, counts that do not add up."""
    yield from _value_faults(source)
    yield from _repeated(source)
    layer = source.layer
    stated = layer.domains.enumerated if layer.domains else None
    if stated is not None and stated != enumerated(layer):
        yield fault_at(
            "count-differs", source, ("domains", "enumerated"), stated=str(stated), found=str(enumerated(layer))
        )
    if layer.domains is not None and layer.domains.declared_count < enumerated(layer):
        yield fault_at(
            "count-differs",
            source,
            ("domains", "declared_count"),
            stated=str(layer.domains.declared_count),
            found=str(enumerated(layer)),
        )
    yield from _calendar_faults(source)


def _value_faults(source: Source) -> Iterable[Fault]:
    for index, row in enumerate(source.layer.value):
        try:
            TypeAdapter(VALUE_TYPES[row.name][0]).validate_python(row.value, strict=not isinstance(row.value, list))
        except ValidationError as error:
            yield fault_at(
                "bad-value", source, ("value", index, "value"), key=row.name, detail=error.errors()[0]["msg"]
            )


def _repeated(source: Source) -> Iterable[Fault]:
    for table, key in (("value", "name"), ("rule", "id")):
        rows = getattr(source.layer, table)
        for index, row in enumerate(rows):
            if any(getattr(one, key) == getattr(row, key) and _overlap(one, row) for one in rows[:index]):
                yield fault_at("duplicate", source, (table, index, key), key=getattr(row, key))
    for table in CODED:
        codes = [row.code for row in getattr(source.layer, table)]
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield fault_at("duplicate", source, (table, index, "code"), key=str(code))
    holidays = source.layer.holiday
    for index, holiday in enumerate(holidays):
        if any(_overlap(one, holiday) for one in holidays[:index]):
            yield fault_at("duplicate", source, ("holiday", index, "from"), key=holiday.title.zh)


def _calendar_faults(source: Source) -> Iterable[Fault]:
    """A year announced in part would leave its other holidays open to compulsion: it is refused whole."""
    layer = source.layer
    if layer.regime.level == "calendar":
        for table in sorted(layer.model_fields_set - CALENDAR):
            index = () if table == "domains" else (0,)
            yield fault_at("calendar-only", source, (table, *index), key=table)
    if layer.regime.level in {"national", "calendar"}:
        days = Counter(day.year for row in layer.holiday for day in set(row.statutory))
        for year in sorted({row.ends.year for row in layer.holiday}):
            if days[year] < LEAST_STATUTORY_DAYS:
                first = next(index for index, row in enumerate(layer.holiday) if row.ends.year == year)
                found, least = str(days[year]), str(LEAST_STATUTORY_DAYS)
                yield fault_at("calendar-short", source, ("holiday", first), year=str(year), found=found, least=least)


def _overlap(one: Any, other: Any) -> bool:  # noqa: ANN401 - any dated row
    return not (
        (one.ends is not None and other.starts is not None and one.ends < other.starts)
        or (other.ends is not None and one.starts is not None and other.ends < one.starts)
    )


def stack_faults(stack: Sequence[Source]) -> tuple[Fault, ...]:
    """What is wrong with layers together: references into nothing, fields that overlap, a binding rule relaxed."""
    return (
        *_level_faults(stack), *_reference_faults(stack), *_taking_faults(stack), *_relaxation_faults(stack),
        *_period_faults(stack),
    )  # fmt: skip


def _level_faults(stack: Sequence[Source]) -> Iterable[Fault]:
    upper = stack[0].layer.regime.level
    for source in stack[1:]:
        level, above = source.layer.regime.level, upper
        upper = upper if level == "calendar" else level
        if above not in ABOVE.get(level, set()):
            yield fault_at("wrong-level", source, ("regime", "level"), level=level, above=above)


def _reference_faults(stack: Sequence[Source]) -> Iterable[Fault]:
    national = {row.code for row in stack[0].layer.domain} | {NO_COUNTERPART}
    domains, items, forces = _codes(stack, "domain"), _codes(stack, "item"), _codes(stack, "force")
    for source in stack:
        yield from _dangling(source, "domain", "national", national)
        yield from _dangling(source, "domain", "items", items)
        yield from _dangling(source, "domain", "force", forces)
        yield from _dangling(source, "force", "national", national)
        yield from _dangling(source, "force", "part_of", forces)
        yield from _dangling(source, "item", "domain", domains)
        yield from _dangling(source, "item", "force", forces)
        yield from _dangling(source, "takeover", "domain", domains)
        yield from _dangling(source, "takeover", "items", items)


def _codes(stack: Sequence[Source], table: str) -> set[str]:
    return {row.code for source in stack for row in getattr(source.layer, table)}


def _dangling(source: Source, table: str, key: str, known: set[str]) -> Iterable[Fault]:
    for index, row in enumerate(getattr(source.layer, table)):
        given = getattr(row, key)
        for target in given if isinstance(given, tuple) else (given,):
            if target is not None and target not in known:
                yield fault_at("unknown-reference", source, (table, index, key), key=key, target=target)


def _taking_faults(stack: Sequence[Source]) -> Iterable[Fault]:
    """An upper layer's item belongs to one local domain: two that both take it would make a certificate ambiguous."""
    for depth in range(1, len(stack)):
        source = stack[depth]
        for item in (row for above in stack[:depth] for row in above.layer.item):
            first = taker(source.layer.domain, item)
            rest = [row for row in source.layer.domain if row.code != first]
            second = taker(_like(first, source.layer, rest), item)
            if first and second:
                index = [row.code for row in source.layer.domain].index(second)
                yield fault_at(
                    "taken-twice", source, ("domain", index, "code"), first=first, second=second, item=item.code
                )


def _like(first: str | None, layer: Layer, rest: Sequence[DomainRow]) -> Sequence[DomainRow]:
    """The other domains that take items in the same way as the first: by list, or whole."""
    listed = next((row.items is not None for row in layer.domain if row.code == first), False)
    return [row for row in rest if (row.items is not None) == listed]


def _relaxation_faults(stack: Sequence[Source]) -> Iterable[Fault]:
    for depth in range(1, len(stack)):
        upper = [source.layer for source in stack[:depth]]
        told: set[tuple[str | int, ...]] = set()
        for relaxed in relaxations(upper, stack[depth].layer):
            if relaxed.path in told:
                continue
            told.add(relaxed.path)
            yield fault_at(
                "relaxes", stack[depth], relaxed.path, key=relaxed.key, layer=relaxed.layer, basis=relaxed.source
            )


PERIOD = (
    "certificate.validity_years", "period.minimum_months", "renewal.window_days", "renewal.due_days", "period.method",
)  # fmt: skip
SHORTEST = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)
"""The fewest days that so many calendar months can last."""


def _period_faults(stack: Sequence[Source]) -> Iterable[Fault]:
    """On every day: due days ≤ renewal window ≤ minimum active period ≤ active period of a certificate."""
    told: set[tuple[str, str, int | None]] = set()
    for day in _turning_days(stack):
        chosen = {name: row for name in PERIOD if (row := _row_on(stack, name, day)) is not None}
        if len(chosen) < len(PERIOD):
            continue
        for code, names, data in _wrong(*(chosen[name][2].value for name in PERIOD)):
            place, index, _row = max((chosen[name] for name in names), key=lambda row: row[:2])
            fault = fault_at(code, stack[place], ("value", index, "value"), **data)
            if (fault.code, fault.file, fault.line) not in told:
                told.add((fault.code, fault.file, fault.line))
                yield fault


def _turning_days(stack: Sequence[Source]) -> list[date]:
    rows = [row for source in stack for row in source.layer.value if row.name in PERIOD]
    after = {row.ends + timedelta(days=1) for row in rows if row.ends is not None}
    return sorted(after | {row.starts or date.min for row in rows})


def _row_on(stack: Sequence[Source], name: str, day: date) -> tuple[int, int, Any] | None:
    """The row that decides on a day: the place of its layer, its place there, the row; the lowest layer first."""
    for place in range(len(stack) - 1, -1, -1):
        for index, row in enumerate(stack[place].layer.value):
            begun = row.starts is None or row.starts <= day
            if row.name == name and begun and (row.ends is None or day <= row.ends):
                return place, index, row
    return None


def _wrong(
    years: int, minimum: int, window: int, due: int, method: str
) -> Iterable[tuple[str, tuple[str, ...], dict[str, str]]]:
    """What does not fit together: a code, the values between which it lies, and its words."""
    active = years * 12
    if window > 365 * (minimum // 12) + SHORTEST[minimum % 12]:
        yield "period-window", (PERIOD[1], PERIOD[2]), {"window": str(window), "minimum": str(minimum)}
    if due > window:
        yield "period-due", (PERIOD[2], PERIOD[3]), {"due": str(due), "window": str(window)}
    if minimum > active:
        yield "period-minimum", (PERIOD[0], PERIOD[1]), {"minimum": str(minimum), "active": str(active)}
    if method == "FIXED_DATE" and minimum <= active < minimum + 12:
        yield "period-fixed", (PERIOD[0], PERIOD[1], PERIOD[4]), {"minimum": str(minimum), "active": str(active)}
