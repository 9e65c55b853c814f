"""The whole answer as one sentence, and what was asked besides, in both languages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.eligibility.intervals import zone_of
from app.regimes.policy import Text

MOST_NAMED = 3
CAN = {
    "ALLOW": Text("可以", "may"),
    "ALLOW_WITH_WARNINGS": Text("可以（有提醒）", "may, with warnings,"),
    "DENY": Text("不得", "may not"),
}
CONTEXT = {
    "approval": Text("事先审批编号", "Prior approval"),
    "emergency": Text("紧急情况", "Emergency"),
    "recorder": Text("携带执法记录仪", "Recorder carried"),
    "case_parties": Text("当事人", "Parties"),
    "in_uniform": Text("着装人员", "In uniform"),
    "recusal_asked": Text("被申请回避", "Recusal asked of"),
    "investigators": Text("调查人员", "Investigators"),
    "template": Text("队伍模板", "Squad template"),
    "enterprise": Text("涉企检查", "Inspection of an enterprise"),
    "notice": Text("检查通知书编号", "Inspection notice"),
    "inspections": Text("本年已检查次数", "Inspections this year"),
    "inspection_cap": Text("年度检查上限", "Yearly limit of inspections"),
    "cuts_utilities": Text("停水停电停气停热", "Cuts water, power, gas or heating"),
    "unit": Text("派往单位", "Unit"),
    "consultation": Text("征求党委意见记录", "Record of asking the Party committee"),
    "count": Text("拟聘人数", "How many to hire"),
}


def verdict_words(
    answer: Mapping[str, Any], names: Mapping[str, str], act: Text, place: str | None, time_zone: str
) -> Text:
    """Who may or may not do what, where, from when to when; and in which part of the time it is otherwise."""
    parts: Sequence[Mapping[str, Any]] = answer["intervals"]
    first, last = clock(parts[0]["start"], time_zone), clock(parts[-1]["end"], time_zone)
    can = CAN[answer["outcome"]]
    who = _who([one["person"] for one in answer["people"]], names)
    zh = f"{who.zh}于{first}至{last}{can.zh}{f'在{place}' if place else ''}从事“{act.zh}”。"
    en = f"{who.en} {can.en} do “{act.en}”{f' at {place}' if place else ''} from {first} to {last}."
    other = _otherwise(parts, answer["outcome"], time_zone)
    return Text(zh + other.zh, en + other.en)


def context_words(context: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """What the asker stated about the occasion, each with its label; what was not stated is left out."""
    yes, no = Text("是", "yes"), Text("否", "no")
    found = []
    for key, value in context.items():
        if value is None or (value in ([], "", False) and key != "recorder"):
            continue
        text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
        said = (yes if value else no) if isinstance(value, bool) else Text(text or "—", text or "—")
        found.append((CONTEXT.get(key, Text(key, key)), said))
    return found


def clock(text: str, time_zone: str) -> str:
    """A stored moment as local day and minute."""
    return datetime.fromisoformat(text).astimezone(zone_of(time_zone)).strftime("%Y-%m-%d %H:%M")


def _who(codes: Sequence[str], names: Mapping[str, str]) -> Text:
    named = [f"{names.get(code) or code}（{code}）" if names.get(code) else code for code in codes[:MOST_NAMED]]
    plain = [f"{names.get(code, '')} ({code})".strip() for code in codes[:MOST_NAMED]]
    more = len(codes) - MOST_NAMED
    if more > 0:
        return Text("、".join(named) + f"等{len(codes)}人", ", ".join(plain) + f" and {more} more")
    return Text("、".join(named), plain[0] if len(plain) == 1 else ", ".join(plain[:-1]) + " and " + plain[-1])


def _otherwise(parts: Iterable[Mapping[str, Any]], outcome: str, time_zone: str) -> Text:
    """The parts of the time in which the answer is better than the whole."""
    zh, en = [], []
    for part in parts:
        if part["outcome"] != outcome:
            can = CAN[part["outcome"]]
            first, last = clock(part["start"], time_zone), clock(part["end"], time_zone)
            zh.append(f"其中{first}至{last}{can.zh}。")
            en.append(f" From {first} to {last} they {can.en.rstrip(',')}.")
    return Text("".join(zh), "".join(en))
