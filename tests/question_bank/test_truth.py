"""What makes a question of the further types unsound: every sentence of messages/items.toml has its example."""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

import question_bank.messages
from question_bank.formats import native, read
from question_bank.items import (
    LETTERS,
    Area,
    Blank,
    Criterion,
    Item,
    ItemType,
    Option,
    Picture,
    Shape,
    as_number,
    check_item,
    media_type_of,
)
from tests.question_bank.formats.kept import EXAMPLES
from tests.question_bank.sound_items import sound_items

PNG = b"\x89PNG\r\n\x1a\nx"
OPTIONS = tuple(Option(letter, letter + "项") for letter in "ABC")
SIGN = Picture("sign.png", "image/png", PNG, "禁停标志")
SINGLE = Item("Q1", ItemType.SINGLE, "谁？", OPTIONS, ("B",))
FILL = Item("Q2", ItemType.FILL, "由{{1}}名", (), (), blanks=(Blank(("两",)),))
NUMERIC = Item("Q3", ItemType.NUMERIC, "几日？", (), (), blanks=(Blank(("15",), Decimal(0)),))
CLOZE = Item("Q4", ItemType.CLOZE, "应当{{1}}", (), (), blanks=(Blank(("A",), options=OPTIONS),))
MATCHING = replace(SINGLE, type=ItemType.MATCHING, prompts=("立案", "听证"), key=("1B", "2B"))
ORDER = replace(SINGLE, type=ItemType.ORDERING, key=("C", "A", "B"))
SPOT = Item("Q5", ItemType.HOTSPOT, "点", (), ("A",), areas=(Area("A", Shape.CIRCLE, (9, 9, 2)),), pictures=(SIGN,))
ESSAY = Item("Q6", ItemType.SHORT_ANSWER, "说", (), (), model_answer="略")
CASE = Item("Q7", ItemType.CASE, "某日", (), (), parts=(SINGLE, FILL))


def blank(item: Item, **changes: object) -> Item:
    return replace(item, blanks=(replace(item.blanks[0], **changes),))  # type: ignore[arg-type]


def area(shape: Shape, *coords: int) -> Item:
    return replace(SPOT, areas=(Area("A", shape, coords),))


def picture(**changes: object) -> Item:
    return replace(SINGLE, pictures=(replace(SIGN, **changes),))  # type: ignore[arg-type]


def worth(*said: str | None) -> tuple[Option, ...]:
    given = (None if one is None else Decimal(one) for one in said)
    return tuple(replace(option, worth=value) for option, value in zip(OPTIONS, given, strict=True))


