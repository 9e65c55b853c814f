"""The signer: a private key kept loaded with its certificate and chain."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.sign.signers import Signer as PyHankoSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.authority import AuthorityFiles, create_authority
from certificates.errors import KeyUnusable

__all__ = ["AuthorityFiles", "Signer", "create_authority", "load_signer", "read_certificates"]

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
RSA_FLOOR = 2048
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384}


class Signer(PyHankoSigner):
    """A seal: its key object stays loaded, because parsing the key costs more than signing with it.

    Safe to share between threads. `certificate` is the seal certificate, `not_before` and `not_after` are aware.
    """

    def __init__(self, key: PrivateKey, certificate: x509.Certificate, chain: Sequence[bytes]) -> None:
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

    @property
    def not_before(self) -> datetime:
        return self.certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def sign_bytes(self, data: bytes, digest_algorithm: str = "sha256") -> bytes:
        """The bare signature over the data: DER for P-256, PKCS#1 v1.5 for RSA."""
        algorithm = _HASHES[digest_algorithm]()
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), algorithm)
        return self._key.sign(data, ec.ECDSA(algorithm))

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002  pyHanko's own signature
    ) -> bytes:
        """pyHanko's hook; a dry run needs no special answer because signing is cheap here."""
        del dry_run
        return self.sign_bytes(data, digest_algorithm)


def load_signer(key_path: Path, cert_path: Path, password: str | None, chain: Sequence[Path] = ()) -> Signer:
    """The seal from PEM files; `chain` names files of intermediate certificates (roots in them are left out).

    Takes P-256, P-384 and RSA from 2048 bits. Raises KeyUnusable, with the file named, for an absent file, a wrong
    password, a key of another kind, a certificate of another key, or one that may not sign documents.
    """
    key = _load_key(key_path, password)
    found = read_certificates(_read(cert_path), cert_path.name)
    certificate, rest = found[0], list(found[1:])
    if certificate.public_key() != key.public_key():
        raise KeyUnusable(
            "KEY_MISMATCH",
            f"{cert_path.name} 不是 {key_path.name} 的证书。",
            f"{cert_path.name} is not the certificate of {key_path.name}.",
            {"key": str(key_path), "certificate": str(cert_path)},
        )
    _require_signing_usage(certificate, cert_path)
    for path in chain:
        rest.extend(read_certificates(_read(path), path.name))
    intermediates = [c.public_bytes(serialization.Encoding.DER) for c in rest if c.subject != c.issuer]
    return Signer(key, certificate, intermediates)


def read_certificates(data: bytes, name: str = "certificate") -> tuple[x509.Certificate, ...]:
    """Every certificate of a PEM bundle or one DER file, at least one; raises KeyUnusable otherwise."""
    try:
        if pem.detect(data):
            return tuple(x509.load_pem_x509_certificates(data))
        return (x509.load_der_x509_certificate(data),)
    except (ValueError, TypeError) as fault:
        raise KeyUnusable(
            "CERTIFICATE_UNREADABLE",
            f"{name} 不是可读的证书（PEM 或 DER）。",
            f"{name} is not a readable certificate (PEM or DER).",
            {"file": name},
        ) from fault


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise KeyUnusable(
            "KEY_FILE_UNREADABLE",
            f"无法读取 {path}。",
            f"{path} cannot be read: {fault.strerror}.",
            {"file": str(path)},
        ) from fault


def _load_key(path: Path, password: str | None) -> PrivateKey:
    content = _read(path)
    secret = password.encode() if password and b"ENCRYPTED" in content else None
    try:
        key = serialization.load_pem_private_key(content, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise KeyUnusable(
            "KEY_LOCKED",
            f"无法打开 {path.name}：口令错误或不是 PEM 私钥。",
            f"{path.name} cannot be opened: wrong password, or not a PEM private key.",
            {"file": str(path)},
        ) from fault
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= RSA_FLOOR:
        return key
    raise KeyUnusable(
        "KEY_KIND",
        f"{path.name} 的密钥种类不受支持：须为 P-256、P-384 或不少于 {RSA_FLOOR} 位的 RSA。",
        f"{path.name} holds a key of an unsupported kind: P-256, P-384 or RSA of {RSA_FLOOR} bits or more is needed.",
        {"file": str(path)},
    )


def _require_signing_usage(certificate: x509.Certificate, path: Path) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        raise KeyUnusable(
            "KEY_USAGE",
            f"{path.name} 未被授权用于签署文件（密钥用法）。",
            f"{path.name} is not allowed to sign documents (key usage).",
            {"file": str(path)},
        )
