"""Reads regime files, refuses what a lower layer may not say, and merges the layers to one Regime.

A lower layer may add or tighten. What stands on a statute or on national policy cannot be relaxed: each fault names
file and line.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.core.errors import N_, DomainError, NotFound
from app.regimes.layers import VALUE_TYPES, Layer, line_of
from app.regimes.merging import merge
from app.regimes.policy import Regime
from app.regimes.tightening import relaxations

DATA = Path(__file__).parent / "data"
MAX_BYTES = 1_000_000
DEFAULT_REGIME = "pingliang"

MESSAGES: Mapping[str, tuple[str, str]] = {
    "too-large": ("文件超过 %(limit)s 字节。", "The file is larger than %(limit)s bytes."),
    "unreadable": ("文件无法读取:%(detail)s", "The file cannot be read: %(detail)s"),
    "not-toml": ("不是有效的 TOML:%(detail)s", "This is not valid TOML: %(detail)s"),
    "unknown-key": ("不认识的键 %(key)s。", "The key %(key)s is not known."),
    "missing-key": ("缺少键 %(key)s。", "The key %(key)s is missing."),
    "bad-value": ("%(key)s 的值不可用:%(detail)s", "The value of %(key)s cannot be used: %(detail)s"),
    "duplicate": ("%(key)s 在同一时期重复。", "%(key)s is given twice for the same days."),
    "missing-parent": ("找不到上级层 %(parent)s。", "The parent layer %(parent)s is missing."),
    "cycle": ("上级层构成循环:%(chain)s。", "The parent layers form a cycle: %(chain)s."),
    "no-floor": (
        "层 %(id)s 没有上级,也不是全国基准。",
        "The layer %(id)s has no parent and is not the national floor.",
    ),
    "wrong-name": ("文件名应与编号 %(id)s 一致。", "The file must be named after its id %(id)s."),
    "relaxes": (
        "%(key)s 放宽了上层(%(layer)s)依据“%(basis)s”的规定。",
        "%(key)s relaxes what the layer %(layer)s says on the basis of %(basis)s.",
    ),
    "unknown-reference": ("%(key)s 指向不存在的 %(target)s。", "%(key)s refers to %(target)s, which does not exist."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file, at a line where it is known."""

    code: str
    file: str
    line: int | None
    data: Mapping[str, str]

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return MESSAGES[self.code][0] % self.data

    @property
    def en(self) -> str:
        """The sentence in English."""
        return MESSAGES[self.code][1] % self.data

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {"code": self.code, "file": self.file, "line": self.line, "message": {"zh": self.zh, "en": self.en}}


