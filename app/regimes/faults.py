"""What can be wrong with a regime file, said in both languages at file and line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import N_, DomainError
from app.regimes.layers import Layer, line_of

MESSAGES: Mapping[str, tuple[str, str]] = {
    "too-large": ("文件超过 %(limit)s 字节。", "The file is larger than %(limit)s bytes."),
    "unreadable": ("文件无法读取：%(detail)s", "The file cannot be read: %(detail)s"),
    "not-toml": ("不是有效的 TOML：%(detail)s", "This is not valid TOML: %(detail)s"),
    "unknown-key": ("不认识的键 %(key)s。", "The key %(key)s is not known."),
    "missing-key": ("缺少键 %(key)s。", "The key %(key)s is missing."),
    "bad-value": ("%(key)s 的值不可用：%(detail)s", "The value of %(key)s cannot be used: %(detail)s"),
    "duplicate": ("%(key)s 在同一时期重复。", "%(key)s is given twice for the same days."),
    "missing-parent": ("找不到上级层 %(parent)s。", "The parent layer %(parent)s is missing."),
    "cycle": ("上级层构成循环：%(chain)s。", "The parent layers form a cycle: %(chain)s."),
    "no-floor": (
        "层 %(id)s 没有上级，也不是全国基准。",
        "The layer %(id)s has no parent and is not the national floor.",
    ),
    "wrong-name": ("文件名应与编号 %(id)s 一致。", "The file must be named after its id %(id)s."),
    "wrong-level": (
        "%(level)s 一级的层不能以 %(above)s 一级的层为上级。",
        "A layer of the level %(level)s cannot stand on one of the level %(above)s.",
    ),
    "relaxes": (
        "%(key)s 放宽了上层（%(layer)s）依据“%(basis)s”的规定。",
        "%(key)s relaxes what the layer %(layer)s says on the basis of %(basis)s.",
    ),
    "unknown-reference": ("%(key)s 指向不存在的 %(target)s。", "%(key)s refers to %(target)s, which does not exist."),
    "taken-twice": (
        "领域 %(first)s 与 %(second)s 都包含 %(item)s；请用 items 分开列明。",
        "The domains %(first)s and %(second)s both take %(item)s; separate them by `items`.",
    ),
    "count-differs": (
        "载明的数量 %(stated)s 与文件实际列出的 %(found)s 不符。",
        "The number stated, %(stated)s, differs from the %(found)s that the file lists.",
    ),
    "period-window": (
        "换证窗口 %(window)s 日长于最短有效期间 %(minimum)s 个月。",
        "The renewal window of %(window)s days is longer than the minimum active period of %(minimum)s months.",
    ),
    "period-due": (
        "办理期限提前 %(due)s 日，超出换证窗口 %(window)s 日。",
        "The renewal is due %(due)s days before the end, outside its window of %(window)s days.",
    ),
    "period-minimum": (
        "最短有效期间 %(minimum)s 个月长于有效期 %(active)s 个月。",
        "The minimum active period of %(minimum)s months is longer than the active period of %(active)s months.",
    ),
    "period-fixed": (
        "按固定日期届满的，有效期（%(active)s 个月）应比最短有效期间（%(minimum)s 个月）至少长 12 个月。",
        "A fixed last day needs an active period (%(active)s months) 12 months above the minimum (%(minimum)s months).",
    ),
    "not-in-draft": ("草案中不能写 %(key)s。", "A draft cannot hold %(key)s."),
    "backdated": (
        "%(key)s 不能早于 %(since)s 生效。",
        "%(key)s cannot hold from before %(since)s.",
    ),
    "calendar-empty": ("文件中没有放假日期。", "The file holds no days off."),
    "calendar-columns": (
        "表头缺少：%(missing)s。应有 name（名称）、from（开始）、to（结束）、statutory（法定）、source（依据）。",
        "The heading lacks %(missing)s. It has name, from, to, statutory, source.",
    ),
    "calendar-long": ("条目超过 %(most)s 条。", "There are more than %(most)s entries."),
    "calendar-day": (
        "“%(given)s”不是可用的日期；应为 2027-01-01，且不能是重复日程。",
        "%(given)s is no usable day; write 2027-01-01, and no repeating events.",
    ),
    "calendar-span": (
        "每条须有名称，且为 1 至 %(most)s 天，结束不早于开始。",
        "Each entry has a name and lasts 1 to %(most)s days, its end not before its start.",
    ),
    "calendar-outside": (
        "%(name)s 的法定日不在其放假日期之内。",
        "A statutory day of %(name)s lies outside its days off.",
    ),
    "calendar-unsourced": ("%(name)s 没有依据；请用 --source 写明。", "%(name)s has no source; give it by --source."),
    "calendar-unmarked": (
        "%(name)s（%(starts)s）没有标明法定日；请标明，或用 --every-day 把放假各日都算作法定节假日。",
        "%(name)s (%(starts)s) marks no statutory day; mark them, or count every day off by --every-day.",
    ),
    "calendar-only": (
        "节假日文件只能包含 [regime]、[sources] 和 [[holiday]]，不能有 %(key)s。",
        "A calendar may hold only [regime], [sources] and [[holiday]], not %(key)s.",
    ),
    "calendar-short": (
        "%(year)s 年只列出 %(found)s 个法定节假日，至少应有 %(least)s 个；未列全的年份不可使用。",
        "The year %(year)s lists %(found)s statutory days and needs at least %(least)s; half a year is not used.",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file, at a line where it is known."""

    code: str
    file: str
    line: int | None
    data: Mapping[str, str]

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return MESSAGES[self.code][0] % self.data

    @property
    def en(self) -> str:
        """The sentence in English."""
        return MESSAGES[self.code][1] % self.data

    @property
    def at(self) -> str:
        """`file:line`, as compilers write it."""
        return f"{self.file}:{self.line or 1}"

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {"code": self.code, "file": self.file, "line": self.line, "message": {"zh": self.zh, "en": self.en}}


class RegimeUnusable(DomainError):
    """A regime's files contain faults; nothing of it is used."""

    def __init__(self, regime: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(
            "regime-unusable",
            N_("The regime %(regime)s cannot be used: %(first)s"),
            regime=regime,
            first=f"{faults[0].at}: {faults[0].en}",
        )
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Source:
    """One file as read: its text for line numbers, its layer, its canonical content (JSON), and that content's hash."""

    file: str
    text: str
    layer: Layer
    content: str
    sha256: str


def fault_at(code: str, source: Source, path: tuple[str | int, ...], **data: str) -> Fault:
    """A fault at the line of the source that the path names."""
    return Fault(code, source.file, line_of(source.text, path), data)


def toml_fault(name: str, text: str, error: Exception) -> Fault:
    """What the TOML reader refused, at the line it names."""
    return Fault("not-toml", name, _toml_line(str(error), text), {"detail": str(error)})


def _toml_line(message: str, text: str) -> int | None:
    if "end of document" in message:
        return text.count("\n") + 1
    _, _, rest = message.partition("(at line ")
    number = rest.split(",")[0]
    return int(number) if number.isdigit() else None
