"""The code on a certificate: what stands in it, and its way to the digits of a QR code and back.

The payload is a CBOR Web Token (RFC 8392: iss, exp, iat) with one private claim; docs/credential-code.md holds it.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import cbor2

from certificates import cose
from certificates.cose import CodeRefused, Sign1, SigningKey, refused

CERTIFICATE, STATUS_LIST, TRUST_LIST = 1, 2, 3
"""The first byte: what kind of thing the digits are."""
MOST_DIGITS = {CERTIFICATE: 1_400, STATUS_LIST: 7_089, TRUST_LIST: 7_089}
ISSUER, EXPIRES_AT, ISSUED_AT, CLAIM = 1, 4, 6, -70001
VERSION = 1
MOST_INDEX, MOST_LEVEL = 1 << 32, 1 << 16
EPOCH = date(1970, 1, 1)
LAST_DAY, LAST_SECOND = (date.max - EPOCH).days, 253_402_300_799
CHUNK = 4_000  # Python turns at most 4,300 digits into a number at once


@dataclass(frozen=True, slots=True)
class CodeDomain:
    """A domain of enforcement: its key and level in the names, its first and last day, both inclusive."""

    key: str
    level: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeContent:
    """What the code of a certificate says; moments are aware, `expires_at` is the first one after the last day.

    `identity` is the end of the identity number or a whole staff code, `regions` and the domains' keys are looked up
    in the names, `index` is the place in the status lists.
    """

    issuer: str
    issued_at: datetime
    expires_at: datetime
    number: str
    name: str
    identity: str
    domains: tuple[CodeDomain, ...]
    agency: str
    regions: tuple[str, ...]
    index: int

    @property
    def first_day(self) -> date:
        return min(domain.first for domain in self.domains)

    @property
    def last_day(self) -> date:
        return max(domain.last for domain in self.domains)


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970 of an aware moment."""
    return int(moment.timestamp())


def encode_code(content: CodeContent, key: SigningKey, site_url: str) -> str:
    """The signed text for the QR code.

    Raises CodeRefused `CODE_CONTENT` for what a reader would refuse and `CODE_TOO_LONG`.
    """
    _require(content)
    payload = cbor2.dumps(
        {  # in deterministic order as it stands: 01, 04, 06, 3a00011170
            ISSUER: content.issuer,
            EXPIRES_AT: seconds(content.expires_at),
            ISSUED_AT: seconds(content.issued_at),
            CLAIM: [
                VERSION, content.number, content.name, content.identity, _rows(content.domains), content.agency,
                list(content.regions), content.index,
            ],
        }
    )  # fmt: skip
    text = as_text(CERTIFICATE, cose.sign1(payload, key), site_url)
    digits = len(text) - text.rindex("#") - 1
    if digits > MOST_DIGITS[CERTIFICATE]:
        raise _too_long(digits)
    return text


def _require(content: CodeContent) -> None:
    """Refuse what `read_content` would refuse, without the way to bytes and back."""
    texts = (
        content.issuer, content.number, content.name, content.identity, content.agency, *content.regions,
        *(one.key for one in content.domains),
    )  # fmt: skip
    if not content.domains or not all(texts) or not is_whole(content.index, MOST_INDEX):
        raise unfit("CODE_CONTENT", "claim")
    if not all(EPOCH <= one.first <= one.last and is_whole(one.level, MOST_LEVEL) for one in content.domains):
        raise unfit("CODE_CONTENT", "domain")
    if not 0 <= seconds(content.issued_at) < seconds(content.expires_at):
        raise unfit("CODE_CONTENT", "times")


def _rows(domains: Sequence[CodeDomain]) -> list[list[Any]]:
    """A row that only repeats level and days of the row before is its key alone: seven bytes fewer for each."""
    rows: list[list[Any]] = []
    before: list[int] = []
    for one in domains:
        rest = [one.level, days(one.first), days(one.last)]
        rows.append([one.key, *(rest if rest != before else ())])
        before = rest
    return rows


