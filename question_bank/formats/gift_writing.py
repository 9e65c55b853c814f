"""GIFT, the text format of Moodle: writing."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from question_bank.faults import Fault, Place, fault
from question_bank.formats.intake import (
    blank_labels,
    choice_labels,
    decimal_text,
    fractions,
    kept,
    match_pairs,
)
from question_bank.formats.labels import (
    Loss,
    as_tags,
    in_utf8,
    item_not_carried,
    labels_of,
    not_carried,
    part_labels,
    quoted,
)
from question_bank.formats.moodle.categories import category, read_category
from question_bank.items import GAP, TRUE, Item, ItemType, as_number

NAME = "GIFT"
_MARKS = re.compile(r"[\\~=#{}:\n]")
_SOUND_ANSWER = re.compile(r"(?:\\[^\n]|[^\\~={}\n]|\n(?!\s*(?:\n|//|$)))+")
_HUNDRED = 100
LOSES = (
    Loss(
        "type",
        "排序题、识图题、完形填空、多空或数字的填空题，以及含有这些小题的案例题不能写出。",
        "Ordering, hotspot and cloze questions, fills with several blanks or with numbers, and cases that hold them "
        "are not written.",
    ),
    Loss(
        "pictures", "GIFT不含图片，有图片的题不能写出。", "GIFT holds no pictures; a question with one is not written."
    ),
    Loss(
        "prompts",
        "含有“->”的匹配题题目项和填空题答案不能写出，整题略去。",
        "A question with “->” in a prompt that is matched, or in the answer to a blank, is not written.",
    ),
    Loss(
        "options.feedback",
        "匹配题选项的反馈不写出。",
        "Feedback to the options of a matching question is not written.",
    ),
    Loss("opaque", "只写出从GIFT读入的外来内容。", "Foreign content is written only where it came from GIFT."),
    Loss(
        "model_answer",
        "参考答案、评分要点和案例题的解析写在注释里，经Moodle转手后丢失。",
        "Model answer, rubric and the explanation of a case stand in comments, which Moodle drops.",
    ),
    Loss(
        "parts",
        "案例题写成一段说明和随后的各小题；小题自己的标签和保留的外来内容不写出。",
        "A case becomes a description and the questions after it; tags and foreign content of a part are not written.",
    ),
    Loss("spaces", "文字首尾的空白不保留。", "Blanks at either end of a text are not kept."),
    Loss(
        "numbers", "数字一律写成不带千分号的半角数字。", "Numbers are written in plain digits without thousands commas."
    ),
)


def write(items: Iterable[Item], title: str = "") -> tuple[bytes, tuple[Fault, ...]]:
    """UTF-8 GIFT, and a fault for every question or field that it cannot hold."""
    blocks = [f"// chizheng:title={quoted(title)}"] if title else []
    faults: list[Fault] = []
    topic = None
    for item in items:
        if refused := _refusal(item):
            faults.append(refused)
            continue
        item, damaged = _without_damaged(item)  # noqa: PLW2901 - the same question
        faults.extend(damaged)
        if item.topic != topic:
            topic = item.topic
            blocks.append(f"$CATEGORY: {_escaped(category(topic))}")
        faults.extend(not_carried(item, NAME, _lost(item)))
        blocks.append(_block(item))
        blocks.extend(_block(part, item.code) for part in item.parts)
    return in_utf8("\n\n".join(blocks) + "\n"), tuple(faults)


def _refusal(item: Item) -> Fault | None:
    for one in (item, *item.parts):
        if one.type not in _BODIES:
            return item_not_carried(item, NAME, "没有这种题型，", "It has no such type.")
        if one.pictures:
            return item_not_carried(item, NAME, "它不含图片，", "It holds no pictures.")
        if one.type is ItemType.FILL and (len(one.blanks) != 1 or one.blanks[0].tolerance is not None):
            return item_not_carried(item, NAME, "只能有一个文字空，", "It takes one blank, filled with a text.")
        arrows = one.prompts if one.type is ItemType.MATCHING else one.blanks[0].accepted if one.blanks else ()
        if any("->" in text for text in arrows):
            return item_not_carried(item, NAME, "“->”是它的分隔符，", "“->” is its own mark.")
    return None


def _without_damaged(item: Item) -> tuple[Item, list[Fault]]:
    """The item without kept answers that would break the braces they stand in, and a fault for each."""
    bad = [
        one
        for one in item.opaque
        if (one.format, one.name) == ("gift", "answer") and not _SOUND_ANSWER.fullmatch(one.text)
    ]
    faults = [fault("OPAQUE_BAD", Place(item=item.code), name=one.name) for one in bad]
    return (replace(item, opaque=tuple(one for one in item.opaque if one not in bad)) if bad else item), faults


def _lost(item: Item) -> list[str]:
    found = ["opaque" for one in item.opaque if one.format != "gift"]
    for one in (item, *item.parts):
        if one.type is ItemType.MATCHING:
            found += ["options.feedback" for option in one.options if option.feedback]
    return found


def _block(item: Item, case: str = "") -> str:
    labels = part_labels(item, case) if case else labels_of(item)
    if not case and read_category(category(item.topic))[1] != item.topic:
        labels["topic"] = item.topic
    body, further = _BODIES[item.type](item)
    labels |= further
    tags = "".join(f" [tag:{tag}]" for tag in as_tags(item.tags, labels))
    comments = [f"// [id:{item.code}]{tags}", *_long_labels(item)]
    title = kept(item, "gift", "title") or item.code
    return "\n".join([*comments, f"::{_escaped(title)}::[plain]{body}"])


def _long_labels(item: Item) -> list[str]:
    lines = [f"// chizheng:criterion={criterion.weight} {quoted(criterion.text)}" for criterion in item.rubric]
    told = {"model_answer": item.model_answer, "explanation": item.explanation if item.type is ItemType.CASE else ""}
    return [*(f"// chizheng:{name}={quoted(text)}" for name, text in told.items() if text), *lines]


def _escaped(text: str) -> str:
    return _MARKS.sub(lambda found: "\\n" if found[0] == "\n" else "\\" + found[0], text)


def _text(text: str) -> str:
    """A text where a format or a percentage might stand before it."""
    said = text.strip()
    return ("[plain]" if said.startswith(("[", "%")) else "") + _escaped(said)


def _general(item: Item) -> str:
    return f"\n####{_text(item.explanation)}\n" if item.explanation.strip() else "\n"


def _feedback(text: str) -> str:
    return f"#{_text(text)}" if text.strip() else ""


def _choice(item: Item) -> tuple[str, dict[str, str]]:
    worths = fractions(item)
    is_single = item.type is ItemType.SINGLE and _HUNDRED in worths
    lines = []
    for option, worth in zip(item.options, worths, strict=True):
        is_right = is_single and worth == _HUNDRED
        mark = "=" if is_right else f"~%{decimal_text(worth)}%" if worth else "~"
        lines.append(f"{mark}{_text(option.text)}{_feedback(option.feedback)}")
    body = "\n".join(lines)
    return f"{_escaped(item.stem)} {{\n{body}{_general(item)}}}", choice_labels(item, single=is_single)


def _judgement(item: Item) -> tuple[str, dict[str, str]]:
    wrong, right = (kept(item, "gift", f"feedback:{about}") for about in ("wrong", "right"))
    said = f"#{_text(wrong)}#{_text(right)}" if wrong or right else ""
    letter = "T" if item.key == (TRUE,) else "F"
    return f"{_escaped(item.stem)} {{{letter}{said}{_general(item)}}}", {}


def _matching(item: Item) -> tuple[str, dict[str, str]]:
    pairs, labels = match_pairs(item)
    body = "\n".join(f"={_text(prompt)} -> {_escaped(option.strip())}" for prompt, option in pairs)
    return f"{_escaped(item.stem)} {{\n{body}{_general(item)}}}", labels


def _answers(item: Item, texts: Iterable[tuple[str, str]]) -> str:
    """Accepted answers as (text as known, text as written), each with its feedback, and those kept aside."""
    said = [f"={written}{_feedback(kept(item, 'gift', f'feedback:{text}'))}" for text, written in texts]
    said += [f"={one.text}" for one in item.opaque if (one.format, one.name) == ("gift", "answer")]
    return " ".join(said)


def _fill(item: Item) -> tuple[str, dict[str, str]]:
    before, after = GAP.split(item.stem)[::2]
    accepted = ((text, _text(text.replace("*", "\0")).replace("\0", "\\*")) for text in item.blanks[0].accepted)
    answers = f"{{{_answers(item, accepted)}{_general(item).rstrip()}}}"
    return f"{_escaped(before)}{answers}{_escaped(after)}", blank_labels(item.blanks[0])


def _numeric(item: Item) -> tuple[str, dict[str, str]]:
    blank = item.blanks[0]
    tolerance = decimal_text(blank.tolerance) if blank.tolerance else "0"
    numbers = ((text, f"{_number(text)}:{tolerance}") for text in blank.accepted)
    wrong = _feedback(kept(item, "gift", "feedback:wrong"))
    answers = f"{{#{_answers(item, numbers)}{f' ~{wrong}' if wrong else ''}{_general(item).rstrip()}}}"
    before, *rest = GAP.split(item.stem)
    after = rest[-1] if rest else ""
    labels = blank_labels(blank) | ({"gap": "end"} if rest and not after.strip() else {})
    return f"{_escaped(before)}{answers}{_escaped(after)}", labels


def _number(text: str) -> str:
    found = as_number(text)
    return text.strip() if found is None else decimal_text(found)


def _essay(item: Item) -> tuple[str, dict[str, str]]:
    labels = {"type": item.type.value} if item.type is ItemType.CASE_ANALYSIS else {}
    return f"{_escaped(item.stem)} {{{_general(item).strip()}}}", labels


def _case(item: Item) -> tuple[str, dict[str, str]]:
    return _escaped(item.stem), {"case": str(len(item.parts))}


_BODIES: dict[ItemType, Callable[[Item], tuple[str, dict[str, str]]]] = {
    ItemType.SINGLE: _choice,
    ItemType.MULTIPLE: _choice,
    ItemType.TRUE_FALSE: _judgement,
    ItemType.MATCHING: _matching,
    ItemType.FILL: _fill,
    ItemType.NUMERIC: _numeric,
    ItemType.SHORT_ANSWER: _essay,
    ItemType.CASE_ANALYSIS: _essay,
    ItemType.CASE: _case,
}
