"""Is the site alive, and is it ready: database, migrations, scheduler."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core.lease import last_beat
from app.scheduler import LEASE, LEASE_SECONDS


@dataclass(frozen=True)
class Readiness:
    """What was found; each part says ok, or what is wrong."""

    database: str
    migrations: str
    scheduler: str

    @property
    def is_ready(self) -> bool:
        """Whether every part is ok."""
        return self.database == self.migrations == self.scheduler == "ok"


def head_revision(directory: str) -> str | None:
    """The newest migration in the tree."""
    config = Config()
    config.set_main_option("script_location", directory)
    return ScriptDirectory.from_config(config).get_current_head()


def readiness(session: Session, directory: str, now: datetime) -> Readiness:
    """Look at each part; never raises for a part that fails."""
    try:
        session.execute(text("SELECT 1"))
        found = MigrationContext.configure(session.connection()).get_current_revision()
        beat = last_beat(session, LEASE) if found else None
    except SQLAlchemyError:
        return Readiness("unreachable", "unknown", "unknown")
    wanted = head_revision(directory)
    fresh = beat is not None and now - beat <= timedelta(seconds=LEASE_SECONDS)
    return Readiness("ok", "ok" if found == wanted else "pending", "ok" if fresh else "silent")
