"""What the conversions of interactions share: one item on its way into the bank."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from question_bank.faults import Place, refusal
from question_bank.formats.markup import Reading, read_markup
from question_bank.formats.picturing import words_of
from question_bank.formats.qti.declarations import Declaration
from question_bank.formats.qti.pictures import Album
from question_bank.formats.qti.processing import Processing, Rule
from question_bank.formats.qti.tree import markup_of, remove
from question_bank.formats.xml import Element
from question_bank.items import LETTERS, ItemType, Option, Picture


class UnfitError(Exception):
    """An interaction that no type of the bank asks in the same way; the reason is its name."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What our own packages say about a question beside its QTI: its type, and its weight in a case."""

    type: ItemType | None = None
    weight: int | None = None
    parts: tuple["Hint", ...] = ()


@dataclass(slots=True)
class Sheet:
    """An item being read; `kept` gathers the names of what has no place in the bank."""

    place: Place
    declared: dict[str, Declaration]
    processing: Processing
    album: Album
    modal: dict[str, str]  # feedback by the value that shows it
    kept: list[str] = field(default_factory=list)
    in_case: bool = False

    def response(self, interaction: Element) -> tuple[Declaration, Rule]:
        """The declaration and the rule of an interaction's response."""
        identifier = interaction.get("responseIdentifier", "")
        return self.declared.get(identifier, Declaration(identifier)), self.processing.rule(identifier)

    def read(self, element: Element) -> Reading:
        """The text and images inside an element."""
        return read_markup(markup_of(element), self.place)


@dataclass(frozen=True, slots=True)
class Choices:
    """Options with their pictures, and the letter by which each identifier goes."""

    options: tuple[Option, ...]
    letters: dict[str, str]
    pictures: tuple[Picture, ...] = ()


def letter_of(index: int) -> str:
    """The letter of the n-th option or area from 0; beyond the alphabet a number, which `check_item` refuses."""
    return LETTERS[index] if index < len(LETTERS) else str(index + 1)


def choices(sheet: Sheet, elements: Iterable[Element], among: tuple[Picture, ...] = ()) -> Choices:
    """Options from choices of any kind; an option that is only a picture is called by the picture's words.

    The names of pictures differ from those `among` which they will stand. Raises BankError OPTIONS_TOO_MANY.
    """
    elements = list(elements)
    if len(elements) > len(LETTERS):
        raise refusal("OPTIONS_TOO_MANY", sheet.place, count=len(elements), limit=len(LETTERS))
    options: list[Option] = []
    letters: dict[str, str] = {}
    pictures = among
    for index, element in enumerate(elements):
        letter, identifier = letter_of(index), element.get("identifier", "")
        feedback = _feedback(sheet, element) or ("" if sheet.in_case else sheet.modal.pop(identifier, ""))
        reading = sheet.read(element)
        pictures += sheet.album.take(reading.images, letter, pictures)
        text = reading.text or words_of(reading.images, letter)
        options.append(Option(letter, text, feedback))
        letters.setdefault(identifier, letter)
    return Choices(tuple(options), letters, pictures[len(among) :])


def _feedback(sheet: Sheet, element: Element) -> str:
    texts = []
    for inner in list(element.iter("feedbackInline", "feedbackBlock")):
        if inner.getparent() is None:  # it stood in one that is taken out already
            continue
        texts.append(sheet.read(inner).text)
        remove(inner)
    return "\n".join(text for text in texts if text)
