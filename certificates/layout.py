"""A layout as data: pages, places, styles and words in both languages, read from files and checked.

Millimetres from the top left corner, sizes in points. A file is `layouts/<id>-<version>.toml`. It is never changed once
documents were issued by it: a new version is a new file beside it, and the old one draws what it always drew.
"""

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from certificates.errors import LayoutInvalid
from certificates.things import (
    BLUE,
    GREY,
    HAIR,
    INK,
    PALE,
    SMALLEST_MODULE,
    VERMILION,
    Border,
    Box,
    Braid,
    Code,
    Colour,
    Data,
    Frame,
    Picture,
    Placed,
    Rule,
    Slot,
    Style,
    Text,
    Thing,
    Twins,
)

__all__ = [
    "ATTESTATION", "BLUE", "CERTIFICATE", "FOLDER", "GREY", "HAIR", "INK", "PALE", "POCKET", "RESULT",
    "SMALLEST_MODULE", "TRAINING", "VERMILION", "Border", "Box", "Braid", "Code", "Data", "Flow", "Frame", "Layout",
    "Page", "Picture", "Placed", "Rule", "Slot", "Style", "Text", "Thing", "Twins", "layout_by_key", "layout_of",
    "layouts", "read_layout",
]  # fmt: skip

FOLDER = Path(__file__).with_name("layouts")
CERTIFICATE, POCKET, TRAINING, RESULT, ATTESTATION = "certificate", "pocket", "training", "result", "attestation"
"""The layouts that the site uses."""


class Page(Data):
    """What stands on one page, in the order in which it is read aloud; `name` is its title for a bookmark."""

    things: tuple[Thing, ...]
    name: Twins | None = None

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Everything with words, a picture or a code."""
        return tuple(one for one in self.things if isinstance(one, Placed))


class Flow(Data):
    """The frame of running text: margins, and where it begins on the first page."""

    left: float
    right: float
    top: float
    bottom: float
    first: float


class Layout(Data):
    """One version of a layout. `margin` is what stays free of words along every edge, `kind` the document's `dc:type`.

    `current` marks the version by which new documents are drawn. `words` are what code that flows text sets itself.
    """

    id: str = Field(pattern=r"^[a-z][a-z-]*$")
    version: int = Field(ge=1)
    current: bool = False
    kind: str = ""
    name: Twins
    title: Twins
    subject: str
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    margin: float = Field(ge=0)
    colours: dict[str, Colour]
    styles: dict[str, Style]
    pages: tuple[Page, ...] = Field(min_length=1)
    words: dict[str, Twins] = Field(default_factory=dict)
    flow: Flow | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        faults = [*self._unknown_names(), *self._places(), *self._colours_of_styles()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    @property
    def key(self) -> str:
        """`id-version`, as in the file's name."""
        return f"{self.id}-{self.version}"

    @property
    def slots(self) -> frozenset[str]:
        """Names of all values that are text."""
        return frozenset(one.name for page in self.pages for one in page.things if isinstance(one, Slot))

    def colour(self, name: str) -> int:
        """A colour of the palette as 0xRRGGBB."""
        return self.colours[name]

    def place(self, name: str) -> Placed:
        """What has this name."""
        return next(one for page in self.pages for one in page.placed if one.name == name)

    def texts(self) -> Iterator[str]:
        """Every fixed text that is printed."""
        for page in self.pages:
            for one in page.placed:
                words = one.words if isinstance(one, Text) else one.empty if isinstance(one, Picture) else None
                if isinstance(one, Slot):
                    words = one.label
                if words is not None:
                    yield from (words.zh, words.en)
        for words in self.words.values():
            yield from (words.zh, words.en)

    def _colours_of_styles(self) -> Iterator[str]:
        for name, style in self.styles.items():
            for colour in (style.colour, style.twin):
                if colour and colour not in self.colours:
                    yield f"styles.{name}: unknown colour {colour}"
            if style.floor > style.size:
                yield f"styles.{name}: the floor is above the size"

    def _unknown_names(self) -> Iterator[str]:
        for number, page in enumerate(self.pages):
            for index, one in enumerate(page.things):
                for field in ("colour", "line", "fill"):
                    colour = getattr(one, field, "")
                    if colour and colour not in self.colours:
                        yield f"pages.{number}.things.{index}.{field}: unknown colour {colour}"
                for field in ("style", "label_style"):
                    style = getattr(one, field, "")
                    if style and style not in self.styles:
                        yield f"pages.{number}.things.{index}.{field}: unknown style {style}"

    def _places(self) -> Iterator[str]:
        for number, page in enumerate(self.pages):
            names = [one.name for one in page.placed]
            yield from (f"pages.{number}: the name {name} stands twice" for name in _twice(names))
            for index, one in enumerate(page.things):
                box = getattr(one, "box", None)
                if box is not None and not self._inside(box, self.margin if isinstance(one, Placed) else 0):
                    yield f"pages.{number}.things.{index}.box: reaches over the edge or into the margin"
            if self.flow is None and any(getattr(one, "tag", "") == "Artifact" for one in page.placed):
                yield f"pages.{number}: only running text has artifacts"
            for one, other in combinations(page.placed, 2):
                if one.box.overlaps(other.box):
                    yield f"pages.{number}: the places {one.name} and {other.name} overlap"

    def _inside(self, box: Box, margin: float) -> bool:
        return (
            box.x >= margin
            and box.y >= margin
            and box.right <= self.width - margin
            and box.bottom <= self.height - margin
        )


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def read_layout(data: bytes, name: str) -> Layout:
    """The layout that a file's bytes hold; `name` is the file's, `<id>-<version>.toml`.

    Raises LayoutInvalid, which names the file and each place in it that is wrong.
    """
    try:
        layout = Layout.model_validate(tomllib.loads(data.decode()))
    except ValidationError as fault:
        where = "; ".join(_told(one) for one in fault.errors())
        raise _invalid(name, where) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise _invalid(name, str(fault)) from fault
    if name != f"{layout.key}.toml":
        raise _invalid(name, f"id, version: the file should be called {layout.key}.toml")
    return layout


