"""The short way of a check: a connected system's question, judged and recorded without the web framework.

It takes a good token, a question that can be asked, and no condition on an earlier answer.
"""

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

from app.accounts import service as accounts
from app.core.clock import local_day
from app.core.database import set_reading, short_read
from app.core.permissions import Actor, P
from app.core.short_way import Headers, NotPlain, ShortWay
from app.eligibility import service
from app.eligibility.api.bodies import question_of
from app.eligibility.service import repeating
from app.extensions import db

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class CheckShortly(ShortWay):
    """Checks of one question."""

    path = re.compile(r"/api/v1/eligibility/check")
    most_bytes = 256 * 1024

    def answer(self, environ: "WSGIEnvironment", asked: re.Match[str], body: bytes) -> tuple[bytes, Headers]:  # noqa: ARG002
        """Check who asks, judge, record, commit. The end of the application context undoes what was not committed."""
        kind, _space, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer" or "HTTP_IF_NONE_MATCH" in environ or "HTTP_CONTENT_ENCODING" in environ:
            raise NotPlain
        question, now = question_of(body), self.app.extensions["clock"].now()
        today, desk = local_day(now, self.app.config["SETTINGS"].zone), self.app.extensions["desk"]
        with self.app.app_context():
            system = _system(token.strip(), now)
            given = service.check(db.session(), system, question, today=today, now=now, desk=desk)
            db.session.commit()
        tag = ("ETag", f'"{repeating.tag_of(given)}"')
        return json.dumps(given.json, ensure_ascii=False).encode(), [tag]


def _system(token: str, now: datetime) -> Actor:
    """Who the token stands for, if it may ask; raises NotPlain."""
    set_reading(only=False)
    with short_read(db.session()):
        found = accounts.bearer(db.session(), token, now)
    if found is None or not found.may(P.ELIGIBILITY_CHECK):
        raise NotPlain
    return found
