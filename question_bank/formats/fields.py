"""Single fields as people write them, read into the values of an item."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from question_bank.items import FALSE, TRUE, Citation, ItemType, Level, Paper

T = TypeVar("T")

_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE_SIGN = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_ODD_SPACE = re.compile(r"[^\S\n ]")
_INVISIBLE = re.compile(  # the category Cf, written out: asking for each character's takes ten times as long
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f]"
)
_SPACES = re.compile(r"[^\S\n]+")
BLANK = re.compile(r"[（(]\s*[)）]")

TRUE_WORDS = ("正确", "对", "是", "√", "✓", "✔", "☑", "T", "TRUE", "Y", "YES")
FALSE_WORDS = ("不正确", "错误", "不对", "错", "否", "×", "✗", "✘", "✕", "╳", "X", "F", "FALSE", "N", "NO")
_JUDGEMENTS = {**dict.fromkeys(TRUE_WORDS, TRUE), **dict.fromkeys(FALSE_WORDS, FALSE)}
_LETTERS = re.compile(r"[A-Za-z](?:[\s,，、;；/|.&+和与]*[A-Za-z])*")

_TYPES = {
    ItemType.SINGLE: ("单选", "单选题", "单项选择", "单项选择题", "single", "single choice"),
    ItemType.MULTIPLE: ("多选", "多选题", "多项选择", "多项选择题", "multiple", "multiple choice", "multi"),
    ItemType.TRUE_FALSE: ("判断", "判断题", "是非题", "判断正误", "true_false", "true/false", "truefalse", "judge"),
    ItemType.FILL: ("填空", "填空题", "fill", "fill in the blank", "fill_in"),
    ItemType.NUMERIC: ("数值", "数值题", "数字题", "numeric", "numerical", "number"),
    ItemType.MATCHING: ("匹配", "匹配题", "连线", "连线题", "配对题", "matching", "match"),
    ItemType.ORDERING: ("排序", "排序题", "ordering", "order"),
    ItemType.CLOZE: ("完形填空", "完形填空题", "选词填空", "选词填空题", "cloze"),
    ItemType.HOTSPOT: ("识图", "识图题", "热点题", "hotspot"),
    ItemType.CASE: ("案例", "案例题", "案例选择题", "case"),
    ItemType.SHORT_ANSWER: (
        "简答",
        "简答题",
        "问答",
        "问答题",
        "论述",
        "论述题",
        "名词解释",
        "short_answer",
        "short answer",
        "essay",
    ),
    ItemType.CASE_ANALYSIS: ("案例分析", "案例分析题", "材料分析题", "case_analysis", "case analysis"),
}
TYPE_NAMES = {type_: names[1] for type_, names in _TYPES.items()}  # as headings and lists write them
_LEVELS = {
    Level.RECALL: ("识记", "记忆", "了解", "recall"),
    Level.APPLICATION: ("应用", "运用", "application"),
    Level.JUDGEMENT: ("判断", "分析", "分析判断", "综合判断", "judgement", "judgment"),
}
_PAPERS = {
    Paper.PUBLIC_LAW: (
        "公共法律知识",
        "公共法律",
        "公共",
        "通用法律知识",
        "通用",
        "综合法律知识",
        "public_law",
        "public law",
    ),
    Paper.PROFESSIONAL: ("专业法律知识", "专业法律", "城市管理专业法律", "专业", "专门法律知识", "professional"),
    Paper.AUXILIARY: ("辅助", "辅助人员", "协管", "协管人员", "执法辅助人员", "auxiliary"),
}
OPEN_COUNT_NAMES = ("不定项", "不定项选择", "不定项选择题")
_EASE = {
    "易": 0.85,
    "容易": 0.85,
    "较易": 0.75,
    "中": 0.6,
    "中等": 0.6,
    "适中": 0.6,
    "较难": 0.45,
    "难": 0.3,
    "困难": 0.3,
}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def narrow(text: str) -> str:
    """Full-width letters and digits in one width, every space a space, invisible characters gone."""
    return text if text.isascii() and _ODD_SPACE.search(text) is None else narrow_spaces(_narrowed(text))


def _narrowed(text: str) -> str:
    return _INVISIBLE.sub("", text.translate(_WIDE) if _WIDE_SIGN.search(text) else text)


def narrow_spaces(text: str) -> str:
    """Every kind of space but the line end as a plain space."""
    return _ODD_SPACE.sub(" ", text)


def squeeze(text: str) -> str:
    """No space at either end and no double space inside; the blank for an answer always reads （ ）."""
    lines = (_SPACES.sub(" ", line).strip() for line in BLANK.sub("（ ）", text).split("\n"))
    return "\n".join(line for line in lines if line)


def read_judgement(raw: str) -> str | None:
    """T or F for a word or mark of judgement."""
    return _JUDGEMENTS.get(raw.strip().strip("。.;；,，!！").upper())


def read_letters(raw: str) -> tuple[str, ...] | None:
    """The option letters of a key as written: ABD, A,B,D, A、B、D, a b d; None for anything else."""
    bare = raw.strip().strip("。.;；,，、")
    if not _LETTERS.fullmatch(bare):
        return None
    return tuple(char.upper() for char in bare if char.isascii() and char.isalpha())


def read_type(raw: str) -> ItemType | None:
    """The type of a question by its Chinese or English name."""
    return _by_name(_TYPES, raw) or (ItemType.MULTIPLE if raw.strip() in OPEN_COUNT_NAMES else None)


def read_level(raw: str) -> Level | None:
    """The cognitive level by its Chinese or English name."""
    return _by_name(_LEVELS, raw)


def read_paper(raw: str) -> Paper | None:
    """The paper by its Chinese or English name."""
    return _by_name(_PAPERS, raw)


def _by_name(table: Mapping[T, tuple[str, ...]], raw: str) -> T | None:
    name = raw.strip().casefold()
    return next((value for value, names in table.items() if name in names), None)


def read_difficulty(raw: str) -> tuple[float, bool] | None:
    """Expected facility from 0.7, 70% or a word such as 较难; the second value is true for a word."""
    text = raw.strip()
    if text in _EASE:
        return _EASE[text], True
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)\s*([%％])?", text, re.ASCII)
    if match is None:
        return None
    value = float(match[1]) / (100 if match[2] else 1)
    return (value, False) if value <= 1 else None


def read_number(text: str) -> int | None:
    """A number in digits or in Chinese numerals up to 9999."""
    if re.fullmatch(r"\d{1,4}", text, re.ASCII):
        return int(text)
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            return None
    return total + digit if text else None


@dataclass(frozen=True, slots=True)
class CitationReading:
    """A citation, and whether something written beside it was left out."""

    citation: Citation
    shortened: bool


_NUMERALS = r"[\d零〇一二三四五六七八九十百千]+"
_CITATION = re.compile(
    r"《?(?P<law>[^《》（()）\d第]{2,120})》?\s*(?:[（(](?P<edition>[^（()）]{0,60})[)）])?\s*》?\s*"
    rf"(?:第?\s*(?P<article>{_NUMERALS})\s*条(?:之(?P<sub>{_NUMERALS}))?|(?P<bare>\d{{1,4}}))?\s*(?P<rest>.*)",
    re.DOTALL,
)
_DATE = re.compile(r"(\d{4})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})\s*日?(.*)", re.ASCII)
_STATE = "中华人民共和国"


def read_citation(raw: str) -> CitationReading | None:
    """Law, edition and article from 《行政处罚法》（2021-01-22）第四十二条 and the like; None without a law."""
    match = _CITATION.fullmatch(raw.strip().rstrip("。;；"))
    if match is None:
        return None
    law = match["law"].strip()
    shortened = law.startswith(_STATE) or bool(match["rest"].strip())
    edition, left_out = read_edition(match["edition"] or "")
    article = _article(match["article"] or match["bare"] or "", match["sub"])
    if article is None:
        return None
    citation = Citation(law.removeprefix(_STATE).strip(), edition, article)
    return CitationReading(citation, shortened or left_out) if citation.law else None


def _article(number: str, sub: str | None) -> str | None:
    if not number:
        return ""
    main = read_number(number)
    part = read_number(sub) if sub else None
    if not main or (sub and not part):
        return None
    return f"{main}-{part}" if part else str(main)


def read_article(raw: str) -> str | None:
    """The article number from 42, 第42条, 第四十二条之一 or 42-1; None if it is none of these."""
    text = raw.strip()
    if re.fullmatch(r"[1-9]\d{0,3}(-[1-9]\d?)?", text, re.ASCII):
        return text
    match = re.fullmatch(rf"第?\s*({_NUMERALS})\s*条?(?:之({_NUMERALS}))?", text)
    return _article(match[1], match[2]) if match else None


def read_edition(raw: str) -> tuple[str, bool]:
    """The date in it as 2021-01-22, or empty; and whether something else was left out."""
    match = _DATE.search(raw)
    if match is None:
        return "", bool(raw.strip())
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return "", True
    rest = (raw[: match.start()] + match[4]).strip()
    return day.isoformat(), rest not in ("", "修订", "修正", "通过")
