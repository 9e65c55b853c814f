"""Blueprints as they are stored: cells, and what else a paper must keep, in JSON that old versions share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from question_bank.items import ItemType, Level
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell, Ref, Span, Specification

MOST_FORMS = 20
UNBOUND = Span()


class Way(StrEnum):
    """RANDOM: every candidate has a paper drawn by lot. PARALLEL: equal forms are made once and dealt by seat."""

    RANDOM = "RANDOM"
    PARALLEL = "PARALLEL"


@dataclass(frozen=True)
class Demands:
    """What a paper must keep beside its cells, and how papers are made; the defaults bind nothing.

    Sets name questions by their codes, so that they outlive a new version of a question. Shares are 0..1, times in
    seconds. `forms` counts the parallel forms; it is 1 where papers are drawn by lot.
    """

    expected_score: Span = UNBOUND
    expected_seconds: Span = UNBOUND
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    together_tags: tuple[str, ...] = ()
    apart_tags: tuple[str, ...] = ()
    repeat_share: Decimal | None = None
    most_uses: int | None = None
    last_sittings: int | None = None
    most_seen: Decimal | None = None
    way: Way = Way.RANDOM
    forms: int = 1

    @property
    def named(self) -> tuple[str, ...]:
        """The codes that the sets name, each once."""
        return tuple(dict.fromkeys(code for group in (*self.together, *self.apart) for code in group))


def read_cells(cells: Sequence[Mapping[str, Any]]) -> tuple[Cell, ...]:
    """Cells from their stored form."""
    return tuple(
        Cell(
            str(cell["topic"]) if cell["topic"] else None,
            ItemType(cell["type"]) if cell["type"] else None,
            Level(cell["level"]) if cell["level"] else None,
            int(cell["count"]),
            Decimal(str(cell["marks"])),
            str(cell["law"]) if cell.get("law") else None,
        )
        for cell in cells
    )


def store_cells(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Cells as they are stored: text and whole numbers; marks are decimal text, None means any."""
    return [
        {
            "topic": cell.topic, "type": cell.type.value if cell.type else None,
            "level": cell.level.value if cell.level else None, "count": cell.count, "marks": plain(cell.marks),
            **({"law": cell.law} if cell.law else {}),
        }
        for cell in cells
    ]  # fmt: skip


def read_demands(stored: Mapping[str, Any]) -> Demands:
    """Demands from their stored form; what is not named binds nothing."""
    return Demands(
        _span(stored.get("expected_score")), _span(stored.get("expected_seconds")),
        _sets(stored.get("together", ())), _sets(stored.get("apart", ())),
        tuple(stored.get("together_tags", ())), tuple(stored.get("apart_tags", ())),
        _number(stored.get("repeat_share")), stored.get("most_uses"), stored.get("last_sittings"),
        _number(stored.get("most_seen")), Way(stored.get("way", Way.RANDOM)), int(stored.get("forms", 1)),
    )  # fmt: skip


def store_demands(demands: Demands) -> dict[str, Any]:
    """Demands as they are stored: only those that bind."""
    told: dict[str, Any] = {
        "expected_score": _ends(demands.expected_score), "expected_seconds": _ends(demands.expected_seconds),
        "together": [list(group) for group in demands.together], "apart": [list(group) for group in demands.apart],
        "together_tags": list(demands.together_tags), "apart_tags": list(demands.apart_tags),
        "repeat_share": _text(demands.repeat_share), "most_uses": demands.most_uses,
        "last_sittings": demands.last_sittings, "most_seen": _text(demands.most_seen),
    }  # fmt: skip
    if demands.way is Way.PARALLEL:
        told |= {"way": demands.way.value, "forms": demands.forms}
    return {name: value for name, value in told.items() if value not in (None, [])}


def blueprint_of(
    cells: tuple[Cell, ...],
    demands: Demands,
    *,
    shuffle_items: bool = True,
    shuffle_options: bool = True,
    scoring: ScoringPolicy = ScoringPolicy.ALL_OR_NOTHING,
    refs: Mapping[str, Ref] | None = None,
) -> Specification:
    """The specification as the question bank understands it; codes without a `refs` entry stand for themselves."""
    known = refs or {}
    return Specification(
        cells, shuffle_items, shuffle_options, scoring, demands.expected_score, demands.expected_seconds,
        _named(demands.together, known), _named(demands.apart, known), demands.together_tags, demands.apart_tags,
        demands.repeat_share, demands.most_uses, demands.last_sittings, demands.most_seen,
    )  # fmt: skip


def plain(number: Decimal) -> str:
    """A decimal as the shortest text."""
    return f"{number.normalize():f}"


def _named(groups: Sequence[tuple[str, ...]], known: Mapping[str, Ref]) -> tuple[tuple[Ref, ...], ...]:
    return tuple(tuple(known.get(code, code) for code in group) for group in groups)


def _sets(stored: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in stored)


def _number(stored: str | None) -> Decimal | None:
    return None if stored is None else Decimal(stored)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _span(stored: Sequence[str | None] | None) -> Span:
    low, high = stored or (None, None)
    return Span(_number(low), _number(high))


def _ends(span: Span) -> list[str | None] | None:
    return [_text(span.low), _text(span.high)] if span else None
