"""Figures in Chinese text, and the figures of right answers held against the articles they cite."""

from fractions import Fraction
from pathlib import Path

import pytest

from question_bank.banks import bundled
from question_bank.formats import read
from question_bank.items import Blank, Citation, Item, ItemType, Option
from question_bank.statutes import (
    Index,
    Statute,
    applied_figures,
    article_digest,
    cited_articles,
    figure_faults,
    figures_of,
    key_figures,
    read_statute,
)  # fmt: skip
from question_bank.statutes.reading import Article

SAID = {
    "处二百元以上3000元以下罚款": [(200, "元"), (3000, "元")],
    "百分之三": [(Fraction(3, 100), "")],
    "加处３%的罚款": [(Fraction(3, 100), "")],
    "5‰": [(Fraction(1, 200), "")],
    "2万元": [(20_000, "元")],
    "1.5万元": [(15_000, "元")],
    "九十日内": [(90, "日")],
    "一至二名": [(1, "人"), (2, "人")],
    "半数以上": [(Fraction(1, 2), "")],
    "三分之二": [(Fraction(2, 3), "")],
    "十五天": [(15, "日")],
    "7个工作日": [(7, "工作日")],
    "两人以上": [(2, "人")],
    "一年六个月": [(1, "年"), (6, "月")],
    "半年": [(Fraction(1, 2), "年")],
    "2至10万元": [(20_000, "元"), (100_000, "元")],
    "五百至二万元": [(500, "元"), (20_000, "元")],
    "5—10倍": [(5, "倍"), (10, "倍")],
    "百分之五至百分之十": [(Fraction(1, 20), ""), (Fraction(1, 10), "")],
    "晚上十点至次日早晨六点": [(22, "点"), (6, "点")],
    "22时至次日6时": [(22, "点"), (6, "点")],
}
SILENT = [
    "2021年7月15日起", "3月1日", "第42条第二款", "第二次", "每次", "一次性告知", "几百元", "万元以上", "2021—2025年",
    "一般情况", "统一管理", "当时", "三种情形", "十多人",
]  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_a_figure_is_one_value_however_it_is_written(text: str) -> None:
    found = figures_of(text)
    assert sorted((figure.value, figure.unit) for figure in found) == sorted(SAID[text])


@pytest.mark.parametrize("text", SILENT)
def test_dates_ordinals_and_ordinary_words_are_no_figures(text: str) -> None:
    assert figures_of(text) == ()


def law(*texts: str, name: str = "试行法") -> Statute:
    articles = tuple(Article(str(n), article_digest((text,)), (text,)) for n, text in enumerate(texts, 1))
    return Statute(name, "2020-01-01", articles)


TEXTS = Index(
    (
        law(
            "违反规定的，处二百元以上三千元以下罚款。",
            "应当在七日内告知，执法人员不得少于两人。",
            "期限为三十个工作日。",
        ),
        law("逾期的，每日按百分之三加处罚款。", "九十日内作出决定。", name="别的法"),
    )
)
OPTIONS = ("200元以上3000元以下", "50元以上1000元以下", "3日", "7日内，二人以上")


def item(
    key: str,
    article: str = "1",
    *,
    stem: str = "罚款是多少？",
    explanation: str = "",
    options: tuple[str, ...] = OPTIONS,
) -> Item:
    made = tuple(Option("ABCDEFGH"[place], text) for place, text in enumerate(options))
    kind = ItemType.SINGLE if len(key) == 1 else ItemType.MULTIPLE
    return Item("T-1", kind, stem, made, tuple(key), explanation, citation=Citation("试行法", "2020-01-01", article))


def codes(question: Item) -> list[str]:
    return [fault.code for fault in figure_faults(question, TEXTS)]


def test_the_figures_of_the_key_are_found_in_the_article_and_those_of_distractors_do_not_matter() -> None:
    assert codes(item("A")) == []
    assert codes(item("D", "2")) == []


def test_a_figure_that_the_article_does_not_have_is_a_fault_with_both_languages() -> None:
    found = figure_faults(item("B"), TEXTS)
    assert [fault.data["figure"] for fault in found] == ["50元", "1000元"]
    assert "50元" in found[0].zh
    assert "50元" in found[0].en
    assert found[0].place.item == "T-1"


def test_working_days_are_not_days() -> None:
    assert codes(item("A", "3", options=("三十日", "六十日"))) == ["FIGURE_NOT_IN_ARTICLE"]
    assert codes(item("A", "3", options=("30个工作日", "六十日"))) == []


def test_an_article_named_in_the_explanation_counts_too_and_another_law_by_its_name() -> None:
    assert codes(item("D", "1")) == ["FIGURE_NOT_IN_ARTICLE"] * 2
    assert codes(item("D", "1", explanation="见第1条，也见第2条。")) == []
    added = ("百分之三，九十日", "没有")
    assert codes(item("A", options=added)) == ["FIGURE_NOT_IN_ARTICLE"] * 2
    assert codes(item("A", options=added, explanation="《别的法》第1至2条有规定。")) == []


