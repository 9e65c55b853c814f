"""Pages of the question bank."""

from app.bank.views import exchange, items, review, statutes
from app.bank.views.room import blueprint, home_cards

__all__ = ["blueprint", "exchange", "home_cards", "items", "review", "statutes"]
