"""Two editions compared: small ones by hand, and the three real pairs."""

from dataclasses import replace
from pathlib import Path

import pytest

from question_bank.errors import BankError
from question_bank.statutes import Comparison, Fate, Statute, article_digest, compare, read_statute, without_text
from question_bank.statutes.comparison import THRESHOLD, shingles, similarity
from question_bank.statutes.reading import Article


def statute(edition: str, *texts: str, law: str = "试行法") -> Statute:
    articles = tuple(Article(str(n), article_digest((text,)), (text,)) for n, text in enumerate(texts, 1))
    return Statute(law, edition, articles)


PENALTY = "未经批准占用道路摆摊的，责令改正，处二百元以上一千元以下罚款。"
NOTICE = "作出决定之前应当告知当事人享有陈述、申辩的权利。"
OTHER = "城市绿地不得擅自占用，砍伐树木须经城市绿化主管部门批准。"
NEW_RULE = "执法人员每年参加不少于六十学时的业务培训，培训情况记入档案。"


def fates(found: Comparison) -> dict[tuple[str | None, str | None], Fate]:
    return {(change.before, change.after): change.fate for change in found.changes}


def test_articles_stay_change_move_go_and_come() -> None:
    before = statute("2018-01-01", PENALTY, NOTICE, OTHER)
    after = statute("2022-01-01", PENALTY.replace("一千元", "三千元"), NEW_RULE, NOTICE)
    found = compare(before, after)
    assert fates(found) == {
        ("1", "1"): Fate.CHANGED, ("2", "3"): Fate.MOVED, ("3", None): Fate.GONE, (None, "2"): Fate.NEW,
    }  # fmt: skip
    moved = found.of("2")
    assert moved is not None
    assert (moved.similarity, moved.altered) == (1.0, False)
    assert found.counts == {Fate.UNCHANGED: 0, Fate.CHANGED: 1, Fate.MOVED: 1, Fate.GONE: 1, Fate.NEW: 1}


def test_an_article_that_moves_and_is_reworded_counts_as_moved_and_says_so() -> None:
    before = statute("2018-01-01", NOTICE, PENALTY)
    after = statute("2022-01-01", PENALTY.replace("摆摊", "设摊经营"), NOTICE)
    moved = compare(before, after).of("2")
    assert moved is not None
    assert (moved.fate, moved.after, moved.altered) == (Fate.MOVED, "1", True)
    assert THRESHOLD <= moved.similarity < 1


def test_a_number_taken_by_another_provision_is_not_called_changed() -> None:
    found = compare(statute("2018-01-01", PENALTY), statute("2022-01-01", NEW_RULE))
    assert fates(found) == {("1", None): Fate.GONE, (None, "1"): Fate.NEW}


def test_two_articles_of_the_same_words_are_each_found_once() -> None:
    found = compare(statute("2018-01-01", OTHER, OTHER), statute("2022-01-01", NEW_RULE, OTHER, OTHER))
    assert fates(found) == {("1", "3"): Fate.MOVED, ("2", "2"): Fate.UNCHANGED, (None, "1"): Fate.NEW}


def test_without_texts_only_equal_digests_are_found_again() -> None:
    before = without_text(statute("2018-01-01", PENALTY, NOTICE, OTHER))
    after = without_text(statute("2022-01-01", PENALTY.replace("一千元", "三千元"), OTHER))
    assert fates(compare(before, after)) == {
        ("1", "1"): Fate.CHANGED, ("2", None): Fate.GONE, ("3", "2"): Fate.MOVED,
    }  # fmt: skip


def test_the_older_edition_must_be_the_older_one() -> None:
    newer = statute("2022-01-01", PENALTY)
    for older in (statute("2022-01-01", PENALTY), statute("2023-01-01", PENALTY)):
        with pytest.raises(BankError) as told:
            compare(older, newer)
        assert told.value.code == "STATUTE_ORDER"


