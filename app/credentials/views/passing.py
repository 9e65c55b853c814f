"""The status list as one QR code, for passing from phone to phone where there is no network."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from app.core.errors import N_, NotFound
from app.core.http import public, settings
from app.credentials import queries
from app.extensions import db, limiter

passing = Blueprint("passing", __name__, url_prefix="/c/list")


@passing.get("", strict_slashes=False)
@public
@limiter.limit("60/minute", key_func=get_remote_address)
def page() -> ResponseReturnValue:
    """The newest list of a number as large as the screen, with its times; as a file where no QR code holds it."""
    number = request.args.get("list", 0, type=int)
    found = queries.list_picture(db.session(), number, settings().site_url)
    if found is None:
        raise NotFound("not-published", N_("This list has not been issued yet. The sealing process issues it."))
    return render_template("credentials/list_code.html", found=found)
