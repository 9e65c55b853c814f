"""Reads regime files, refuses what a lower layer may not say, and merges the layers to one Regime.

A lower layer may add or tighten. What stands on a statute or on national policy cannot be relaxed: each fault names
file and line. Beside the bundled data a site keeps the holidays of later years in a folder of its own.
"""

import fnmatch
import hashlib
import json
import logging
import os
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.core.errors import N_, NotFound
from app.regimes.checking import own_faults, stack_faults, validation_fault
from app.regimes.faults import MESSAGES, Fault, RegimeUnusable, Source, fault_at, toml_fault
from app.regimes.layers import Layer
from app.regimes.merging import merge
from app.regimes.policy import Regime

__all__ = [
    "DATA",
    "DEFAULT_REGIME",
    "MESSAGES",
    "Fault",
    "RegimeUnusable",
    "Source",
    "available",
    "calendar_faults",
    "calendar_files",
    "check_file",
    "fault_at",
    "keep_calendars_in",
    "load",
    "source_of",
    "stack_faults",
    "stack_of",
    "toml_fault",
]

DATA = Path(__file__).parent / "data"
MAX_BYTES = 1_000_000
DEFAULT_REGIME = "pingliang"
CALENDAR_FILES = "holidays-*.toml"
MOST_REMEMBERED = 256

_Prints = tuple[tuple[str, int, int], ...]
_log = logging.getLogger(__name__)
_calendars: dict[str, Path] = {}


def available(directory: Path = DATA) -> tuple[str, ...]:
    """The ids of the regime files in a directory, in order; calendars are part of every regime and none themselves."""
    files = set(directory.glob("*.toml")) - set(directory.glob(CALENDAR_FILES))
    return tuple(sorted(path.stem for path in files))


def keep_calendars_in(folder: Path | None) -> None:
    """Name the folder whose `holidays-*.toml` join the national floor of every regime; None: bundled years only.

    Called once when a process starts. A file put there, changed or removed later is seen at the next `load`.
    """
    _calendars.clear()
    if folder is not None:
        _calendars["folder"] = folder


def calendar_files() -> tuple[Path, ...]:
    """The site's own calendars, by name."""
    folder = _calendars.get("folder")
    if folder is None or not folder.is_dir():
        return ()
    names = fnmatch.filter(os.listdir(folder), CALENDAR_FILES)  # noqa: PTH208  a tenth of the time of a glob
    return tuple(folder / name for name in sorted(names))


def calendar_faults() -> tuple[Fault, ...]:
    """What is wrong with the site's calendars; a faulty one is left out, so that its year stays unknown."""
    return tuple(fault for path in calendar_files() for fault in check_file(path))


def load(regime: str, directory: Path = DATA) -> Regime:
    """The merged regime, remembered until a file of the site's changes.

    Raises NotFound for an unknown id and RegimeUnusable for files with faults.
    """
    return _load(regime, directory, _prints())[0]


@cache
def default_zone() -> str:
    """The time zone in which days are told before the regime of a question is known."""
    return load(DEFAULT_REGIME).time_zone


def stack_of(regime: str, directory: Path = DATA) -> tuple[Source, ...]:
    """The layers that `load` merges, national floor and calendars first; raises as `load` does."""
    return _load(regime, directory, _prints())[1]


def _prints() -> _Prints:
    """What tells one state of the site's calendars from another without reading them."""
    found: list[tuple[str, int, int]] = []
    for path in calendar_files():
        with suppress(FileNotFoundError):
            status = path.stat()
            found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


def check_file(path: Path, directory: Path | None = None) -> tuple[Fault, ...]:
    """Every fault of one file and the layers it stands on; parents are sought beside it, then in the bundled data."""
    return _stack(path, (directory or path.parent, DATA))[1]


@lru_cache(maxsize=MOST_REMEMBERED)
def _load(regime: str, directory: Path, calendars: _Prints) -> tuple[Regime, tuple[Source, ...]]:
    if regime not in available(directory):
        raise NotFound("unknown-regime", N_("There is no regime with the code %(given)s."), given=regime)
    stack, faults = _stack(directory / f"{regime}.toml", (directory, DATA))
    if faults:
        raise RegimeUnusable(regime, faults)
    stack[1:1] = _usable_calendars(tuple(Path(name) for name, _, _ in calendars), stack[0])
    return merge([(source.layer, source.sha256) for source in stack]), tuple(stack)


def _usable_calendars(paths: Sequence[Path], floor: Source) -> list[Source]:
    """Calendars without fault. The others are told to the operator; without them R36 denies that year by itself."""
    known = {row.ends.year for row in floor.layer.holiday}
    usable: list[Source] = []
    for path in paths:
        stack, faults = _stack(path, (path.parent, DATA))
        for fault in faults:
            _log.error("a calendar is not used: %s: %s: %s", fault.at, fault.code, fault.en)
        if not faults and not known & {row.ends.year for row in stack[-1].layer.holiday}:
            usable.append(stack[-1])
    return usable


def _stack(path: Path, directories: Sequence[Path]) -> tuple[list[Source], tuple[Fault, ...]]:
    """The layers from the national floor down to the file, and all their faults."""
    stack: list[Source] = []
    chain: list[str] = []
    current: Path | None = path
    while current is not None:
        source, faults = _read(current)
        if source is None or faults:
            return stack, faults
        stack.insert(0, source)
        chain.append(source.layer.regime.id)
        current, faults = _parent(source, chain, directories)
        if faults:
            return stack, faults
    return stack, stack_faults(stack)


def _parent(source: Source, chain: list[str], directories: Sequence[Path]) -> tuple[Path | None, tuple[Fault, ...]]:
    head = source.layer.regime
    if head.parent is None:
        if head.level == "national":
            return None, ()
        return None, (fault_at("no-floor", source, ("regime", "id"), id=head.id),)
    if head.parent in chain:
        return None, (fault_at("cycle", source, ("regime", "parent"), chain=" → ".join([*chain, head.parent])),)
    for directory in directories:
        candidate = directory / f"{head.parent}.toml"
        if candidate.is_file():
            return candidate, ()
    return None, (fault_at("missing-parent", source, ("regime", "parent"), parent=head.parent),)


def _read(path: Path) -> tuple[Source | None, tuple[Fault, ...]]:
    name = path.name
    text = ""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None, (Fault("too-large", name, None, {"limit": str(MAX_BYTES)}),)
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (toml_fault(name, text, error),)
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        return None, (Fault("unreadable", name, None, {"detail": type(error).__name__}),)
    return source_of(name, text, content, path.stem)


def source_of(
    name: str, text: str, rows: Mapping[str, Any], expected_id: str
) -> tuple[Source | None, tuple[Fault, ...]]:
    """A layer out of parsed TOML and what is wrong with it by itself; None where its shape is already wrong."""
    try:
        layer = Layer.model_validate(rows)
    except ValidationError as error:
        return None, tuple(validation_fault(name, text, one) for one in error.errors())
    content = json.dumps(rows, default=str, sort_keys=True, ensure_ascii=False)
    source = Source(name, text, layer, content, hashlib.sha256(content.encode("utf-8")).hexdigest())
    misnamed = layer.regime.id != expected_id
    wrong = [fault_at("wrong-name", source, ("regime", "id"), id=layer.regime.id)] if misnamed else []
    return source, (*wrong, *own_faults(source))
