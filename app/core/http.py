"""The web's side of the house: who may use a view, who is asking, and how errors are shown."""

import secrets
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale, gettext
from flask_limiter import RateLimitExceeded
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.config import Settings
from app.core.clock import Clock, local_day
from app.core.database import Conflict, set_reading
from app.core.errors import N_, DomainError, Forbidden, SignInNeeded, Stale, TooMany
from app.core.permissions import Actor, P

V = TypeVar("V", bound=Callable[..., Any])
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
LOCALES = ("zh", "en")
PUBLIC_ENDPOINTS = frozenset({"static", "bootstrap.static"})
ALWAYS_OPEN = frozenset({"accounts.password", "accounts.sign_out", "pages.language", *PUBLIC_ENDPOINTS})
NOBODY = Actor(label="nobody")
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Card:
    """One next thing to do, for the home page; the smallest `rank` comes first. `tone` is info, warning or danger.

    `state` is the code of a certificate's state, shown as a badge; `done` of `required` hours are shown as a ring.
    """

    title: str
    text: str
    url: str
    action: str
    rank: int = 50
    tone: str = "info"
    state: str = ""
    done: float = 0
    required: int = 0


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation."""

    title: str
    url: str
    active: bool
    section: str


@dataclass(frozen=True)
class Page:
    """A page of a long list: its number from 1, how many pages and rows there are."""

    number: int
    pages: int
    total: int
    size: int = 50

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.number - 1) * self.size

    @classmethod
    def asked(cls, total: int, size: int = 50) -> "Page":
        """The page the query asks for by ?page=, kept within what there is."""
        pages = max(1, -(-total // size))
        wanted = request.args.get("page", default=1, type=int)
        return cls(min(max(wanted, 1), pages), pages, total, size)


@dataclass(frozen=True)
class Access:
    """Who may use a view: everybody, whoever is signed in, or the holders of one of some permissions."""

    everybody: bool = False
    permissions: tuple[P, ...] = ()


def _marked(access: Access) -> Callable[[V], V]:
    def mark(view: V) -> V:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def requires(*permissions: P) -> Callable[[V], V]:
    """The view is for holders of any of these permissions."""
    return _marked(Access(permissions=permissions))


def public(view: V) -> V:
    """The view is for everybody."""
    return _marked(Access(everybody=True))(view)


def writes(view: V) -> V:
    """The view writes although it is asked for by GET: its transaction takes the write lock from the start."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def with_camera(view: V) -> V:
    """The page may ask for the camera; every other page is told that it may not."""
    view.camera = True  # type: ignore[attr-defined]
    return view


def signed_in(view: V) -> V:
    """The view is for anybody who is signed in."""
    return _marked(Access())(view)


def actor() -> Actor:
    """Whoever asks; NOBODY when not signed in."""
    return cast("Actor", current_user.actor) if current_user.is_authenticated else NOBODY


def now() -> datetime:
    """The present moment, by the application's clock."""
    return cast("Clock", current_app.extensions["clock"]).now()


def zone() -> ZoneInfo:
    """The zone in which days begin and end."""
    return cast("ZoneInfo", current_app.config["SETTINGS"].zone)


def settings() -> Settings:
    """The site's settings."""
    return cast("Settings", current_app.config["SETTINGS"])


def today() -> date:
    """The local day."""
    return local_day(now(), zone())


def wants_json() -> bool:
    """Whether the answer should be data rather than a page."""
    return request.path.startswith("/api/") or request.is_json or request.accept_mimetypes.best == "application/json"


def safe_next(target: str | None, default: str) -> str:
    """The page asked for, if it is one of ours; an address elsewhere is never followed."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def choose_locale() -> str:
    """The remembered language, else the browser's wish, else Chinese."""
    chosen = request.cookies.get("language")
    return chosen if chosen in LOCALES else (request.accept_languages and _browser_wish()) or "zh"


def _browser_wish() -> str | None:
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "en", "en-US", "en-GB"])
    return best[:2] if best else None


def begin() -> None:
    """First of all: number the request, and say whether its transactions only read."""
    g.request_id = secrets.token_hex(8)
    set_reading(only=only_reads())


