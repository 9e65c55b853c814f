"""What a stranger's software fetches: our certificates and keys, and the lists of what is revoked. Nothing private."""

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from app.core.errors import N_, NotFound
from app.core.http import public, settings
from app.credentials import queries, service
from app.credentials.views.badge_words import TERMS
from app.credentials.views.public import certificate_file
from app.extensions import db

pki = Blueprint("pki", __name__, url_prefix="/pki")


@pki.get("/root.pem")
@public
def root() -> Response:
    """The roots against which seals are checked."""
    return certificate_file(service.public_keys(db.session(), settings()).root_pem, "root.pem")


@pki.get("/issuing.pem")
@public
def issuing() -> Response:
    """The authorities between the root and the seals."""
    return certificate_file(service.public_keys(db.session(), settings()).issuing_pem, "issuing.pem")


@pki.get("/tsa.pem")
@public
def time_stamps() -> Response:
    """The roots against which time stamps are checked here; those for development say so in their names."""
    return certificate_file(b"".join(service.public_keys(db.session(), settings()).clock_roots), "tsa.pem")


@pki.get("/<name>.crl")
@public
def revocations(name: str) -> Response:
    """A revocation list in DER (RFC 5280, 5); `root` and `issuing` name those of the newest authorities."""
    found = queries.published(db.session(), queries.list_name(db.session(), f"{name}.crl"))
    if found is None:
        raise NotFound("no-list", N_("No list is published under this name."))
    answer = Response(found.content, content_type="application/pkix-crl")
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    answer.last_modified, answer.expires = found.issued_at, found.next_at
    answer.cache_control.public, answer.cache_control.max_age = True, 300
    return answer


@pki.get("/keys/<kid>.json")
@public
def badge_key(kid: str) -> ResponseReturnValue:
    """A key that signs badges and codes, as a JWK (RFC 7517); any page of the web may read it."""
    answer = jsonify(service.badge_key(db.session(), kid, settings()))
    answer.content_type = "application/jwk+json"
    answer.cache_control.public, answer.cache_control.max_age = True, 300
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@pki.get("/terms")
@public
def terms() -> ResponseReturnValue:
    """What the terms of a badge mean that no standard defines; each has an anchor of its name."""
    return render_template("pki/terms.html", terms=TERMS)
