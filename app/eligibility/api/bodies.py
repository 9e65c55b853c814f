"""What the interface takes and gives, as pydantic models: the source of the OpenAPI description."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.core.errors import N_, DomainError, Invalid
from app.eligibility.decision import Outcome
from app.eligibility.facts import BadQuestion, Context, Question
from app.regimes.codes import Act, Severity

LONGEST_CODE = 64
MOST_CODES = 200
MOST_COUNTED = 100_000
ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def _iso(value: object) -> object:
    """Only ISO 8601 text with a time of day: a bare number or day is not taken for a moment."""
    if isinstance(value, str) and ISO.match(value):
        return datetime.fromisoformat(value)
    raise ValueError("an ISO 8601 time with offset is expected")


Moment = Annotated[AwareDatetime, BeforeValidator(_iso)]
Code = Annotated[str, Field(min_length=1, max_length=LONGEST_CODE)]


class Closed(BaseModel):
    """A body in which every field is known."""

    model_config = ConfigDict(extra="forbid")


class ContextBody(Closed):
    """What the asker adds about the occasion."""

    approval: str | None = Field(None, max_length=200, description="Number of the prior approval, if there is one.")
    emergency: bool = Field(default=False, description="The act is urgent; approval is then completed within 24 hours.")
    recorder: bool | None = Field(None, description="Whether the act is recorded; null is not stated.")
    case_parties: list[Annotated[str, Field(max_length=200)]] = Field(
        default_factory=list, max_length=100, description="Names of the parties of the case."
    )
    in_uniform: list[Code] | None = Field(
        None, max_length=MOST_CODES, description="Codes of the people in uniform with marks; null is not stated."
    )
    recusal_asked: list[Code] = Field(
        default_factory=list, max_length=MOST_CODES, description="Codes of people whose recusal is asked, undecided."
    )
    investigators: list[Code] | None = Field(
        None, max_length=MOST_CODES, description="Codes of who investigated the case; null is not stated."
    )
    template: Code | None = Field(None, description="Squad template of the regime that the people are to fill.")
    enterprise: bool = Field(default=False, description="Whether an enterprise is inspected.")
    notice: str | None = Field(None, max_length=200, description="Number of the inspection notice.")
    inspections: int | None = Field(
        None, ge=0, le=MOST_COUNTED, description="How often the enterprise was inspected this year before this time."
    )
    inspection_cap: int | None = Field(
        None, ge=0, le=MOST_COUNTED, description="The published limit of inspections a year."
    )
    cuts_utilities: bool | None = Field(
        None, description="Whether water, electricity, heat or gas of homes is cut off; null is not stated."
    )
    unit: Code | None = Field(None, description="Code of the unit that people are dispatched to or that gets a leader.")
    consultation: str | None = Field(
        None, max_length=200, description="Record of consulting the Party committee of the place (APPOINT_LEADER)."
    )
    count: int | None = Field(None, ge=0, le=MOST_COUNTED, description="How many auxiliaries are to be hired.")

    def context(self) -> Context:
        """The occasion as the rules take it."""
        given: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in self}
        return Context(**given)


class CheckBody(Closed):
    """May these people do this act on this item at this place through [start, end)? Several people are a squad."""

    act: Act
    item: Code | None = Field(None, description="Power item of the regime, such as HOU-2.")
    place: Code | None = Field(None, description="Area code of the registry.")
    start: Moment
    end: Moment = Field(description="First moment that is no longer asked about.")
    people: list[Code] = Field(description="Person codes; at most 200.")
    context: ContextBody = Field(default_factory=lambda: ContextBody.model_validate({}))
    known_at: Moment | None = Field(None, description="Ask as of what was recorded by then; null is now.")

    def question(self) -> Question:
        """The question as the rules take it."""
        context = self.context.context()
        return Question(
            tuple(self.people), self.act, self.item, self.place, self.start, self.end, context, self.known_at
        )


REFUSED = {
    "json_invalid": ("not-json", N_("The body is no JSON that can be read.")),
    "missing": ("missing-field", N_("This field is missing: %(name)s.")),
    "extra_forbidden": ("unknown-field", N_("This field is not known: %(name)s.")),
}


class Both(BaseModel):
    """One sentence in both languages."""

    zh: str
    en: str


class IntervalBody(BaseModel):
    """A part of the asked interval with one answer; `reasons` are rule codes."""

    start: AwareDatetime
    end: AwareDatetime
    outcome: Outcome
    reasons: list[str]


class PersonBody(BaseModel):
    """One person alone, and the acts open to them throughout."""

    person: str
    outcome: Outcome
    reasons: list[str]
    permitted_acts: list[Act]


class ReasonBody(BaseModel):
    """Why; `facts` are ids within the stored record."""

    rule: str
    severity: Severity
    people: list[str]
    message: Both
    source: str
    facts: list[str]
    remedy: Both
    overridable: bool


class ObligationBody(BaseModel):
    """What must be done together with the act."""

    rule: str
    message: Both


class RegimeBody(BaseModel):
    """Under which rules."""

    id: str
    version: str


class DecisionBody(BaseModel):
    """The answer; its record carries the number `decision_id`."""

    decision_id: str
    outcome: Outcome
    changes_at: AwareDatetime | None
    intervals: list[IntervalBody]
    people: list[PersonBody]
    reasons: list[ReasonBody]
    obligations: list[ObligationBody]
    regime: RegimeBody
    known_at: AwareDatetime | None
    facts_digest: str


class RecordBody(BaseModel):
    """A stored decision with everything it rests on."""

    decision_id: str
    asked_at: AwareDatetime
    asked_by: str
    question: dict[str, Any]
    answer: DecisionBody
    facts: dict[str, Any]
    facts_digest: str
    fact_ids: list[str]
    regime: RegimeBody
    rule_versions: dict[str, str]


class DifferenceBody(BaseModel):
    """One place where then and now are not the same; null is absent."""

    at: str
    recorded: Any
    recomputed: Any


class StoredFactsBody(BaseModel):
    """The decision again from the facts it kept; `sound` says that those still have their digest."""

    sound: bool
    agrees: bool
    differences: list[DifferenceBody]


class KnownFactsBody(BaseModel):
    """The decision again from the facts as the records know them for that moment."""

    agrees: bool
    facts_digest: str
    differences: list[DifferenceBody]
    facts: list[DifferenceBody]


class RegimeThenNowBody(BaseModel):
    """Whether the rules changed in between."""

    id: str
    version_then: str
    version_now: str
    changed: bool


class ReplayBody(BaseModel):
    """Whether the decision still agrees, or exactly what differs."""

    decision_id: str
    agrees: bool
    stored_facts: StoredFactsBody
    facts_known_then: KnownFactsBody
    regime: RegimeThenNowBody


class ProblemBody(BaseModel):
    """Any refusal (RFC 9457); `field` names the input it belongs to."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    message: Both
    request_id: str
    field: str | None = None


