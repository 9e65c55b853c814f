"""Tables of the credentials. Certificates never change after issue; what happens to them later is rows beside them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.facts import Fact


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
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class CertificateStateChange(Base):
    """From `effective_at` a certificate is in `state`, until a later change; a planned one can be superseded.

    `until` is the last day of a suspension that ends by itself (the row of its end stands beside it).
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
    """The sealed PDF of a certificate: made once, kept as it is. `seal_serial` names the seal certificate."""

    __tablename__ = "issued_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(index=True)
    sealed_at: Mapped[datetime]
    seal_serial: Mapped[str]
