"""What the response processing of an item rewards: the templates and the common ways of writing them out."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from question_bank.formats.qti.declarations import number
from question_bank.formats.qti.tree import said
from question_bank.formats.xml import Element

_TEMPLATES = re.compile(r"(?:^|/)(?:cc2_)?(match_?correct|match(?:_basic)?|map_?response(?:_?point)?)(?:\.xml)?$", re.I)
_BRANCHES = ("responseIf", "responseElseIf", "responseElse")
_PLAIN = {"sum", "product", "baseValue", "variable", "mapResponse", "mapResponsePoint", "correct", "default"}


class Near(NamedTuple):
    """A number that is right within a distance; `value` None is the declared one."""

    value: str | None
    distance: Decimal


@dataclass(slots=True)
class Rule:
    """What earns marks in one response: being correct, being mapped, or single values with what they earn."""

    correct: Decimal | None = None
    mapped: bool = False
    values: dict[str, Decimal] = field(default_factory=dict)
    chosen: dict[str, Decimal] = field(default_factory=dict)  # options that earn by being among those chosen
    whole: tuple[str, ...] = ()  # the one set of options that is right
    near: list[Near] = field(default_factory=list)
    gain: Decimal = Decimal(1)


@dataclass(slots=True)
class Processing:
    """The rules by response; `feedback` tells by which value a feedback is shown; `strange` is what was not known."""

    stated: bool = False
    template: str = ""
    rules: dict[str, Rule] = field(default_factory=dict)
    feedback: dict[str, str] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)

    def rule(self, identifier: str) -> Rule:
        """What is rewarded in a response."""
        found = self.rules.get(identifier)
        if found is None:
            found = Rule(Decimal(1) if self.template.startswith("match") or not self.stated else None)
            found.mapped = self.template.startswith("map")
            if self.template:
                self.rules[identifier] = found
        return found


def processing(root: Element) -> Processing:
    """Reads the response processing of an item; nothing it holds is ever carried out."""
    element = root.find("responseProcessing")
    found = Processing(stated=element is not None)
    if element is None:
        return found
    template = _TEMPLATES.search((element.get("template") or element.get("templateLocation") or "").strip())
    if template:
        found.template = "map" if template[1].lower().startswith("map") else "match"
    elif element.get("template"):
        found.strange.append("template")
    scores = {
        outcome.get("identifier")
        for outcome in root.iterfind("outcomeDeclaration")
        if outcome.get("baseType") in {"float", "integer"}
    } | {"SCORE"}
    for child in element:
        _Walk(found, scores).step(child)
    found.stated = found.stated and bool(template or len(element) or element.get("template"))
    return found


class _Walk:
    """Goes through rules and notes what it understands."""

    def __init__(self, found: Processing, scores: set[str | None]) -> None:
        self.found = found
        self.scores = scores

    def step(self, element: Element) -> None:
        if element.tag == "responseCondition":
            for branch in element:
                self._branch(branch)
        elif element.tag == "setOutcomeValue":
            self._set(element, None)
        elif element.tag == "responseProcessingFragment":
            for child in element:
                self.step(child)
        else:
            self.found.strange.append(str(element.tag))

    def _branch(self, branch: Element) -> None:
        if branch.tag not in _BRANCHES or not len(branch):
            self.found.strange.append(str(branch.tag))
            return
        condition = None if branch.tag == "responseElse" else branch[0]
        for child in branch if condition is None else branch[1:]:
            if child.tag == "setOutcomeValue":
                self._set(child, condition)
            elif child.tag == "responseCondition" and (condition is None or _is_guard(condition)):
                self.step(child)
            else:
                self.found.strange.append(str(child.tag))

    def _set(self, element: Element, condition: Element | None) -> None:
        if element.get("identifier") not in self.scores:
            self._feedback(element, condition)
            return
        strange = [str(inner.tag) for inner in element.iterdescendants() if inner.tag not in _PLAIN]
        self.found.strange.extend(strange)
        gains = [amount for inner in element.iter("baseValue") if (amount := number(inner.text)) is not None]
        gain = gains[-1] if gains else Decimal(1)
        for name in ("mapResponse", "mapResponsePoint"):
            for inner in element.iter(name):
                self._rule(inner.get("identifier", "")).mapped = True
        branch = element.getparent()
        if condition is None and branch is not None and branch.tag == "responseElse" and gains and gain != 0:
            self.found.strange.append("responseElse")  # what is wrong takes marks away
        if condition is not None and gain != 0 and element.find(".//mapResponse") is None:
            self._test(condition, gain)

    def _rule(self, identifier: str) -> Rule:
        return self.found.rules.setdefault(identifier, Rule())

    def _feedback(self, element: Element, condition: Element | None) -> None:
        value = element.find("baseValue")
        if value is None or condition is None or condition.tag not in {"match", "member"}:
            return
        wanted = condition.find("baseValue")
        if wanted is not None:
            self.found.feedback.setdefault(said(value), said(wanted))

    def _test(self, condition: Element, gain: Decimal) -> None:
        if condition.tag in {"and", "or"}:
            for part in condition:
                self._test(part, gain)
        elif _is_guard(condition):
            return
        elif not self._simple(condition, gain):
            self.found.strange.append(str(condition.tag))

    def _simple(self, condition: Element, gain: Decimal) -> bool:
        variable = condition.find("variable")
        if variable is None:
            return False
        rule = self._rule(variable.get("identifier", ""))
        rule.gain = max(gain, rule.gain) if rule.values or rule.near else gain
        constant, container = condition.find("baseValue"), condition.find("multiple")
        declared = condition.find("correct") is not None
        if condition.tag == "match" and container is not None:
            rule.whole = tuple(sorted(said(value) for value in container.iter("baseValue")))
        elif condition.tag in {"match", "stringMatch"} and (declared or constant is not None):
            if declared:
                rule.correct = gain
            else:
                rule.values[said(constant)] = max(gain, rule.values.get(said(constant), gain))
        elif condition.tag == "member" and constant is not None:
            rule.chosen[said(constant)] = gain
        elif condition.tag == "equal" and (declared or constant is not None):
            return self._near(condition, rule, None if declared else said(constant))
        else:
            return False
        return True

    def _near(self, condition: Element, rule: Rule, value: str | None) -> bool:
        mode = condition.get("toleranceMode", "exact")
        bounds = [number(bound) for bound in (condition.get("tolerance") or "0").split()]
        if mode == "exact":
            rule.near.append(Near(value, Decimal(0)))
            return True
        if mode != "absolute" or None in bounds or not bounds or len(set(bounds)) > 1:
            return False
        rule.near.append(Near(value, bounds[0] or Decimal(0)))
        return True


def _is_guard(condition: Element) -> bool:
    """Whether a condition only asks if anything was answered."""
    inner = condition[0] if condition.tag == "not" and len(condition) == 1 else condition
    return bool(inner.tag == "isNull")