class RegimeUnusable(DomainError):
    """A regime's files contain faults; nothing of it is used."""

    def __init__(self, regime: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(
            "regime-unusable",
            N_("The regime %(regime)s cannot be used: %(first)s"),
            regime=regime,
            first=f"{faults[0].file}:{faults[0].line or 1}: {faults[0].en}",
        )
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Source:
    """One file as read: its text for line numbers, its layer, and the hash of its content."""

    file: str
    text: str
    layer: Layer
    sha256: str


def available(directory: Path = DATA) -> tuple[str, ...]:
    """The ids of the regime files in a directory, in order."""
    return tuple(sorted(path.stem for path in directory.glob("*.toml")))


def load(regime: str, directory: Path = DATA) -> Regime:
    """The merged regime, cached; raises NotFound for an unknown id and RegimeUnusable for files with faults."""
    if regime not in available(directory):
        raise NotFound("unknown-regime", N_("There is no regime with the code %(given)s."), given=regime)
    return _load(regime, directory)


def check_file(path: Path, directory: Path | None = None) -> tuple[Fault, ...]:
    """Every fault of one file and the layers it stands on; parents are sought beside it, then in the bundled data."""
    return _stack(path, (directory or path.parent, DATA))[1]


@cache
def _load(regime: str, directory: Path) -> Regime:
    stack, faults = _stack(directory / f"{regime}.toml", (directory, DATA))
    if faults:
        raise RegimeUnusable(regime, faults)
    return merge([(source.layer, source.sha256) for source in stack])


def _stack(path: Path, directories: Iterable[Path]) -> tuple[list[Source], tuple[Fault, ...]]:
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
    return stack, (*_reference_faults(stack), *_relaxation_faults(stack))


def _parent(source: Source, chain: list[str], directories: Iterable[Path]) -> tuple[Path | None, tuple[Fault, ...]]:
    head = source.layer.regime
    if head.parent is None:
        if head.level == "national":
            return None, ()
        return None, (_fault("no-floor", source, ("regime", "id"), id=head.id),)
    if head.parent in chain:
        return None, (_fault("cycle", source, ("regime", "parent"), chain=" → ".join([*chain, head.parent])),)
    for directory in directories:
        candidate = directory / f"{head.parent}.toml"
        if candidate.is_file():
            return candidate, ()
    return None, (_fault("missing-parent", source, ("regime", "parent"), parent=head.parent),)


def _read(path: Path) -> tuple[Source | None, tuple[Fault, ...]]:
    name = path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            return None, (Fault("too-large", name, None, {"limit": str(MAX_BYTES)}),)
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (Fault("not-toml", name, _toml_line(str(error), text), {"detail": str(error)}),)
    except (OSError, UnicodeDecodeError) as error:
        return None, (Fault("unreadable", name, None, {"detail": type(error).__name__}),)
    try:
        layer = Layer.model_validate(content)
    except ValidationError as error:
        return None, tuple(_validation_fault(name, text, one) for one in error.errors())
    digest = hashlib.sha256(
        json.dumps(content, default=str, sort_keys=True, ensure_ascii=False).encode("utf-8")
    ).hexdigest()
    source = Source(name, text, layer, digest)
    return source, tuple(_own_faults(source, path))


def _own_faults(source: Source, path: Path) -> Iterable[Fault]:
    if source.layer.regime.id != path.stem:
        yield _fault("wrong-name", source, ("regime", "id"), id=source.layer.regime.id)
    for index, row in enumerate(source.layer.value):
        try:
            TypeAdapter(VALUE_TYPES[row.name][0]).validate_python(row.value, strict=isinstance(row.value, bool | str))
        except ValidationError as error:
            yield _fault("bad-value", source, ("value", index, "value"), key=row.name, detail=error.errors()[0]["msg"])
    for table, key in (("value", "name"), ("rule", "id")):
        rows = getattr(source.layer, table)
        for index, row in enumerate(rows):
            earlier = [one for one in rows[:index] if getattr(one, key) == getattr(row, key) and _overlap(one, row)]
            if earlier:
                yield _fault("duplicate", source, (table, index, key), key=getattr(row, key))
    for table in ("act", "paper", "domain", "item", "programme"):
        codes = [row.code for row in getattr(source.layer, table)]
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield _fault("duplicate", source, (table, index, "code"), key=str(code))


def _overlap(one: Any, other: Any) -> bool:  # noqa: ANN401 - any dated row
    return not (
        (one.ends is not None and other.starts is not None and one.ends < other.starts)
        or (other.ends is not None and one.starts is not None and other.ends < one.starts)
    )


def _reference_faults(stack: list[Source]) -> Iterable[Fault]:
    national = {row.code for row in stack[0].layer.domain}
    known = {row.code for source in stack for row in source.layer.domain}
    for source in stack:
        for index, domain in enumerate(source.layer.domain):
            if domain.national not in national:
                yield _fault(
                    "unknown-reference", source, ("domain", index, "national"), key="national", target=domain.national
                )
        for index, item in enumerate(source.layer.item):
            if item.domain not in known:
                yield _fault("unknown-reference", source, ("item", index, "domain"), key="domain", target=item.domain)


def _relaxation_faults(stack: list[Source]) -> Iterable[Fault]:
    for depth in range(1, len(stack)):
        upper = [source.layer for source in stack[:depth]]
        told: set[tuple[str | int, ...]] = set()
        for relaxed in relaxations(upper, stack[depth].layer):
            if relaxed.path in told:
                continue
            told.add(relaxed.path)
            yield _fault(
                "relaxes", stack[depth], relaxed.path, key=relaxed.key, layer=relaxed.layer, basis=relaxed.source
            )


def _validation_fault(name: str, text: str, error: Mapping[str, Any]) -> Fault:
    path = tuple(error["loc"])
    key = ".".join(str(part) for part in path)
    line = line_of(text, path)
    if error["type"] == "extra_forbidden":
        return Fault("unknown-key", name, line, {"key": key})
    if error["type"] == "missing":
        return Fault("missing-key", name, line, {"key": key})
    return Fault("bad-value", name, line, {"key": key, "detail": str(error["msg"])})


def _fault(code: str, source: Source, path: tuple[str | int, ...], **data: str) -> Fault:
    return Fault(code, source.file, line_of(source.text, path), data)


def _toml_line(message: str, text: str) -> int | None:
    if "end of document" in message:
        return text.count("\n") + 1
    _, _, rest = message.partition("(at line ")
    number = rest.split(",")[0]
    return int(number) if number.isdigit() else None