def only_reads() -> bool:
    """Whether this request changes nothing: a safe method on a view that is not marked `writes`."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in SAFE_METHODS and not getattr(view, "writes", False)


def guard() -> None:
    """Before each request: its view must say who may use it, and the asker must be one of them."""
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS:
        return
    access = getattr(current_app.view_functions[request.endpoint], "access", None)
    if access is None:
        raise Forbidden("view-unmarked", N_("This page does not say who may use it, so nobody may."))
    if access.everybody:
        return
    if not current_user.is_authenticated:
        raise SignInNeeded
    if access.permissions and not any(actor().may(p) for p in access.permissions):
        raise Forbidden


def first_password() -> ResponseReturnValue | None:
    """A person whose password was set by somebody else chooses their own before anything else."""
    if not current_user.is_authenticated or not current_user.must_change or request.endpoint in ALWAYS_OPEN:
        return None
    if wants_json():
        raise Forbidden("password-change-needed", N_("Choose your own password first."))
    return redirect(url_for("accounts.password"))


def permissions_policy(*, camera: bool) -> str:
    """What a page may ask of the device: nothing, or the camera."""
    return f"camera={'(self)' if camera else '()'}, microphone=(), geolocation=()"


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers that every answer carries."""
    always = {
        "Content-Security-Policy": CONTENT_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": permissions_policy(camera=False),
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return always | ({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if settings.secure else {})


def headers(response: Response) -> Response:
    """Security headers on every answer; pages for signed-in people are not kept by shared caches."""
    if getattr(current_app.view_functions.get(request.endpoint or ""), "camera", False):
        response.headers["Permissions-Policy"] = permissions_policy(camera=True)
    for name, value in security_headers(settings()).items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint not in PUBLIC_ENDPOINTS:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def in_language(error: DomainError, language: str | None = None) -> str:
    """The sentence of a domain error in the reader's language, or in a named one."""
    with force_locale(language) if language else nullcontext():
        return str(gettext(error.msgid, **error.data))


def problem(error: DomainError) -> Response:
    """The error as application/problem+json (RFC 9457)."""
    body: dict[str, Any] = {
        "type": f"urn:chizheng:problem:{error.code}",
        "title": gettext(STATUS_TITLES.get(error.status, STATUS_TITLES[500])),
        "status": error.status,
        "code": error.code,
        "detail": in_language(error),
        "message": {"zh": in_language(error, "zh"), "en": in_language(error, "en")},
        "request_id": g.get("request_id", ""),
    }
    if error.field:
        body["field"] = error.field
    answer = cast("Response", current_app.json.response(body))
    answer.status_code, answer.content_type = error.status, "application/problem+json"
    if "retry_after" in error.data:
        answer.headers["Retry-After"] = str(error.data["retry_after"])
    return answer


STATUS_TITLES = {
    400: N_("The request could not be read"),
    401: N_("Please sign in"),
    403: N_("You may not do this"),
    404: N_("Not found"),
    405: N_("This address does not do that"),
    409: N_("Not possible now"),
    413: N_("Too large"),
    415: N_("This kind of file is not read here"),
    422: N_("Please correct this"),
    429: N_("Too many requests"),
    500: N_("Something went wrong on our side"),
    503: N_("Not available at the moment"),
}


def show(error: DomainError) -> ResponseReturnValue:
    """One shape for every error: a page for people, a problem document for programs."""
    if wants_json():
        return problem(error)
    if error.status == 401:
        flash(in_language(error), "info")
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    title = gettext(STATUS_TITLES.get(error.status, STATUS_TITLES[500]))
    page = render_template(
        "errors/error.html",
        title=title,
        message=in_language(error),
        code=error.code,
        status=error.status,
        request_id=g.get("request_id", ""),
    )
    return page, error.status


def _from_http(error: HTTPException) -> DomainError:
    if isinstance(error, CSRFError):
        return _with_status(
            400, "stale-form", N_("This form has been open too long. Nothing was changed; please send it again.")
        )
    if isinstance(error, RateLimitExceeded):
        return TooMany("too-many-requests", N_("Too many requests from here. Please wait a minute."), retry_after=60)
    status = error.code or 500
    known = {
        404: ("not-found", N_("There is nothing here under this address.")),
        405: ("method-not-allowed", N_("This address does not take that kind of request.")),
        413: ("too-large", N_("What was sent is larger than this page takes. Nothing was changed.")),
    }
    code, msgid = known.get(status, ("bad-request", N_("The request could not be read. Nothing was changed.")))
    return _with_status(status, code, msgid)


def _with_status(status: int, code: str, msgid: str) -> DomainError:
    error = DomainError(code, msgid)
    error.status = status
    return error


def _conflict(error: Exception) -> ResponseReturnValue:
    current_app.logger.warning(
        "conflicting writes", extra={"request_id": g.get("request_id", ""), "kind": type(error).__name__}
    )
    return show(
        Stale(
            "changed-meanwhile",
            N_(
                "Somebody else entered the same thing at the same moment. "
                "Nothing was changed; please look and try again."
            ),
        )
    )


def _unexpected(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("request failed", exc_info=error, extra={"request_id": g.get("request_id", "")})
    return show(
        _with_status(500, "internal", N_("Something went wrong on our side. Nothing was changed; it has been noted."))
    )


def register(app: Flask) -> None:
    """Bind guard, headers and error shapes to an application; `begin` runs before the hooks of extensions."""
    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.before_request(guard)
    app.before_request(first_password)
    app.after_request(headers)
    app.register_error_handler(DomainError, show)
    app.register_error_handler(HTTPException, lambda error: show(_from_http(error)))
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(Exception, _unexpected)


def language() -> str:
    """The reader's language code, zh or en; Chinese outside a request."""
    locale = get_locale()
    return "en" if locale and locale.language == "en" else "zh"
