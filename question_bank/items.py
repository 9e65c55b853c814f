"""Questions as values: their parts, what makes one sound, and when two are the same."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from question_bank.faults import Datum, Fault, Place, fault, shown

OPTION_KEYS = "ABCDEFGH"
TRUE, FALSE = "T", "F"
OPEN_COUNT_TAG = "不定项"  # the kind of multiple choice in which one right option is allowed
STEM_CHARACTERS = 4000
OPTION_CHARACTERS = 1000
EXPLANATION_CHARACTERS = 8000
LABEL_CHARACTERS = 200
TAG_COUNT = 30


class ItemType(StrEnum):
    """How a question is answered."""

    SINGLE = "SINGLE"
    MULTIPLE = "MULTIPLE"
    TRUE_FALSE = "TRUE_FALSE"


class Level(StrEnum):
    """What a question asks of the candidate."""

    RECALL = "RECALL"
    APPLICATION = "APPLICATION"
    JUDGEMENT = "JUDGEMENT"


class Paper(StrEnum):
    """The paper a question belongs to."""

    PUBLIC_LAW = "PUBLIC_LAW"
    PROFESSIONAL = "PROFESSIONAL"
    AUXILIARY = "AUXILIARY"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `key` is its letter in the bank, whatever place it is shown in."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The article behind a question. `edition` is the date it was passed, 2021-01-22, or empty where not stated."""

    law: str
    edition: str
    article: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `key` is sorted; a true/false question has no options and the key T or F."""

    code: str
    type: ItemType
    stem: str
    options: tuple[Option, ...]
    key: tuple[str, ...]
    explanation: str = ""
    paper: Paper = Paper.PUBLIC_LAW
    topic: str = ""
    citation: Citation | None = None
    level: Level = Level.RECALL
    difficulty: float | None = None  # expected facility: the share of candidates who will get it right, 0..1
    tags: tuple[str, ...] = ()
    overlay: str | None = None
    source_fact: str | None = None


def normalise_text(text: str) -> str:
    """The text for comparing: one width, one case, no spaces and no invisible characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if not char.isspace() and unicodedata.category(char) != "Cf")


def fingerprint(item: Item) -> str:
    """SHA-256, in hex, of type, stem, and options with their truth; the order of options makes no difference."""
    options = sorted((normalise_text(option.text), option.key in item.key) for option in item.options)
    content = [item.type.value, normalise_text(item.stem), options, [] if options else sorted(item.key)]
    plain = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


_REFERS_TO_ALL = re.compile(r"以上|上述|前述|all of the above|none of the above|both of the above", re.IGNORECASE)
_REFERS_TO_LETTERS = re.compile(
    r"(?<![A-Za-z])[A-H](?:\s*(?:、|和|与|及|or|and|,|，)\s*[A-H])+(?![A-Za-z])|[A-H]\s*(?:项|选项)"
)


def anchored_options(item: Item) -> tuple[str, ...]:
    """The keys of options that lose their sense when moved, such as 以上都是 or A和B; those keep their place."""
    if any(_REFERS_TO_LETTERS.search(option.text) for option in item.options):
        return tuple(option.key for option in item.options)
    return tuple(option.key for option in item.options if _REFERS_TO_ALL.search(option.text))


def check_item(item: Item, place: Place | None = None) -> list[Fault]:
    """Everything that is wrong with an item; an empty list means it may go into the bank."""
    where = place or Place(item=item.code or None)
    found = [*_text_faults(item, where), *_label_faults(item, where), *_citation_faults(item, where)]
    found.extend(_judgement_faults(item, where) if item.type is ItemType.TRUE_FALSE else _choice_faults(item, where))
    return found


def unprintable(text: str) -> str | None:
    """The first character that must not be in a question (controls, invisible and bidi marks), as U+XXXX."""
    for char in text:
        if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            return f"U+{ord(char):04X}"
    return None


