"""Chizheng 持证: the registry that decides who may enforce.

Importing a pure module such as `app.eligibility.rules` must not import Flask, so the factory is loaded on first use.
"""

import os
from typing import TYPE_CHECKING

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # processes share the cores already

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings

__version__ = "0.1.0"


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Build the WSGI application; settings come from the environment unless given."""
    from app.factory import build

    return build(settings)
