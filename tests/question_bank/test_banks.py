"""The bundled banks: their number, their balance, and what they claim of themselves.

The figures of right answers are held against the articles in tests/question_bank/statutes/test_figures.py.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from question_bank.banks import bundled
from question_bank.formats import read
from question_bank.items import Item, ItemType, Level, Paper, Review, check_item, fingerprint, normalise_text
from question_bank.similarity import near
from question_bank.statutes import bundled_index, read_statute

FILES = {
    "auxiliary.json": Paper.AUXILIARY,
    "city_management.json": Paper.PROFESSIONAL,
    "city_management_2.json": Paper.PROFESSIONAL,
    "public_law.json": Paper.PUBLIC_LAW,
    "public_law_2.json": Paper.PUBLIC_LAW,
}
REPORTS = {name: read(name, data) for name, data in bundled()}
ITEMS = [item for report in REPORTS.values() for item in report.items]
BY_PAPER = {paper: [item for item in ITEMS if item.paper is paper] for paper in Paper}

LEAST_ITEMS = {Paper.PUBLIC_LAW: 320, Paper.PROFESSIONAL: 240, Paper.AUXILIARY: 40}
LEVEL_SHARES = {Level.RECALL: 0.40, Level.APPLICATION: 0.45, Level.JUDGEMENT: 0.15}
# Three points each way; the small auxiliary paper, where one question is two points and a quoted fact is rare, seven.
LEVEL_TOLERANCE = {Paper.PUBLIC_LAW: 0.03, Paper.PROFESSIONAL: 0.03, Paper.AUXILIARY: 0.07}
# The blueprint draws 40 single, 20 multiple and 20 true or false; the other types are the rest.
TYPE_SHARES = {
    ItemType.SINGLE: (0.40, 0.50), ItemType.MULTIPLE: (0.12, 0.25), ItemType.TRUE_FALSE: (0.20, 0.31),
}  # fmt: skip
FURTHER_SHARE = (0.05, 0.20)
# A hotspot needs a picture that is somebody's work to draw; the banks have none.
NOT_OFFERED = {ItemType.HOTSPOT}
FURTHER_TYPES = set(ItemType) - set(TYPE_SHARES) - NOT_OFFERED
AUXILIARY_TYPES = set(TYPE_SHARES) | {
    ItemType.MATCHING, ItemType.CLOZE, ItemType.CASE, ItemType.SHORT_ANSWER,
}  # fmt: skip
WEIGHTS = {
    Paper.PUBLIC_LAW: {
        "行政处罚法": 30, "行政强制法": 18, "行政复议法": 12, "行政许可法": 10, "行政诉讼法": 10, "三项制度": 8,
        "国家赔偿法": 6, "公务员法与政务处分法": 6,
    },
    Paper.PROFESSIONAL: {
        "住建处罚程序规定": 20, "市容环卫条例": 18, "指导意见": 18, "城市道路管理条例": 12, "城乡规划法": 12,
        "噪声与大气": 12, "城市绿化条例": 8,
    },
    Paper.AUXILIARY: {"辅助事务边界": 60, "市容基础": 20, "言行规范": 20},
}  # fmt: skip
# Taught beside the blueprint: no cell of it draws them, a house that wants them gives them a cell of its own.
BESIDE_THE_BLUEPRINT = {
    Paper.PUBLIC_LAW: {"监察法", "政府信息公开条例", "移送涉嫌犯罪案件"},
    Paper.PROFESSIONAL: {"相关法律"},
    Paper.AUXILIARY: set(),
}
WEIGHT_TOLERANCE = 8
LEAST_PER_CELL = {ItemType.SINGLE: 5, ItemType.MULTIPLE: 3, ItemType.TRUE_FALSE: 3}

OPINIONS = "关于深入推进城市执法体制改革改进城市管理工作的指导意见"
THREE_SYSTEMS = "关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见"
# The laws that the content plan names. Their least numbers keep one from thinning out unseen.
LAWS = {
    "行政处罚法": 70, "行政强制法": 50, "行政许可法": 25, "行政复议法": 35, "行政诉讼法": 25, "国家赔偿法": 20,
    "公务员法": 12, "公职人员政务处分法": 6, THREE_SYSTEMS: 10, "法治政府建设实施纲要（2021—2025年）": 2,
    "行政执法监督条例": 2, "住房和城乡建设行政处罚程序规定": 40, "城市市容和环境卫生管理条例": 40, OPINIONS: 30,
    "城市道路管理条例": 25, "城乡规划法": 25, "城市绿化条例": 15, "噪声污染防治法": 15, "大气污染防治法": 15,
}  # fmt: skip
ABSENT = {
    "城市管理执法办法": "令34: no text of it is at hand and its facts are from memory; the opinions of 2015 stand in"
}
# The texts of these are not among the statutes at hand, so nobody can have held a question against them.
TEXTS_NOT_AT_HAND = {
    "住房和城乡建设行政处罚程序规定": "2022-03-10",
    OPINIONS: "2015-12-24",
    THREE_SYSTEMS: "2018-12-05",
    "法治政府建设实施纲要（2021—2025年）": "2021-08-11",
    "行政执法监督条例": "2025-12-17",
    "城市道路管理条例": "2019-03-24",
}
# Whole articles whose day for reconsideration the general law overtook: nothing is asked of them.
OVERTAKEN = {("城市市容和环境卫生管理条例", "40"), ("城市绿化条例", "31")}
NEAREST_ALLOWED = 0.5
COPIED_RUN = 25


def of_type(items: Iterable[Item], kind: ItemType) -> list[Item]:
    return [item for item in items if item.type is kind]


def questions() -> Iterator[Item]:
    """Every question with a key of its own: the items, and the parts of cases."""
    for item in ITEMS:
        yield from item.parts or (item,)


def bare(text: str) -> str:
    """The text without spaces and punctuation, so that a copy cannot hide behind a comma."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())


