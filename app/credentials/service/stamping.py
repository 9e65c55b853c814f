"""The development time-stamp authority: its keys made, its certificates entered. For trials only, and marked so."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.config import Settings
from app.core.permissions import Actor
from app.credentials.service import keyfolder
from app.credentials.service.keeping import init_keys, register_keys
from app.credentials.service.keys import unusable
from app.credentials.service.publishing import publish_lists
from certificates.authority import Purpose, make_development_tsa, store_pair
from certificates.errors import CertificateError
from certificates.tsa import DevelopmentTimeStamper


def development_clock(
    session: Session, actor: Actor, settings: Settings, clock: Callable[[], datetime], *, now: datetime
) -> DevelopmentTimeStamper:
    """A time-stamp authority with a root of its own, made on first use; its stamps prove nothing to a stranger.

    From then on this site's verification trusts its stamps and says that they are for development. `clock` is the
    clock it tells. Raises Unavailable `seal-keys`.
    """
    init_keys(session, actor, settings, now=now)
    try:
        if not _authority(settings, now):
            _make(settings, now)
        found = _authority(settings, now)
        stamper = DevelopmentTimeStamper(keyfolder.open_pair(settings, found[0]), clock, [found[1].certificate])
    except (CertificateError, OSError, IndexError) as fault:
        raise unusable(fault) from fault
    register_keys(session, actor, settings, now=now)
    publish_lists(session, actor, settings, now=now)
    return stamper


def _authority(settings: Settings, now: datetime) -> list[keyfolder.Held]:
    """The authority in force and its root, or nothing."""
    found = [one for one in keyfolder.held(settings, Purpose.TSA) if one.start <= now <= one.end]
    for one in found:
        root = keyfolder.issuer_of(one, [other for other in found if other.serial != one.serial])
        if root is not None:
            return [one, root]
    return []


def _make(settings: Settings, now: datetime) -> None:
    place, word = keyfolder.folder(settings), keyfolder.new_password(settings)
    for pair in make_development_tsa(now):
        store_pair(place, Purpose.TSA, pair, word)
