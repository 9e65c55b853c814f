"""One certificate for programs: the same answer as the public page."""

from datetime import date
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from pydantic import AwareDatetime, BaseModel
from pydantic.json_schema import models_json_schema

from app.core.errors import N_, Invalid, NotFound
from app.core.http import now, public, zone
from app.credentials import queries
from app.credentials.forms import asked_day
from app.extensions import db, limiter

blueprint = Blueprint("credentials_api", __name__, url_prefix="/api/v1")


class TextBody(BaseModel):
    """A text in both languages; English is empty where there is none."""

    zh: str
    en: str


class StateOnBody(BaseModel):
    """The state of a certificate on a local day."""

    date: date
    state: str


class ChangeBody(BaseModel):
    """From this moment on the certificate was in this state."""

    state: str
    effective_at: AwareDatetime


class CertificateBody(BaseModel):
    """A certificate for whoever has its check code: what is printed, the holder's name masked, and its history."""

    number: str
    holder: str
    agency: TextBody
    region: TextBody
    domains: list[TextBody]
    authority_source: TextBody
    issuer: TextBody
    issued_on: date
    valid_from: date
    valid_to: date
    printed_to: date
    today: StateOnBody
    on: StateOnBody
    history: list[ChangeBody]


EXAMPLE: dict[str, Any] = {
    "number": "PL-2026-000017-3",
    "holder": "王*",
    "agency": {"zh": "崆峒区城市管理行政执法局", "en": "Kongtong District Urban Management Bureau"},
    "region": {"zh": "崆峒区", "en": "Kongtong District"},
    "domains": [{"zh": "住房城乡建设", "en": "Housing and construction"}],
    "authority_source": {"zh": "法定职权", "en": "By statute"},
    "issuer": {"zh": "平凉市司法局", "en": "Pingliang Bureau of Justice"},
    "issued_on": "2026-01-05",
    "valid_from": "2026-01-05",
    "valid_to": "2031-01-04",
    "printed_to": "2031-01-04",
    "today": {"date": "2026-03-02", "state": "ACTIVE"},
    "on": {"date": "2026-03-02", "state": "ACTIVE"},
    "history": [{"state": "ACTIVE", "effective_at": "2026-01-05T00:00:00+08:00"}],
}
SCHEMAS = "#/components/schemas/"
PROBLEM = {"application/problem+json": {"schema": {"$ref": SCHEMAS + "ProblemBody"}}}


def _parameter(name: str, where: str, schema: dict[str, str], description: str) -> dict[str, Any]:
    return {
        "name": name, "in": where, "required": where == "path" or name == "code", "schema": schema,
        "description": description,
    }  # fmt: skip


def described() -> dict[str, Any]:
    """This interface's part of the OpenAPI description."""
    _refs, found = models_json_schema([(CertificateBody, "serialization")], ref_template=SCHEMAS + "{model}")
    refusals = {
        "404": "No certificate has this number together with this check code.",
        "422": "The day cannot be read.",
        "429": "Too many requests.",
    }
    operation = {
        "operationId": "certificate",
        "summary": "A certificate and its state on a day, for whoever has its check code.",
        "description": "For everybody, without a token.",
        "tags": ["certificates"],
        "security": [],
        "parameters": [
            _parameter("number", "path", {"type": "string"}, "As printed on the certificate."),
            _parameter("code", "query", {"type": "string"}, "The check code printed below the number."),
            _parameter("on", "query", {"type": "string", "format": "date"}, "A local day; without it, today."),
        ],
        "responses": {
            "200": {
                "description": "Done.",
                "content": {"application/json": {"schema": {"$ref": SCHEMAS + "CertificateBody"}, "example": EXAMPLE}},
            },
            **{status: {"description": text, "content": PROBLEM} for status, text in refusals.items()},
        },
    }
    return {"paths": {"/api/v1/certificates/{number}": {"get": operation}}, "schemas": dict(found["$defs"])}


def _pair(text: tuple[str, str]) -> dict[str, str]:
    return {"zh": text[0], "en": text[1]}


def as_data(found: queries.PublicAnswer) -> dict[str, object]:
    """The answer as JSON: dates are local days, times have their offset, texts come in both languages."""
    return {
        "number": found.number,
        "holder": found.holder_masked,
        "agency": _pair(found.agency),
        "region": _pair(found.region),
        "domains": [_pair(domain) for domain in found.domains],
        "authority_source": _pair(found.authority_source),
        "issuer": _pair(found.issuer),
        "issued_on": found.issued_on.isoformat(),
        "valid_from": found.valid_from.isoformat(),
        "valid_to": found.valid_to.isoformat(),
        "printed_to": found.printed_to.isoformat(),
        "today": {"date": found.today.isoformat(), "state": found.state_today},
        "on": {"date": found.on.isoformat(), "state": found.state_on},
        "history": [
            {"state": row.state, "effective_at": row.effective_at.astimezone(zone()).isoformat()}
            for row in found.history
        ],
    }


@blueprint.get("/certificates/<number>")
@public
@limiter.shared_limit("30/minute", scope="verify", key_func=get_remote_address)
def certificate(number: str) -> ResponseReturnValue:
    """One certificate for whoever has its check code; a wrong code and an unknown number are told apart by nobody."""
    on, readable = asked_day(request.args.get("on"))
    if not readable:
        raise Invalid("date-invalid", N_("Write the day as 2026-05-01."), field="on")
    found = queries.public_answer(db.session(), number, request.args.get("code", ""), on, now(), zone())
    if found is None:
        raise NotFound(
            "certificate-unknown",
            N_("No certificate has this number together with this check code. Compare both with the certificate."),
        )
    return as_data(found)
