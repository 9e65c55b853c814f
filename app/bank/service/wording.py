"""What an import says of a question against the bank, in both languages."""

from app.bank.policy import Outcome
from app.bank.queries.imports import ReportRow
from question_bank.faults import Change, Fault, Place

FIELDS = {
    "type": ("题型", "type"),
    "stem": ("题干", "question"),
    "options": ("选项", "options"),
    "key": ("答案", "right answer"),
    "explanation": ("解析", "explanation"),
    "topic": ("主题", "topic"),
    "citation": ("法律条文", "law and article"),
    "level": ("认知层次", "cognitive level"),
    "difficulty": ("预期正确率", "expected share of right answers"),
    "tags": ("标签", "tags"),
    "overlay": ("适用地区规则", "rules it is meant for"),
    "source_fact": ("来源事实", "source fact"),
    "feedback": ("选项反馈", "feedback"),
    "worth": ("选项分值比例", "worth of options"),
    "prompts": ("匹配题的题目项", "what is to be matched"),
    "blanks": ("填空", "blanks"),
    "areas": ("图片区域", "areas of the picture"),
    "parts": ("案例各小题", "questions of the case"),
    "rubric": ("评分要点", "rubric"),
    "model_answer": ("参考答案", "model answer"),
    "pictures": ("图片", "pictures"),
    "seconds": ("预计用时", "expected time"),
    "author_role": ("命题角色", "author's role"),
    "review": ("与法条核对情况", "whether it was held against the statute"),
    "opaque": ("其他格式的附带内容", "content kept from another format"),
}
SENTENCES = {
    "ITEM_ADDED": ("新题，编号 {code}。", "New question, code {code}."),
    "ITEM_CHANGED": (
        "题库中已有 {code}，将新增第 {number} 版；变动：{fields_zh}。",
        "{code} is in the bank; this becomes version {number}. Changed: {fields_en}.",
    ),
    "ITEM_UNCHANGED": ("与题库中的 {code} 相同，不作改动。", "The same as {code} in the bank; left as it is."),
    "ITEM_RETIRED": (
        "与题库中的 {code} 相同，该题已停用，不作改动。",
        "The same as {code} in the bank, which is retired; left as it is.",
    ),
    "DUPLICATE_IN_BANK": ("题库中已有同样的题：{codes}。", "The bank has the same question already: {codes}."),
    "LEFT_OUT": ("导入时已选择不要此题。", "Left out by choice when the file was taken over."),
    "PAPER_DIFFERS": (
        "题库中的 {code} 属于另一科目，不能改科目；请换一个编号。",
        "{code} belongs to another exam subject in the bank and stays there; use another code.",
    ),
}


def fields_in_words(names: list[str]) -> tuple[str, str]:
    """The names of changed fields, in Chinese and in English."""
    return "、".join(FIELDS[name][0] for name in names), ", ".join(FIELDS[name][1] for name in names)


def said(outcome: Outcome, code: str, place: Place, item_code: str, **data: object) -> ReportRow:
    """A line of our own about a question that was read whole."""
    zh, en = SENTENCES[code]
    return ReportRow(
        outcome, place.file, place.sheet, place.line, place.row, place.item, item_code, code,
        zh.format(code=item_code, **data), en.format(code=item_code, **data),
    )  # fmt: skip


def repeated(outcome: Outcome, found: Fault | Change) -> ReportRow:
    """A line that the reader of the file said."""
    place = found.place
    return ReportRow(
        outcome, place.file, place.sheet, place.line, place.row, place.item, None, found.code, found.zh, found.en
    )
