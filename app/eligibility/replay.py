"""Cases as data: a TOML file of facts, questions and expected answers, judged without a database.

A file holds `regime`, shared facts as `[[agency]]`, `[[power]]`, `[[place]]`, `[[person]]`, and `[[case]]` tables with
`name`, `question`, `expect` and, where they differ, their own `[[case.person]]`, `[[case.agency]]` and so on, which
replace shared ones of the same code. An expectation names only what matters to it.
"""

import tomllib
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.core.errors import N_, DomainError
from app.eligibility.decision import Decision
from app.eligibility.facts import (
    AgencyFacts,
    BadQuestion,
    Entrustment,
    Facts,
    Headcount,
    PersonFacts,
    PlaceFacts,
    PowerFacts,
    Question,
    Shift,
)
from app.eligibility.judgement import evaluate
from app.eligibility.rules.table import IDS
from app.regimes.policy import Regime

EXPECTABLE = frozenset(
    {"outcome", "reasons", "obligations", "changes_at", "intervals", "people", "refused", "messages_contain"}
)
EDGES = ("before", "first", "last", "after")
"""The days that a boundary has: the one before the first, the first, the last, the one after the last."""
SINGULAR = {
    "employment": "employments",
    "certificate": "certificates",
    "state": "states",
    "result": "results",
    "qualification": "qualifications",
    "task": "tasks",
    "sanction": "sanctions",
    "designation": "designations",
    "relation": "relations",
    "appointment": "appointments",
    "legal_qualification": "legal_qualifications",
    "review": "reviews",
    "override": "overrides",
}


class BadCases(DomainError):
    """The file of cases cannot be read; `at` in the data says where."""

    def __init__(self, at: str, detail: str) -> None:
        super().__init__("bad-cases", N_("The cases cannot be used: %(at)s: %(detail)s"), at=at, detail=detail)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the answer is not what was expected."""

    at: str
    expected: Any
    got: Any


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: no differences means that it agrees; `decision` is None for a refused question.

    `near` names a rule that the case comes close to and that must stay silent, `boundary` rules and their days.
    """

    name: str
    differences: tuple[Difference, ...]
    decision: Decision | None
    near: str | None = None
    boundary: tuple[str, ...] = ()


def replay(text: str, regime_of: Callable[[str], Regime]) -> tuple[CaseResult, ...]:
    """Judge every case of the file; raises BadCases where it cannot be read."""
    content = read(text)
    return tuple(judged(content, number, regime_of) for number in range(1, len(content["case"]) + 1))


