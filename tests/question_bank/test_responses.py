"""What candidates answer: written, read back, refused where it is no answer to the question."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError
from question_bank.items import MARKED_BY_PEOPLE, Area, Blank, Item, ItemType, Option, Shape
from question_bank.responses import POINTS, TEXT_CHARACTERS, read_response, solution, write_response
from question_bank.scoring import ScoringPolicy, by_people, share
from tests.question_bank.answering import answers
from tests.question_bank.formats.kept import EXAMPLES
from tests.question_bank.sound_items import sound_items

OPTIONS = tuple(Option(letter, letter + "项") for letter in "ABC")
SINGLE = Item("Q1", ItemType.SINGLE, "谁？", OPTIONS, ("B",))
MULTIPLE = replace(SINGLE, type=ItemType.MULTIPLE, key=("A", "C"))
STATEMENT = Item("Q2", ItemType.TRUE_FALSE, "可以。", (), ("F",))
ORDER = replace(SINGLE, type=ItemType.ORDERING, key=("C", "A", "B"))
MATCHING = replace(SINGLE, type=ItemType.MATCHING, prompts=("立案", "听证"), key=("1B", "2B"))
FILL = Item("Q3", ItemType.FILL, "由{{1}}名，{{2}}日", (), (), blanks=(Blank(("两", "2")), Blank(("15",))))
GAP = Item("Q4", ItemType.CLOZE, "{{1}}", (), (), blanks=(Blank(("A",), options=OPTIONS),))
SPOT = Item("Q5", ItemType.HOTSPOT, "点", (), ("A",), areas=(Area("A", Shape.CIRCLE, (9, 9, 2)),))
ESSAY = Item("Q6", ItemType.SHORT_ANSWER, "说", (), (), model_answer="略")
CASE = Item("Q7", ItemType.CASE, "某日", (), (), parts=(SINGLE, FILL, ESSAY))


@pytest.mark.parametrize(
    ("item", "value", "parts"),
    [
        (SINGLE, "B", ("B",)),
        (MULTIPLE, "AC", ("A", "C")),
        (STATEMENT, "T", ("T",)),
        (ORDER, "BCA", ("B", "C", "A")),
        (MATCHING, "1A 2A", ("1A", "2A")),
        (MATCHING, "2C", ("2C",)),
        (FILL, '["二", ""]', ("二", "")),
        (GAP, '["C"]', ("C",)),
        (SPOT, "120,45 0,0", ("120,45", "0,0")),
        (ESSAY, " 应当\n出示 ", (" 应当\n出示 ",)),
        (CASE, '["B", "[\\"两\\", \\"15\\"]", "因为"]', ("B", '["两", "15"]', "因为")),
    ],
)
def test_each_type_is_kept_as_it_says(item: Item, value: str, parts: tuple[str, ...]) -> None:
    assert read_response(item, value) == parts
    assert write_response(item, parts) == value


@pytest.mark.parametrize("item", [SINGLE, MULTIPLE, STATEMENT, ORDER, MATCHING, SPOT, ESSAY])
def test_no_answer_has_no_parts(item: Item) -> None:
    assert read_response(item, "") == ()
    assert write_response(item, ()) == ""


@pytest.mark.parametrize("item", [FILL, GAP, CASE])
def test_no_answer_has_an_empty_part_for_each_blank_or_question(item: Item) -> None:
    assert read_response(item, "") == ("",) * len(item.blanks or item.parts)
    assert write_response(item, read_response(item, "")) == ""


@pytest.mark.parametrize(
    ("item", "value"),
    [
        (SINGLE, "D"), (SINGLE, "AB"), (SINGLE, "b"), (SINGLE, "B "),
        (MULTIPLE, "CA"), (MULTIPLE, "AA"), (MULTIPLE, "A,C"),
        (STATEMENT, "TF"), (STATEMENT, "A"), (STATEMENT, "正确"),
        (ORDER, "AB"), (ORDER, "ABB"), (ORDER, "ABCD"),
        (MATCHING, "1A 1B"), (MATCHING, "3A"), (MATCHING, "1D"), (MATCHING, "1A  2B"), (MATCHING, "1"), (MATCHING, "A"),
        (MATCHING, "01A"),
        (SPOT, "1,2,3"), (SPOT, "1;2"), (SPOT, "-1,2"), (SPOT, "1.5,2"), (SPOT, "１,2"), (SPOT, "123456,1"),
        (SPOT, " ".join(["1,1"] * (POINTS + 1))),
        (FILL, "两"), (FILL, '["两"]'), (FILL, '["两", 15]'), (FILL, '{"1": "两"}'), (FILL, '["两", null]'),
        (FILL, json.dumps(["长" * 201, ""])), (FILL, '["\\ud800", ""]'), (FILL, "[" * 3000),
        (GAP, '["D"]'), (GAP, '["A项"]'),
        (ESSAY, "字" * (TEXT_CHARACTERS + 1)),
        (CASE, '["B", ""]'), (CASE, '["D", "", ""]'), (CASE, '["B", "[\\"两\\"]", ""]'), (CASE, "B"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused_by_name(item: Item, value: str) -> None:
    with pytest.raises(BankError) as refused:
        read_response(item, value)
    assert refused.value.code == "RESPONSE_BAD"
    assert "{" not in refused.value.zh or "{" in value
    assert len(refused.value.en) < 200


def test_the_longest_answers_that_a_question_takes_are_taken_wherever_it_stands() -> None:
    quotes = replace(FILL, stem="".join(f"{{{{{n}}}}}" for n in range(1, 21)), blanks=(Blank(('"' * 200,)),) * 20)
    essay = '"\n' * (TEXT_CHARACTERS // 2)
    case = replace(CASE, parts=(quotes, ESSAY))
    value = write_response(case, (write_response(quotes, ('"' * 200,) * 20), essay))
    assert read_response(case, value)[1] == essay
    assert len(read_response(quotes, read_response(case, value)[0])) == 20


def test_letters_are_written_sorted_and_once_and_pairs_by_the_number_of_their_prompt() -> None:
    assert write_response(MULTIPLE, ("C", "A", "C")) == "AC"
    many = replace(MATCHING, prompts=tuple(map(str, range(11))), key=tuple(f"{n}A" for n in range(1, 12)))
    assert write_response(many, ("10A", "9B", "2C")) == "2C 9B 10A"


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data(), sound_items())
def test_what_is_written_reads_back_as_the_same_parts_and_what_is_read_is_written_the_same(
    data: st.DataObject, item: Item
) -> None:
    value = data.draw(answers(item))
    parts = read_response(item, value)
    assert write_response(item, parts) == value
    assert read_response(item, write_response(item, parts)) == parts


@settings(max_examples=EXAMPLES, deadline=None)
@given(sound_items(), st.text('ABTF123[]"\\,: {}u0d8项\n', max_size=12))
def test_no_text_does_more_than_be_read_or_refused(item: Item, value: str) -> None:
    with suppress(BankError):
        assert all(isinstance(part, str) for part in read_response(item, value))


@settings(max_examples=EXAMPLES, deadline=None)
@given(sound_items(), st.sampled_from(ScoringPolicy))
def test_the_solution_earns_everything_under_every_policy(item: Item, policy: ScoringPolicy) -> None:
    if item.type in MARKED_BY_PEOPLE:
        assert solution(item) == ()
    elif not by_people(item):
        assert share(item, write_response(item, solution(item)), policy) == 1


def test_the_solution_of_a_hotspot_lies_in_every_right_area() -> None:
    areas = (
        Area("A", Shape.POLYGON, (0, 0, 90, 0, 90, 9, 9, 9, 9, 90, 0, 90)),
        Area("B", Shape.RECTANGLE, (200, 0, 300, 8)),
        Area("C", Shape.CIRCLE, (500, 500, 7)), Area("D", Shape.CIRCLE, (900, 900, 7)),
    )  # fmt: skip
    item = replace(SPOT, areas=areas, key=("A", "B", "C"))
    assert solution(item) == ("0,0", "250,4", "500,500")
    assert share(item, write_response(item, solution(item)), ScoringPolicy.ALL_OR_NOTHING) == 1
