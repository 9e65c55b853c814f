"""One assessment item as a question of the bank."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from question_bank.faults import Place, refusal
from question_bank.formats.qti.declarations import declarations
from question_bank.formats.qti.inline import blanks
from question_bank.formats.qti.interactions import convert
from question_bank.formats.qti.pictures import Album, Fetch
from question_bank.formats.qti.processing import processing
from question_bank.formats.qti.sheet import Hint, Sheet, UnfitError
from question_bank.formats.qti.splitting import Section, sections
from question_bank.formats.qti.texts import Rubric, as_text, explanations, modal_feedback, rubric, settle
from question_bank.formats.qti.tree import BLOCK_INTERACTIONS, canonical, interactions, is_yes, remove
from question_bank.formats.xml import Element
from question_bank.items import MARKED_BY_PEOPLE, Criterion, Item, ItemType, Opaque
from question_bank.items.soundness import OPTION_CHARACTERS, PART_COUNT

FORMAT = "qti"
WHOLE = "item"  # the name of the opaque part that holds an item word for word
_IGNORED = frozenset({"endAttemptInteraction"})


@dataclass(frozen=True, slots=True)
class ItemReading:
    """A question, and what of it has no place in the bank and is kept whole beside it."""

    item: Item
    kept: tuple[str, ...] = ()
    undescribed: tuple[str, ...] = ()  # pictures that came without words


@dataclass(slots=True)
class _Body:
    """The texts of an item that stand outside its questions."""

    sheet: Sheet
    bare: Item
    title: str
    shared: list[Element] = field(default_factory=list)  # stimuli that stand in files of their own


def is_item(root: Element) -> bool:
    """Whether a tree is an assessment item of version 2 or 3."""
    return etree.QName(root).localname in {"assessmentItem", "qti-assessment-item"}


def read_item(root: Element, bare: Item, fetch: Fetch, folder: str, hint: Hint, place: Place,
              stimuli: Sequence[Element] = ()) -> ItemReading:  # fmt: skip
    """The question of an assessment item; `bare` brings its code and labels.

    Raises BankError: QTI_BODY_MISSING, QTI_NOT_A_QUESTION, QTI_VARIABLES, QTI_INTERACTION_UNSUPPORTED,
    QTI_IMAGE_MISSING, QTI_IMAGE_REMOTE, MARKUP_REFUSED, MARKUP_LARGE.
    """
    source = etree.tostring(root, encoding="unicode", with_tail=False)
    canonical(root)
    body = root.find("itemBody")
    if body is None:
        raise refusal("QTI_BODY_MISSING", place)
    if root.find(".//printedVariable") is not None or root.find("templateProcessing") is not None:
        raise refusal("QTI_VARIABLES", place)
    for button in list(body.iter(*_IGNORED)):
        remove(button)
    scoring = processing(root)
    sheet = Sheet(place, declarations(root), scoring, Album(fetch, folder, place), modal_feedback(root, scoring, place))
    sheet.kept += [*scoring.strange, *(["adaptive"] if is_yes(root.get("adaptive")) else [])]
    for position, stimulus in enumerate(stimuli):
        stimulus.tag = "div"
        body.insert(position, stimulus)
    item = _item(_Body(sheet, bare, root.get("title", "")), body, hint)
    left = "\n".join(dict.fromkeys(text for text in (item.explanation, *sheet.modal.values()) if text))
    item = replace(item, explanation=left)
    kept = tuple(dict.fromkeys(sheet.kept))
    whole = replace(item, opaque=(*item.opaque, Opaque(FORMAT, WHOLE, source))) if kept else item
    return ItemReading(whole, kept, tuple(sheet.album.undescribed))


def _item(whole: _Body, body: Element, hint: Hint) -> Item:
    asked = interactions(body)
    if not asked:
        raise refusal("QTI_NOT_A_QUESTION", whole.sheet.place)
    blocks = [element for element in asked if element.tag in BLOCK_INTERACTIONS]
    if hint.type is not ItemType.CASE and (not blocks or (len(blocks) == 1 and len(asked) == 1)):
        item = _question(whole.sheet, body, whole.bare, hint)
        return item if item.stem else replace(item, stem=whole.title.strip())
    return _case(whole, body, hint)


def _case(whole: _Body, body: Element, hint: Hint) -> Item:
    """Several questions in one item: the text before the first is the story."""
    whole.sheet.in_case = True
    told = explanations(whole.sheet, body, inner=False)
    story, parts = sections(body)
    if len(parts) > PART_COUNT:
        raise refusal("PARTS_COUNT", whole.sheet.place, count=len(parts), limit=PART_COUNT)
    hints = hint.parts if len(hint.parts) == len(parts) else (Hint(),) * len(parts)
    items = tuple(
        _part(whole, section, number, hint)
        for number, (section, hint) in enumerate(zip(parts, hints, strict=True), 1)
    )  # fmt: skip
    reading = whole.sheet.read(story)
    pictures = whole.sheet.album.take(reading.images)
    explanation = "\n".join(text for text in (whole.bare.explanation, told) if text)
    return replace(
        whole.bare, type=ItemType.CASE, stem=reading.text or whole.title.strip(), parts=items, pictures=pictures,
        explanation=explanation,
    )  # fmt: skip


def _part(whole: _Body, section: Section, number: int, hint: Hint) -> Item:
    bare = Item(f"{whole.bare.code}.{number}", ItemType.SINGLE, "", (), ())
    item = _question(whole.sheet, section.element, bare, hint)
    weight = hint.weight or _stated_weight(whole.sheet, section)
    return replace(item, weight=weight)


def _stated_weight(sheet: Sheet, section: Section) -> int:
    """What the only interaction of a part earns, where that is a whole number."""
    if len(section.asked) != 1:
        return 1
    gain = sheet.processing.rule(section.asked[0]).gain
    return int(gain) if gain == gain.to_integral_value() and 1 <= gain <= 100 else 1


def _question(sheet: Sheet, group: Element, bare: Item, hint: Hint) -> Item:
    """The one question that a part of the body asks."""
    told, marking = explanations(sheet, group), rubric(sheet, group)
    bare = replace(bare, explanation="\n".join(text for text in (bare.explanation, told) if text))
    asked = interactions(group)
    try:
        if asked[0].tag in BLOCK_INTERACTIONS:
            item = convert(sheet, asked[0], bare, hint)
            settle(asked[0])
        else:
            item = blanks(sheet, asked, bare, hint)
    except UnfitError as error:
        sheet.kept.append(str(error))
        item = _marked_by_people(sheet, asked, bare)
    return _with_texts(sheet, group, item, marking)


def _marked_by_people(sheet: Sheet, asked: list[Element], bare: Item) -> Item:
    """What no type asks in the same way is asked in words, with its solution for whoever marks it."""
    answers = [as_text(sheet, element) for element in asked]
    return replace(bare, type=ItemType.SHORT_ANSWER, model_answer="\n".join(text for text in answers if text))


def _with_texts(sheet: Sheet, group: Element, item: Item, marking: Rubric) -> Item:
    if item.type in MARKED_BY_PEOPLE:
        item = _with_rubric(sheet, item, marking)
    elif marking.criteria or marking.text:
        sheet.kept.append("rubricBlock")
    reading = sheet.read(group)
    pictures = item.pictures + sheet.album.take(reading.images, "", item.pictures)
    if item.type is not ItemType.HOTSPOT:
        pictures = tuple(sorted(pictures, key=lambda picture: bool(picture.at)))
    stem = reading.text or " ".join(image.alt for image in reading.images)
    return replace(item, stem=stem, pictures=pictures)


def _with_rubric(sheet: Sheet, item: Item, marking: Rubric) -> Item:
    """Criteria, or a text that is one; what is too long for one goes to the model answer. Feedback is one, too."""
    criteria, model = marking.criteria, item.model_answer
    if marking.text and len(marking.text) <= OPTION_CHARACTERS:
        criteria = (*criteria, Criterion(marking.text))
    elif marking.text:
        model = "\n".join(text for text in (model, marking.text) if text)
    if not (criteria or model) and sheet.modal and not sheet.in_case:
        model = "\n".join(sheet.modal.values())
        sheet.modal.clear()
    if not (criteria or model) and sheet.kept and not item.explanation:
        raise refusal("QTI_INTERACTION_UNSUPPORTED", sheet.place, name=sheet.kept[-1])
    return replace(item, rubric=criteria, model_answer=model)
