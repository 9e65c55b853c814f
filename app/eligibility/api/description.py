"""The public interface described by itself: OpenAPI 3.1 from the models, and a page to read it on.

A room adds its own part by giving its API blueprint an attribute `openapi` with `paths` and `schemas`.
"""

from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.core.http import public, settings
from app.eligibility.api import bodies, examples
from app.eligibility.api.endpoints import NDJSON, blueprint

contract = Blueprint("api_contract", __name__, url_prefix="/api")
PREFIX = "#/components/schemas/"
PROBLEM = {"schema": {"$ref": PREFIX + "ProblemBody"}}
JSON = "application/json"
MODELS: tuple[type[BaseModel], ...] = (
    bodies.CheckBody,
    bodies.DecisionBody,
    bodies.RecordBody,
    bodies.ReplayBody,
    bodies.BatchLineBody,
    bodies.ProblemBody,
    examples.EventBody,
    examples.DescriptionBody,
)
REFUSALS = {
    "401": "No valid bearer token.",
    "403": "The token's account may not do this.",
    "404": "Nothing of that name within what the account may see.",
    "413": "The body is too large.",
    "422": "The question cannot be asked as sent; `code` and `field` say why.",
    "429": "Too many requests.",
}


def _content(model: str, kind: str = JSON) -> dict[str, Any]:
    found: dict[str, Any] = {"schema": {"$ref": PREFIX + model}}
    return {kind: found | ({"example": examples.EXAMPLES[model]} if model in examples.EXAMPLES else {})}


def _operation(
    name: str, summary: str, permission: str, answer: dict[str, Any], *, body: dict[str, Any] | None = None,
    refusals: tuple[str, ...] = ("401", "403", "404", "429"), parameters: tuple[dict[str, Any], ...] = (),
    tagged: bool = False,
) -> dict[str, Any]:  # fmt: skip
    found: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "description": f"Needs the permission `{permission}`.",
        "tags": ["eligibility"],
        "security": [{"bearer": []}],
        "parameters": list(parameters),
        "responses": {"200": {"description": "Done.", "content": answer}},
    }
    for status in refusals:
        found["responses"][status] = {
            "description": REFUSALS[status],
            "content": {"application/problem+json": PROBLEM},
        }
    if body is not None:
        found["requestBody"] = {"required": True, "content": body}
    if tagged:
        found["parameters"].append(IF_NONE_MATCH)
        found["responses"]["200"]["headers"] = {"ETag": TAG}
        found["responses"]["304"] = {"description": "What you hold still stands.", "headers": {"ETag": TAG, "Age": AGE}}
    return found


TAG = {"schema": {"type": "string"}, "description": "Give it back in If-None-Match."}
AGE = {"schema": {"type": "integer"}, "description": "Of a check: seconds since the answer was given, below 60."}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of the answer you hold. A check is always judged on facts loaded afresh.",
}
NUMBER = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "Number of the decision.",
}
ASKING = ("401", "403", "413", "422", "429")
PATHS: dict[str, Any] = {
    "/api/v1/eligibility/check": {
        "post": _operation(
            "check", "May these people do this act, here, through this interval?", "eligibility:check",
            _content("DecisionBody"), body=_content("CheckBody"), refusals=ASKING, tagged=True,
        )
    },
    "/api/v1/eligibility/batch": {
        "post": _operation(
            "batch", "Many questions, one JSON object a line; as many answers, in order.", "eligibility:check",
            _content("BatchLineBody", NDJSON), body=_content("CheckBody", NDJSON), refusals=ASKING,
        )
    },
    "/api/v1/eligibility/decisions/{id}": {
        "get": _operation(
            "decision", "The stored record of a decision.", "eligibility:read", _content("RecordBody"),
            parameters=(NUMBER,), tagged=True,
        )
    },
    "/api/v1/eligibility/decisions/{id}/replay": {
        "post": _operation(
            "replay", "Recompute a decision from the facts known then.", "eligibility:read", _content("ReplayBody"),
            parameters=(NUMBER,),
        )
    },
}  # fmt: skip


def _schemas() -> dict[str, Any]:
    inputs = (bodies.CheckBody,)
    pairs: list[tuple[type[BaseModel], Any]] = [
        (model, "validation" if model in inputs else "serialization") for model in MODELS
    ]
    _refs, found = models_json_schema(pairs, ref_template=PREFIX + "{model}")
    return dict(found["$defs"])


blueprint.openapi = {"paths": PATHS, "schemas": _schemas()}  # type: ignore[attr-defined]
contract.openapi = {  # type: ignore[attr-defined]
    "paths": {
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "openapi",
                "summary": "This description.",
                "description": "For everybody, without a token.",
                "tags": ["description"],
                "security": [],
                "responses": {"200": {"description": "Done.", "content": _content("DescriptionBody")}},
            }
        }
    }
}
WEBHOOKS: dict[str, Any] = {
    "person.state-changed": {
        "post": {
            "operationId": "personStateChanged",
            "summary": "Sent by the site when somebody stands otherwise than before.",
            "description": (
                "Answer 2xx within ten seconds. `Chizheng-Signature: t=…,v1=…` is HMAC-SHA256, with the webhook's "
                "secret, over `t`, a dot and the body. The same `id` may come more than once, and out of order."
            ),
            "tags": ["webhooks"],
            "parameters": [
                {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
                for name in ("Chizheng-Signature", "Chizheng-Event", "Chizheng-Attempt")
            ],
            "requestBody": {"required": True, "content": _content("EventBody")},
            "responses": {"2XX": {"description": "Taken. Anything else is tried again, up to twelve times."}},
        }
    }
}


def described() -> dict[str, Any]:
    """The whole interface: every API blueprint's own part, together."""
    parts = [getattr(one, "openapi", {}) for one in current_app.blueprints.values()]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chizheng 持证",
            "version": "1",
            "description": "Who may enforce, where, when, and why. Times carry an offset; dates are local days.",
        },
        "servers": [{"url": settings().site_url}],
        "paths": {path: one for part in parts for path, one in part.get("paths", {}).items()},
        "webhooks": WEBHOOKS,
        "components": {
            "schemas": {name: one for part in parts for name, one in part.get("schemas", {}).items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


@contract.get("/v1/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    """The interface for machines."""
    return current_app.json.response(described())


@contract.get("/docs")
@public
def docs() -> ResponseReturnValue:
    """The interface for people."""
    return render_template("eligibility/api_docs.html", api=described())
