"""The questions of a paper that are not plain choices, and the letters under which its candidate sees their options.

Where options are put in order or matched, the letters of the bank can tell the answer (a file imported from elsewhere
often lists them rightly ordered), so the page names them by the place they are shown in: what it sends is turned into
the letters of the bank before it is kept, and back when it is shown.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.core.kept import Kept
from app.exams.models import Attempt, ExamPaper
from question_bank.items import LETTERS, Item, ItemType, Option
from question_bank.responses import read_response, write_response

CHOICES = frozenset({ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE})
RELABELLED = frozenset({ItemType.ORDERING, ItemType.MATCHING})
JUDGEMENT = ("T", "F")  # a true/false question has no options of its own


@dataclass(frozen=True)
class Asked:
    """A question as one paper asks it. `order` are the letters of the bank in the order shown; no pictures are kept."""

    item: Item
    order: tuple[str, ...]
    parts: tuple["Asked", ...] = ()

    @cached_property
    def shown_as(self) -> Mapping[str, str]:
        """The bank's letter → the letter on the page."""
        return dict(zip(self.order, LETTERS, strict=False)) if self.item.type in RELABELLED else {}

    @cached_property
    def twin(self) -> Item:
        """The question with the letters of the page, to read what the page sends."""
        options = tuple(
            Option(letter, option.text)
            for letter, option in zip(LETTERS, self.item.options, strict=False)
            if self.item.type in RELABELLED
        )
        return replace(self.item, options=options or self.item.options, parts=tuple(part.twin for part in self.parts))


Place = frozenset[str] | Asked
"""What a place of a paper takes: the letters of a choice, or a question of another type."""


def asked_places(session: Session, attempt_id: int) -> tuple[Place, ...]:
    """The places of an attempt's paper; empty for an attempt that does not exist."""
    found = session.execute(
        select(ExamPaper.places, ExamPaper.seed)
        .join(Attempt, Attempt.paper_id == ExamPaper.id)
        .where(Attempt.id == attempt_id)
    ).first()
    return places_of(session, *found) if found else ()


def places_of(session: Session, places: Sequence[dict[str, Any]], seed: int) -> tuple[Place, ...]:
    """The stored places of a paper made ready; only places that name their type need the bank."""
    items = bank.versions(session, [place["ref"] for place in places if "type" in place])
    return tuple(
        asked(items[place["ref"]].question, place, seed) if "type" in place else frozenset(place["order"] or JUDGEMENT)
        for place in places
    )


def asked(item: Item, place: Mapping[str, Any], seed: int) -> Asked:
    """One question, not a plain choice, as this paper asks it."""
    name = f"{seed}:{place['ref']}"
    bare = _one_of(replace(item, pictures=(), parts=tuple(replace(part, pictures=()) for part in item.parts)))
    parts = tuple(Asked(part, letters_shown(part, (), f"{name}:{n}")) for n, part in enumerate(bare.parts, 1))
    return Asked(bare, letters_shown(bare, place["order"], name), parts)


_KNOWN: Kept[Item, Item] = Kept(4096)


def _one_of(item: Item) -> Item:
    """The same question kept once, however many papers that are being written ask it."""
    return _KNOWN.get(item) or _KNOWN.put(item, item)


def letters_shown(item: Item, drawn: Iterable[str], lots: str) -> tuple[str, ...]:
    """The letters of a question's options in the order shown: as drawn with the paper, or in that of the bank.

    What is put in order or matched never stands as in the bank: then lots decide, the same for the same paper.
    """
    plain = tuple(option.key for option in item.options)
    order = tuple(drawn) or plain
    return by_lot(plain, lots) if item.type in RELABELLED and order == plain else order


def by_lot(letters: Iterable[str], lots: str) -> tuple[str, ...]:
    """Letters in an order that follows from the name of the lots alone."""
    return tuple(sorted(letters, key=lambda letter: hashlib.sha256(f"{lots}:{letter}".encode()).digest()))


def as_kept(asked: Asked, value: str) -> str:
    """A response from the page as it is kept, in the bank's letters. Raises BankError RESPONSE_BAD."""
    return _relettered(
        asked, asked.twin, asked.item, {shown: own for own, shown in asked.shown_as.items()}, as_kept, value
    )


def as_shown(asked: Asked, value: str) -> str:
    """A kept response as the page has it. Raises BankError RESPONSE_BAD."""
    return _relettered(asked, asked.item, asked.twin, asked.shown_as, as_shown, value)


def _relettered(asked: Asked, read_by: Item, write_by: Item, letters: Mapping[str, str], inner: Any, value: str) -> str:  # noqa: ANN401 - the function itself, for the parts
    given = read_response(read_by, value)
    if asked.parts:
        given = tuple(inner(part, text) for part, text in zip(asked.parts, given, strict=True))
    elif letters:
        given = tuple(one[:-1] + letters[one[-1]] for one in given)
    return write_response(write_by, given)
