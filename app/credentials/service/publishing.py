"""Signed lists about keys: each authority's revocation list, and the trust list by the root. Opens private keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.database import insert_into
from app.core.errors import N_, Invalid
from app.core.permissions import Actor
from app.credentials.models import PublishedList
from app.credentials.queries.register import KeyRow, ListRow, issued_by, key_register, published
from app.credentials.service import keyfolder
from app.credentials.service.face import both
from app.credentials.service.keys import unusable
from app.ledger.service import record
from certificates.authority import Purpose
from certificates.cose import LocalKey
from certificates.crl import Reason, Revocation, make_crl, read_crls
from certificates.errors import CertificateError, KeyUnusable
from certificates.trust_list import TrustedKey, TrustList, sign_trust_list

TRUST_LIST = "trust-list"
LIST_DAYS = {Purpose.ROOT: 180, Purpose.ISSUING: 7, Purpose.TSA: 7}
TRUST_DAYS = 180


@dataclass(frozen=True, slots=True)
class Published:
    """The names of what was published, and of what was due while the key that signs it does not lie here."""

    made: tuple[str, ...]
    absent: tuple[str, ...]


def publish_lists(
    session: Session, actor: Actor, settings: Settings, *, all_of_them: bool = False, now: datetime
) -> Published:
    """Publish the revocation lists and the trust list that are due: half their time has passed, or a key was revoked.

    A list whose signing key was taken away (a root kept elsewhere) is named, not made. Raises Unavailable `seal-keys`.
    """
    rows = key_register(session)
    due = [one for one in _authorities(settings, rows, now) if all_of_them or _is_due(session, one, now)]
    made = [one.name for one in due if one.held.key.exists()]
    absent = [one.name for one in due if not one.held.key.exists()]
    try:
        for one in due:
            if one.held.key.exists():
                _publish(session, actor, one, settings, now)
    except CertificateError as fault:
        raise unusable(fault) from fault
    return Published(tuple(made), tuple(absent))


def lists_are_due(session: Session, settings: Settings, *, now: datetime) -> bool:
    """Whether `publish_lists` would publish anything."""
    found = _authorities(settings, key_register(session), now)
    return any(one.held.key.exists() and _is_due(session, one, now) for one in found)


@dataclass(frozen=True, slots=True)
class _Due:
    """A list that an authority of the folder signs, with the register's rows it is about."""

    name: str
    held: keyfolder.Held
    about: tuple[KeyRow, ...]
    days: int


def _authorities(settings: Settings, rows: Sequence[KeyRow], now: datetime) -> list[_Due]:
    found = []
    for purpose, days in LIST_DAYS.items():
        for held in keyfolder.held(settings, purpose):
            row = next((one for one in rows if one.serial == held.serial), None)
            if row is not None and _certifies(held.certificate) and now <= held.end:
                below = tuple(one for one in rows if one.revoked_at is not None and issued_by(one, row))
                found.append(_Due(keyfolder.list_name(purpose, held.serial), held, below, days))
    roots = keyfolder.held(settings, Purpose.ROOT)
    codes = tuple(row for row in rows if row.purpose == Purpose.CODE.value)
    return [*found, _Due(TRUST_LIST, roots[0], codes, TRUST_DAYS)] if roots and codes else found


def _certifies(one: x509.Certificate) -> bool:
    return bool(one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)


def _is_due(session: Session, due: _Due, now: datetime) -> bool:
    """Whether half of the newest list's time has passed, or the register says something that it cannot know."""
    newest = published(session, due.name)
    if newest is None or now >= newest.issued_at + (newest.next_at - newest.issued_at) / 2:
        return True
    return any(row.changed_at > newest.issued_at for row in due.about)


def _publish(session: Session, actor: Actor, due: _Due, settings: Settings, now: datetime) -> None:
    pair, number = keyfolder.open_pair(settings, due.held), _next_number(session, due.name)
    if due.name == TRUST_LIST:
        if not isinstance(pair.key, EllipticCurvePrivateKey):
            raise KeyUnusable("KEY_KIND", "根密钥不是 P-256。", "The root's key is not P-256 and signs no trust list.")
        content = trust_list(due.about, LocalKey(pair.key), keyfolder.organisation(settings), now)
    else:
        content = make_crl(pair, [_revocation(row) for row in due.about], number, now, days=due.days)
    _keep(session, actor, ListRow(due.name, number, content, now, now + timedelta(days=due.days)), now)


def trust_list(codes: Sequence[KeyRow], root: LocalKey, issuer: str, now: datetime) -> bytes:
    """The signed list of the keys that sign codes and lists, with their times (docs/credential-code.md, 5)."""
    keys = tuple(
        TrustedKey(public, row.valid_from, row.valid_until, row.falls_from)
        for row in codes
        if isinstance(public := load_pem_public_key(row.public_key.encode()), EllipticCurvePublicKey)
    )
    return sign_trust_list(TrustList(issuer, now, now + timedelta(days=TRUST_DAYS), keys), root)


def _revocation(row: KeyRow) -> Revocation:
    return Revocation(int(row.serial, 16), row.revoked_at or row.recorded_at, Reason(row.reason), row.compromised_since)


def _next_number(session: Session, name: str) -> int:
    newest = published(session, name)
    return 1 if newest is None else newest.number + 1


def _keep(session: Session, actor: Actor, one: ListRow, now: datetime) -> None:
    """Keep a list under its number, unless another process published that number first."""
    row = insert_into(session, PublishedList).values(
        name=one.name, number=one.number, content=one.content, issued_at=one.issued_at, next_at=one.next_at,
        recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip
    if session.scalar(row.on_conflict_do_nothing().returning(PublishedList.id)) is None:
        return
    record(
        session, actor, "credentials.key-list.published", ("key-list", one.name), now=now,
        after={"number": one.number, "sha256": sha256(one.content).hexdigest(), "next_at": one.next_at.isoformat()},
    )  # fmt: skip


def publish_foreign(session: Session, actor: Actor, files: Sequence[bytes], *, now: datetime) -> list[str]:
    """Take over the revocation lists of the operator's own authorities or time stamps; returns the names.

    A list that is published already is left alone. Raises Invalid `crl-unreadable` for bytes that are no list.
    """
    try:
        lists = [one for data in files for one in read_crls(data)]
    except KeyUnusable as fault:
        raise Invalid(
            "crl-unreadable", N_("The revocation list cannot be read: %(detail)s"), detail=both(fault)
        ) from fault
    names = []
    for one in lists:
        name = f"ca-{sha256(one.issuer.encode()).hexdigest()[:16]}.crl"
        if session.scalar(select(PublishedList.id).where(PublishedList.content == one.der)) is None:
            next_at = one.next_at or one.issued_at + timedelta(days=LIST_DAYS[Purpose.ISSUING])
            _keep(session, actor, ListRow(name, _next_number(session, name), one.der, one.issued_at, next_at), now)
        names.append(name)
    return names
