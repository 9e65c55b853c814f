"""Pages of training: one blueprint, one module for each family of pages."""

from app.training.views import classes, hours, mine, programmes
from app.training.views.blueprint import blueprint
from app.training.views.cards import home_cards

__all__ = ["blueprint", "classes", "home_cards", "hours", "mine", "programmes"]
