"""Questions of the bank as assessment items of QTI 2.2."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from question_bank.formats.qti.building import (
    TEMPLATES,
    Score,
    add_mapped,
    add_where,
    address,
    declare,
    element,
    is_correct,
    is_near,
    mapping,
    plain,
    put_picture,
    put_text,
)
from question_bank.formats.qti.inline import ANSWER
from question_bank.formats.xml import Element
from question_bank.items import FALSE, MARKED_BY_PEOPLE, TRUE, Blank, Item, ItemType, Option, Shape, as_number

_SHAPES = {Shape.CIRCLE: "circle", Shape.RECTANGLE: "rect", Shape.POLYGON: "poly"}
_JUDGEMENTS = ((TRUE, "正确"), (FALSE, "错误"))
EXPLANATION = "EXPLANATION"
_SHARE = Decimal("0.000001")


@dataclass(slots=True)
class _Writing:
    """One question being written: its item's root, where its text goes, its response and what it adds to the score."""

    root: Element
    body: Element
    item: Item
    response: str
    folder: str
    score: Score
    share: Decimal | None  # of the case's score; None for a question that stands alone


def identifier_of(code: str) -> str:
    """The code as an XML name."""
    return code if code[:1].isalpha() else f"_{code}"


def item_document(item: Item, folder: str) -> Element:
    """The assessment item of a question whose pictures lie in a folder of the package."""
    root = element(None, "assessmentItem", identifier=identifier_of(item.code), title=item.code, adaptive="false",
                   timeDependent="false")  # fmt: skip
    body = element(None, "itemBody")
    score = Score()
    if item.type is ItemType.CASE:
        _case(root, body, item, folder, score)
    else:
        _question(_Writing(root, body, item, "RESPONSE", folder, score, None))
    _outcomes(root, item, score)
    root.append(body)
    _processing(root, item, score)
    if item.explanation:
        feedback = element(
            root, "modalFeedback", outcomeIdentifier=EXPLANATION, identifier=EXPLANATION, showHide="show"
        )
        put_text(element(feedback, "p"), item.explanation)
    return root


def _case(root: Element, body: Element, item: Item, folder: str, score: Score) -> None:
    put_text(element(body, "p"), item.stem)
    for picture in item.pictures:
        put_picture(element(body, "p"), folder, picture)
    for number, part in enumerate(item.parts, 1):
        division = element(body, "div", id=f"part-{number}")
        inner = f"{folder}/{number}"
        _question(_Writing(root, division, part, f"RESPONSE_{number}", inner, score, Decimal(part.weight)))
        if part.explanation:
            told = element(
                division, "feedbackBlock", outcomeIdentifier=EXPLANATION, identifier=EXPLANATION, showHide="show"
            )
            put_text(element(told, "p"), part.explanation)


