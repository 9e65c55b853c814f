"""Every template compiles and every page has a title; nothing inline that the content policy forbids."""

import re

import pytest
from jinja2 import nodes

from tests.conftest import PROJECT, settings_for

TEMPLATES = sorted((PROJECT / "app" / "templates").rglob("*.html"))
PAGES = [t for t in TEMPLATES if "{% extends" in t.read_text(encoding="utf-8")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from app import create_app

    folder = tmp_path_factory.mktemp("site")
    return create_app(settings_for(f"sqlite:///{folder / 'none.sqlite'}", folder))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_template_compiles(site, path):
    source = path.read_text(encoding="utf-8")
    tree = site.jinja_env.parse(source)
    assert isinstance(tree, nodes.Template)
    assert site.jinja_env.compile(source) is not None


@pytest.mark.parametrize("path", PAGES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_page_has_a_title(site, path):
    tree = site.jinja_env.parse(path.read_text(encoding="utf-8"))
    titles = [b for b in tree.find_all(nodes.Block) if b.name == "title" and b.body]
    parents = [e.template.value for e in tree.find_all(nodes.Extends)]
    assert titles or parents != ["base.html"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_nothing_inline_that_the_content_policy_forbids(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", source)
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']", source)
    assert "|safe" not in source
