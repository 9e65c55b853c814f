"""COSE_Sign1 over bounded, strict CBOR: what the code on a certificate and the lists beside it are signed with.

RFC 9052 (structures), RFC 9053 (ECDSA) and RFC 8949 (CBOR). The signature is over the bytes of the protected header as
received, never over a header encoded anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from certificates.errors import CertificateError

ES256, ES384, ES512 = -7, -35, -36
ALG, KID = 1, 4
KID_LENGTH = 8
SIGN1_TAG = 18
SIZE_LIMIT = 1 << 20
DEPTH_LIMIT = 8
ALLOWED: frozenset[int] = frozenset({ES256})
"""What the product believes. ES384 and ES512 are known for who asks for them by name; nothing of ours signs so."""

_DIGESTS: Mapping[int, type[hashes.HashAlgorithm]] = MappingProxyType(
    {ES256: hashes.SHA256, ES384: hashes.SHA384, ES512: hashes.SHA512}
)
_WIDTHS: Mapping[str, int] = MappingProxyType({"secp256r1": 32, "secp384r1": 48, "secp521r1": 66})


class CodeRefused(CertificateError):
    """A code, list or key that is not what it should be; nothing of its content may be believed."""


def refused(code: str, zh: str, en: str, **data: str) -> CodeRefused:
    """A refusal with its sentence in both languages."""
    return CodeRefused(code, zh, en, data)


class SigningKey(Protocol):
    """A private key that signs with ES256, wherever it lies; answers raw r ‖ s of 64 bytes."""

    @property
    def kid(self) -> bytes: ...

    def sign(self, data: bytes) -> bytes: ...


@dataclass(frozen=True)
class LocalKey:
    """A P-256 private key in memory. Raises CodeRefused `KEY_KIND` for another curve."""

    private: ec.EllipticCurvePrivateKey

    def __post_init__(self) -> None:
        """The id is made here, once, which also refuses keys of another kind."""
        _ = self.kid

    @cached_property
    def kid(self) -> bytes:
        return kid_of(self.private.public_key())

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@dataclass(frozen=True, slots=True)
class Sign1:
    """A COSE_Sign1 as received, nothing verified. `protected` are the bytes, `header` what they say."""

    protected: bytes
    header: Mapping[Any, Any]
    unprotected: Mapping[Any, Any]
    payload: bytes
    signature: bytes

    @property
    def algorithm(self) -> object:
        """The algorithm that the protected header names, None where it names none."""
        return self.header.get(ALG)

    @property
    def kid(self) -> bytes | None:
        """The key that the protected header names."""
        kid = self.header.get(KID)
        return kid if isinstance(kid, bytes) else None


def sign1(payload: bytes, key: SigningKey, external_aad: bytes = b"") -> bytes:
    """The untagged COSE_Sign1 with ES256 and the key's id in the protected header (RFC 9052, section 4.4)."""
    protected = cbor2.dumps({ALG: ES256, KID: key.kid})  # in deterministic order as it stands
    signature = key.sign(to_be_signed(protected, payload, external_aad))
    return cbor2.dumps([protected, {}, payload, signature])


def parse_sign1(data: bytes, limit: int = SIZE_LIMIT) -> Sign1:
    """The parts of a COSE_Sign1, tagged 18 or not. Raises CodeRefused for anything else; nothing is verified yet."""
    value = decode(data, limit, tag=SIGN1_TAG)
    match value:
        case [bytes() as protected, dict() as unprotected, bytes() as payload, bytes() as signature]:
            header = decode(protected, limit) if protected else {}
            if not isinstance(header, dict):
                raise _structure("protected header")
            return Sign1(protected, header, unprotected, payload, signature)
        case _:
            raise _structure("COSE_Sign1")


def to_be_signed(protected: bytes, payload: bytes, external_aad: bytes = b"") -> bytes:
    """The Sig_structure (RFC 9052, section 4.4); a protected header that holds nothing counts as no bytes."""
    received = b"" if protected == b"\xa0" else protected
    return cbor2.dumps(["Signature1", received, external_aad, payload])


def verify1(
    message: Sign1,
    key: ec.EllipticCurvePublicKey,
    external_aad: bytes = b"",
    *,
    allowed: Collection[int] = ALLOWED,
    algorithm: int | None = None,
) -> bytes:
    """The payload, once the signature holds. Raises CodeRefused `CODE_ALGORITHM` or `SIGNATURE`.

    The algorithm is the protected header's; `algorithm` stands in for it only where the application fixed it itself
    (RFC 9052, section 3.1 wants it authenticated, so the unprotected header is never asked).
    """
    named = message.algorithm if message.algorithm is not None else algorithm
    digest = _DIGESTS.get(named) if type(named) is int and named in allowed else None
    width = _WIDTHS.get(key.curve.name)
    if digest is None or width is None:
        raise algorithm_refused(named)
    if len(message.signature) != 2 * width:
        raise _signature()
    r, s = (int.from_bytes(part, "big") for part in (message.signature[:width], message.signature[width:]))
    try:
        signed = to_be_signed(message.protected, message.payload, external_aad)
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(digest()))
    except InvalidSignature as fault:
        raise _signature() from fault
    return message.payload


def algorithm_refused(named: object) -> CodeRefused:
    """The refusal of an algorithm that is not allowed; None is no algorithm at all."""
    shown = str(named)[:20] if isinstance(named, int | str) else "–"
    return refused(
        "CODE_ALGORITHM",
        f"不接受签名算法 {shown}。",
        f"The signature algorithm {shown} is not accepted.",
        algorithm=shown,
    )


def _signature() -> CodeRefused:
    return refused("SIGNATURE", "签名与内容不符：系伪造或已被改动。", "The signature does not fit: forged or altered.")


