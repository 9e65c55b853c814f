"""What the regime of a unit says about an exam, with its sources."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.exams.sitting import Kind, RetakeRule
from app.regimes.queries import effective
from app.registry.queries import regime_of

DEFAULT_PASS_PERCENT = 60
DEFAULT_ATTEMPTS = 3
DEFAULT_WAIT_DAYS = 30
PERIOD_DAYS = 365
"""Product defaults, no law: no national source gives a pass mark, a number of attempts or a wait."""


@dataclass(frozen=True)
class RegimeRules:
    """A regime's bounds for a paper on a day; None where it is silent. `sources` names where each comes from."""

    regime: str | None
    pass_percent: int | None
    attempts: int | None
    wait_days: int | None
    sources: tuple[str, ...]

    def effective_pass(self, own: int | None) -> int:
        """The pass mark that counts: the regime's, or the owner's where that is higher."""
        found = [percent for percent in (self.pass_percent, own) if percent is not None]
        return max(found, default=DEFAULT_PASS_PERCENT)

    def retake(self, attempts: int, period_days: int, wait_days: int) -> RetakeRule:
        """The rule that counts: of the regime's and the specification's, the stricter."""
        return RetakeRule(min(attempts, self.attempts or attempts), period_days, max(wait_days, self.wait_days or 0))


NO_RULES = RegimeRules(None, None, None, None, ())


def rules_for(session: Session, unit_id: int, paper: str, kind: str, day: date) -> RegimeRules:
    """The regime's bounds for a unit's paper on a day; practice is bound by none."""
    code = regime_of(session, unit_id)
    if code is None or kind == Kind.PRACTICE:
        return RegimeRules(code, None, None, None, ())
    regime = effective(session, code)
    found = {name: regime.setting(name, day) for name in (f"pass_mark.{paper}", "exam.attempts", "exam.wait_days")}
    values = [None if value is None else int(value.value) for value in found.values()]
    return RegimeRules(code, values[0], values[1], values[2], tuple(value.source for value in found.values() if value))
