"""Read the credentials: facts for the rules, lists for the issuer, one certificate's life, the public answer."""

from app.credentials.queries.facts import (
    CertificateRow,
    QualificationRow,
    ReviewRow,
    StateRow,
    certificate_facts,
    certificate_row,
    qualification_facts,
    review_history,
    reviews_of,
    states_of,
)
from app.credentials.queries.lives import (
    Event,
    Life,
    LifeRow,
    Wanted,
    certificates,
    certificates_of,
    document,
    life,
    may_see,
    seal_counts,
    unsealed,
)
from app.credentials.queries.public import (
    PublicAnswer,
    PublicEvent,
    answer_by_number,
    mask_name,
    public_answer,
    stored_digest,
    tidy_code,
)
from app.credentials.queries.readiness import (
    PROBLEMS,
    Passed,
    Problem,
    ReadyRow,
    SittingChoice,
    authors_of,
    is_live,
    readiness,
    ready_to_issue,
    released_sittings,
)

__all__ = [
    "PROBLEMS", "CertificateRow", "Event", "Life", "LifeRow", "Passed", "Problem", "PublicAnswer", "PublicEvent",
    "QualificationRow", "ReadyRow", "ReviewRow", "SittingChoice", "StateRow", "Wanted", "answer_by_number",
    "authors_of", "certificate_facts", "certificate_row", "certificates", "certificates_of", "document", "is_live",
    "life", "mask_name", "may_see", "public_answer", "qualification_facts", "readiness", "ready_to_issue",
    "released_sittings", "review_history", "reviews_of", "seal_counts", "states_of", "stored_digest", "tidy_code",
    "unsealed",
]  # fmt: skip
