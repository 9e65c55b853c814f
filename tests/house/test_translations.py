"""Everything a user reads is there in both languages."""

import io
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.conftest import PROJECT

CATALOGUE = PROJECT / "app" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}


@cache
def _wanted():
    rows = extract_from_dir(
        PROJECT / "app",
        directory_filter=lambda path: "__pycache__" not in path,
        method_map=[("templates/**.html", "jinja2"), ("**.py", "python")],
        keywords=KEYWORDS,
    )
    return {message: f"{file}:{line}" for file, line, message, _comments, _context in rows}


@cache
def _catalogue() -> Catalog:
    return read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="zh")


def test_every_sentence_has_its_chinese():
    catalogue = _catalogue()
    missing = []
    for message, place in _wanted().items():
        entry = catalogue.get(message[0] if isinstance(message, tuple) else message)
        strings = () if entry is None else entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if not strings or not all(strings) or entry.fuzzy:
            missing.append((place, message))
    assert missing == []


def test_nothing_in_the_catalogue_is_dead():
    wanted = {m[0] if isinstance(m, tuple) else m for m in _wanted()}
    dead = [e.id for e in _catalogue() if e.id and (e.id[0] if isinstance(e.id, tuple) else e.id) not in wanted]
    assert dead == []


def test_the_holes_of_a_sentence_are_the_same_in_both_languages():
    broken = [(entry.id, [str(e) for e in errors]) for entry, errors in _catalogue().check()]
    assert broken == []
