"""What is published for phones and programs: status lists, the trust list, the names; and the code of a document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.credentials.models import IssuedDocument, StatusEntry
from app.credentials.queries.register import ListRow, published
from certificates import cose
from certificates.code import base64url, moment
from certificates.qr import modules
from certificates.status_list import ENTRIES, REVOCATION, SUSPENSION, StatusList, encoded_list, list_text, read_list
from certificates.trust_list import CLAIM, read_names

TRUST_LIST, NAMES = "trust-list", "code-names"
LEVELS = ("M", "L")


def status_row(session: Session, number: int, purpose: str = "") -> ListRow | None:
    """The newest status list of a number as COSE or, with a purpose, as VC-JWT; None before there is one."""
    return published(session, f"status-list-{number}" + (f"-{purpose}" if purpose else ""))


def list_count(session: Session) -> int:
    """How many status lists there are; at least one."""
    return (session.scalar(select(func.max(StatusEntry.entry))) or 0) // ENTRIES + 1


def status_data(row: ListRow, site_url: str) -> dict[str, Any]:
    """A status list as plain data: what is set, the encoded lists, the text for one QR code where it has room."""
    one = read_list(cose.parse_sign1(row.content).payload)
    return {
        **_head(one.issuer, one.issued_at, one.expires_at),
        "list": one.number,
        "size": one.size,
        "purposes": {
            "revocation": {"set": len(one.revoked), "encodedList": encoded_list(one.entries(REVOCATION))},
            "suspension": {"set": len(one.suspended), "encodedList": encoded_list(one.entries(SUSPENSION))},
        },
        "text": list_text(row.content, site_url),
        "cose": base64url(row.content),
    }


def trust_data(row: ListRow) -> dict[str, Any]:
    """The trust list as plain data; the root's signature is in `cose`."""
    value = cose.decode(cose.parse_sign1(row.content).payload)
    entries = [
        {
            "kid": entry["kid"].hex(), "x": entry["key"][-2].hex(), "y": entry["key"][-3].hex(),
            "since": _time(entry["from"]), "until": _time(entry["until"]),
            "revoked": None if entry["revoked"] is None else _time(entry["revoked"]),
        }
        for entry in value[CLAIM][1]
    ]  # fmt: skip
    return {**_head(value[1], moment(value[6]), moment(value[4])), "keys": entries, "cose": base64url(row.content)}


def names_data(row: ListRow) -> dict[str, Any]:
    """The names as plain data."""
    one = read_names(cose.parse_sign1(row.content).payload)
    return {
        "issuer": one.issuer, "issued_at": one.issued_at.isoformat(), "offset": one.offset,
        "domains": _pairs(one.domains), "levels": _pairs(one.levels), "regions": _pairs(one.regions),
        "cose": base64url(row.content),
    }  # fmt: skip


def _head(issuer: str, issued_at: datetime, expires_at: datetime) -> dict[str, Any]:
    return {"issuer": issuer, "issued_at": issued_at.isoformat(), "expires_at": expires_at.isoformat()}


def _time(value: int) -> str:
    return moment(value).isoformat()


def _pairs(titles: Mapping[Any, tuple[str, str]]) -> dict[str, dict[str, str]]:
    return {str(key): {"zh": zh, "en": en} for key, (zh, en) in titles.items()}


@dataclass(frozen=True, slots=True)
class ListPicture:
    """A status list for passing on: when it was issued and ends, how much is set, and its one QR code.

    `path` draws the dark modules in a square of `side`; both are empty where no QR code holds the list.
    """

    number: int
    lists: int
    issued_at: datetime
    expires_at: datetime
    revoked: int
    suspended: int
    path: str
    side: int
    text: str


def list_picture(session: Session, number: int, site_url: str) -> ListPicture | None:
    """The newest list of a number with its QR code, at level M where it has room, else L; None before there is one."""
    row = status_row(session, number)
    if row is None:
        return None
    one: StatusList = read_list(cose.parse_sign1(row.content).payload)
    text = list_text(row.content, site_url) or ""
    rows = _smallest(text) if text else ()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, line in enumerate(rows) for x, dark in enumerate(line) if dark)
    return ListPicture(
        number, list_count(session), one.issued_at, one.expires_at, len(one.revoked), len(one.suspended), path,
        len(rows), text,
    )  # fmt: skip


M_HOLDS = 5_400
"""So many digits and the address fit version 40 at level M."""


def _smallest(text: str) -> tuple[tuple[bool, ...], ...]:
    return modules(text, LEVELS[len(text) > M_HOLDS])


def code_text(session: Session, certificate_id: int) -> str:
    """What the QR code on a certificate's document says; empty where it leads to the public check."""
    found = session.scalar(select(IssuedDocument.code_text).where(IssuedDocument.certificate_id == certificate_id))
    return found or ""
