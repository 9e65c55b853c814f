"""Batches of certificates issued in one act: how far their sealing is, and their documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.database import reading_only
from app.core.errors import NotFound
from app.core.permissions import Scope
from app.credentials.models import Certificate, IssueBatch, IssueBatchCertificate, IssuedDocument
from app.registry.models import Unit
from app.registry.queries import scope_paths, within


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as far as it lies in scope: how many certificates, and how many of their documents are sealed."""

    id: int
    title: str
    opened_at: datetime
    opened_by: str
    total: int
    sealed: int

    @property
    def done(self) -> bool:
        """Whether every document is sealed."""
        return self.sealed == self.total


def batches(session: Session, scope: Scope, limit: int = 100) -> list[BatchRow]:
    """The batches with certificates of agencies in scope, newest first."""
    return [BatchRow(*row) for row in session.execute(_counted(session, scope).limit(limit))]


def batch(session: Session, scope: Scope, batch_id: int) -> BatchRow:
    """One batch. Raises NotFound where nothing of it lies in scope."""
    row = session.execute(_counted(session, scope).where(IssueBatch.id == batch_id)).first()
    if row is None:
        raise NotFound
    return BatchRow(*row)


def under_way(session: Session, scope: Scope) -> list[BatchRow]:
    """The batches whose documents are still being sealed, newest first."""
    unfinished = func.count(IssuedDocument.id) < func.count(Certificate.id)
    return [BatchRow(*row) for row in session.execute(_counted(session, scope).having(unfinished).limit(5))]


def _counted(session: Session, scope: Scope) -> Any:  # noqa: ANN401 - a select of six columns
    batch = IssueBatch
    return (
        select(
            batch.id, batch.title, batch.opened_at, batch.opened_by, func.count(Certificate.id),
            func.count(IssuedDocument.id),
        )
        .join(IssueBatchCertificate, IssueBatchCertificate.batch_id == batch.id)
        .join(Certificate, Certificate.id == IssueBatchCertificate.certificate_id)
        .join(Unit, Unit.id == Certificate.agency_id)
        .outerjoin(IssuedDocument, IssuedDocument.certificate_id == Certificate.id)
        .where(within(scope, Unit.path, scope_paths(session, scope)))
        .group_by(batch.id, batch.title, batch.opened_at, batch.opened_by)
        .order_by(batch.id.desc())
    )  # fmt: skip


def batch_documents(session: Session, scope: Scope, batch_id: int) -> list[tuple[int, str, datetime]]:
    """Of the sealed documents of a batch: id, certificate number, moment of sealing; in order of the numbers' issue."""
    statement = (
        select(IssuedDocument.id, Certificate.number, IssuedDocument.sealed_at)
        .join(Certificate, Certificate.id == IssuedDocument.certificate_id)
        .join(IssueBatchCertificate, IssueBatchCertificate.certificate_id == Certificate.id)
        .join(Unit, Unit.id == Certificate.agency_id)
        .where(IssueBatchCertificate.batch_id == batch_id, within(scope, Unit.path, scope_paths(session, scope)))
        .order_by(Certificate.id)
    )
    return [(one.id, one.number, one.sealed_at) for one in session.execute(statement)]


def contents(session: Session, documents: list[tuple[int, str, datetime]]) -> Iterator[tuple[str, datetime, bytes]]:
    """Number, moment of sealing and bytes of these documents, read one at a time.

    Each reading is a transaction of its own, so that a slow reader holds up nobody.
    """
    for document_id, number, sealed_at in documents:
        with reading_only():
            found = session.scalar(select(IssuedDocument.content).where(IssuedDocument.id == document_id))
        session.rollback()
        if found is not None:
            yield number, sealed_at, bytes(found)