def days(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def as_text(kind: int, message: bytes, site_url: str) -> str:
    """`SITE/c#` and the digits of the first byte and the message."""
    return f"{site_url.rstrip('/')}/c#{_digits(int.from_bytes(bytes([kind]) + message, 'big'))}"


def _digits(number: int) -> str:
    parts: list[str] = []
    while number >= 10**CHUNK:
        number, low = divmod(number, 10**CHUNK)
        parts.append(f"{low:0{CHUNK}d}")
    return "".join([str(number), *reversed(parts)])


def message_of(text: str, kind: int) -> bytes:
    """The COSE_Sign1 of a text, nothing verified.

    Raises CodeRefused `CODE_EMPTY`, `CODE_NOT_DIGITS`, `CODE_TOO_LONG`, `CODE_VERSION`. The length is looked at before
    any character: a hundred kilobytes cost nothing.
    """
    most = MOST_DIGITS[kind]
    if len(text) > 2 * most + 2_048:  # the digits typed one by one, and the longest address
        raise _too_long(len(text))
    digits = "".join(text.rsplit("#", 1)[-1].split())
    if not digits:
        raise refused("CODE_EMPTY", "没有凭证码。", "There is no code.")
    if not (digits.isascii() and digits.isdecimal()) or digits[0] == "0":
        raise refused(
            "CODE_NOT_DIGITS",
            "凭证码应当全部是数字，且不以 0 开头。",
            "A code has digits only and does not begin with 0.",
        )
    if len(digits) > most:
        raise _too_long(len(digits))
    number = _number(digits)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if data[0] != kind:
        raise refused(
            "CODE_VERSION",
            "这不是本版本的凭证码，或者数字有缺漏。",
            "This is not a code of this version, or digits are missing.",
            found=str(data[0]),
        )
    return data[1:]


def _number(digits: str) -> int:
    number = 0
    for start in range(0, len(digits), CHUNK):
        part = digits[start : start + CHUNK]
        number = number * 10 ** len(part) + int(part)
    return number


def _too_long(length: int) -> CodeRefused:
    return refused("CODE_TOO_LONG", "凭证码过长。", "The code is too long.", length=str(length))


def parse_code(text: str) -> Sign1:
    """The signed message in the code of a certificate, nothing verified. Raises CodeRefused."""
    return cose.parse_sign1(message_of(text, CERTIFICATE))


def claims(payload: bytes, claim: int, code: str, *, expires: bool = True) -> Mapping[int, Any]:
    """The map of a payload with issuer, times and one private claim of version 1, and nothing else.

    Raises CodeRefused with `code` for anything else.
    """
    value = cose.decode(payload)
    times = (ISSUED_AT, EXPIRES_AT) if expires else (ISSUED_AT,)
    if not isinstance(value, dict) or value.keys() != {ISSUER, *times, claim}:
        raise unfit(code, "claims")
    if not is_text(value[ISSUER]) or not all(is_whole(value[name], LAST_SECOND) for name in times):
        raise unfit(code, "claims")
    if expires and value[EXPIRES_AT] <= value[ISSUED_AT]:
        raise unfit(code, "times")
    body = value[claim]
    if not isinstance(body, list) or not body or type(body[0]) is not int:
        raise unfit(code, "claim")
    if body[0] != VERSION:
        raise unfit(code, "version")
    return value


def unfit(code: str, what: str) -> CodeRefused:
    """A signed content that does not say what it should."""
    return refused(code, "签名内容不符合格式。", f"The signed content is not in the format: {what}.", what=what)


def is_text(value: object) -> bool:
    """A text that is not empty."""
    return isinstance(value, str) and bool(value)


def is_whole(value: object, most: int) -> bool:
    """A whole number from 0 through `most`; true and false are none."""
    return type(value) is int and 0 <= value <= most


def moment(value: int) -> datetime:
    """The aware moment of seconds since 1970."""
    return datetime.fromtimestamp(value, UTC)


def date_time(at: datetime) -> str:
    """An aware moment as credentials in JSON write it: UTC, whole seconds (XML Schema dateTimeStamp)."""
    return moment(seconds(at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def base64url(data: bytes) -> str:
    """Base 64 for addresses, without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_content(payload: bytes) -> CodeContent:
    """What a verified payload says. Raises CodeRefused `CODE_CONTENT` for anything not exactly in the format."""
    value = claims(payload, CLAIM, "CODE_CONTENT")
    match value[CLAIM]:
        case [_, str() as number, str() as name, str() as identity, [*domains], str() as agency, [*regions], index] if (
            all((number, name, identity, agency, domains))
            and all(map(is_text, regions))
            and is_whole(index, MOST_INDEX)
        ):
            return CodeContent(
                issuer=value[ISSUER], issued_at=moment(value[ISSUED_AT]), expires_at=moment(value[EXPIRES_AT]),
                number=number, name=name, identity=identity, domains=_domains(domains), agency=agency,
                regions=tuple(regions), index=index,
            )  # fmt: skip
        case _:
            raise unfit("CODE_CONTENT", "claim")


def _domains(rows: Sequence[object]) -> tuple[CodeDomain, ...]:
    found: list[CodeDomain] = []
    for row in rows:
        match row:
            case [str() as key] if key and found:
                found.append(replace(found[-1], key=key))
            case [str() as key, int() as level, int() as first, int() as last] if (
                key and is_whole(level, MOST_LEVEL) and is_whole(first, last) and is_whole(last, LAST_DAY)
            ):
                found.append(CodeDomain(key, level, EPOCH + timedelta(first), EPOCH + timedelta(last)))
            case _:
                raise unfit("CODE_CONTENT", "domain")
    return tuple(found)
