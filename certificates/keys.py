"""The signer: a private key kept loaded with its certificate and chain, whatever it lies in."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import Signer as PyHankoSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.authority import AuthorityFiles, create_authority, read_certificates, require_partner
from certificates.errors import KeyUnusable
from certificates.hsm import SCHEME, TokenKey, parse_uri
from certificates.keyfiles import PrivateKey, certifiable, load_key, locked, read_file

__all__ = ["AuthorityFiles", "Signer", "create_authority", "load_signer", "read_certificates"]

PKCS12_SUFFIXES = frozenset({".p12", ".pfx"})
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384}


class RemoteKey(Protocol):
    """A private key that only signs: in a token, or behind another seal service of the same algorithms."""

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """The signature over the data by `sha256` or `sha384`: DER for elliptic curves, PKCS#1 v1.5 for RSA."""


class Signer(PyHankoSigner):
    """A seal: its key object stays loaded, because parsing the key costs more than signing with it.

    Safe to share between threads. `certificate` is the seal certificate, `chain` the intermediate certificates in DER,
    `not_before` and `not_after` are aware.
    """

    def __init__(self, key: PrivateKey | RemoteKey, certificate: x509.Certificate, chain: Sequence[bytes]) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        for der in chain:
            store.register(asn1_x509.Certificate.load(der))
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
            cert_registry=store,
            embed_roots=False,
        )
        self._key = key
        self.certificate = certificate
        self.chain = tuple(chain)

    @property
    def not_before(self) -> datetime:
        return self.certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def sign_bytes(self, data: bytes, digest_algorithm: str = "sha256") -> bytes:
        """The bare signature over the data: DER for elliptic curves, PKCS#1 v1.5 for RSA."""
        algorithm = _HASHES[digest_algorithm]()
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), algorithm)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(algorithm))
        return self._key.sign(data, digest_algorithm)

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002  pyHanko's own signature
    ) -> bytes:
        """pyHanko's hook; a dry run needs no special answer because signing is cheap here."""
        del dry_run
        return self.sign_bytes(data, digest_algorithm)


def load_signer(key: Path | str, certificate: Path | None, password: str | None, chain: Sequence[Path] = ()) -> Signer:
    """The seal; the form of `key` says where it lies.

    A file ending in `.p12` or `.pfx` is PKCS#12 (RFC 7292) and may hold its certificates itself; a `pkcs11:` address
    (RFC 7512) is a key in a token, whose PIN is `password` unless the address says otherwise; any other file is PEM.
    `certificate` is a file with the seal certificate first, None where the key brings its own; `chain` names files of
    intermediate certificates (roots in them are left out). Takes P-256, P-384 and RSA from 2048 bits. Raises
    KeyUnusable, with the file named, for an absent file, a wrong password, a key of another kind, a certificate of
    another key, or one that may not sign documents.
    """
    private, found = _open(key, password)
    name = certificate.name if certificate else str(key).partition("?")[0]
    if certificate is not None:
        found = read_certificates(read_file(certificate), name)
    if not found:
        raise KeyUnusable(
            "CERTIFICATE_ABSENT", "密钥没有附带证书。", "The key brings no certificate; name its file.", {"file": name}
        )
    _require_own(private, found[0], name)
    _require_signing_usage(found[0], name)
    rest = list(found[1:])
    for path in chain:
        rest.extend(read_certificates(read_file(path), path.name))
    intermediates = [c.public_bytes(serialization.Encoding.DER) for c in rest if c.subject != c.issuer]
    return Signer(private, found[0], intermediates)


def _open(key: Path | str, password: str | None) -> tuple[PrivateKey | TokenKey, tuple[x509.Certificate, ...]]:
    if isinstance(key, str) and key.startswith(SCHEME):
        token = TokenKey(parse_uri(key, password))
        own = token.certificate()
        return token, (own,) if own else ()
    path = Path(key)
    if path.suffix.lower() in PKCS12_SUFFIXES:
        return _open_pkcs12(path, password)
    return certifiable(load_key(path, password), path.name), ()


def _open_pkcs12(path: Path, password: str | None) -> tuple[PrivateKey, tuple[x509.Certificate, ...]]:
    content = read_file(path)
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode() if password else None)
    except ValueError as fault:
        raise locked(path, "PKCS#12") from fault
    return certifiable(key, path.name), ((certificate, *others) if certificate else ())


def _require_own(key: PrivateKey | TokenKey, certificate: x509.Certificate, name: str) -> None:
    if not isinstance(key, TokenKey):
        require_partner(key.public_key(), certificate, name)
        return
    if not _signs_for(key, certificate):
        require_partner(None, certificate, name)


def _signs_for(key: TokenKey, certificate: x509.Certificate) -> bool:
    public, probe = certificate.public_key(), b"Chizheng"
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(key.sign(probe, "sha256"), probe, padding.PKCS1v15(), hashes.SHA256())
            return True
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(key.sign(probe, "sha256"), probe, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        return False
    return False


def _require_signing_usage(certificate: x509.Certificate, name: str) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        raise KeyUnusable(
            "KEY_USAGE",
            f"{name} 未被授权用于签署文件（密钥用法）。",
            f"{name} is not allowed to sign documents (key usage).",
            {"file": name},
        )
