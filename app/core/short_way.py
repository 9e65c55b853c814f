"""A short way past the web framework for one address that is asked hundreds of times a second.

It takes only the plain case and makes the same checks by the same functions. Whatever else comes (a refusal, a fault,
anything unusual) is undone and goes the long way through Flask, which says why.
"""

import io
import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from app.core.errors import DomainError
from app.core.http import security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

Headers = list[tuple[str, str]]


class NotPlain(Exception):
    """The request is not the plain case; the long way answers it."""


class ShortWay:
    """A WSGI application before the site's own, for POST of JSON to addresses of one pattern.

    A subclass says which (`path`, `most_bytes`), what besides a DomainError means that the case is not plain
    (`unusual`), and answers.
    """

    path: ClassVar[re.Pattern[str]]
    most_bytes: ClassVar[int]
    unusual: ClassVar[tuple[type[Exception], ...]] = ()

    def __init__(self, app: "Flask") -> None:
        self.app = app
        self._long_way: WSGIApplication = app.wsgi_app
        self._expected: tuple[type[Exception], ...] = (NotPlain, DomainError, *self.unusual)
        self._headers = [
            *security_headers(app.config["SETTINGS"]).items(),
            ("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Vary", "Cookie"),
        ]  # fmt: skip

    def answer(self, environ: "WSGIEnvironment", asked: re.Match[str], body: bytes) -> tuple[bytes, Headers]:
        """The body of the answer and headers of its own, with everything committed; raises where it is not plain."""
        raise NotImplementedError

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer the plain case; hand on everything else."""
        found = self._tried(environ) if environ["REQUEST_METHOD"] == "POST" else None
        if found is None:
            return self._long_way(environ, start_response)
        said, own = found
        told = [("Content-Length", str(len(said))), ("X-Request-Id", secrets.token_hex(8))]
        start_response("200 OK", self._headers + own + told)
        return [said]

    def _tried(self, environ: "WSGIEnvironment") -> tuple[bytes, Headers] | None:
        """The answer; None where the long way must give it, with the body there to be read again."""
        asked = self.path.fullmatch(environ["PATH_INFO"])
        body = self._body_of(environ) if asked else None
        if asked is None or body is None:
            return None
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            return self.answer(environ, asked, body)
        except self._expected:
            return None
        except Exception:
            self.app.logger.warning("a request went the long way after a fault", exc_info=True)
            return None

    def _body_of(self, environ: "WSGIEnvironment") -> bytes | None:
        length = environ.get("CONTENT_LENGTH", "")
        if environ.get("CONTENT_TYPE") != "application/json" or not length.isdigit() or int(length) > self.most_bytes:
            return None
        body: bytes = environ["wsgi.input"].read(int(length))
        return body
