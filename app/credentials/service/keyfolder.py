"""The folder of the keys: what lies in it, what opens it, and its first filling. Private: never called by the web.

`instance/pki/` holds `<purpose>-<serial>.pem` (encrypted key) and `.crt`; for keys without a certificate
`<purpose>-<kid>.pem`, `.pub` and `.dates`. The older names `root-key.pem`, `root-ca.pem` … are read beside them.
"""

import logging
import secrets
import shutil
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.config import Settings
from certificates.authority import (
    AuthorityFiles,
    KeyKind,
    Pair,
    Purpose,
    key_id,
    load_key,
    load_pair,
    load_public_key,
    make_code_key,
    make_issuing,
    make_log_key,
    make_root,
    make_seal,
    read_certificates,
    store_key,
    store_pair,
)
from certificates.errors import AuthorityExists, KeyUnusable
from certificates.issuance import SKEW
from certificates.keyfiles import PublicKey, write_new

FOLDER, PASSWORD = "pki", "password"
BARE = (Purpose.CODE, Purpose.LOG)
BARE_DAYS = 5 * 365
log = logging.getLogger("chizheng.credentials")
H = TypeVar("H", "Held", "Bare")


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate of the folder with where its key lies; the key's file may have been taken away."""

    purpose: Purpose
    certificate: x509.Certificate
    path: Path
    key: Path

    @property
    def serial(self) -> str:
        """The serial number in hexadecimal."""
        return f"{self.certificate.serial_number:x}"

    @property
    def start(self) -> datetime:
        """From when it signs."""
        return self.certificate.not_valid_before_utc

    @property
    def end(self) -> datetime:
        """Until when it signs."""
        return self.certificate.not_valid_after_utc


@dataclass(frozen=True, slots=True)
class Bare:
    """A key without a certificate: the code's or the log's; `serial` is its key id in hexadecimal."""

    purpose: Purpose
    serial: str
    public: PublicKey
    key: Path
    start: datetime
    end: datetime


def folder(settings: Settings) -> Path:
    """Where the keys lie."""
    return settings.instance / FOLDER


def held(settings: Settings, purpose: Purpose) -> list[Held]:
    """The certificates of a purpose, the newest first."""
    place = folder(settings)
    files = [(path, path.with_suffix(".pem")) for path in sorted(place.glob(f"{purpose.value}-*.crt"))]
    files += [pair for pair in _older(AuthorityFiles(place), purpose) if pair[0].exists()]
    found = [Held(purpose, read_certificates(path.read_bytes(), path.name)[0], path, key) for path, key in files]
    return sorted(found, key=lambda one: one.start, reverse=True)


def _older(files: AuthorityFiles, purpose: Purpose) -> list[tuple[Path, Path]]:
    """The names that keys had before each carried its serial number."""
    match purpose:
        case Purpose.ROOT:
            return [(files.root_certificate, files.root_key)]
        case Purpose.ISSUING:
            return [(files.issuing_certificate, files.issuing_key)]
        case Purpose.SEAL:
            return [(files.seal_certificate, files.seal_key)]
    return []


def bare(settings: Settings, purpose: Purpose) -> list[Bare]:
    """The keys of a purpose that have no certificate, the newest first."""
    found = []
    for path in folder(settings).glob(f"{purpose.value}-*.pub"):
        public = load_public_key(path)
        start, end = map(datetime.fromisoformat, path.with_suffix(".dates").read_text("ascii").split())
        found.append(Bare(purpose, key_id(public).hex(), public, path.with_suffix(".pem"), start, end))
    return sorted(found, key=lambda one: one.start, reverse=True)


def in_force(found: Sequence[H], now: datetime, revoked: Collection[str] = ()) -> H | None:
    """The newest that signs at a moment and is not revoked."""
    return next((one for one in found if one.serial not in revoked and one.start <= now <= one.end), None)


def issuer_of(one: Held, above: Sequence[Held]) -> Held | None:
    """Which of these authorities certified a key."""
    for authority in above:
        with suppress(ValueError, TypeError, InvalidSignature):
            one.certificate.verify_directly_issued_by(authority.certificate)
            return authority
    return None


