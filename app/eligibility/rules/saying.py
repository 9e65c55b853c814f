"""How a rule says something: severity, source and whether it can be overridden come from the regime of the day."""

from datetime import date

from app.eligibility.findings import Datum, Finding, Findings
from app.regimes.codes import Severity
from app.regimes.policy import RegimeDay

BINDING = ("statute", "national_policy")


def said(
    regime: RegimeDay,
    rule: str,
    code: str,
    people: tuple[str, ...],
    *,
    facts: tuple[str, ...] = (),
    severity: Severity | None = None,
    source: str = "",
    binding: bool | None = None,
    **data: Datum,
) -> Findings:
    """One finding; the rule's switch gives what is not stated. Only a profile's own denial is overridable.

    `binding` tells of a denial that does not stand on the rule itself whether it is a statute's all the same.
    """
    switch = regime.rules[rule]
    weight = severity or switch.severity
    overridable = weight is Severity.DENY and not (switch.statute if binding is None else binding)
    return (
        Finding(
            rule, code, weight, people, tuple(data.items()), facts, source or switch.source, overridable=overridable
        ),
    )


def binding(regime: RegimeDay, value: str, day: date) -> bool:
    """Whether a value of the regime stands on a statute or on national policy, and so cannot be set aside."""
    setting = regime.regime.setting(value, day)
    return setting is None or setting.basis in BINDING


def by_value(
    regime: RegimeDay,
    rule: str,
    code: str,
    people: tuple[str, ...],
    value: str,
    day: date,
    **data: Datum,
) -> Findings:
    """One finding as hard as a value of the regime (WARN or DENY) says; raises LookupError where it is silent."""
    severity = Severity(regime.regime.number(value, day))
    stands = binding(regime, value, day)
    return said(regime, rule, code, people, facts=(), severity=severity, source="", binding=stands, **data)
