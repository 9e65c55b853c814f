"""Imports: the runs one can find again, and the lines of their reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.bank.models import BankImport, BankImportRow, Item, ItemVersion
from app.bank.policy import Outcome
from app.bank.queries.rows import Page, question_of
from app.core.errors import NotFound
from app.core.permissions import Actor
from question_bank.items import Item as Question

ROWS_SHOWN = 100
RUNS_SHOWN = 30
CHUNK = 500


@dataclass(frozen=True)
class RunRow:
    """One import as lists and its own page show it; `mine` says whether the asker may take it over."""

    token: str
    file_name: str
    size: int
    sha256: str
    format: str
    paper: str
    submit: bool
    state: str
    added: int
    changed: int
    unchanged: int
    rejected: int
    owner: str
    created_at: datetime
    finished_at: datetime | None
    mine: bool

    @property
    def total(self) -> int:
        """Questions that would be written."""
        return self.added + self.changed


@dataclass(frozen=True)
class ReportRow:
    """One line of a report; `line` and `row` count from 1, the sentence is in both languages."""

    outcome: Outcome
    file: str
    sheet: str | None
    line: int | None
    row: int | None
    item: str | None
    item_code: str | None
    code: str
    zh: str
    en: str

    @property
    def where(self) -> str:
        """Sheet, line or row and question, for a terminal."""
        parts = (
            self.sheet,
            f"line {self.line}" if self.line else None,
            f"row {self.row}" if self.row else None,
            f"question {self.item}" if self.item else None,
        )
        return ", ".join(part for part in parts if part) or self.file

    def sentence(self, language: str) -> str:
        """The sentence in the reader's language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Known:
    """What an import compares with: a question of the bank in the words of its newest version."""

    item_id: int
    status: str
    latest: int
    question: Question


def owns(run: BankImport, actor: Actor) -> bool:
    """Whether an import is this person's own; a run of the command line belongs to its label."""
    if run.owner_account_id is None:
        return actor.account_id is None and run.owner_label == actor.label
    return run.owner_account_id == actor.account_id


def account_id(session: Session, username: str) -> int | None:
    """The account of a user name, for the command line, which names people so."""
    return session.scalar(select(Account.id).where(Account.username == username.strip().lower()))


def _run_row(run: BankImport, actor: Actor) -> RunRow:
    return RunRow(
        run.token, run.file_name, run.size, run.sha256, run.format, run.paper, run.submit, run.state, run.added,
        run.changed, run.unchanged, run.rejected, run.owner_label, run.created_at, run.finished_at, owns(run, actor),
    )  # fmt: skip


def runs(session: Session, actor: Actor) -> list[RunRow]:
    """The newest imports."""
    statement = select(BankImport).order_by(BankImport.id.desc()).limit(RUNS_SHOWN)
    return [_run_row(run, actor) for run in session.scalars(statement)]


def run_row(session: Session, actor: Actor, token: str) -> RunRow:
    """One import. Raises NotFound."""
    run = session.scalar(select(BankImport).where(BankImport.token == token))
    if run is None:
        raise NotFound
    return _run_row(run, actor)


def report(session: Session, token: str, outcome: str = "", page: int = 1, size: int = ROWS_SHOWN) -> Page:
    """One page of an import's report, of one outcome or of all, in the order of the file."""
    chosen = [BankImport.token == token] + ([BankImportRow.outcome == outcome] if outcome else [])
    of_run = select(BankImportRow).join(BankImport, BankImport.id == BankImportRow.import_id).where(*chosen)
    total = session.scalar(select(func.count()).select_from(of_run.subquery())) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, page), pages)
    statement = of_run.order_by(BankImportRow.position).offset((number - 1) * size).limit(size)
    return Page(tuple(_report_row(row) for row in session.scalars(statement)), number, pages, total)


def _report_row(row: BankImportRow) -> ReportRow:
    return ReportRow(
        Outcome(row.outcome), row.file, row.sheet, row.line, row.row, row.item, row.item_code, row.code, row.zh, row.en
    )


def outcome_counts(session: Session, token: str) -> Mapping[str, int]:
    """Lines of a report by outcome."""
    statement = (
        select(BankImportRow.outcome, func.count())
        .join(BankImport, BankImport.id == BankImportRow.import_id)
        .where(BankImport.token == token)
        .group_by(BankImportRow.outcome)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def near_count(session: Session, token: str) -> int:
    """How many lines of a report say that a question may repeat another."""
    statement = (
        select(func.count())
        .select_from(BankImportRow)
        .join(BankImport, BankImport.id == BankImportRow.import_id)
        .where(BankImport.token == token, BankImportRow.code.startswith("NEAR_DUPLICATE", autoescape=True))
    )
    return session.scalar(statement) or 0


def known_codes(session: Session, codes: list[str]) -> dict[str, Known]:
    """The questions of the bank that bear one of the codes."""
    found: dict[str, Known] = {}
    for start in range(0, len(codes), CHUNK):
        statement = (
            select(Item, ItemVersion)
            .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.latest))
            .where(Item.code.in_(codes[start : start + CHUNK]))
        )
        for item, version in session.execute(statement):
            found[item.code] = Known(item.id, item.status, item.latest, question_of(item.code, item.paper, version))
    return found


def known_prints(session: Session, prints: list[str]) -> dict[str, tuple[str, ...]]:
    """For each fingerprint the codes of questions whose newest version, or version in use, says the same."""
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(prints), CHUNK):
        statement = (
            select(ItemVersion.fingerprint, Item.code)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(
                ItemVersion.fingerprint.in_(prints[start : start + CHUNK]),
                (ItemVersion.number == Item.latest) | (ItemVersion.number == Item.in_use),
            )
            .order_by(Item.code)
        )
        for print_, code in session.execute(statement):
            found[print_] = (*found.get(print_, ()), code)
    return found
