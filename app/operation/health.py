"""Is the site alive, and is it ready: database, migrations, scheduler, sealer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import scheduler, sealer
from app.core.lease import last_beat


@dataclass(frozen=True)
class Readiness:
    """What was found; each part says ok, or what is wrong."""

    database: str
    migrations: str
    scheduler: str
    sealer: str

    @property
    def is_ready(self) -> bool:
        """Whether every part is ok."""
        return self.database == self.migrations == self.scheduler == self.sealer == "ok"


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
        beats = [last_beat(session, lease) if found else None for lease in (scheduler.LEASE, sealer.LEASE)]
    except SQLAlchemyError:
        return Readiness("unreachable", "unknown", "unknown", "unknown")
    wanted = head_revision(directory)
    return Readiness("ok", "ok" if found == wanted else "pending", *(_heard(beat, now) for beat in beats))


def _heard(beat: datetime | None, now: datetime) -> str:
    fresh = beat is not None and now - beat <= timedelta(seconds=scheduler.LEASE_SECONDS)
    return "ok" if fresh else "silent"
