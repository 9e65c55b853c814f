"""The parts of a question."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

OPTION_KEYS = "ABCDEFGH"
LETTERS = "ABCDEFGHIJKLMNOPQRST"  # of what is matched, ordered or pointed at
TRUE, FALSE = "T", "F"
OPEN_COUNT_TAG = "不定项"  # the kind of multiple choice in which one right option is allowed
GAP = re.compile(r"\{\{([1-9][0-9]?)\}\}")  # where a blank stands in the stem: {{1}}


class ItemType(StrEnum):
    """How a question is answered."""

    SINGLE = "SINGLE"  # one option
    MULTIPLE = "MULTIPLE"  # several options
    TRUE_FALSE = "TRUE_FALSE"  # a statement that holds or does not
    FILL = "FILL"  # blanks in the stem, to be written in
    NUMERIC = "NUMERIC"  # one number, right within a tolerance
    MATCHING = "MATCHING"  # to each prompt an option
    ORDERING = "ORDERING"  # the options put in order
    CLOZE = "CLOZE"  # a text whose gaps are chosen from options of their own, or written in
    HOTSPOT = "HOTSPOT"  # places on a picture
    CASE = "CASE"  # a story with several questions
    SHORT_ANSWER = "SHORT_ANSWER"  # a text, marked by people
    CASE_ANALYSIS = "CASE_ANALYSIS"  # a long text about a story, marked by people


MARKED_BY_PEOPLE = frozenset({ItemType.SHORT_ANSWER, ItemType.CASE_ANALYSIS})


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


class Review(StrEnum):
    """Whether anybody held the question against the text of the statute it cites."""

    UNREVIEWED = "UNREVIEWED"
    CHECKED = "CHECKED"  # by its author
    REVIEWED = "REVIEWED"  # by a second person


class Shape(StrEnum):
    """The form of an area of a picture, as in HTML image maps."""

    CIRCLE = "CIRCLE"  # x, y, radius
    RECTANGLE = "RECTANGLE"  # left, top, right, bottom
    POLYGON = "POLYGON"  # x, y of three corners or more


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `key` is its letter in the bank, whatever place it is shown in.

    `worth` is the percentage of the marks that choosing it earns, -100..100, where the question says so itself (the
    fractions of Moodle, the mapping of QTI); None leaves it to the key and the policy of the paper.
    """

    key: str
    text: str
    feedback: str = ""
    worth: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank or gap. `accepted` are the right answers, of which the first is shown as the solution.

    With `tolerance` they are numbers as decimal text and an answer is right within ± tolerance; with `options` the gap
    is chosen from, and `accepted` holds the one right letter. Texts are compared by `normalise_text`: width, case and
    spaces make no difference. `weight` is the blank's share against the other blanks.
    """

    accepted: tuple[str, ...]
    tolerance: Decimal | None = None
    options: tuple[Option, ...] = ()
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Area:
    """A place on the picture of a hotspot question, in pixels of the picture; `key` is its letter."""

    key: str
    shape: Shape
    coords: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; `alt` says in words what it shows. `at` is "" for one beneath the stem, or an option's letter."""

    name: str
    media_type: str
    data: bytes
    alt: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One point of a rubric: what an answer must say, and the share of the marks it earns against the others."""

    text: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Opaque:
    """What a foreign format said that has no place here, kept word for word for an export to the same format."""

    format: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The article behind a question. `edition` is the date it was passed, 2021-01-22, or empty where not stated."""

    law: str
    edition: str
    article: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question. What of it is right depends on its type.

    SINGLE, MULTIPLE       `key`: sorted letters of the right options
    TRUE_FALSE             `key`: T or F; no options
    MATCHING               `key`: for each of the `prompts`, from 1, its option: ("1A", "2C"); options may be left over
    ORDERING               `key`: the letters of all options in the right order
    FILL, CLOZE, NUMERIC   `blanks`, the n-th standing in the stem as {{n}}; a NUMERIC has one, its place may go unsaid
    HOTSPOT                `key`: letters of the right `areas` on the first of the `pictures`
    CASE                   `parts`: the questions about the story, each with stem, type and truth of its own
    SHORT_ANSWER, CASE_ANALYSIS   `rubric`, and `model_answer` for the marker
    """

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
    prompts: tuple[str, ...] = ()
    blanks: tuple[Blank, ...] = ()
    areas: tuple[Area, ...] = ()
    parts: tuple["Item", ...] = ()
    rubric: tuple[Criterion, ...] = ()
    model_answer: str = ""
    pictures: tuple[Picture, ...] = ()
    weight: int = 1  # of a part of a case: its share of the case's marks
    seconds: int | None = None  # the time a candidate is expected to need
    author_role: str = ""
    review: Review = Review.UNREVIEWED
    opaque: tuple[Opaque, ...] = ()
