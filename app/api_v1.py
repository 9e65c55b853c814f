"""Switchboard of the public API under /api/v1: every blueprint; they take bearer tokens, never cookies' forms."""

from flask import Blueprint

from app.credentials import api as credentials
from app.eligibility import api as eligibility
from app.ledger import api as ledger

BLUEPRINTS: list[Blueprint] = [credentials.blueprint, eligibility.blueprint, eligibility.contract, ledger.blueprint]
SHORT_WAYS = [eligibility.CheckShortly]