class BatchLineBody(BaseModel):
    """One line of a batch's answer: the line asked (from 1) with a decision or a refusal."""

    line: int
    status: int
    decision: DecisionBody | None = None
    problem: ProblemBody | None = None


def question_of(raw: bytes) -> Question:
    """The question in a JSON body; raises Invalid or BadQuestion for the first thing wrong, with its field."""
    try:
        return CheckBody.model_validate_json(raw, strict=True).question()
    except ValidationError as wrong:
        raise _refusal(wrong.errors()[0]) from None


def _refusal(error: Any) -> DomainError:  # noqa: ANN401 - pydantic's ErrorDetails
    """The first thing wrong, by its code and at its field."""
    field, kind = ".".join(str(part) for part in error["loc"])[:LONGEST_CODE], error["type"]
    if kind == "timezone_aware":
        return BadQuestion("naive-time", N_("The time needs an offset, such as +08:00."), field=field)
    if field == "act" and kind == "enum":
        given = str(error["input"])[:LONGEST_CODE]
        return BadQuestion("unknown-act", N_("There is no act with the code %(given)s."), field=field, given=given)
    code, msgid = REFUSED.get(kind, ("bad-value", N_("The value of %(name)s cannot be used.")))
    return Invalid(code, msgid, field=field or None, name=field or "body")
