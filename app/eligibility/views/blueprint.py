"""The blueprint that the pages share."""

from flask import Blueprint

blueprint = Blueprint("eligibility", __name__, url_prefix="/duty")
