"""QTI trees of every version as one: names of version 2 without namespaces, whatever version the file is in."""

import re
from collections.abc import Iterator

from lxml import etree

from question_bank.formats.xml import Element

BLOCK_INTERACTIONS = frozenset(
    ["choiceInteraction", "orderInteraction", "associateInteraction", "matchInteraction", "gapMatchInteraction",
     "extendedTextInteraction", "hottextInteraction", "hotspotInteraction", "selectPointInteraction",
     "graphicOrderInteraction", "graphicAssociateInteraction", "graphicGapMatchInteraction",
     "positionObjectInteraction", "sliderInteraction", "mediaInteraction", "drawingInteraction",
     "uploadInteraction", "customInteraction", "portableCustomInteraction"]
)  # fmt: skip
INLINE_INTERACTIONS = frozenset({"inlineChoiceInteraction", "textEntryInteraction"})
INTERACTIONS = BLOCK_INTERACTIONS | INLINE_INTERACTIONS
_KEPT_KEBAB = ("data-", "aria-")
_PICTURE_ENDING = re.compile(r"\.(?:png|jpe?g|gif|webp)$", re.IGNORECASE)


def canonical(root: Element) -> Element:
    """The tree changed in place: qti-choice-interaction is choiceInteraction, response-identifier is
    responseIdentifier, no name has a namespace, and an object that is a picture is an img."""
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        modern = name.startswith("qti-")
        attributes = {
            _attribute(etree.QName(attribute).localname, modern): value for attribute, value in element.attrib.items()
        }
        element.tag = _camel(name.removeprefix("qti-")) if modern else name
        element.attrib.clear()
        element.attrib.update(attributes)
    for element in list(root.iter("object")):
        _as_image(element)
    etree.cleanup_namespaces(root)
    return root


def _attribute(name: str, modern: bool) -> str:  # noqa: FBT001
    return _camel(name) if modern and not name.startswith(_KEPT_KEBAB) else name


def _camel(name: str) -> str:
    return re.sub(r"-([a-z0-9])", lambda found: found[1].upper(), name)


def _as_image(element: Element) -> None:
    source = element.get("data", "")
    if not (element.get("type", "").lower().startswith("image/") or _PICTURE_ENDING.search(source)):
        return
    alt, tail = element.get("alt") or said(element), element.tail
    element.clear()
    element.tag, element.tail = "img", tail
    element.set("src", source)
    element.set("alt", alt)


def said(element: Element | None) -> str:
    """All the text inside an element, without blanks at its ends."""
    return "" if element is None else "".join(element.itertext()).strip()


def interactions(element: Element) -> list[Element]:
    """The interactions inside an element, in their order."""
    return list(element.iter(*INTERACTIONS))


def children(element: Element, *names: str) -> Iterator[Element]:
    """The children of an element that have one of the names."""
    return (child for child in element if child.tag in names)


def markup_of(element: Element) -> str:
    """What stands inside an element, as HTML."""
    plain = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    return plain[plain.index(">") + 1 : plain.rindex("<")] if "</" in plain else ""


def become(element: Element, tag: str, text: str = "") -> None:
    """Put a plain element with a text in the place of another; what follows it stays."""
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = tag, text, tail


def remove(element: Element) -> None:
    """Take an element out and leave what follows it."""
    become(element, "span")


def is_yes(value: str | None) -> bool:
    """A boolean attribute."""
    return (value or "").strip().lower() in {"true", "1"}
