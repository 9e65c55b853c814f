"""Regimes as plain rows, for pages, the command line and other rooms."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.kept import Kept
from app.core.prepared import KNOWN_AT, Prepared
from app.regimes.layers import layer_schema
from app.regimes.loader import DATA, Fault, Source, available, calendar_faults, check_file, load, stack_of
from app.regimes.models import RegimeAdoption, RegimeDraft, RegimeText, RegimeVersion
from app.regimes.overlay import Overlay, overlaid, rebuilt
from app.regimes.policy import Regime, Text


@dataclass(frozen=True, slots=True)
class RegimeRow:
    """One line of the list of regimes."""

    id: str
    level: str
    title: Text
    layers: tuple[str, ...]
    version: str
    domains: int
    items: int
    forces: int
    programmes: int
    unknown: int
    draft: bool


def regimes(directory: Path = DATA) -> tuple[RegimeRow, ...]:
    """Every regime that can be loaded; raises RegimeUnusable where one cannot."""
    return tuple(_row(load(name, directory)) for name in available(directory))


def _row(one: Regime) -> RegimeRow:
    layers = tuple(layer.id for layer in one.layers if layer.level != "calendar")
    unknown = sum(value.unknown for several in one.values.values() for value in several[:1])
    return RegimeRow(
        one.id, one.level, one.title, layers, one.version, len(one.domains), len(one.items), len(one.forces),
        len(one.programmes), unknown, one.draft,
    )  # fmt: skip


def calendars() -> tuple[Fault, ...]:
    """What is wrong with the site's own calendars, which are left out until it is mended."""
    return calendar_faults()


def regime_detail(regime: str, directory: Path = DATA) -> dict[str, Any]:
    """Everything a regime says, with every source, as JSON types; raises NotFound and RegimeUnusable."""
    found = load(regime, directory)
    content = {
        "id": found.id,
        "level": found.level,
        "title": found.title,
        "version": found.version,
        "time_zone": found.time_zone,
        "draft": found.draft,
        "layers": found.layers,
        "domains": list(found.domains.values()),
        "items": list(found.items.values()),
        "acts": list(found.acts.values()),
        "papers": found.papers,
        "programmes": found.programmes,
        "forces": list(found.forces.values()),
        "declared": list(found.declared.values()),
        "takeovers": found.takeovers,
        "supervision": found.supervision,
        "templates": list(found.templates.values()),
        "holidays": found.holidays,
        "minimums": found.minimums,
        "rules": [switch for several in found.rules.values() for switch in several],
        "values": [value for several in found.values.values() for value in several],
    }
    return {key: _json(value) for key, value in content.items()}


def regime_file_faults(path: Path) -> tuple[Fault, ...]:
    """What is wrong with a regime file, with line numbers; empty where it can be used."""
    return check_file(path)


def regime_schema() -> dict[str, Any]:
    """The JSON Schema of a regime file (draft 2020-12); TOML dates stand in it as strings."""
    return layer_schema()


def _json(value: Any) -> Any:  # noqa: ANN401 - walks any value of a regime
    if hasattr(value, "__dataclass_fields__"):
        return _json(asdict(value))
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(_json(item) for item in value)
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class AdoptionRow:
    """One adoption; `ends_on` is its last day where a later one withdraws it; before `effective_from` it never held."""

    id: int
    regime: str
    number: int
    draft_id: int
    title: str
    text: str
    sha256: str
    effective_from: date
    withdraws_id: int | None
    adopted_at: datetime
    adopted_by: str
    reason: str
    version_before: str
    counts: Mapping[str, Any]
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft; `writers` are account ids. OPEN, ADOPTED or DROPPED."""

    id: int
    regime: str
    title: str
    text: str
    withdraws_id: int | None
    writers: tuple[int, ...]
    version: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    state: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Rows to lay over what is adopted, from a day on, and the adoption that ends with it."""

    title: str
    text: str
    since: date
    withdraws_id: int | None = None


