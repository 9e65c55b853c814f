"""The public API of certificates: the same answer as the public page, for programs."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from app.core.errors import N_, Invalid, NotFound
from app.core.http import now, public, zone
from app.credentials import queries
from app.credentials.forms import asked_day
from app.extensions import db, limiter

blueprint = Blueprint("credentials_api", __name__, url_prefix="/api/v1")


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