def _text_faults(item: Item, place: Place) -> Iterator[Fault]:
    if not item.stem.strip():
        yield fault("STEM_EMPTY", place)
    fields = [("stem", item.stem, STEM_CHARACTERS), ("explanation", item.explanation, EXPLANATION_CHARACTERS)]
    fields += [(f"option {option.key}", option.text, OPTION_CHARACTERS) for option in item.options]
    fields += [("topic", item.topic, LABEL_CHARACTERS), ("overlay", item.overlay or "", LABEL_CHARACTERS)]
    fields += [("source_fact", item.source_fact or "", LABEL_CHARACTERS)]
    fields += [("tag", tag, LABEL_CHARACTERS) for tag in item.tags[:TAG_COUNT]]
    if item.citation:
        fields.append(("law", item.citation.law, LABEL_CHARACTERS))
    for name, text, limit in fields:
        if len(text) > limit:
            yield fault("TEXT_TOO_LONG", place, field=shown(name), length=len(text), limit=limit)
        elif bad := unprintable(text):
            yield fault("CHARACTER_REFUSED", place, field=shown(name), character=bad)


def _label_faults(item: Item, place: Place) -> Iterator[Fault]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", item.code, re.ASCII):
        yield fault("CODE_BAD", place, value=shown(item.code))
    if item.difficulty is not None and not 0 <= item.difficulty <= 1:
        yield fault("DIFFICULTY_BAD", place, value=shown(str(item.difficulty)))
    if len(item.tags) > TAG_COUNT:
        yield fault("TAGS_TOO_MANY", place, count=len(item.tags), limit=TAG_COUNT)
    if len(set(item.tags)) != len(item.tags) or not all(tag.strip() for tag in item.tags):
        yield fault("TAGS_BAD", place)


def _citation_faults(item: Item, place: Place) -> Iterator[Fault]:
    cited = item.citation
    if cited is None:
        return
    if not cited.law.strip():
        yield fault("LAW_EMPTY", place)
    if cited.edition and not _is_date(cited.edition):
        yield fault("EDITION_BAD", place, value=shown(cited.edition))
    if cited.article and not re.fullmatch(r"[1-9]\d{0,3}(-[1-9]\d?)?", cited.article, re.ASCII):
        yield fault("ARTICLE_BAD", place, value=shown(cited.article))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _judgement_faults(item: Item, place: Place) -> Iterator[Fault]:
    if item.options:
        yield fault("TRUE_FALSE_OPTIONS", place, count=len(item.options))
    if not item.key:
        yield fault("KEY_MISSING", place)
    elif item.key not in ((TRUE,), (FALSE,)):
        yield fault("TRUE_FALSE_KEY_BAD", place, key=shown("".join(item.key)))


def _choice_faults(item: Item, place: Place) -> Iterator[Fault]:
    yield from _option_faults(item, place)
    keys: tuple[str, ...] = tuple(option.key for option in item.options)
    data: dict[str, Datum] = {"key": shown("".join(item.key))}
    if not item.key:
        yield fault("KEY_MISSING", place)
        return
    if list(item.key) != sorted(set(item.key)):
        yield Fault("KEY_UNSORTED", place, data)
    if any(letter not in keys for letter in item.key):
        yield fault("KEY_NOT_AN_OPTION", place, key=data["key"], options="".join(keys[: len(OPTION_KEYS)]))
    elif item.type is ItemType.SINGLE and len(item.key) > 1:
        yield Fault("SINGLE_KEY_SEVERAL", place, data)
    elif item.type is ItemType.MULTIPLE and len(item.key) < 2 and OPEN_COUNT_TAG not in item.tags:
        yield Fault("MULTIPLE_KEY_ONE", place, data)


def _option_faults(item: Item, place: Place) -> Iterator[Fault]:
    keys = [option.key for option in item.options]
    if len(keys) < 2:
        yield fault("OPTIONS_TOO_FEW", place, count=len(keys))
        return
    if len(keys) > len(OPTION_KEYS):
        yield fault("OPTIONS_TOO_MANY", place, count=len(keys), limit=len(OPTION_KEYS))
        return
    if len(set(keys)) < len(keys):
        yield fault("OPTION_LETTER_REPEATED", place, letters=shown("".join(keys)))
    elif keys != list(OPTION_KEYS[: len(keys)]):
        yield fault("OPTION_LETTERS_BROKEN", place, letters=shown("".join(keys)))
    seen: dict[str, str] = {}
    for option in item.options:
        text = normalise_text(option.text)
        if not text:
            yield fault("OPTION_EMPTY", place, letter=shown(option.key))
        elif text in seen:
            yield fault("OPTIONS_ALIKE", place, first=seen[text], second=shown(option.key))
        else:
            seen[text] = shown(option.key)
