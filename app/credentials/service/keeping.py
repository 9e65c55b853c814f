"""The register of keys kept: entered, rotated, renewed. Opens private keys: for the sealing process and the operator.

Revoking is in `revoking`: it needs no private key, so the web may do it.
"""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.database import insert_into
from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.credentials.models import SigningKey
from app.credentials.queries.register import RENEWABLE, KeyRow, ending_soon, key_of, key_register, revoked_keys
from app.credentials.service import keyfolder
from app.credentials.service.keys import seal_keys, unusable
from app.credentials.service.publishing import lists_are_due, publish_lists
from app.ledger.service import record
from certificates.authority import KeyKind, Pair, Purpose, key_id, make_issuing, make_seal, renew_seal, store_pair
from certificates.errors import CertificateError
from certificates.keyfiles import PublicKey


def init_keys(
    session: Session, actor: Actor, settings: Settings, *, kind: KeyKind = KeyKind.P256, now: datetime
) -> list[KeyRow]:
    """Make the site's own keys unless there are any, enter them in the register and publish the lists.

    Raises Unavailable `seal-keys`.
    """
    try:
        keyfolder.fill(settings, now, kind)
    except (CertificateError, OSError) as fault:
        raise unusable(fault) from fault
    register_keys(session, actor, settings, now=now)
    publish_lists(session, actor, settings, now=now)
    return key_register(session)


def register_keys(session: Session, actor: Actor, settings: Settings, *, now: datetime) -> int:
    """Enter every key of the folder, and the operator's own, that the register does not hold; returns how many."""
    known = {(row.purpose, row.serial) for row in key_register(session)}
    return sum(_enter(session, actor, row, now) for row in _found(settings, now) if _name(row) not in known)


def keys_are_due(session: Session, settings: Settings, *, now: datetime) -> bool:
    """Whether `init_keys` has anything to do: no keys yet, one that the register does not hold, a list to publish."""
    if not keyfolder.held(settings, Purpose.ROOT):
        return True
    known = {(row.purpose, row.serial) for row in key_register(session)}
    return any(_name(row) not in known for row in _found(settings, now)) or lists_are_due(session, settings, now=now)


def _name(row: dict[str, object]) -> tuple[object, object]:
    return row["purpose"], row["serial"]


def _found(settings: Settings, now: datetime) -> Iterator[dict[str, object]]:
    for purpose in (Purpose.ROOT, Purpose.ISSUING, Purpose.SEAL, Purpose.TSA):
        for one in keyfolder.held(settings, purpose):
            yield _of_certificate(purpose, one.certificate)
    for purpose in keyfolder.BARE:
        for key in keyfolder.bare(settings, purpose):
            yield _row(purpose, key.serial, key.public, key.start, key.end)
    if settings.signing_key is not None:
        signer = seal_keys(settings, now).signer
        yield _of_certificate(Purpose.SEAL, signer.certificate)
        for der in signer.chain:
            yield _of_certificate(Purpose.ISSUING, x509.load_der_x509_certificate(der))


def _of_certificate(purpose: Purpose, one: x509.Certificate) -> dict[str, object]:
    public: PublicKey = one.public_key()  # type: ignore[assignment]  # certificates are of the kinds that seal
    row = _row(purpose, f"{one.serial_number:x}", public, one.not_valid_before_utc, one.not_valid_after_utc)
    return {**row, "certificate": one.public_bytes(serialization.Encoding.PEM).decode()}


def _row(purpose: Purpose, serial: str, public: PublicKey, start: datetime, end: datetime) -> dict[str, object]:
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return {
        "purpose": purpose.value, "serial": serial, "kid": key_id(public).hex(), "certificate": None,
        "public_key": pem, "valid_from": start, "valid_until": end,
    }  # fmt: skip


