"""Read the bank: what papers draw, what pages list, what imports report."""

from app.bank.queries.imports import ReportRow, RunRow, account_id, outcome_counts, report, run_row, runs
from app.bank.queries.items import (
    Health,
    ItemFilter,
    counts,
    find,
    health,
    item_page,
    laws,
    next_waiting,
    questions,
    rows_by_code,
    topics,
    waiting,
)  # fmt: skip
from app.bank.queries.pool import pool, versions
from app.bank.queries.rows import ItemPage, ItemRow, Page, StepRow, VersionHistory, VersionRow, citation_text
from app.bank.queries.statutes import EditionRow, StatutePage, ended_in_use, statute_page, statutes, validity

__all__ = [
    "EditionRow",
    "Health",
    "ItemFilter",
    "ItemPage",
    "ItemRow",
    "Page",
    "ReportRow",
    "RunRow",
    "StatutePage",
    "StepRow",
    "VersionHistory",
    "VersionRow",
    "account_id",
    "citation_text",
    "counts",
    "ended_in_use",
    "find",
    "health",
    "item_page",
    "laws",
    "next_waiting",
    "outcome_counts",
    "pool",
    "questions",
    "report",
    "rows_by_code",
    "run_row",
    "runs",
    "statute_page",
    "statutes",
    "topics",
    "validity",
    "versions",
    "waiting",
]  # fmt: skip
