"""When two questions are the same, and which options keep their place."""

import hashlib
import json
import re
import unicodedata
from typing import Any

from question_bank.items.values import Blank, Item, ItemType

_REFERS_TO_ALL = re.compile(r"以上|上述|前述|all of the above|none of the above|both of the above", re.IGNORECASE)
_REFERS_TO_LETTERS = re.compile(
    r"(?<![A-Za-z])[A-H](?:\s*(?:、|和|与|及|or|and|,|，)\s*[A-H])+(?![A-Za-z])|[A-H]\s*(?:项|选项)"
)


def normalise_text(text: str) -> str:
    """The text for comparing: one width, one case, no spaces and no invisible characters."""
    folded = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    if folded.isprintable():
        return folded
    return "".join(char for char in folded if unicodedata.category(char) != "Cf")


def fingerprint(item: Item) -> str:
    """SHA-256, in hex, of type, stem and all that is right or wrong; the order of options makes no difference.

    Only an ordering question's options are taken in the order of its key, which is what it asks.
    """
    plain = json.dumps(_content(item), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def _content(item: Item) -> list[Any]:
    """The type, stem and truth of a question; the parts that the first three types lack are left out where empty."""
    options = sorted((normalise_text(option.text), option.key in item.key) for option in item.options)
    content: list[Any] = [item.type.value, normalise_text(item.stem), options, [] if options else sorted(item.key)]
    told = {option.key: normalise_text(option.text) for option in item.options}
    further: dict[str, Any] = {
        "prompts": sorted((normalise_text(said), _match(item, n, told)) for n, said in enumerate(item.prompts, 1)),
        "order": [told.get(letter, "") for letter in item.key] if item.type is ItemType.ORDERING else [],
        "blanks": [_blank(blank) for blank in item.blanks],
        "areas": [[area.shape.value, area.coords, area.key in item.key] for area in item.areas],
        "parts": [_content(part) for part in item.parts],
        "pictures": sorted(hashlib.sha256(picture.data).hexdigest() for picture in item.pictures),
    }
    shown = {name: value for name, value in further.items() if value}
    return [*content, shown] if shown else content


def _match(item: Item, number: int, told: dict[str, str]) -> str:
    return next((told.get(pair[-1], "") for pair in item.key if pair[:-1] == str(number)), "")


def _blank(blank: Blank) -> list[Any]:
    choices = sorted((normalise_text(option.text), option.key in blank.accepted) for option in blank.options)
    accepted = [] if choices else sorted(map(normalise_text, blank.accepted))
    return [accepted, choices, None if blank.tolerance is None else str(blank.tolerance.normalize())]


def anchored_options(item: Item) -> tuple[str, ...]:
    """The keys of options that lose their sense when moved, such as 以上都是 or A和B; those keep their place."""
    if any(_REFERS_TO_LETTERS.search(option.text) for option in item.options):
        return tuple(option.key for option in item.options)
    return tuple(option.key for option in item.options if _REFERS_TO_ALL.search(option.text))
