"""Give questions out as files."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.bank.policy import EXPORT_FORMATS
from app.bank.queries.search import ItemFilter, questions
from app.bank.service.pdf import write_pdf
from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.ledger.service import record
from question_bank.errors import BankError, Fault
from question_bank.formats import tabular, writers
from question_bank.formats.labels import Loss
from question_bank.items import Item as Question

PDF = "pdf"
KEPT_IN_PDF = ("stem", "pictures")
"""What a Word paper changes and a PDF does not."""
NAMES = {"aiken": "aiken.txt", "qti": "qti.zip", "moodle": "moodle.xml"}


@dataclass(frozen=True)
class Exported:
    """A file to hand out; `lost` tells what of the questions it cannot hold."""

    name: str
    content: bytes
    media_type: str
    count: int
    lost: tuple[Fault, ...] = ()


def export(session: Session, actor: Actor, wanted: ItemFilter, format: str, *, now: datetime) -> Exported:  # noqa: A002
    """The newest versions of the questions that fit, with their answers, as a file; who took them is in the ledger.

    Raises Invalid `format-unknown`; Refused `nothing-to-export`, `export-failed` or `glyph-missing`.
    """
    made = prepare(session, wanted, format)
    filters = {name: value for name, value in vars(wanted).items() if value}
    record(
        session, actor, "bank.items.exported", ("bank", format), now=now,
        after={"count": made.count, "filter": filters, "lost": len(made.lost)},
    )  # fmt: skip
    return made


def prepare(session: Session, wanted: ItemFilter, format: str) -> Exported:  # noqa: A002 - the command's own word
    """The same file without any record, to see what it would lose. Raises as `export`."""
    if format not in EXPORT_FORMATS:
        raise Invalid(
            "format-unknown", N_("The format must be one of: %(formats)s."), field="format",
            formats=", ".join(EXPORT_FORMATS),
        )  # fmt: skip
    found = questions(session, wanted)
    if not found:
        raise Refused("nothing-to-export", N_("No question fits, so there is nothing to export."))
    return _written(found, format)


def _written(found: list[Question], format_: str) -> Exported:
    if format_ == PDF:
        return Exported("question-bank.pdf", write_pdf(found), "application/pdf", len(found))
    try:
        content, lost = writers.write(format_, found)
    except BankError as error:
        raise Refused("export-failed", N_("The file could not be written: %(detail)s"), detail=str(error)) from None
    writer = writers.WRITERS[format_]
    name = f"question-bank.{NAMES.get(format_, writer.ending)}"
    whole = len({fault.place.item for fault in lost if fault.code == "ITEM_NOT_CARRIED"})
    return Exported(name, content, writer.media_type, len(found) - whole, lost)


def losses() -> dict[str, tuple[Loss, ...]]:
    """What each format that can be written does not keep of a question; a PDF keeps what a printed paper does."""
    kept = {name: writers.WRITERS[name].loses for name in EXPORT_FORMATS if name in writers.WRITERS}
    return {**kept, PDF: tuple(one for one in writers.WRITERS["docx"].loses if one.field not in KEPT_IN_PDF)}


def template() -> Exported:
    """A workbook with headings and an example of each type of question."""
    return Exported("question-template.xlsx", tabular.template(), writers.WORKBOOK, 0)
