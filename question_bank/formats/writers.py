"""Every format that questions can be written in, in one shape."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from question_bank.faults import Fault, refusal
from question_bank.formats import aiken, gift, moodle, native, printing, qti, tabular
from question_bank.formats.labels import Loss, item_not_carried
from question_bank.items import Item

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Write = Callable[[Sequence[Item], str], tuple[bytes, tuple[Fault, ...]]]


@dataclass(frozen=True, slots=True)
class Writer:
    """How a format is written: (items, title) → (the file, a fault for all that it could not hold).

    `ending` has no dot; `loses` is what the format cannot keep of a question.
    """

    write: Write
    ending: str
    media_type: str
    loses: tuple[Loss, ...] = ()


def _whole(write: Callable[[Sequence[Item], str], bytes]) -> Write:
    """A writer that holds every question."""
    return lambda items, title: (write(items, title), ())


def _rows(write: Callable[[Iterable[Item]], bytes]) -> Write:
    """A writer of tables, which leaves out what no row can say."""

    def rows(items: Sequence[Item], _title: str) -> tuple[bytes, tuple[Fault, ...]]:
        why = "一行写不下它。", "No row can say it."
        left = tuple(item_not_carried(item, "Excel/CSV", *why) for item in items if not tabular.carries(item))
        return write([item for item in items if tabular.carries(item)]), left

    return rows


WRITERS: dict[str, Writer] = {
    "native": Writer(_whole(native.write), "json", "application/json"),
    "qti": Writer(_whole(qti.write), "zip", "application/zip", qti.LOSES),
    "moodle": Writer(moodle.write, "xml", "application/xml", moodle.LOSES),
    "gift": Writer(gift.write, "gift", "text/plain; charset=utf-8", gift.LOSES),
    "aiken": Writer(aiken.write, "txt", "text/plain; charset=utf-8", aiken.LOSES),
    "xlsx": Writer(_rows(tabular.write_xlsx), "xlsx", WORKBOOK, tabular.LOSES),
    "csv": Writer(_rows(tabular.write_csv), "csv", "text/csv; charset=utf-8", tabular.LOSES),
    "docx": Writer(_whole(printing.write_docx), "docx", DOCUMENT, printing.LOSES),
}


def write(format: str, items: Iterable[Item], title: str = "") -> tuple[bytes, tuple[Fault, ...]]:  # noqa: A002 - the command's own word
    """Write questions in a format of WRITERS; raises BankError OUTPUT_UNKNOWN for another, and as the writers do."""
    if format not in WRITERS:
        raise refusal("OUTPUT_UNKNOWN")
    return WRITERS[format].write(tuple(items), title)


def format_of(ending: str) -> str | None:
    """The format of a file name's ending, without its dot."""
    return next((name for name, writer in WRITERS.items() if writer.ending == ending.lower()), None)
