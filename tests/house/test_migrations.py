"""One migration head, and the tables are what the models say."""

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.core.database import Base
from app.extensions import db
from tests.conftest import PROJECT, settings_for
from tests.live import database


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


DECISION = (
    "INSERT INTO decision_record (id, asked_at, asked_by, asked_by_name, question, act, starts_at, ends_at,"
    " facts_digest, regime, regime_version, rule_versions, answer, outcome)"
    " VALUES ('D1', '2026-03-02', 'x', '', '{}', 'PATROL', '2026-03-02', '2026-03-03', 'sha256:1', 'cn', 'v', '{}',"
    " '{}', 'ALLOW')"
)
KEPT = "SELECT r.fact_id, f.content FROM fact_set_record r JOIN fact_set f ON f.digest = r.digest"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_site_can_go_back_to_the_first_release_of_duty_and_forward_again_with_its_decisions(tmp_path, kind):
    with database(kind, tmp_path / "db") as url:
        app = create_app(settings_for(url, tmp_path / "instance"))
        with app.app_context():
            flask_migrate.upgrade()
            with db.engine.begin() as connection:
                connection.exec_driver_sql(
                    "INSERT INTO fact_set VALUES ('sha256:1', '{\"people\": {}}', '[\"result:1\"]')"
                )
                connection.exec_driver_sql("INSERT INTO fact_set_record VALUES ('result:1', 'sha256:1')")
                connection.exec_driver_sql(DECISION)
            flask_migrate.downgrade(revision="0013")
            with db.engine.begin() as connection:
                row = connection.execute(
                    text("SELECT CAST(facts AS TEXT), CAST(fact_ids AS TEXT) FROM decision_record")
                )
                assert [tuple(one) for one in row] == [('{"people": {}}', '["result:1"]')]
                assert connection.exec_driver_sql("SELECT fact_id, decision_id FROM decision_fact").all() == [
                    ("result:1", "D1")
                ]
            with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE decision_record SET act = 'SERVE'")
            flask_migrate.downgrade(revision="0008")
            flask_migrate.upgrade()
            with db.engine.begin() as connection:
                assert [one[0] for one in connection.exec_driver_sql(KEPT)] == ["result:1"]
            db.engine.dispose()
