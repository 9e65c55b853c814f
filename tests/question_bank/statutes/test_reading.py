"""Statutes in Markdown: what is read, what is refused, and what is never guessed."""

import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError
from question_bank.statutes import article_digest, compare, figures_of, read_statute
from question_bank.statutes.numerals import number, whole_number
from tests.conftest import thorough

SMALL = """# 中华人民共和国夜市管理法

2020年1月2日 某会议通过

<!-- INFO
END -->

目录

第一章 总则

## 第一章 总 则

第一条 为了管理夜市，制定本法。

第二条 夜市的管理适用本法。

前款所称夜市，是指夜间开放的市场。

（一）有固定场所；

### 第一节 摊位

第二条之一 摊位应当编号。

## 第二章　附　则

第三条 本法自2020年5月1日起施行。

附件：表

第四条 这是附件里的表，不是条文。

Copyright notice in Latin letters
"""
NAME = "夜市管理法(2020-01-02).md"


def test_a_statute_is_read_into_law_edition_chapters_articles_and_paragraphs() -> None:
    statute = read_statute(NAME, SMALL.encode())
    assert (statute.law, statute.edition) == ("夜市管理法", "2020-01-02")
    assert statute.numbers == ("1", "2", "2-1", "3")
    second = statute.article("2")
    assert second is not None
    assert second.chapter == "第一章 总 则"
    assert second.paragraphs[1:] == ("前款所称夜市，是指夜间开放的市场。", "（一）有固定场所；")
    assert statute.articles[-1].chapter == "第二章 附 则"
    assert statute.history[0] == "2020年1月2日 某会议通过"


def test_what_follows_an_appendix_and_lines_without_chinese_are_no_part_of_an_article() -> None:
    statute = read_statute(NAME, SMALL.encode())
    assert statute.articles[-1].text == "本法自2020年5月1日起施行。"


def test_commencement_is_read_from_the_text_and_never_guessed() -> None:
    assert read_statute(NAME, SMALL.encode()).valid_from == date(2020, 5, 1)
    on_publication = SMALL.replace("自2020年5月1日起施行", "自公布之日起施行")
    assert read_statute(NAME, on_publication.encode()).valid_from is None


def test_an_amended_law_that_repeats_its_first_commencement_has_none_of_its_own() -> None:
    assert read_statute("夜市管理法(2024-03-04).md", SMALL.encode()).valid_from is None


def test_width_and_spaces_do_not_change_a_digest_but_words_and_paragraphs_do() -> None:
    first = article_digest(("处200元以上罚款(不含本数)。", "情节严重的，从重处罚。"))
    assert first == article_digest(("处２００元以上罚款（不含本数） 。", "情节 严重的,从重处罚。"))
    assert first != article_digest(("处300元以上罚款(不含本数)。", "情节严重的，从重处罚。"))
    assert first != article_digest(("处200元以上罚款(不含本数)。情节严重的，从重处罚。",))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_the_same_statute_in_another_encoding_has_the_same_digests(encoding: str) -> None:
    plain = SMALL.replace("\n\n", "\r\n\r\n")
    assert read_statute(NAME, plain.encode(encoding)).articles == read_statute(NAME, SMALL.encode()).articles


def test_bold_and_listed_articles_are_read_and_a_paragraph_that_cites_an_article_is_not_one() -> None:
    text = "# 试行法\n\n**第一条** 甲。\n\n第二条规定的事项除外。\n\n- 第2条　乙。\n"
    statute = read_statute("试行法(2020-01-01).md", text.encode())
    assert statute.numbers == ("1", "2")
    assert statute.articles[0].paragraphs == ("甲。", "第二条规定的事项除外。")


def test_edition_and_law_can_be_given_where_the_file_name_is_silent() -> None:
    statute = read_statute("upload.md", SMALL.encode(), edition="2020-01-02")
    assert (statute.law, statute.edition) == ("夜市管理法", "2020-01-02")


