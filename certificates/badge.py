"""A certificate as an Open Badge 3.0, which is a W3C Verifiable Credential 2.0, secured as a JWT.

Open Badges 3.0 (1EdTech), sections 7.2 AchievementCredential and 8.2 JSON Web Token proof format; Verifiable
Credentials Data Model 2.0; status by the Bitstring Status List v1.0. docs/badges.md says what a reader may rely on.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from certificates.code import base64url, date_time, moment, seconds
from certificates.cose import CodeRefused, SigningKey, refused
from certificates.status_list import CONTEXT, credential_status

BADGE_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
TERMS = ("agency", "region", "domains", "authority", "identityEnd")
"""What a badge has no word for; each is a term of the site's own vocabulary, /pki/terms."""
LONGEST = 65_536
P256_BYTES = 32
COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What the badge of a certificate says: the texts printed; `valid_until` is the first moment after the last day.

    `identity` is the end of the identity number, `index` the place in the status lists, `address` the public page.
    """

    number: str
    title: str
    description: str
    issuer: str
    holder: str
    identity: str
    agency: str
    region: str
    domains: tuple[str, ...]
    authority: str
    valid_from: datetime
    valid_until: datetime
    index: int
    address: str


def credential_of(badge: Badge, site_url: str) -> dict[str, Any]:
    """The credential as JSON-ready data, before it is signed."""
    site = site_url.rstrip("/")
    issuer = {"id": site, "type": ["Profile"], "name": badge.issuer, "url": site}
    return {
        "@context": [CONTEXT, BADGE_CONTEXT, {term: f"{site}/pki/terms#{term}" for term in TERMS}],
        "id": badge.address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{badge.title} {badge.number}",
        "issuer": issuer,
        "validFrom": date_time(badge.valid_from),
        "validUntil": date_time(badge.valid_until),
        "credentialSubject": _subject(badge, issuer, site),
        "credentialStatus": credential_status(badge.index, site),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def _subject(badge: Badge, issuer: Mapping[str, Any], site: str) -> dict[str, Any]:
    return {
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "hashed": False, "identityHash": badge.holder, "identityType": "name"}
        ],
        "licenseNumber": badge.number,
        "identityEnd": badge.identity,
        "agency": badge.agency,
        "region": badge.region,
        "domains": list(badge.domains),
        "authority": badge.authority,
        "achievement": {
            "id": f"{site}/pki/terms#qualification",
            "type": ["Achievement"],
            "achievementType": "License",
            "name": badge.title,
            "description": badge.description,
            "criteria": {"narrative": badge.authority},
            "creator": dict(issuer),
        },
    }


def sign_badge(badge: Badge, key: SigningKey, site_url: str) -> str:
    """The badge as a compact JWS, ES256: the credential itself with the registered claims beside it (section 8.2).

    `kid` is the address of the public key as a JWK; its last part is the key's id in the trust list.
    """
    site = site_url.rstrip("/")
    claims = {
        "iss": site, "jti": badge.address, "nbf": seconds(badge.valid_from), "exp": seconds(badge.valid_until),
    }  # fmt: skip
    header = {"alg": "ES256", "typ": "JWT", "kid": key_address(site, key.kid.hex())}
    signed = f"{_part(header)}.{_part(credential_of(badge, site) | claims)}"
    return f"{signed}.{base64url(key.sign(signed.encode()))}"


def key_address(site_url: str, kid: str) -> str:
    """Where the public key with this id (hexadecimal) can be had as a JWK."""
    return f"{site_url.rstrip('/')}/pki/keys/{kid}.json"


def read_badge(text: str, key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """The credential and claims of a badge once the signature holds.

    Raises CodeRefused: `CODE_TOO_LONG`, `CODE_STRUCTURE` for what is no compact JWS, `CODE_ALGORITHM` for any other
    algorithm than ES256, `SIGNATURE`, `CODE_CONTENT` for claims that contradict the credential.
    """
    header, document = _taken_apart(text)
    if header.get("alg") != "ES256" or header.get("typ") != "JWT":
        raise refused("CODE_ALGORITHM", "签名算法不被接受。", "The signature algorithm is not accepted.")
    try:
        jws.deserialize_compact(text, ECKey.import_key(key), algorithms=["ES256"])
    except (JoseError, ValueError) as fault:
        raise refused("SIGNATURE", "签名与内容不符。", "The signature does not fit.") from fault
    if not _agrees(document):
        raise refused("CODE_CONTENT", "凭证内容自相矛盾。", "The content contradicts itself.")
    return document


def key_of(text: str) -> str:
    """The key's id that a badge names, nothing verified; raises CodeRefused like `read_badge`."""
    kid = str(_taken_apart(text)[0].get("kid", ""))
    return kid.rsplit("/", 1)[-1].removesuffix(".json")


def as_jwk(key: ec.EllipticCurvePublicKey, address: str) -> dict[str, str]:
    """A P-256 public key as a JSON Web Key (RFC 7517; RFC 7518, 6.2.1), `address` its own."""
    numbers = key.public_numbers()
    return {
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": address,
        "x": base64url(numbers.x.to_bytes(P256_BYTES, "big")), "y": base64url(numbers.y.to_bytes(P256_BYTES, "big")),
    }  # fmt: skip


def _agrees(document: Mapping[str, Any]) -> bool:
    """The registered claims and the credential say the same (RFC 7519, 4.1; Open Badges 3.0, 8.2)."""
    issuer = document.get("issuer")
    try:
        times = (date_time(moment(document["nbf"])), date_time(moment(document["exp"])))
    except (KeyError, TypeError, ValueError, CodeRefused):
        return False
    return (
        isinstance(issuer, Mapping)
        and (document.get("iss"), document.get("jti")) == (issuer.get("id"), document.get("id"))
        and times == (document.get("validFrom"), document.get("validUntil"))
    )


def _taken_apart(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if len(text) > LONGEST:
        raise refused("CODE_TOO_LONG", "凭证过长。", "The credential is too long.")
    match text.split("."):
        case [head, body, _signature] if text.isascii():
            return _object(head), _object(body)
    raise _unreadable()


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as fault:
        raise _unreadable() from fault
    if not isinstance(value, dict):
        raise _unreadable()
    return value


def _unreadable() -> CodeRefused:
    return refused("CODE_STRUCTURE", "不是可读的凭证。", "This is no readable credential.")


def _part(value: Mapping[str, Any]) -> str:
    return base64url(COMPACT.encode(value).encode())
