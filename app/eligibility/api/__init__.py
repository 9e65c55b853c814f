"""The public interface of duty decisions under /api/v1/eligibility, and the description of the whole interface."""

from app.eligibility.api import description, endpoints
from app.eligibility.api.description import contract
from app.eligibility.api.endpoints import blueprint
from app.eligibility.api.short_way import CheckShortly

__all__ = ["CheckShortly", "blueprint", "contract", "description", "endpoints"]
