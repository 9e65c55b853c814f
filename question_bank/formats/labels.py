"""Fields of ours that other systems have no place for: how they travel as tags, and what is lost on the way."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from question_bank.faults import Fault, Place, fault, refusal, shown
from question_bank.formats import fields
from question_bank.items import Citation, Item, ItemType, Review

PREFIX = "chizheng:"
_UNSAFE = re.compile(r"[%<>`\[\]\\,\x00-\x1f\x7f]|^\s|\s$")
_LABEL = re.compile(r"chizheng:([a-z_]{1,40})=(.*)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_CITED = ("law", "edition", "article")
PLAIN = frozenset(
    (
        *_CITED,
        "paper",
        "level",
        "difficulty",
        "overlay",
        "source_fact",
        "seconds",
        "author_role",
        "review",
        "topic",
    )
)  # labels that are fields as they stand; the others say how a question is to be put together


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format does not keep of an item: the field, and a sentence in both languages."""

    field: str
    zh: str
    en: str


def part_labels(part: Item, case: str) -> dict[str, str]:
    """The labels of a question of a case: the case's code, and what the question weighs in it."""
    return {"part": case} | ({} if part.weight == 1 else {"weight": str(part.weight)})


def labels_of(item: Item) -> dict[str, str]:
    """The labels of all fields that have no place in a foreign format."""
    cited = item.citation
    found: dict[str, str | None] = {
        "paper": item.paper.value,
        "level": item.level.value,
        "law": cited.law if cited else None,
        "edition": cited.edition or None if cited else None,
        "article": cited.article or None if cited else None,
        "difficulty": None if item.difficulty is None else repr(item.difficulty),
        "overlay": item.overlay,
        "source_fact": item.source_fact,
        "seconds": None if item.seconds is None else str(item.seconds),
        "author_role": item.author_role or None,
        "review": None if item.review is Review.UNREVIEWED else item.review.value,
    }
    return {name: value for name, value in found.items() if value is not None}


def quoted(text: str) -> str:
    """The text with what a tag cannot hold written %XX."""
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def as_tags(tags: Iterable[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    """The tags of a question, those of its own first, in a form that Moodle keeps."""
    own = [tag if _is_safe(tag) else f"{PREFIX}tag={quoted(tag)}" for tag in tags]
    return (*own, *(f"{PREFIX}{name}={quoted(value)}" for name, value in labels.items()))


def _is_safe(tag: str) -> bool:
    return not (_UNSAFE.search(tag) or tag.startswith(PREFIX))


def split_tags(tags: Iterable[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The tags of its own, each once, and the labels."""
    own: list[str] = []
    labels: dict[str, str] = {}
    for tag in tags:
        found = _LABEL.fullmatch(tag)
        if found is None:
            own.append(tag)
        elif found[1] == "tag":
            own.append(unquote(found[2]))
        else:
            labels[found[1]] = unquote(found[2])
    return tuple(dict.fromkeys(tag for tag in own if tag.strip())), labels


def stated(labels: Mapping[str, str], place: Place) -> dict[str, Any]:
    """The fields of an item that its labels state, by name.

    Raises BankError: PAPER_UNKNOWN, LEVEL_UNKNOWN, LAW_EMPTY, DIFFICULTY_BAD, LABEL_BAD.
    """
    if not labels:
        return {}
    known: dict[str, Any] = {name: labels[name] for name in ("overlay", "source_fact", "author_role", "topic")
                                if name in labels}  # fmt: skip
    if "seconds" in labels:
        known["seconds"] = number(labels, "seconds", place)
    if "paper" in labels:
        known["paper"] = _named(fields.read_paper(labels["paper"]), "PAPER_UNKNOWN", labels["paper"], place)
    if "level" in labels:
        known["level"] = _named(fields.read_level(labels["level"]), "LEVEL_UNKNOWN", labels["level"], place)
    if "review" in labels:
        if labels["review"] not in {review.value for review in Review}:
            raise _bad(labels, "review", place)
        known["review"] = Review(labels["review"])
    if "difficulty" in labels:
        known["difficulty"] = _share(labels["difficulty"], place)
    if "law" in labels:
        known["citation"] = Citation(labels["law"], labels.get("edition", ""), labels.get("article", ""))
    elif "edition" in labels or "article" in labels:
        raise refusal("LAW_EMPTY", place)
    return known


def number(labels: Mapping[str, str], name: str, place: Place) -> int:
    """The label as a whole number. Raises BankError LABEL_BAD."""
    if not _NUMBER.fullmatch(labels[name]):
        raise _bad(labels, name, place)
    return int(labels[name])


def kind(labels: Mapping[str, str], otherwise: ItemType, place: Place) -> ItemType:
    """The type that the label states, or else the one that the file's own words amount to. Raises BankError."""
    if "type" not in labels:
        return otherwise
    try:
        return ItemType(labels["type"])
    except ValueError:
        raise refusal("TYPE_UNKNOWN", place, value=shown(labels["type"])) from None


def _bad(labels: Mapping[str, str], name: str, place: Place) -> Exception:
    return refusal("LABEL_BAD", place, label=shown(f"{PREFIX}{name}={labels[name]}"))


def _named(found: object, code: str, raw: str, place: Place) -> object:
    if found is None:
        raise refusal(code, place, value=shown(raw))
    return found


def _share(raw: str, place: Place) -> float:
    try:
        return float(raw) if len(raw) < 40 and "_" not in raw else float("x")
    except ValueError:
        raise refusal("DIFFICULTY_BAD", place, value=shown(raw)) from None


def not_carried(item: Item, format_name: str, names: Iterable[str]) -> list[Fault]:
    """The fault that names the fields of an item that are not written; none where there are none."""
    lost = ", ".join(dict.fromkeys(names))
    return [fault("FIELDS_NOT_CARRIED", Place(item=item.code), format=format_name, fields=lost)] if lost else []


def item_not_carried(item: Item, format_name: str, zh: str, en: str) -> Fault:
    """The fault of an item that is not written at all, with the reason in both languages."""
    return fault("ITEM_NOT_CARRIED", Place(item=item.code), format=format_name, type=item.type.value, zh=zh, en=en)


def in_utf8(text: str) -> bytes:
    """The text as UTF-8. Raises BankError CHARACTER_REFUSED for text that is not Unicode."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        bad = f"U+{ord(error.object[error.start]):04X}"
        raise refusal("CHARACTER_REFUSED", Place(), field="items", character=bad) from None
