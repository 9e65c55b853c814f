"""Private keys and where they lie: made, written once, encrypted, readable by their owner only, and read again."""

import os
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from certificates.errors import AuthorityExists, KeyUnusable

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
"""What may stand behind an X.509 certificate here."""
AnyPrivateKey = PrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
RSA_FLOOR = 2048
KEY_ID_BYTES = 8


class KeyKind(StrEnum):
    """P-256 (FIPS 186-5), or RSA of 3,072 bits (the same strength, NIST SP 800-57 part 1, table 2)."""

    P256 = "p256"
    RSA3072 = "rsa3072"


class Purpose(StrEnum):
    """What a key is for, and the beginning of its file's name; one key never serves two purposes."""

    ROOT = "root"
    ISSUING = "issuing"
    SEAL = "seal"
    CODE = "code"
    LOG = "log"
    TSA = "tsa"


def make_key(kind: KeyKind = KeyKind.P256) -> PrivateKey:
    """A new private key."""
    if kind is KeyKind.RSA3072:
        return rsa.generate_private_key(65537, 3072)
    return ec.generate_private_key(ec.SECP256R1())


def make_code_key() -> ec.EllipticCurvePrivateKey:
    """A new key for the code on the paper: P-256, for ES256 (RFC 9053, 2.1); the trust list vouches for it."""
    return ec.generate_private_key(ec.SECP256R1())


def make_log_key() -> ed25519.Ed25519PrivateKey:
    """A new key for the checkpoints of the log: Ed25519 (RFC 8032), as C2SP signed notes ask."""
    return ed25519.Ed25519PrivateKey.generate()


def key_id(public_key: PublicKey) -> bytes:
    """The name of a key: the first 8 bytes of SHA-256 over its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7)."""
    der = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256(der).digest()[:KEY_ID_BYTES]


def key_pem(key: AnyPrivateKey, password: str) -> bytes:
    """The key as encrypted PKCS#8 PEM (RFC 5958); raises KeyUnusable `KEY_PASSWORD_EMPTY`."""
    require_password(password)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )


def require_password(password: str) -> None:
    """Raises KeyUnusable `KEY_PASSWORD_EMPTY`."""
    if not password:
        raise KeyUnusable("KEY_PASSWORD_EMPTY", "密钥口令不能为空。", "The password of the keys is empty.")


def store_key(directory: Path, purpose: Purpose, key: AnyPrivateKey, password: str) -> tuple[Path, Path]:
    """Write `<purpose>-<key id>.pem` (encrypted) and `.pub` (its public half, PEM); returns both paths.

    For keys without a certificate. Both files have mode 0600. Raises AuthorityExists where a file is there already.
    """
    public = key.public_key()
    stem = f"{purpose.value}-{key_id(public).hex()}"
    published = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    paths = directory / f"{stem}.pem", directory / f"{stem}.pub"
    write_new(paths[0], key_pem(key, password))
    write_new(paths[1], published)
    return paths


def store_certificate(directory: Path, purpose: Purpose, certificate: x509.Certificate) -> Path:
    """Write `<purpose>-<serial>.crt` (PEM); for a key that lies in a token, or another's certificate."""
    path = directory / f"{purpose.value}-{certificate.serial_number:x}.crt"
    write_new(path, certificate.public_bytes(serialization.Encoding.PEM))
    return path


def write_new(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 and hand it to the disk; raises AuthorityExists instead of overwriting."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as fault:
        raise AuthorityExists(
            "KEY_FILE_EXISTS",
            f"{path} 已存在，未作任何改动。",
            f"{path} exists already; nothing was changed.",
            {"file": str(path)},
        ) from fault
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_file(path: Path) -> bytes:
    """The content of a key or certificate file; raises KeyUnusable `KEY_FILE_UNREADABLE`."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise KeyUnusable(
            "KEY_FILE_UNREADABLE",
            f"无法读取 {path}。",
            f"{path} cannot be read: {fault.strerror}.",
            {"file": str(path)},
        ) from fault


def load_key(path: Path, password: str | None) -> AnyPrivateKey:
    """The private key of a PEM file, encrypted or plain: P-256, P-384, RSA from 2,048 bits or Ed25519.

    Raises KeyUnusable `KEY_FILE_UNREADABLE`, `KEY_LOCKED` or `KEY_KIND`.
    """
    content = read_file(path)
    secret = password.encode() if password and b"ENCRYPTED" in content else None
    try:
        key = serialization.load_pem_private_key(content, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise locked(path, "PEM") from fault
    return key if isinstance(key, ed25519.Ed25519PrivateKey) else certifiable(key, path.name)


def locked(path: Path, form: str) -> KeyUnusable:
    """The refusal of a file that does not open."""
    return KeyUnusable(
        "KEY_LOCKED",
        f"无法打开 {path.name}：口令错误或不是 {form} 私钥。",
        f"{path.name} cannot be opened: wrong password, or not a {form} private key.",
        {"file": str(path)},
    )


def certifiable(key: Any, name: str) -> PrivateKey:  # noqa: ANN401 - whatever kind a file may hold
    """The key if it is of a kind that seals: P-256, P-384 or RSA from 2,048 bits; raises KeyUnusable `KEY_KIND`."""
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= RSA_FLOOR:
        return key
    raise KeyUnusable(
        "KEY_KIND",
        f"{name} 的密钥种类不受支持：须为 P-256、P-384 或不少于 {RSA_FLOOR} 位的 RSA。",
        f"{name} holds a key of an unsupported kind: P-256, P-384 or RSA of {RSA_FLOOR} bits or more is needed.",
        {"file": name},
    )


def load_public_key(path: Path) -> PublicKey:
    """The public key of a `.pub` file; raises KeyUnusable."""
    try:
        key = serialization.load_pem_public_key(read_file(path))
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise locked(path, "PEM") from fault
    if isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey):
        return key
    raise KeyUnusable(
        "KEY_KIND",
        f"{path.name} 的密钥种类不受支持。",
        f"{path.name} holds a key of an unsupported kind.",
        {"file": str(path)},
    )
