"""Every view says who may use it, and every edge is thin."""

import ast
import statistics
from pathlib import Path

import pytest
from flask import Flask

from app import pages
from app.core import http
from app.core.permissions import P
from tests.conftest import PROJECT, settings_for

EDGES = sorted(
    path
    for path in (PROJECT / "app").rglob("*.py")
    if path.parent.name != "app" and ({path.stem, path.parent.name} & {"views", "api", "cli", "jobs"})
)
MOST_STATEMENTS = 12
MEDIAN_STATEMENTS = 5


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The site without a database behind it."""
    from app import create_app

    folder = tmp_path_factory.mktemp("site")
    return create_app(settings_for(f"sqlite:///{folder / 'none.sqlite'}", folder))


def test_every_view_says_who_may_use_it(site):
    unmarked = [
        endpoint
        for endpoint, view in site.view_functions.items()
        if endpoint not in http.PUBLIC_ENDPOINTS and getattr(view, "access", None) is None
    ]
    assert unmarked == []


def test_an_unmarked_view_is_refused_to_everybody(tmp_path):
    from app import create_app

    site = create_app(settings_for(f"sqlite:///{tmp_path / 'none.sqlite'}", tmp_path))
    site.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert site.test_client().get("/forgotten").status_code == 403


def test_every_permission_guards_something_or_is_asked_for(site):
    guarding = {
        p for view in site.view_functions.values() for p in getattr(getattr(view, "access", None), "permissions", ())
    }
    source = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "app").rglob("*.py"))
    unused = [p for p in P if p not in guarding and source.count(f"P.{p.name}") < 2]
    assert unused == []


def test_every_navigation_entry_leads_somewhere(site):
    assert [
        endpoint for _title, endpoint, _permissions, _section in pages.NAVIGATION if endpoint not in site.view_functions
    ] == []


def _functions(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1


def test_edges_are_thin():
    counts = [(path, name, count) for path in EDGES for name, count in _functions(path)]
    fat = [f"{path.relative_to(PROJECT)} {name}: {count}" for path, name, count in counts if count > MOST_STATEMENTS]
    assert fat == []
    assert statistics.median(count for _path, _name, count in counts) <= MEDIAN_STATEMENTS


def test_only_edges_commit():
    inner = [
        p
        for p in (PROJECT / "app").rglob("*.py")
        if "service" in (p.stem, p.parent.name) or p.stem in ("queries", "models")
    ]
    committing = [str(p.relative_to(PROJECT)) for p in inner if ".commit()" in p.read_text(encoding="utf-8")]
    assert committing == []