EditionRow = tuple[str, str, date | None]
"""Key, label and day of a version that can be compared."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a regime under a key: files, present, a7 (adoption), d3 (draft), or the version itself."""

    key: str
    label: str
    day: date | None
    regime: Regime


_IN_ORDER = (
    select(RegimeAdoption.id, RegimeAdoption.sha256, RegimeAdoption.effective_from, RegimeAdoption.withdraws_id)
    .where(RegimeAdoption.regime == bindparam("regime"))
    .order_by(RegimeAdoption.number)
)
_ADOPTED = Prepared(_IN_ORDER, _IN_ORDER.where(RegimeAdoption.adopted_at <= KNOWN_AT))
_Key = tuple[object, ...]
_Adopted = Sequence[tuple[int, str, date, int | None]]
_MERGED: Kept[_Key, tuple[Regime, tuple[Source, ...]]] = Kept(64)
"""Regimes this process has put together, by what they were put together of; equal keys mean equal content."""
_EMPTY = hashlib.sha256(b"").hexdigest()


def effective(session: Session, regime: str, known_at: datetime | None = None) -> Regime:
    """The regime that judgements use: its files and what was adopted by `known_at` (None: now), in one query.

    Raises NotFound for an unknown id and RegimeUnusable where the files no longer bear what was adopted.
    """
    adopted = _adopted(session, regime, known_at)
    return _overlaid(session, regime, adopted, None)


def proposed(session: Session, regime: str, proposal: Proposal) -> Regime:
    """The regime as it would be with a proposal over it; raises RegimeUnusable with every fault and its line."""
    return _overlaid(session, regime, _adopted(session, regime, None), proposal)


def at_version(session: Session, version: str) -> Regime | None:
    """The regime as it was under a version that a decision kept; None where it was not kept."""
    kept = session.get(RegimeVersion, version)
    if kept is None:
        return None
    found = _MERGED.get(("kept", version))
    if found is None:
        rows = select(RegimeText.sha256, RegimeText.text).where(RegimeText.sha256.in_(kept.layers))
        texts = {row.sha256: row.text for row in session.execute(rows)}
        regime = rebuilt(kept.regime, [texts[digest] for digest in kept.layers])
        found = _MERGED.put(("kept", version), (regime, ()))
    return found[0]


_KEPT = Prepared(select(RegimeVersion.version).where(RegimeVersion.version == bindparam("version")))


def is_kept(session: Session, version: str) -> bool:
    """Whether the texts of a version are kept."""
    return bool(_KEPT.rows(session, version=version))


def layers_of(regime: Regime) -> tuple[Source, ...]:
    """The layers that a regime got from `effective`, `proposed` or the loader is made of, national floor first."""
    if load(regime.id).version == regime.version:
        return stack_of(regime.id)
    return next(stack for found, stack in _MERGED.newest_first() if stack and found.version == regime.version)


def adoptions(session: Session, regime: str) -> tuple[AdoptionRow, ...]:
    """What was adopted for a regime, newest first."""
    rows = session.scalars(
        select(RegimeAdoption).where(RegimeAdoption.regime == regime).order_by(RegimeAdoption.number.desc())
    ).all()
    ends = {row.withdraws_id: row.effective_from - timedelta(days=1) for row in rows if row.withdraws_id}
    return tuple(
        AdoptionRow(
            **{name: getattr(row, name) for name in AdoptionRow.__slots__ if name != "ends_on"},
            ends_on=ends.get(row.id),
        )
        for row in rows
    )


def drafts(session: Session, regime: str) -> tuple[DraftRow, ...]:
    """The drafts of a regime, newest first."""
    rows = session.scalars(select(RegimeDraft).where(RegimeDraft.regime == regime).order_by(RegimeDraft.id.desc()))
    adopted = _drafts_adopted(session)
    return tuple(_draft_row(row, adopted) for row in rows)


def draft(session: Session, draft_id: int) -> DraftRow:
    """One draft; raises NotFound."""
    row = session.get(RegimeDraft, draft_id)
    if row is None:
        raise NotFound
    return _draft_row(row, _drafts_adopted(session))


