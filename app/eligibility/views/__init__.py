"""Pages of the duty decisions."""

from app.eligibility.views import board, check, decisions
from app.eligibility.views.blueprint import blueprint
from app.eligibility.views.board import home_cards

__all__ = ["blueprint", "board", "check", "decisions", "home_cards"]
