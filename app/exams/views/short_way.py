"""The short way of a save: answers of a hall that writes, taken without the web framework where nothing is unusual.

It takes a signed-in candidate whose answers can be taken as they are. A save is known by its own id, so that asking
twice, once on each way, is harmless.
"""

import hmac
import json
import re
import time
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
from app.core.permissions import Actor, P
from app.core.short_way import Headers, NotPlain, ShortWay
from app.exams.service import saving
from app.exams.views.wire import acknowledgement, read_answers
from app.extensions import db

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from flask.sessions import SecureCookieSessionInterface

MOST_KEPT = 4096
KEEP_SECONDS = 300


class SaveShortly(ShortWay):
    """Saves of answers."""

    path = re.compile(r"/exams/papers/([1-9][0-9]{0,17})/answers")
    most_bytes = 256 * 1024
    unusual = (BadData, JSONDecodeError)

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        cookies = cast("SecureCookieSessionInterface", app.session_interface).get_signing_serializer(app)
        if cookies is None:
            raise ValueError("sessions cannot be signed without SECRET_KEY")
        self._cookies = cookies
        self._forms = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
        self._cookie_name: str = app.config["SESSION_COOKIE_NAME"]
        self._cookie_age = int(app.permanent_session_lifetime.total_seconds())
        self._belonging = lru_cache(MOST_KEPT)(self._verified)  # one pair of signatures, looked at once a period

    def answer(self, environ: "WSGIEnvironment", asked: re.Match[str], body: bytes) -> tuple[bytes, Headers]:
        """Check who asks, save, commit. The end of the application context undoes what was not committed."""
        cookie = self._session_of(environ)
        device = cookie.get("devices", {}).get(asked[1], "")
        answers = read_answers(json.loads(body))
        now = self.app.extensions["clock"].now()
        with self.app.app_context():
            candidate = _candidate(cookie.get("_user_id", ""), now)
            done = saving.save_answers(db.session(), candidate, int(asked[1]), device, answers, now=now)
            db.session.commit()
        return json.dumps(acknowledgement(done, now), ensure_ascii=False).encode(), []

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
