"""What a question says about itself beside its text, in the metadata of a package's manifest.

Our own packages carry a block `item` of the namespace NAMESPACE in the metadata of each item's resource, with
code, type and the labels of `formats.labels` as attributes, and the elements `tag`, `part` (type and weight of each
part of a case) and `opaque`. Packages of others bring no more than the keywords of their learning object metadata
(IEEE 1484.12.3), which become tags.
"""

from dataclasses import replace

from lxml import etree

from question_bank.faults import Place
from question_bank.formats import labels as labelling
from question_bank.formats.drafts import Gathering
from question_bank.formats.qti.sheet import Hint
from question_bank.formats.qti.tree import said
from question_bank.formats.xml import Element
from question_bank.items import Item, ItemType, Opaque
from question_bank.items.soundness import LABEL_CHARACTERS, TAG_COUNT

NAMESPACE = "urn:chizheng:question-bank:1"


def item_block(item: Item, opaque: tuple[Opaque, ...]) -> Element:
    """The block for a question; `opaque` is what its own file does not hold."""
    labels = {"code": item.code, "type": item.type.value, "topic": item.topic, **labelling.labels_of(item)}
    block = etree.Element(etree.QName(NAMESPACE, "item"), labels, nsmap={"chizheng": NAMESPACE})
    for tag in item.tags:
        etree.SubElement(block, etree.QName(NAMESPACE, "tag")).text = tag
    for part in item.parts:
        weighed = {"type": part.type.value, "weight": str(part.weight)}
        etree.SubElement(block, etree.QName(NAMESPACE, "part"), weighed)
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
    """The types of a question and its parts as our block states them. Raises BankError TYPE_UNKNOWN, LABEL_BAD."""
    if block is None:
        return Hint()
    parts = tuple(_hint(part, place) for part in block.iter(etree.QName(NAMESPACE, "part")))
    return replace(_hint(block, place), parts=parts)


def _hint(element: Element, place: Place) -> Hint:
    labels = dict(element.attrib)
    kind = labelling.kind(labels, ItemType.SINGLE, place) if "type" in labels else None
    return Hint(kind, labelling.number(labels, "weight", place) if "weight" in labels else None)


def labelled(gathering: Gathering, code: str, metadata: Element | None, place: Place) -> Item:
    """A question without content that has the labels of its metadata, and the defaults for what that does not say.

    Raises BankError as `labels.stated`.
    """
    gathering.forget()
    block = found_block(metadata)
    bare = Item(code, ItemType.SINGLE, "", (), (), paper=gathering.defaults.paper, level=gathering.defaults.level)
    if block is None:
        for what in ("PAPER", "LEVEL", *(() if gathering.defaults.topic else ("TOPIC",))):
            gathering.assume(what)
        return replace(bare, topic=gathering.defaults.topic, tags=keywords(metadata))
    labels = {name: value for name, value in block.attrib.items() if name in labelling.PLAIN}
    if labels.get("law") and not labels.get("edition"):
        gathering.assume("EDITION")
    opaque = block.iter(etree.QName(NAMESPACE, "opaque"))
    return replace(
        bare, code=block.get("code", code), **labelling.stated(labels, place),
        tags=tuple(tag.text or "" for tag in block.iter(etree.QName(NAMESPACE, "tag"))),
        opaque=tuple(Opaque(one.get("format", ""), one.get("name", ""), one.text or "") for one in opaque),
    )  # fmt: skip
