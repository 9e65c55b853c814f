"""The signed lists for readers without a network, as COSE, VC-JWT or JSON (docs/credential-code.md)."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from pydantic import AwareDatetime, BaseModel
from pydantic.json_schema import models_json_schema

from app.core.errors import N_, Invalid, NotFound
from app.core.http import public, settings
from app.credentials import queries
from app.credentials.api.certificate import PROBLEM, SCHEMAS, TextBody, blueprint
from app.extensions import db, limiter

COSE, JWT, JSON = "application/cose", "application/vc+jwt", "application/json"
SHORT = {"cose": COSE, "jwt": JWT, "json": JSON}
MAX_AGE = 60
PURPOSES = ("revocation", "suspension")
FETCHES = limiter.shared_limit("60/minute", scope="lists", key_func=get_remote_address)


class SetBody(BaseModel):
    """The entries of one purpose: how many are set, and the list as W3C Bitstring Status List v1.0 encodes it."""

    set: int
    encodedList: str  # noqa: N815 - the name the recommendation gives it


class PurposesBody(BaseModel):
    """Revoked (also cancelled, replaced) and suspended (also reported lost)."""

    revocation: SetBody
    suspension: SetBody


class StatusListBody(BaseModel):
    """A status list; `text` is what one QR code says, null where none holds it; `cose` is base64url."""

    issuer: str
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    list: int
    size: int
    purposes: PurposesBody
    text: str | None
    cose: str


class TrustedKeyBody(BaseModel):
    """A key on P-256, its id and coordinates in hexadecimal, and its times; nothing by a revoked key is believed."""

    kid: str
    x: str
    y: str
    since: AwareDatetime
    until: AwareDatetime
    revoked: AwareDatetime | None


class TrustListBody(BaseModel):
    """The keys that sign codes and lists; `cose` is signed by the root, base64url."""

    issuer: str
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    keys: list[TrustedKeyBody]
    cose: str


class CodeNamesBody(BaseModel):
    """The titles that codes hold as keys; `offset` is the site's, in minutes."""

    issuer: str
    issued_at: AwareDatetime
    offset: int
    domains: dict[str, TextBody]
    levels: dict[str, TextBody]
    regions: dict[str, TextBody]
    cose: str


ListReader = Callable[[queries.ListRow], Mapping[str, Any]]


@blueprint.get("/status-list")
@public
@FETCHES
def status_list() -> ResponseReturnValue:
    """The newest status list of a number; as VC-JWT the one of a purpose."""
    asked = request.args.get("list", "0")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 6):
        raise Invalid("list-invalid", N_("A list has a number from 0 on."), field="list")
    kind, purpose = _wanted(COSE, JWT, JSON), request.args.get("purpose", PURPOSES[0])
    if kind == JWT and purpose not in PURPOSES:
        raise Invalid("purpose-invalid", N_("The purpose is revocation or suspension."), field="purpose")
    row = queries.status_row(db.session(), int(asked), purpose if kind == JWT else "")
    return _answer(row, kind, lambda found: queries.status_data(found, settings().site_url))


@blueprint.get("/trust-list")
@public
@FETCHES
def trust_list() -> ResponseReturnValue:
    """The keys that sign codes and lists, signed by the root."""
    return _answer(queries.published(db.session(), queries.TRUST_LIST), _wanted(COSE, JSON), queries.trust_data)


@blueprint.get("/code-names")
@public
@FETCHES
def code_names() -> ResponseReturnValue:
    """The titles that codes hold only as keys."""
    return _answer(queries.published(db.session(), queries.NAMES), _wanted(COSE, JSON), queries.names_data)


def _wanted(*kinds: str) -> str:
    """The media type to answer with: `format` names it, else Accept; the first of `kinds` where both are silent."""
    short = request.args.get("format")
    if short is not None:
        kind = SHORT.get(short)
        if kind not in kinds:
            raise Invalid("format-invalid", N_("This list does not come in that format."), field="format")
        return kind
    found = request.accept_mimetypes.best_match(kinds, default=kinds[0])
    # A browser's own list of types names none of these; who accepts anything gets what verifies.
    return found if request.accept_mimetypes[found] > request.accept_mimetypes["text/html"] else kinds[0]


def _answer(row: queries.ListRow | None, kind: str, data: ListReader) -> ResponseReturnValue:
    if row is None:
        raise NotFound("not-published", N_("This list has not been issued yet. The sealing process issues it."))
    answer = jsonify(data(row)) if kind == JSON else Response(row.content, content_type=kind)
    answer.last_modified, answer.expires = row.issued_at, None
    answer.set_etag(sha256(kind.encode() + row.content).hexdigest()[:32])
    answer.cache_control.public, answer.cache_control.max_age = True, MAX_AGE
    answer.vary.add("Accept")
    # Public and signed: any page may fetch it and check it.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer.make_conditional(request)


def described() -> dict[str, Any]:
    """This part of the OpenAPI description."""
    bodies: dict[str, type[BaseModel]] = {
        "status-list": StatusListBody,
        "trust-list": TrustListBody,
        "code-names": CodeNamesBody,
    }
    _refs, found = models_json_schema(
        [(body, "serialization") for body in bodies.values()], ref_template=SCHEMAS + "{model}"
    )
    words = {
        "status-list": ("statusList", "Which certificates are revoked or suspended, signed."),
        "trust-list": ("trustList", "The keys that sign codes and lists, signed by the root."),
        "code-names": ("codeNames", "The titles that codes hold only as keys, signed."),
    }
    paths = {f"/api/v1/{name}": {"get": _operation(name, *words[name], body.__name__)} for name, body in bodies.items()}
    return {"paths": paths, "schemas": dict(found["$defs"])}


def _operation(name: str, operation: str, summary: str, body: str) -> dict[str, Any]:
    binary = {"schema": {"type": "string", "contentMediaType": COSE}}
    content = {COSE: binary, JSON: {"schema": {"$ref": SCHEMAS + body}}}
    parameters = [_parameter("format", "cose, json or, for a status list, jwt; without it Accept decides.")]
    if name == "status-list":
        content[JWT] = {"schema": {"type": "string"}}
        parameters += [
            _parameter("list", "The number of the list, from 0."),
            _parameter("purpose", "For VC-JWT: revocation or suspension."),
        ]
    refusals = {"404": "Not issued yet.", "422": "A parameter cannot be read.", "429": "Too many requests."}
    return {
        "operationId": operation, "summary": summary, "description": "For everybody, without a token.",
        "tags": ["certificates"], "security": [], "parameters": parameters,
        "responses": {
            "200": {"description": "Done.", "content": content},
            "304": {"description": "Unchanged since the ETag sent with If-None-Match."},
            **{status: {"description": text, "content": PROBLEM} for status, text in refusals.items()},
        },
    }  # fmt: skip


def _parameter(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": description}
