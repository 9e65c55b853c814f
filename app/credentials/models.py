"""Tables of the credentials. Certificates never change after issue; what happens to them later is rows beside them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.facts import Fact
from certificates.layout import CERTIFICATE, layout_of


class Qualification(Fact, Base):
    """A person has passed the papers of a regime and meets its entry conditions.

    `papers` is a list of {paper, result_id, sat_on, valid_to}; `valid_to` of the row is the first of theirs to end.
    """

    __tablename__ = "qualification"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    regime: Mapped[str]
    papers: Mapped[list[Any]]


class CertificateCounter(Base):
    """The last serial number given in a series; its lock makes the numbers unique and unbroken."""

    __tablename__ = "certificate_counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Certificate(Base):
    """One certificate as issued. `valid_from` and `valid_to` are local days, both inclusive.

    `kind` is ISSUE, REISSUE or RENEW; `replaces_id` names the one it took the place of. `region` lists area codes,
    `domains` domain codes of the regime. `face` keeps every printed text as it was on the day of issue.
    `status_index` is its place in the status lists; the default
    stands for none and is refused where the code is made.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index(None, "person_id"), Index(None, "agency_id"), Index(None, "valid_to"), Index(None, "recorded_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    check_code: Mapped[str]
    kind: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    qualification_id: Mapped[int | None] = mapped_column(ForeignKey("qualification.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
    regime: Mapped[str]
    region: Mapped[list[Any]]
    domains: Mapped[list[Any]]
    authority_source: Mapped[str]
    photo_sha256: Mapped[str]
    issued_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    face: Mapped[dict[str, Any]]
    status_index: Mapped[int] = mapped_column(unique=True, index=True, server_default="-1")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class StatusEntry(Base):
    """An entry of the status lists that was given to a certificate, drawn by chance; never given again."""

    __tablename__ = "status_entry"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class CodeName(Base):
    """A title that codes on certificates hold only as a key; a title that changes gets a new key, so none is changed.

    `kind` is DOMAIN, REGION or LEVEL, `code` the domain's, the area's, or OWN, AUTHORISED, ENTRUSTED.
    """

    __tablename__ = "code_name"
    __table_args__ = (UniqueConstraint("kind", "key"), UniqueConstraint("kind", "code", "zh", "en"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    code: Mapped[str]
    zh: Mapped[str]
    en: Mapped[str]
    recorded_at: Mapped[datetime]


class CertificateStateChange(Base):
    """From `effective_at` a certificate is in `state`, until a later change; a planned one can be superseded.

    `until` is the last day of a suspension that ends by itself (the row of its end stands beside it). `barred_until` is
    the last day on which whoever was revoked may not apply again.
    """

    __tablename__ = "certificate_state"
    __table_args__ = (
        Index(None, "certificate_id", "effective_at"), Index(None, "recorded_at"), Index(None, "superseded_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    action: Mapped[str]
    state: Mapped[str]
    effective_at: Mapped[datetime]
    until: Mapped[date | None]
    reason: Mapped[str]
    legal_basis: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    superseded_at: Mapped[datetime | None]
    barred_until: Mapped[date | None]


class CertificateReview(Base):
    """A passed annual review or registration (年审, 注册) of a certificate; a wrong one is superseded, never changed.

    `reviewed_by` is the body that reviewed, `evidence` the document that shows it.
    """

    __tablename__ = "certificate_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    reviewed_on: Mapped[date]
    reviewed_by: Mapped[str]
    evidence: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    recorded_by: Mapped[str]
    superseded_at: Mapped[datetime | None] = mapped_column(index=True)
    superseded_by: Mapped[str] = mapped_column(default="")
    superseded_why: Mapped[str] = mapped_column(default="")


class IssuedDocument(Base):
    """The sealed PDF of a certificate: made once, kept as it is. `seal_serial` names the seal certificate.

    `level` is the PAdES level (B-B, B-T, B-LT); `stamped_at` the moment of the time stamp, where there is one.
    `code_text` is what its QR code says; empty where that is the public address. `layout` is the version of the layout
    by which it was drawn, as id-version.
    """

    __tablename__ = "issued_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(index=True)
    sealed_at: Mapped[datetime]
    seal_serial: Mapped[str] = mapped_column(index=True)
    level: Mapped[str] = mapped_column(default="B-B", server_default="B-B")
    stamped_at: Mapped[datetime | None]
    code_text: Mapped[str] = mapped_column(default="", server_default="")
    layout: Mapped[str] = mapped_column(default=lambda: layout_of(CERTIFICATE).key, server_default="certificate-1")


class CertificatePeriod(Base):
    """From when through when a certificate holds; the newest row that stands decides, not what was printed.

    Days are local and inclusive. `temporary_to` is a last day lent while a renewal is pending. `cause` is ISSUE,
    REISSUE, RENEW, TRANSFER, DOMAINS, TEMPORARY, DECREE or REVERSAL; `method` is how the last day was found.
    """

    __tablename__ = "certificate_period"
    __table_args__ = (Index(None, "certificate_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    cause: Mapped[str]
    method: Mapped[str]
    minimum_months: Mapped[int | None]
    window_start: Mapped[date | None]
    due: Mapped[date | None]
    window_end: Mapped[date | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    temporary_to: Mapped[date | None]
    decree_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_decree.id"), index=True)
    evidence: Mapped[dict[str, Any]]
    decided_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    recorded_by: Mapped[str]
    superseded_at: Mapped[datetime | None] = mapped_column(index=True)


class CertificateApplication(Base):
    """What an agency asks of the issuer for one person: proposed, checked in the agency, decided by a third hand.

    `kind` is ISSUE, REISSUE, RENEW, TRANSFER, DOMAINS or REVOKE; `certificate_id` the one it is about, `made_id` the
    one that came of it. `wishes` holds first day and domains where they were asked for. `outcome` is empty while it
    waits, else GRANTED, REFUSED or WITHDRAWN.
    """

    __tablename__ = "certificate_application"
    __table_args__ = (Index(None, "agency_id", "outcome"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("exam_sitting.id"), index=True)
    wishes: Mapped[dict[str, Any]]
    reason: Mapped[str]
    legal_basis: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str] = mapped_column(default="")
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    outcome: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_why: Mapped[str] = mapped_column(default="")
    made_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))


class CertificateDecree(Base):
    """An order that lengthens every certificate of a part of the service that ends in a span of days, or takes it back.

    `unit_id`, `regime` and `domain` narrow it; the days are inclusive. `reverses_id` names the decree taken back.
    `preview` is what the proposer was shown, `result` what it did. It counts from `approved_at`.
    """

    __tablename__ = "certificate_decree"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    legal_basis: Mapped[str]
    reason: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    regime: Mapped[str] = mapped_column(default="")
    domain: Mapped[str] = mapped_column(default="")
    ends_from: Mapped[date]
    ends_to: Mapped[date]
    extend_to: Mapped[date]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_decree.id"), unique=True)
    preview: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(default="")
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    dropped_at: Mapped[datetime | None]
    dropped_by: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any]]


class SigningKey(Base):
    """The register of keys: one row a key, only ever added to. Nothing private is here.

    `purpose` is root, issuing, seal, code, log or tsa. `serial` is the certificate's serial number in hexadecimal or,
    for a key without a certificate, its `kid`: the first eight bytes of SHA-256 over SubjectPublicKeyInfo, in
    hexadecimal. `certificate` and `public_key` are PEM. It signs from `valid_from`; what it signed through
    `valid_until` can be verified for ever.
    """

    __tablename__ = "signing_key"
    __table_args__ = (UniqueConstraint("purpose", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    serial: Mapped[str]
    kid: Mapped[str]
    certificate: Mapped[str | None]
    public_key: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class KeyRevocation(Base):
    """A key signs no more from `revoked_at`; only ever added to. `reason` is a name of RFC 5280, 5.3.1.

    What it signed at or after `compromised_since` (else `revoked_at`), and what no time stamp places before, falls.
    """

    __tablename__ = "key_revocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_key.id"), unique=True)
    revoked_at: Mapped[datetime]
    compromised_since: Mapped[datetime | None]
    reason: Mapped[str]
    words: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class PublishedList(Base):
    """A signed list as published under a name (`issuing-….crl`); the newest of a name is served, all are kept.

    `number` counts the lists of a name; `next_at` is when the next is due at the latest.
    """

    __tablename__ = "published_list"
    __table_args__ = (UniqueConstraint("name", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime]
    next_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class SealedPaper(Base):
    """A sealed document that another room keeps (`kind` attestation …), noted so that each use of a seal is known."""

    __tablename__ = "sealed_paper"
    __table_args__ = (UniqueConstraint("kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    number: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    level: Mapped[str]
    sealed_at: Mapped[datetime]
    stamped_at: Mapped[datetime | None]
    seal_serial: Mapped[str] = mapped_column(index=True)


class IssueBatch(Base):
    """Certificates issued in one act, whose documents are sealed one after the other; only ever added to."""

    __tablename__ = "issue_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]


class IssueBatchCertificate(Base):
    """A certificate of a batch."""

    __tablename__ = "issue_batch_certificate"
    __table_args__ = (Index(None, "certificate_id"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("issue_batch.id"), primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)


class Paper(Base):
    """A paper asked for beside the certificates; only ever added to. Its sealed file is a `PaperDocument`.

    `kind` is POCKET (`subject_id` a certificate), TRAINING (an attendance) or RESULT (an exam result). A pocket card
    bears its certificate's number and check code. `layout` is id-version, `shown` every printed text.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("kind", "number"), UniqueConstraint("kind", "subject_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[str] = mapped_column(index=True)
    check_code: Mapped[str]
    layout: Mapped[str]
    shown: Mapped[dict[str, Any]]
    photo_sha256: Mapped[str] = mapped_column(default="")
    requested_at: Mapped[datetime]
    requested_by: Mapped[str]


class PaperDocument(Base):
    """The sealed file of a paper: made once, kept as it is."""

    __tablename__ = "paper_document"

    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(index=True)
    sealed_at: Mapped[datetime]
    stamped_at: Mapped[datetime | None]
    level: Mapped[str]
    seal_serial: Mapped[str] = mapped_column(index=True)
