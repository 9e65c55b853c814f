"""Reading a sealed file from outside, by its bytes alone, before any PDF parser touches it.

A hostile file can cost a PDF parser much time and memory. So the signature is found and checked first, over plain
bytes; only what a trusted seal covers is parsed afterwards.
"""

import re
from collections import Counter
from dataclasses import dataclass

from asn1crypto import cms

from certificates.verdict import Refusal

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
ENCRYPT = re.compile(rb"/Encrypt[\s\[<(/\d]")
HEX = re.compile(rb"<(?:[0-9A-F]+|[0-9a-f]+)>")
STARTXREF = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
OBJECT = re.compile(rb"\d{1,10}\s+\d{1,5}\s+obj")
TAIL_WINDOW = 2048
HEADER_WINDOW = 1024
HOLE_LIMIT = 200_000
NULL = b"\x05\x00"
DEPTH_LIMIT = 24
# A chain has few members, each of its own name; many of one name would let a path search run through all their orders.
CERTIFICATE_LIMIT = 12
NAMESAKE_LIMIT = 2


@dataclass(frozen=True, slots=True)
class Envelope:
    """The bytes that the signature covers, and the signature."""

    covered: bytes
    signed_data: cms.SignedData
    byte_range: tuple[int, int, int, int]


def open_envelope(data: bytes) -> Envelope:
    """The one signature of the file and the bytes it covers; raises Refusal with the reason where there is none."""
    if b"%PDF-" not in data[:HEADER_WINDOW]:
        raise Refusal("NOT_PDF")
    if ENCRYPT.search(data):
        raise Refusal("ENCRYPTED")
    marks = data.count(b"/ByteRange")
    if marks == 0:
        raise Refusal("NOT_SIGNED")
    ranges = [tuple(int(part) for part in match.groups()) for match in BYTE_RANGE.finditer(data)]
    if not ranges or ranges[0][0] != 0:
        raise Refusal("BYTE_RANGE_INVALID")
    _, before, after, tail = ranges[0]
    _check_coverage(data, before, after, tail)
    if marks > 1:
        raise Refusal("SEVERAL_SIGNATURES", found=str(marks))
    return Envelope(data[:before] + data[after:], _read_hole(data[before:after]), (0, before, after, tail))


def _check_coverage(data: bytes, before: int, after: int, tail: int) -> None:
    end = after + tail
    if not 0 < before < after < end or after - before > HOLE_LIMIT:
        raise Refusal("BYTE_RANGE_INVALID")
    if end > len(data):
        raise Refusal("TRUNCATED")
    if end < len(data):
        if not data[:end].rstrip().endswith(b"%%EOF"):
            raise Refusal("BYTE_RANGE_INVALID")
        added = data[end:]
        raise Refusal("REVISION_APPENDED" if b"startxref" in added else "TRAILING_BYTES", bytes=str(len(added)))


def _read_hole(hole: bytes) -> cms.SignedData:
    """The CMS in the hole, which must be written in one way only: the hole itself is the one place not signed.

    Hexadecimal (of one case) of one DER value and then zeros; nothing in the CMS outside what its signature covers may
    be free to vary either, as far as its structure allows to say so.
    """
    if not HEX.fullmatch(hole) or len(hole) % 2:
        raise Refusal("SEAL_UNREADABLE")
    raw = bytes.fromhex(hole[1:-1].decode())
    der = raw[: _der_length(raw)]
    if any(raw[len(der) :]):
        raise Refusal("SEAL_UNREADABLE")
    try:
        content = cms.ContentInfo.load(der, strict=True)
        if content["content_type"].native != "signed_data":
            raise Refusal("SEAL_UNREADABLE")
        signed = content["content"]
        token = _require_one_form(signed)
        # Rebuilding the value from its parts shows lengths and tags that were not written in DER.
        # A time stamp comes from elsewhere and may be written otherwise; it carries its own signature.
        _require_der(der, 0, token)
    except (ValueError, TypeError, KeyError) as fault:
        raise Refusal("SEAL_UNREADABLE") from fault
    return signed


