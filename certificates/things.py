"""What stands on a page of a layout: boxes, words, slots, pictures, codes, lines; each checked when it is read."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

SMALLEST_MODULE = 0.3
"""mm: not every telephone reads a smaller module of a code from a print."""

INK = 0x1B1F24
BLUE = 0x1F3A68
GREY = 0x5A6472
PALE = 0xA8B6CE
HAIR = 0xCDD5E2
VERMILION = 0xC23B22


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height in mm."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


def _box(given: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    if isinstance(given, Box):
        return given
    if not isinstance(given, list) or len(given) != 4 or not all(type(one) in (int, float) for one in given):
        raise ValueError("four numbers are needed: left, top, width, height in mm")
    if given[2] <= 0 or given[3] <= 0:
        raise ValueError("width and height must be greater than zero")
    return Box(*map(float, given))


def _colour(given: Any) -> Any:  # noqa: ANN401
    if isinstance(given, int):
        return given
    if not isinstance(given, str) or len(given) != 7 or given[0] != "#":
        raise ValueError("a colour is written #RRGGBB")
    return int(given[1:], 16)


Place = Annotated[Box, BeforeValidator(_box)]
Colour = Annotated[int, BeforeValidator(_colour)]


class Data(BaseModel):
    """Checked data that cannot change and knows no other field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Twins(Data):
    """A text in Chinese with its English twin; an empty twin is left out."""

    zh: str
    en: str = ""


class Style(Data):
    """How a text is set; it shrinks from `size` to `floor` before it is refused. `twin` colours the English below."""

    size: float = Field(ge=4)
    floor: float = Field(ge=4)
    colour: str
    twin: str = ""
    align: Literal["left", "centre", "right"] = "left"


class Text(Data):
    """Fixed words; `lang` where they are in another language than Chinese."""

    type: Literal["text"]
    name: str
    box: Place
    words: Twins
    style: str
    lang: Literal["", "en"] = ""
    tag: Literal["H1", "H2", "P", "Artifact"] = "P"


class Slot(Data):
    """A place for one value under its small label, or beside it where `inline`.

    A tag Artifact (of running text only) is for what every page repeats.
    """

    type: Literal["slot"]
    name: str
    box: Place
    style: str
    label: Twins | None = None
    label_style: str = ""
    depth: float = 4.4
    inline: bool = False
    tag: Literal["H1", "H2", "P", "Artifact"] = "P"

    @model_validator(mode="after")
    def _label_has_style(self) -> Self:
        if bool(self.label_style) != (self.label is not None):
            raise ValueError("label and label_style go together")
        return self

    @property
    def label_box(self) -> Box:
        height = self.box.height if self.inline else self.depth
        return Box(self.box.x, self.box.y, self.box.width, height)


class Picture(Data):
    """A place for a photo; `empty` stands in it where there is none."""

    type: Literal["picture"]
    name: str
    box: Place
    alt: Twins
    empty: Twins
    style: str
    line: str


class Code(Data):
    """A place for a QR code, its quiet zone of four modules included unless `bleed`.

    `module` is a module's side in mm, less where the code has too many for the place; the code is centred. Without it
    the code fills the place.
    """

    type: Literal["code"]
    name: str
    box: Place
    alt: Twins
    colour: str
    module: float | None = Field(default=None, ge=SMALLEST_MODULE)
    bleed: bool = False


class Rule(Data):
    """A level line from `x` to `to` at depth `y`; `width` in points."""

    type: Literal["rule"]
    x: float
    to: float
    y: float
    colour: str
    width: float = 0.4


class Frame(Data):
    """A box with a line round it; `radius` of its corners in mm, `width` of the line in points."""

    type: Literal["frame"]
    box: Place
    colour: str
    width: float
    radius: float = 0
    fill: str = ""


class Braid(Data):
    """A braid of sine waves across a box."""

    type: Literal["braid"]
    box: Place
    colour: str
    halves: int | None = None
    vertical: bool = False


class Border(Data):
    """The guilloche round the page: insets of the outer line, of the braid's axis and of the inner line."""

    type: Literal["border"]
    outer: float
    band: float
    inner: float
    line: str
    colour: str


Thing = Annotated[
    Text | Slot | Picture | Code | Rule | Frame | Braid | Border, Field(discriminator="type")
]  # fmt: skip
Placed = Text | Slot | Picture | Code
