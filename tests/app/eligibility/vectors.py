"""The cases of tests/vectors/eligibility, read once and judged one by one."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.eligibility.replay import CaseResult, judged, read
from app.regimes.loader import load

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "eligibility"


@dataclass(frozen=True)
class Vector:
    """One case: its file, its number there from 1, and its name."""

    stem: str
    number: int
    name: str

    def __str__(self) -> str:
        return f"{self.stem}: {self.name}"


@cache
def content_of(stem: str) -> dict[str, Any]:
    """The tables of one file."""
    return read((VECTORS / f"{stem}.toml").read_text("utf-8"))


def _all() -> tuple[Vector, ...]:
    return tuple(
        Vector(path.stem, number, str(case.get("name", number)))
        for path in sorted(VECTORS.glob("*.toml"))
        for number, case in enumerate(content_of(path.stem)["case"], 1)
    )


CASES = _all()


def result_of(case: Vector) -> CaseResult:
    """The case judged anew."""
    return judged(content_of(case.stem), case.number, load)