def read(text: str) -> dict[str, Any]:
    """The file's tables, with at least one case; raises BadCases."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadCases("file", str(error)) from error
    if not content.get("case"):
        raise BadCases("case", "there is no case")
    _only(content, {"title", "regime", "case", "covered", *_TABLES}, "file")
    return content


def judged(content: Mapping[str, Any], number: int, regime_of: Callable[[str], Regime]) -> CaseResult:
    """Judge one case, counted from 1, of a file that was read; raises BadCases."""
    return _case(content, content["case"][number - 1], f"case {number}", regime_of)


def question_from(data: Mapping[str, Any], at: str = "question") -> Question:
    """A question from plain data; raises BadCases."""
    return build(Question, data, at)


def _case(shared: Mapping[str, Any], case: Any, at: str, regime_of: Callable[[str], Regime]) -> CaseResult:  # noqa: ANN401
    if not isinstance(case, dict):
        raise BadCases(at, "a case is a table")
    name = str(case.get("name", at))
    at = f"case {name}"
    _only(case, {"name", "regime", "question", "expect", "covered", "near", "boundary", *_TABLES}, at)
    near, boundary = _marks(case, at)
    expect = case.get("expect", {})
    _only(expect, EXPECTABLE, f"{at}, expect")
    if not expect:
        raise BadCases(at, "nothing is expected")
    regime = regime_of(str(case.get("regime", shared.get("regime", ""))))
    question = question_from(case.get("question", {}), f"{at}, question")
    try:
        decision = evaluate(question, facts_of_case(shared, case, at), regime)
    except BadQuestion as refusal:
        differences = _compare("refused", expect.get("refused"), refusal.code)
        return CaseResult(name, tuple(differences), None, near, boundary)
    differences = _differences(expect, decision)
    if near is not None and near in _spoken(decision):
        differences.append(Difference("near", f"{near} silent", f"{near} speaks"))
    return CaseResult(name, tuple(differences), decision, near, boundary)


def _marks(case: Mapping[str, Any], at: str) -> tuple[str | None, tuple[str, ...]]:
    """What a case says about itself: the rule it comes near to, and the rules and days whose edge it stands on."""
    near, boundary = case.get("near"), case.get("boundary", [])
    if near is not None and near not in IDS:
        raise BadCases(f"{at}, near", "a rule such as R03 is expected")
    edges = {f"{rule} {day}" for rule in IDS for day in EDGES}
    if not isinstance(boundary, list) or not edges.issuperset(map(str, boundary)):
        raise BadCases(f"{at}, boundary", "a list of rule and day such as R03 last is expected")
    return near, tuple(boundary)


def _spoken(decision: Decision) -> set[str]:
    """Every rule that found anything, about the act or about somebody who takes part."""
    findings = (*decision.reasons, *decision.obligations)
    return {one.rule for one in findings} | {rule for one in decision.people for rule in one.reasons}


def facts_of_case(shared: Mapping[str, Any], case: Mapping[str, Any], at: str = "case") -> Facts:
    """The facts of one case: its own in place of shared ones of the same code; raises BadCases."""
    rows: dict[str, list[Any]] = {}
    for table, kind in _TABLES.items():
        own = [build(kind, row, f"{at}, {table}") for row in case.get(table, [])]
        replaced = {one.code for one in own if hasattr(one, "code")}
        common = [build(kind, row, table) for row in shared.get(table, [])]
        rows[table] = [one for one in common if getattr(one, "code", None) not in replaced] + own
        if table == "power" and own:
            pairs = {(one.agency, one.item) for one in own}
            rows[table] = [one for one in common if (one.agency, one.item) not in pairs] + own
    return Facts(
        people={one.code: one for one in rows["person"]},
        agencies=tuple(rows["agency"]),
        powers=tuple(rows["power"]),
        places={one.code: one for one in rows["place"]},
        entrustments=tuple(rows["entrustment"]),
        headcounts=tuple(rows["headcount"]),
        shifts=tuple(rows["shift"]) if "shift" in case or "shift" in shared else None,
        covered=tuple(case.get("covered", shared.get("covered", ()))),
    )


_TABLES: dict[str, type[Any]] = {
    "person": PersonFacts,
    "agency": AgencyFacts,
    "power": PowerFacts,
    "place": PlaceFacts,
    "entrustment": Entrustment,
    "headcount": Headcount,
    "shift": Shift,
}


def _differences(expect: Mapping[str, Any], decision: Decision) -> list[Difference]:
    found: list[Difference] = []
    if "refused" in expect:
        found += _compare("refused", expect["refused"], None)
    if "outcome" in expect:
        found += _compare("outcome", expect["outcome"], decision.outcome.value)
    if "reasons" in expect:
        found += _compare("reasons", sorted(expect["reasons"]), sorted({one.rule for one in decision.reasons}))
    if "obligations" in expect:
        got = sorted({one.rule for one in decision.obligations})
        found += _compare("obligations", sorted(expect["obligations"]), got)
    if "changes_at" in expect:
        wanted = expect["changes_at"]
        found += _compare("changes_at", None if wanted == "never" else wanted, decision.changes_at)
    for index, wanted in enumerate(expect.get("intervals", [])):
        found += _interval(index, wanted, decision)
    if "intervals" in expect:
        found += _compare("intervals, number", len(expect["intervals"]), len(decision.intervals))
    for person, wanted in expect.get("people", {}).items():
        found += _person(person, wanted, decision)
    texts = [" ".join(str(part) for part in one["message"].values()) for one in decision.to_json()["reasons"]]
    for words in expect.get("messages_contain", []):
        found += [] if any(words in text for text in texts) else [Difference("messages_contain", words, texts)]
    return found


def _interval(index: int, wanted: Mapping[str, Any], decision: Decision) -> list[Difference]:
    at = f"intervals {index + 1}"
    _only(wanted, {"start", "outcome", "reasons"}, at)
    if index >= len(decision.intervals):
        return [Difference(at, dict(wanted), None)]
    got = decision.intervals[index]
    found = _compare(f"{at}, start", wanted.get("start", got.start), got.start)
    found += _compare(f"{at}, outcome", wanted.get("outcome", got.outcome.value), got.outcome.value)
    return found + _compare(f"{at}, reasons", sorted(wanted.get("reasons", got.reasons)), sorted(got.reasons))


def _person(person: str, wanted: Mapping[str, Any], decision: Decision) -> list[Difference]:
    at = f"people {person}"
    _only(wanted, {"outcome", "reasons", "permitted_acts"}, at)
    got = next((one for one in decision.people if one.person == person), None)
    if got is None:
        return [Difference(at, dict(wanted), None)]
    found = _compare(f"{at}, outcome", wanted.get("outcome", got.outcome.value), got.outcome.value)
    found += _compare(f"{at}, reasons", sorted(wanted.get("reasons", got.reasons)), sorted(got.reasons))
    acts = [act.value for act in got.permitted_acts]
    return found + _compare(f"{at}, permitted_acts", sorted(wanted.get("permitted_acts", acts)), sorted(acts))


def _compare(at: str, expected: object, got: object) -> list[Difference]:
    return [] if expected == got else [Difference(at, expected, got)]


def _only(data: Any, allowed: set[str] | frozenset[str], at: str) -> None:  # noqa: ANN401
    if not isinstance(data, Mapping):
        raise BadCases(at, "a table is expected")
    strange = sorted(set(data) - allowed)
    if strange:
        raise BadCases(at, f"unknown key {strange[0]}")


T = TypeVar("T")


def build(kind: type[T], data: Any, at: str) -> T:  # noqa: ANN401 - data as parsed
    """A fact of that type from plain data; unknown keys and wrong types raise BadCases. A missing id is made up."""
    if not isinstance(data, Mapping):
        raise BadCases(at, "a table is expected")
    hints: dict[str, Any] = _hints(kind)  # type: ignore[arg-type]  # classes are hashable
    given: dict[str, Any] = {_plural(str(key), hints): value for key, value in data.items()}
    _only(given, set(hints), at)
    name = f"{at}/{data['code']}" if "code" in data else at
    if "id" in hints:
        given.setdefault("id", name)
    values: dict[str, Any] = {key: _convert(hints[key], value, f"{name}/{key}") for key, value in given.items()}
    for one in fields(kind):  # type: ignore[arg-type]
        if one.name not in values and one.default is MISSING and one.default_factory is MISSING:
            if type(None) not in get_args(hints[one.name]):
                raise BadCases(name, f"missing key {one.name}")
            values[one.name] = None
    return kind(**values)


def _plural(key: str, hints: Mapping[str, Any]) -> str:
    plural = SINGULAR.get(key, key)
    return plural if plural in hints else key


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _convert(kind: Any, value: Any, at: str) -> Any:  # noqa: ANN401 - walks annotations
    if get_origin(kind) in (Union, types.UnionType):
        if value == "unknown" and type(None) in get_args(kind):
            return None
        return _convert(next(one for one in get_args(kind) if one is not type(None)), value, at)
    if get_origin(kind) is tuple:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise BadCases(at, "a list is expected")
        return tuple(_convert(get_args(kind)[0], one, f"{at}.{number}") for number, one in enumerate(value, 1))
    if is_dataclass(kind) and isinstance(kind, type):
        return build(kind, value, at)
    return _plain(kind, value, at)


def _plain(kind: Any, value: Any, at: str) -> Any:  # noqa: ANN401 - walks annotations
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError as error:
            raise BadCases(at, str(error)) from error
    if kind is Decimal and isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    if kind is date and (not isinstance(value, date) or isinstance(value, datetime)):
        raise BadCases(at, "a day such as 2026-05-01 is expected")
    if isinstance(kind, type) and not isinstance(value, kind):
        raise BadCases(at, f"a value of type {kind.__name__} is expected")
    return value
