"""What every case found when it was last looked through: `python -m tests.app.eligibility.recorded` writes it anew.

A case states what matters to it; this record keeps the rest of each finding too (evidence, figures, source, whether it
can be overridden), so that a change to any of them is seen and looked through before the record is written anew.
"""

import json
from functools import cache
from pathlib import Path

from app.eligibility.decision import Decision
from app.eligibility.findings import Finding

RECORD = Path(__file__).resolve().parents[2] / "vectors" / "eligibility" / "findings.json"


def lines_of(decision: Decision | None) -> list[str]:
    """Each reason and obligation of an answer on a line; a refused question has none."""
    return [] if decision is None else [_line(one) for one in (*decision.reasons, *decision.obligations)]


def _line(one: Finding) -> str:
    data = " ".join(f"{key}={value!r}" for key, value in one.data)
    can = " overridable" if one.overridable else ""
    people, facts = ",".join(one.people), ", ".join(one.facts)
    return f"{one.rule}.{one.code} {one.severity}{can} {people} [{data}] <{facts}> {one.source}"


@cache
def recorded() -> dict[str, list[str]]:
    """By case, as the file keeps it."""
    kept: dict[str, list[str]] = json.loads(RECORD.read_text("utf-8"))
    return kept


if __name__ == "__main__":
    from tests.app.eligibility.vectors import CASES, result_of

    found = {str(case): lines_of(result_of(case).decision) for case in CASES}
    RECORD.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
