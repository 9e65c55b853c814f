"""How a rule says something: severity, source and whether it can be overridden come from the regime of the day."""

from app.eligibility.findings import Datum, Finding, Findings
from app.regimes.codes import Severity
from app.regimes.policy import RegimeDay


def said(
    regime: RegimeDay,
    rule: str,
    code: str,
    people: tuple[str, ...],
    *,
    facts: tuple[str, ...] = (),
    severity: Severity | None = None,
    source: str = "",
    **data: Datum,
) -> Findings:
    """One finding; the rule's switch gives what is not stated. Only a profile's own denial is overridable."""
    switch = regime.rules[rule]
    weight = severity or switch.severity
    overridable = weight is Severity.DENY and not switch.statute
    return (
        Finding(
            rule, code, weight, people, tuple(data.items()), facts, source or switch.source, overridable=overridable
        ),
    )