def _outcomes(root: Element, item: Item, score: Score) -> None:
    outcome = element(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    if score.most:
        outcome.set("normalMaximum", plain(score.most))
    element(element(outcome, "defaultValue"), "value", "0")
    if _explained(item):
        element(root, "outcomeDeclaration", identifier=EXPLANATION, cardinality="single", baseType="identifier")
    for name, cardinality, _ in score.shown:
        element(root, "outcomeDeclaration", identifier=name, cardinality=cardinality, baseType="identifier")


def _explained(item: Item) -> bool:
    return any(one.explanation for one in (item, *item.parts))


def _processing(root: Element, item: Item, score: Score) -> None:
    """The rules of the score, and of what is shown once the answer is in; a template where nothing is shown."""
    told = [_told(name, "variable", identifier=response) for name, _, response in score.shown if response]
    if _explained(item):
        told.append(_told(EXPLANATION, "baseValue", EXPLANATION, baseType="identifier"))
    if score.template and not told:
        element(root, "responseProcessing", template=TEMPLATES + score.template)
    elif score.rules or told:
        element(root, "responseProcessing").extend([*score.rules, *told])


def _told(outcome: str, kind: str, text: str | None = None, /, **attributes: str) -> Element:
    rule = element(None, "setOutcomeValue", identifier=outcome)
    element(rule, kind, text, **attributes)
    return rule


def _question(writing: _Writing) -> None:
    if writing.item.blanks:
        _blanks(writing)
        return
    put_text(element(writing.body, "p"), writing.item.stem)
    first = 1 if writing.item.type is ItemType.HOTSPOT else 0
    _beneath(writing, first)
    _WRITERS[writing.item.type](writing)


def _beneath(writing: _Writing, first: int = 0) -> None:
    for picture in writing.item.pictures[first:]:
        if not picture.at:
            put_picture(element(writing.body, "p"), writing.folder, picture)


def _rewarded(writing: _Writing, *, mapped: bool = False) -> None:
    """A response that is right as a whole, or earns what its mapping says."""
    writing.score.most += writing.share or 1
    if writing.share is None:
        writing.score.template = "map_response" if mapped else "match_correct"
    if mapped:
        add_mapped(writing.score, writing.response, writing.share or Decimal(1))
    else:
        add_where(writing.score, is_correct(writing.response), writing.share or Decimal(1))


def _choice(writing: _Writing) -> None:
    item = writing.item
    multiple = item.type is ItemType.MULTIPLE
    declared = declare(writing.root, writing.response, "multiple" if multiple else "single", "identifier", item.key)
    worth = [(option.key, option.worth / 100) for option in item.options if option.worth is not None]
    if worth:
        mapping(declared, worth, upper=Decimal(1))
    asked = element(writing.body, "choiceInteraction", responseIdentifier=writing.response, shuffle="true",
                    maxChoices="0" if multiple else "1")  # fmt: skip
    for option in item.options:
        _option(writing, element(asked, "simpleChoice", identifier=option.key), option)
    _shown(writing, "multiple" if multiple else "single", writing.response)
    _rewarded(writing, mapped=bool(worth))


def _shown(writing: _Writing, cardinality: str = "multiple", response: str = "") -> None:
    """Feedback to options follows what was chosen; where options are ordered or matched no outcome can show it."""
    if any(option.feedback for option in writing.item.options):
        writing.score.shown.append((_feedback_of(writing.response), cardinality, response))


def _feedback_of(response: str) -> str:
    return response.replace("RESPONSE", "FEEDBACK")


def _option(writing: _Writing, choice: Element, option: Option) -> None:
    put_text(choice, option.text)
    for picture in writing.item.pictures:
        if picture.at == option.key:
            put_picture(choice, writing.folder, picture)
    if option.feedback:
        told = element(
            choice,
            "feedbackInline",
            outcomeIdentifier=_feedback_of(writing.response),
            identifier=option.key,
            showHide="show",
        )
        put_text(told, option.feedback)


def _judgement(writing: _Writing) -> None:
    declare(writing.root, writing.response, "single", "identifier", writing.item.key)
    asked = element(
        writing.body, "choiceInteraction", responseIdentifier=writing.response, shuffle="false", maxChoices="1"
    )
    for key, text in _JUDGEMENTS:
        element(asked, "simpleChoice", text, identifier=key)
    _rewarded(writing)


def _ordering(writing: _Writing) -> None:
    declare(writing.root, writing.response, "ordered", "identifier", writing.item.key)
    asked = element(writing.body, "orderInteraction", responseIdentifier=writing.response, shuffle="true")
    for option in writing.item.options:
        _option(writing, element(asked, "simpleChoice", identifier=option.key), option)
    _shown(writing)
    _rewarded(writing)


def _matching(writing: _Writing) -> None:
    item = writing.item
    pairs = [f"P{pair[:-1]} {pair[-1]}" for pair in item.key]
    declare(writing.root, writing.response, "multiple", "directedPair", pairs)
    asked = element(writing.body, "matchInteraction", responseIdentifier=writing.response, shuffle="true",
                    maxAssociations=str(len(pairs)))  # fmt: skip
    prompts, offered = element(asked, "simpleMatchSet"), element(asked, "simpleMatchSet")
    for number, said in enumerate(item.prompts, 1):
        put_text(element(prompts, "simpleAssociableChoice", identifier=f"P{number}", matchMax="1"), said)
    for option in item.options:
        choice = element(offered, "simpleAssociableChoice", identifier=option.key, matchMax=str(len(item.prompts)))
        _option(writing, choice, option)
    _shown(writing)
    _rewarded(writing)


def _hotspot(writing: _Writing) -> None:
    item = writing.item
    declare(writing.root, writing.response, "multiple", "identifier", item.key)
    asked = element(
        writing.body, "hotspotInteraction", responseIdentifier=writing.response, maxChoices=str(len(item.key))
    )
    for picture in item.pictures[:1]:
        element(asked, "object", picture.alt, data=address(writing.folder, picture), type=picture.media_type)
    for area in item.areas:
        element(asked, "hotspotChoice", identifier=area.key, shape=_SHAPES[area.shape],
                coords=",".join(map(str, area.coords)))  # fmt: skip
    _rewarded(writing)


def _by_people(writing: _Writing) -> None:
    item = writing.item
    declare(writing.root, writing.response, "single", "string", [item.model_answer] if item.model_answer else [])
    lines = "15" if item.type is ItemType.CASE_ANALYSIS else "5"
    element(writing.body, "extendedTextInteraction", responseIdentifier=writing.response, expectedLines=lines)
    if item.rubric:
        points = element(element(writing.body, "rubricBlock", view="scorer"), "ul")
        for criterion in item.rubric:
            put_text(element(points, "li", **{"class": f"weight-{criterion.weight}"}), criterion.text)


def _blanks(writing: _Writing) -> None:
    """A text with its gaps; each adds its share of what all of them weigh."""
    whole = sum(blank.weight for blank in writing.item.blanks)
    share = Decimal(1) if writing.share is None else (writing.share / whole).quantize(_SHARE, ROUND_HALF_UP)
    writing.score.most += whole if writing.share is None else writing.share
    single = len(writing.item.blanks) == 1 and writing.share is None

    def gap(parent: Element, number: int) -> None:
        response = writing.response if single else f"{writing.response}_{number}"
        _gap(parent, writing.item.blanks[number - 1], response)

    paragraph = element(writing.body, "p")
    put_text(paragraph, writing.item.stem, gap)
    if "{{1}}" not in writing.item.stem:  # a numeric question may leave its place unsaid
        gap(element(writing.body, "p", **{"class": ANSWER}), 1)
    _beneath(writing)
    for number, blank in enumerate(writing.item.blanks, 1):
        response = writing.response if single else f"{writing.response}_{number}"
        _gap_score(writing, blank, response, share)


def _gap(parent: Element, blank: Blank, response: str) -> None:
    if not blank.options:
        element(parent, "textEntryInteraction", responseIdentifier=response)
        return
    asked = element(parent, "inlineChoiceInteraction", responseIdentifier=response, shuffle="true")
    for option in blank.options:
        put_text(element(asked, "inlineChoice", identifier=option.key), option.text)


def _gap_score(writing: _Writing, blank: Blank, response: str, share: Decimal) -> None:
    gain = Decimal(blank.weight)
    if blank.options:
        declare(writing.root, response, "single", "identifier", blank.accepted)
        add_where(writing.score, is_correct(response), gain, share)
    elif blank.tolerance is not None:
        values = [_number(text) for text in blank.accepted]
        declare(writing.root, response, "single", "float", values[:1])
        add_where(writing.score, is_near(response, values, blank.tolerance), gain, share)
    else:
        declared = declare(writing.root, response, "single", "string", blank.accepted[:1])
        mapping(declared, [(text, gain) for text in blank.accepted], upper=gain, folded=True)
        add_mapped(writing.score, response, share)


def _number(text: str) -> str:
    """A number in plain digits; what is none stays as it is."""
    plain_digits = text.isascii() and text.replace(".", "", 1).lstrip("+-").isdigit()
    found = None if plain_digits else as_number(text)
    return text if found is None else plain(found)


_WRITERS: Mapping[ItemType, Callable[[_Writing], None]] = {
    ItemType.SINGLE: _choice,
    ItemType.MULTIPLE: _choice,
    ItemType.TRUE_FALSE: _judgement,
    ItemType.ORDERING: _ordering,
    ItemType.MATCHING: _matching,
    ItemType.HOTSPOT: _hotspot,
    **dict.fromkeys(MARKED_BY_PEOPLE, _by_people),
}
