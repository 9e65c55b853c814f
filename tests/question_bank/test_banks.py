"""The bundled banks: their structure, their balance, and what they say held against the statutes."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from question_bank.banks import bundled
from question_bank.formats import read
from question_bank.items import Citation, Item, ItemType, Level, Option, Paper, check_item, fingerprint, normalise_text

BANKS = {name: json.loads(data) for name, data in bundled()}
ENTRIES = [entry for bank in BANKS.values() for entry in bank["items"]]
FIELDS = {
    "code", "type", "stem", "options", "key", "explanation", "paper", "topic", "law", "edition", "article", "level",
    "difficulty", "tags", "overlay", "source_fact",
}  # fmt: skip
FILES = {"public_law.json": "PUBLIC_LAW", "city_management.json": "PROFESSIONAL"}
LEAST_ITEMS = {"public_law.json": 110, "city_management.json": 80}
LEAST_PER_CELL = {"SINGLE": 5, "MULTIPLE": 3, "TRUE_FALSE": 3}
TYPE_SHARES = {"SINGLE": (0.45, 0.55), "MULTIPLE": (0.20, 0.30), "TRUE_FALSE": (0.20, 0.30)}
LEVEL_SHARES = {"RECALL": (0.35, 0.47), "APPLICATION": (0.38, 0.50), "JUDGEMENT": (0.12, 0.20)}
WEIGHTS = {
    "行政处罚法": 30, "行政强制法": 18, "行政复议法": 12, "行政许可法": 10, "行政诉讼法": 10, "三项制度": 8,
    "国家赔偿法": 6, "公务员法与政务处分法": 6,
    "住建处罚程序规定": 20, "市容环卫条例": 18, "指导意见": 18, "城市道路管理条例": 12, "城乡规划法": 12,
    "噪声与大气": 12, "城市绿化条例": 8,
}  # fmt: skip
# The texts of these are not among the statutes at hand; their items rest on the verified fact named in source_fact.
TEXTS_NOT_AT_HAND = {
    "住房和城乡建设行政处罚程序规定": "2022-03-10",
    "关于深入推进城市执法体制改革改进城市管理工作的指导意见": "2015-12-24",
    "关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见": "2018-12-05",
    "法治政府建设实施纲要（2021—2025年）": "2021-08-11",
    "行政执法监督条例": "2025-12-17",
    "城市道路管理条例": "2019-03-24",
}
# Right answers whose figure comes from the case in the stem or from arithmetic, so no article can hold it.
FIGURES_OF_THE_CASE = {
    "XF17-2": "the day the unlawful state ended, given in the stem",
    "XF34-1": "computed: 2000 yuan at 3 % for 10 days",
    "QZ20-1": "the fine named in the stem is itself the ceiling",
    "FY20-1": "a sum below the limit of the article",
}
COPIED_RUN = 25

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
SAME_UNIT = {"天": "日", "名": "人", "个月": "月", "周岁": "岁"}
NUMERAL = r"(?:[0-9]+(?:\.[0-9]+)?[万千百]?|[零〇一二两三四五六七八九十百千万]+)"
MEASURE = r"(?:个工作日|个月|小时|工作日|周岁|日|天|年|月|人|名|元|倍|点|份|千伏|兆帕)"
FIGURE = re.compile(rf"(百分之)?({NUMERAL})(?:[至到—~-]({NUMERAL}))?(%|{MEASURE})?")
ARTICLE = re.compile(r"^第([零一二三四五六七八九十百]+)条\s", re.MULTILINE)


def value_of(numeral: str) -> float:
    """The value of a numeral: 3000, 0.4, 5万, 三千, 二十四, 百."""
    mixed = re.fullmatch(r"([0-9.]+)([万千百]?)", numeral)
    if mixed:
        return float(mixed[1]) * UNITS.get(mixed[2], 1)
    total = section = digit = 0
    for char in numeral:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char == "万":
            total, section, digit = (total + section + digit or 1) * UNITS[char], 0, 0
        else:
            section, digit = section + (digit or 1) * UNITS[char], 0
    return float(total + section + digit)


def figures(text: str) -> set[tuple[float, str]]:
    """The measured figures of a text as (value, unit); numerals without a unit are words, not figures."""
    found: set[tuple[float, str]] = set()
    for percent, first, second, unit in FIGURE.findall(unicodedata.normalize("NFKC", text)):
        name = "%" if percent or unit == "%" else SAME_UNIT.get(unit, unit)
        if name:
            found |= {(value_of(numeral), name) for numeral in (first, second) if numeral}
    return found


def bare(text: str) -> str:
    """The text without spaces and punctuation, so that a copy cannot hide behind a comma."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())


