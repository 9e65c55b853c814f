"""Facts as sentences in both languages: what is on record, and when it held."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from app.eligibility.intervals import zone_of
from app.regimes.policy import Text
from app.registry.codes import Category, PowerStatus, SanctionKind, title

Stored = Mapping[str, Any]
WEEKDAYS = tuple(zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
STATES = {
    "ACTIVE": ("有效", "in force"), "SUSPENDED": ("暂扣", "suspended"), "REVOKED": ("吊销", "revoked"),
    "LOST": ("挂失", "reported lost"), "CANCELLED": ("注销", "cancelled"), "SUPERSEDED": ("已换发", "replaced"),
}  # fmt: skip
TASKS = {"REGISTER": ("登记", "registration"), "ROTATE": ("轮训", "rotation training"),
         "CERTIFY": ("持证", "certification")}  # fmt: skip
ROLES = {
    "ENFORCEMENT_SUPERVISOR": ("执法监督人员", "enforcement supervisor"),
    "LEGAL_REVIEWER": ("法制审核人员", "legal reviewer"),
    "HEARING_PRESIDER": ("听证主持人", "presiding officer of hearings"),
}


class Names(Protocol):
    """What the regime calls items and papers, by code."""

    @property
    def items(self) -> Mapping[str, Text]:
        """Power items."""

    @property
    def papers(self) -> Mapping[str, Text]:
        """Examination papers."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact in words: what it says, when it held, and the two moments of its record."""

    what: Text
    held: Text
    recorded_at: datetime | None
    superseded_at: datetime | None


def tell(fact: Stored, names: Names, time_zone: str) -> Told:
    """A stored fact in words; one of a kind that has no sentence yet is named by its id."""
    for mark, say in _SAYING:
        if mark in fact:
            what, held = say(fact, names, time_zone)
            break
    else:
        what, held = _plain(fact)
    return Told(what, held, _moment(fact.get("recorded_at")), _moment(fact.get("superseded_at")))


def day_words(day: date | None) -> Text:
    """2026-05-01（周五） and 2026-05-01 (Fri); an em dash for none."""
    if day is None:
        return Text("—", "—")
    zh, en = WEEKDAYS[day.weekday()]
    return Text(f"{day.isoformat()}（周{zh}）", f"{day.isoformat()} ({en})")


def moment_words(moment: datetime | None, time_zone: str) -> str:
    """Local day and minute; an em dash for none."""
    return "—" if moment is None else moment.astimezone(zone_of(time_zone)).strftime("%Y-%m-%d %H:%M")


def _moment(text: Any) -> datetime | None:  # noqa: ANN401 - JSON
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> Text:
    return day_words(date.fromisoformat(text) if text else None)


def _span(fact: Stored, first: str = "starts", last: str = "ends") -> Text:
    begins, ends = fact.get(first), fact.get(last)
    if not begins and not ends:
        return Text("起止日期未载", "days not recorded")
    start, end = _day(begins), _day(ends)
    if not ends:
        return Text(f"自{start.zh}起", f"from {start.en} on")
    if not begins:
        return Text(f"至{end.zh}止（含当日）", f"through {end.en}")
    return Text(f"{start.zh}至{end.zh}（首尾两日均含）", f"{start.en} through {end.en}")


def _on(text: str | None) -> Text:
    day = _day(text)
    return Text(day.zh, f"on {day.en}")


def _named(table: Mapping[str, Text], code: str | None) -> Text:
    found = table.get(code or "")
    return found or Text(code or "—", code or "—")