def _der_length(raw: bytes) -> int:
    if len(raw) < 4 or raw[0] != 0x30:
        raise Refusal("SEAL_UNREADABLE")
    if raw[1] < 0x80:
        return raw[1] + 2
    width = raw[1] & 0x7F
    if not 1 <= width <= 3:
        raise Refusal("SEAL_UNREADABLE")
    return int.from_bytes(raw[2 : 2 + width], "big") + 2 + width


def _require_der(value: bytes, depth: int, foreign: bytes) -> None:
    """Every length in the nested values written the one shortest way (X.690, 10.1), with nothing left over.

    `foreign` is a nested value that may be written otherwise; empty for none.
    """
    place = 0
    while place < len(value):
        if depth > DEPTH_LIMIT or place + 2 > len(value):
            raise Refusal("SEAL_UNREADABLE")
        tag, first = value[place], value[place + 1]
        width = first & 0x7F if first & 0x80 else 0
        start = place + 2 + width
        length = int.from_bytes(value[place + 2 : start], "big") if width else first
        shortest = length < 0x80 if not width else length >= max(0x80, 1 << 8 * (width - 1))
        if tag == 0 or first == 0x80 or not shortest or start + length > len(value):
            raise Refusal("SEAL_UNREADABLE")
        if tag & 0x20 and value[place : start + length] != foreign:
            _require_der(value[start : start + length], depth + 1, foreign)
        place = start + length


def _require_one_form(signed: cms.SignedData) -> bytes:
    """Nothing outside the signature free to vary; returns the time stamp's bytes, empty without one."""
    signers = signed["signer_infos"]
    if len(signers) != 1 or signed["version"].native != "v1" or signers[0]["version"].native != "v1":
        raise Refusal("SEAL_UNREADABLE")
    # Named twice, outside the signature: once for the reader's convenience, once in earnest.
    digests = {algorithm.dump() for algorithm in signed["digest_algorithms"]}
    digest = signers[0]["digest_algorithm"]
    if digests != {digest.dump()} or digest["parameters"].dump() not in (b"", NULL):
        raise Refusal("SEAL_UNREADABLE")
    if signed["crls"].native:
        raise Refusal("SEAL_UNREADABLE")
    _require_few(signed)
    # ETSI EN 319 122-1, 5.2.2: the signature names its own certificate, so that none can be put in its place.
    if "signing_certificate_v2" not in {attribute["type"].native for attribute in signers[0]["signed_attrs"]}:
        raise Refusal("NOT_PADES")
    return _require_one_stamp(signers[0]["unsigned_attrs"])


def _require_one_stamp(extras: cms.CMSAttributes) -> bytes:
    """Outside the signature there may be one thing only: a time stamp, which is signed by its own authority."""
    if not len(extras):
        return b""
    if [one["type"].native for one in extras] != ["signature_time_stamp_token"] or len(extras[0]["values"]) != 1:
        raise Refusal("SEAL_UNREADABLE")
    token = extras[0]["values"][0]
    if token["content_type"].native != "signed_data":
        raise Refusal("SEAL_UNREADABLE")
    _require_few(token["content"])
    return bytes(token.dump())


def _require_few(signed: cms.SignedData) -> None:
    names = Counter(choice.chosen.subject.dump() for choice in signed["certificates"] if choice.name == "certificate")
    if len(signed["certificates"]) > CERTIFICATE_LIMIT or max(names.values(), default=0) > NAMESAKE_LIMIT:
        raise Refusal("SEAL_UNREADABLE")


def is_broken(data: bytes) -> bool:
    """Whether the last `startxref` fails to lead to a cross-reference table or stream."""
    found = STARTXREF.findall(data[-TAIL_WINDOW:])
    if not found:
        return True
    place = int(found[-1])
    return not (data[place : place + 4] == b"xref" or OBJECT.match(data[place : place + 30]))
