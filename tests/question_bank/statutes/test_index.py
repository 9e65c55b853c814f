"""The statute index: rebuilt from the texts, without a word of them; citations held against it."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from question_bank.banks import bundled
from question_bank.errors import BankError
from question_bank.formats import read
from question_bank.items import Citation
from question_bank.statutes import (
    Index,
    build_index,
    bundled_index,
    known_dates,
    read_index,
    read_statute,
    write_index,
)  # fmt: skip
from question_bank.statutes.__main__ import main

NO_TEXT_AT_HAND = {
    "住房和城乡建设行政处罚程序规定",
    "关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见",
    "关于深入推进城市执法体制改革改进城市管理工作的指导意见",
    "城市管理执法办法",
    "城市道路管理条例",
    "法治政府建设实施纲要（2021—2025年）",
    "行政执法监督条例",
}
"""Documents that questions cite and whose texts are not among the statutes: their articles cannot be checked here."""

TEXT = "# 试行法\n\n第一条 甲。\n\n第二条 本法自{day}起施行。\n"


def law(edition: str, day: str = "2020年5月1日") -> bytes:
    return TEXT.format(day=day).encode()


def test_the_index_of_the_package_is_the_one_the_texts_give(shared: Path) -> None:
    statutes = [read_statute(path.name, path.read_bytes()) for path in (shared / "laws").glob("*(*).md")]
    assert write_index(build_index(statutes, known_dates())) == write_index(bundled_index())


def test_the_index_holds_digests_and_no_text() -> None:
    for statute in bundled_index().statutes:
        assert all(not article.paragraphs for article in statute.articles)
        assert all(re.fullmatch(r"[0-9a-f]{64}", article.digest) for article in statute.articles)


def test_the_index_knows_validity_only_where_a_source_states_it() -> None:
    index = bundled_index()
    dated = {(statute.law, statute.edition): (statute.valid_from, statute.valid_to) for statute in index.statutes}
    assert dated["行政处罚法", "2021-01-22"] == (date(2021, 7, 15), None)
    assert dated["行政复议法", "2023-09-01"] == (date(2024, 1, 1), None)
    assert dated["行政复议法", "2017-09-01"] == (None, date(2023, 12, 31))
    assert dated["环境噪声污染防治法", "2018-12-29"] == (None, date(2022, 6, 4))
    assert dated["行政许可法", "2019-04-23"] == (None, None)


def test_an_index_is_written_and_read_back_unchanged() -> None:
    index = build_index([read_statute("试行法(2020-01-01).md", law("2020-01-01"))])
    assert read_index(write_index(index)) == index


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format": "chizheng-statute-index", "version": 9}', b"\xff"])
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(BankError) as told:
        read_index(data)
    assert told.value.code == "STATUTE_INDEX_BAD"


def test_an_edition_given_twice_and_validity_that_ends_before_it_begins_are_refused() -> None:
    statute = read_statute("试行法(2020-01-01).md", law("2020-01-01"))
    with pytest.raises(BankError) as told:
        build_index([statute, statute])
    assert told.value.code == "STATUTE_EDITION_TWICE"
    with pytest.raises(BankError) as told:
        build_index([statute], {("试行法", "2020-01-01"): (None, date(2020, 4, 30))})
    assert told.value.code == "STATUTE_DATES_BAD"


@pytest.mark.parametrize(
    ("cited", "code"),
    [
        (Citation("行政处罚法", "2021-01-22", "86"), None),
        (Citation("行政处罚法", "2021-01-22", ""), None),
        (Citation("行政处罚法", "", "86"), None),
        (Citation("行政处罚法", "2021-01-22", "87"), "CITATION_ARTICLE_UNKNOWN"),
        (Citation("行政处罚法", "2021-01-22", "42-1"), "CITATION_ARTICLE_UNKNOWN"),
        (Citation("行政处罚法", "2017-09-01", "42"), "CITATION_EDITION_UNKNOWN"),
        (Citation("夜市管理法", "2021-01-22", "1"), "CITATION_LAW_UNKNOWN"),
    ],
)
def test_a_citation_is_found_or_said_to_be_missing(cited: Citation, code: str | None) -> None:
    assert [fault.code for fault in bundled_index().faults(cited)] == ([code] if code else [])


def test_every_bundled_question_cites_an_article_of_the_index_or_a_document_whose_text_is_not_at_hand() -> None:
    index, found, checked = bundled_index(), [], 0
    for name, data in bundled():
        for item in read(name, data).items:
            if item.citation is not None and item.citation.law not in NO_TEXT_AT_HAND:
                checked += 1
                found += [f"{item.code}: {fault.en}" for fault in index.faults(item.citation)]
    assert checked > 200
    assert found == []


def test_a_document_said_to_have_no_text_at_hand_is_in_no_index() -> None:
    assert [law for law in NO_TEXT_AT_HAND if bundled_index().editions(law)] == []


def test_the_command_prints_the_index_and_refuses_a_file_that_is_no_statute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "试行法(2020-01-01).md", tmp_path / "README.md"
    good.write_bytes(law("2020-01-01"))
    bad.write_text("# Read me\n", "utf-8")
    assert main([str(good)]) == 0
    assert json.loads(capsys.readouterr().out)["statutes"][0]["valid_from"] == "2020-05-01"
    assert main([str(good), str(bad), "--out", str(tmp_path / "index.json"), "--lang", "en"]) == 1
    assert "STATUTE_NO_ARTICLES" in capsys.readouterr().err
    assert not (tmp_path / "index.json").exists()
    assert main([str(tmp_path / "absent.md")]) == 3
    assert main([str(good), "--out", str(tmp_path / "index.json")]) == 0
    assert isinstance(read_index((tmp_path / "index.json").read_bytes()), Index)
