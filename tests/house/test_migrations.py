"""One migration head, and the tables are what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.core.database import Base
from tests.conftest import PROJECT


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    return ScriptDirectory.from_config(config)


def test_there_is_one_head_and_revisions_are_four_digits():
    scripts = _scripts()
    assert len(scripts.get_heads()) == 1
    assert all(r.revision.isdigit() and len(r.revision) == 4 for r in scripts.walk_revisions())


def test_the_migrated_tables_are_what_the_models_say(session):
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []
