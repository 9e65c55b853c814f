"""The offline verifier keeps whole: every part it needs is in its worker's list, all of it ours, and nothing inline."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.conftest import PROJECT, settings_for

SCRIPTS = PROJECT / "app" / "static" / "js" / "c"
FETCHED_FRESH = {"/c/root.json", "/c/list.svg", "/c/picture", "/c/worker.js", "/c", "/verify/"}
"""What the scripts ask the site itself for: pinned or kept in the store, never by the worker."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The site without a database behind it."""
    from app import create_app

    folder = tmp_path_factory.mktemp("verifier")
    site = create_app(settings_for(f"sqlite:///{folder / 'none.sqlite'}", folder))
    site.test_client_class = Buffered
    return site.test_client()


class Buffered(FlaskClient):
    """A browser that reads every answer to its end, so that no file stays open."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{**kwargs, "buffered": True})


def _kept(client: FlaskClient) -> set[str]:
    lists = re.findall(r"^const (?:ASSETS|DECODER) = (\[.*\]);$", client.get("/c/worker.js").text, re.MULTILINE)
    assert len(lists) == 2
    return {address for one in lists for address in json.loads(one)}


def _named_in(address: str, text: str) -> set[str]:
    """What a page, script or sheet loads, as addresses; pages of the site that it only links to are left out."""
    if address.endswith(".css"):
        found = re.findall(r"url\([\"']?(?!data:)([^)\"']+)", text) + re.findall(r"@import\s+[\"']([^\"']+)", text)
    elif address.endswith((".mjs", ".js")):
        found = re.findall(r"^(?:import|export)[^;]*?from \"([^\"]+)\"", text, re.MULTILINE)
        found += re.findall(r"[\"'](/(?:c|static)/[^\"'`$]+)[\"']", text)
    elif address.endswith(".webmanifest"):
        found = [icon["src"] for icon in json.loads(text)["icons"]] + [json.loads(text)["start_url"]]
    else:
        found = re.findall(r"<(?:link|script|img)[^>]*\s(?:href|src)=\"([^\"]+)\"", text)
    return {urljoin(address, one) for one in found}


def test_the_list_of_the_worker_is_complete(client):
    kept, seen, waiting = _kept(client), set(), {"/c"}
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if address.startswith("/c/vendor/") or not answer.mimetype.startswith(("text/", "application/")):
            continue
        waiting |= _named_in(address, answer.text) - seen - FETCHED_FRESH
    assert seen - kept == set()
    assert {address for address in kept - seen if not address.startswith("/c/")} == set()


def test_everything_that_is_kept_is_there_and_ours(client):
    for address in _kept(client):
        assert not urlsplit(address).netloc
        assert client.get(address).status_code == 200, address


def test_every_script_of_the_folder_is_kept(client):
    kept = _kept(client)
    named = {f"/static/js/c/{path.name}" for path in SCRIPTS.glob("*.mjs")}
    assert named <= kept
    assert {path.name for path in SCRIPTS.iterdir()} - {Path(name).name for name in named} == {"decoder.js"}


def test_the_page_and_its_worker_are_under_the_strict_policy(client):
    page = client.get("/c")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert page.headers["Permissions-Policy"].startswith("camera=(self)")
    assert client.get("/verify").headers["Permissions-Policy"].startswith("camera=()")
    worker = client.get("/c/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == "/c"
    assert "unsafe" not in worker.headers["Content-Security-Policy"]
    assert client.get("/c/decoder.js").headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_only_pages_that_scan_may_ask_for_the_camera(client):
    asking = {name for name, view in client.application.view_functions.items() if getattr(view, "camera", False)}
    assert asking == {"verifier.page", "eligibility.squad", "eligibility.squad_add"}
    scanning = [
        path for path in (PROJECT / "app" / "templates").rglob("*.html") if "scan.mjs" in path.read_text("utf-8")
    ]
    assert [path.name for path in scanning] == ["squad.html"]


def test_the_page_knows_no_visitor(client):
    first, second = (client.get("/c", headers={"Accept-Language": "en", "Cookie": one}) for one in ("", "a=b"))
    assert first.data == second.data
    assert "Set-Cookie" not in first.headers
    assert "csrf" not in first.text


def test_the_version_changes_with_any_part(client, monkeypatch):
    def version() -> str:
        return re.findall(r'^const VERSION = "([0-9a-f]{16})";$', client.get("/c/worker.js").text, re.MULTILINE)[0]

    before = version()
    assert version() == before
    monkeypatch.setitem(_words(), "title", "Another title")
    assert version() != before


def _words() -> dict[str, str]:
    from app.credentials.views.offline_words import WORDS

    return WORDS


def test_every_word_that_scripts_and_page_ask_for_is_there():
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.mjs"))
    page = (PROJECT / "app" / "templates" / "c" / "page.html").read_text(encoding="utf-8")
    asked = set(re.findall(r"\bsay\(\"(\w+)\"", scripts)) | set(re.findall(r"data-word(?:-label)?=\"(\w+)\"", page))
    asked |= set(re.findall(r"words\.(\w+) ", page)) | set(re.findall(r"word\('(\w+)'\)", page))
    assert len(asked) > 60
    assert asked - _words().keys() == set()
    states = {"VALID", "STALE", "NO_LIST", "STARTS_LATER", "ISSUED_IN_FUTURE", "SUSPENDED", "REVOKED", "EXPIRED",
              "UNKNOWN_KEY", "FORGED", "UNREADABLE"}  # fmt: skip
    assert {f"state_{state}" for state in states} <= _words().keys()


def test_the_lock_file_pins_the_decoder_and_names_no_place_to_fetch_it():
    folder = PROJECT / "app" / "vendor"
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    parts = [one for path, one in locked.items() if path]
    assert all(one["integrity"].startswith("sha512-") for one in parts)
    assert not any("resolved" in one or one.get("hasInstallScript") for one in parts)


def test_the_manifest_installs(client):
    manifest = client.get("/c/manifest.webmanifest").json
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/c", "/c", "standalone")
    sizes = {icon["sizes"]: client.get(icon["src"]) for icon in manifest["icons"] if icon["purpose"] == "any"}
    for size in (192, 512):
        width = int.from_bytes(sizes[f"{size}x{size}"].data[16:20], "big")
        assert width == size
