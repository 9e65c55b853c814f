"""The offline verifier at /c: one page for everybody that installs, its worker, and the few files it is made of."""

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_limiter.util import get_remote_address

from app.core.errors import NotFound
from app.core.http import language, public, settings, with_camera
from app.credentials import queries, service
from app.credentials.views.offline_words import all_words, words
from app.extensions import csrf, db, limiter

blueprint = Blueprint("verifier", __name__, url_prefix="/c")

STRICT = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""No inline script or style, nothing from elsewhere, no eval and no WebAssembly: the page itself."""
DECODING = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""The decoder's worker, which has neither page nor storage: it compiles its WebAssembly and answers with a text."""
VENDOR = Path(__file__).parents[2] / "vendor" / "node_modules" / "zxing-wasm" / "dist"
DECODER_FILES = {
    "zxing_reader.js": (VENDOR / "iife" / "reader" / "index.js", "text/javascript"),
    "zxing_reader.wasm": (VENDOR / "reader" / "zxing_reader.wasm", "application/wasm"),
}
SCRIPTS = ("cbor", "code", "cose", "install", "keeps", "lists", "page", "panel", "reading", "scan", "status", "store",
           "trust", "view", "words")  # fmt: skip
STATIC = ("c/verifier.css", "favicon.svg", "site.css", "c/icon-192.png", "c/icon-512.png", "c/icon-maskable.png",
          *(f"js/c/{name}.mjs" for name in SCRIPTS))  # fmt: skip
PICTURES = limiter.shared_limit("20/minute", scope="verify-picture", key_func=get_remote_address)


def has_decoder() -> bool:
    """Whether the kept decoder was installed (make setup does, where npm is)."""
    return all(path.is_file() for path, _kind in DECODER_FILES.values())


def assets() -> list[str]:
    """The address of every part of the page, the decoder's apart."""
    static = [url_for("static", filename=name) for name in STATIC]
    own = [url_for("verifier.page"), url_for("verifier.texts"), url_for("verifier.manifest")]
    return [*own, url_for("bootstrap.static", filename="css/bootstrap.min.css"), *static]


def decoder_assets() -> list[str]:
    """The addresses of the decoder's parts; none where it is not installed."""
    parts = [url_for("verifier.vendor", name=name) for name in DECODER_FILES] if has_decoder() else []
    return [url_for("verifier.decoder"), *parts] if parts else []


@blueprint.get("", strict_slashes=False)
@public
@with_camera
def page() -> ResponseReturnValue:
    """The page: the same for everybody, so that it can be kept."""
    answer = make_response(
        render_template("c/page.html", words=words(language()), decoder="yes" if has_decoder() else "no")
    )
    return _kept(answer)


@blueprint.get("/words.json")
@public
def texts() -> ResponseReturnValue:
    """Every text of the page in both languages."""
    return _kept(jsonify(all_words()))


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What a phone needs to keep the page like an app (W3C Web Application Manifest)."""
    answer = jsonify(_manifest())
    answer.content_type = "application/manifest+json"
    return _kept(answer)


def _manifest() -> dict[str, object]:
    def icon(name: str, sizes: str, kind: str, purpose: str) -> dict[str, str]:
        return {"src": url_for("static", filename=name), "sizes": sizes, "type": kind, "purpose": purpose}

    return {
        "id": url_for("verifier.page"), "start_url": url_for("verifier.page"), "scope": url_for("verifier.page"),
        "name": gettext("Check a certificate · Chizheng"), "short_name": gettext("Check a certificate"),
        "lang": "zh-CN" if language() == "zh" else "en", "display": "standalone", "orientation": "any",
        "background_color": "#ffffff", "theme_color": "#123f8c",
        "icons": [
            icon("favicon.svg", "any", "image/svg+xml", "any"),
            icon("c/icon-192.png", "192x192", "image/png", "any"),
            icon("c/icon-512.png", "512x512", "image/png", "any"),
            icon("c/icon-maskable.png", "512x512", "image/png", "maskable"),
        ],
    }  # fmt: skip


@blueprint.get("/root.json")
@public
def root() -> ResponseReturnValue:
    """The public root keys that a phone pins when it opens the page for the first time; empty before there is one."""
    pem = service.public_keys(db.session(), settings()).own_root_pem
    return _kept(jsonify(roots=[asdict(one) for one in service.root_keys(pem)]))


@blueprint.get("/list.svg")
@public
def drawing() -> ResponseReturnValue:
    """The newest status list as one QR code, for the page to keep; 404 where there is none or no code holds it."""
    found = queries.list_picture(db.session(), 0, settings().site_url)
    if found is None or not found.path:
        raise NotFound
    return _kept(Response(render_template("c/list.svg", found=found), content_type="image/svg+xml"))


@blueprint.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker; its bytes change with any part of the page, so that browsers take the new version."""
    body = render_template("c/worker.js", version=version(), assets=assets(), decoder=decoder_assets())
    answer = Response(body, content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = url_for("verifier.page")
    return _kept(answer)


@blueprint.get("/decoder.js")
@public
def decoder() -> ResponseReturnValue:
    """The worker around the decoder, under a content policy of its own."""
    answer = _file(Path(current_app.static_folder or "") / "js" / "c" / "decoder.js", "text/javascript")
    answer.headers["Content-Security-Policy"] = DECODING
    return answer


@blueprint.get("/vendor/<name>")
@public
def vendor(name: str) -> ResponseReturnValue:
    """One of the two files of the decoder, and no other of its package; 404 where it is not installed."""
    if name not in DECODER_FILES or not has_decoder():
        raise NotFound
    return _file(*DECODER_FILES[name])


@blueprint.post("/picture")
@public
@PICTURES
def picture() -> ResponseReturnValue:
    """The text of the code in a picture, for browsers without any decoder; nothing is kept or changed."""
    sent = request.files.get("picture")
    return jsonify(text=service.read_picture(sent.read() if sent else b""))


csrf.exempt(picture)


def _file(path: Path, kind: str) -> Response:
    answer = send_file(path, mimetype=kind, conditional=True)
    return _kept(answer)


def _kept(answer: Response) -> Response:
    """May be kept, but is asked after each time; and nothing but this page's own content policy."""
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Security-Policy"] = STRICT
    answer.vary.add("Accept-Language")
    return answer


def version() -> str:
    """A digest of every part of the page, of both languages' texts and of the worker itself."""
    folder = Path(current_app.static_folder or "")
    templates = Path(current_app.root_path) / str(current_app.template_folder) / "c"
    parts = [*(folder / name for name in STATIC), folder / "js" / "c" / "decoder.js", *sorted(templates.iterdir())]
    parts += [path for path, _kind in DECODER_FILES.values() if path.is_file()]
    whole = hashlib.sha256(json.dumps([assets(), all_words()], sort_keys=True).encode())
    for path in parts:
        stat = path.stat()
        whole.update(_digest(path, stat.st_mtime_ns, stat.st_size))
    return whole.hexdigest()[:16]


@lru_cache(maxsize=64)
def _digest(path: Path, _written: int, _size: int) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
