"""What QTI, Moodle XML and GIFT declare that they keep: an item as it must read back."""

import os
from dataclasses import replace
from decimal import Decimal

from question_bank.formats.intake import decimal_text
from question_bank.items import LETTERS, Area, Blank, Item, ItemType, as_number

THOROUGH = os.environ.get("CHIZHENG_THOROUGH") == "1"
EXAMPLES = 400 if THOROUGH else 15
CHARACTERS = 1_000_000 if THOROUGH else 200_000  # enough to tell a reader whose time grows with the square


def kept_by_moodle(item: Item) -> Item:
    """The item without what `moodle.LOSES` names."""
    item = _without_lost_feedback(item)
    if item.type is ItemType.MATCHING:
        item = replace(item, pictures=tuple(one for one in item.pictures if not one.at))
    if item.type is ItemType.HOTSPOT:
        right = [area for area in item.areas if area.key in item.key]
        areas = tuple(
            Area(letter, area.shape, area.coords) for letter, area in zip(LETTERS, right, strict=False)
        )  # fmt: skip
        item = replace(item, areas=areas, key=tuple(area.key for area in areas))
    order = ["", *(item.key if item.type is ItemType.ORDERING else [option.key for option in item.options])]
    pictures = tuple(sorted(item.pictures, key=lambda one: order.index(one.at)))
    parts = tuple(kept_by_moodle(part) for part in item.parts)
    return replace(item, blanks=tuple(map(_kept_blank, item.blanks)), pictures=pictures, parts=parts)


def kept_by_qti(item: Item) -> Item:
    """The item with its pictures as a package orders them: beneath the stem, then by option."""
    pictures = tuple(sorted(item.pictures, key=lambda one: one.at))
    return replace(item, pictures=pictures, parts=tuple(map(kept_by_qti, item.parts)))


def kept_by_gift(item: Item) -> Item:
    """The item without what `gift.LOSES` names."""
    item = _without_lost_feedback(item)
    parts = tuple(kept_by_gift(part) for part in item.parts)
    return replace(item, blanks=tuple(map(_kept_blank, item.blanks)), parts=parts)


def _without_lost_feedback(item: Item) -> Item:
    if item.type is not ItemType.MATCHING:
        return item
    return replace(item, options=tuple(replace(option, feedback="") for option in item.options))


def _kept_blank(blank: Blank) -> Blank:
    if blank.tolerance is not None:
        numbers = dict.fromkeys(decimal_text(as_number(text) or Decimal(0)) for text in blank.accepted)
        return replace(blank, accepted=tuple(numbers))
    return replace(blank, accepted=tuple(dict.fromkeys(" ".join(text.split()) for text in blank.accepted)))
