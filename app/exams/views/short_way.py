"""The short way of a save: what a hall asks hundreds of times a second, answered without the web framework.

It takes only the plain case, a signed-in candidate whose answers can be taken as they are, and makes the same checks
by the same functions. Whatever else comes (a refusal, a stale session, a fault) is undone and goes the long way
through Flask, which says why; a save is known by its own id, so that asking twice is harmless.
"""

import hmac
import io
import json
import re
import secrets
import time
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_wtf.csrf import same_origin
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.http import parse_cookie

from app.accounts import service as accounts
from app.core.database import set_reading, short_read
from app.core.errors import DomainError
from app.core.http import security_headers
from app.core.permissions import Actor, P
from app.exams.service import saving
from app.exams.views.wire import acknowledgement, read_answers
from app.extensions import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask.sessions import SecureCookieSessionInterface

PATH = re.compile(r"/exams/papers/([1-9][0-9]{0,17})/answers")
MOST_BYTES = 256 * 1024
MOST_KEPT = 4096
KEEP_SECONDS = 300


class NotPlain(Exception):
    """The request is not the plain case; the long way answers it."""


class ShortWay:
    """A WSGI application before the site's own."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._long_way: WSGIApplication = app.wsgi_app
        cookies = cast("SecureCookieSessionInterface", app.session_interface).get_signing_serializer(app)
        if cookies is None:
            raise ValueError("sessions cannot be signed without SECRET_KEY")
        self._cookies = cookies
        self._forms = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
        self._cookie_name: str = app.config["SESSION_COOKIE_NAME"]
        self._cookie_age = int(app.permanent_session_lifetime.total_seconds())
        self._belonging = lru_cache(MOST_KEPT)(self._verified)  # one pair of signatures, looked at once a period
        self._headers = [
            *security_headers(app.config["SETTINGS"]).items(),
            ("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Vary", "Cookie"),
        ]  # fmt: skip

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a plain save; hand on everything else."""
        said = self._tried(environ) if environ["REQUEST_METHOD"] == "POST" else None
        if said is None:
            return self._long_way(environ, start_response)
        own = [("Content-Length", str(len(said))), ("X-Request-Id", secrets.token_hex(8))]
        start_response("200 OK", self._headers + own)
        return [said]

    def _tried(self, environ: "WSGIEnvironment") -> bytes | None:
        """The answer to a plain save; None where the long way must answer, with the body there to be read again."""
        asked = PATH.fullmatch(environ["PATH_INFO"])
        body = _body_of(environ) if asked else None
        if asked is None or body is None:
            return None
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            return json.dumps(self._save(environ, int(asked[1]), body), ensure_ascii=False).encode()
        except (NotPlain, DomainError, BadData, JSONDecodeError):
            return None
        except Exception:
            self._app.logger.warning("a save went the long way after a fault", exc_info=True)
            return None

    def _save(self, environ: "WSGIEnvironment", attempt_id: int, body: bytes) -> dict[str, Any]:
        """Check who asks, save, commit. The end of the application context undoes what was not committed."""
        cookie = self._session_of(environ)
        device = cookie.get("devices", {}).get(str(attempt_id), "")
        answers = read_answers(json.loads(body))
        now = self._app.extensions["clock"].now()
        with self._app.app_context():
            candidate = _candidate(cookie.get("_user_id", ""), now)
            done = saving.save_answers(db.session(), candidate, attempt_id, device, answers, now=now)
            db.session.commit()
            return acknowledgement(done, now)

    def _session_of(self, environ: "WSGIEnvironment") -> dict[str, Any]:
        """What the signed cookie says, if the form token beside it is its own; raises BadData or NotPlain."""
        if environ["wsgi.url_scheme"] == "https" and not same_origin(
            environ.get("HTTP_REFERER", ""), f"https://{environ.get('HTTP_HOST', '')}/"
        ):
            raise NotPlain
        cookie = parse_cookie(environ.get("HTTP_COOKIE", "")).get(self._cookie_name, "")
        return self._belonging(cookie, environ.get("HTTP_X_CSRFTOKEN", ""), int(time.monotonic() // KEEP_SECONDS))

    def _verified(self, cookie: str, token: str, _period: int) -> dict[str, Any]:
        said: dict[str, Any] = self._cookies.loads(cookie, max_age=self._cookie_age)
        secret = str(self._forms.loads(token))
        if not secret or not hmac.compare_digest(str(said.get("csrf_token", "")), secret):
            raise NotPlain
        return said


def _candidate(token: str, now: datetime) -> Actor:
    """Who is signed in under this token and needs nothing else first; raises NotPlain."""
    set_reading(only=False)
    with short_read(db.session()):
        found = accounts.signed_in_by(db.session(), token, now)
    if found is None or found.stale or found.must_change or not found.actor.may(P.SELF):
        raise NotPlain
    return found.actor


def _body_of(environ: "WSGIEnvironment") -> bytes | None:
    length = environ.get("CONTENT_LENGTH", "")
    if environ.get("CONTENT_TYPE") != "application/json" or not length.isdigit() or int(length) > MOST_BYTES:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    return body
