"""Moodle's drag-and-drop markers, which stand for our places on a picture: one kind of marker, dropped on its zones."""

import base64
import binascii
import re
from dataclasses import dataclass

from lxml import etree

from question_bank.faults import refusal, shown
from question_bank.formats.intake import Sketch, letter
from question_bank.formats.moodle.texts import put, put_file
from question_bank.formats.xml import Element
from question_bank.items import Area, Item, Shape

MARKER = "标记"
_NUMBERS = re.compile(r"\s*\d{1,6}(?:\.\d{1,6})?\s*(?:[,;]\s*\d{1,6}(?:\.\d{1,6})?\s*)*", re.ASCII)
_SHAPES = {"circle": Shape.CIRCLE, "rectangle": Shape.RECTANGLE, "polygon": Shape.POLYGON}
_NAMES = {shape: name for name, shape in _SHAPES.items()}


@dataclass(frozen=True, slots=True)
class Markers:
    """The picture and the zones of its one kind of marker."""

    name: str
    data: bytes
    areas: tuple[Area, ...]
    marker_is_ours: bool


def read_markers(element: Element, sketch: Sketch) -> Markers:
    """The picture and the places. Raises BankError: MARKER_UNSUPPORTED, PICTURE_ABSENT, PICTURE_DATA_BAD, AREA_BAD."""
    drags = element.findall("drag")
    if len(drags) != 1:
        raise refusal("MARKER_UNSUPPORTED", sketch.place, count=len(drags))
    file = element.find("file")
    if file is None:
        raise refusal("PICTURE_ABSENT", sketch.place, name="")
    name = file.get("name") or "picture"
    try:
        data = base64.b64decode("".join((file.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise refusal("PICTURE_DATA_BAD", sketch.place, name=shown(name)) from None
    drops = [drop for drop in element.findall("drop") if (drop.findtext("coords") or "").strip()]
    areas = tuple(_area(drop, letter(index), sketch) for index, drop in enumerate(drops))
    return Markers(name, data, areas, (drags[0].findtext("text") or "").strip() in {"", MARKER})


def _area(drop: Element, key: str, sketch: Sketch) -> Area:
    shape = _SHAPES.get((drop.findtext("shape") or "").strip().lower())
    raw = drop.findtext("coords") or ""
    if shape is None or not _NUMBERS.fullmatch(raw):
        raise refusal("AREA_BAD", sketch.place, letter=key)
    at = [round(float(said)) for said in re.split(r"[,;]", raw)]
    if shape is Shape.RECTANGLE and len(at) == 4:  # left, top; width, height
        at = [at[0], at[1], at[0] + at[2], at[1] + at[3]]
    return Area(key, shape, tuple(at))


def put_markers(question: Element, item: Item) -> None:
    """Append picture, marker and the zones of the right areas."""
    put_file(question, item.pictures[0])
    right = [area for area in item.areas if area.key in item.key]
    if not any((one.format, one.name) == ("moodle", "drag") for one in item.opaque):
        drag = etree.SubElement(question, "drag")
        for name, value in (("no", "1"), ("text", MARKER), ("noofdrags", str(len(right)))):
            put(drag, name, value)
    for number, area in enumerate(right, 1):
        drop = etree.SubElement(question, "drop")
        for name, value in (
            ("no", str(number)),
            ("shape", _NAMES[area.shape]),
            ("coords", _coords(area)),
            ("choice", "1"),
        ):
            put(drop, name, value)


def _coords(area: Area) -> str:
    at = area.coords
    if area.shape is Shape.CIRCLE:
        return f"{at[0]},{at[1]};{at[2]}"
    if area.shape is Shape.RECTANGLE:
        return f"{at[0]},{at[1]};{at[2] - at[0]},{at[3] - at[1]}"
    return ";".join(f"{x},{y}" for x, y in zip(at[::2], at[1::2], strict=True))