def open_pair(settings: Settings, one: Held) -> Pair:
    """The key with its certificate; raises KeyUnusable, also where the key was taken away."""
    return load_pair(one.key, one.path, password_of(settings, one.key))


def password_of(settings: Settings, path: Path) -> str:
    """The password that opens a key's file: that of new keys, or one that older keys were written under.

    Raises KeyUnusable where none of them does.
    """
    known = _passwords(settings)
    for word in known[:-1]:
        with suppress(KeyUnusable):
            load_key(path, word)
            return word
    load_key(path, known[-1])
    return known[-1]


def _passwords(settings: Settings) -> list[str]:
    kept = folder(settings) / PASSWORD
    found = [kept.read_text("ascii").strip()] if kept.exists() else []
    if settings.signing_password:
        found.insert(0, settings.signing_password)
    return [*found, _derived(settings)]


def _derived(settings: Settings) -> str:
    """What keys were written under before the folder held a password of its own."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"seal keys").derive(settings.identity_key).hex()


def new_password(settings: Settings) -> str:
    """What new keys are written under: SIGNING_PASSWORD where it is not that of the operator's own key, else the
    folder's own, made on first use.
    """
    if settings.signing_password and settings.signing_key is None:
        return settings.signing_password
    path = folder(settings) / PASSWORD
    with suppress(AuthorityExists):
        write_new(path, secrets.token_hex(32).encode())
    return path.read_text("ascii").strip()


def fill(settings: Settings, now: datetime, kind: KeyKind = KeyKind.P256) -> bool:
    """Make the site's own authority and its keys unless there is one; False where there was.

    Everything appears at once, so that of two processes that start together one makes it and both use it. Where the
    operator's own key seals, there is no issuing authority and no seal of ours.
    """
    if held(settings, Purpose.ROOT):
        return False
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=settings.instance))  # 0700
    try:
        _make_all(settings, made, now, kind)
        made.rename(folder(settings))
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if not held(settings, Purpose.ROOT):
            raise
        log.info("the keys were made by another process")
        return False
    log.info("keys made", extra={"folder": str(folder(settings))})
    return True


def _make_all(settings: Settings, place: Path, now: datetime, kind: KeyKind) -> None:
    word = settings.signing_password if settings.signing_key is None else None
    if not word:
        word = secrets.token_hex(32)
        write_new(place / PASSWORD, word.encode())
    root = make_root(organisation(settings), now)
    store_pair(place, Purpose.ROOT, root, word)
    if settings.signing_key is None:
        issuing = make_issuing(root, organisation(settings), now, crl_url=list_url(settings, Purpose.ROOT, root.serial))
        store_pair(place, Purpose.ISSUING, issuing, word)
        address = list_url(settings, Purpose.ISSUING, issuing.serial)
        seal = make_seal(issuing, organisation(settings), now, kind=kind, crl_url=address)
        store_pair(place, Purpose.SEAL, seal, word)
    for purpose in BARE:
        write_bare(place, purpose, now - SKEW, word)  # a sweep that began a moment ago finds them in force


def write_bare(place: Path, purpose: Purpose, start: datetime, word: str, days: int = BARE_DAYS) -> str:
    """Make a key without a certificate that signs from a moment on; returns its key id in hexadecimal."""
    key = make_code_key() if purpose is Purpose.CODE else make_log_key()
    serial = key_id(key.public_key()).hex()
    dates = f"{start.isoformat()}\n{(start + timedelta(days=days)).isoformat()}\n"
    write_new(place / f"{purpose.value}-{serial}.dates", dates.encode())
    store_key(place, purpose, key, word)
    return serial


def organisation(settings: Settings) -> str:
    """The name in the certificates of the site's own authority."""
    return f"Chizheng {(urlsplit(settings.site_url).hostname or 'localhost')[:40]}"


def list_name(purpose: Purpose, serial: str) -> str:
    """The name under which an authority's revocation list is published."""
    return f"{purpose.value}-{serial}.crl"


def list_url(settings: Settings, purpose: Purpose, serial: str) -> str:
    """Its address (RFC 5280, 4.2.1.13)."""
    return f"{settings.site_url}/pki/{list_name(purpose, serial)}"
