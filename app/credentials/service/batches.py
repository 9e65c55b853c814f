"""Batches: certificates issued in one act, kept together so that their sealing can be watched and fetched."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound
from app.core.permissions import Actor, P, Scope
from app.credentials.models import Certificate, IssueBatch, IssueBatchCertificate
from app.credentials.queries import batch, batch_documents, contents
from app.ledger.service import record
from app.registry.models import Unit
from app.registry.queries import scope_paths, within

TITLE_LIMIT = 200


def open_batch(session: Session, actor: Actor, certificate_ids: Sequence[int], title: str, now: datetime) -> int:
    """Put certificates that were issued together into a batch; returns its id.

    Raises Invalid `nobody-chosen` for none, `batch-title` for a title that is empty or too long, NotFound for a
    certificate that is unknown or of an agency out of scope.
    """
    ids = list(dict.fromkeys(certificate_ids))
    if not ids:
        raise Invalid("nobody-chosen", N_("Choose at least one person."), field="people")
    name = title.strip()
    if not 0 < len(name) <= TITLE_LIMIT:
        raise Invalid("batch-title", N_("A title has 1 to %(most)s characters."), field="title", most=TITLE_LIMIT)
    if not _known(session, actor.scope(P.CREDENTIALS_ISSUE)).issuperset(ids):
        raise NotFound
    one = IssueBatch(title=name, opened_at=now, opened_by=actor.label)
    session.add(one)
    session.flush()
    session.execute(
        insert(IssueBatchCertificate), [{"batch_id": one.id, "certificate_id": certificate} for certificate in ids]
    )
    record(
        session, actor, "credentials.batch.opened", ("batch", one.id), now=now,
        after={"title": name, "certificates": len(ids)},
    )  # fmt: skip
    return one.id


def _known(session: Session, scope: Scope) -> set[int]:
    statement = (
        select(Certificate.id)
        .join(Unit, Unit.id == Certificate.agency_id)
        .where(within(scope, Unit.path, scope_paths(session, scope)))
    )
    return set(session.scalars(statement))


def fetch_batch(session: Session, actor: Actor, batch_id: int, zone: ZoneInfo, now: datetime) -> Iterator[bytes]:
    """The sealed documents of a batch as the bytes of a ZIP file, piece by piece; who took them stands in the ledger.

    Nothing larger than one document is held in memory. The caller commits before the first piece is asked for. Raises
    NotFound where nothing of the batch lies in scope.
    """
    scope = actor.scope(P.CREDENTIALS_ISSUE)
    row = batch(session, scope, batch_id)
    documents = batch_documents(session, scope, batch_id)
    record(
        session, actor, "credentials.batch.fetched", ("batch", batch_id), now=now,
        after={"title": row.title, "documents": len(documents)},
    )  # fmt: skip
    return archive(
        (f"{number}.pdf", sealed_at.astimezone(zone), pdf) for number, sealed_at, pdf in contents(session, documents)
    )


def archive(files: Iterable[tuple[str, datetime, bytes]]) -> Iterator[bytes]:
    """A ZIP file of named files, stored as they are (they are deflated inside), one piece a file.

    Written straight through, lengths behind each file (APPNOTE 6.3, 4.4.4, bit 3); only names and places are kept to
    the end.
    """
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as made:
        for name, moment, content in files:
            made.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), content)
            yield outlet.taken()
    yield outlet.taken()


class _Outlet(io.RawIOBase):
    """Where the archive writes: holds what was written until it is taken, and cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]  # the base says any buffer
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
