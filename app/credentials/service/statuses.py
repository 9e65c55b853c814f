"""The status lists and the names that phones keep: issued every hour, and at once when a status changes.

They open the code's private key, so only the sealing process and the command line issue them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from joserfc.jwk import ECKey
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.clock import local_day
from app.core.permissions import Actor
from app.credentials.models import Certificate, CertificateStateChange, CodeName, PublishedList, StatusEntry
from app.credentials.periods import FINAL, state_at
from app.credentials.queries import last_day_of, states_of
from app.credentials.queries.register import published, revoked_keys
from app.credentials.service.coding import DOMAIN, LEVEL, REGION
from app.credentials.service.keyfolder import organisation
from app.credentials.service.keys import code_key
from app.ledger.service import record
from app.regimes.codes import CertificateState as State
from certificates import cose
from certificates.cose import LocalKey
from certificates.status_list import ENTRIES, PURPOSES, StatusList, credential, read_list, sign_jwt, sign_list
from certificates.trust_list import Names, read_names, sign_names

EVERY = timedelta(hours=1)
HOLDS = timedelta(hours=24)
NAMES_EVERY = timedelta(days=7)
NAMES_HOLD = timedelta(days=30)
KEPT_AFTER = timedelta(days=30)
"""So long after its last day a certificate keeps its entry; from then on the code itself says that it expired."""
NAMES = "code-names"


def list_name(number: int, purpose: str = "") -> str:
    """The name under which a list is published; with a purpose its credential."""
    return f"status-list-{number}" + (f"-{purpose}" if purpose else "")


@dataclass(frozen=True, slots=True)
class Entries:
    """The places set in one list."""

    revoked: frozenset[int]
    suspended: frozenset[int]


NONE_SET = Entries(frozenset(), frozenset())


def entries_at(session: Session, now: datetime, zone: ZoneInfo) -> dict[int, Entries]:
    """The places set at a moment, by the number of the list; there is always a list 0.

    Revoked, cancelled and replaced certificates are set for revocation; suspended and lost ones for suspension, for as
    long as that lasts.
    """
    lists = (session.scalar(select(func.max(StatusEntry.entry))) or 0) // ENTRIES + 1
    found: dict[int, tuple[set[int], set[int]]] = {number: (set(), set()) for number in range(lists)}
    changed = _changed(session, now, zone)
    states = states_of(session, list(changed))
    for certificate_id, index in changed.items():
        state = state_at(states.get(certificate_id, ()), now)
        if index >= 0 and state is not None and state is not State.ACTIVE:
            # What is final is revocation; what can be taken back, a loss too, is suspension.
            number, entry = divmod(index, ENTRIES)
            found.setdefault(number, (set(), set()))[0 if state in FINAL else 1].add(entry)
    return {number: Entries(frozenset(sets[0]), frozenset(sets[1])) for number, sets in found.items()}


def _changed(session: Session, now: datetime, zone: ZoneInfo) -> dict[int, int]:
    """The certificates to which something happened and that count, with their places in the lists."""
    change, edge = CertificateStateChange, local_day(now - KEPT_AFTER, zone)
    touched = select(change.certificate_id).where(
        change.state != State.ACTIVE.value, change.effective_at <= now, change.superseded_at.is_(None)
    )
    rows = session.execute(
        select(Certificate.id, Certificate.status_index)
        .where(Certificate.id.in_(touched))
        .where(or_(Certificate.valid_to >= edge, last_day_of(Certificate) >= edge))
    )
    return {row[0]: row[1] for row in rows}


def statuses_are_due(session: Session, settings: Settings, *, now: datetime) -> bool:
    """Whether `issue_statuses` would issue anything."""
    kid = _key(session, settings, now).kid
    if _names_due(session, kid, now):
        return True
    found = entries_at(session, now, settings.zone)
    return any(_is_due(session, number, one, kid, now) for number, one in found.items())


def issue_statuses(
    session: Session, actor: Actor, settings: Settings, *, everything: bool = False, now: datetime
) -> int:
    """Sign the lists that are due: an hour has passed, a status changed, or another key signs; returns how many.

    Each list comes as COSE and, for each purpose, as VC-JWT; the names follow when a title is new. Raises Unavailable
    `seal-keys`.
    """
    key, done = _key(session, settings, now), 0
    for number, entries in entries_at(session, now, settings.zone).items():
        if everything or _is_due(session, number, entries, key.kid, now):
            _issue(session, actor, settings, key, number, entries, now)
            done += 1
    if everything or _names_due(session, key.kid, now):
        names = _names(session, settings, now)
        _keep(session, actor, NAMES, {NAMES: sign_names(names, key)}, (now, now + NAMES_HOLD))
        done += 1
    return done


def _key(session: Session, settings: Settings, now: datetime) -> LocalKey:
    return LocalKey(code_key(settings, now, revoked=revoked_keys(session)).private)


def _is_due(session: Session, number: int, entries: Entries, kid: bytes, now: datetime) -> bool:
    newest = published(session, list_name(number))
    if newest is None or now >= newest.issued_at + EVERY:
        return True
    message = cose.parse_sign1(newest.content)
    said = read_list(message.payload)
    return message.kid != kid or Entries(said.revoked, said.suspended) != entries


def _issue(
    session: Session, actor: Actor, settings: Settings, key: LocalKey, number: int, entries: Entries, now: datetime
) -> None:
    ends = now + HOLDS
    one = StatusList(organisation(settings), now, ends, number, entries.revoked, entries.suspended)
    forms = {list_name(number): sign_list(one, key)}
    private = ECKey.import_key(key.private)
    for purpose, word in PURPOSES.items():
        address = f"{settings.site_url}/api/v1/status-list?list={number}&purpose={word}"
        document = credential(one, purpose, address, settings.site_url)
        forms[list_name(number, word)] = sign_jwt(document, private, key.kid).encode()
    _keep(session, actor, list_name(number), forms, (now, ends), entries)


def _keep(
    session: Session,
    actor: Actor,
    subject: str,
    forms: Mapping[str, bytes],
    times: tuple[datetime, datetime],
    entries: Entries = NONE_SET,
) -> None:
    now, ends = times
    for name, content in forms.items():
        newest = published(session, name)
        session.add(
            PublishedList(
                name=name, number=newest.number + 1 if newest else 1, content=content, issued_at=now, next_at=ends,
                recorded_at=now, recorded_by=actor.label,
            )
        )  # fmt: skip
    session.flush()
    after = {
        "sha256": sha256(forms[subject]).hexdigest(), "expires_at": ends.isoformat(), "revoked": len(entries.revoked),
        "suspended": len(entries.suspended),
    }  # fmt: skip
    record(session, actor, "credentials.status-list.issued", ("status-list", subject), now=now, after=after)


def _names_due(session: Session, kid: bytes, now: datetime) -> bool:
    newest = published(session, NAMES)
    if newest is None or now >= newest.issued_at + NAMES_EVERY:
        return True
    message = cose.parse_sign1(newest.content)
    known = read_names(message.payload)
    titles = session.scalar(select(func.count()).select_from(CodeName))
    return message.kid != kid or len(known.domains) + len(known.levels) + len(known.regions) != titles


def _names(session: Session, settings: Settings, now: datetime) -> Names:
    rows = session.scalars(select(CodeName).order_by(CodeName.kind, CodeName.key)).all()
    offset = now.astimezone(settings.zone).utcoffset() or timedelta()
    return Names(
        organisation(settings), now, int(offset.total_seconds() // 60), _titles(rows, DOMAIN),
        {int(key): pair for key, pair in _titles(rows, LEVEL).items()}, _titles(rows, REGION),
    )  # fmt: skip


def _titles(rows: Iterable[CodeName], kind: str) -> dict[str, tuple[str, str]]:
    return {row.key: (row.zh, row.en) for row in rows if row.kind == kind}


__all__ = [
    "NAMES", "Entries", "entries_at", "issue_statuses", "list_name", "statuses_are_due",
]  # fmt: skip