def editions(session: Session, regime: str, today: date) -> tuple[EditionRow, ...]:
    """The versions of a regime that can be compared: (key, label, day), the files first; raises NotFound."""
    load(regime)
    known: list[EditionRow] = [("files", "", None), ("present", "", today)]
    known += [(f"a{one.id}", one.title, one.effective_from) for one in adoptions(session, regime)]
    known += [(f"d{one.id}", one.title, today) for one in drafts(session, regime) if one.state == "OPEN"]
    kept = select(RegimeVersion).where(RegimeVersion.regime == regime).order_by(RegimeVersion.kept_at.desc()).limit(50)
    known += [(row.version, row.version[7:19], row.kept_at.date()) for row in session.scalars(kept)]
    return tuple(known)


def edition(session: Session, regime: str, key: str, today: date) -> Edition:
    """One version by its key; raises NotFound for a key that the regime does not have."""
    label, day = next(((text, on) for one, text, on in editions(session, regime, today) if one == key), (None, None))
    if label is None:
        raise NotFound
    return Edition(key, label, day, _edition(session, regime, key, today))


def _edition(session: Session, regime: str, key: str, today: date) -> Regime:
    if key == "files":
        return load(regime)
    if key == "present":
        return effective(session, regime)
    if key.startswith("a"):
        every = _adopted(session, regime, None)
        upto = [row[0] for row in every].index(int(key[1:])) + 1
        return _overlaid(session, regime, every[:upto], None)
    if key.startswith("d"):
        row = draft(session, int(key[1:]))
        return proposed(session, regime, Proposal(row.title, row.text, today, row.withdraws_id))
    found = at_version(session, key)
    if found is None:
        raise NotFound
    return found


def _adopted(session: Session, regime: str, known_at: datetime | None) -> _Adopted:
    return [(row[0], row[1], row[2], row[3]) for row in _ADOPTED.rows(session, known_at, regime=regime)]


def _overlaid(session: Session, regime: str, adopted: _Adopted, proposal: Proposal | None) -> Regime:
    files = load(regime)
    if not adopted and proposal is None:
        return files
    key = (files.version, tuple(adopted), proposal)
    found = _MERGED.get(key) or _MERGED.put(key, overlaid(regime, _overlays(session, adopted, proposal)))
    return found[0]


def _overlays(session: Session, adopted: _Adopted, proposal: Proposal | None) -> list[Overlay]:
    """The adopted overlays in their order with the days through which they hold, and the proposal last."""
    ids = [row[0] for row in adopted]
    kept = select(RegimeAdoption.id, RegimeAdoption.title, RegimeAdoption.text).where(RegimeAdoption.id.in_(ids))
    texts = {number: (title, text) for number, title, text in session.execute(kept)}
    ends = {row[3]: row[2] - timedelta(days=1) for row in adopted if row[3] is not None}
    if proposal is not None and proposal.withdraws_id is not None:
        ends[proposal.withdraws_id] = proposal.since - timedelta(days=1)
    made = [
        Overlay(f"adoption-{number}", *texts[number], since=since, until=ends.get(number))
        for number, digest, since, _withdraws in adopted
        if digest != _EMPTY
    ]
    if proposal is not None and proposal.text.strip():
        made.append(Overlay("draft", proposal.title, proposal.text, proposal.since))
    return made


def _drafts_adopted(session: Session) -> set[int]:
    return set(session.scalars(select(RegimeAdoption.draft_id)))


def _draft_row(row: RegimeDraft, adopted: set[int]) -> DraftRow:
    state = "ADOPTED" if row.id in adopted else "DROPPED" if row.dropped_at is not None else "OPEN"
    return DraftRow(
        row.id, row.regime, row.title, row.text, row.withdraws_id, tuple(row.writers), row.version, row.created_at,
        row.created_by, row.changed_at, row.changed_by, state,
    )  # fmt: skip
