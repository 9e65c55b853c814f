"""The trust list: which keys sign codes and lists, and when; signed by the root that readers have pinned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from certificates import cose
from certificates.code import (
    EXPIRES_AT,
    ISSUED_AT,
    ISSUER,
    LAST_SECOND,
    VERSION,
    claims,
    is_whole,
    moment,
    seconds,
    unfit,
)
from certificates.cose import CodeRefused, Sign1, SigningKey, refused

CLAIM, NAMES_CLAIM = -70003, -70004
MOST_KEYS = 256
FIELDS = {"kid", "key", "from", "until", "revoked"}


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key that signs what is issued from `since` until before `until`; after `revoked` nothing by it is believed.

    `revoked` counts whatever time a message claims: a thief of the key writes any time. Retire a key by `until`.
    """

    key: ec.EllipticCurvePublicKey
    since: datetime
    until: datetime
    revoked: datetime | None = None

    @property
    def kid(self) -> bytes:
        return cose.kid_of(self.key)


@dataclass(frozen=True, slots=True)
class TrustList:
    """The keys that the root vouches for; past `expires_at` it still serves, but its age has to be shown."""

    issuer: str
    issued_at: datetime
    expires_at: datetime
    keys: tuple[TrustedKey, ...]

    def key_for(self, kid: bytes | None, issued_at: datetime, now: datetime) -> ec.EllipticCurvePublicKey:
        """The key named, for what it signed at `issued_at`.

        Raises CodeRefused `KEY_UNKNOWN`, `KEY_NOT_THEN`, `KEY_REVOKED`.
        """
        found = next((one for one in self.keys if kid is not None and one.kid == kid), None)
        if found is None:
            raise refused("KEY_UNKNOWN", "签名所用的密钥不在信任列表中。", "The key is not in the trust list.")
        if found.revoked is not None and found.revoked <= now:
            raise refused("KEY_REVOKED", "签名所用的密钥已被撤销。", "The key has been revoked.")
        if not found.since <= issued_at < found.until:
            raise refused("KEY_NOT_THEN", "签发时该密钥不在有效期内。", "The key was not valid at the time of issue.")
        return found.key


def sign_trust_list(one: TrustList, root: SigningKey) -> bytes:
    """The COSE_Sign1 by the root."""
    entries = [
        {
            "kid": entry.kid, "key": cose.cose_key(entry.key), "from": seconds(entry.since),
            "until": seconds(entry.until), "revoked": seconds(entry.revoked) if entry.revoked else None,
        }
        for entry in one.keys
    ]  # fmt: skip
    times = {ISSUED_AT: seconds(one.issued_at), EXPIRES_AT: seconds(one.expires_at)}
    return cose.sign1(cose.encode({ISSUER: one.issuer, **times, CLAIM: [VERSION, entries]}), root)


def read_trust_list(data: bytes, root: ec.EllipticCurvePublicKey) -> TrustList:
    """The list, once the pinned root's signature holds. Raises CodeRefused, `TRUST_CONTENT` for a wrong content."""
    value = claims(cose.verify1(cose.parse_sign1(data), root), CLAIM, "TRUST_CONTENT")
    match value[CLAIM]:
        case [_, [*entries]] if len(entries) <= MOST_KEYS:
            keys = tuple(_entry(entry) for entry in entries)
        case _:
            raise unfit("TRUST_CONTENT", "claim")
    if len({one.kid for one in keys}) != len(keys):
        raise unfit("TRUST_CONTENT", "key twice")
    return TrustList(value[ISSUER], moment(value[ISSUED_AT]), moment(value[EXPIRES_AT]), keys)


def _entry(value: object) -> TrustedKey:
    if not isinstance(value, dict) or value.keys() != FIELDS:
        raise unfit("TRUST_CONTENT", "entry")
    since, until, revoked = value["from"], value["until"], value["revoked"]
    times = (since, until) if revoked is None else (since, until, revoked)
    if not all(is_whole(time, LAST_SECOND) for time in times) or until <= since:
        raise unfit("TRUST_CONTENT", "times")
    key = cose.read_cose_key(value["key"])
    if cose.kid_of(key) != value["kid"]:
        raise unfit("TRUST_CONTENT", "kid")
    return TrustedKey(key, moment(since), moment(until), None if revoked is None else moment(revoked))


def verified(message: Sign1, trust: TrustList, now: datetime) -> bytes:
    """The payload of a message by a trusted key. Raises CodeRefused for an unknown key and a signature that fails.

    The time of issue is read before the signature is known to hold, only to choose the key; a lie about it is signed
    by nobody.
    """
    return cose.verify1(message, trust.key_for(message.kid, issued_at(message), now))


def issued_at(message: Sign1) -> datetime:
    """The time of issue that a message claims. Raises CodeRefused `CODE_CONTENT` where there is none."""
    value = cose.decode(message.payload)
    if not isinstance(value, dict) or not is_whole(value.get(ISSUED_AT), LAST_SECOND):
        raise unfit("CODE_CONTENT", "claims")
    return moment(value[ISSUED_AT])


@dataclass(frozen=True, slots=True)
class Names:
    """Titles for what codes hold only as keys, Chinese and English; `offset` is the site's, in minutes."""

    issuer: str
    issued_at: datetime
    offset: int
    domains: Mapping[str, tuple[str, str]]
    levels: Mapping[int, tuple[str, str]]
    regions: Mapping[str, tuple[str, str]]


def sign_names(one: Names, key: SigningKey) -> bytes:
    """The COSE_Sign1 of the names, by a key of the trust list."""
    parts: dict[str, Mapping[Any, tuple[str, str]]] = {
        "domains": one.domains,
        "levels": one.levels,
        "regions": one.regions,
    }
    titles = {part: {key: list(pair) for key, pair in names.items()} for part, names in parts.items()}
    body = [VERSION, {"offset": one.offset, **titles}]
    return cose.sign1(cose.encode({ISSUER: one.issuer, ISSUED_AT: seconds(one.issued_at), NAMES_CLAIM: body}), key)


def read_names(payload: bytes) -> Names:
    """What verified names say. Raises CodeRefused `NAMES_CONTENT`."""
    value = claims(payload, NAMES_CLAIM, "NAMES_CONTENT", expires=False)
    match value[NAMES_CLAIM]:
        case [_, {"offset": int() as offset, "domains": dict() as domains, "levels": dict() as levels,
                  "regions": dict() as regions, **rest}] if not rest and abs(offset) <= 24 * 60:  # fmt: skip
            titles = [_titles(part, kind) for part, kind in ((domains, str), (levels, int), (regions, str))]
        case _:
            raise unfit("NAMES_CONTENT", "claim")
    return Names(value[ISSUER], moment(value[ISSUED_AT]), offset, *titles)


def _titles(values: Mapping[Any, Any], kind: type) -> dict[Any, tuple[str, str]]:
    found: dict[Any, tuple[str, str]] = {}
    for key, value in values.items():
        match value:
            case [str() as zh, str() as en] if type(key) is kind:
                found[key] = (zh, en)
            case _:
                raise unfit("NAMES_CONTENT", "titles")
    return found


def newest(lists: Sequence[TrustList]) -> TrustList | None:
    """The one a reader keeps: an older list never takes the place of a newer."""
    return max(lists, key=lambda one: one.issued_at, default=None)


__all__ = [
    "CodeRefused", "Names", "TrustList", "TrustedKey", "issued_at", "newest", "read_names", "read_trust_list",
    "sign_names", "sign_trust_list", "verified",
]  # fmt: skip
