"""Flask extensions: made here, bound in the factory."""

from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from app.core.database import Base


def _limited_by() -> str:
    """An exam hall shares one address, so people who are signed in are counted by account."""
    return f"account:{current_user.get_id()}" if current_user.is_authenticated else f"address:{get_remote_address()}"


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})
migrate = Migrate()
login = LoginManager()
babel = Babel()
csrf = CSRFProtect()
bootstrap = Bootstrap5()
limiter = Limiter(key_func=_limited_by, storage_uri="memory://")

__all__ = ["babel", "bootstrap", "csrf", "db", "limiter", "login", "migrate"]
