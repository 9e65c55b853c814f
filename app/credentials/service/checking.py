"""Checking a file that somebody holds: is it genuine, and what is the state of the certificate."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.config import Settings
from app.credentials.queries import (
    PaperAnswer,
    PublicAnswer,
    answer_by_number,
    paper_by_number,
    paper_digests,
    stored_digest,
)
from app.credentials.queries.register import seal_of, standing_of_file
from app.credentials.service.keys import PublicKeys, public_keys
from certificates.verify import Outcome, Verdict, verify_pdf

FALLEN = {"fallen", "unproven"}


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Two separate answers: what the seal says of the file, and what the registry says of the certificate.

    `answer` is None when the file is not genuine, is no certificate, or its number is not in this registry. `as_issued`
    says whether the bytes are the very ones that were issued; None when there is nothing to compare with. `paper` is
    what a class certificate or result slip says, which is no certificate and has no state. `fallen` says that the
    register knows the file's seal as revoked and nothing places the file before, also where no list says so yet.
    """

    verdict: Verdict
    answer: PublicAnswer | None
    as_issued: bool | None
    paper: PaperAnswer | None = None
    fallen: bool = False

    @property
    def genuine(self) -> bool:
        """Whether the file is sealed by a trusted authority and unchanged, and its seal holds."""
        return self.verdict.outcome is Outcome.GENUINE and not self.fallen

    @property
    def undetermined(self) -> bool:
        """Whether nothing can be said."""
        return self.verdict.outcome is Outcome.UNDETERMINED


def check_file(session: Session, data: bytes, on: date | None, *, settings: Settings, now: datetime) -> FileCheck:
    """Judge a file of any content; whoever holds a genuine one holds its check code, so the registry answers too."""
    verdict = _verdict(session, data, public_keys(session, settings), now)
    number = verdict.certificate_number
    if verdict.outcome is not Outcome.GENUINE or number is None:
        return FileCheck(verdict, None, None)
    if standing_of_file(session, verdict.sha256) in FALLEN:
        return FileCheck(verdict, None, None, fallen=True)
    if verdict.is_attestation:
        return FileCheck(verdict, None, None)
    stored = {stored_digest(session, number), *paper_digests(session, number)} - {None}
    answer = answer_by_number(session, number, on, now, settings.zone)
    as_issued = verdict.sha256 in stored if stored else None
    return FileCheck(verdict, answer, as_issued, paper_by_number(session, number))


def _verdict(session: Session, data: bytes, keys: PublicKeys, now: datetime) -> Verdict:
    """The verdict with the lists published; a file that lost the time stamp the register knows of is told by that."""
    verdict = verify_pdf(data, keys.roots, now, crls=keys.crls, tsa_roots=keys.tsa_roots)
    seal = seal_of(session, verdict.certificate_number) if verdict.certificate_number else None
    if seal is None or seal.stamped_at is None or _is_stored(session, verdict):
        return verdict
    return verify_pdf(data, keys.roots, now, crls=keys.crls, tsa_roots=keys.tsa_roots, expected_level=seal.level)


def _is_stored(session: Session, verdict: Verdict) -> bool:
    return stored_digest(session, verdict.certificate_number or "") == verdict.sha256