def _enter(session: Session, actor: Actor, row: dict[str, object], now: datetime) -> int:
    """One row; 0 where another process was faster."""
    entered = insert_into(session, SigningKey).values(**row, recorded_at=now, recorded_by=actor.label)
    if session.scalar(entered.on_conflict_do_nothing().returning(SigningKey.id)) is None:
        return 0
    record(
        session, actor, "credentials.key.registered", ("key", row["serial"]), now=now,
        after={name: str(row[name]) for name in ("purpose", "kid", "valid_from", "valid_until")},
    )  # fmt: skip
    return 1


def rotate_key(
    session: Session, actor: Actor, settings: Settings, purpose: Purpose, *, start: datetime | None = None,
    kind: KeyKind = KeyKind.P256, now: datetime,
) -> KeyRow:  # fmt: skip
    """A new key of a purpose that signs from `start` (at once if left out); the old one stays good for verification.

    A new issuing authority comes with a new seal below it. Raises Refused `own-seal` where the operator's key seals,
    Invalid `rotate-past` for a start that is gone, Unavailable `seal-keys`.
    """
    begins = start or now
    if begins < now:
        raise Invalid("rotate-past", N_("A new key cannot begin in the past."), field="start")
    if settings.signing_key is not None and purpose in {Purpose.SEAL, Purpose.ISSUING}:
        words = N_(
            "The seal is the operator's own key (SIGNING_KEY): ask the authority that certified it for a new one."
        )
        raise Refused("own-seal", words)
    try:
        serial = _made(settings, purpose, begins, kind, revoked_keys(session))
    except (CertificateError, OSError) as fault:
        raise unusable(fault) from fault
    register_keys(session, actor, settings, now=now)
    publish_lists(session, actor, settings, now=now)
    return key_of(session, serial)


def _made(settings: Settings, purpose: Purpose, begins: datetime, kind: KeyKind, revoked: frozenset[str]) -> str:
    place, word = keyfolder.folder(settings), keyfolder.new_password(settings)
    if purpose in keyfolder.BARE:
        return keyfolder.write_bare(place, purpose, begins, word)
    if purpose is Purpose.ISSUING:
        root = _authority(settings, Purpose.ROOT, begins, frozenset())
        address = keyfolder.list_url(settings, Purpose.ROOT, root.serial)
        issuing = make_issuing(root, keyfolder.organisation(settings), begins, kind=kind, crl_url=address)
        store_pair(place, Purpose.ISSUING, issuing, word)
        store_pair(place, Purpose.SEAL, _new_seal(settings, issuing, begins, kind), word)
        return issuing.serial
    seal = _new_seal(settings, _authority(settings, Purpose.ISSUING, begins, revoked), begins, kind)
    store_pair(place, Purpose.SEAL, seal, word)
    return seal.serial


def _authority(settings: Settings, purpose: Purpose, moment: datetime, revoked: frozenset[str]) -> Pair:
    found = keyfolder.in_force(keyfolder.held(settings, purpose), moment, revoked)
    if found is None:
        raise OSError(f"no {purpose.value} authority is in force then: make one by keys rotate issuing")
    return keyfolder.open_pair(settings, found)


def _new_seal(settings: Settings, issuing: Pair, begins: datetime, kind: KeyKind) -> Pair:
    address = keyfolder.list_url(settings, Purpose.ISSUING, issuing.serial)
    old = keyfolder.held(settings, Purpose.SEAL)
    if old:
        return renew_seal(issuing, old[0].certificate, begins, kind=kind, crl_url=address)
    return make_seal(issuing, keyfolder.organisation(settings), begins, kind=kind, crl_url=address)


def renew_keys(
    session: Session, actor: Actor, settings: Settings, *, within_days: int = 90, now: datetime
) -> list[KeyRow]:
    """A successor, signing at once, for each key whose newest ends within so many days or is revoked.

    Errors as `rotate_key`. A new issuing authority brings its seal, which is then not made twice.
    """
    made = []
    for purpose in RENEWABLE:
        due = ending_soon(key_register(session), now, within_days)
        if purpose in {row.purpose for row in due}:
            made.append(rotate_key(session, actor, settings, Purpose(purpose), now=now))
    return made
