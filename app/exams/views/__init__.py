"""Pages of the exams: one blueprint, one module for each family of pages."""

from app.exams.views import (
    candidates,
    invigilation,
    marking,
    mine,
    panels,
    paper,
    parallel,
    results,
    sittings,
    specifications,
    statistics,
)
from app.exams.views.blueprint import blueprint
from app.exams.views.cards import home_cards
from app.exams.views.short_way import SaveShortly

__all__ = [
    "SaveShortly",
    "blueprint",
    "candidates",
    "home_cards",
    "invigilation",
    "marking",
    "mine",
    "panels",
    "paper",
    "parallel",
    "results",
    "sittings",
    "specifications",
    "statistics",
]
