"""Read the statistics of a sitting: what stands, as rows for pages and files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.bank.queries.figures import FlagRow
from app.exams.models import Admission, Sitting, SittingFigures, SittingRoom
from app.registry.models import Person
from question_bank.messages import MESSAGES, sentence
from question_bank.statistics.brief import METHOD

__all__ = [
    "METHOD", "AbilityRow", "CopyingRow", "Figure", "ItemFiguresRow", "LinkRow", "OptionRow", "PairRow", "ScaleRow",
    "StatisticsRow", "copying_of", "statistics_of",
]  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A figure with its n and interval, or why there is none, in both languages."""

    value: float | None
    n: int = 0
    low: float | None = None
    high: float | None = None
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class OptionRow:
    """Who chose an option: overall, and of the upper and the lower 27 %."""

    option: str
    text: str
    right: bool
    count: int
    share: Figure
    upper: int
    lower: int
    gap: Figure
    rest_mean: Figure
    with_rest: Figure


@dataclass(frozen=True)
class ScaleRow:
    """One question in the response models; a None was not to be had."""

    rasch: Figure
    rasch_error: float | None
    infit: float | None
    infit_p: float | None
    outfit: float | None
    outfit_p: float | None
    slope: float | None
    slope_error: float | None
    difficulty: float | None
    difficulty_error: float | None
    fit_p: float | None


@dataclass(frozen=True)
class ItemFiguresRow:
    """One question of the sitting with all its figures."""

    ref: int
    code: str
    stem: str
    topic: str
    type: str
    n: int
    omitted: int
    not_reached: int
    facility: Figure
    corrected: Figure
    uncorrected: Figure
    discrimination: Figure
    efficiency: Figure
    seconds: Figure
    seconds_low: float | None
    seconds_high: float | None
    upper_n: int
    lower_n: int
    options: tuple[OptionRow, ...]
    flags: tuple[FlagRow, ...]
    scale: ScaleRow

    @property
    def suspect(self) -> bool:
        """Whether anything says that the question is probably bad."""
        return any(flag.weight == "FLAG" for flag in self.flags)

    @property
    def urgency(self) -> tuple[int, int, float, str]:
        """What needs attention comes first: flags, then notices, then the weakest discrimination."""
        bad = sum(flag.weight == "FLAG" for flag in self.flags)
        corrected = 1.0 if self.corrected.value is None else self.corrected.value
        return -bad, -len(self.flags), corrected, self.code


@dataclass(frozen=True)
class AbilityRow:
    """A candidate's ability with its error."""

    code: str
    name: str
    ability: Figure
    error: float | None


@dataclass(frozen=True)
class LinkRow:
    """How this sitting stands on the scale of an earlier one, by common questions."""

    sitting_id: int
    title: str
    opens_at: datetime
    method: str
    slope: Figure
    intercept: Figure
    common: int
    drifted: tuple[str, ...]
    scores: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class StatisticsRow:
    """The statistics of a sitting. `failure_zh` and `failure_en` say why there are none."""

    id: int
    method: str
    n: int
    computed_at: datetime
    failure_zh: str
    failure_en: str
    kind: str
    length: int
    mean: Figure
    deviation: float | None
    coefficient: Figure
    error: Figure
    items: tuple[ItemFiguresRow, ...]
    totals: tuple[float, ...]
    model: str
    rasch: Figure
    two_parameter: Figure
    information: tuple[tuple[float, float, float | None], ...]
    abilities: tuple[AbilityRow, ...]
    links: tuple[LinkRow, ...]
    part_marks: tuple[str, ...]

    @property
    def suspects(self) -> int:
        """How many questions are flagged."""
        return sum(one.suspect for one in self.items)


@dataclass(frozen=True)
class PairRow:
    """Two candidates with more identical wrong answers than chance allows."""

    first: str
    first_name: str
    first_seat: str
    second: str
    second_name: str
    second_seat: str
    items: int
    both_wrong: int
    identical: int
    expected: float
    index: float
    p: float
    corrected: float
    distance: float | None


@dataclass(frozen=True)
class CopyingRow:
    """What the sitting says about copying; `false_positives` is the share of simulated honest sittings that show any.

    `neighbours` is the mean index of neighbouring seats, `neighbours_p` how often shuffled seats give as much.
    """

    n: int
    items: int
    tested: int
    pairs: tuple[PairRow, ...]
    neighbouring: int
    neighbours: Figure
    neighbours_p: float | None
    false_positives: Figure
    computed_at: datetime


