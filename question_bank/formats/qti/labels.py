"""What a question says about itself beside its text, in the metadata of a package's manifest.

Our own packages carry a block `item` of the namespace NAMESPACE in the metadata of each item's resource, with the
attributes of ATTRIBUTES, the elements `tag`, `part` (type and weight of each part of a case) and `opaque`. Packages of
others bring no more than the keywords of their learning object metadata (IEEE 1484.12.3), which become tags.
"""

from dataclasses import replace
from typing import TypeVar

from lxml import etree

from question_bank.faults import Place, refusal, shown
from question_bank.formats.drafts import Gathering
from question_bank.formats.qti.sheet import Hint
from question_bank.formats.qti.tree import said
from question_bank.formats.xml import Element
from question_bank.items import Citation, Item, ItemType, Level, Opaque, Paper, Review
from question_bank.items.soundness import LABEL_CHARACTERS, TAG_COUNT

NAMESPACE = "urn:chizheng:question-bank:1"
TEXTS = ("topic", "author_role")
OPTIONAL_TEXTS = ("overlay", "source_fact")
Name = TypeVar("Name", ItemType, Level, Paper, Review)


def item_block(item: Item, opaque: tuple[Opaque, ...]) -> Element:
    """The block for a question; `opaque` is what its own file does not hold."""
    attributes: dict[str, object] = {
        "code": item.code, "type": item.type.value, "paper": item.paper.value, "level": item.level.value,
        "review": item.review.value, "topic": item.topic or None, "author_role": item.author_role or None,
        "overlay": item.overlay, "source_fact": item.source_fact, "seconds": item.seconds,
        "difficulty": None if item.difficulty is None else repr(float(item.difficulty)),
    }  # fmt: skip
    if cited := item.citation:
        attributes |= {"law": cited.law, "edition": cited.edition or None, "article": cited.article or None}
    block = etree.Element(etree.QName(NAMESPACE, "item"), nsmap={"chizheng": NAMESPACE})
    for name, value in attributes.items():
        if value is not None:
            block.set(name, str(value))
    for tag in item.tags:
        etree.SubElement(block, etree.QName(NAMESPACE, "tag")).text = tag
    for part in item.parts:
        etree.SubElement(
            block, etree.QName(NAMESPACE, "part"), {"type": part.type.value, "weight": str(part.weight)}
        )  # fmt: skip
    for one in opaque:
        inner = etree.SubElement(block, etree.QName(NAMESPACE, "opaque"), {"format": one.format, "name": one.name})
        inner.text = one.text
    return block


def found_block(metadata: Element | None) -> Element | None:
    """Our own block in the metadata of a resource."""
    return None if metadata is None else next(metadata.iter(etree.QName(NAMESPACE, "item")), None)


def keywords(metadata: Element | None) -> tuple[str, ...]:
    """The keywords of learning object metadata, each once, as many as a question may have tags."""
    if metadata is None:
        return ()
    words = [
        " ".join(said(inner).split())
        for element in metadata.iter(etree.Element)
        if etree.QName(element).localname.lower() == "keyword"
        for inner in (list(element) or [element])
    ]
    kept = [word for word in dict.fromkeys(words) if word and len(word) <= LABEL_CHARACTERS and word.isprintable()]
    return tuple(kept[:TAG_COUNT])


def hint_of(block: Element | None, place: Place) -> Hint:
    """The types of a question and its parts as our block states them. Raises BankError TYPE_UNKNOWN, FIELD_TYPE."""
    if block is None:
        return Hint()
    parts = tuple(_hint(part, place) for part in block.iter(etree.QName(NAMESPACE, "part")))
    return replace(_hint(block, place), parts=parts)


def _hint(element: Element, place: Place) -> Hint:
    type_, weight = element.get("type"), element.get("weight")
    if weight is not None and not (weight.isascii() and weight.isdecimal() and len(weight) < 5):
        raise refusal("FIELD_TYPE", place, field="weight")
    kind = None if type_ is None else _named(ItemType, type_, "TYPE_UNKNOWN", place)
    return Hint(kind, None if weight is None else int(weight))


def labelled(gathering: Gathering, code: str, metadata: Element | None, place: Place) -> Item:
    """A question without content that has the labels of its metadata, and the defaults for what that does not say.

    Raises BankError: PAPER_UNKNOWN, LEVEL_UNKNOWN, FIELD_TYPE, DIFFICULTY_BAD.
    """
    gathering.forget()
    block = found_block(metadata)
    bare = Item(code, ItemType.SINGLE, "", (), (), paper=gathering.defaults.paper, level=gathering.defaults.level)
    if block is None:
        for what in ("PAPER", "LEVEL", *(() if gathering.defaults.topic else ("TOPIC",))):
            gathering.assume(what)
        return replace(bare, topic=gathering.defaults.topic, tags=keywords(metadata))
    law = block.get("law")
    citation = None if law is None else Citation(law, block.get("edition", ""), block.get("article", ""))
    if citation and not citation.edition:
        gathering.assume("EDITION")
    return replace(
        bare, code=block.get("code", code), citation=citation, **{name: block.get(name, "") for name in TEXTS},
        **{name: block.get(name) for name in OPTIONAL_TEXTS},
        paper=_named(Paper, block.get("paper", bare.paper), "PAPER_UNKNOWN", place),
        level=_named(Level, block.get("level", bare.level), "LEVEL_UNKNOWN", place),
        review=_named(Review, block.get("review", bare.review), "FIELD_TYPE", place),
        seconds=_whole(block.get("seconds"), place), difficulty=_share(block.get("difficulty"), place),
        tags=tuple(tag.text or "" for tag in block.iter(etree.QName(NAMESPACE, "tag"))),
        opaque=tuple(Opaque(one.get("format", ""), one.get("name", ""), one.text or "")
                     for one in block.iter(etree.QName(NAMESPACE, "opaque"))),
    )  # fmt: skip


def _named(kind: type[Name], value: str, code: str, place: Place) -> Name:
    try:
        return kind(value)
    except ValueError:
        raise refusal(code, place, value=shown(value), field="review") from None


def _whole(value: str | None, place: Place) -> int | None:
    if value is not None and not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise refusal("FIELD_TYPE", place, field="seconds")
    return None if value is None else int(value)


def _share(value: str | None, place: Place) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        raise refusal("DIFFICULTY_BAD", place, value=shown(value or "")) from None
