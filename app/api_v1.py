"""Switchboard of the public API under /api/v1: every blueprint; they take bearer tokens, never cookies' forms."""

from flask import Blueprint

BLUEPRINTS: list[Blueprint] = []
