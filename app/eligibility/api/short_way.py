"""The short way of a check: a connected system's question, judged and recorded without the web framework.

It takes a good token, a question that can be asked, and no condition on an earlier answer. Questions that come at once
are recorded in one transaction.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.accounts import service as accounts
from app.core.clock import local_day
from app.core.database import set_reading
from app.core.errand import Errand, Later
from app.core.permissions import Actor, P
from app.core.short_way import Headers, NotPlain, ShortWay
from app.core.together import Together
from app.eligibility import service
from app.eligibility.api.bodies import question_of
from app.eligibility.facts import Question
from app.eligibility.service import repeating
from app.extensions import db

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask


@dataclass(frozen=True)
class _Sent:
    """A token and the question that came with it."""

    token: str
    question: Question


class CheckShortly(ShortWay):
    """Checks of one question."""

    path = re.compile(r"/api/v1/eligibility/check")
    most_bytes = 256 * 1024

    def __init__(self, app: "Flask") -> None:
        super().__init__(app)
        self._together: Together[_Sent, service.Answer] = Together(self._check)

    def answer(self, environ: "WSGIEnvironment", asked: re.Match[str], body: bytes) -> tuple[bytes, Headers]:  # noqa: ARG002
        """Check who asks, judge, record, commit."""
        kind, _space, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer" or "HTTP_IF_NONE_MATCH" in environ or "HTTP_CONTENT_ENCODING" in environ:
            raise NotPlain
        given = self._together.do(_Sent(token.strip(), question_of(body)))
        tag = ("ETag", f'"{repeating.tag_of(given)}"')
        return json.dumps(given.json, ensure_ascii=False).encode(), [tag]

    def _check(self, sent: list[_Sent]) -> list[service.Answer | Exception]:
        """Everything that came together, in one transaction; the end of the context undoes what was not committed."""
        now, desk = self.app.extensions["clock"].now(), self.app.extensions["desk"]
        today = local_day(now, self.app.config["SETTINGS"].zone)
        with self.app.app_context():
            errand = Errand(db.session())
            found = _asked_for(errand, {one.token for one in sent}, now)
            reader = None if desk is None else service.Reader(desk, errand, today)  # its question goes with theirs
            systems = _systems(found)
            asked = [service.Asked(systems[one.token], one.question) for one in sent if one.token in systems]
            answers = iter(service.check_all(errand, asked, today=today, now=now, reader=reader))
            errand.commit()
        return [next(answers) if one.token in systems else NotPlain() for one in sent]


def _asked_for(errand: Errand, tokens: Iterable[str], now: datetime) -> dict[str, Later[Actor | None]]:
    """By token who it stands for."""
    set_reading(only=False)
    found = {token: accounts.bearer(errand, token, now) for token in tokens}
    errand.run_apart()
    return found


def _systems(found: Mapping[str, Later[Actor | None]]) -> dict[str, Actor]:
    """Of those that may ask, by token who they are."""
    told = {token: one.get() for token, one in found.items()}
    return {token: one for token, one in told.items() if one is not None and one.may(P.ELIGIBILITY_CHECK)}
