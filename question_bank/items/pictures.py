"""Pictures of questions: what may be one, and what it must say for those who cannot see it."""

import re
from collections.abc import Iterator

from question_bank.faults import Fault, Place, fault, shown
from question_bank.items.values import Item

PICTURE_COUNT = 10
PICTURE_BYTES = 2 * 1024 * 1024
ALT_CHARACTERS = 500
_NAME = re.compile(r"(?!\.+$)[\w.-]{1,100}")  # "..", which leads out of a folder, is none
_MARKS = {  # media type → what its bytes begin with
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}


def media_type_of(data: bytes) -> str | None:
    """The media type that the bytes themselves show, or None; SVG is not among them, for it can hold scripts."""
    found = next((name for name, marks in _MARKS.items() if data.startswith(marks)), None)
    return None if found == "image/webp" and data[8:12] != b"WEBP" else found


def picture_faults(item: Item, place: Place) -> Iterator[Fault]:
    """What is wrong with the pictures of a question."""
    if len(item.pictures) > PICTURE_COUNT:
        yield fault("PICTURES_MANY", place, count=len(item.pictures), limit=PICTURE_COUNT)
    names = [picture.name for picture in item.pictures]
    if len(set(names)) < len(names) or not all(map(_NAME.fullmatch, names)):
        yield fault("PICTURE_NAMES_BAD", place)
    letters = {option.key for option in item.options}
    for picture in item.pictures[:PICTURE_COUNT]:
        name = shown(picture.name)
        if len(picture.data) > PICTURE_BYTES:
            yield fault("PICTURE_LARGE", place, name=name, size=len(picture.data), limit=PICTURE_BYTES)
        if media_type_of(picture.data) != picture.media_type:
            yield fault("PICTURE_TYPE_BAD", place, name=name, type=shown(picture.media_type))
        if not picture.alt.strip() or len(picture.alt) > ALT_CHARACTERS:
            yield fault("PICTURE_ALT_MISSING", place, name=name, limit=ALT_CHARACTERS)
        if picture.at and picture.at not in letters:
            yield fault("PICTURE_OUT_OF_PLACE", place, name=name)
