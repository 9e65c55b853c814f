"""Shapes that only the description names, and an example of each body; the examples are checked by test."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel

from app.eligibility.decision import Outcome


class EventBody(BaseModel):
    """What a webhook is sent: somebody's own standing, apart from item, place and company, is not what it was.

    `from` and `to` are outcomes; ASSISTS stands for who is no officer. `rules` are the codes that speak now.
    """

    id: str
    type: Literal["person.state-changed"]
    person: str
    from_: Outcome | Literal["ASSISTS"]
    to: Outcome | Literal["ASSISTS"]
    rules: list[str]
    moment: AwareDatetime

    model_config = {"populate_by_name": True, "alias_generator": lambda name: name.rstrip("_")}


class DescriptionBody(BaseModel):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    paths: dict[str, Any]
    webhooks: dict[str, Any]
    components: dict[str, Any]


CHECK: dict[str, Any] = {
    "act": "PENALTY",
    "item": "HOU-2",
    "place": "62080200101",
    "start": "2026-04-30T22:00:00+08:00",
    "end": "2026-05-01T06:00:00+08:00",
    "people": ["A-0017", "A-0021"],
    "context": {"recorder": True},
}
DECISION: dict[str, Any] = {
    "decision_id": "01KQFZ0000SAMPLEDEC1S10N00",
    "outcome": "DENY",
    "changes_at": "2026-05-01T00:00:00+08:00",
    "intervals": [
        {
            "start": "2026-04-30T22:00:00+08:00",
            "end": "2026-05-01T00:00:00+08:00",
            "outcome": "ALLOW",
            "reasons": [],
        },
        {
            "start": "2026-05-01T00:00:00+08:00",
            "end": "2026-05-01T06:00:00+08:00",
            "outcome": "DENY",
            "reasons": ["R03"],
        },
    ],
    "people": [
        {
            "person": "A-0017",
            "outcome": "DENY",
            "reasons": ["R03"],
            "permitted_acts": ["PUBLICITY", "PATROL", "INFO", "DISSUADE"],
        }
    ],
    "reasons": [
        {
            "rule": "R03",
            "severity": "DENY",
            "people": ["A-0017"],
            "message": {"zh": "执法证件已过有效期。", "en": "The certificate has run out."},
            "source": "行政处罚法 42",
            "facts": ["certificate:17"],
            "remedy": {"zh": "换发执法证件。", "en": "Renew the certificate."},
            "overridable": False,
        }
    ],
    "obligations": [],
    "regime": {"id": "pingliang", "version": "sha256:0f3c"},
    "known_at": "2026-04-30T12:00:00+08:00",
    "facts_digest": "sha256:9b1d",
}
PROBLEM: dict[str, Any] = {
    "type": "urn:chizheng:problem:unknown-person",
    "title": "请更正",
    "status": 422,
    "code": "unknown-person",
    "detail": "没有代码为 B-0001 的人员。",
    "message": {"zh": "没有代码为 B-0001 的人员。", "en": "There is no person with the code B-0001."},
    "request_id": "5d0c9e2f7a61b384",
    "field": "people",
}
RECORD: dict[str, Any] = {
    "decision_id": DECISION["decision_id"],
    "asked_at": "2026-04-30T12:00:00+08:00",
    "asked_by": "dispatch",
    "question": CHECK,
    "answer": DECISION,
    "facts": {"people": {}},
    "facts_digest": DECISION["facts_digest"],
    "fact_ids": ["certificate:17"],
    "regime": DECISION["regime"],
    "rule_versions": {"R03": "a1b2c3d4e5f6"},
}
REPLAY: dict[str, Any] = {
    "decision_id": DECISION["decision_id"],
    "agrees": False,
    "stored_facts": {"sound": True, "agrees": True, "differences": []},
    "facts_known_then": {
        "agrees": False,
        "facts_digest": "sha256:77aa",
        "differences": [{"at": "outcome", "recorded": "DENY", "recomputed": "ALLOW"}],
        "facts": [],
    },
    "regime": {
        "id": "pingliang",
        "version_then": "sha256:0f3c",
        "version_now": "sha256:0f3c",
        "changed": False,
    },
}
EVENT: dict[str, Any] = {
    "id": "01KQFZ0000SAMPLEEVENT00001",
    "type": "person.state-changed",
    "person": "A-0017",
    "from": "ALLOW",
    "to": "DENY",
    "rules": ["R03"],
    "moment": "2026-04-30T16:00:00+00:00",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "CheckBody": CHECK,
    "DecisionBody": DECISION,
    "RecordBody": RECORD,
    "ReplayBody": REPLAY,
    "ProblemBody": PROBLEM,
    "BatchLineBody": {"line": 2, "status": 422, "problem": PROBLEM},
    "EventBody": EVENT,
}
