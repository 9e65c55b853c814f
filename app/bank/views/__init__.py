"""Pages of the question bank."""

from app.bank.views import bulk, exchange, items, pictures, review, statutes
from app.bank.views.room import blueprint, home_cards

__all__ = ["blueprint", "bulk", "exchange", "home_cards", "items", "pictures", "review", "statutes"]
