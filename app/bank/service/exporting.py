"""Give questions out as files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.bank.queries.items import ItemFilter, questions
from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.ledger.service import record
from question_bank.formats import native, tabular
from question_bank.items import Item as Question

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Writer = Callable[[list[Question]], bytes]
WRITERS: dict[str, tuple[Writer, str, str]] = {
    "native": (native.write, "json", "application/json"),
    "xlsx": (tabular.write_xlsx, "xlsx", WORKBOOK),
    "csv": (tabular.write_csv, "csv", "text/csv; charset=utf-8"),
}


@dataclass(frozen=True)
class Exported:
    """A file to hand out."""

    name: str
    content: bytes
    media_type: str
    count: int


def export(session: Session, actor: Actor, wanted: ItemFilter, format: str, *, now: datetime) -> Exported:  # noqa: A002
    """The newest versions of the questions that fit, with their answers, as a file; who took them is in the ledger.

    Raises Invalid `format-unknown`; Refused `nothing-to-export`.
    """
    if format not in WRITERS:
        raise Invalid(
            "format-unknown", N_("The format must be one of: %(formats)s."), field="format", formats=", ".join(WRITERS)
        )
    found = questions(session, wanted)
    if not found:
        raise Refused("nothing-to-export", N_("No question fits, so there is nothing to export."))
    write, ending, media_type = WRITERS[format]
    filters = {name: value for name, value in vars(wanted).items() if value}
    record(
        session, actor, "bank.items.exported", ("bank", format), now=now, after={"count": len(found), "filter": filters}
    )
    return Exported(f"question-bank.{ending}", write(found), media_type, len(found))


def template() -> Exported:
    """A workbook with headings and an example of each type of question."""
    return Exported("question-template.xlsx", tabular.template(), WORKBOOK, 0)
