"""What makes an item sound, when two are the same, and the table of sentences."""

import ast
import dataclasses
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import question_bank
from question_bank.errors import MESSAGES, BankError, Change, Fault, Place
from question_bank.items import (
    Citation,
    Item,
    ItemType,
    Option,
    anchored_options,
    check_item,
    fingerprint,
    normalise_text,
)

SINGLE = Item("XF-1", ItemType.SINGLE, "谁决定（ ）", (Option("A", "甲"), Option("B", "乙"), Option("C", "丙")), ("B",))
MULTIPLE = dataclasses.replace(SINGLE, type=ItemType.MULTIPLE, key=("A", "C"))
JUDGED = Item("XF-2", ItemType.TRUE_FALSE, "可以。", (), ("T",))


@pytest.mark.parametrize("item", [SINGLE, MULTIPLE, JUDGED])
def test_a_sound_item_has_no_fault(item: Item) -> None:
    assert check_item(item) == []


def options(*texts: str) -> tuple[Option, ...]:
    return tuple(Option(chr(65 + index), text) for index, text in enumerate(texts))


@pytest.mark.parametrize(
    ("item", "changes", "code"),
    [
        (SINGLE, {"stem": "  "}, "STEM_EMPTY"),
        (SINGLE, {"stem": "甲" * 4001}, "TEXT_TOO_LONG"),
        (SINGLE, {"stem": "甲\u202e乙"}, "CHARACTER_REFUSED"),
        (SINGLE, {"stem": "甲\ud800乙"}, "CHARACTER_REFUSED"),
        (SINGLE, {"explanation": "a\x07"}, "CHARACTER_REFUSED"),
        (SINGLE, {"code": "中文"}, "CODE_BAD"),
        (SINGLE, {"code": ""}, "CODE_BAD"),
        (SINGLE, {"difficulty": 1.2}, "DIFFICULTY_BAD"),
        (SINGLE, {"difficulty": float("nan")}, "DIFFICULTY_BAD"),
        (SINGLE, {"tags": ("a", "a")}, "TAGS_BAD"),
        (SINGLE, {"tags": tuple(str(n) for n in range(31))}, "TAGS_TOO_MANY"),
        (SINGLE, {"citation": Citation(" ", "", "3")}, "LAW_EMPTY"),
        (SINGLE, {"citation": Citation("法", "2021-02-30", "3")}, "EDITION_BAD"),
        (SINGLE, {"citation": Citation("法", "", "第三条")}, "ARTICLE_BAD"),
        (SINGLE, {"key": ()}, "KEY_MISSING"),
        (SINGLE, {"key": ("A", "B")}, "SINGLE_KEY_SEVERAL"),
        (SINGLE, {"key": ("D",)}, "KEY_NOT_AN_OPTION"),
        (MULTIPLE, {"key": ("C", "A")}, "KEY_UNSORTED"),
        (MULTIPLE, {"key": ("A",)}, "MULTIPLE_KEY_ONE"),
        (SINGLE, {"options": options("甲")}, "OPTIONS_TOO_FEW"),
        (SINGLE, {"options": options(*[str(n) for n in range(40)])}, "OPTIONS_TOO_MANY"),
        (SINGLE, {"options": options("甲", " ")}, "OPTION_EMPTY"),
        (SINGLE, {"options": options("甲 A", "甲Ａ")}, "OPTIONS_ALIKE"),
        (SINGLE, {"options": (Option("A", "甲"), Option("A", "乙"), Option("B", "丙"))}, "OPTION_LETTER_REPEATED"),
        (SINGLE, {"options": (Option("B", "甲"), Option("C", "乙"))}, "OPTION_LETTERS_BROKEN"),
        (JUDGED, {"options": options("对", "错", "不知")}, "TRUE_FALSE_OPTIONS"),
        (JUDGED, {"key": ("A",)}, "TRUE_FALSE_KEY_BAD"),
        (JUDGED, {"key": ()}, "KEY_MISSING"),
    ],
)
def test_each_fault_of_an_item_has_its_code(item: Item, changes: dict, code: str) -> None:
    found = check_item(dataclasses.replace(item, **changes))
    assert code in [fault.code for fault in found]
    assert all(fault.zh and fault.en for fault in found)


def test_width_case_and_spaces_make_no_difference_to_comparison() -> None:
    assert normalise_text("（ Ａb　１\u200b）") == normalise_text("(aB 1)") == "(ab1)"


def test_the_order_of_options_makes_no_other_question_but_the_truth_does() -> None:
    turned = dataclasses.replace(SINGLE, options=options("乙", "甲", "丙"), key=("A",))
    assert fingerprint(turned) == fingerprint(SINGLE)
    assert fingerprint(dataclasses.replace(SINGLE, key=("A",))) != fingerprint(SINGLE)
    assert fingerprint(dataclasses.replace(JUDGED, key=("F",))) != fingerprint(JUDGED)
    assert fingerprint(dataclasses.replace(SINGLE, code="other", explanation="x")) == fingerprint(SINGLE)


@pytest.mark.parametrize(
    ("texts", "anchored"),
    [
        (("甲", "乙", "以上都是"), ("C",)),
        (("甲", "乙", "A和B"), ("A", "B", "C")),
        (("甲", "乙", "AB两类"), ()),
        (("甲", "乙", "all of the above"), ("C",)),
    ],
)
def test_options_that_speak_of_others_keep_their_place(texts: tuple[str, ...], anchored: tuple[str, ...]) -> None:
    assert anchored_options(dataclasses.replace(SINGLE, options=options(*texts))) == anchored


def _calls() -> Iterator[tuple[str, set[str]]]:
    """Code and data names of every message the package makes with a literal code."""
    root = Path(question_bank.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in {"fault", "change", "refusal"}:
                yield node.args[0].value, {keyword.arg or "" for keyword in node.keywords}
            elif name == "Problem" and isinstance(node.args[2], ast.Dict):
                yield node.args[0].value, {key.value for key in node.args[2].keys if isinstance(key, ast.Constant)}


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_message_the_package_makes_has_its_sentence_and_all_its_data() -> None:
    made = list(_calls())
    assert len(made) > 80
    for code, data in made:
        assert code in MESSAGES, code
        needed = _names(MESSAGES[code].zh) | _names(MESSAGES[code].en)
        assert needed <= data, code


def test_every_sentence_is_used_somewhere_and_speaks_both_languages() -> None:
    root = Path(question_bank.__file__).parent
    source = "".join(path.read_text("utf-8") for path in root.rglob("*.py"))
    for code, said in MESSAGES.items():
        assert f'"{code}"' in source, code
        assert any("\u4e00" <= char <= "\u9fff" for char in said.zh), code
        assert said.en[0].isascii() or said.en[0] in "“《", code
        if code not in {"DUPLICATE_ITEM", "CODE_REPEATED", "SPECIFICATION_BAD"}:
            assert _names(said.zh) - {"zh"} == _names(said.en) - {"en"}, code


def test_a_place_and_an_error_read_well_in_both_languages() -> None:
    place = Place("题库.txt", line=3, item="7")
    assert (place.zh, place.en) == ("题库.txt 第3行 第7题", "题库.txt, line 3, question 7")
    error = BankError("KEY_UNREADABLE", place, {"value": "见书"})
    assert str(error) == "题库.txt, line 3, question 7: The answer “见书” cannot be read."
    assert error.zh == "答案“见书”无法识别。"
    assert error.fault == Fault("KEY_UNREADABLE", place, {"value": "见书"})
    assert Change("OPTIONS_FOLDED", place).zh.startswith("“正确、错误”")
