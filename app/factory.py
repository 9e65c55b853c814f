"""Settings, extensions, rooms, errors, command line: in that order."""

import os
from datetime import timedelta
from typing import Any

from flask import Flask, request, url_for
from flask_babel import get_locale
from jinja2 import StrictUndefined

from app import api_v1, pages
from app.config import Settings, load_settings
from app.core import http, logs, words
from app.core.clock import SystemClock
from app.core.database import prepare_engine
from app.core.permissions import P
from app.extensions import babel, bootstrap, csrf, db, limiter, login, migrate


def build(settings: Settings | None = None) -> Flask:
    """The WSGI application."""
    app = Flask(__name__)
    settings = settings or load_settings(os.environ)
    if not settings.testing:
        logs.configure()
    _configure(app, settings)
    _bind_extensions(app)
    for blueprint in pages.BLUEPRINTS:
        app.register_blueprint(blueprint)
    for blueprint in api_v1.BLUEPRINTS:
        app.register_blueprint(blueprint)
        csrf.exempt(blueprint)
    http.register(app)
    pages.KEEP_CALENDARS_IN(settings.calendars)
    _prepare_templates(app)
    for short_way in (*pages.SHORT_WAYS, *api_v1.SHORT_WAYS):
        app.wsgi_app = short_way(app)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=24 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure,
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        BOOTSTRAP_SERVE_LOCAL=True,
        RATELIMIT_ENABLED=not settings.testing,
        TESTING=settings.testing,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["clock"] = SystemClock()
    app.extensions["desk"] = None if settings.testing else pages.Desk()  # tests undo what they record
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=os.path.join(os.path.dirname(app.root_path), "migrations"))  # noqa: PTH118, PTH120
    babel.init_app(app, locale_selector=http.choose_locale)
    csrf.init_app(app)
    bootstrap.init_app(app)
    limiter.init_app(app)
    login.session_protection = None  # sessions live on the server, and addresses change in a hall
    login.init_app(app)
    login.user_loader(pages.LOAD_VISITOR)
    login.request_loader(pages.LOAD_PROGRAM)


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(words.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _everywhere() -> dict[str, Any]:
        who = http.actor()
        return {
            "P": P,
            "current_actor": who if who is not http.NOBODY else None,
            "locale": "en" if str(get_locale()) == "en" else "zh",
            "nav": pages.navigation(who),
            "shell_urls": pages.shell_urls(),
            "language_urls": {
                code: url_for("pages.language", code=code, next=request.full_path) for code in http.LOCALES
            },
            "current_day": http.today(),
        }
