"""The texts around an interaction: prompt, feedback, rubric, and solutions in words."""

import re
from dataclasses import dataclass

from question_bank.faults import Place
from question_bank.formats.markup import read_markup
from question_bank.formats.qti.processing import Processing
from question_bank.formats.qti.sheet import Sheet
from question_bank.formats.qti.tree import children, markup_of, remove
from question_bank.formats.xml import Element
from question_bank.items import Criterion

_CHOICES = ("simpleChoice", "simpleAssociableChoice", "gapText", "inlineChoice", "hottext")
_PEOPLE = {"scorer"}
_WEIGHT = re.compile(r"(?:^|\s)weight-(\d{1,3})(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Rubric:
    """What a rubric block tells the marker: points in a list, or a text."""

    criteria: tuple[Criterion, ...] = ()
    text: str = ""


def modal_feedback(root: Element, scoring: Processing, place: Place) -> dict[str, str]:
    """The feedback shown at the end, by the value of the response that shows it, or else by its own identifier."""
    found: dict[str, str] = {}
    for element in children(root, "modalFeedback"):
        identifier = element.get("identifier", "")
        value = scoring.feedback.get(identifier, identifier)
        text = read_markup(markup_of(element), place).text
        if text:
            found[value] = f"{found[value]}\n{text}" if value in found else text
    return found


def explanations(sheet: Sheet, group: Element, *, inner: bool = True) -> str:
    """The feedback inside a part of the body, taken out of it; with `inner` false, what is not inside a division."""
    texts = []
    for element in list(group.iter("feedbackBlock", "feedbackInline")):
        if element.getparent() is None or any(parent.tag in _CHOICES for parent in element.iterancestors()):
            continue
        if not inner and element.getparent() is not group:
            continue
        texts.append(sheet.read(element).text)
        remove(element)
    return "\n".join(text for text in texts if text)


def rubric(sheet: Sheet, group: Element) -> Rubric:
    """What the rubric blocks for markers say; those for candidates stay in the text, others are kept aside."""
    criteria: list[Criterion] = []
    texts: list[str] = []
    for element in list(group.iter("rubricBlock")):
        if element.getparent() is None:
            continue
        views = set(element.get("view", "candidate").split())
        if "candidate" in views:
            element.tag = "div"
            continue
        if views & _PEOPLE:
            points = list(element.iter("li"))
            criteria += [Criterion(sheet.read(point).text, _weight(point)) for point in points]
            texts.append("" if points else sheet.read(element).text)
        else:
            sheet.kept.append("rubricBlock")
        remove(element)
    return Rubric(tuple(criteria), "\n".join(text for text in texts if text))


def _weight(point: Element) -> int:
    found = _WEIGHT.search(point.get("class", ""))
    return int(found[1]) if found else 1


def settle(element: Element) -> None:
    """Leave of an interaction what is shown beside its choices: prompt and passage."""
    for child in list(element):
        if child.tag in {"simpleChoice", "simpleMatchSet", "hotspotChoice", "img"}:
            remove(child)
        elif child.tag == "prompt":
            child.tag = "div"
    element.tag = "div"


def as_text(sheet: Sheet, element: Element) -> str:
    """The solution of an interaction in words; the interaction becomes its prompt and a list of its choices."""
    declared, rule = sheet.response(element)
    names: dict[str, str] = {}
    shown: list[str] = []
    for choice in list(element.iter(*_CHOICES)):
        text = sheet.read(choice).text
        names[choice.get("identifier", "")] = text
        if choice.tag == "hottext":
            continue
        shown.append(text)
        remove(choice)
    for gap in list(element.iter("gap")):
        remove(gap)
        gap.text = "____"
    values = declared.correct or (
        tuple(value for value, gain in declared.mapping.items() if gain > 0) if rule.mapped else ()
    )
    told = [value.split() for value in values]
    solved = [" – ".join(names[end] for end in ends) for ends in told if all(end in names for end in ends)]
    for child in children(element, "prompt"):
        child.tag = "div"
    for text in shown:
        line = element.makeelement("p")
        line.text = text
        element.append(line)
    element.tag = "div" if element.tag not in {"inlineChoiceInteraction", "textEntryInteraction"} else "span"
    return "\n".join(text for text in solved if text)
