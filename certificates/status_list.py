"""The status list: one bit for each certificate, revoked or suspended, in a form that passes from phone to phone.

W3C Bitstring Status List v1.0: the bits (section 2.2: entry 0 is the most significant bit of the first byte), gzip, and
the credential (section 2.3); the compact form wraps the same compressed bits in a COSE_Sign1.
"""

import base64
import gzip
import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from certificates import cose
from certificates.code import (
    EXPIRES_AT,
    ISSUED_AT,
    ISSUER,
    STATUS_LIST,
    VERSION,
    as_text,
    base64url,
    claims,
    date_time,
    is_whole,
    message_of,
    moment,
    seconds,
    unfit,
)
from certificates.cose import CodeRefused, Sign1, SigningKey, refused

ENTRIES = 131_072
"""The least number of entries (16 KiB), so that one entry hides among many (W3C, section 6.1)."""
REVOCATION, SUSPENSION = 1, 2
PURPOSES: Mapping[int, str] = {REVOCATION: "revocation", SUSPENSION: "suspension"}
CLAIM = -70002
CONTEXT = "https://www.w3.org/ns/credentials/v2"
JWT_TYPE = "vc+jwt"


@dataclass(frozen=True, slots=True)
class StatusList:
    """The entries set in list `number` at `issued_at`; both sets hold places from 0 below `size`."""

    issuer: str
    issued_at: datetime
    expires_at: datetime
    number: int
    revoked: frozenset[int]
    suspended: frozenset[int]
    size: int = ENTRIES

    def entries(self, purpose: int) -> frozenset[int]:
        """The entries set for a purpose."""
        return self.revoked if purpose == REVOCATION else self.suspended


