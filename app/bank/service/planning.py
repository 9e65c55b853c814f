"""What a file of questions would do to the bank, worked out without writing anything."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.bank.policy import Outcome, Status
from app.bank.queries.imports import Known, ReportRow, known_codes, known_prints
from app.bank.queries.rows import differences
from app.bank.service.wording import fields_in_words, repeated, said
from question_bank.errors import AcceptedRow, BankError, ImportReport
from question_bank.formats import Defaults, read
from question_bank.items import Item as Question
from question_bank.items import Paper, fingerprint

FORMATS = ("auto", "native", "plain_text", "csv", "xlsx")


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


def plan_import(session: Session, name: str, data: bytes, *, format: str, paper: str, topic: str = "") -> Plan:  # noqa: A002
    """Read a file and compare it with the bank; a file unusable as a whole gives one rejected line."""
    try:
        read_report = read(name, data, format, defaults=Defaults(paper=Paper(paper), topic=topic))
    except BankError as error:
        return Plan(format, (repeated(Outcome.REJECTED, error.fault),), (), ())
    return _compare(session, read_report)


def _compare(session: Session, found: ImportReport) -> Plan:
    codes = known_codes(session, [row.item.code for row in found.accepted])
    prints = known_prints(session, [fingerprint(row.item) for row in found.accepted])
    rows: list[ReportRow] = [repeated(Outcome.NOTED, warning) for warning in found.warnings]
    rows += [repeated(Outcome.REJECTED, fault) for fault in found.rejected]
    new: list[Question] = []
    changed: list[Question] = []
    for accepted in found.accepted:
        others = prints.get(fingerprint(accepted.item), ())
        verdict = _verdict(accepted, codes.get(accepted.item.code), others)
        rows.append(verdict)
        rows += [repeated(Outcome.NOTED, change) for change in accepted.changes]
        if verdict.outcome is Outcome.ADDED:
            new.append(accepted.item)
        elif verdict.outcome is Outcome.CHANGED:
            changed.append(accepted.item)
    return Plan(found.format, _in_file_order(rows), tuple(new), tuple(changed))


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


def _in_file_order(rows: list[ReportRow]) -> tuple[ReportRow, ...]:
    sheets: Counter[str | None] = Counter()
    for row in rows:
        sheets.setdefault(row.sheet, len(sheets))
    return tuple(sorted(rows, key=lambda row: (sheets[row.sheet], row.line or 0, row.row or 0)))
