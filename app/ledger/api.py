"""The public API of the transparency log: checkpoints, time stamps and proofs, for whoever keeps an eye on it."""

import base64
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.core.http import public
from app.extensions import db, limiter
from app.ledger import queries
from app.ledger.forms import asked_number, needed_number
from certificates.translog.bundle import FORMAT

blueprint = Blueprint("log_api", __name__, url_prefix="/api/v1/log")
limited = limiter.shared_limit("120/minute", scope="log", key_func=get_remote_address)


class InclusionBody(BaseModel):
    """That an entry is in the log: the path, base64, leads from the leaf (hexadecimal) to the checkpoint's root."""

    format: str
    sequence: int
    leaf: str
    index: int
    size: int
    path: list[str]
    checkpoint: str


class ConsistencyBody(BaseModel):
    """That the log of the second size begins with that of the first; the checkpoint is that of the second."""

    first: int
    second: int
    path: list[str]
    checkpoint: str


NOTE = """chizheng.example.cn/log
2
VoI3H+oOJ/SVnBLsfZ6QVb3qtscmbYlA0h5c6zzqhxg=

— chizheng.example.cn/log N1OwwvF9W6nkTf0rMJhtYCV9FVoyayKMcoZLFAV4c1GjY3hb2iArlFS4Cz0wFPKb6cdSeqj/vg8OvwyP6O/goXmi3Ak=
"""
INCLUSION: dict[str, Any] = {
    "format": FORMAT,
    "sequence": 2,
    "leaf": "49d2d9eddc2f5d4adc831e8345f5835adc878a2adef9150604ecc32edf60c9ee",
    "index": 1,
    "size": 2,
    "path": ["Nt4MPOg7Mg10AQsex5sd7x8McakmgfVC7DVEVdTXif4="],
    "checkpoint": NOTE,
}
CONSISTENCY: dict[str, Any] = {
    "first": 1,
    "second": 2,
    "path": ["SdLZ7dwvXUrcgx6DRfWDWtyHiire+RUGBOzDLt9gye4="],
    "checkpoint": NOTE,
}
SCHEMAS = "#/components/schemas/"
PROBLEM = {"application/problem+json": {"schema": {"$ref": SCHEMAS + "ProblemBody"}}}
SIZE = ("size", False, "Size of a published checkpoint; without it, the newest.")
SECOND = ("second", False, "Size of a published checkpoint; without it, the newest.")


def _operation(
    name: str, summary: str, asked: tuple[tuple[str, bool, str], ...], content: dict[str, Any], *refusals: str
) -> dict[str, Any]:
    number = {"type": "integer", "minimum": 1}
    told = {
        "404": "There is no checkpoint of this size, or none yet.",
        "409": "No checkpoint reaches this entry yet.",
        "422": "A number is missing, unusable or 0.",
        "429": "Too many requests.",
    }
    parameters = [
        {"name": key, "in": "query", "required": needed, "schema": number, "description": text}
        for key, needed, text in asked
    ]
    return {
        "get": {
            "operationId": name, "summary": summary, "description": "For everybody, without a token.",
            "tags": ["log"], "security": [], "parameters": parameters,
            "responses": {
                "200": {"description": "Done.", "content": content},
                **{status: {"description": told[status], "content": PROBLEM} for status in refusals},
            },
        }
    }  # fmt: skip


def _body(model: str, example: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": SCHEMAS + model}, "example": example}}


def _described() -> dict[str, Any]:
    """This interface's part of the OpenAPI description."""
    models: list[tuple[type[BaseModel], Any]] = [(InclusionBody, "serialization"), (ConsistencyBody, "serialization")]
    _refs, found = models_json_schema(models, ref_template=SCHEMAS + "{model}")
    usual = ("404", "422", "429")
    paths = {
        "/api/v1/log/checkpoint": _operation(
            "log-checkpoint", "The newest signed checkpoint of the log, or that of a size (C2SP tlog-checkpoint).",
            (SIZE,), {"text/plain": {"schema": {"type": "string"}, "example": NOTE}}, *usual,
        ),
        "/api/v1/log/stamp": _operation(
            "log-stamp", "The RFC 3161 time-stamp token over the bytes of a checkpoint.",
            (("size", True, "Size of a time-stamped checkpoint."),),
            {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}, *usual,
        ),
        "/api/v1/log/inclusion": _operation(
            "log-inclusion", "The proof that an entry is in the log (RFC 9162, 2.1.3).",
            (("sequence", True, "Number of the entry, from 1."), SIZE),
            _body("InclusionBody", INCLUSION), "404", "409", "422", "429",
        ),
        "/api/v1/log/consistency": _operation(
            "log-consistency", "The proof that the log of one size begins with that of another (RFC 9162, 2.1.4).",
            (("first", True, "The smaller size, at least 1."), SECOND),
            _body("ConsistencyBody", CONSISTENCY), *usual,
        ),
    }  # fmt: skip
    return {"paths": paths, "schemas": dict(found["$defs"])}


blueprint.openapi = _described()  # type: ignore[attr-defined]


@blueprint.get("/checkpoint")
@public
@limited
def checkpoint() -> ResponseReturnValue:
    """The newest signed checkpoint, or that of a size, as it was published."""
    found = queries.published(db.session(), asked_number("size"))
    return Response(found.note, content_type="text/plain; charset=utf-8")


@blueprint.get("/stamp")
@public
@limited
def stamp() -> ResponseReturnValue:
    """The time-stamp token (DER) over the checkpoint of a size."""
    size = needed_number("size")
    answer = Response(queries.stamp(db.session(), size), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename=checkpoint-{size}.tst"
    return answer


@blueprint.get("/inclusion")
@public
@limited
def inclusion() -> ResponseReturnValue:
    """The proof that an entry is in the log; says nothing of what the entry says."""
    return queries.inclusion(db.session(), needed_number("sequence"), asked_number("size")).as_dict()


@blueprint.get("/consistency")
@public
@limited
def consistency() -> ResponseReturnValue:
    """The proof that the log of one size begins with that of another."""
    first, second = needed_number("first"), asked_number("second")
    path, told = queries.consistency(db.session(), first, second)
    return {"first": first, "second": told.size, "path": _listed(path), "checkpoint": told.note}


def _listed(path: tuple[bytes, ...]) -> list[Any]:
    return [base64.b64encode(one).decode() for one in path]