REFUSED = {
    "no articles": ("STATUTE_NO_ARTICLES", NAME, "# 夜市管理法\n\n随便一段话。\n"),
    "an article twice": ("STATUTE_ARTICLE_TWICE", NAME, SMALL.replace("第三条", "第二条")),
    "an article missing": ("STATUTE_ARTICLE_ORDER", NAME, SMALL.replace("第三条 本法", "第五条 本法")),
    "not from the first": ("STATUTE_ARTICLE_ORDER", NAME, SMALL.replace("第一条 为了", "第二条 为了")),
    "an empty article": ("STATUTE_ARTICLE_EMPTY", NAME, SMALL.replace("第二条之一 摊位应当编号。", "第二条之一")),
    "no name": ("STATUTE_NAME_MISSING", "(2020-01-02).md", SMALL.replace("# 中华人民共和国夜市管理法", "")),
    "two names": ("STATUTE_NAMES_DIFFER", "早市管理法(2020-01-02).md", SMALL),
    "no edition": ("STATUTE_EDITION_MISSING", "夜市管理法.md", SMALL),
    "an edition that is no date": ("STATUTE_EDITION_BAD", "夜市管理法(2020-13-02).md", SMALL),
    "a numeral that is none": ("STATUTE_NUMERAL_BAD", NAME, SMALL.replace("第二条 夜市", "第二二三百条 夜市")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_a_sound_statute_is_refused_with_a_code(case: str) -> None:
    code, name, text = REFUSED[case]
    with pytest.raises(BankError) as told:
        read_statute(name, text.encode())
    assert told.value.code == code
    assert told.value.zh
    assert told.value.place.file == name


def test_bytes_that_are_no_text_and_files_too_large_are_refused() -> None:
    latin = b"\xff\xfe\xff" * 9
    for data, code in (
        (b"\0\1\2" * 50, "FILE_BINARY"), (b" \n", "FILE_EMPTY"), (b"x" * 2_200_000, "STATUTE_TOO_LARGE"),
        (latin, "ENCODING_UNKNOWN"),
    ):  # fmt: skip
        with pytest.raises(BankError) as told:
            read_statute(NAME, data)
        assert told.value.code == code


def test_too_many_articles_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("question_bank.statutes.reading.ARTICLE_COUNT", 2)
    with pytest.raises(BankError) as told:
        read_statute(NAME, SMALL.encode())
    assert told.value.code == "STATUTE_TOO_MANY_ARTICLES"


def test_numerals_are_numbers_in_every_way_of_writing() -> None:
    written = {
        "二百": 200,
        "三千五百": 3500,
        "十五": 15,
        "一百零三": 103,
        "两": 2,
        "二〇二一": 2021,
        "十": 10,
        "二十万": 200_000,
    }
    assert {text: whole_number(text) for text in written} == written
    assert [number(text) for text in ("3,000", "2万", "0.5", "三千")] == [3000, 20_000, 0.5, 3000]
    assert [number(text) for text in ("元", "二三百", "")] == [None, None, None]


def test_every_statute_at_hand_is_read_whole(shared: Path) -> None:
    files = sorted((shared / "laws").glob("*(*).md"))
    assert len(files) == 24
    for path in files:
        data = path.read_bytes()
        statute = read_statute(path.name, data)
        in_file = sum(line.startswith("第") and "条 " in line[:9] for line in data.decode().splitlines())
        assert len(statute.articles) == in_file, path.name
        assert all(article.paragraphs for article in statute.articles)


PIECES = st.sampled_from(
    [
        "第一条",
        "第二条 ",
        "之一",
        "#",
        "## 第一章 总则",
        "\n",
        "附件",
        "<!--",
        "-->",
        "\u3000",
        "**",
        "三千元",
        "\0",
        "百分之",
        "至",
        "12",
        ",",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=30).map(lambda said: "".join(said).encode())))
def test_whatever_the_bytes_the_reader_raises_nothing_but_its_own_refusal(data: bytes) -> None:
    read = None
    with suppress(BankError):
        read = read_statute(NAME, data)
    assert read is None or read.articles


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join)))
def test_whatever_the_text_its_figures_are_read(text: str) -> None:
    assert all(figure.value >= 0 and figure.text for figure in figures_of(text))


@thorough
@pytest.mark.parametrize("unit", ["一", "1", "第", "附件 ", "百分之", "<!--", "第一条 ", "至", " ", "（"])
def test_a_megabyte_of_the_same_takes_no_longer_than_any_other(unit: str) -> None:
    text = unit * (1_000_000 // len(unit.encode()))
    began = time.process_time()
    with suppress(BankError):
        read_statute(NAME, text.encode())
    assert time.process_time() - began < 2
    figures_of(text[:10_000])
    assert time.process_time() - began < 4


@thorough
def test_two_codes_of_five_hundred_articles_are_compared_in_seconds() -> None:
    def code(word: str) -> bytes:
        lines = [
            f"第{number}条 {word}的第{number}种情形，应当按照第{number * 7}号{word}标准办理{'。' * 3}"
            for number in range(1, 501)
        ]
        return ("# 夜市管理法\n\n" + "\n\n".join(lines)).encode()

    began = time.process_time()
    found = compare(read_statute(NAME, code("摊位")), read_statute("夜市管理法(2022-01-02).md", code("商铺")))
    assert len(found.changes) >= 500
    assert time.process_time() - began < 10