def _certificate(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    number = fact["number"]
    return Text(f"执法证{number}", f"Certificate {number}"), _span(fact, "valid_from", "valid_to")


def _state(fact: Stored, _names: Names, zone: str) -> tuple[Text, Text]:
    zh, en = STATES.get(fact["state"], (fact["state"], fact["state"]))
    at = moment_words(_moment(fact["at"]), zone)
    reason = fact.get("reason") or ""
    return (
        Text(f"执法证{zh}" + (f"，事由：{reason}" if reason else ""), f"Certificate {en}"),
        Text(f"自{at}起", f"from {at} on"),
    )


def _review(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    return Text("执法证年审（注册）通过", "Certificate passed its annual review"), _on(fact["reviewed_on"])


def _employment(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    category = [title(Category, fact["category"], tongue) for tongue in ("zh", "en")]
    where = fact["agency"] + (f" / {fact['unit']}" if fact.get("unit") else "")
    return Text(f"任职于{where}，{category[0]}", f"Employed at {where}, {category[1]}"), _span(fact)


def _result(fact: Stored, names: Names, _zone: str) -> tuple[Text, Text]:
    paper, score, out_of = _named(names.papers, fact["paper"]), fact["score"], fact["out_of"]
    return (
        Text(f"{paper.zh}：{score}分（满分{out_of}）", f"{paper.en}: {score} of {out_of}"),
        _on(fact["sat_on"]),
    )


def _qualification(fact: Stored, names: Names, _zone: str) -> tuple[Text, Text]:
    papers = [_named(names.papers, code) for code in fact["papers"]]
    zh, en = "、".join(one.zh for one in papers), ", ".join(one.en for one in papers)
    return Text(f"执法资格（{zh}）", f"Qualification ({en})"), _span(fact)


def _entry(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    probation = fact.get("probation_to")
    trained = fact.get("initial_training_on")
    zh, en = "录用入职", "Came onto the establishment"
    if probation:
        zh, en = f"{zh}，试用期至{probation}", f"{en}, probation through {probation}"
    if trained:
        zh, en = f"{zh}，初任培训完成于{trained}", f"{en}, initial training done {trained}"
    return Text(zh, en), _on(fact["hired_on"])


def _hours(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    hours, year = fact["hours"], fact["year"]
    return (
        Text(f"培训{hours}学时，计入{year}年度", f"{hours} training hours, credited to {year}"),
        _on(fact["earned_on"]),
    )


def _task(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    zh, en = TASKS.get(fact["task"], (fact["task"], fact["task"]))
    return Text(f"{fact['programme']}：{zh}已完成", f"{fact['programme']}: {en} done"), _on(fact["done_on"])


def _sanction(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    kind = [title(SanctionKind, fact["kind"], tongue) for tongue in ("zh", "en")]
    return Text(kind[0], kind[1]), _span(fact)


def _relation(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    return (
        Text(f"已申报与{fact['party']}的利害关系或亲属关系", f"Declared interest in or kinship with {fact['party']}"),
        Text("未注明期限", "no days stated"),
    )


def _appointment(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    zh, en = ROLES.get(fact["role"], (fact["role"], fact["role"]))
    number = f" {fact['number']}" if fact.get("number") else ""
    return Text(f"任{zh}{number}", f"Appointed {en}{number}"), _span(fact)


def _legal(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    return Text("国家统一法律职业资格", "National legal profession qualification"), _span({"starts": fact["since"]})


def _body(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    can = {True: ("具有执法职权", "enforces"), False: ("不具有执法职权", "does not enforce")}
    zh, en = can.get(fact["enforces"], ("有无执法职权未载", "not recorded whether it enforces"))
    name = fact.get("name") or fact["code"]
    area = "、".join(fact.get("territory") or ())
    return (
        Text(
            f"{name}{zh}" + (f"，辖区{area}" if area else ""), f"{name} {en}" + (f", territory {area}" if area else "")
        ),
        _span(fact),
    )


def _power(fact: Stored, names: Names, _zone: str) -> tuple[Text, Text]:
    item = _named(names.items, fact["item"])
    status = [title(PowerStatus, fact["status"], tongue) for tongue in ("zh", "en")]
    public = {True: ("已公布", "published"), False: ("未公布", "not published")}
    zh, en = public.get(fact["published"], ("是否公布未载", "not recorded whether published"))
    code, agency = fact["item"], fact["agency"]
    return (
        Text(f"{agency}，{code} {item.zh}：{status[0]}，{zh}", f"{agency}, {code} {item.en}: {status[1]}, {en}"),
        _span(fact),
    )


def _entrustment(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    return (
        Text(f"{fact['giver']}书面委托{fact['body']}", f"{fact['giver']} entrusted {fact['body']} in writing"),
        _span(fact),
    )


def _headcount(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    return Text(f"{fact['agency']}人员数", f"Headcount of {fact['agency']}"), _on(fact["on"])


def _shift(fact: Stored, _names: Names, zone: str) -> tuple[Text, Text]:
    first, last = (moment_words(_moment(fact[key]), zone) for key in ("starts", "ends"))
    people = "、".join(fact["people"])
    return (
        Text(
            f"{fact['squad']}班次，{fact['place']}：{people}", f"Shift of {fact['squad']} at {fact['place']}: {people}"
        ),
        Text(f"{first}至{last}", f"{first} to {last}"),
    )


def _designation(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    return Text(f"指定由{fact['agency']}管辖", f"Assigned to {fact['agency']} by order"), _span(fact)


def _roster(fact: Stored, _names: Names, _zone: str) -> tuple[Text, Text]:
    return Text("列入已公告的执法人员名单", "On the published list of officers"), _span(fact)


def _plain(fact: Stored) -> tuple[Text, Text]:
    name = str(fact.get("id", "—"))
    return Text(f"记录{name}", f"Record {name}"), _span(fact)


_SAYING: tuple[tuple[str, Callable[[Stored, Names, str], tuple[Text, Text]]], ...] = (
    ("states", _certificate),
    ("state", _state),
    ("reviewed_on", _review),
    ("score", _result),
    ("papers", _qualification),
    ("hired_on", _entry),
    ("earned_on", _hours),
    ("done_on", _task),
    ("suspends_duties", _sanction),
    ("party", _relation),
    ("role", _appointment),
    ("since", _legal),
    ("enforces", _body),
    ("giver", _entrustment),
    ("holder", _power),
    ("posts", _headcount),
    ("squad", _shift),
    ("category", _employment),
    ("item", _designation),
    ("starts", _roster),
)
"""The first field that a stored fact has decides which sentence it gets."""
