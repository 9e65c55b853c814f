"""Pieces of QTI 2.2 documents: elements, texts with gaps, pictures, declarations and rules."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote

from lxml import etree

from question_bank.formats.markup import kept_spaces
from question_bank.formats.xml import Element
from question_bank.items import GAP, Picture

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p2"
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p2/rptemplates/"
Gap = Callable[[Element, int], None]
"""Puts the n-th gap, from 1, after what an element holds already."""


def element(parent: Element | None, name: str, text: str | None = None, /, **attributes: str) -> Element:
    """A QTI element at the end of its parent."""
    tag = etree.QName(QTI, name)
    made = etree.Element(tag, nsmap={None: QTI}) if parent is None else etree.SubElement(parent, tag)
    made.text = text
    for attribute, value in attributes.items():
        made.set(attribute, value)
    return made


def put_text(parent: Element, text: str, gap: Gap | None = None) -> None:
    """A text at the end of an element: lines become breaks, {{n}} what `gap` puts there."""
    for number, line in enumerate(text.split("\n")):
        if number:
            element(parent, "br")
        pieces = GAP.split(kept_spaces(line)) if gap else [kept_spaces(line)]
        _append(parent, pieces[0])
        for index in range(1, len(pieces), 2):
            if gap:
                gap(parent, int(pieces[index]))
            _append(parent, pieces[index + 1])


def _append(parent: Element, text: str) -> None:
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def put_picture(parent: Element, folder: str, picture: Picture) -> None:
    """A picture at the end of an element."""
    element(parent, "img", src=address(folder, picture), alt=kept_spaces(picture.alt))


def address(folder: str, picture: Picture) -> str:
    """Where an item's file finds a picture."""
    return quote(f"../{folder}/{picture.name}")


def plain(value: Decimal) -> str:
    """A number as XML Schema writes it."""
    return f"{value:f}"


@dataclass(slots=True)
class Score:
    """What an item's response processing adds up, and the most that it can.

    `template` says the same as the rules where one question stands alone. `shown` are the outcomes that show feedback
    to options: name, cardinality, and the response that it follows, empty where none can.
    """

    template: str = ""
    rules: list[Element] = field(default_factory=list)
    most: Decimal = Decimal(0)
    shown: list[tuple[str, str, str]] = field(default_factory=list)


def declare(root: Element, identifier: str, cardinality: str, base_type: str, correct: Iterable[str]) -> Element:
    """A response declaration with its right values."""
    declared = element(
        root, "responseDeclaration", identifier=identifier, cardinality=cardinality, baseType=base_type
    )  # fmt: skip
    values = list(correct)
    if values:
        right = element(declared, "correctResponse")
        for value in values:
            element(right, "value", value)
    return declared


def mapping(declared: Element, entries: Iterable[tuple[str, Decimal]], *, upper: Decimal, folded: bool = False) -> None:
    """What single values of a response earn; with `folded`, capitals make no difference."""
    made = element(declared, "mapping", lowerBound="0", upperBound=plain(upper), defaultValue="0")
    for key, worth in entries:
        entry = element(made, "mapEntry", mapKey=key, mappedValue=plain(worth))
        if folded:
            entry.set("caseSensitive", "false")


def add_mapped(score: Score, identifier: str, share: Decimal) -> None:
    """What a response's mapping gives, times a share, is added to the score."""
    total = element(None, "setOutcomeValue", identifier="SCORE")
    element(_sum(total, share), "mapResponse", identifier=identifier)
    score.rules.append(total)


def add_where(score: Score, condition: Element, gain: Decimal, share: Decimal = Decimal(1)) -> None:
    """Where a condition holds, a gain times a share is added to the score."""
    rule = element(None, "responseCondition")
    branch = element(rule, "responseIf")
    branch.append(condition)
    inner = _sum(element(branch, "setOutcomeValue", identifier="SCORE"), share)
    element(inner, "baseValue", plain(gain), baseType="float")
    score.rules.append(rule)


def _sum(parent: Element, share: Decimal) -> Element:
    total = element(parent, "sum")
    element(total, "variable", identifier="SCORE")
    if share == 1:
        return total
    product = element(total, "product")
    element(product, "baseValue", plain(share), baseType="float")
    return product


def is_correct(identifier: str) -> Element:
    """The condition that a response is the declared one."""
    condition = element(None, "match")
    element(condition, "variable", identifier=identifier)
    element(condition, "correct", identifier=identifier)
    return condition


def is_near(identifier: str, values: Iterable[str], distance: Decimal) -> Element:
    """The condition that a number lies within a distance of one of the values."""
    condition = element(None, "or")
    for value in values:
        near = element(condition, "equal", toleranceMode="absolute", tolerance=f"{plain(distance)} {plain(distance)}")
        element(near, "variable", identifier=identifier)
        element(near, "baseValue", value, baseType="float")
    return condition
