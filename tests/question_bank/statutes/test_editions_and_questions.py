"""The three real pairs of editions beside the questions of the package: what changed, and how many rest on it."""

from collections import Counter
from pathlib import Path

import pytest

from question_bank.banks import bundled
from question_bank.formats import read
from question_bank.statutes import Fate
from tests.question_bank.statistics.sittings import say
from tests.question_bank.statutes.pairs import PAIRS, citing, compared

RESTING = {
    "行政复议法": {Fate.MOVED: 13, Fate.NEW: 32},
    "噪声污染防治法": {Fate.MOVED: 4, Fate.NEW: 17},
    "监察法": {Fate.UNCHANGED: 1, Fate.MOVED: 1, Fate.NEW: 2},
}


@pytest.mark.parametrize("law", PAIRS)
def test_the_bundled_questions_rest_on_articles_that_this_edition_brought_or_kept(shared: Path, law: str) -> None:
    """All of them cite the newer edition: none has to change, and most could not have been asked before."""
    found = compared(shared, law)
    resting = Counter(change.fate for _item, change in citing(found))
    say(f"{found.law_before} {found.edition_before} -> {found.law_after} {found.edition_after}")
    say("  articles  " + ", ".join(f"{fate.lower()} {count}" for fate, count in found.counts.items()))
    say(f"  bundled questions that cite the newer edition: {resting.total()}, whose article is against the older one")
    say("            " + ", ".join(f"{fate.lower()} {resting[fate]}" for fate in Fate))
    assert resting == RESTING[law]
    assert resting[Fate.GONE] == 0


def test_no_bundled_question_cites_an_older_edition_of_the_three(shared: Path) -> None:
    old = {(found.law_before, found.edition_before) for found in (compared(shared, law) for law in PAIRS)}
    cited = Counter(
        (item.citation.law, item.citation.edition)
        for name, data in bundled()
        for item in read(name, data).items
        if item.citation
    )
    assert cited.total() > 600
    assert sum(cited[one] for one in old) == 0
