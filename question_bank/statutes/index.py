"""The statute index: law, edition, validity and the digest of each article, without a word of their text."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from question_bank.faults import Fault, Place, fault, refusal
from question_bank.items import Citation
from question_bank.statutes.reading import Article, Statute

FORMAT = "chizheng-statute-index"
VERSION = 1
Dates = Mapping[tuple[str, str], tuple[date | None, date | None]]
"""(law, edition) → (valid from, valid to), each None where it is not known."""


@dataclass(frozen=True, slots=True)
class Index:
    """Editions by law and day of passing; their articles have digests and no paragraphs."""

    statutes: tuple[Statute, ...]

    def editions(self, law: str) -> tuple[Statute, ...]:
        """The editions of a law, oldest first."""
        return tuple(statute for statute in self.statutes if statute.law == law)

    def edition(self, law: str, edition: str) -> Statute | None:
        """One edition of a law."""
        return next((known for known in self.editions(law) if known.edition == edition), None)

    def faults(self, cited: Citation, place: Place | None = None) -> tuple[Fault, ...]:
        """What is wrong with a citation: CITATION_LAW_UNKNOWN, CITATION_EDITION_UNKNOWN or CITATION_ARTICLE_UNKNOWN.

        A citation without an edition is checked against the newest one; one without an article only for its law.
        """
        where = place or Place()
        editions = self.editions(cited.law)
        if not editions:
            return (fault("CITATION_LAW_UNKNOWN", where, law=cited.law),)
        found = self.edition(cited.law, cited.edition) if cited.edition else editions[-1]
        if found is None:
            return (fault("CITATION_EDITION_UNKNOWN", where, law=cited.law, edition=cited.edition),)
        if cited.article and found.article(cited.article) is None:
            return (
                fault("CITATION_ARTICLE_UNKNOWN", where, law=cited.law, edition=found.edition, article=cited.article),
            )
        return ()


def build_index(statutes: Iterable[Statute], dates: Dates | None = None) -> Index:
    """The index of statutes that were read; `dates` adds what their texts do not say and never overrides them.

    Raises BankError: STATUTE_EDITION_TWICE; STATUTE_DATES_BAD where validity ends before it begins.
    """
    given = dates or {}
    found: dict[tuple[str, str], Statute] = {}
    for statute in statutes:
        name = (statute.law, statute.edition)
        if name in found:
            raise refusal("STATUTE_EDITION_TWICE", law=statute.law, edition=statute.edition)
        first, last = given.get(name, (None, None))
        found[name] = without_text(
            with_validity(statute, valid_from=statute.valid_from or first, valid_to=statute.valid_to or last)
        )
    return Index(tuple(found[name] for name in sorted(found)))


def with_validity(statute: Statute, *, valid_from: date | None, valid_to: date | None) -> Statute:
    """The edition with these days of validity, both inclusive. Raises BankError STATUTE_DATES_BAD."""
    if valid_from and valid_to and valid_to < valid_from:
        raise refusal("STATUTE_DATES_BAD", valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat())
    return replace(statute, valid_from=valid_from, valid_to=valid_to)


def without_text(statute: Statute) -> Statute:
    """The edition as the index keeps it: numbers and digests only."""
    articles = tuple(Article(article.number, article.digest) for article in statute.articles)
    return replace(statute, articles=articles, history=())


def known_dates() -> Dates:
    """The validity that dates.toml states, each line with its source."""
    text = resources.files(__package__).joinpath("dates.toml").read_text("utf-8")
    return {
        (entry["law"], entry["edition"]): (entry.get("valid_from"), entry.get("valid_to"))
        for entry in tomllib.loads(text)["edition"]
    }


def write_index(index: Index) -> bytes:
    """The index as JSON in UTF-8, in a fixed order: equal indexes give equal bytes."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "statutes": [
            {
                "law": statute.law,
                "edition": statute.edition,
                "valid_from": statute.valid_from.isoformat() if statute.valid_from else None,
                "valid_to": statute.valid_to.isoformat() if statute.valid_to else None,
                "articles": {article.number: article.digest for article in statute.articles},
            }
            for statute in index.statutes
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def read_index(data: bytes) -> Index:
    """The index of such a file. Raises BankError STATUTE_INDEX_BAD."""
    try:
        document = json.loads(data)
        if document["format"] != FORMAT or document["version"] != VERSION:
            raise refusal("STATUTE_INDEX_BAD", detail=f"{document['format']} {document['version']}")
        return Index(tuple(_statute(entry) for entry in document["statutes"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refusal("STATUTE_INDEX_BAD", detail=type(error).__name__) from None


def _statute(entry: Mapping[str, Any]) -> Statute:
    first, last = (date.fromisoformat(text) if text else None for text in (entry["valid_from"], entry["valid_to"]))
    articles = tuple(Article(str(number), str(digest)) for number, digest in entry["articles"].items())
    return Statute(str(entry["law"]), str(entry["edition"]), articles, first, last)


@cache
def bundled_index() -> Index:
    """The index that comes with the package."""
    return read_index(resources.files(__package__).joinpath("index.json").read_bytes())
