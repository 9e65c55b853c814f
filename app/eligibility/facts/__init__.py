"""Facts a judgement rests on, as compact values; the loader builds them, the rules read them.

Every fact carries the `id` that appears as evidence in an answer and two times: when it held (days, last day
inclusive, or an aware instant) and when it was recorded (`recorded_at`, and `superseded_at` once a correction took
its place). None as a whole tuple means "nobody knows", an empty tuple means "known to be none".
"""

from app.eligibility.facts.asking import BadQuestion, Context, Override, Question
from app.eligibility.facts.known import as_known, every_fact, facts_of, require_known_people
from app.eligibility.facts.person import (
    Appointment,
    CertificateFacts,
    Employment,
    Entry,
    ExamResult,
    Fact,
    HoursFact,
    LegalQualification,
    PersonFacts,
    QualificationFacts,
    Relation,
    ReviewFact,
    RosterPublication,
    SanctionFacts,
    StateChange,
    TaskDone,
)
from app.eligibility.facts.world import (
    AgencyFacts,
    Designation,
    Entrustment,
    Facts,
    Headcount,
    PlaceFacts,
    PowerFacts,
    Shift,
    digest_of,
    in_order,
    plain,
)

__all__ = [
    "AgencyFacts",
    "Appointment",
    "BadQuestion",
    "CertificateFacts",
    "Context",
    "Designation",
    "Employment",
    "Entrustment",
    "Entry",
    "ExamResult",
    "Fact",
    "Facts",
    "Headcount",
    "HoursFact",
    "LegalQualification",
    "Override",
    "PersonFacts",
    "PlaceFacts",
    "PowerFacts",
    "QualificationFacts",
    "Question",
    "Relation",
    "ReviewFact",
    "RosterPublication",
    "SanctionFacts",
    "Shift",
    "StateChange",
    "TaskDone",
    "as_known",
    "digest_of",
    "every_fact",
    "facts_of",
    "in_order",
    "plain",
    "require_known_people",
]