UNSOUND: list[tuple[str, Item]] = [
    ("PART_OUT_OF_PLACE", replace(SINGLE, parts=(FILL,))),
    ("PART_OUT_OF_PLACE", replace(SINGLE, prompts=("甲",))),
    ("PART_OUT_OF_PLACE", replace(SINGLE, blanks=FILL.blanks)),
    ("PART_OUT_OF_PLACE", replace(SINGLE, areas=SPOT.areas)),
    ("PART_OUT_OF_PLACE", replace(SINGLE, rubric=(Criterion("甲"),))),
    ("PART_OUT_OF_PLACE", replace(FILL, key=("A",))),
    ("PART_OUT_OF_PLACE", replace(ESSAY, options=OPTIONS)),
    ("PART_OUT_OF_PLACE", replace(SPOT, options=OPTIONS)),
    ("PART_OUT_OF_PLACE", replace(CASE, options=OPTIONS)),
    ("PART_OUT_OF_PLACE", blank(FILL, options=OPTIONS, accepted=("A",))),
    ("PART_OUT_OF_PLACE", blank(CLOZE, options=(replace(OPTIONS[0], feedback="对"), *OPTIONS[1:]))),
    ("PART_OUT_OF_PLACE", blank(CLOZE, options=worth("100", "0", "0"))),
    ("PART_OUT_OF_PLACE", replace(MATCHING, options=worth("100", "0", "0"))),
    ("PART_OUT_OF_PLACE", replace(ORDER, options=worth("100", None, None))),
    ("PARTS_COUNT", replace(CASE, parts=())),
    ("PARTS_COUNT", replace(CASE, parts=(SINGLE,) * 11)),
    ("CASE_IN_CASE", replace(CASE, parts=(CASE,))),
    ("WEIGHT_BAD", replace(CASE, parts=(replace(SINGLE, weight=0), FILL))),
    ("WEIGHT_BAD", replace(CASE, parts=(replace(SINGLE, weight=101), FILL))),
    ("WEIGHT_BAD", blank(FILL, weight=101)),
    ("WEIGHT_BAD", replace(ESSAY, rubric=(Criterion("甲", 0),))),
    ("SECONDS_BAD", replace(SINGLE, seconds=0)),
    ("SECONDS_BAD", replace(SINGLE, seconds=4 * 3600 + 1)),
    ("WORTH_BAD", replace(SINGLE, options=worth("100.01", "0", "0"))),
    ("WORTH_BAD", replace(SINGLE, options=worth("NaN", "0", "0"))),
    ("WORTH_BAD", replace(SINGLE, options=worth("0." + "3" * 31, "0", "0"))),
    ("WORTH_INCOMPLETE", replace(SINGLE, options=worth("0", "100", None))),
    ("BLANKS_COUNT", replace(FILL, blanks=())),
    ("BLANKS_COUNT", replace(FILL, blanks=FILL.blanks * 21)),
    ("GAPS_BROKEN", replace(FILL, stem="由两名")),
    ("GAPS_BROKEN", replace(FILL, stem="由{{1}}或{{1}}")),
    ("GAPS_BROKEN", replace(FILL, stem="{{2}}{{1}}", blanks=FILL.blanks * 2)),
    ("GAPS_BROKEN", replace(NUMERIC, stem="{{2}}")),
    ("BLANK_ANSWER_MISSING", blank(FILL, accepted=())),
    ("BLANK_ANSWER_MISSING", blank(FILL, accepted=("两", " \n"))),
    ("BLANK_ANSWERS_MANY", blank(FILL, accepted=tuple(map(str, range(21))))),
    ("BLANK_KEY_BAD", blank(CLOZE, accepted=("D",))),
    ("BLANK_KEY_BAD", blank(CLOZE, accepted=("A", "B"))),
    ("TOLERANCE_BAD", blank(NUMERIC, tolerance=None)),
    ("TOLERANCE_BAD", blank(NUMERIC, tolerance=Decimal("-0.5"))),
    ("TOLERANCE_BAD", blank(NUMERIC, tolerance=Decimal("Infinity"))),
    ("TOLERANCE_BAD", blank(NUMERIC, tolerance=Decimal("1E+30"))),
    ("TOLERANCE_BAD", blank(FILL, accepted=("15",), tolerance=Decimal("1E-31"))),
    ("NUMBER_BAD", blank(NUMERIC, accepted=("十五",))),
    ("NUMBER_BAD", blank(FILL, tolerance=Decimal(0))),
    ("PROMPTS_COUNT", replace(MATCHING, prompts=("立案",), key=("1B",))),
    ("PROMPTS_COUNT", replace(MATCHING, prompts=tuple(map(str, range(21))))),
    ("PROMPTS_ALIKE", replace(MATCHING, prompts=("立案", "立 案"))),
    ("PROMPTS_ALIKE", replace(MATCHING, prompts=("立案", " "))),
    ("MATCH_KEY_BAD", replace(MATCHING, key=("1B",))),
    ("MATCH_KEY_BAD", replace(MATCHING, key=("2B", "1B"))),
    ("MATCH_KEY_BAD", replace(MATCHING, key=("1B", "2D"))),
    ("ORDER_KEY_BAD", replace(ORDER, key=("A", "B"))),
    ("ORDER_KEY_BAD", replace(ORDER, key=("A", "B", "B"))),
    ("HOTSPOT_PICTURE_MISSING", replace(SPOT, pictures=())),
    ("AREAS_BROKEN", replace(SPOT, areas=())),
    ("AREAS_BROKEN", replace(SPOT, areas=(replace(SPOT.areas[0], key="B"),))),
    ("AREA_KEY_BAD", replace(SPOT, key=())),
    ("AREA_KEY_BAD", replace(SPOT, key=("B",))),
    ("AREA_KEY_BAD", replace(SPOT, key=("A", "A"))),
    ("AREA_BAD", area(Shape.CIRCLE, 9, 9, 0)),
    ("AREA_BAD", area(Shape.CIRCLE, 9, 9)),
    ("AREA_BAD", area(Shape.CIRCLE, -1, 9, 2)),
    ("AREA_BAD", area(Shape.CIRCLE, 20001, 9, 2)),
    ("AREA_BAD", area(Shape.RECTANGLE, 9, 0, 9, 5)),
    ("AREA_BAD", area(Shape.RECTANGLE, 0, 5, 9, 4)),
    ("AREA_BAD", area(Shape.POLYGON, 0, 0, 9, 9)),
    ("AREA_BAD", area(Shape.POLYGON, 0, 0, 9, 9, 5, 0, 3)),
    ("AREA_BAD", area(Shape.POLYGON, 5, 0, 5, 4, 5, 9)),
    ("AREA_BAD", area(Shape.POLYGON, 0, 0, 5, 5, 9, 9, 0, 0)),
    ("RUBRIC_MISSING", replace(ESSAY, model_answer=" ")),
    ("RUBRIC_LONG", replace(ESSAY, rubric=(Criterion("甲"),) * 21)),
    ("CRITERION_EMPTY", replace(ESSAY, rubric=(Criterion(" "),))),
    ("PICTURES_MANY", replace(SINGLE, pictures=tuple(replace(SIGN, name=f"{n}.png") for n in range(11)))),
    ("PICTURE_NAMES_BAD", replace(SINGLE, pictures=(SIGN, SIGN))),
    ("PICTURE_NAMES_BAD", picture(name="a/b.png")),
    ("PICTURE_NAMES_BAD", picture(name="..")),
    ("PICTURE_NAMES_BAD", picture(name="")),
    ("PICTURE_LARGE", picture(data=PNG + bytes(2 * 1024 * 1024))),
    ("PICTURE_TYPE_BAD", picture(media_type="image/jpeg")),
    ("PICTURE_TYPE_BAD", picture(data=b"<svg/>", media_type="image/svg+xml")),
    ("PICTURE_ALT_MISSING", picture(alt=" ")),
    ("PICTURE_ALT_MISSING", picture(alt="字" * 501)),
    ("PICTURE_OUT_OF_PLACE", picture(at="D")),
]
OF_ANSWERS = {"RESPONSE_BAD", "NOT_SCORED_BY_MACHINE"}  # tested in test_responses and test_scoring


