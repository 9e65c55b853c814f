"""Moodle XML: the walk through a file, question by question."""

import re

from question_bank.errors import ImportReport
from question_bank.faults import BankError, Place, fault, refusal, shown
from question_bank.formats.drafts import Defaults, Gathering
from question_bank.formats.intake import Intake, Sketch
from question_bank.formats.labels import split_tags
from question_bank.formats.limits import Limits
from question_bank.formats.moodle.categories import read_category
from question_bank.formats.moodle.kinds import KINDS, read_kind
from question_bank.formats.moodle.texts import raw_text
from question_bank.formats.xml import Element, parse_xml
from question_bank.items import Item, ItemType

NAME = "moodle"
_QUIZ = re.compile(r"<quiz[\s>/]")


def looks_like_moodle(text: str) -> bool:
    """Whether the root of an XML text is a quiz."""
    found = re.search(r"<[A-Za-z]", text[:4000])
    return found is not None and _QUIZ.match(text, found.start()) is not None


def read(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read a Moodle XML file; `place.line` is where a question begins. Raises BankError for an unusable file."""
    root = parse_xml(data, Place(name), limits)
    if root.tag != "quiz":
        raise refusal("MOODLE_ROOT", Place(name, root.sourceline), name=shown(str(root.tag)))
    gathering = Gathering(name, limits, defaults)
    intake = Intake(gathering)
    title = ""
    number = 0
    for element in root:
        place = gathering.place(line=element.sourceline)
        kind = (element.get("type") or "").strip()
        if element.tag != "question":
            gathering.warn(fault("MOODLE_STRAY", place, name=shown(str(element.tag))))
        elif kind == "category":
            title = _category(intake, element) or title
        else:
            number += 1
            _question(intake, element, kind, number)
    intake.close()
    return gathering.report(NAME, title)


def _category(intake: Intake, element: Element) -> str:
    """Take the category for the questions that follow; the notes on the topmost one are the title of the file."""
    intake.close()
    intake.path, intake.topic = read_category(raw_text(element.find("category")))
    notes = raw_text(element.find("info")).strip()
    if notes and not (intake.path or intake.topic):
        return notes
    if notes:
        place = intake.gathering.place(line=element.sourceline)
        intake.gathering.warn(fault("STRAY_TEXT", place, text=shown(notes)))
    return ""


def _question(intake: Intake, element: Element, kind: str, number: int) -> None:
    code = (element.findtext("idnumber") or "").strip()
    item = shown(code or " ".join(raw_text(element.find("name")).split()) or str(number))
    place = intake.gathering.place(line=element.sourceline, item=item)
    tags = [raw_text(tag).strip() for tag in element.findall("tags/tag")]
    own, labels = split_tags(tags)
    sketch = Sketch(Item(code, ItemType.SINGLE, "", (), (), tags=own), place, labels)
    try:
        if kind not in KINDS:
            raise refusal("TYPE_UNSUPPORTED", place, type=shown(kind))
        read_kind(kind, element, sketch)
    except BankError as error:
        intake.refuse(error)
        return
    if sketch.item.type is ItemType.CASE and "case" not in labels:
        intake.close()
        intake.gathering.warn(fault("DESCRIPTION_SKIPPED", place, text=shown(sketch.item.stem)))
    else:
        intake.take(sketch)
