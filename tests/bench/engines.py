"""Six conditions (valid at the date, not suspended, domain, place, hours, category) in other engines and in ours.

Each engine gets the same 200 officers and the same questions, prepared as it likes them best, on one core, and answers
one by one; cedarpy is also given them as one batch. They answer yes or no; ours answers with all rules of the
regime, every reason and the moment of change, once as a docket (the same people asked again and again) and once cold
(facts never judged before).
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import casbin
import cedarpy
import zen

from tests.bench import judgement

PEOPLE, QUESTIONS, FEW = 200, 2000, 200
DAY = 86_400
"""Days are numbers here, since that is what all four engines compare."""


def run(seconds: float) -> dict[str, object]:
    """Single checks a second of each engine and of ours, in one process, in one run; raises where they disagree."""
    officers, questions = _officers(), _questions()
    engines: dict[str, tuple[Callable[[], list[bool]], int]] = {
        "python_function": (lambda: [_plain(officers[who], item) for who, item in questions], QUESTIONS),
        "casbin": (_casbin(officers, questions), QUESTIONS),
        "cedarpy_one_by_one": (_cedar(officers, questions[:FEW], batch=False), FEW),
        "cedarpy_batch": (_cedar(officers, questions, batch=True), QUESTIONS),
        "zen_engine": (_zen(officers, questions), QUESTIONS),
    }
    expected = [_plain(officers[who], item) for who, item in questions]
    for name, (ask, size) in engines.items():
        if [bool(one) for one in ask()] != expected[:size]:
            raise AssertionError(f"{name} answers otherwise")
    share = seconds / (len(engines) + 2)
    rates = {name: _rate(ask, size, share) for name, (ask, size) in engines.items()}
    ours = judgement.run(2 * share)
    return {**rates, "ours_all_rules": ours, "ours_by_casbin": _ratio(ours, rates["casbin"])}


def _ratio(ours: dict[str, object], theirs: float) -> float:
    return round(float(str(ours["docket_single_checks_per_second"])) / theirs, 1)


def _officers() -> dict[str, dict[str, Any]]:
    return {
        f"P{number}": {
            "validFrom": 19_000, "validTo": 22_000, "suspended": number % 29 == 0, "domains": ["HOU", "ENV"],
            "regions": ["620802"], "hours": 60 if number % 7 else 44, "category": "CIVIL_SERVANT",
        }
        for number in range(PEOPLE)
    }  # fmt: skip


def _questions() -> list[tuple[str, dict[str, Any]]]:
    chance = random.Random(7)  # noqa: S311 - the same questions for every engine
    return [
        (f"P{chance.randrange(PEOPLE)}", {"day": 20_000 + chance.randrange(30), "domain": "HOU", "region": "620802"})
        for _ in range(QUESTIONS)
    ]


def _plain(officer: dict[str, Any], asked: dict[str, Any]) -> bool:
    return (
        officer["validFrom"] <= asked["day"] <= officer["validTo"]
        and not officer["suspended"]
        and asked["domain"] in officer["domains"]
        and asked["region"] in officer["regions"]
        and officer["hours"] >= 60
        and officer["category"] in ("CIVIL_SERVANT", "QUASI_CIVIL_SERVANT", "PUBLIC_INSTITUTION")
    )


CASBIN = """
[request_definition]
r = sub, asked
[policy_definition]
p = name
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub.validFrom <= r.asked.day && r.asked.day <= r.sub.validTo && not r.sub.suspended && \\
    r.asked.domain in r.sub.domains && r.asked.region in r.sub.regions && r.sub.hours >= 60 && \\
    r.sub.category in ("CIVIL_SERVANT", "QUASI_CIVIL_SERVANT", "PUBLIC_INSTITUTION")
"""
CEDAR = """
permit (principal, action, resource) when {
  principal.validFrom <= context.day && context.day <= principal.validTo && !principal.suspended &&
  principal.domains.contains(context.domain) && principal.regions.contains(context.region) && principal.hours >= 60 &&
  ["CIVIL_SERVANT", "QUASI_CIVIL_SERVANT", "PUBLIC_INSTITUTION"].contains(principal.category)
};
"""
ZEN = (
    "o.validFrom <= a.day and a.day <= o.validTo and not o.suspended and a.domain in o.domains and "
    "a.region in o.regions and o.hours >= 60 and "
    "o.category in ['CIVIL_SERVANT', 'QUASI_CIVIL_SERVANT', 'PUBLIC_INSTITUTION']"
)

Officers = dict[str, dict[str, Any]]
Questions = Sequence[tuple[str, dict[str, Any]]]


class _Values:
    """A record whose fields casbin reads as attributes."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)


def _casbin(officers: Officers, questions: Questions) -> Callable[[], list[bool]]:
    model = casbin.Enforcer.new_model(text=CASBIN)
    enforcer = casbin.Enforcer(model)
    enforcer.add_policy("duty")
    people = {code: _Values(one) for code, one in officers.items()}
    asked = [(people[who], _Values(what)) for who, what in questions]
    return lambda: [enforcer.enforce(*one) for one in asked]


def _cedar(officers: Officers, questions: Questions, *, batch: bool) -> Callable[[], list[bool]]:
    policies = cedarpy.PolicySet.from_str(CEDAR)
    people = [{"uid": {"type": "Officer", "id": code}, "attrs": one, "parents": []} for code, one in officers.items()]
    entities = cedarpy.Entities.from_json_str(json.dumps(people))
    asked = [
        {"principal": f'Officer::"{who}"', "action": 'Action::"act"', "resource": 'Item::"item"', "context": what}
        for who, what in questions
    ]
    if batch:
        return lambda: [one.allowed for one in cedarpy.is_authorized_batch(asked, policies, entities)]
    return lambda: [cedarpy.is_authorized(one, policies, entities).allowed for one in asked]


def _zen(officers: Officers, questions: Questions) -> Callable[[], list[bool]]:
    expression = zen.compile_expression(ZEN)
    asked = [{"o": officers[who], "a": what} for who, what in questions]
    return lambda: [expression.evaluate(one) for one in asked]


def _rate(ask: Callable[[], list[bool]], size: int, seconds: float) -> float:
    ask()
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        ask()
        count += size
    return round(count / (time.perf_counter() - begin), 1)
