"""The native format: exact both ways, and strict about what it does not know."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError
from question_bank.formats import Limits, native, read
from question_bank.formats.native import write
from question_bank.items import Citation, Item, ItemType, Level, Option, Paper, check_item, fingerprint

ENTRY = {
    "code": "XF-001",
    "type": "SINGLE",
    "stem": "谁决定（ ）",
    "options": {"A": "甲", "B": "乙"},
    "key": ["B"],
    "explanation": "因为。",
    "paper": "PUBLIC_LAW",
    "topic": "行政处罚法",
    "law": "行政处罚法",
    "edition": "2021-01-22",
    "article": "42",
    "level": "RECALL",
    "difficulty": 0.7,
    "tags": ["常考"],
    "overlay": None,
    "source_fact": "XF20",
}


def bank(*entries: object, **top: object) -> bytes:
    document = {"format": "chizheng-bank", "version": 1, "title": "题库", "items": list(entries), **top}
    return json.dumps(document).encode()


def test_every_field_is_read() -> None:
    report = read("a.json", bank(ENTRY))
    expected = Item(
        code="XF-001",
        type=ItemType.SINGLE,
        stem="谁决定（ ）",
        options=(Option("A", "甲"), Option("B", "乙")),
        key=("B",),
        explanation="因为。",
        paper=Paper.PUBLIC_LAW,
        topic="行政处罚法",
        citation=Citation("行政处罚法", "2021-01-22", "42"),
        level=Level.RECALL,
        difficulty=0.7,
        tags=("常考",),
        overlay=None,
        source_fact="XF20",
    )
    assert report.items == (expected,)
    assert (report.rejected, report.warnings, report.title, report.format) == ((), (), "题库", "native")


_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=12
).filter(str.strip)
_CHOICES = st.lists(_TEXT, min_size=2, max_size=8).map(
    lambda texts: tuple(Option("ABCDEFGH"[index], text) for index, text in enumerate(texts))
)


@st.composite
def _items(draw: st.DrawFn) -> Item:
    type_ = draw(st.sampled_from(list(ItemType)))
    options = () if type_ is ItemType.TRUE_FALSE else draw(_CHOICES)
    letters = [option.key for option in options]
    if type_ is ItemType.TRUE_FALSE:
        key = (draw(st.sampled_from("TF")),)
    elif type_ is ItemType.SINGLE:
        key = (draw(st.sampled_from(letters)),)
    else:
        key = tuple(sorted(draw(st.sets(st.sampled_from(letters), min_size=2))))
    cited = st.builds(Citation, _TEXT, st.sampled_from(["", "2021-01-22"]), st.sampled_from(["", "42", "10-1"]))
    return Item(
        code=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,10}", fullmatch=True)),
        type=type_,
        stem=draw(_TEXT),
        options=options,
        key=key,
        explanation=draw(st.one_of(st.just(""), _TEXT)),
        paper=draw(st.sampled_from(list(Paper))),
        topic=draw(st.one_of(st.just(""), _TEXT)),
        citation=draw(st.none() | cited),
        level=draw(st.sampled_from(list(Level))),
        difficulty=draw(st.none() | st.floats(0, 1)),
        tags=tuple(draw(st.lists(_TEXT, max_size=3, unique=True))),
        overlay=draw(st.none() | _TEXT),
        source_fact=draw(st.none() | _TEXT),
    )


@settings(max_examples=50, deadline=2000)
@given(st.lists(_items(), max_size=4, unique_by=(lambda item: item.code, fingerprint)), _TEXT)
def test_what_is_written_reads_back_equal(items: list[Item], title: str) -> None:
    sound = [item for item in items if not check_item(item)]
    written = write(sound, title)
    report = read("a.json", written)
    assert list(report.items) == sound
    assert report.title == title
    assert write(report.items, report.title) == written


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": None}, "FIELD_MISSING"),
        ({"stem": 5}, "FIELD_TYPE"),
        ({"key": "B"}, "FIELD_TYPE"),
        ({"key": [1]}, "FIELD_TYPE"),
        ({"options": ["甲", "乙"]}, "FIELD_TYPE"),
        ({"options": {"A": 1, "B": 2}}, "FIELD_TYPE"),
        ({"tags": "常考"}, "FIELD_TYPE"),
        ({"difficulty": True}, "FIELD_TYPE"),
        ({"difficulty": "0.7"}, "FIELD_TYPE"),
        ({"difficulty": 10**400}, "DIFFICULTY_BAD"),
        ({"type": "ESSAY"}, "TYPE_UNKNOWN"),
        ({"paper": "X"}, "PAPER_UNKNOWN"),
        ({"level": "X"}, "LEVEL_UNKNOWN"),
        ({"law": None}, "LAW_EMPTY"),
        ({"key": ["C"]}, "KEY_NOT_AN_OPTION"),
        ({"stem": "\ud800"}, "CHARACTER_REFUSED"),
        ({"options": {}}, "OPTIONS_TOO_FEW"),
    ],
)
def test_one_bad_entry_is_named_and_the_rest_goes_on(changes: dict, code: str) -> None:
    data = bank(ENTRY, {**ENTRY, "code": "XF-002", **changes}, {**ENTRY, "code": "XF-003", "stem": "三"})
    report = read("a.json", data)
    assert [item.code for item in report.items] == ["XF-001", "XF-003"]
    assert code in {fault.code for fault in report.rejected}
    assert {fault.place.row for fault in report.rejected} == {2}


def test_repeated_questions_and_codes_are_refused_with_the_first_place() -> None:
    report = read("a.json", bank(ENTRY, {**ENTRY, "code": "X"}, {**ENTRY, "stem": "另"}, 7))
    assert [fault.code for fault in report.rejected] == ["DUPLICATE_ITEM", "CODE_REPEATED", "FIELD_TYPE"]
    assert "XF-001" in report.rejected[0].zh


def test_unknown_fields_are_reported_not_dropped_in_silence() -> None:
    report = read("a.json", bank({**ENTRY, "author": "某"}, extra=1))
    assert len(report.accepted) == 1
    assert [(said.code, said.data["field"]) for said in report.warnings] == [
        ("FIELD_UNKNOWN", "extra"),
        ("FIELD_UNKNOWN", "author"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "JSON_BAD"),
        (b'{"a": 1, "a": 2}', "JSON_BAD"),
        (b'{"a": NaN}', "JSON_BAD"),
        (b"[" * 100_000, "JSON_BAD"),
        (b"9" * 5000, "JSON_BAD"),
        (b"[]", "NATIVE_MARK_MISSING"),
        (b'{"format": "other"}', "NATIVE_MARK_MISSING"),
        (bank(version=2), "VERSION_UNSUPPORTED"),
        (bank(version=True), "VERSION_UNSUPPORTED"),
        (bank(items=3), "FIELD_TYPE"),
        (bank(title=3), "FIELD_TYPE"),
    ],
)
def test_a_file_unusable_as_a_whole_has_a_code(data: bytes, code: str) -> None:
    with pytest.raises(BankError) as caught:
        read("a.json", data, "native")
    assert caught.value.code == code


def test_text_that_is_no_unicode_is_not_written() -> None:
    with pytest.raises(BankError) as caught:
        native.write([Item("X", ItemType.TRUE_FALSE, "\ud800", (), ("T",))])
    assert caught.value.data["character"] == "U+D800"


@pytest.mark.parametrize(
    ("name", "data", "limits", "code"),
    [
        ("a.json", b"x" * 200, Limits(file_bytes=100), "FILE_TOO_LARGE"),
        ("甲" * 20_000_000 + ".json", b"{}", Limits(), "NAME_TOO_LONG"),
        ("a.json", bank(ENTRY, {**ENTRY, "code": "b", "stem": "二"}), Limits(items=1), "TOO_MANY_ITEMS"),
        ("a.json", bank(*[1] * 50), Limits(faults=20), "TOO_MANY_FAULTS"),
    ],
)
def test_limits_are_kept_and_named(name: str, data: bytes, limits: Limits, code: str) -> None:
    with pytest.raises(BankError) as caught:
        read(name, data, limits=limits)
    assert caught.value.code == code
    assert len(str(caught.value)) < 500
