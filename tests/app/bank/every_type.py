"""A question of each type, as a browser sends its form and as the bank then holds it."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

from PIL import Image

from question_bank.items import (
    Area,
    Blank,
    Citation,
    Criterion,
    Item,
    ItemType,
    Level,
    Option,
    Picture,
    Shape,
)


def picture(form="PNG", size=(120, 80), colour="#3366aa", **saving):
    """A small picture as bytes."""
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, form, **saving)
    return buffer.getvalue()


LABELS = {
    "paper": "PUBLIC_LAW", "topic": "行政处罚法", "level": "APPLICATION", "law": "行政处罚法", "article": "42",
    "edition": "2021-01-22", "tags": "程序", "overlay": "", "review": "UNREVIEWED", "action": "save",
}  # fmt: skip
LABELLED = Item(
    "X", ItemType.SINGLE, "", (), (), topic="行政处罚法", level=Level.APPLICATION, tags=("程序",),
    citation=Citation("行政处罚法", "2021-01-22", "42"),
)  # fmt: skip


def _options(prefix, texts, right=""):
    found = {}
    for place, text in enumerate(texts):
        found[f"{prefix}options-{place}-text"] = text
        if "ABCDEFGH"[place] in right:
            found[f"{prefix}options-{place}-right"] = "y"
    return found


def _letters(*texts):
    return tuple(Option(letter, text) for letter, text in zip("ABCDEFGH", texts, strict=False))


SENT = {
    "SINGLE": {"stem": "应当由几名执法人员实施？", **_options("", ["一名", "两名以上"], "B")},
    "MULTIPLE": {"stem": "哪些属于行政处罚？", **_options("", ["警告", "罚款", "说服"], "AB")},
    "TRUE_FALSE": {"stem": "执法人员应当主动出示执法证件。", "truth": "T"},
    "FILL": {"stem": "不得少于{{1}}名，处罚应当{{2}}。", "blanks-0-accepted": "两\n2\n二", "blanks-1-accepted": "公开",
             "blanks-1-weight": "2"},
    "NUMERIC": {"stem": "听证应当在几日前通知？", "blanks-0-accepted": "7", "blanks-0-tolerance": "0.5"},
    "MATCHING": {"stem": "各属哪一阶段？", "prompts-0-text": "立案", "prompts-0-match": "A", "prompts-1-text": "听证",
                 "prompts-1-match": "C", **_options("", ["开始", "中间", "告知之后"])},
    "ORDERING": {"stem": "排出顺序。", "order": "cab", **_options("", ["调查", "决定", "立案"])},
    "CLOZE": {"stem": "执法人员{{1}}出示证件，不得少于{{2}}人。", "blanks-0-options": "应当\n可以",
              "blanks-0-accepted": "应当", "blanks-1-accepted": "两"},
    "HOTSPOT": {"stem": "指出占道的摊位。", "areas-0-shape": "RECTANGLE", "areas-0-coords": "10, 10, 60, 40",
                "areas-0-right": "y", "areas-1-shape": "CIRCLE", "areas-1-coords": "90 60 10"},
    "CASE": {"stem": "某摊贩占道经营，拒不改正。", "parts-0-type": "SINGLE", "parts-0-stem": "应当如何处理？",
             **_options("parts-0-", ["责令改正", "扣押人身"], "A"), "parts-0-weight": "2",
             "parts-1-type": "FILL", "parts-1-stem": "应当有{{1}}人。", "parts-1-blanks-0-accepted": "两"},
    "SHORT_ANSWER": {"stem": "说明回避的情形。", "rubric": "2 | 说出直接利害关系\n说出其他关系",
                     "model_answer": "见条文。"},
    "CASE_ANALYSIS": {"stem": "分析本案的程序。", "rubric": "3｜说明告知", "model_answer": "先告知，后决定。"},
}  # fmt: skip
HELD = {
    "SINGLE": {"stem": SENT["SINGLE"]["stem"], "options": _letters("一名", "两名以上"), "key": ("B",)},
    "MULTIPLE": {"stem": SENT["MULTIPLE"]["stem"], "options": _letters("警告", "罚款", "说服"), "key": ("A", "B")},
    "TRUE_FALSE": {"stem": SENT["TRUE_FALSE"]["stem"], "key": ("T",)},
    "FILL": {"stem": SENT["FILL"]["stem"], "blanks": (Blank(("两", "2", "二")), Blank(("公开",), weight=2))},
    "NUMERIC": {"stem": SENT["NUMERIC"]["stem"], "blanks": (Blank(("7",), Decimal("0.5")),)},
    "MATCHING": {"stem": SENT["MATCHING"]["stem"], "prompts": ("立案", "听证"), "key": ("1A", "2C"),
                 "options": _letters("开始", "中间", "告知之后")},
    "ORDERING": {"stem": "排出顺序。", "options": _letters("调查", "决定", "立案"), "key": ("C", "A", "B")},
    "CLOZE": {"stem": SENT["CLOZE"]["stem"],
              "blanks": (Blank(("A",), options=_letters("应当", "可以")), Blank(("两",)))},
    "HOTSPOT": {"stem": SENT["HOTSPOT"]["stem"], "key": ("A",),
                "areas": (Area("A", Shape.RECTANGLE, (10, 10, 60, 40)), Area("B", Shape.CIRCLE, (90, 60, 10)))},
    "CASE": {"stem": SENT["CASE"]["stem"],
             "parts": (Item("N-CASE.1", ItemType.SINGLE, "应当如何处理？", _letters("责令改正", "扣押人身"), ("A",),
                            weight=2),
                       Item("N-CASE.2", ItemType.FILL, "应当有{{1}}人。", (), (), blanks=(Blank(("两",)),)))},
    "SHORT_ANSWER": {"stem": SENT["SHORT_ANSWER"]["stem"], "model_answer": "见条文。",
                     "rubric": (Criterion("说出直接利害关系", 2), Criterion("说出其他关系"))},
    "CASE_ANALYSIS": {"stem": SENT["CASE_ANALYSIS"]["stem"], "rubric": (Criterion("说明告知", 3),),
                      "model_answer": "先告知，后决定。"},
}  # fmt: skip


def code(type_):
    """The code of the question of a type."""
    return f"N-{type_}"


def sent(type_, **changes):
    """What a browser sends for a new question of this type."""
    found = {**LABELS, "code": code(type_), "type": type_, **SENT[type_], **changes}
    if type_ == "HOTSPOT" and "pictures-0-source" not in changes:
        found |= {"pictures-0-file": (BytesIO(picture()), "路口.png"), "pictures-0-alt": "一个路口", **changes}
    return found


def held(type_):
    """The question as the bank should hold it, without its pictures' bytes."""
    return replace(LABELLED, code=code(type_), type=ItemType(type_), **HELD[type_])


def with_picture(item):
    """The question with the picture of a junction, as a file would bring it."""
    return replace(item, pictures=(Picture("路口.png", "image/png", picture(), "一个路口"),))


def every():
    """A sound question of each type, the hotspot with its picture."""
    return [with_picture(held(type_)) if type_ == "HOTSPOT" else held(type_) for type_ in SENT]
