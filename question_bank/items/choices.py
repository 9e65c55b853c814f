"""Whether options and key agree, for the types that are answered with options."""

from collections.abc import Iterator

from question_bank.faults import Datum, Fault, Place, fault, shown
from question_bank.items.numbers import is_writable
from question_bank.items.sameness import normalise_text
from question_bank.items.values import FALSE, OPEN_COUNT_TAG, OPTION_KEYS, TRUE, Item, ItemType, Option


def judgement_faults(item: Item, place: Place) -> Iterator[Fault]:
    """What is wrong with a statement to be judged."""
    if item.options:
        yield fault("TRUE_FALSE_OPTIONS", place, count=len(item.options))
    if not item.key:
        yield fault("KEY_MISSING", place)
    elif item.key not in ((TRUE,), (FALSE,)):
        yield fault("TRUE_FALSE_KEY_BAD", place, key=shown("".join(item.key)))


def choice_faults(item: Item, place: Place) -> Iterator[Fault]:
    """What is wrong with a choice of one or several options."""
    yield from option_faults(item.options, place)
    keys: tuple[str, ...] = tuple(option.key for option in item.options)
    data: dict[str, Datum] = {"key": shown("".join(item.key))}
    if not item.key:
        yield fault("KEY_MISSING", place)
        return
    if list(item.key) != sorted(set(item.key)):
        yield Fault("KEY_UNSORTED", place, data)
    yield from _worth_faults(item, place)
    if any(letter not in keys for letter in item.key):
        yield fault("KEY_NOT_AN_OPTION", place, key=data["key"], options="".join(keys[: len(OPTION_KEYS)]))
    elif item.type is ItemType.SINGLE and len(item.key) > 1:
        yield Fault("SINGLE_KEY_SEVERAL", place, data)
    elif item.type is ItemType.MULTIPLE and len(item.key) < 2 and OPEN_COUNT_TAG not in item.tags:
        yield Fault("MULTIPLE_KEY_ONE", place, data)


def _worth_faults(item: Item, place: Place) -> Iterator[Fault]:
    """Worth is a percentage, given for every option or for none."""
    given = {option.key: option.worth for option in item.options if option.worth is not None}
    for letter, worth in given.items():
        if not (is_writable(worth) and -100 <= worth <= 100):
            yield fault("WORTH_BAD", place, letter=shown(letter), worth=str(worth))
            return
    if given and len(given) < len(item.options):
        yield fault("WORTH_INCOMPLETE", place, count=len(given), options=len(item.options))


def option_faults(
    options: tuple[Option, ...], place: Place, letters: str = OPTION_KEYS, least: int = 2
) -> Iterator[Fault]:
    """What is wrong with a row of options, whatever they are for."""
    keys = [option.key for option in options]
    if len(keys) < least:
        yield fault("OPTIONS_TOO_FEW", place, count=len(keys))
        return
    if len(keys) > len(letters):
        yield fault("OPTIONS_TOO_MANY", place, count=len(keys), limit=len(letters))
        return
    if len(set(keys)) < len(keys):
        yield fault("OPTION_LETTER_REPEATED", place, letters=shown("".join(keys)))
    elif keys != list(letters[: len(keys)]):
        yield fault("OPTION_LETTERS_BROKEN", place, letters=shown("".join(keys)))
    yield from _text_faults(options, place)


def _text_faults(options: tuple[Option, ...], place: Place) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for option in options:
        text = normalise_text(option.text)
        if not text:
            yield fault("OPTION_EMPTY", place, letter=shown(option.key))
        elif text in seen:
            yield fault("OPTIONS_ALIKE", place, first=seen[text], second=shown(option.key))
        else:
            seen[text] = shown(option.key)
