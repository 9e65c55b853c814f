"""The native format: JSON that keeps every field of an item exactly."""

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from question_bank.errors import ImportReport
from question_bank.faults import BankError, Fault, Place, fault, refusal, shown
from question_bank.formats import native_parts
from question_bank.formats.drafts import Defaults, Gathering
from question_bank.formats.encoding import decode
from question_bank.formats.limits import Limits
from question_bank.items import Citation, Item, ItemType, Level, Option, Paper

Name = TypeVar("Name", ItemType, Level, Paper)

FORMAT, VERSION = "chizheng-bank", 1
_TEXTS = (
    "code",
    "type",
    "stem",
    "explanation",
    "paper",
    "topic",
    "law",
    "edition",
    "article",
    "level",
    "overlay",
    "source_fact",
)
_FIELDS = frozenset((*_TEXTS, "options", "key", "difficulty", "tags", *native_parts.FIELDS))
_REQUIRED = ("code", "type", "stem")


class _RepeatedNameError(ValueError):
    pass


def write(items: Iterable[Item], title: str = "") -> bytes:
    """UTF-8 JSON that reads back to equal items. Raises BankError CHARACTER_REFUSED for text that is not Unicode."""
    document = {"format": FORMAT, "version": VERSION, "title": title, "items": [_as_json(item) for item in items]}
    try:
        return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")
    except UnicodeEncodeError as error:
        bad = f"U+{ord(error.object[error.start]):04X}"
        raise refusal("CHARACTER_REFUSED", Place(), field="items", character=bad) from None
    except ValueError:
        raise refusal("DIFFICULTY_BAD", Place(), value="NaN") from None


def _as_json(item: Item) -> dict[str, Any]:
    cited = item.citation
    return {
        "code": item.code,
        "type": item.type.value,
        "stem": item.stem,
        "options": {option.key: option.text for option in item.options},
        "key": list(item.key),
        "explanation": item.explanation,
        "paper": item.paper.value,
        "topic": item.topic,
        "law": cited.law if cited else None,
        "edition": cited.edition if cited else None,
        "article": cited.article if cited else None,
        "level": item.level.value,
        "difficulty": item.difficulty,
        "tags": list(item.tags),
        "overlay": item.overlay,
        "source_fact": item.source_fact,
        **native_parts.as_json(item),
    }


def read(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read a native file; `place.row` is the position in "items", from 1. Raises BankError for an unusable file."""
    place = Place(name)
    text, notes = decode(place, data)
    document = _document(place, text)
    gathering = Gathering(name, limits, defaults)
    gathering.warn(*notes)
    for extra in sorted(set(document) - {"format", "version", "title", "items"}):
        gathering.warn(fault("FIELD_UNKNOWN", place, field=shown(extra)))
    for number, entry in enumerate(document["items"], 1):
        _read_entry(gathering, entry, number)
    return gathering.report("native", document["title"])


def _document(place: Place, text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise refusal("JSON_BAD", Place(place.file, error.lineno), detail=shown(error.msg)) from None
    except (ValueError, RecursionError) as error:
        raise refusal("JSON_BAD", place, detail=shown(str(error))) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise refusal("NATIVE_MARK_MISSING", place)
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        raise refusal("VERSION_UNSUPPORTED", place, version=shown(str(version)))
    if not isinstance(document.get("items"), list):
        raise refusal("FIELD_TYPE", place, field="items")
    if not isinstance(document.setdefault("title", ""), str):
        raise refusal("FIELD_TYPE", place, field="title")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise _RepeatedNameError("a name is given twice: " + next(name for name in names if names.count(name) > 1))
    return dict(pairs)


def _no_constant(name: str) -> Any:  # noqa: ANN401 - json's own signature
    raise ValueError("not a number: " + name)


def _read_entry(gathering: Gathering, entry: object, number: int) -> None:
    if not isinstance(entry, dict):
        gathering.reject(fault("FIELD_TYPE", gathering.place(row=number), field="items"))
        return
    code = entry.get("code")
    place = gathering.place(row=number, item=shown(code) if isinstance(code, str) else str(number))
    if faults := _shape_faults(entry, place):
        gathering.reject(*faults)
        return
    gathering.warn(*(fault("FIELD_UNKNOWN", place, field=shown(extra)) for extra in sorted(set(entry) - _FIELDS)))
    gathering.forget()
    try:
        item = _item(gathering, entry, place)
    except BankError as error:
        gathering.reject(error.fault)
        return
    gathering.add(item, place)


def _shape_faults(entry: dict[str, Any], place: Place) -> list[Fault]:
    found = [fault("FIELD_MISSING", place, field=name) for name in _REQUIRED if entry.get(name) is None]
    wrong = [name for name in _TEXTS if not isinstance(entry.get(name), str | None)]
    wrong += [name for name in ("key", "tags") if not _is_text_list(entry.get(name))]
    options = entry.get("options")
    if not (options is None or (isinstance(options, dict) and all(isinstance(text, str) for text in options.values()))):
        wrong.append("options")
    difficulty = entry.get("difficulty")
    if isinstance(difficulty, bool) or not isinstance(difficulty, int | float | None):
        wrong.append("difficulty")
    return found + [fault("FIELD_TYPE", place, field=name) for name in wrong]


def _is_text_list(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(entry, str) for entry in value))


def _item(gathering: Gathering, entry: dict[str, Any], place: Place) -> Item:
    citation = _citation(entry, place)
    if citation and not citation.edition:
        gathering.assume("EDITION")
    for what in ("paper", "level", "topic"):
        if not entry.get(what):
            gathering.assume(what.upper())
    item = Item(
        code=entry["code"],
        type=_named(ItemType, entry["type"], "TYPE_UNKNOWN", place),
        stem=entry["stem"],
        options=tuple(Option(letter, text) for letter, text in (entry.get("options") or {}).items()),
        key=tuple(entry.get("key") or ()),
        explanation=entry.get("explanation") or "",
        paper=_named(Paper, entry.get("paper") or gathering.defaults.paper, "PAPER_UNKNOWN", place),
        topic=entry.get("topic") or gathering.defaults.topic,
        citation=citation,
        level=_named(Level, entry.get("level") or gathering.defaults.level, "LEVEL_UNKNOWN", place),
        difficulty=_difficulty(entry.get("difficulty"), place),
        tags=tuple(entry.get("tags") or ()),
        overlay=entry.get("overlay"),
        source_fact=entry.get("source_fact"),
    )
    return native_parts.completed(item, entry, place)


def _named(kind: type[Name], value: str, code: str, place: Place) -> Name:
    try:
        return kind(value)
    except ValueError:
        raise refusal(code, place, value=shown(value)) from None


def _difficulty(value: float | None, place: Place) -> float | None:
    try:
        return None if value is None else float(value)
    except OverflowError:
        raise refusal("DIFFICULTY_BAD", place, value="∞") from None


def _citation(entry: dict[str, Any], place: Place) -> Citation | None:
    law, edition, article = (entry.get(name) for name in ("law", "edition", "article"))
    if law is None and (edition or article):
        raise refusal("LAW_EMPTY", place)
    return None if law is None else Citation(law, edition or "", article or "")
