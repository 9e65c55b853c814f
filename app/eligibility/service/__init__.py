"""What can be asked: a decision, many decisions, a decision again."""

from app.eligibility.service.asking import Asked, check, check_all
from app.eligibility.service.attesting import (
    Draft,
    attestation_draft,
    keep_attestation,
    next_attestation,
    refuse_attestation,
    request_attestation,
    seal_attestation,
)
from app.eligibility.service.batch import LONGEST_LINE, MOST_LINES, Line, batch
from app.eligibility.service.desk import Desk, Reader
from app.eligibility.service.keeping import Answer
from app.eligibility.service.overriding import overridable_rules, override
from app.eligibility.service.replaying import Difference, Replayed, replay
from app.eligibility.service.squads import Picked, codes_in, pick
from app.eligibility.service.tracing import MOST_AT_ONCE, Compared, FactChange, Trace, Traced, compare, trace

__all__ = [
    "LONGEST_LINE",
    "MOST_AT_ONCE",
    "MOST_LINES",
    "Answer",
    "Asked",
    "Compared",
    "Desk",
    "Difference",
    "Draft",
    "FactChange",
    "Line",
    "Picked",
    "Reader",
    "Replayed",
    "Trace",
    "Traced",
    "attestation_draft",
    "batch",
    "check",
    "check_all",
    "codes_in",
    "compare",
    "keep_attestation",
    "next_attestation",
    "overridable_rules",
    "override",
    "pick",
    "refuse_attestation",
    "replay",
    "request_attestation",
    "seal_attestation",
    "trace",
]  # fmt: skip