def test_similarity_is_one_for_equal_texts_and_nought_for_strangers() -> None:
    assert similarity(shingles("二百元以上"), shingles("二百元 以上")) == 1.0
    assert similarity(shingles("甲乙丙丁"), shingles("甲乙丙戊")) == 0.5
    assert similarity(shingles("甲乙丙"), shingles("子丑寅")) == 0.0
    assert similarity(shingles(""), shingles("")) == 0.0


def pair(shared: Path, older: str, newer: str) -> Comparison:
    read = [read_statute(name, (shared / "laws" / name).read_bytes()) for name in (f"{older}.md", f"{newer}.md")]
    return compare(read[0], read[1])


def counted(found: Comparison) -> dict[str, int]:
    return {fate.value: count for fate, count in found.counts.items()}


def test_the_law_on_reconsideration_of_2017_against_2023(shared: Path) -> None:
    found = pair(shared, "行政复议法(2017-09-01)", "行政复议法(2023-09-01)")
    assert counted(found) == {"UNCHANGED": 0, "CHANGED": 2, "MOVED": 27, "GONE": 14, "NEW": 61}
    by_hand = {"9": "20", "31": "62", "21": "42", "7": "13", "10": "14", "39": "87", "41": "89"}
    assert {number: found.of(number).after for number in by_hand} == by_hand  # type: ignore[union-attr]
    assert [change.before for change in found.changes if change.fate is Fate.MOVED and not change.altered] == ["41"]
    received = found.of("17")
    assert received is not None
    assert (received.fate, received.nearest) == (Fate.GONE, "30")


def test_the_law_on_noise_of_2018_against_its_renamed_successor_of_2021(shared: Path) -> None:
    found = pair(shared, "环境噪声污染防治法(2018-12-29)", "噪声污染防治法(2021-12-24)")
    assert found.renamed
    assert counted(found) == {"UNCHANGED": 0, "CHANGED": 3, "MOVED": 17, "GONE": 44, "NEW": 70}
    by_hand = {"30": "43", "44": "63", "47": "66", "14": "25", "27": "39"}
    assert {number: found.of(number).after for number in by_hand} == by_hand  # type: ignore[union-attr]


def test_the_law_on_supervision_of_2018_against_2024(shared: Path) -> None:
    found = pair(shared, "监察法(2018-03-20)", "监察法(2024-12-25)")
    assert counted(found) == {"UNCHANGED": 14, "CHANGED": 6, "MOVED": 49, "GONE": 0, "NEW": 9}
    assert [change.before for change in found.changes if change.fate is Fate.CHANGED] == [
        "1",
        "5",
        "12",
        "18",
        "19",
        "20",
    ]
    assert [change.after for change in found.changes if change.fate is Fate.NEW] == [
        "21", "23", "25", "46", "48", "49", "51", "62", "64",
    ]  # fmt: skip
    by_hand = {"22": "24", "43": "47", "55": "63", "69": "78"}
    assert {number: found.of(number).after for number in by_hand} == by_hand  # type: ignore[union-attr]


def test_every_article_of_both_editions_stands_in_a_comparison_once(shared: Path) -> None:
    for older, newer in (
        ("行政复议法(2017-09-01)", "行政复议法(2023-09-01)"),
        ("监察法(2018-03-20)", "监察法(2024-12-25)"),
    ):
        first, second = (read_statute(f"{n}.md", (shared / "laws" / f"{n}.md").read_bytes()) for n in (older, newer))
        found = compare(first, second)
        assert sorted(change.before for change in found.changes if change.before) == sorted(first.numbers)
        assert sorted(change.after for change in found.changes if change.after) == sorted(second.numbers)


def test_a_law_against_a_copy_of_itself_has_changed_nowhere(shared: Path) -> None:
    name = "行政强制法(2011-06-30).md"
    same = read_statute(name, (shared / "laws" / name).read_bytes())
    found = compare(same, replace(same, edition="2031-01-01"))
    assert set(fates(found).values()) == {Fate.UNCHANGED}