NOTHING = Figure(None)


def said(code: str, n: int, needed: int) -> tuple[str, str]:
    """Why there is no figure, in Chinese and English; empty where there is one."""
    if not code or code not in MESSAGES:
        return "", ""
    data = {"n": n, "needed": needed}
    return sentence(code, "zh", data), sentence(code, "en", data)


def figure(told: Mapping[str, Any] | None) -> Figure:
    """A stored estimate as a row."""
    if told is None:
        return NOTHING
    interval = told.get("interval") or {}
    zh, en = said(told.get("why", ""), told["n"], told.get("needed", 0))
    return Figure(told["value"], told["n"], interval.get("low"), interval.get("high"), zh, en)


def _standing(session: Session, sitting_id: int) -> SittingFigures | None:
    return session.scalar(
        select(SittingFigures).where(
            SittingFigures.sitting_id == sitting_id, SittingFigures.superseded_at.is_(None)
        )
    )  # fmt: skip


def statistics_of(session: Session, sitting_id: int) -> StatisticsRow | None:
    """The statistics that stand, questions that need attention first; None before they are computed."""
    kept = _standing(session, sitting_id)
    if kept is None:
        return None
    zh, en = said(kept.failure, 0, 0)
    if kept.failure:
        return StatisticsRow(
            kept.id, kept.method, kept.n, kept.computed_at, zh or kept.failure, en or kept.failure, "alpha", 0, NOTHING,
            None, NOTHING, NOTHING, (), (), "", NOTHING, NOTHING, (), (), (), (),
        )  # fmt: skip
    told = kept.figures
    items = bank.versions(session, {int(one["item"]) for one in told["items"]})
    sure, codes = told["reliability"], {str(ref): row.item_code for ref, row in items.items()}
    return StatisticsRow(
        kept.id, kept.method, kept.n, kept.computed_at, "", "", sure["kind"], sure["items"], figure(sure["mean"]),
        sure["deviation"], figure(sure["coefficient"]), figure(sure["error"]), _items(told, items),
        tuple(told["totals"]), told["scale"]["model"], _fit(told["rasch"], 30), _fit(told["two_parameter"], 0),
        tuple((one["ability"], one["information"], one["error"]) for one in told["scale"]["information"]),
        _abilities(session, told), tuple(_links(session, told, codes)),
        tuple(codes[name] for name in told["omitted_part_marks"]),
    )  # fmt: skip


def _fit(fitted: Mapping[str, Any], needed: int) -> Figure:
    """Whether a model could be fitted: its log-likelihood, or why not."""
    zh, en = said(fitted["why"], fitted["n"], fitted.get("needed", needed))
    return Figure(fitted["log_likelihood"], fitted["n"], None, None, zh, en)


def _items(told: Mapping[str, Any], items: Mapping[int, bank.VersionRow]) -> tuple[ItemFiguresRow, ...]:
    flags: dict[str, list[Mapping[str, Any]]] = {}
    for flag in told["flags"]:
        flags.setdefault(flag["item"], []).append(flag)
    scales = _scales(told)
    rows = [_item(one, items[int(one["item"])], flags.get(one["item"], []), scales) for one in told["items"]]
    return tuple(sorted(rows, key=lambda row: row.urgency))


def _item(
    one: Mapping[str, Any],
    item: bank.VersionRow,
    flags: Iterable[Mapping[str, Any]],
    scales: Mapping[str, ScaleRow],
) -> ItemFiguresRow:
    texts, time = dict(item.options), one["time"]
    return ItemFiguresRow(
        item.id, item.item_code, item.stem, item.topic, item.type, one["n"], one["omitted"], one["not_reached"],
        figure(one["facility"]), figure(one["corrected"]), figure(one["uncorrected"]), figure(one["discrimination"]),
        figure(one["efficiency"]), figure(time["median"]), time["lower_quartile"], time["upper_quartile"],
        one["upper_n"], one["lower_n"], tuple(_option(option, texts) for option in one["options"]),
        tuple(_flag(flag, item.item_code) for flag in flags), scales[one["item"]],
    )  # fmt: skip


