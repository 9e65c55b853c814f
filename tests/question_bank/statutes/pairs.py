"""The three real pairs of editions, and the bundled questions that cite the newer one of each."""

from pathlib import Path

from question_bank.banks import bundled
from question_bank.formats import read
from question_bank.items import Item
from question_bank.statutes import ArticleChange, Comparison, compare, read_statute

PAIRS = {
    "行政复议法": ("行政复议法(2017-09-01).md", "行政复议法(2023-09-01).md"),
    "噪声污染防治法": ("环境噪声污染防治法(2018-12-29).md", "噪声污染防治法(2021-12-24).md"),
    "监察法": ("监察法(2018-03-20).md", "监察法(2024-12-25).md"),
}


def compared(shared: Path, law: str) -> Comparison:
    """Both editions, read from their files, against each other."""
    older, newer = (read_statute(name, (shared / "laws" / name).read_bytes()) for name in PAIRS[law])
    return compare(older, newer)


def citing(found: Comparison) -> list[tuple[Item, ArticleChange]]:
    """Each bundled question that cites the newer edition, with what its article was before."""
    became = {change.after: change for change in found.changes if change.after}
    return [
        (item, became[item.citation.article])
        for name, data in bundled()
        for item in read(name, data).items
        if item.citation and (item.citation.law, item.citation.edition) == (found.law_after, found.edition_after)
    ]
