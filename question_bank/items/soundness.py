"""What makes a question sound, whatever its type."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from question_bank.faults import Fault, Place, fault, shown
from question_bank.items.pictures import picture_faults
from question_bank.items.truth import WEIGHT, truth_faults
from question_bank.items.values import Item, ItemType

STEM_CHARACTERS = 4000
OPTION_CHARACTERS = 1000
EXPLANATION_CHARACTERS = 8000
LABEL_CHARACTERS = 200
TAG_COUNT = 30
PART_COUNT = 10
SECONDS = 4 * 3600


def check_item(item: Item, place: Place | None = None) -> list[Fault]:
    """Everything that is wrong with an item; an empty list means it may go into the bank."""
    where = place or Place(item=item.code or None)
    found = [*_label_faults(item, where), *_citation_faults(item, where), *_content_faults(item, where)]
    if item.parts and item.type is not ItemType.CASE:
        found.append(fault("PART_OUT_OF_PLACE", where, field="parts"))
    elif item.type is ItemType.CASE:
        found.extend(_part_faults(item, where))
    return found


def _content_faults(item: Item, place: Place) -> Iterator[Fault]:
    yield from _text_faults(item, place)
    yield from truth_faults(item, place)
    yield from picture_faults(item, place)


def _part_faults(item: Item, place: Place) -> Iterator[Fault]:
    if not 1 <= len(item.parts) <= PART_COUNT:
        yield fault("PARTS_COUNT", place, count=len(item.parts), limit=PART_COUNT)
    for number, part in enumerate(item.parts[:PART_COUNT], 1):
        where = replace(place, item=f"{place.item or item.code}({number})")
        if part.type is ItemType.CASE:
            yield fault("CASE_IN_CASE", where)
            continue
        if not 1 <= part.weight <= WEIGHT:
            yield fault("WEIGHT_BAD", where, weight=part.weight, limit=WEIGHT)
        yield from _content_faults(part, where)


def unprintable(text: str) -> str | None:
    """The first character that must not be in a question (controls, invisible and bidi marks), as U+XXXX."""
    if text.isprintable():
        return None
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
    fields += [
        ("model_answer", item.model_answer, EXPLANATION_CHARACTERS),
        ("author_role", item.author_role, LABEL_CHARACTERS),
    ]
    fields += _inner_texts(item)
    if item.citation:
        fields.append(("law", item.citation.law, LABEL_CHARACTERS))
    for name, text, limit in fields:
        if len(text) > limit:
            yield fault("TEXT_TOO_LONG", place, field=shown(name), length=len(text), limit=limit)
        elif bad := unprintable(text):
            yield fault("CHARACTER_REFUSED", place, field=shown(name), character=bad)


def _inner_texts(item: Item) -> list[tuple[str, str, int]]:
    """The short texts inside a question: (field, text, most characters)."""
    fields = [(f"feedback {option.key}", option.feedback, OPTION_CHARACTERS) for option in item.options]
    fields += [("prompt", said, OPTION_CHARACTERS) for said in item.prompts]
    fields += [("rubric", criterion.text, OPTION_CHARACTERS) for criterion in item.rubric]
    for number, blank in enumerate(item.blanks, 1):
        fields += [(f"blank {number}", text, LABEL_CHARACTERS) for text in blank.accepted]
        fields += [(f"blank {number}", option.text, LABEL_CHARACTERS) for option in blank.options]
    return fields


def _label_faults(item: Item, place: Place) -> Iterator[Fault]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", item.code, re.ASCII):
        yield fault("CODE_BAD", place, value=shown(item.code))
    if item.difficulty is not None and not 0 <= item.difficulty <= 1:
        yield fault("DIFFICULTY_BAD", place, value=shown(str(item.difficulty)))
    if item.seconds is not None and not 1 <= item.seconds <= SECONDS:
        yield fault("SECONDS_BAD", place, seconds=item.seconds, limit=SECONDS)
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