def cose_key(key: ec.EllipticCurvePublicKey) -> dict[int, int | bytes]:
    """A P-256 key as COSE_Key (RFC 9053, section 7.1.1). Raises CodeRefused `KEY_KIND`."""
    if not isinstance(key.curve, ec.SECP256R1):
        raise _kind()
    numbers = key.public_numbers()
    return {1: 2, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


def read_cose_key(value: Any) -> ec.EllipticCurvePublicKey:  # noqa: ANN401 - any CBOR value
    """The P-256 key of a COSE_Key with exactly kty, crv, x and y. Raises CodeRefused `KEY_KIND`, also off the curve."""
    match value:
        case {1: 2, -1: 1, -2: bytes() as x, -3: bytes() as y} if len(value) == 4 and len(x) == len(y) == 32:
            numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1())
        case _:
            raise _kind()
    try:
        return numbers.public_key()
    except ValueError as fault:
        raise _kind() from fault


def _kind() -> CodeRefused:
    return refused("KEY_KIND", "不是 P-256 公钥。", "This is not a P-256 public key.")


def kid_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """The key's id: the first 8 bytes of SHA-256 over its SubjectPublicKeyInfo. Raises CodeRefused `KEY_KIND`.

    RFC 9052, section 3.1 leaves the id to the application; this is the one under which the register knows the key.
    """
    if not isinstance(key.curve, ec.SECP256R1):
        raise _kind()
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize()[:KID_LENGTH]


def encode(value: object) -> bytes:
    """Deterministic CBOR (RFC 8949, section 4.2.1)."""
    return cbor2.dumps(value, canonical=False) if not _has_map(value) else _canonical(value)


def _has_map(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list | tuple) and any(_has_map(part) for part in value))


def _canonical(value: Any) -> bytes:  # noqa: ANN401 - a map, an array or a tuple
    """Maps in the bytewise order of their encoded keys; cbor2's own canonical form orders by length first."""
    if isinstance(value, Mapping):
        pairs = sorted((cbor2.dumps(key), encode(inner)) for key, inner in value.items())
        return _head(5, len(pairs)) + b"".join(key + inner for key, inner in pairs)
    parts = [encode(part) for part in value]
    return _head(4, len(parts)) + b"".join(parts)


def _head(major: int, count: int) -> bytes:
    plain = bytearray(cbor2.dumps(count))
    plain[0] |= major << 5
    return bytes(plain)


def decode(data: bytes, limit: int = SIZE_LIMIT, tag: int | None = None) -> Any:  # noqa: ANN401 - any CBOR value
    """One CBOR item with nothing after it; `tag` may stand outermost and is dropped.

    Raises CodeRefused `CODE_TOO_LONG`, `CODE_TRUNCATED` or `CODE_STRUCTURE`. The walk over the heads comes first, so
    that nothing is allocated for lengths that are only claimed.
    """
    if len(data) > limit:
        raise refused("CODE_TOO_LONG", "内容过长。", "The content is too long.", size=str(len(data)))
    start = 1 if tag is not None and data[:1] == bytes([0xC0 | tag]) else 0
    end = _walk(data, start, 0)
    if end != len(data):
        raise _structure("bytes after the end")
    return _loaded(data[start:])


def _loaded(data: bytes) -> Any:  # noqa: ANN401
    try:
        return cbor2.loads(data)
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError) as fault:
        raise _structure("CBOR") from fault


_EXTRA = {24: 1, 25: 2, 26: 4, 27: 8}
_SIMPLE = frozenset({20, 21, 22})


def _walk(data: bytes, at: int, depth: int) -> int:
    """The offset after the item that begins at `at`."""
    if depth > DEPTH_LIMIT:
        raise _structure("nesting")
    major, argument, at = _argument(data, at)
    if major in {0, 1}:
        return at
    if major in {2, 3}:
        if argument > len(data) - at:
            raise _truncated()
        return at + argument
    if major == 4:
        return _walk_all(data, at, argument, depth)
    if major == 5:
        return _walk_map(data, at, argument, depth)
    if major == 7 and argument in _SIMPLE and data[at - 1] == 0xE0 | argument:
        return at
    raise _structure("tag, float or simple value")


def _argument(data: bytes, at: int) -> tuple[int, int, int]:
    if at >= len(data):
        raise _truncated()
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info < 24:
        return major, info, at
    if info not in _EXTRA:
        raise _structure("indefinite length")
    width = _EXTRA[info]
    if at + width > len(data):
        raise _truncated()
    return major, int.from_bytes(data[at : at + width], "big"), at + width


def _walk_all(data: bytes, at: int, count: int, depth: int) -> int:
    if count > len(data) - at:
        raise _truncated()
    for _each in range(count):
        at = _walk(data, at, depth + 1)
    return at


def _walk_map(data: bytes, at: int, count: int, depth: int) -> int:
    if 2 * count > len(data) - at:
        raise _truncated()
    seen: set[tuple[bool, Any]] = set()
    for _each in range(count):
        end = _walk(data, at, depth + 1)
        if data[at] >> 5 not in {0, 1, 3}:
            raise _structure("map key")
        key = _loaded(data[at:end])
        named = (isinstance(key, str), key)
        if named in seen:
            raise _structure("map key twice")
        seen.add(named)
        at = _walk(data, end, depth + 1)
    return at


def _truncated() -> CodeRefused:
    return refused("CODE_TRUNCATED", "内容不完整。", "The content ends too soon.")


def _structure(what: str) -> CodeRefused:
    return refused(
        "CODE_STRUCTURE", "内容结构不正确。", f"The content is not built as it should be: {what}.", what=what
    )
