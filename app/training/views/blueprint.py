"""The blueprint that every page of training hangs on, its words, and how its edges act."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core.errors import DomainError
from app.core.forms import Form
from app.core.http import actor, in_language, wants_json
from app.core.permissions import P
from app.extensions import db
from app.registry import queries as registry
from app.registry.queries import UnitRow
from app.training import policy

blueprint = Blueprint("training", __name__, url_prefix="/training")

TITLES: dict[str, Mapping[Any, str]] = {
    "form": policy.FORM_TITLES,
    "category": policy.CATEGORY_TITLES,
    "status": policy.STATUS_TITLES,
    "evidence": policy.EVIDENCE_TITLES,
    "task": policy.TASK_TITLES,
    "kind": policy.KIND_TITLES,
}


@blueprint.context_processor
def words() -> dict[str, Any]:
    """How codes are called in the reader's language, and hours without needless zeros."""
    return {"called": _called, "figure": policy.figure, "task_codes": list(policy.TASK_TITLES)}


def _called(kind: str, code: str | None) -> str:
    title = {str(key): text for key, text in TITLES[kind].items()}.get(str(code))
    return gettext(title) if title else str(code or "")


def attempt(form: Form, act: Callable[[], object]) -> bool:
    """Do one thing and commit; what the domain refuses is carried to the form, and nothing is changed."""
    try:
        act()
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        if error.status == 404 or wants_json():
            raise
        form.carry(error, in_language(error))
        return False
    return True


def attempt_at(address: str, done: str, act: Callable[[], object]) -> ResponseReturnValue:
    """Do one thing behind a button, commit, say so and go to a page; or say there why it was refused."""
    try:
        act()
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        if error.status == 404 or wants_json():
            raise
        flash(in_language(error), "danger")
    else:
        flash(done, "success")
    return redirect(address)


def managed_units() -> list[UnitRow]:
    """The units whose training the asker manages."""
    return registry.units(db.session(), actor().scope(P.TRAINING_MANAGE))


def read_units() -> list[UnitRow]:
    """The units whose training the asker may read."""
    return registry.units(db.session(), actor().scope(P.TRAINING_READ))


def asked_path() -> str:
    """The path of the unit asked for by ?unit=CODE, if the asker may read it; empty for all."""
    wanted = request.args.get("unit", "")
    return next((unit.path for unit in read_units() if unit.code == wanted), "")