def _option(one: Mapping[str, Any], texts: Mapping[str, str]) -> OptionRow:
    return OptionRow(
        one["option"], texts.get(one["option"], ""), one["right"], one["count"], figure(one["share"]), one["upper"],
        one["lower"], figure(one["upper_less_lower"]), figure(one["rest_mean"]), figure(one["with_rest"]),
    )  # fmt: skip


def _flag(flag: Mapping[str, Any], code: str) -> FlagRow:
    interval = flag["interval"]
    return FlagRow(flag["code"], flag["weight"], code, flag["option"], flag["n"], interval["low"], interval["high"])


def _scales(told: Mapping[str, Any]) -> dict[str, ScaleRow]:
    """Each question in the models; those with part marks stand in none."""
    nowhere = ScaleRow(NOTHING, None, None, None, None, None, None, None, None, None, None)
    rows = {one["item"]: nowhere for one in told["items"]}
    fits = {one["item"]: one for one in told["rasch_fit"]}
    twos = {one["item"]: one for one in told["two_parameter"]["items"]}
    squares = {one["item"]: one for one in told["two_parameter_fit"]}
    for one in told["rasch"]["items"]:
        name = one["item"]
        fit, two = fits[name], twos[name]
        infit, outfit = fit["infit"] or {}, fit["outfit"] or {}
        rows[name] = ScaleRow(
            figure(one["difficulty"]), one["error"], infit.get("value"), infit.get("p"), outfit.get("value"),
            outfit.get("p"), two["slope"], two["slope_error"], two["difficulty"], two["difficulty_error"],
            squares[name]["p"],
        )  # fmt: skip
    return rows


def _people(session: Session, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Code and name of each person, by id as text."""
    rows = session.execute(select(Person.id, Person.code, Person.name).where(Person.id.in_([int(one) for one in ids])))
    return {str(person_id): (code, name) for person_id, code, name in rows}


def _abilities(session: Session, told: Mapping[str, Any]) -> tuple[AbilityRow, ...]:
    found = told["scale"]["abilities"]
    people = _people(session, [name for name, _ in found])
    rows = [AbilityRow(*people[name], figure(one["estimate"]), one["error"]) for name, one in found]
    return tuple(sorted(rows, key=lambda row: row.code))


def _links(session: Session, told: Mapping[str, Any], codes: Mapping[str, str]) -> Iterable[LinkRow]:
    for one in told["equating"]:
        sitting = session.get_one(Sitting, one["sitting"])
        yield LinkRow(
            sitting.id, sitting.title, sitting.opens_at, one["method"], figure(one["slope"]), figure(one["intercept"]),
            len(one["common"]), tuple(codes[name] for name in one["drifted"]),
            tuple((int(right), float(equal)) for right, equal in one["scores"]),
        )  # fmt: skip


def copying_of(session: Session, sitting_id: int) -> CopyingRow | None:
    """The pairs shown, most surprising first; None before anything is computed. Who may see it: those who release."""
    kept = _standing(session, sitting_id)
    if kept is None or kept.failure:
        return None
    told, near = kept.copying, kept.copying["neighbours"]
    people = _people(session, {name for pair in told["pairs"] for name in (pair["first"], pair["second"])})
    seats = _seats(session, sitting_id)
    return CopyingRow(
        told["n"], told["items"], told["tested"], tuple(_pair(pair, people, seats) for pair in told["pairs"]),
        near["pairs"], figure(near["index"]), near["p"], figure(told["false_positives"]), kept.computed_at,
    )  # fmt: skip


def _seats(session: Session, sitting_id: int) -> dict[str, str]:
    rows = session.execute(
        select(Admission.person_id, SittingRoom.name, Admission.seat)
        .join(SittingRoom, SittingRoom.id == Admission.room_id)
        .where(Admission.sitting_id == sitting_id, Admission.seat.is_not(None))
    )
    return {str(person_id): f"{room} {seat}" for person_id, room, seat in rows}


def _pair(pair: Mapping[str, Any], people: Mapping[str, tuple[str, str]], seats: Mapping[str, str]) -> PairRow:
    first, second = pair["first"], pair["second"]
    return PairRow(
        *people[first], seats.get(first, ""), *people[second], seats.get(second, ""), pair["items"], pair["both_wrong"],
        pair["identical"], pair["expected"], pair["index"], pair["p"], pair["corrected"], pair["distance"],
    )  # fmt: skip
