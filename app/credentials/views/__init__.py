"""Pages of the issuer and of the holder, and the public check."""

from app.credentials.views import applications, badges, batches, decrees, holder, keys, papers, reviews  # noqa: F401 - they add their pages to the blueprint
from app.credentials.views.cards import home_cards
from app.credentials.views.issuer import blueprint
from app.credentials.views.passing import passing
from app.credentials.views.pki import pki
from app.credentials.views.public import verify
from app.credentials.views.verifier import blueprint as verifier

__all__ = ["blueprint", "home_cards", "passing", "pki", "verifier", "verify"]
