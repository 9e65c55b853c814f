"""The public interface of duty decisions under /api/v1/eligibility, and the description of the whole interface."""

from app.eligibility.api import description, endpoints
from app.eligibility.api.description import contract
from app.eligibility.api.endpoints import blueprint

__all__ = ["blueprint", "contract", "description", "endpoints"]
