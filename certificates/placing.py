"""Placing one document's values on its layout: the second layer of the pages, as marks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from certificates import photo, qr
from certificates.fonts import Font, require_glyphs
from certificates.layout import SMALLEST_MODULE, Box, Code, Layout, Picture, Placed, Slot, Style, Text, Twins
from certificates.marks import CodeMark, Mark, PictureMark, Tag, TextMark
from certificates.typeset import DROP, MM, Line, fit
from certificates.values import Values

INLINE_GAP = 3.0
INLINE_RISE = 0.6
QUIET = 4
"""Modules of quiet zone on every side of a QR code (ISO/IEC 18004, 9.1)."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A thing on a page with the identifiers of its marked content: fixed words, value, twin; -1 for none."""

    thing: Placed
    fixed: int
    value: int
    twin: int


@lru_cache(maxsize=64)
def numbered(layout: Layout, page: int) -> tuple[Numbered, ...]:
    """The placed things of a page with identifiers that are unique on it, in reading order."""
    found: list[Numbered] = []
    count = 0
    for thing in layout.pages[page].placed:
        has = (
            isinstance(thing, Text) or (isinstance(thing, Slot) and thing.label is not None),
            not isinstance(thing, Text),
            isinstance(thing, Slot) or (isinstance(thing, Text) and bool(thing.words.en)),
        )
        numbers = [count + sum(has[:index]) if one else -1 for index, one in enumerate(has)]
        found.append(Numbered(thing, *numbers))
        count += sum(has)
    return tuple(found)


def placed(layout: Layout, values: Values, font: Font) -> tuple[tuple[Mark, ...], ...]:
    """What the values put on each page, over `render.static_page`; neighbouring marks of one place have one MCID.

    Raises GlyphMissing for a character that the font cannot draw, TextDoesNotFit for a text too long for its place,
    PhotoUnreadable for a photo that is no picture, LayoutInvalid for a missing value, FaceInvalid for a control
    character, CodeTooLong for a code that its place cannot show.
    """
    values.require(layout)
    require_glyphs((text for name in layout.slots for text in (values.texts[name].zh, values.texts[name].en)), font)
    return tuple(tuple(_page(layout, number, values, font)) for number in range(len(layout.pages)))


def _page(layout: Layout, number: int, values: Values, font: Font) -> Iterator[Mark]:
    for one in numbered(layout, number):
        thing = one.thing
        if isinstance(thing, Slot):
            words = values.texts[thing.name]
            yield from slot_marks(layout, thing, words, font, one.value, one.twin)
        elif isinstance(thing, Picture):
            yield from _picture(layout, thing, values.pictures.get(thing.name), font, one.value)
        elif isinstance(thing, Code):
            yield code_mark(layout, thing, values.codes[thing.name], one.value)


@lru_cache(maxsize=4096)
def slot_marks(layout: Layout, slot: Slot, words: Twins, font: Font, mcid: int, twin: int) -> tuple[TextMark, ...]:
    """A value in its slot."""
    place = Setting(layout, value_box(layout, slot, font), slot.style, slot.name, tag_of(slot), mcid, twin)
    return text_marks(place, words, font)


def tag_of(thing: Slot | Text) -> Tag | None:
    """The tag of a thing's words; ornament has none."""
    return None if thing.tag == "Artifact" else thing.tag


def value_box(layout: Layout, slot: Slot, font: Font) -> Box:
    """Where a slot's value stands: below its label or behind it."""
    box = slot.box
    if slot.label is None:
        return box
    if not slot.inline:
        return Box(box.x, box.y + slot.depth, box.width, box.height - slot.depth)
    used = font.width(label_of(slot.label), layout.styles[slot.label_style].size) / MM + INLINE_GAP
    return Box(box.x + used, box.y - INLINE_RISE, box.width - used, box.height)


def label_of(words: Twins) -> str:
    """A label as it is printed: Chinese, then English."""
    return f"{words.zh}  {words.en}".strip()


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how a text is set: its place, the name of its style, its tag and identifiers."""

    layout: Layout
    box: Box
    style: str
    name: str
    tag: Tag | None
    mcid: int
    twin: int


def text_marks(place: Setting, words: Twins, font: Font) -> tuple[TextMark, ...]:
    """A text and its twin set into a box. Raises TextDoesNotFit with the place's name."""
    style, box = place.layout.styles[place.style], place.box
    lines = fit(
        words.zh, words.en, font, width=box.width, height=box.height, size=style.size, floor=style.floor,
        name=place.name,
    )  # fmt: skip
    return tuple(mark for line in lines for mark in _line(place, line, style, font))


def _line(place: Setting, line: Line, style: Style, font: Font) -> Iterator[TextMark]:
    box, layout = place.box, place.layout
    x = box.x * MM
    if style.align != "left":
        spare = box.width * MM - font.width(line.text, line.size)
        x += spare / 2 if style.align == "centre" else spare
    y = (layout.height - box.y - line.baseline) * MM + DROP * line.size
    colour = layout.colour(style.twin if line.is_twin and style.twin else style.colour)
    tag: Tag | None = "Span" if line.is_twin and place.twin >= 0 else place.tag
    mcid = place.twin if tag == "Span" else place.mcid
    for key, piece in font.runs(line.text):
        yield TextMark(round(x, 3), round(y, 3), line.size, colour, piece, key, tag, mcid)
        x += font.width(piece, line.size)


def proportion(layout: Layout, name: str) -> float:
    """Width ÷ height of a picture's place."""
    box = layout.place(name).box
    return box.width / box.height


def _picture(layout: Layout, one: Picture, data: bytes | None, font: Font, mcid: int) -> tuple[Mark, ...]:
    box = one.box
    if data is not None:
        jpeg = photo.prepare(data, box.width / box.height)
        bottom = (layout.height - box.bottom) * MM
        return (PictureMark(box.x * MM, bottom, box.width * MM, box.height * MM, jpeg, "Figure", mcid),)
    middle = Box(box.x, box.y + box.height / 2 - 5, box.width, 10)
    return text_marks(Setting(layout, middle, one.style, one.name, "Figure", mcid, -1), one.empty, font)


def code_mark(layout: Layout, one: Code, text: str, mcid: int) -> CodeMark:
    """A QR code in its place, with smaller modules than the layout wants where its place is too small for them.

    Raises CodeTooLong where they would be smaller than 0.3 mm.
    """
    modules = qr.modules(text)
    count = len(modules) + (0 if one.bleed else 2 * QUIET)
    widest = one.box.width / count
    module = min(one.module or widest, widest)
    if module < SMALLEST_MODULE:
        raise qr.too_long(text, one.name)
    side = module * len(modules)
    left = one.box.x + (one.box.width - side) / 2
    bottom = layout.height - one.box.y - (one.box.height + side) / 2
    mark = CodeMark(left * MM, bottom * MM, side * MM, modules, layout.colour(one.colour), "Figure", mcid)
    return replace(mark, x=round(mark.x, 3), y=round(mark.y, 3))
