"""Pages of the exams: one blueprint, one module for each family of pages."""

from app.exams.views import candidates, invigilation, mine, paper, results, sittings, specifications
from app.exams.views.blueprint import blueprint
from app.exams.views.cards import home_cards
from app.exams.views.short_way import SaveShortly

__all__ = [
    "SaveShortly",
    "blueprint",
    "candidates",
    "home_cards",
    "invigilation",
    "mine",
    "paper",
    "results",
    "sittings",
    "specifications",
]
