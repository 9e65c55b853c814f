"""A body with several interactions as a story and the questions about it."""

from dataclasses import dataclass

from question_bank.formats.qti.tree import BLOCK_INTERACTIONS, interactions
from question_bank.formats.xml import Element


@dataclass(frozen=True, slots=True)
class Section:
    """One question's part of the body, in an element of its own, and the responses it asks for."""

    element: Element
    asked: tuple[str, ...]


def sections(body: Element) -> tuple[Element, list[Section]]:
    """The story, and the questions in their order.

    A question is a block with interactions and the text between it and the question before. Before the first
    question stands the story; where the first has no text of its own, the last paragraph before it is its text.
    """
    story: list[Element] = []
    groups: list[list[Element]] = []
    pending: list[Element] = []
    for block in _blocks(body):
        found = interactions(block)
        if not found:
            pending.append(block)
        elif groups and not pending and _only_inline(block) and _only_inline(groups[-1][-1]) and block.tag != "div":
            groups[-1].append(block)
        elif groups:
            groups.append([*pending, block])
            pending = []
        else:
            groups.append([block] if _has_text(block) or len(pending) < 2 else [pending.pop(), block])
            story, pending = pending, []
    if groups:
        groups[-1].extend(pending)
    return _wrapped(body, story), [_section(body, group) for group in groups]


def _blocks(body: Element) -> list[Element]:
    """The blocks of a body; one that wraps several questions is opened, and loose text is put into a block."""
    blocks: list[Element] = []
    if (body.text or "").strip():
        blocks.append(_loose(body, body.text))
    for child in list(body):
        tail, child.tail = child.tail, None
        found = interactions(child)
        several = len(found) > 1 and any(inner.tag in BLOCK_INTERACTIONS for inner in found)
        if several and child.tag not in BLOCK_INTERACTIONS:
            blocks.extend(_blocks(child))
        else:
            blocks.append(child)
        if (tail or "").strip():
            blocks.append(_loose(body, tail))
    return blocks


def _loose(body: Element, text: str | None) -> Element:
    block = body.makeelement("p")
    block.text = text
    return block


def _only_inline(block: Element) -> bool:
    return not any(found.tag in BLOCK_INTERACTIONS for found in interactions(block))


def _has_text(block: Element) -> bool:
    """Whether a block says what is asked: a prompt, or text around its interaction."""
    found = interactions(block)[0]
    if found.tag not in BLOCK_INTERACTIONS or found.find("prompt") is not None:
        return True
    inner = set(found.iter())
    around = [element for element in block.iter() if element not in inner]
    return any((element.text or "").strip() for element in around) or bool((found.tail or "").strip())


def _wrapped(body: Element, blocks: list[Element]) -> Element:
    whole = body.makeelement("div")
    whole.extend(blocks)
    return whole


def _section(body: Element, blocks: list[Element]) -> Section:
    whole = _wrapped(body, blocks)
    return Section(whole, tuple(found.get("responseIdentifier", "") for found in interactions(whole)))