def codes(item: Item) -> list[str]:
    return [found.code for found in check_item(item)]


@pytest.mark.parametrize("item", [SINGLE, FILL, NUMERIC, CLOZE, MATCHING, ORDER, SPOT, ESSAY, CASE])
def test_the_questions_that_are_spoilt_below_are_sound(item: Item) -> None:
    assert codes(item) == []


@pytest.mark.parametrize(("code", "item"), UNSOUND)
def test_one_thing_that_is_wrong_is_named_with_the_question_and_in_both_languages(code: str, item: Item) -> None:
    found = check_item(item)
    assert {one.code for one in found} == {code}
    assert all((one.place.item or "").startswith(item.code) for one in found)
    assert all(one.zh and one.en and "{" not in one.zh.replace("{{", "") for one in found)


def test_every_sentence_about_questions_has_its_example() -> None:
    table = Path(question_bank.messages.__file__).parent / "items.toml"
    assert {code for code, _ in UNSOUND} | OF_ANSWERS == set(tomllib.loads(table.read_text("utf-8")))


def test_the_fault_of_a_part_names_the_part() -> None:
    broken = replace(CASE, parts=(SINGLE, replace(FILL, blanks=())))
    assert [found.place.item for found in check_item(broken)] == ["Q7(2)"]


def limits() -> Iterable[Item]:
    yield replace(SINGLE, seconds=4 * 3600, options=worth("-100", "100", "0"))
    yield replace(FILL, stem="".join(f"{{{{{n}}}}}" for n in range(1, 21)), blanks=FILL.blanks * 20)
    yield blank(FILL, accepted=tuple(map(str, range(20))), weight=100)
    yield blank(NUMERIC, tolerance=Decimal("0." + "1" * 30))
    many = tuple(Option(letter, f"{letter}项") for letter in LETTERS)
    yield replace(ORDER, options=many, key=tuple(reversed(LETTERS)))
    yield replace(MATCHING, options=many, prompts=tuple(map(str, range(20))), key=tuple(f"{n}T" for n in range(1, 21)))
    yield area(Shape.POLYGON, *(0, 0, 9, 0, 0, 9) * 33, 5, 5)
    yield area(Shape.POLYGON, 0, 0, 9, 9, 9, 0, 0, 9)  # two triangles that meet
    yield replace(ESSAY, rubric=(Criterion("甲", 100),) * 20)
    yield replace(CASE, parts=(replace(SINGLE, weight=100),) * 10)
    yield picture(data=PNG + bytes(2 * 1024 * 1024 - len(PNG)), alt="字" * 500, name="图" * 100, at="C")


@pytest.mark.parametrize("item", list(limits()))
def test_what_stands_just_within_the_limits_is_sound_and_can_be_kept(item: Item) -> None:
    assert codes(item) == []
    written = native.write([item])
    again = read("a.json", written).items[0]
    assert replace(again, parts=item.parts) == item


@settings(max_examples=EXAMPLES, deadline=None)
@given(sound_items())
def test_what_is_generated_as_sound_is_sound(item: Item) -> None:
    assert codes(item) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("15", "15"), ("１５．５", "15.5"), ("1,000", "1000"), ("1,000,000.5", "1000000.5"), ("-3", "-3"), ("−3", "-3"),
        ("+3", "3"), ("1 000", "1000"), ("1e3", "1000"), (".5", "0.5"), ("10²", None), ("①", None), ("½", None),
        ("1000,000", None), (",000", None), ("1,00", None), ("1.5,000", None), ("1_0", None), ("nan", None),
        ("inf", None), ("1e99", None), ("十五", None), ("", None), ("15日", None), ("0x1F", None),
    ],
)  # fmt: skip
def test_a_number_is_read_from_digits_of_any_width_and_from_nothing_else(text: str, number: str | None) -> None:
    assert as_number(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"), (b"RIFF\0\0\0\0WAVE", None), (b"<svg/>", None), (b"", None),
    ],
)  # fmt: skip
def test_a_picture_is_known_by_its_bytes(data: bytes, media_type: str | None) -> None:
    assert media_type_of(data) == media_type
