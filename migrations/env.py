"""Runs the migrations on the application's own engine."""

import importlib

from alembic import context
from flask import current_app

from app.core.database import Base

ROOMS = ("core.lease", "ledger.models", "accounts.models", "registry.models", "bank.models", "training.models", "exams.models",
         "regimes.models", "credentials.models", "eligibility.models")  # fmt: skip

for room in ROOMS:
    importlib.import_module(f"app.{room}")


def _offline() -> None:
    context.configure(
        url=current_app.config["SQLALCHEMY_DATABASE_URI"], target_metadata=Base.metadata, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()


def _online() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=engine.dialect.name == "sqlite"
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    _offline()
else:
    _online()
