"""Switchboard of the public API under /api/v1: every blueprint; they take bearer tokens, never cookies' forms."""

from flask import Blueprint

from app.credentials import api as credentials
from app.eligibility import api as eligibility

BLUEPRINTS: list[Blueprint] = [credentials.blueprint, eligibility.blueprint, eligibility.contract]
SHORT_WAYS = [eligibility.CheckShortly]
