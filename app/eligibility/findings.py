"""What a rule says: a finding is a code with data; its words are chosen in `wording`."""

from dataclasses import dataclass

from app.regimes.codes import Severity

Datum = str | int
Both = tuple[str, str]
"""A sentence in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found: `code` names its wording, `data` fills the holes, `facts` are evidence ids."""

    rule: str
    code: str
    severity: Severity
    people: tuple[str, ...]
    data: tuple[tuple[str, Datum], ...] = ()
    facts: tuple[str, ...] = ()
    source: str = ""
    overridable: bool = False


Findings = tuple[Finding, ...]
NOTHING: Findings = ()


def order(finding: Finding) -> tuple[str, int, str, tuple[str, ...]]:
    """Sorts findings by rule, then the hardest first."""
    return finding.rule, _RANK[finding.severity], finding.code, finding.people


_RANK = {Severity.DENY: 0, Severity.WARN: 1, Severity.OBLIGATION: 2}
