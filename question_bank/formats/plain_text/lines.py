"""What a single line of a trainers' file is: a heading, a numbered question, an answer, an explanation, a label."""

import re
from dataclasses import dataclass

from question_bank.formats import fields
from question_bank.items import ItemType

HEADING_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text` is narrowed and stripped, `touched` says that narrowing changed more than spaces."""

    number: int
    text: str
    touched: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading. `type` is None for 选择题 (decided by the key); `handled` is false for 填空题 and the like."""

    type: ItemType | None
    label: str
    handled: bool = True
    open_count: bool = False
    answers: bool = False  # the heading of answers, such as 单选题答案
    rest: str = ""  # what follows on the line


_KINDS = (
    (r"不定项(?:选择)?", ItemType.MULTIPLE),
    (r"单项选择|单选", ItemType.SINGLE),
    (r"多项选择|多选", ItemType.MULTIPLE),
    (r"判断(?:正误|对错|是非)?|是非|正误判断", ItemType.TRUE_FALSE),
    (r"选择", None),
    (r"填空", ItemType.FILL),
    (r"简答|问答|论述|名词解释", ItemType.SHORT_ANSWER),
    (r"案例分析|材料分析|案例", ItemType.CASE_ANALYSIS),
    (r"排序", ItemType.ORDERING),
)
_OTHER_KINDS = r"分析|计算|辨析|综合|实务|改错"
_HAN_DIGITS = "[一二三四五六七八九十]+"
_ORDINAL = (
    rf"(?:第?{_HAN_DIGITS}(?:部分|大题|章|节)?|[（(]{_HAN_DIGITS}[)）]|[IVX]{{1,4}}|\d{{1,2}})"
    r"\s*[、.．:：)）]?\s*"
)
_HEADING = re.compile(
    rf"[#\s]*(?P<ordinal>{_ORDINAL})?[【\[〔]?\s*"
    rf"(?P<kind>判断改错|{'|'.join(kind for kind, _ in _KINDS)}|{_OTHER_KINDS})"
    r"(?P<ti>试?题型?|类试题|部分)?\s*[】\]〕]?\s*(?P<answers>(?:的?(?:参考|标准|正确)?答案(?:[及与和]解析)?)?)(?P<rest>.*)"
)
_REMARK = re.compile(r"[（(【\[].*[)）】\]]\s*[:：。.]?|共?\s*\d+\s*[道小题].*|每[小道]?题.*")
_COLON_REMARK = re.compile(r"[:：,，。;；]\s*(?P<said>.*)")
_ABOUT_SECTION = re.compile(r"[题分]|选项|字母|答案|正确的|填|选")
RANGE = re.compile(r"(?:第)?(\d{1,4})\s*[-~—–～－至]+\s*(?:第)?(\d{1,4})\s*题?\s*[:：.、)）]?\s*")


def heading(text: str) -> Heading | None:
    """The section heading that the whole line is, or None."""
    match = _HEADING.fullmatch(text.strip("*= ")) if len(text) <= HEADING_CHARACTERS else None
    if match is None:
        return None
    bare, rest = not (match["ordinal"] or match["ti"] or match["answers"]), match["rest"].strip()
    if bare and (
        rest not in ("", ":", "：") or match["kind"] in ("选择", "分析", "综合", "案例", "判断", "计算", "实务", "排序")
    ):
        return None
    label = (match["kind"] + "题").removesuffix("题") + "题"
    if match["answers"] or _is_answer_run(rest):
        return Heading(_kind(match["kind"]), label, _is_handled(match["kind"]), answers=True, rest=rest.lstrip(":： "))
    if not _is_remark(rest, digits=(match["ordinal"] or "")[:1].isdigit()):
        return None
    open_count = match["kind"].startswith("不定项")
    return Heading(_kind(match["kind"]), label, _is_handled(match["kind"]), open_count, rest=rest)


def _is_answer_run(rest: str) -> bool:
    said = rest.lstrip(":： ")
    return (RANGE.match(said) or _ANSWER_RUN.match(said)) is not None


def _is_remark(rest: str, *, digits: bool) -> bool:
    if rest in ("", ":", "：", "。") or (_REMARK.fullmatch(rest) and fields.BLANK.search(rest) is None):
        return not (STEM_KEY.fullmatch(rest))
    said = _COLON_REMARK.fullmatch(rest)
    if digits or said is None or fields.BLANK.search(rest) or STEM_KEY.search(rest):
        return False
    return _ABOUT_SECTION.search(said["said"]) is not None


def _kind(name: str) -> ItemType | None:
    return next((type_ for pattern, type_ in _KINDS if re.fullmatch(pattern, name)), None)


def _is_handled(name: str) -> bool:
    return any(re.fullmatch(pattern, name) for pattern, _ in _KINDS)


_LETTER_RUN = r"[A-Z](?:[\s,，、;；/|.&+和与]*[A-Z])*"
_WORD = "|".join(sorted((re.escape(word) for word in (*fields.TRUE_WORDS, *fields.FALSE_WORDS)), key=len, reverse=True))
STEM_KEY = re.compile(rf"[（(【\[]\s*(?P<key>[A-H](?:[\s,，、;；/.]*[A-H])*|{_WORD})\s*[)）】\]]", re.IGNORECASE)
KEY_TOKEN = re.compile(rf"(?:(?P<letters>{_LETTER_RUN})(?![A-Za-z])|(?P<word>{_WORD})(?![A-Za-z]))", re.IGNORECASE)
_ANSWER_RUN = re.compile(rf"\d{{1,4}}\s*[.．、:：]?\s*(?:{KEY_TOKEN.pattern})(?=[\s\d,，;；、。]|$)", re.IGNORECASE)
TRAILING_MARK = re.compile(r"(?:[√✓✔×✗✘✕]|(?<=[。.!！])\s*(?:正确|错误|对|错))\s*$")

_TAG = re.compile(
    r"^\s*[（(【\[〔<]\s*(?P<kind>单选|多选|判断|单项选择|多项选择|不定项选择|不定项|是非|填空|简答|问答|论述|案例分析|排序)题?"
    r"\s*[)）】\]〕>]\s*[:：]?\s*"
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line that begins with a question number; `style` tells 1. from (1)."""

    number: int
    style: str
    rest: str
    tight: bool  # a digit follows the point, as in 2.5倍, so it may be no question number at all


_NUMBER = re.compile(
    r"(?:第\s*(?P<di>\d{1,4})\s*题\s*[.．、:：]?|(?P<plain>\d{1,4})\s*(?:题\s*[.．、:：]?|[.．、:：)）]))\s*(?P<rest>.*)"
)
_BRACKETED = re.compile(r"(?:[（(]\s*(\d{1,4})\s*[)）]|[【\[]\s*第?\s*(\d{1,4})\s*题?\s*[】\]])\s*[.．、:：]?\s*(.*)")
_SPACED = re.compile(r"(\d{1,4})\s+(\D.*)")


def numbered(text: str) -> Numbered | None:
    """The question number at the start of a line, or None."""
    if match := _NUMBER.fullmatch(text):
        rest = match["rest"]
        tight = text[match.start("rest") - 1] in ".．:：" and rest[:1].isdigit()
        return Numbered(int(match["di"] or match["plain"]), "plain", rest, tight)
    if match := _BRACKETED.fullmatch(text):
        return Numbered(int(match[1] or match[2]), "bracket", match[3], tight=False)
    if match := _SPACED.fullmatch(text):
        return Numbered(int(match[1]), "space", match[2], tight=False)
    return None


def type_tag(text: str) -> tuple[ItemType | None, bool, str]:
    """Type, whether the number of right options is open, and the rest, from a tag such as 【多选题】 at the start."""
    match = _TAG.match(text)
    if match is None:
        return None, False, text
    return _kind(match["kind"]), match["kind"].startswith("不定项"), text[match.end() :]


FILL_PLACE = re.compile(r"_{2,}|\{\{[1-9][0-9]?\}\}")  # where something is to be written in
_TEXT_ANSWER = re.compile(r"[（(【\[]\s*(?:参考|正确|标准)?答案\s*[】\])）]\s*[:：]?|(?:参考|正确|标准)?答案\s*[:：]")
_ANSWER = re.compile(
    r"(?:[【\[（(]\s*(?:本题)?(?:参考|正确|标准)?答案\s*[】\])）]\s*[:：]?|(?:本题)?(?:参考|正确|标准)?答案\s*(?:为|是)?\s*[:：]|答\s*[:：])"
    r"\s*(?P<rest>.*)"
)
_BARE_ANSWER = re.compile(r"(?:参考|正确|标准)?答案\s*(?:为|是)?\s*(?P<rest>.*)")
_INNER_ANSWER = re.compile(
    r"[（(【\[]?\s*(?:(?<=[【\[（(])\s*(?:参考|正确|标准)?答案\s*[】\])）]\s*[:：]?|(?:参考|正确|标准)?答案\s*[:：])\s*(?P<rest>.*)"
)
_EXPLANATION = re.compile(
    r"(?:[【\[（(]\s*(?:答案|试题|本题)?(?:解析|详解|解释|分析|说明)\s*[】\])）]\s*[:：]?|(?:答案|试题|本题)?(?:解析|详解|解释|分析|说明)\s*[:：])"
    r"\s*(?P<rest>.*)"
)


def answer(text: str) -> str | None:
    """What follows 答案：, 【答案】, 参考答案 and the like at the start of a line; None if it is no answer line."""
    if match := _ANSWER.fullmatch(text):
        return match["rest"]
    match = _BARE_ANSWER.fullmatch(text)
    if match and KEY_TOKEN.fullmatch(match["rest"].strip("。. ")):
        return match["rest"]
    return None


def inner_answer(text: str) -> tuple[str, str] | None:
    """The text before and the key after 答案： in the middle of a line, when what follows reads as a key."""
    for match in _INNER_ANSWER.finditer(text):
        if match.start() and KEY_TOKEN.match(match["rest"]):
            return text[: match.start()].rstrip(), match["rest"].rstrip(")） ")
    return None


def inner_text(text: str) -> tuple[str, str] | None:
    """The text before and all that follows 答案： in the middle of it, whatever follows."""
    found = _TEXT_ANSWER.search(text, 1)
    return (text[: found.start()].rstrip(), text[found.end() :].strip()) if found else None


def explanation(text: str) -> str | None:
    """What follows 解析：, 【解析】 and the like at the start of a line."""
    match = _EXPLANATION.fullmatch(text)
    return match["rest"] if match else None


def split_explanation(text: str) -> tuple[str, str | None]:
    """A text and the explanation that begins in it, if one does."""
    match = _EXPLANATION.search(text)
    return (text[: match.start()].rstrip(), match["rest"]) if match else (text, None)


_LABELS = {
    "law": ("法律依据", "法律", "法条", "依据", "法规", "出处", "来源"),
    "difficulty": ("难度系数", "难易度", "难易程度", "难度"),
    "topic": ("知识点", "考点", "主题", "考查点"),
    "level": ("认知层次", "能力层次", "层次", "能力要求"),
    "paper": ("试卷", "科目", "卷别"),
    "tags": ("标签", "关键词"),
    "code": ("题目编号", "试题编号", "编号"),
    "source_fact": ("来源事实", "事实编号"),
    "overlay": ("适用地区", "适用地方"),
    "rubric": ("评分要点", "评分标准", "评分细则", "采分点"),
    "tolerance": ("允许误差", "误差"),
    "seconds": ("预计用时", "用时"),
}
_BY_LABEL = {label: name for name, labels in _LABELS.items() for label in labels}
_ANY_LABEL = "|".join(sorted(_BY_LABEL, key=len, reverse=True))
_LABEL = re.compile(rf"(?:[【\[]\s*(?P<a>{_ANY_LABEL})\s*[】\]]\s*[:：]?|(?P<b>{_ANY_LABEL})\s*[:：])\s*(?P<value>.*)")


_SAYING = frozenset("【[（(本参正标答试解详分说").union(label[0] for label in _BY_LABEL)


def says_what_it_is(text: str) -> bool:
    """Whether a line begins as an answer, an explanation or a label may; it need not be one."""
    return text[:1] in _SAYING


def label(text: str) -> tuple[str, str] | None:
    """Field name and raw value of a line such as 难度：0.7 or 【知识点】听证."""
    match = _LABEL.fullmatch(text)
    return (_BY_LABEL[match["a"] or match["b"]], match["value"]) if match else None


_ANSWERS_HEADING = re.compile(
    rf"[#\s]*(?:{_ORDINAL}|附\s*[件录]?\s*\d?\s*[:：、]?\s*)?[【\[]?\s*(?:试题|习题|本卷|题库)?(?:参考|标准|正确)?答案(?:[及与和]?解析|表|汇总|部分)?\s*[】\]]?"
    r"\s*[:：]?\s*"
)
_PAGE = re.compile(r"第\s*\d+\s*页.*|[-—–]\s*\d+\s*[-—–]|\d+\s*/\s*\d+|Page\s+\d+.*", re.IGNORECASE)
_RULE = re.compile(r"[-—–=_*#·.~\s]*")


_LEADING_JUDGEMENT = re.compile(
    rf"(?P<bracket>[（(]\s*(?:{_WORD})?\s*[)）])\s*(?P<question>\d{{1,4}}\s*[.．、)）]\s*\D.*)", re.IGNORECASE
)


def bracket_last(text: str) -> str:
    """A judgement written before its number, （√）3. …, with the bracket moved behind the question."""
    match = _LEADING_JUDGEMENT.fullmatch(text) if text[:1] in ("（", "(") else None
    return match["question"] + match["bracket"] if match else text


def answers_heading(text: str) -> bool:
    """Whether the line is nothing but 参考答案 or the like."""
    return _ANSWERS_HEADING.fullmatch(text) is not None


def page_mark(text: str) -> bool:
    """Whether the line is a page number of the document it was copied from."""
    return _PAGE.fullmatch(text) is not None


def ruled(text: str) -> bool:
    """Whether the line is blank or only drawn: dashes, stars, points."""
    return _RULE.fullmatch(text) is not None
