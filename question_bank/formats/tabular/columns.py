"""The columns that a table of questions may have, and the words that name them."""

import re
from collections.abc import Iterable

from question_bank.formats import fields
from question_bank.formats.labels import Loss
from question_bank.items import FALSE, OPTION_KEYS, TRUE, ItemType, Level, Paper

HEADING_CHARACTERS = 60
_HEADINGS = {
    "code": ("编号", "题目编号", "试题编号", "题库编号", "code", "id"),
    "number": ("序号", "题号", "no", "no.", "number"),
    "type": ("题型", "类型", "题目类型", "试题类型", "type", "question type"),
    "stem": ("题干", "题目", "试题", "试题内容", "题目内容", "问题", "stem", "question", "question text"),
    "options": ("选项", "选项内容", "备选答案", "备选项", "options", "choices"),
    "prompts": ("题目项", "匹配项", "待匹配项", "左列", "prompts", "pairs"),
    "key": ("答案", "正确答案", "参考答案", "标准答案", "key", "answer", "correct answer", "answer key"),
    "tolerance": ("允许误差", "误差", "tolerance"),
    "rubric": ("评分要点", "评分标准", "评分细则", "采分点", "rubric"),
    "explanation": ("解析", "答案解析", "试题解析", "题目解析", "explanation", "rationale"),
    "paper": ("试卷", "科目", "卷别", "paper"),
    "topic": ("知识点", "考点", "主题", "章节", "topic", "subject"),
    "law": ("法律", "法律依据", "依据", "法条", "法规", "出处", "law", "source law"),
    "edition": ("版本", "法律版本", "edition"),
    "article": ("条", "条文", "条款", "条号", "article"),
    "level": ("层次", "认知层次", "能力层次", "level", "cognitive level"),
    "difficulty": ("难度", "难度系数", "difficulty", "facility"),
    "seconds": ("用时", "预计用时", "预计用时秒", "seconds", "time"),
    "tags": ("标签", "关键词", "tags"),
    "overlay": ("适用地区", "地区", "overlay"),
    "source_fact": ("来源事实", "事实编号", "source_fact", "source fact"),
    "author_role": ("命题角色", "命题人角色", "author_role", "author role"),
}
_BY_HEADING = {heading: name for name, headings in _HEADINGS.items() for heading in headings}
_OPTION_HEADING = re.compile(r"(?:选项|答案|备选|option|choice)?\s*[_\-（(]?\s*([a-h])\s*[)）]?\s*(?:选项|项)?")
NEEDED = {"stem", "key"}
NAMED = {heading: headings[0] for heading, headings in _HEADINGS.items()}
COLUMNS = ("code", "type", "stem", *OPTION_KEYS, "options", "prompts", "key", "tolerance", "rubric", "explanation")
COLUMNS += ("paper", "topic", "law", "edition", "article", "level", "difficulty", "seconds", "tags", "overlay")
COLUMNS += ("source_fact", "author_role")
LEVEL_NAMES = {Level.RECALL: "识记", Level.APPLICATION: "应用", Level.JUDGEMENT: "判断"}
PAPER_NAMES = {Paper.PUBLIC_LAW: "公共法律知识", Paper.PROFESSIONAL: "专业法律知识", Paper.AUXILIARY: "辅助人员"}
KEY_NAMES = {TRUE: "正确", FALSE: "错误"}
NOT_IN_ROWS = frozenset({ItemType.HOTSPOT, ItemType.CASE})  # they have areas or questions of their own

LOSES: tuple[Loss, ...] = (
    Loss("pictures", "图片不写入表格。", "Pictures are not written into a table."),
    Loss("options.feedback", "各选项的反馈不写入表格。", "The feedback of single options is not written."),
    Loss("options.worth", "各选项的分值比例不写入表格。", "The worth of single options is not written."),
    Loss("blanks.weight", "各空的权重不写入，读回时都为1。", "Weights of blanks are not written; they read back as 1."),
    Loss(
        "review", "审核状态不写入，读回时为未审核。", "The review status is not written; it reads back as unreviewed."
    ),
    Loss("opaque", "其他格式的附带内容不写入表格。", "What was kept from other formats is not written."),
    Loss("areas", "识图题不能写成一行，写出时拒绝。", "A hotspot question does not fit into a row and is refused."),
    Loss("parts", "含小题的案例题不能写成一行，写出时拒绝。", "A case with questions of its own is refused."),
    Loss("blanks.options", "有备选项的完形填空写出时拒绝。", "A cloze whose gaps have options is refused."),
)
"""What .xlsx and .csv do not keep of an item."""


def columns_of(cells: Iterable[str]) -> dict[int, str]:
    """Column → field: a name, or an option letter."""
    found = {}
    for index, cell in enumerate(cells):
        if len(cell) > HEADING_CHARACTERS:
            continue
        heading = re.sub(r"\s+", " ", fields.narrow(cell)).strip(" *：:\"'\n").casefold()
        heading = re.sub(r"[（(].*[)）]$", "", heading).strip() or heading
        if heading in _BY_HEADING:
            found[index] = _BY_HEADING[heading]
        elif match := _OPTION_HEADING.fullmatch(heading):
            found[index] = match[1].upper()
    return found


def has_headings(cells: Iterable[str]) -> bool:
    """Whether a row names at least the stem and the answer."""
    return set(columns_of(cells).values()) >= NEEDED


def looks_tabular(text: str) -> bool:
    """Whether the first line is a row of headings."""
    first = text.split("\n", 1)[0][:2000]
    return any(has_headings(first.strip("\r").split(mark)) for mark in ",;\t")


def headings() -> list[str]:
    """The Chinese headings of a table that this package writes."""
    return [NAMED.get(column, f"选项{column}") for column in COLUMNS]