def pack(entries: Iterable[int], size: int = ENTRIES) -> bytes:
    """The bitstring, compressed: the same entries give the same bytes. Raises ValueError for an entry out of range."""
    bits = bytearray(size // 8)
    for entry in entries:
        if not 0 <= entry < size:
            raise ValueError(f"entry {entry} of {size}")
        bits[entry >> 3] |= 0x80 >> (entry & 7)
    return gzip.compress(bytes(bits), 9, mtime=0)


def unpack(packed: bytes, size: int = ENTRIES) -> frozenset[int]:
    """The entries set. Raises CodeRefused `LIST_CONTENT` unless it is one gzip of exactly size / 8 bytes.

    Never makes more than that many bytes of it, whatever it claims.
    """
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        bits = inflate.decompress(packed, size // 8 + 1)
        if len(bits) == size // 8 and not inflate.eof:  # the trailer with the checksum may still be waiting
            bits += inflate.decompress(inflate.unconsumed_tail, 1)
    except zlib.error as fault:
        raise unfit("LIST_CONTENT", "gzip") from fault
    if len(bits) != size // 8 or not inflate.eof or inflate.unused_data:
        raise unfit("LIST_CONTENT", "length")
    return frozenset(
        8 * place + bit for place, byte in enumerate(bits) if byte for bit in range(8) if byte & (0x80 >> bit)
    )


def sign_list(one: StatusList, key: SigningKey) -> bytes:
    """The compact form: a COSE_Sign1, about 250 bytes where nothing is set."""
    purposes = [[purpose, pack(one.entries(purpose), one.size)] for purpose in PURPOSES if one.entries(purpose)]
    payload = {
        ISSUER: one.issuer,
        ISSUED_AT: seconds(one.issued_at),
        EXPIRES_AT: seconds(one.expires_at),
        CLAIM: [VERSION, one.number, one.size, purposes],
    }
    return cose.sign1(cose.encode(payload), key)


def list_text(message: bytes, site_url: str) -> str | None:
    """The text of a signed list for one QR code, None where even version 40-L does not hold it."""
    text = as_text(STATUS_LIST, message, site_url)
    try:
        message_of(text, STATUS_LIST)
    except CodeRefused:
        return None
    return text


def list_message(text: str) -> Sign1:
    """The signed list in a scanned text, nothing verified. Raises CodeRefused."""
    return cose.parse_sign1(message_of(text, STATUS_LIST))


def read_list(payload: bytes) -> StatusList:
    """What a verified list says. Raises CodeRefused `LIST_CONTENT`."""
    value = claims(payload, CLAIM, "LIST_CONTENT")
    match value[CLAIM]:
        case [_, int() as number, int() as size, [*purposes]] if is_whole(number, 1 << 16) and size == ENTRIES:
            found = _purposes(purposes, size)
        case _:
            raise unfit("LIST_CONTENT", "claim")
    none: frozenset[int] = frozenset()
    return StatusList(
        value[ISSUER], moment(value[ISSUED_AT]), moment(value[EXPIRES_AT]), number, found.get(REVOCATION, none),
        found.get(SUSPENSION, none), size,
    )  # fmt: skip


def _purposes(values: Collection[object], size: int) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for value in values:
        match value:
            case [int() as purpose, bytes() as packed] if purpose in PURPOSES and purpose not in found:
                found[purpose] = unpack(packed, size)
            case _:
                raise unfit("LIST_CONTENT", "purpose")
    return found


def credential(one: StatusList, purpose: int, address: str, issuer_url: str) -> dict[str, Any]:
    """The same bits as a BitstringStatusListCredential of one purpose (W3C, section 2.3); `address` is its own."""
    return {
        "@context": [CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": issuer_url, "name": one.issuer},
        "validFrom": date_time(one.issued_at),
        "validUntil": date_time(one.expires_at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": PURPOSES[purpose],
            "encodedList": encoded_list(one.entries(purpose), one.size),
        },
    }


def credential_status(index: int, site_url: str) -> list[dict[str, str]]:
    """The BitstringStatusListEntry objects of a credential with this index (W3C, section 2.1), one per purpose."""
    number, entry = divmod(index, ENTRIES)
    address = f"{site_url.rstrip('/')}/api/v1/status-list?list={number}&purpose="
    return [
        {
            "id": f"{address}{word}#{entry}", "type": "BitstringStatusListEntry", "statusPurpose": word,
            "statusListIndex": str(entry), "statusListCredential": f"{address}{word}",
        }
        for word in PURPOSES.values()
    ]  # fmt: skip


def encoded_list(entries: Iterable[int], size: int = ENTRIES) -> str:
    """Multibase base64url without padding of the compressed bits (W3C, section 2.2: the prefix is `u`)."""
    return "u" + base64url(pack(entries, size))


def decoded_list(text: str, size: int = ENTRIES) -> frozenset[int]:
    """The entries of an `encodedList`. Raises CodeRefused `LIST_CONTENT`."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    body = text[1:]
    if text[:1] != "u" or not set(body) <= set(alphabet) or len(body) % 4 == 1 or len(body) > size:
        raise unfit("LIST_CONTENT", "multibase")
    return unpack(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), size)


def sign_jwt(document: Mapping[str, Any], key: ECKey, kid: bytes) -> str:
    """A credential as VC-JWT, ES256 (W3C Securing Verifiable Credentials using JOSE and COSE, section 3.1.1)."""
    header = {"alg": "ES256", "kid": kid.hex(), "typ": JWT_TYPE, "cty": "vc"}
    return jws.serialize_compact(header, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), key)


def read_jwt(text: str, key: ECKey) -> dict[str, Any]:
    """The credential of a VC-JWT once its signature holds. Raises CodeRefused `SIGNATURE` or `LIST_CONTENT`."""
    try:
        found = jws.deserialize_compact(text, key, algorithms=["ES256"])
    except (JoseError, ValueError) as fault:
        raise refused("SIGNATURE", "签名与内容不符。", "The signature does not fit.") from fault
    document = json.loads(found.payload)
    if found.headers().get("typ") != JWT_TYPE or not isinstance(document, dict):
        raise unfit("LIST_CONTENT", "credential")
    return document
