"""The blueprint that every page of the exams hangs on, and what its pages share."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from app.core.errors import DomainError
from app.core.forms import Form
from app.core.http import actor, in_language
from app.core.permissions import P
from app.exams.forms import WORDS
from app.extensions import db
from app.registry import queries as registry

blueprint = Blueprint("exams", __name__, url_prefix="/exams")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"words": WORDS}


def done(form: Form, deed: Callable[[], object]) -> bool:
    """Do it and commit; a refusal is undone and carried back to the form, and the answer is False."""
    try:
        deed()
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        form.carry(error, in_language(error))
        return False
    return True


def my_units() -> list[tuple[int, str]]:
    """The units at which the asker manages exams, indented by depth."""
    rows = registry.units(db.session(), actor().scope(P.EXAMS_MANAGE))
    return [(row.id, "　" * row.depth + row.name_zh) for row in rows]
