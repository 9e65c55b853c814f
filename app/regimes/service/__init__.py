"""What can be done with local rules: draft, compare, adopt, keep for later."""

from app.regimes.service.adopting import Adopting, adopt
from app.regimes.service.comparing import Comparison, Difference, Section, compare
from app.regimes.service.drafting import (
    Effect,
    change_draft,
    changes_of,
    drop_draft,
    minimum_text,
    rule_text,
    value_text,
    write_draft,
)
from app.regimes.service.keeping import keep_version

__all__ = [
    "Adopting", "Comparison", "Difference", "Effect", "Section", "adopt", "change_draft", "changes_of", "compare",
    "drop_draft", "keep_version", "minimum_text", "rule_text", "value_text", "write_draft",
]  # fmt: skip
