"""Pages of the registry."""

from app.registry.views import facts, imports, people, units  # noqa: F401 - they add their pages to the blueprint
from app.registry.views.base import blueprint, home_cards

__all__ = ["blueprint", "home_cards"]
