"""The short way of a save: answers of a hall that writes, taken without the web framework where nothing is unusual.

It takes a signed-in candidate whose answers can be taken as they are. A save is known by its own id, so that asking
twice, once on each way, is harmless. Saves that come at once are kept in one transaction.
"""

import hmac
import json
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_wtf.csrf import same_origin
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.http import parse_cookie

from app.accounts import service as accounts
from app.core.database import set_reading
from app.core.errand import Errand
from app.core.permissions import Actor, P
from app.core.short_way import Headers, NotPlain, ShortWay
from app.core.together import Together
from app.exams.service import saving
from app.exams.views.wire import acknowledgement, read_answers
from app.extensions import db

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from flask.sessions import SecureCookieSessionInterface

MOST_KEPT = 4096
KEEP_SECONDS = 300


@dataclass(frozen=True)
class _Save:
    """What one page sent: from whom, for which paper, from which device, and when it came."""

    visitor: str
    attempt: int
    device: str
    answers: Sequence[saving.Answer]
    at: datetime


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
        self._together: Together[_Save, saving.Acknowledged] = Together(self._save)
        self._belonging = lru_cache(MOST_KEPT)(self._verified)  # one pair of signatures, looked at once a period

    def answer(self, environ: "WSGIEnvironment", asked: re.Match[str], body: bytes) -> tuple[bytes, Headers]:
        """Check who asks, save, commit. The end of the application context undoes what was not committed."""
        cookie = self._session_of(environ)
        sent = _Save(
            cookie.get("_user_id", ""), int(asked[1]), cookie.get("devices", {}).get(asked[1], ""),
            read_answers(json.loads(body)), self.app.extensions["clock"].now(),
        )  # fmt: skip
        done = self._together.do(sent)
        return json.dumps(acknowledgement(done, sent.at), ensure_ascii=False).encode(), []

    def _save(self, sent: list[_Save]) -> list[saving.Acknowledged | Exception]:
        """Everything that came together in one transaction, or, where one of them is no answer, each in its own."""
        try:
            return self._saved(sent)
        except Exception as refusal:  # noqa: BLE001  raised again by the page's own request
            return [refusal] if len(sent) == 1 else [done for one in sent for done in self._save([one])]

    def _saved(self, sent: list[_Save]) -> list[saving.Acknowledged | Exception]:
        """The end of the application context undoes what was not committed."""
        with self.app.app_context():
            errand = Errand(db.session())
            who = _candidates(errand, sent)
            taken = [
                saving.Save(actor, one.attempt, one.device, one.answers, one.at)
                for actor, one in zip(who, sent, strict=True)
                if actor is not None
            ]
            done = iter(saving.save_all(errand, taken))
            errand.commit()
        return [NotPlain() if actor is None else next(done) for actor in who]

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


def _candidates(errand: Errand, sent: Iterable[_Save]) -> list[Actor | None]:
    """Who sent each, where they are signed in with nothing else to do first."""
    set_reading(only=False)
    asked = [accounts.signed_in_by(errand, one.visitor, one.at) for one in sent]
    errand.run_apart()
    return [found.actor if (found := one.get()) is not None and _is_plain(found) else None for one in asked]


def _is_plain(found: accounts.SignedIn) -> bool:
    return not found.stale and not found.must_change and found.actor.may(P.SELF)
