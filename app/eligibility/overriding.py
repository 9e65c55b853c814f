"""A profile's denial set aside by a named approver; a statute's stands (domain.md C0, principle 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.core.errors import N_
from app.eligibility.decision import Verdict
from app.eligibility.facts import BadQuestion, Override
from app.eligibility.findings import Finding
from app.regimes.codes import Severity

DENY, WARN = Severity.DENY, Severity.WARN


def set_aside(findings: Sequence[Finding], overrides: Sequence[Override]) -> list[Finding]:
    """The findings, each overridable denial of an overridden rule made a warning, with who set it aside and why."""
    by_rule = {override.rule: override for override in overrides}
    result: list[Finding] = []
    for finding in findings:
        override = by_rule.get(finding.rule)
        if override is None or finding.severity is not DENY or not finding.overridable:
            result.append(finding)
            continue
        data = (("approver", override.approver), ("grounds", override.reason))
        result.append(replace(finding, severity=WARN, overridable=False))
        result.append(Finding(finding.rule, "overridden", WARN, finding.people, data, source=finding.source))
    return result


def require_sound(overrides: Sequence[Override]) -> None:
    """Refuse an override without approver, reason or offset, and two of one rule; raises BadQuestion."""
    seen: set[str] = set()
    for override in overrides:
        if override.at.utcoffset() is None:
            raise BadQuestion("naive-time", N_("The time needs an offset, such as +08:00."), field="overrides")
        if not override.approver.strip() or not override.reason.strip():
            raise BadQuestion(
                "override-incomplete", N_("An override needs its approver and a reason."), field="overrides"
            )
        if override.rule in seen:
            raise BadQuestion(
                "override-repeated",
                N_("The rule %(rule)s is overridden twice."),
                field="overrides",
                rule=override.rule,
            )
        seen.add(override.rule)


def require_effect(overrides: Sequence[Override], verdicts: Sequence[Verdict]) -> None:
    """Refuse an override that sets nothing aside, or whose rule still denies; raises BadQuestion `not-overridable`."""
    if not overrides:
        return
    found = [finding for verdict in verdicts for finding in _everything(verdict)]
    effective = {finding.rule for finding in found if finding.code == "overridden"}
    denying = {finding.rule for finding in found if finding.severity is DENY}
    for override in overrides:
        if override.rule not in effective or override.rule in denying:
            raise BadQuestion(
                "not-overridable",
                N_("The rule %(rule)s denies nothing here that could be overridden."),
                field="overrides",
                rule=override.rule,
            )


def _everything(verdict: Verdict) -> Iterable[Finding]:
    yield from verdict.findings
    for member in verdict.members:
        yield from member.findings
