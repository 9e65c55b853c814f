"""Pages of the issuer and of the holder, and the public check."""

from app.credentials.views import holder, reviews  # noqa: F401 - they add their pages to the blueprint
from app.credentials.views.cards import home_cards
from app.credentials.views.issuer import blueprint
from app.credentials.views.public import verify

__all__ = ["blueprint", "home_cards", "verify"]
