"""Pages of the duty decisions."""

from app.eligibility.service import Desk
from app.eligibility.views import (
    board,
    check,
    decisions,
    forecast,
    observations,
    rosters,
    squads,
    watch,
    webhooks,
    whatif,
)
from app.eligibility.views.blueprint import blueprint
from app.eligibility.views.board import home_cards

__all__ = [
    "Desk", "blueprint", "board", "check", "decisions", "forecast", "home_cards", "observations", "rosters", "squads",
    "watch", "webhooks", "whatif",
]  # fmt: skip
