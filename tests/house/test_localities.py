"""Every row of the five source documents has an entry in docs/localities that says how the system answers it."""

import re

import pytest

from tests.conftest import PROJECT

ROWS = {
    "pingliang": ("PL", 27),
    "lixia": ("LX", 24),
    "haikou": ("HK", 22),
    "guangning": ("GN", 36),
    "rugao": ("RG", 23),
}
ENTRY = re.compile(r"^\| ([A-Z]{2}-\d\d) \|([^|]+)\| (works|partly|not modelled) \|([^|]+)\|$", re.MULTILINE)


@pytest.mark.parametrize("locality", ROWS)
def test_each_row_of_the_document_has_one_entry_that_says_how_it_is_answered(locality):
    prefix, count = ROWS[locality]
    text = (PROJECT / "docs" / "localities" / f"{locality}.md").read_text(encoding="utf-8")
    entries = ENTRY.findall(text)
    assert [row for row, *_rest in entries] == [f"{prefix}-{number:02}" for number in range(1, count + 1)]
    thin = [row for row, asks, _state, answer in entries if len(asks.strip()) < 8 or len(answer.strip()) < 16]
    assert thin == []


@pytest.mark.parametrize("locality", ROWS)
def test_the_rows_are_those_of_the_digest_of_the_documents(shared, locality):
    prefix, count = ROWS[locality]
    text = (shared / "design" / "domain.md").read_text(encoding="utf-8")
    assert len(set(re.findall(rf"^\| ({prefix}-\d\d) \|", text, re.MULTILINE))) == count


@pytest.mark.parametrize("locality", ROWS)
def test_what_an_entry_points_to_exists(locality):
    text = (PROJECT / "docs" / "localities" / f"{locality}.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:app|tests|docs|certificates|question_bank)/[\w./-]+)`", text))
    assert named
    assert sorted(path for path in named if not (PROJECT / path).exists()) == []
