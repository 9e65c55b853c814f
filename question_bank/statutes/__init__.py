"""Statutes behind questions: read them, index them, compare their editions, check figures against them."""

from question_bank.statutes.checking import applied_figures, cited_articles, figure_faults, key_figures
from question_bank.statutes.comparison import THRESHOLD, ArticleChange, Comparison, Fate, compare, similarity
from question_bank.statutes.figures import Figure, figures_of
from question_bank.statutes.index import (
    Index,
    build_index,
    bundled_index,
    known_dates,
    read_index,
    with_validity,
    without_text,
    write_index,
)  # fmt: skip
from question_bank.statutes.reading import Article, Statute, article_digest, read_statute, short_name

__all__ = [
    "THRESHOLD",
    "Article",
    "ArticleChange",
    "Comparison",
    "Fate",
    "Figure",
    "Index",
    "Statute",
    "applied_figures",
    "article_digest",
    "build_index",
    "bundled_index",
    "cited_articles",
    "compare",
    "figure_faults",
    "figures_of",
    "key_figures",
    "known_dates",
    "read_index",
    "read_statute",
    "short_name",
    "similarity",
    "with_validity",
    "without_text",
    "write_index",
]
