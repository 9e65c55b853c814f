"""The keys by purpose: what signs (private, only in the sealing process and the command line), and what verifies."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.errors import N_, Unavailable
from app.credentials.queries.register import KeyRow, key_register, published_lists, revoked_keys
from app.credentials.service import keyfolder
from app.credentials.service.face import both
from certificates.authority import Purpose
from certificates.errors import CertificateError, KeyUnusable
from certificates.fast.hands import Source, open_seal
from certificates.keyfiles import AnyPrivateKey, load_key
from certificates.keys import Signer
from certificates.provider import Service
from certificates.sign import Sealed, Validation


@dataclass(frozen=True)
class SealKeys:
    """The seal, and what a stranger checks it against: `roots` in PEM, our own first; `root_pem` is for download.

    `source` is where the seal lies, for a helper process to open. `validation` is what a seal with a time stamp
    carries with it to be checked for decades; None leaves it out. Where a `service` of the customer's seals, `signer`
    seals nothing.
    """

    signer: Signer
    roots: tuple[bytes, ...]
    root_pem: bytes
    own: bool
    source: Source
    validation: Validation | None = None
    service: Service | None = None

    def serial_of(self, sealed: Sealed) -> str:
        """The serial number of the certificate that sealed a document."""
        return sealed.serial or self.serial

    @property
    def serial(self) -> str:
        """The seal certificate's serial number in hexadecimal."""
        return f"{self.signer.certificate.serial_number:x}"


@dataclass(frozen=True)
class CodeKey:
    """The key of the codes and lists (ES256); `kid` is its 8-byte key id."""

    kid: bytes
    private: EllipticCurvePrivateKey


@dataclass(frozen=True)
class LogKey:
    """The key of the log's checkpoints (Ed25519); `kid` is its 8-byte key id."""

    kid: bytes
    private: Ed25519PrivateKey


@dataclass(frozen=True)
class PublicKeys:
    """What everybody may hold: certificates in PEM, revocation lists in DER, the register's rows. Nothing private.

    `roots` are trusted for seals, `tsa_roots` for time stamps (`clock_roots` for these only); `root_pem` is that of the
    seals, for download, and `own_root_pem` that of the trust list, which is the same unless another's key seals. All
    may be empty.
    """

    roots: tuple[bytes, ...]
    clock_roots: tuple[bytes, ...]
    own_root_pem: bytes
    root_pem: bytes
    issuing_pem: bytes
    crls: tuple[bytes, ...]
    register: tuple[KeyRow, ...]

    @property
    def tsa_roots(self) -> tuple[bytes, ...]:
        """What is trusted for time stamps: the roots, and those for time stamps only."""
        return (*self.roots, *self.clock_roots)


def seal_keys(settings: Settings, now: datetime, *, revoked: Collection[str] = ()) -> SealKeys:
    """The seal that signs at `now`: the operator's of SIGNING_KEY, or the newest of the site's own that is in force.

    The site's own authority is made on first use. `revoked` are serial numbers that sign no more: `sealing_keys` takes
    them from the register. Only the sealing process and the command line call this. Raises Unavailable `seal-keys`
    with what is wrong.
    """
    try:
        if settings.signing_key is not None:
            return _operators(settings, revoked)
        keyfolder.fill(settings, now)
        return _own(settings, now, revoked)
    except (CertificateError, OSError, ValueError) as fault:
        raise unusable(fault) from fault


def unusable(fault: Exception) -> Unavailable:
    """The answer where a key cannot be used."""
    detail = both(fault) if isinstance(fault, CertificateError) else str(fault)
    return Unavailable("seal-keys", N_("The keys of the seal cannot be used: %(detail)s"), detail=detail)


def _operators(settings: Settings, revoked: Collection[str]) -> SealKeys:
    trusted = trusted_roots(settings.trust_roots)
    if not trusted:
        raise OSError("SIGNING_KEY needs TRUST_ROOTS beside it, and SIGNING_CERT unless the key brings its certificate")
    source = Source(str(settings.signing_key), settings.signing_cert, settings.signing_password)
    keys = SealKeys(open_seal(source), trusted, b"".join(trusted), own=False, source=source)
    if keys.serial in revoked:
        raise _none_in_force()
    return keys


def _own(settings: Settings, now: datetime, revoked: Collection[str]) -> SealKeys:
    above = [one for one in keyfolder.held(settings, Purpose.ISSUING) if one.serial not in revoked]
    seals = [one for one in keyfolder.held(settings, Purpose.SEAL) if keyfolder.issuer_of(one, above)]
    seal = keyfolder.in_force(seals, now, revoked)
    if seal is None:
        raise _none_in_force()
    issuing = keyfolder.issuer_of(seal, above)
    roots = keyfolder.held(settings, Purpose.ROOT)
    password = keyfolder.password_of(settings, seal.key)
    source = Source(str(seal.key), seal.path, password, issuing.path if issuing else None)
    own = tuple(one.path.read_bytes() for one in roots)
    roots_trusted = (*own, *trusted_roots(settings.trust_roots))
    return SealKeys(open_seal(source), roots_trusted, own[0], own=True, source=source, service=_service(settings))


