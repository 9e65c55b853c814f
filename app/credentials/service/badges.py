"""The badge of a certificate for whoever may have its document, and the public key that it names."""

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.errors import N_, NotFound
from app.core.permissions import Actor
from app.credentials.queries import document, key_of
from certificates.attachment import attached
from certificates.authority import Purpose
from certificates.badge import as_jwk, key_address


def badge_file(session: Session, actor: Actor, number: str) -> bytes:
    """The badge as it lies in the sealed document. Raises NotFound, `no-badge` for a document made without one."""
    found = attached(document(session, actor, number))
    if found is None:
        raise NotFound("no-badge", N_("This document was sealed before badges were made; it holds none."))
    return found


def badge_key(session: Session, kid: str, settings: Settings) -> dict[str, str]:
    """The public key of badges with this id, as a JWK.

    Raises NotFound `unknown-key`, or `key-revoked` for a key by which nothing is believed any more.
    """
    row = key_of(session, kid)
    key = load_pem_public_key(row.public_key.encode())
    if row.purpose != Purpose.CODE or not isinstance(key, EllipticCurvePublicKey):
        raise NotFound("unknown-key", N_("The register holds no key with this number."))
    if row.revoked_at is not None:
        raise NotFound("key-revoked", N_("This key is revoked: nothing that it signed is believed any more."))
    return as_jwk(key, key_address(settings.site_url, row.serial))