def _told(fault: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    path = ".".join(str(part) for part in fault["loc"])
    return f"{path}: {fault['msg']}" if path else str(fault["msg"])


def _invalid(name: str, where: str) -> LayoutInvalid:
    return LayoutInvalid(
        "LAYOUT_INVALID", f"版式文件 {name} 有误：{where}", f"The layout file {name} is wrong: {where}",
        {"file": name, "where": where},
    )  # fmt: skip


@lru_cache(maxsize=4)
def layouts(folder: Path = FOLDER) -> tuple[Layout, ...]:
    """Every version of every layout, by id and then version.

    Raises LayoutInvalid for a wrong file, and where a layout has not exactly one current version.
    """
    found = [read_layout(path.read_bytes(), path.name) for path in sorted(folder.glob("*.toml"))]
    for id_ in {one.id for one in found}:
        current = [one.key for one in found if one.id == id_ and one.current]
        if len(current) != 1:
            raise _invalid(f"{id_}-*.toml", f"current: {len(current)} versions are current, not one")
    return tuple(sorted(found, key=lambda one: (one.id, one.version)))


def layout_by_key(key: str, folder: Path = FOLDER) -> Layout:
    """A layout by `id-version`, as a document keeps it. Raises LayoutInvalid `LAYOUT_UNKNOWN`."""
    id_, _dash, version = key.rpartition("-")
    return layout_of(id_, int(version) if version.isdecimal() else 0, folder)


@lru_cache(maxsize=256)
def layout_of(id_: str, version: int | None = None, folder: Path = FOLDER) -> Layout:
    """One version of a layout, the current one by default. Raises LayoutInvalid `LAYOUT_UNKNOWN`."""
    for one in layouts(folder):
        if one.id == id_ and (one.version == version if version is not None else one.current):
            return one
    raise LayoutInvalid(
        "LAYOUT_UNKNOWN", f"没有版式“{id_}”第 {version} 版。", f"There is no layout {id_} of version {version}.",
        {"layout": id_, "version": str(version or "")},
    )  # fmt: skip