def _service(settings: Settings) -> Service | None:
    """The customer's seal service; what it seals must lie below TRUST_ROOTS, not below the site's own root."""
    if settings.seal_provider is None:
        return None
    roots = trusted_roots(settings.trust_roots)
    return Service(settings.seal_provider, roots, (*roots, *trusted_roots(settings.tsa_roots)))


def _none_in_force() -> KeyUnusable:
    return KeyUnusable(
        "NO_SEAL_IN_FORCE",
        "没有有效的印章密钥：均已到期、吊销或尚未启用。请运行 keys rotate seal。",
        "No seal is in force: each has expired, is revoked or not yet begun. Run keys rotate seal.",
    )


def sealing_keys(session: Session, settings: Settings, now: datetime) -> SealKeys:
    """The seal in force by the register, with what documents carry to be checked later. Private like `seal_keys`."""
    keys, public = seal_keys(settings, now, revoked=revoked_keys(session)), public_keys(session, settings)
    if not public.crls:
        return keys
    return replace(keys, validation=Validation(keys.roots, public.crls, (), public.tsa_roots))


def code_key(settings: Settings, now: datetime, *, revoked: Collection[str] = ()) -> CodeKey:
    """The key that signs codes, status lists and names at `now`. Private; raises Unavailable `seal-keys`."""
    serial, key = _bare(settings, Purpose.CODE, now, revoked)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise unusable(ValueError(f"code-{serial}.pem is no P-256 key"))
    return CodeKey(bytes.fromhex(serial), key)


def log_key(settings: Settings, now: datetime, *, revoked: Collection[str] = ()) -> LogKey:
    """The key that signs the log's checkpoints at `now`. Private; raises Unavailable `seal-keys`."""
    serial, key = _bare(settings, Purpose.LOG, now, revoked)
    if not isinstance(key, Ed25519PrivateKey):
        raise unusable(ValueError(f"log-{serial}.pem is no Ed25519 key"))
    return LogKey(bytes.fromhex(serial), key)


def _bare(settings: Settings, purpose: Purpose, now: datetime, revoked: Collection[str]) -> tuple[str, AnyPrivateKey]:
    try:
        keyfolder.fill(settings, now)
        if not keyfolder.bare(settings, purpose):
            keyfolder.write_bare(keyfolder.folder(settings), purpose, now, keyfolder.new_password(settings))
        found = keyfolder.in_force(keyfolder.bare(settings, purpose), now, revoked)
        if found is not None:
            return found.serial, _opened(settings, found.key)
    except (CertificateError, OSError, ValueError) as fault:
        raise unusable(fault) from fault
    raise unusable(ValueError(f"no key of the {purpose.value} is in force; run keys rotate {purpose.value}"))


@lru_cache(maxsize=8)
def _opened(settings: Settings, path: Path) -> AnyPrivateKey:
    return load_key(path, keyfolder.password_of(settings, path))


def trusted_roots(place: Path | None) -> tuple[bytes, ...]:
    """The certificates of one file, or of every .pem, .crt and .cer file of a folder."""
    if place is None:
        return ()
    if place.is_dir():
        return tuple(p.read_bytes() for p in sorted(place.iterdir()) if p.suffix in {".pem", ".crt", ".cer"})
    return (place.read_bytes(),)


def public_keys(session: Session, settings: Settings) -> PublicKeys:
    """Certificates, lists and the register: what pages, the API and every verification use. Opens no private key.

    Before the sealing process has entered the first key in the register, the certificates of the folder stand in;
    before there are any, the answer is empty.
    """
    register = key_register(session)
    own = [_pem(row) for row in register if row.purpose == "root"] or _certificates(settings, Purpose.ROOT)
    issuing = [_pem(row) for row in register if row.purpose == "issuing"] or _certificates(settings, Purpose.ISSUING)
    trusted = trusted_roots(settings.trust_roots)
    foreign = settings.signing_key is not None or settings.seal_provider is not None
    roots = (*trusted, *own) if foreign else (*own, *trusted)
    clocks = (
        *trusted_roots(settings.tsa_roots),
        *(_pem(row) for row in register if row.purpose == "tsa" and _is_root(row) and row.revoked_at is None),
    )
    crls = tuple(one.content for one in published_lists(session) if one.name.endswith(".crl"))
    return PublicKeys(
        roots, clocks, b"".join(own),
        b"".join(trusted if foreign else own), b"".join(issuing), crls, tuple(register),
    )  # fmt: skip


def _pem(row: KeyRow) -> bytes:
    return (row.certificate or "").encode()


def _is_root(row: KeyRow) -> bool:
    certificate = row.x509()
    return certificate.subject == certificate.issuer


def _certificates(settings: Settings, purpose: Purpose) -> list[bytes]:
    return [one.path.read_bytes() for one in keyfolder.held(settings, purpose)]


__all__ = [
    "CodeKey", "LogKey", "PublicKeys", "SealKeys", "code_key", "log_key", "public_keys", "seal_keys", "sealing_keys",
    "trusted_roots", "unusable",
]  # fmt: skip