def shown_texts(item: Item) -> Iterator[str]:
    """All that a candidate reads of an item."""
    yield from (item.stem, *item.prompts)
    yield from (option.text for option in item.options)
    yield from (option.text for blank in item.blanks for option in blank.options)
    for part in item.parts:
        yield from shown_texts(part)


def repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_the_three_papers_are_bundled_with_as_many_items_as_promised() -> None:
    assert set(REPORTS) == set(FILES)
    assert {paper: len(items) >= LEAST_ITEMS[paper] for paper, items in BY_PAPER.items()} == dict.fromkeys(Paper, True)
    for name, report in REPORTS.items():
        assert (report.format, bool(report.title)) == ("native", True)
        assert {item.paper for item in report.items} == {FILES[name]}


@pytest.mark.parametrize(("name", "data"), bundled(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_reader_takes_every_bundled_item_without_a_word(name: str, data: bytes) -> None:
    report = REPORTS[name]
    assert len(report.accepted) == len(json.loads(data)["items"])
    assert (report.rejected, report.warnings, report.changes) == ((), (), ())


def test_every_item_is_sound() -> None:
    assert [(item.code, fault.code) for item in ITEMS for fault in check_item(item)] == []


def test_choices_offer_four_options_and_leave_one_of_them_wrong() -> None:
    for item in questions():
        letters = [option.key for option in item.options]
        if item.type is ItemType.SINGLE:
            assert letters == list("ABCD") or (letters == list("ABC") and item not in ITEMS), item.code
            assert len(item.key) == 1, item.code
        if item.type is ItemType.MULTIPLE:
            assert letters in (list("ABCD"), list("ABCDE")), item.code
            assert 2 <= len(item.key) <= 4, item.code
            assert len(item.key) < len(letters), item.code


def test_codes_stems_and_contents_are_unique() -> None:
    assert repeated(item.code for item in ITEMS) == []
    assert repeated(normalise_text(item.stem) for item in ITEMS) == []
    assert repeated(fingerprint(item) for item in ITEMS) == []


def test_no_two_items_are_nearly_the_same() -> None:
    assert [(pair.first.code, pair.second.code) for pair in near(ITEMS, threshold=NEAREST_ALLOWED)] == []


def test_every_item_is_described_in_full() -> None:
    for item in ITEMS:
        cited = item.citation
        assert re.fullmatch(r"[A-Z]{2}\d{2,3}-[1-9]", item.code)
        assert item.source_fact is None or re.fullmatch(r"[A-Z]{2}\d{2}", item.source_fact), item.code
        assert cited is not None
        assert all((cited.law, cited.edition, cited.article, item.topic, item.author_role)), item.code
        assert len(item.explanation) >= 15, item.code
        assert 0.3 <= (item.difficulty or 0) <= 0.9, item.code
        assert (item.tags, item.overlay) == ((), None), item.code


def test_no_explanation_speaks_of_the_place_of_an_option() -> None:
    """Options are shuffled for each candidate: 前三项 or 最后一项 would name other ones."""
    place = re.compile(r"[前后头][两二三四][项种个者]|最后一[项种个]|[首末]项|选项|[A-E]项")
    told = [text for item in ITEMS for text in (item.explanation, *(part.explanation for part in item.parts))]
    assert [text for text in told if place.search(text)] == []


def test_a_stem_that_speaks_of_an_article_or_of_regulations_says_which() -> None:
    """A paper mixes the laws: 第64条 or 按照条例 alone leaves the candidate guessing."""
    alone = re.compile(r"(?<![法例定见])第[0-9一二三四五六七八九十百]+条|(?:^|[^理化路容督开])条例")
    assert [item.code for item in ITEMS if alone.search(item.stem.replace("》", ""))] == []


def test_every_explanation_names_its_article() -> None:
    assert [item.code for item in ITEMS if not names_its_article(item)] == []


def names_its_article(item: Item) -> bool:
    assert item.citation is not None
    text = normalise_text(item.explanation)
    said = {int(number) for number in re.findall(r"(\d+)(?=[条、至到和及])", text)}
    said |= {in_figures(number) for number in re.findall(r"[(第]([一二三四五六七八九十百]+)(?=\)?[条项])", text)}
    return int(item.citation.article) in said


def in_figures(numeral: str) -> int:
    """The value of a numeral below two hundred: 一百零二, 三十, 十二."""
    digits = {char: value for value, char in enumerate("零一二三四五六七八九")}
    hundreds, _, rest = numeral.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    return 100 * bool(hundreds) + (digits.get(tens, 1) * 10 if ten else 0) + digits.get(ones.strip("零"), 0)


@pytest.mark.parametrize("paper", Paper)
def test_levels_keep_their_shares(paper: Paper) -> None:
    items = BY_PAPER[paper]
    for level, share in LEVEL_SHARES.items():
        found = sum(item.level is level for item in items) / len(items)
        assert abs(found - share) <= LEVEL_TOLERANCE[paper], (level, found)


@pytest.mark.parametrize("paper", Paper)
def test_types_are_mixed(paper: Paper) -> None:
    items = BY_PAPER[paper]
    for kind, (least, most) in TYPE_SHARES.items():
        assert least <= len(of_type(items, kind)) / len(items) <= most, kind
    further = sum(item.type not in TYPE_SHARES for item in items) / len(items)
    assert FURTHER_SHARE[0] <= further <= FURTHER_SHARE[1]
    found = {item.type for item in items}
    assert found == (AUXILIARY_TYPES if paper is Paper.AUXILIARY else set(TYPE_SHARES) | FURTHER_TYPES)


@pytest.mark.parametrize("paper", Paper)
def test_topics_keep_near_the_weights_of_the_blueprint(paper: Paper) -> None:
    counts = Counter(item.topic for item in BY_PAPER[paper] if item.topic not in BESIDE_THE_BLUEPRINT[paper])
    assert set(counts) == set(WEIGHTS[paper])
    for topic, count in counts.items():
        assert abs(100 * count / counts.total() - WEIGHTS[paper][topic]) <= WEIGHT_TOLERANCE, (topic, count)


def test_every_topic_of_the_blueprint_offers_choice_in_every_type_it_draws() -> None:
    counts = Counter((item.topic, item.type) for item in ITEMS)
    cells = [(topic, kind) for paper in (Paper.PUBLIC_LAW, Paper.PROFESSIONAL) for topic in WEIGHTS[paper]
             for kind in LEAST_PER_CELL]  # fmt: skip
    assert [cell for cell in cells if counts[cell] < LEAST_PER_CELL[cell[1]]] == []


def test_every_law_of_the_plan_is_asked_or_named_as_absent() -> None:
    counts = Counter(item.citation.law for item in ITEMS if item.citation)
    assert {law: counts[law] for law, least in LAWS.items() if counts[law] < least} == {}
    assert [law for law in ABSENT if counts[law] or bundled_index().editions(law)] == [], "take it off the list"
    assert [item.code for item in ITEMS if (item.source_fact or "").startswith("CG")] == []


def test_every_article_cited_is_in_the_index_or_its_text_is_said_to_be_missing() -> None:
    index = bundled_index()
    for item in ITEMS:
        assert item.citation is not None
        if TEXTS_NOT_AT_HAND.get(item.citation.law) == item.citation.edition:
            assert not index.editions(item.citation.law), "the text is at hand now: take it off the list"
            continue
        assert index.faults(item.citation) == (), item.code
        assert item.citation.edition == index.editions(item.citation.law)[-1].edition, item.code
        assert (item.citation.law, item.citation.article) not in OVERTAKEN, item.code


def test_what_could_not_be_held_against_a_text_says_so() -> None:
    claimed = [
        item.code
        for item in ITEMS
        if item.citation and item.citation.law in TEXTS_NOT_AT_HAND and item.review is not Review.UNREVIEWED
    ]
    assert claimed == []
    for data in dict(bundled()).values():
        assert all(entry["review"] in set(Review) for entry in json.loads(data)["items"]), "a mark is left unsaid"


@pytest.mark.parametrize("paper", Paper)
def test_the_right_answers_are_spread_evenly(paper: Paper) -> None:
    items = BY_PAPER[paper]
    single = Counter(item.key[0] for item in of_type(items, ItemType.SINGLE))
    assert max(single[letter] for letter in "ABCD") - min(single[letter] for letter in "ABCD") <= 3
    several = Counter(letter for item in of_type(items, ItemType.MULTIPLE) for letter in item.key)
    assert all(0.18 <= several[letter] / several.total() <= 0.32 for letter in "ABCD")
    truth = [item.key for item in of_type(items, ItemType.TRUE_FALSE)]
    assert 0.4 <= truth.count(("T",)) / len(truth) <= 0.6


@pytest.mark.parametrize("paper", Paper)
def test_the_longest_option_does_not_give_the_answer_away(paper: Paper) -> None:
    single = of_type(BY_PAPER[paper], ItemType.SINGLE)
    betrayed = [item.code for item in single if the_key_is_longest(item)]
    assert len(betrayed) <= 0.3 * len(single), betrayed


def the_key_is_longest(item: Item) -> bool:
    lengths = {option.key: len(option.text) for option in item.options}
    return all(lengths[item.key[0]] > length for letter, length in lengths.items() if letter != item.key[0])


def test_no_stem_or_option_is_copied_from_a_statute(shared: Path) -> None:
    runs = set()
    for path in sorted((shared / "laws").glob("*(*).md")):
        statute = read_statute(path.name, path.read_bytes())
        text = bare("".join(article.text for article in statute.articles))
        runs |= {text[start : start + COPIED_RUN] for start in range(len(text) - COPIED_RUN + 1)}
    if not runs:
        pytest.skip("no statute texts in ../shared/laws")
    copied = {
        item.code: text[at : at + COPIED_RUN]
        for item in ITEMS
        for text in map(bare, shown_texts(item))
        for at in range(len(text) - COPIED_RUN + 1)
        if text[at : at + COPIED_RUN] in runs
    }
    assert copied == {}