def test_citations_of_an_explanation_are_read_in_every_form() -> None:
    said = "第57、58条；第60条至第62条；第九条之一；第9条第2款、第3款；《别的法》第12条。"
    found = cited_articles(item("A", explanation=said), ("试行法", "别的法"))
    assert [(cited.law, cited.article) for cited in found] == [
        ("试行法", number) for number in ("1", "57", "58", "60", "61", "62", "9-1", "9")
    ] + [("别的法", "12")]


def test_figures_that_the_stem_gives_are_facts_of_the_case() -> None:
    assert codes(item("A", stem="某人被罚5000元，怎样处理？", options=("5000元的罚款应当减轻", "不变"))) == []


def test_a_question_for_what_is_wrong_asserts_its_other_options() -> None:
    options = ("罚款二百元以上", "罚款五十元以上", "罚款三千元以下")
    assert codes(item("B", stem="关于罚款，下列哪一说法错误？", options=options)) == []
    assert codes(item("A", stem="关于罚款，下列哪一说法错误？", options=options)) == ["FIGURE_NOT_IN_ARTICLE"]


@pytest.mark.parametrize(("key", "found"), [("T", ["FIGURE_NOT_IN_ARTICLE"]), ("F", [])])
def test_a_true_statement_asserts_its_figures_and_a_false_one_none(key: str, found: list[str]) -> None:
    cited = Citation("试行法", "2020-01-01", "2")
    assert codes(Item("T-2", ItemType.TRUE_FALSE, "应当在十日内告知。", (), (key,), citation=cited)) == found


def test_the_figure_in_a_blank_is_checked_and_the_rest_of_the_stem_is_not() -> None:
    cited = Citation("试行法", "2020-01-01", "2")

    def blank(stem: str, answer: str, kind: ItemType = ItemType.FILL) -> Item:
        return Item("T-3", kind, stem, (), (), citation=cited, blanks=(Blank((answer,)),))

    assert codes(blank("罚款500元的，应当在{{1}}日内告知。", "七")) == []
    assert codes(blank("罚款500元的，应当在{{1}}日内告知。", "十")) == ["FIGURE_NOT_IN_ARTICLE"]
    assert codes(blank("执法人员不得少于几人？", "2", ItemType.NUMERIC)) == []
    assert codes(blank("执法人员不得少于几人？", "3", ItemType.NUMERIC)) == ["FIGURE_NOT_IN_ARTICLE"]


def test_a_citation_that_cannot_be_checked_is_said_and_not_passed() -> None:
    unknown = Item("T-4", ItemType.SINGLE, "几日？", (Option("A", "3日"), Option("B", "5日")), ("A",))
    assert codes(unknown) == []
    cited = Item("T-5", ItemType.SINGLE, "几日？", unknown.options, ("A",), citation=Citation("夜市法", "", "1"))
    assert codes(cited) == ["CITATION_LAW_UNKNOWN"]
    assert codes(item("A", "9")) == ["CITATION_ARTICLE_UNKNOWN"]


def test_the_figures_of_every_bundled_key_stand_in_the_articles_cited(shared: Path) -> None:
    texts = Index(
        tuple(read_statute(path.name, path.read_bytes()) for path in sorted((shared / "laws").glob("*(*).md")))
    )
    applied, found, used, checked = applied_figures(), [], set(), 0
    for name, data in bundled():
        for question in read(name, data).items:
            faults = [fault for fault in figure_faults(question, texts) if fault.code != "CITATION_LAW_UNKNOWN"]
            checked += bool(key_figures(question))
            for fault in faults:
                known = (question.code, str(fault.data.get("figure")))
                if known[1] in applied.get(known[0], {}):
                    used.add(known)
                else:
                    found.append(f"{question.code}: {fault.zh}")
    assert checked > 80
    assert found == []
    assert used == {(code, figure) for code, figures in applied.items() for figure in figures}, "a stale exception"


def test_most_swapped_keys_are_caught(shared: Path) -> None:
    """A check that finds nothing wrong in wrong answers would be none: each distractor with a figure is tried."""
    texts = Index(
        tuple(read_statute(path.name, path.read_bytes()) for path in sorted((shared / "laws").glob("*(*).md")))
    )
    tried = caught = 0
    for name, data in bundled():
        for question in read(name, data).items:
            if question.type is not ItemType.SINGLE or not key_figures(question) or figure_faults(question, texts):
                continue
            for option in question.options:
                swapped = Item("T", question.type, question.stem, question.options, (option.key,), question.explanation,
                               citation=question.citation)  # fmt: skip
                if option.key not in question.key and key_figures(swapped):
                    tried += 1
                    caught += bool(figure_faults(swapped, texts))
    assert tried > 60
    assert caught / tried > 0.75
