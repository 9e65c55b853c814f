"""Moodle XML: writing."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lxml import etree

from question_bank.faults import BankError, Fault, Place, fault, shown
from question_bank.formats.intake import (
    blank_labels,
    choice_labels,
    decimal_text,
    fractions,
    kept,
    match_pairs,
)
from question_bank.formats.labels import as_tags, item_not_carried, labels_of, not_carried, part_labels
from question_bank.formats.limits import Limits
from question_bank.formats.moodle.categories import category, read_category
from question_bank.formats.moodle.cloze import write_cloze
from question_bank.formats.moodle.kinds import RUBRIC
from question_bank.formats.moodle.markers import put_markers
from question_bank.formats.moodle.standard import LISTED, STANDARD
from question_bank.formats.moodle.texts import put, put_html, put_raw, put_text
from question_bank.formats.xml import Element, parse_xml
from question_bank.items import GAP, TRUE, Item, ItemType, Picture, as_number

NAME = "Moodle XML"
_LINE = "_____"
_RUNS = re.compile(r"_{5,}")
_NAMED_APART = {"name", "answer", "single"}  # kept words that have their own way into the question


@dataclass(slots=True)
class _Sheet:
    """One question on its way out: its kind, how its stem is written, and the labels it needs."""

    item: Item
    kind: str
    element: Element
    labels: dict[str, str]
    faults: list[Fault] = field(default_factory=list)


def write(items: Iterable[Item], title: str = "") -> tuple[bytes, tuple[Fault, ...]]:
    """UTF-8 XML of a quiz, and a fault for every question or field that it cannot hold."""
    quiz = etree.Element("quiz")
    faults: list[Fault] = []
    if title:
        try:
            put_raw(_category(quiz, ""), "info", title, "plain_text")
        except ValueError:
            faults.append(_refused_character(Place(), "title"))
    topic = ""
    for item in items:
        try:
            questions, found = _questions(item)
        except ValueError:
            faults.append(_refused_character(Place(item=shown(item.code)), "item"))
            continue
        faults.extend(found)
        if questions and item.topic != topic:
            topic = item.topic
            _category(quiz, topic)
        quiz.extend(questions)
    etree.indent(quiz, " ")
    written: bytes = etree.tostring(quiz, encoding="UTF-8", xml_declaration=True)
    return written + b"\n", tuple(faults)


def _refused_character(place: Place, name: str) -> Fault:
    return fault("CHARACTER_REFUSED", place, field=name, character="")


def _category(quiz: Element, topic: str) -> Element:
    question = etree.SubElement(quiz, "question", type="category")
    put_raw(question, "category", category(topic))
    return question


def _questions(item: Item) -> tuple[list[Element], list[Fault]]:
    """The question, and the parts of a case after it; none of them where one cannot be held."""
    sheets = [_sheet(item, ""), *(_sheet(part, item.code) for part in item.parts)]
    missing = [f for sheet in sheets for f in sheet.faults if f.code == "ITEM_NOT_CARRIED"]
    if missing:
        return [], missing[:1]
    lost = ["opaque" for one in item.opaque if one.format != "moodle"]
    lost += [name for sheet in sheets for name in _lost(sheet.item)]
    faults = [found for sheet in sheets for found in sheet.faults]
    return [sheet.element for sheet in sheets], [*not_carried(item, NAME, lost), *faults]


def _lost(item: Item) -> list[str]:
    found = []
    if item.type is ItemType.MATCHING:
        found += ["options.feedback" for option in item.options if option.feedback]
        found += ["pictures" for picture in item.pictures if picture.at]
    if item.type is ItemType.HOTSPOT and any(area.key not in item.key for area in item.areas):
        found.append("areas")
    return found


def _sheet(item: Item, case: str) -> _Sheet:
    labels = part_labels(item, case) if case else labels_of(item)
    if not case and (read_category(category(item.topic))[1] != item.topic or "\r" in item.topic):
        labels["topic"] = item.topic
    kind, body = _BODIES[item.type]
    if item.blanks and (item.type is not ItemType.CLOZE) and not _stands_alone(item):
        kind, body = "multianswer", _cloze
    sheet = _Sheet(item, kind, etree.Element("question", type=kind), labels)
    put_raw(sheet.element, "name", kept(item, "moodle", "name") or item.code)
    if item.type is ItemType.HOTSPOT and not item.pictures:
        sheet.faults.append(item_not_carried(item, NAME, "缺少图片，", "It has no picture."))
        return sheet
    body(sheet)
    _put_common(sheet)
    return sheet


def _put_common(sheet: _Sheet) -> None:
    """Explanation, code, tags, what Moodle expects of the type, and what was kept of it."""
    item, element = sheet.item, sheet.element
    put_raw(element, "generalfeedback", item.explanation, "plain_text")
    opaque = [one for one in item.opaque if one.format == "moodle" and ":" not in one.name]
    names = {one.name for one in opaque}
    for name, value in STANDARD[sheet.kind].items():
        if name not in names and name not in {"showmisplaced"}:
            put(element, name, value)
    put(element, "idnumber", item.code)
    for one in opaque:
        if one.name in _NAMED_APART and not (one.name == "answer" and sheet.kind in {"shortanswer", "numerical"}):
            continue
        _put_kept(sheet, one.name, one.text)
    tags = as_tags(item.tags, sheet.labels)
    if tags:
        holder = etree.SubElement(element, "tags")
        for tag in tags:
            put_raw(holder, "tag", tag)


def _put_kept(sheet: _Sheet, name: str, text: str) -> None:
    """Append what was kept word for word, read anew by the careful parser."""
    place = Place(item=sheet.item.code)
    try:
        found = parse_xml(text.encode("utf-8", "replace"), place, Limits())
    except BankError:
        found = None
    if found is None or found.tag != name:
        sheet.faults.append(fault("OPAQUE_BAD", place, name=shown(name)))
    else:
        sheet.element.append(found)


def _put_stem(sheet: _Sheet, stem: str | None = None, pictures: tuple[Picture, ...] | None = None) -> None:
    shown_ = tuple(one for one in sheet.item.pictures if not one.at) if pictures is None else pictures
    put_text(sheet.element, "questiontext", sheet.item.stem if stem is None else stem, shown_)


def _choice(sheet: _Sheet) -> None:
    item = sheet.item
    is_single = item.type is ItemType.SINGLE
    _put_stem(sheet)
    put(sheet.element, "single", "true" if is_single else "false")
    sheet.labels |= choice_labels(item, single=is_single)
    for option, worth in zip(item.options, fractions(item), strict=True):
        pictures = tuple(one for one in item.pictures if one.at == option.key)
        answer = put_text(sheet.element, "answer", option.text, pictures, fraction=decimal_text(worth))
        put_raw(answer, "feedback", option.feedback, "plain_text")
        if abs(worth) not in LISTED:
            place, said = Place(item=item.code), decimal_text(worth)
            sheet.faults.append(fault("FRACTION_UNLISTED", place, letter=option.key, worth=said))


def _judgement(sheet: _Sheet) -> None:
    _put_stem(sheet)
    for text in ("true", "false"):
        is_right = (text == "true") == (sheet.item.key == (TRUE,))
        feedback = kept(sheet.item, "moodle", "feedback:right" if is_right else "feedback:wrong")
        _put_answer(sheet.element, text, "100" if is_right else "0", feedback)


def _put_answer(parent: Element, text: str, worth: str, feedback: str) -> Element:
    answer = put_raw(parent, "answer", text, "moodle_auto_format", fraction=worth)
    put_raw(answer, "feedback", feedback, "plain_text")
    return answer


def _stands_alone(item: Item) -> bool:
    """Whether the one blank can be a question of its own, with a line where it stands in the stem."""
    if len(item.blanks) != 1 or item.blanks[0].options:
        return False
    if item.type is ItemType.FILL and item.blanks[0].tolerance is not None:
        return False
    gaps = len(GAP.findall(item.stem))
    return not gaps or (gaps == 1 and _RUNS.findall(GAP.sub(_LINE, item.stem)) == [_LINE])


def _fill(sheet: _Sheet) -> None:
    blank = sheet.item.blanks[0]
    _put_stem(sheet, GAP.sub(_LINE, sheet.item.stem))
    for text in blank.accepted:
        feedback = kept(sheet.item, "moodle", f"feedback:{text}")
        _put_answer(sheet.element, text.replace("*", "\\*"), "100", feedback)
    sheet.labels |= blank_labels(blank)


def _numeric(sheet: _Sheet) -> None:
    blank = sheet.item.blanks[0]
    _put_stem(sheet, GAP.sub(_LINE, sheet.item.stem))
    for text in blank.accepted:
        found = as_number(text)
        said = text if found is None else decimal_text(found)
        answer = _put_answer(sheet.element, said, "100", kept(sheet.item, "moodle", f"feedback:{text}"))
        put(answer, "tolerance", decimal_text(blank.tolerance) if blank.tolerance else "0")
    sheet.labels |= blank_labels(blank)
    if not GAP.search(sheet.item.stem) and _RUNS.search(sheet.item.stem):
        sheet.labels["gap"] = "none"


def _cloze(sheet: _Sheet) -> None:
    pictures = tuple(one for one in sheet.item.pictures if not one.at)
    put_html(sheet.element, "questiontext", write_cloze(sheet.item), pictures)
    otherwise = ItemType.CLOZE if any(blank.options for blank in sheet.item.blanks) else ItemType.FILL
    if sheet.item.type is not otherwise:
        sheet.labels["type"] = sheet.item.type.value


def _matching(sheet: _Sheet) -> None:
    _put_stem(sheet)
    pairs, labels = match_pairs(sheet.item)
    for prompt, option in pairs:
        subquestion = put_raw(sheet.element, "subquestion", prompt, "plain_text")
        put_raw(subquestion, "answer", option)
    sheet.labels |= labels


def _ordering(sheet: _Sheet) -> None:
    _put_stem(sheet)
    told = {option.key: option for option in sheet.item.options}
    for number, key in enumerate(sheet.item.key, 1):
        pictures = tuple(one for one in sheet.item.pictures if one.at == key)
        answer = put_text(sheet.element, "answer", told[key].text, pictures, fraction=str(number))
        put_raw(answer, "feedback", told[key].feedback, "plain_text")
    sheet.labels["key"] = "".join(sheet.item.key)


def _essay(sheet: _Sheet) -> None:
    item = sheet.item
    _put_stem(sheet)
    lines = [item.model_answer] if item.model_answer else []
    if item.rubric:
        lines.append(RUBRIC)
        lines += ["[{}] {}".format(point.weight, point.text.replace("\n", "\n    ")) for point in item.rubric]
        sheet.labels["rubric"] = str(len(item.rubric))
    put_raw(sheet.element, "graderinfo", "\n".join(lines), "plain_text")
    if item.type is ItemType.CASE_ANALYSIS:
        sheet.labels["type"] = item.type.value


def _case(sheet: _Sheet) -> None:
    _put_stem(sheet)
    sheet.labels["case"] = str(len(sheet.item.parts))


def _hotspot(sheet: _Sheet) -> None:
    first, *others = sheet.item.pictures
    _put_stem(sheet, pictures=tuple(others))
    put_markers(sheet.element, sheet.item)
    sheet.labels["alt"] = first.alt


_BODIES: dict[ItemType, tuple[str, Callable[[_Sheet], None]]] = {
    ItemType.SINGLE: ("multichoice", _choice),
    ItemType.MULTIPLE: ("multichoice", _choice),
    ItemType.TRUE_FALSE: ("truefalse", _judgement),
    ItemType.FILL: ("shortanswer", _fill),
    ItemType.NUMERIC: ("numerical", _numeric),
    ItemType.CLOZE: ("multianswer", _cloze),
    ItemType.MATCHING: ("matching", _matching),
    ItemType.ORDERING: ("ordering", _ordering),
    ItemType.SHORT_ANSWER: ("essay", _essay),
    ItemType.CASE_ANALYSIS: ("essay", _essay),
    ItemType.CASE: ("description", _case),
    ItemType.HOTSPOT: ("ddmarker", _hotspot),
}
