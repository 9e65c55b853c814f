"""Checking a file that somebody holds: is it genuine, and what is the state of the certificate."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.config import Settings
from app.credentials.queries import PublicAnswer, answer_by_number, stored_digest
from app.credentials.service.sealing import seal_keys
from certificates.verify import Outcome, Verdict, verify_pdf


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Two separate answers: what the seal says of the file, and what the registry says of the certificate.

    `answer` is None when the file is not genuine, is no certificate, or its number is not in this registry. `as_issued`
    says whether the bytes are the very ones that were issued; None when there is nothing to compare with.
    """

    verdict: Verdict
    answer: PublicAnswer | None
    as_issued: bool | None

    @property
    def genuine(self) -> bool:
        """Whether the file is sealed by a trusted authority and unchanged."""
        return self.verdict.outcome is Outcome.GENUINE

    @property
    def undetermined(self) -> bool:
        """Whether nothing can be said."""
        return self.verdict.outcome is Outcome.UNDETERMINED


def check_file(session: Session, data: bytes, on: date | None, *, settings: Settings, now: datetime) -> FileCheck:
    """Judge a file of any content; whoever holds a genuine one holds its check code, so the registry answers too."""
    verdict = verify_pdf(data, seal_keys(settings, now).roots, now)
    number = verdict.certificate_number
    if verdict.outcome is not Outcome.GENUINE or number is None or verdict.is_attestation:
        return FileCheck(verdict, None, None)
    stored = stored_digest(session, number)
    answer = answer_by_number(session, number, on, now, settings.zone)
    return FileCheck(verdict, answer, None if stored is None else stored == verdict.sha256)
