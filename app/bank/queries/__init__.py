"""Read the bank: what papers draw, what pages list, what imports report."""

from app.bank.queries.coverage import Coverage, Health, coverage, health, review_counts
from app.bank.queries.figures import FiguresRow, figures_of, figures_of_item, suspects
from app.bank.queries.imports import ReportRow, RunRow, account_id, near_count, outcome_counts, report, run_row, runs
from app.bank.queries.items import counts, item_page, next_waiting, waiting
from app.bank.queries.pictures import all_pictures, picture, picture_size
from app.bank.queries.pool import pool, versions
from app.bank.queries.rows import ItemPage, ItemRow, Page, RemarkRow, StepRow, VersionHistory, VersionRow
from app.bank.queries.search import (
    ItemFilter,
    editions,
    figures_beside,
    find,
    has_figures,
    laws,
    questions,
    rows_by_code,
    tags,
    topics,
)  # fmt: skip
from app.bank.queries.statutes import EditionRow, StatutePage, ended_in_use, statute_page, statutes, validity
from app.bank.queries.wording import citation_text, stem_pieces, word_diff

__all__ = [
    "Coverage",
    "EditionRow",
    "FiguresRow",
    "Health",
    "ItemFilter",
    "ItemPage",
    "ItemRow",
    "Page",
    "RemarkRow",
    "ReportRow",
    "RunRow",
    "StatutePage",
    "StepRow",
    "VersionHistory",
    "VersionRow",
    "account_id",
    "all_pictures",
    "citation_text",
    "counts",
    "coverage",
    "editions",
    "ended_in_use",
    "figures_beside",
    "figures_of",
    "figures_of_item",
    "find",
    "has_figures",
    "health",
    "item_page",
    "laws",
    "near_count",
    "next_waiting",
    "outcome_counts",
    "picture",
    "picture_size",
    "pool",
    "questions",
    "report",
    "review_counts",
    "rows_by_code",
    "run_row",
    "runs",
    "statute_page",
    "statutes",
    "stem_pieces",
    "suspects",
    "tags",
    "topics",
    "validity",
    "versions",
    "waiting",
    "word_diff",
]  # fmt: skip
