"""Pictures that a document shows beside its text: into a draft, with names that differ and words that describe."""

from collections.abc import Iterable
from dataclasses import replace

from question_bank.faults import Fault, change, fault, shown
from question_bank.formats.drafts import Draft, Gathering
from question_bank.formats.markup import Image
from question_bank.items import Picture

UNDESCRIBED = "（原文件没有这张图片的文字说明）"
"""The words for a picture whose document has none; each use is a warning that asks for better ones."""

Found = list[tuple[str, Picture | Fault]]
"""Pictures, or what keeps them out, each with the option letter it stands at, empty beneath the stem."""


def words_of(images: Iterable[Image], letter: str) -> str:
    """What an option that is nothing but pictures is called: by the words of its pictures, or else by its letter."""
    found = list(images)
    return " ".join(image.alt for image in found if image.alt) or (f"（图{letter}）" if found else "")


def place_pictures(gathering: Gathering, draft: Draft, found: Iterable[tuple[str, Picture | Fault]]) -> None:
    """Put pictures into a draft; one that cannot be had keeps the question out, for it is not the question without it.

    An option that is nothing but a picture is told by a word.
    """
    taken: list[Picture] = []
    for letter, picture in found:
        if isinstance(picture, Fault):
            draft.faults.append(Fault(picture.code, draft.place, picture.data))
            continue
        if not picture.alt:
            gathering.warn(fault("PICTURE_UNDESCRIBED", draft.place, name=shown(picture.name)))
        name = _unused(picture.name or "picture", {one.name for one in taken})
        taken.append(replace(picture, name=name, at=letter, alt=picture.alt or UNDESCRIBED))
    draft.pictures = tuple(taken)
    shown_at = {picture.at for picture in taken}
    for index, (letter, text) in enumerate(draft.options):
        if letter in shown_at and not text.strip():
            draft.options[index] = (letter, f"（图{letter}）")
            draft.changes.append(change("OPTION_IS_PICTURE", draft.place, letter=letter))


def _unused(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{number}-{name}"[:100]
    return found
