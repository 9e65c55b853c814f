"""What a file of questions would do to the bank, worked out without writing anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.bank.policy import READ_FORMATS, Outcome, Status
from app.bank.queries.imports import Known, ReportRow, known_codes, known_prints
from app.bank.queries.search import ItemFilter, questions
from app.bank.queries.wording import differences
from app.bank.service.wording import fields_in_words, repeated, said
from question_bank.errors import AcceptedRow, BankError, Fault, ImportReport, Place
from question_bank.formats import Defaults, Limits, read
from question_bank.formats.alike import with_alike
from question_bank.formats.mixed import holds_files, read_many
from question_bank.items import Item as Question
from question_bank.items import Paper, fingerprint
from question_bank.similarity import near

FORMATS = READ_FORMATS
MIXED = "mixed"
_NEAR, _IN_BANK = "NEAR_DUPLICATE", "DUPLICATE_IN_BANK"
Files = Sequence[tuple[str, bytes]]
"""Files by name, or by path inside a folder."""


@dataclass(frozen=True)
class Plan:
    """The report of a file against the bank, and what would be written: new questions and next versions."""

    format: str
    rows: tuple[ReportRow, ...]
    new: tuple[Question, ...]
    changed: tuple[Question, ...]

    def count(self, outcome: Outcome) -> int:
        """Lines of one outcome."""
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def deeds(self) -> tuple[tuple[str, str | None], ...]:
        """What is done to which code, for telling whether two plans agree."""
        return tuple((row.outcome, row.item_code) for row in self.rows)


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do: counts of questions and the report."""

    file: str
    format: str
    dry_run: bool
    added: int
    changed: int
    unchanged: int
    rejected: int
    rows: tuple[ReportRow, ...]

    def as_data(self) -> dict[str, Any]:
        """The result as plain data, sentences in both languages."""
        counts = {name: getattr(self, name) for name in ("added", "changed", "unchanged", "rejected")}
        rows = [
            {
                "outcome": row.outcome.value, "file": row.file, "sheet": row.sheet, "line": row.line, "row": row.row,
                "item": row.item, "item_code": row.item_code, "code": row.code,
                "message": {"zh": row.zh, "en": row.en},
            }
            for row in self.rows
        ]  # fmt: skip
        return {"file": self.file, "format": self.format, "dry_run": self.dry_run, **counts, "rows": rows}


def result_of(plan: Plan, name: str, *, dry_run: bool) -> ImportResult:
    """The plan as a result."""
    return ImportResult(
        name, plan.format, dry_run, plan.count(Outcome.ADDED), plan.count(Outcome.CHANGED),
        plan.count(Outcome.UNCHANGED), plan.count(Outcome.REJECTED), plan.rows,
    )  # fmt: skip


def plan_import(
    session: Session,
    files: Files,
    *,
    format: str,  # noqa: A002 - the command's own word
    paper: str,
    topic: str = "",
    alike: bool = True,
) -> Plan:
    """Read files and compare them with the bank; a file unusable as a whole gives one rejected line.

    Several files, and an archive of files, are read in one go. With `alike` what is nearly the same, in the files or
    in the bank, is noted.
    """
    chosen = MIXED if format == "auto" and (len(files) > 1 or _is_archive(files)) else format
    try:
        reports = _read(files, chosen, Defaults(paper=Paper(paper), topic=topic))
    except BankError as error:
        return Plan(chosen, (repeated(Outcome.REJECTED, error.fault),), (), ())
    if alike:
        reports = with_alike(reports, questions(session, ItemFilter()))
    return _compare(session, reports, MIXED if chosen == MIXED else reports[0].format)


def _is_archive(files: Files) -> bool:
    return any(
        data.startswith(b"PK") and len(data) <= Limits().file_bytes and holds_files(name, data) for name, data in files
    )


def _read(files: Files, format_: str, defaults: Defaults) -> tuple[ImportReport, ...]:
    if format_ == MIXED:
        return read_many(files, defaults=defaults)
    return tuple(read(name, data, format_, defaults=defaults) for name, data in files)


@dataclass(frozen=True)
class NearRow:
    """Two questions that say almost the same: one of the file, one before it in the file or in the bank (`known`).

    `percent` leaves figures and negations aside; `differs` names FIGURES or NEGATIONS where those differ.
    """

    first: Question
    second: Question
    percent: int
    known: bool
    differs: tuple[str, ...]


def near_rows(session: Session, plan: Plan) -> tuple[NearRow, ...]:
    """What is nearly the same among the questions that would be written, side by side."""
    pairs = near((*plan.new, *plan.changed), questions(session, ItemFilter()))
    return tuple(NearRow(one.first, one.second, round(one.similarity * 100), one.known, one.differs) for one in pairs)


def _compare(session: Session, reports: tuple[ImportReport, ...], format_: str) -> Plan:
    every = [row for found in reports for row in found.accepted]
    codes = known_codes(session, [row.item.code for row in every])
    prints = known_prints(session, [fingerprint(row.item) for row in every])
    rows: list[ReportRow] = []
    new: list[Question] = []
    changed: list[Question] = []
    for found in reports:
        of_file: list[ReportRow] = [repeated(Outcome.REJECTED, fault) for fault in found.rejected]
        settled = set()
        for accepted in found.accepted:
            others = prints.get(fingerprint(accepted.item), ())
            verdict = _verdict(accepted, codes.get(accepted.item.code), others)
            of_file += [verdict, *(repeated(Outcome.NOTED, change) for change in accepted.changes)]
            if verdict.outcome is Outcome.ADDED:
                new.append(accepted.item)
            elif verdict.outcome is Outcome.CHANGED:
                changed.append(accepted.item)
            else:
                settled.add(accepted.place)
        told = [repeated(Outcome.NOTED, one) for one in found.warnings if _still_matters(one, settled)]
        rows += _in_file_order([*told, *of_file])
    return Plan(format_, tuple(rows), tuple(new), tuple(changed))


def _still_matters(warning: Fault, settled: set[Place]) -> bool:
    """Whether a warning about repetition tells more than the verdict on its question does."""
    if warning.code == _IN_BANK:
        return False
    return not (warning.code.startswith(_NEAR) and warning.place in settled)


def _verdict(accepted: AcceptedRow, known: Known | None, same: tuple[str, ...]) -> ReportRow:
    item, place = accepted.item, accepted.place
    if known is not None and known.question.paper != item.paper:
        return said(Outcome.REJECTED, "PAPER_DIFFERS", place, item.code)
    changes = differences(known.question, item) if known else ()
    if known is not None and not changes:
        word = "ITEM_RETIRED" if known.status == Status.RETIRED else "ITEM_UNCHANGED"
        return said(Outcome.UNCHANGED, word, place, item.code)
    if others := [code for code in same if code != item.code]:
        return said(Outcome.REJECTED, "DUPLICATE_IN_BANK", place, item.code, codes=", ".join(others))
    if known is None:
        return said(Outcome.ADDED, "ITEM_ADDED", place, item.code)
    zh, en = fields_in_words([name for name, _before, _after in changes])
    return said(Outcome.CHANGED, "ITEM_CHANGED", place, item.code, number=known.latest + 1, fields_zh=zh, fields_en=en)


def _in_file_order(rows: list[ReportRow]) -> list[ReportRow]:
    sheets: dict[str | None, int] = {}
    for row in rows:
        sheets.setdefault(row.sheet, len(sheets))
    return sorted(rows, key=lambda row: (sheets[row.sheet], row.line or 0, row.row or 0))