def as_item(entry: dict) -> Item:
    return Item(
        code=entry["code"],
        type=ItemType(entry["type"]),
        stem=entry["stem"],
        options=tuple(Option(key, text) for key, text in entry["options"].items()),
        key=tuple(entry["key"]),
        explanation=entry["explanation"],
        paper=Paper(entry["paper"]),
        topic=entry["topic"],
        citation=Citation(entry["law"], entry["edition"], entry["article"]),
        level=Level(entry["level"]),
        difficulty=entry["difficulty"],
        tags=tuple(entry["tags"]),
        overlay=entry["overlay"],
        source_fact=entry["source_fact"],
    )


def shares(entries: list[dict], field: str) -> dict[str, float]:
    counts = Counter(entry[field] for entry in entries)
    return {value: count / len(entries) for value, count in counts.items()}


@pytest.fixture(scope="module")
def statutes(shared: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Every statute at hand: (short name, edition) -> article number -> text."""
    texts = {}
    for path in sorted((shared / "laws").glob("*(*).md")):
        name, edition = re.fullmatch(r"(.+)\((.+)\)", path.stem).groups()
        body = re.sub(r"^#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        parts = ARTICLE.split(body)
        texts[name, edition] = {
            str(int(value_of(number))): text for number, text in zip(parts[1::2], parts[2::2], strict=True)
        }
    if not texts:
        pytest.skip("no statute texts in ../shared/laws")
    return texts


def test_both_papers_are_bundled_in_the_native_format() -> None:
    assert set(BANKS) >= set(FILES)
    for name, paper in FILES.items():
        bank = BANKS[name]
        assert (bank["format"], bank["version"]) == ("chizheng-bank", 1)
        assert bank["title"]
        assert len(bank["items"]) >= LEAST_ITEMS[name]
        assert {entry["paper"] for entry in bank["items"]} == {paper}
        assert all(set(entry) == FIELDS for entry in bank["items"])


@pytest.mark.parametrize(("name", "data"), bundled(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_reader_takes_every_bundled_item_unchanged(name: str, data: bytes) -> None:
    report = read(name, data)
    assert report.rejected == ()
    assert report.warnings == ()
    assert [row.item for row in report.accepted] == [as_item(entry) for entry in BANKS[name]["items"]]
    assert all(row.changes == () for row in report.accepted)


def test_every_item_is_sound() -> None:
    faults = {entry["code"]: [fault.code for fault in check_item(as_item(entry))] for entry in ENTRIES}
    assert {code: codes for code, codes in faults.items() if codes} == {}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["code"])
def test_the_key_names_options_and_fits_the_type(entry: dict) -> None:
    letters, key = list(entry["options"]), entry["key"]
    if entry["type"] == "TRUE_FALSE":
        assert letters == []
        assert key in (["T"], ["F"])
        return
    assert key == sorted(set(key))
    assert set(key) <= set(letters)
    assert letters == list("ABCDE"[: len(letters)])
    if entry["type"] == "SINGLE":
        assert (len(letters), len(key)) == (4, 1)
    else:
        assert len(letters) in (4, 5)
        assert 2 <= len(key) <= 4
        assert len(key) < len(letters)


def test_codes_stems_and_contents_are_unique() -> None:
    for values in (
        [entry["code"] for entry in ENTRIES],
        [normalise_text(entry["stem"]) for entry in ENTRIES],
        [fingerprint(as_item(entry)) for entry in ENTRIES],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_codes_name_their_source_fact_and_no_unverified_fact_is_used() -> None:
    for entry in ENTRIES:
        assert re.fullmatch(r"[A-Z]{2}\d{2}-[1-9]", entry["code"])
        assert entry["code"].split("-")[0] == entry["source_fact"]
        assert not entry["source_fact"].startswith("CG")
        assert entry["tags"] == []
        assert entry["overlay"] is None
        assert 0.4 <= entry["difficulty"] <= 0.9


def test_every_explanation_names_its_article() -> None:
    for entry in ENTRIES:
        numbers = set(re.findall(r"第?(\d+)(?=[条、])", entry["explanation"]))
        points = re.findall(r"第（([一二三四五六七八九十]+)）项", entry["explanation"])
        numbers |= {str(int(value_of(point))) for point in points}
        assert entry["article"] in numbers, entry["code"]


@pytest.mark.parametrize("name", sorted(FILES))
def test_types_and_levels_keep_their_shares(name: str) -> None:
    entries = BANKS[name]["items"]
    for field, bounds in (("type", TYPE_SHARES), ("level", LEVEL_SHARES)):
        found = shares(entries, field)
        assert set(found) == set(bounds)
        for value, (least, most) in bounds.items():
            assert least <= found[value] <= most, (field, value, found[value])


@pytest.mark.parametrize("name", sorted(FILES))
def test_topics_keep_near_the_weights_of_the_blueprint(name: str) -> None:
    for topic, share in shares(BANKS[name]["items"], "topic").items():
        assert abs(100 * share - WEIGHTS[topic]) <= 6, (topic, share)


def test_every_topic_offers_choice_in_every_type() -> None:
    counts = Counter((entry["topic"], entry["type"]) for entry in ENTRIES)
    cells = [(topic, kind) for topic in WEIGHTS for kind in LEAST_PER_CELL]
    assert [cell for cell in cells if counts[cell] < LEAST_PER_CELL[cell[1]]] == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_right_answers_are_spread_evenly(name: str) -> None:
    entries = BANKS[name]["items"]
    single = Counter(entry["key"][0] for entry in entries if entry["type"] == "SINGLE")
    assert max(single[letter] for letter in "ABCD") - min(single[letter] for letter in "ABCD") <= 2
    multiple = [letter for entry in entries if entry["type"] == "MULTIPLE" for letter in entry["key"]]
    assert all(0.18 <= multiple.count(letter) / len(multiple) <= 0.32 for letter in "ABCD")
    truth = [entry["key"][0] for entry in entries if entry["type"] == "TRUE_FALSE"]
    assert 0.42 <= truth.count("T") / len(truth) <= 0.58


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_longest_option_does_not_give_the_answer_away(name: str) -> None:
    single = [entry for entry in BANKS[name]["items"] if entry["type"] == "SINGLE"]
    betrayed = [
        entry["code"]
        for entry in single
        if all(
            len(text) < len(entry["options"][entry["key"][0]])
            for letter, text in entry["options"].items()
            if letter != entry["key"][0]
        )
    ]
    assert len(betrayed) <= 0.3 * len(single), betrayed


def test_every_cited_article_exists(statutes: dict[tuple[str, str], dict[str, str]]) -> None:
    for entry in ENTRIES:
        if TEXTS_NOT_AT_HAND.get(entry["law"]) == entry["edition"]:
            assert (entry["law"], entry["edition"]) not in statutes, "the text is at hand now: take it off the list"
            continue
        assert (entry["law"], entry["edition"]) in statutes, entry["code"]
        assert entry["article"] in statutes[entry["law"], entry["edition"]], entry["code"]


def asserted(entry: dict) -> list[str]:
    """The texts an item holds to be the law: its right options, or a statement it calls true."""
    if entry["type"] == "TRUE_FALSE":
        return [entry["stem"]] if entry["key"] == ["T"] else []
    return [entry["options"][letter] for letter in entry["key"]]


def test_every_figure_of_a_right_answer_stands_in_the_cited_article(
    statutes: dict[tuple[str, str], dict[str, str]],
) -> None:
    checked, strays = 0, {}
    for entry in ENTRIES:
        article = statutes.get((entry["law"], entry["edition"]), {}).get(entry["article"])
        if article is None:
            continue
        stated = set().union(*map(figures, asserted(entry)))
        checked += len(stated)
        if stray := stated - figures(article):
            strays[entry["code"]] = stray
    assert checked >= 80
    assert set(strays) == set(FIGURES_OF_THE_CASE), strays


def test_no_stem_or_option_is_copied_from_a_statute(statutes: dict[tuple[str, str], dict[str, str]]) -> None:
    runs = set()
    for articles in statutes.values():
        text = bare("".join(articles.values()))
        runs |= {text[start : start + COPIED_RUN] for start in range(len(text) - COPIED_RUN + 1)}
    copied = {}
    for entry in ENTRIES:
        for text in map(bare, (entry["stem"], *entry["options"].values())):
            hits = [text[at : at + COPIED_RUN] for at in range(len(text) - COPIED_RUN + 1)]
            if found := [hit for hit in hits if hit in runs]:
                copied[entry["code"]] = found[0]
    assert copied == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("五千元以上5万元以下", {(5000, "元"), (50_000, "元")}),
        ("二十四小时内", {(24, "小时")}),
        ("每日按百分之三加处", {(3, "%")}),
        ("一至二人代理", {(1, "人"), (2, "人")}),
        ("两名以上", {(2, "人")}),
        ("一并、统一、一律", set()),
    ],
)
def test_figures_are_read_in_both_scripts(text: str, expected: set[tuple[float, str]]) -> None:
    assert figures(text) == expected
