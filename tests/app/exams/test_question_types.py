"""Every type of question through the browser: shown without its truth, saved, handed in, marked, and explained."""

import json
import re
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.accounts.models import Account, AccountSession
from app.core.errors import Invalid, Refused
from app.exams import queries, service
from app.exams.models import AnswerJournal, Attempt, ExamPaper, Result
from app.exams.queries.asked import asked, asked_places
from app.exams.sitting import Kind
from question_bank.items import ItemType
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell
from tests.app.exams import samples
from tests.app.exams.conftest import CLOSES, OPENS
from tests.conftest import refused

MARKS = Decimal(4)
SECRETS = ("密", "7.25", "解析", "153", "correct", "rubric")


@pytest.fixture
def begin(session, sign_in, make_specification, make_sitting, clock):
    """Begin a paper that holds these questions: (client, attempt id). Keywords go to the sitting."""

    def begun(*items, scoring=ScoringPolicy.PARTIAL, shuffle=True, **changes):
        kept = samples.keep(session, items)
        kind = changes.pop("kind", Kind.PRACTICE)
        cells = tuple(Cell(samples.TOPIC, kind_, None, sum(i.type is kind_ for i in items), MARKS) for kind_ in
                      dict.fromkeys(item.type for item in items))  # fmt: skip
        made = make_specification(
            code=f"T-{kept[0]}", cells=cells, kind=kind, scoring=scoring, shuffle_options=shuffle, shuffle_items=False
        )
        client = sign_in("ou")
        sitting = make_sitting("KT-0001", specification=made, kind=kind, show_explanations=True, **changes)
        clock.at = OPENS
        session.execute(update(AccountSession).values(last_seen_at=OPENS))
        answer = client.post(f"/exams/sittings/{sitting}/start")
        return client, int(answer.headers["Location"].rsplit("/", 1)[-1])

    return begun


def _save(client, attempt, value, position=1, name="a"):
    body = {"answers": [{"id": name, "position": position, "value": value, "at": None}]}
    return client.post(f"/exams/papers/{attempt}/answers", json=body)


def _kept(session, attempt):
    rows = select(AnswerJournal.value).where(AnswerJournal.attempt_id == attempt).order_by(AnswerJournal.sequence)
    return list(session.scalars(rows))


def _hand_in(client, attempt):
    assert client.post(f"/exams/papers/{attempt}/submit").status_code == 302


def _result(session, attempt):
    statement = select(Result).where(Result.attempt_id == attempt, Result.superseded_at.is_(None))
    return session.scalars(statement).one_or_none()


def _page_letters(session, attempt, letters, position, part=None):
    """Letters of the bank as the page of this paper names them."""
    place = asked_places(session, attempt)[position - 1]
    shown = (place.parts[part] if part is not None else place).shown_as
    return "".join(shown[letter] for letter in letters)


FILL, NUMERIC, MATCHING, ORDERING, CLOZE, HOTSPOT, CASE = range(1, 8)
"""Where each of samples.AUTOMATIC stands on a paper that holds them all."""


def _answers(session, attempt, fill, numeric, matching, ordering, cloze, hotspot, case):
    """Position → answer as the page sends it; letters of what is ordered and matched are those of the bank."""
    pairs = enumerate(_page_letters(session, attempt, matching, MATCHING), 1)
    order = _page_letters(session, attempt, case[2], CASE, 2)
    return {
        FILL: json.dumps(fill), NUMERIC: json.dumps([numeric]), MATCHING: " ".join(f"{n}{one}" for n, one in pairs),
        ORDERING: _page_letters(session, attempt, ordering, ORDERING), CLOZE: json.dumps(cloze), HOTSPOT: hotspot,
        CASE: json.dumps([case[0], json.dumps([case[1]]) if case[1] else "", order]),
    }  # fmt: skip


RIGHT = ([" ７密 ", "负责人密"], "7.75", "AB", "ABCDE", ["B", "银行密"], "31,167", ("B", "两密", "ABC"))
PARTLY = (["七密", "别人"], "7.76", "AC", "BCDEA", ["A", "银行密"], "30,167", ("B", "", "BCA"))


@pytest.mark.parametrize(
    ("given", "scores"),
    [(RIGHT, ["4"] * 7), (PARTLY, ["2", "0", "2", "3", "2", "0", "1.5"])],
    ids=["right", "partly"],
)
def test_answers_of_every_type_are_saved_handed_in_marked_and_explained(session, begin, given, scores):
    client, attempt = begin(*samples.AUTOMATIC)
    said = _answers(session, attempt, *given)
    for position, value in said.items():
        assert _save(client, attempt, value, position, f"a{position}").status_code == 200
    state = client.post(f"/exams/papers/{attempt}/state", json={}).json["answers"]
    for position in said:
        assert _save(client, attempt, state[str(position)]["value"], position, f"b{position}").status_code == 200
    kept = _kept(session, attempt)
    assert kept[:7] == kept[7:], "what the page is given back is the same answer"
    _hand_in(client, attempt)
    assert [place["awarded"] for place in _result(session, attempt).places] == scores
    assert given[0][0].strip() in client.get(f"/exams/papers/{attempt}/receipt").text
    page = client.get(f"/exams/results/{attempt}").text
    for item in samples.AUTOMATIC:
        assert item.explanation in page
    assert "小额罚款 简易程序" in page
    assert "1. 立案" in page


def test_the_page_of_a_paper_and_what_it_asks_for_tell_nothing_of_what_is_right(session, begin):
    items = (*samples.AUTOMATIC, samples.SHORT)
    client, attempt = begin(*items)
    page = client.get(f"/exams/papers/{attempt}").text
    state = client.post(f"/exams/papers/{attempt}/state", json={}).text
    assert [secret for secret in SECRETS if secret in page + state] == []
    assert len(re.findall(r'<fieldset class="paper-item"', page)) == len(items)
    assert len(re.findall(r'<fieldset class="paper-part"', page)) == 3


@pytest.mark.parametrize("shuffle", [True, False])
def test_letters_on_the_page_are_those_of_the_places_shown(session, begin, shuffle):
    _client, attempt = begin(samples.MATCHING, samples.ORDERING, shuffle=shuffle)
    paper = session.get(ExamPaper, session.get(Attempt, attempt).paper_id)
    places = queries.shown_places(session, paper.id), asked_places(session, attempt)
    for shown, place, item in zip(*places, (samples.MATCHING, samples.ORDERING), strict=True):
        texts = {option.key: option.text for option in item.options}
        assert [option.key for option in shown.options] == list("ABCDE")[: len(texts)]
        assert [option.text for option in shown.options] == [texts[letter] for letter in place.order]


def test_what_is_put_in_order_never_stands_as_in_the_bank_where_options_are_not_shuffled(session, begin):
    orders = set()
    for seed in range(40):
        place = {"ref": 1, "order": list("ABCDE")}
        orders.add(asked(samples.ORDERING, place, seed).order)
    assert len(orders) > 20


SHORT = 8
BAD = (
    (FILL, '["一"]'),
    (FILL, "七"),
    (FILL, json.dumps(["x" * 201, ""])),
    (FILL, '["\\ud800", ""]'),
    (NUMERIC, "7"),
    (MATCHING, "1A 1B"),
    (MATCHING, "3A"),
    (MATCHING, "1Z"),
    (ORDERING, "AB"),
    (ORDERING, "AABCD"),
    (CLOZE, '["Z",""]'),
    (HOTSPOT, "12"),
    (HOTSPOT, "1,2,3"),
    (HOTSPOT, "-1,2"),
    (CASE, '["B"]'),
    (CASE, '["Z","",""]'),
    (SHORT, "x" * 5001),
    (SHORT, "a\x00b"),
)


def test_what_cannot_be_an_answer_is_refused_with_a_code_and_saves_nothing(session, begin):
    client, attempt = begin(*samples.AUTOMATIC, samples.SHORT)
    for position, value in BAD:
        answer = _save(client, attempt, value, position)
        assert (answer.status_code, answer.json["code"]) == (422, "answer-unreadable"), value
    assert _kept(session, attempt) == []


def test_a_text_too_long_for_any_question_is_refused_before_the_paper_is_looked_at(session, begin):
    client, attempt = begin(samples.FILL)
    assert _save(client, attempt, "x" * 50_001).json["code"] == "answer-unreadable"


def test_an_answer_taken_back_is_empty(session, begin):
    client, attempt = begin(samples.FILL)
    _save(client, attempt, '["七密",""]')
    _save(client, attempt, "", name="b")
    assert _kept(session, attempt) == ['["七密", ""]', ""]
    assert "1 question is empty" in client.get(f"/exams/papers/{attempt}/summary").text


def test_the_plain_form_saves_every_type_shows_it_again_and_earns_the_same(session, begin):
    client, attempt = begin(*samples.AUTOMATIC)
    ranks = enumerate(_page_letters(session, attempt, "ABCDE", ORDERING), 1)
    pairs = enumerate(_page_letters(session, attempt, "AB", MATCHING), 1)
    fields = {
        "p1-b1": "七密", "p1-b2": " 负责人密", "p2-b1": "7.25", "p5-b1": "B", "p5-b2": "银行密", "p6-x1": "100",
        "p6-y1": "90", "p7-q1": "B", "p7-q2-b1": "两密", **{f"p3-m{n}": letter for n, letter in pairs},
        **{f"p4-o{letter}": str(rank) for rank, letter in ranks},
    }  # fmt: skip
    for _time in range(2):
        assert client.post(f"/exams/papers/{attempt}/form", data={**fields, "save": "1"}).status_code == 302
    assert len(_kept(session, attempt)) == 7, "the same form again is no new answer"
    page = client.get(f"/exams/papers/{attempt}").text
    for name, value in fields.items():
        tag = re.search(rf'<(?:input|select)[^>]* name="{name}"[^>]*>(?:<option.*?</select>)?', page)[0]
        said = re.findall(r'<option value="(\w+)" selected', tag) or re.findall(r' value="([^"]*)"', tag)
        assert said == [value.strip()] or name == "p7-q1"
    _hand_in(client, attempt)
    assert [place["awarded"] for place in _result(session, attempt).places] == ["4"] * 6 + ["3"]


def test_fields_that_make_no_answer_are_named_and_the_other_questions_are_saved(session, begin):
    client, attempt = begin(*samples.AUTOMATIC)
    for position, fields in (
        (ORDERING, {"p4-oA": "1", "p4-oB": "1"}),
        (ORDERING, {"p4-oA": "1"}),
        (HOTSPOT, {"p6-x1": "5"}),
        (HOTSPOT, {"p6-x1": "left", "p6-y1": "2"}),
        (CLOZE, {"p5-b1": "Q"}),
        (CASE, {"p7-q3-oA": "2"}),
    ):
        data = {**fields, "p2-b1": "7", "save": "1"}
        answer = client.post(f"/exams/papers/{attempt}/form", data=data, follow_redirects=True)
        assert f"Question {position} was not saved" in answer.text
    assert _kept(session, attempt) == ['["7"]']


def test_a_picture_is_served_to_its_candidate_only_and_not_kept_by_others(session, begin, application, cast, people):
    client, attempt = begin(samples.HOTSPOT)
    page = client.get(f"/exams/papers/{attempt}").text
    assert f'src="/exams/papers/{attempt}/pictures/1/1"' in page
    assert samples.STREET.alt in page
    answer = client.get(f"/exams/papers/{attempt}/pictures/1/1")
    assert (answer.data, answer.content_type) == (samples.STREET.data, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("private")
    for wrong in ("1/2", "2/1", "1/0", "0/1"):
        assert client.get(f"/exams/papers/{attempt}/pictures/{wrong}").status_code == 404
    session.get(Account, cast["tan"].account_id).person_id = people("KT-0002")
    session.flush()
    other = application.test_client()
    with other.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = cast["tan"].token, True
    assert other.get(f"/exams/papers/{attempt}/pictures/1/1").status_code == 404


def test_the_pictures_of_a_formal_paper_go_with_it(session, begin):
    client, attempt = begin(samples.HOTSPOT, kind=Kind.FORMAL)
    _hand_in(client, attempt)
    assert client.get(f"/exams/papers/{attempt}/pictures/1/1").status_code == 404


def test_a_paper_never_falls_below_zero_though_its_places_do(session, begin):
    client, attempt = begin(samples.CASE, scoring=ScoringPolicy.DEDUCT)
    _save(client, attempt, '["A","",""]')
    _hand_in(client, attempt)
    result = _result(session, attempt)
    assert (result.score, result.passed, result.places[0]["awarded"]) == (0, False, "-0.5")


NEW_KEYS = {FILL: "八日 | 8日；局长", NUMERIC: "30", MATCHING: "1B 2c", ORDERING: "BCDEA", CLOZE: "C; 银行"}
BY_NEW_KEYS = (["8日", "局长"], "30.5", "BC", "BCDEA", ["C", "银行"], "", ("", "", ""))
BAD_KEYS = (
    (ORDERING, "AB", Invalid, "key-bad"),
    (MATCHING, "1A", Invalid, "key-bad"),
    (FILL, "七日", Invalid, "key-bad"),
    (FILL, "七日；", Invalid, "key-bad"),
    (NUMERIC, "seven", Invalid, "key-bad"),
    (CLOZE, "Z; x", Invalid, "key-bad"),
    (HOTSPOT, "B", Invalid, "key-bad"),
    (CASE, "B", Refused, "key-unsupported"),
)


def test_corrected_keys_mark_again_whatever_the_type_and_those_that_cannot_be_right_are_refused(session, begin, tan):
    client, attempt = begin(*samples.AUTOMATIC)
    for position, value in _answers(session, attempt, *BY_NEW_KEYS).items():
        if position in NEW_KEYS:
            _save(client, attempt, value, position, f"k{position}")
    _hand_in(client, attempt)
    places, sitting = _result(session, attempt).places, _result(session, attempt).sitting_id
    for position, key, kind, code in BAD_KEYS:
        with refused(kind, code):
            service.correct_key(session, tan, sitting, places[position - 1]["ref"], [key], "试", now=CLOSES)
    assert _result(session, attempt).marking == 1
    for position, key in NEW_KEYS.items():
        assert places[position - 1]["awarded"] != "4"
        service.correct_key(session, tan, sitting, places[position - 1]["ref"], [key], "答案有误", now=CLOSES)
        assert _result(session, attempt).places[position - 1]["awarded"] == "4"
    assert client.get(f"/exams/results/{attempt}").status_code == 200
    service.correct_key(session, tan, sitting, places[CASE - 1]["ref"], [], "题目有误", now=CLOSES)
    assert _result(session, attempt).places[CASE - 1]["awarded"] == "4"
    assert "everybody gets the marks" in client.get(f"/exams/results/{attempt}").text


def test_a_key_without_letters_does_not_give_everybody_the_marks(session, tan, people, make_sitting, writer):
    attempt = writer.sit(people("KT-0101"), make_sitting("KT-0101"), 2)
    result = _result(session, attempt)
    with refused(Invalid, "key-bad"):
        service.correct_key(session, tan, result.sitting_id, result.places[0]["ref"], [";"], "试", now=CLOSES)


def test_in_practice_a_text_is_left_out_of_the_score_and_its_model_answer_is_shown_at_once(session, begin):
    client, attempt = begin(samples.MIXED, samples.SHORT)
    assert "密" not in client.get(f"/exams/papers/{attempt}").text
    _save(client, attempt, '["F","因为超时"]')
    _save(client, attempt, "应当出示证件", 2, "b")
    _hand_in(client, attempt)
    result = _result(session, attempt)
    assert (result.score, result.out_of, result.passed) == (1, 1, True)
    page = client.get(f"/exams/results/{attempt}").text
    for words in ("应当出示证件", "因为超时", "范文密", "范文密案", "评分密一", "In practice nobody marks a text"):
        assert words in page
    sitting = result.sitting_id
    assert {row.n for row in queries.item_rows(session, sitting)} == {1}


def test_the_trainers_table_shows_the_questions_of_every_type(session, begin, sign_in):
    client, attempt = begin(*samples.AUTOMATIC)
    _hand_in(client, attempt)
    sitting = session.get(Attempt, attempt).sitting_id
    page = sign_in("tan").get(f"/exams/sittings/{sitting}/results")
    assert page.status_code == 200
    for words in (*(item.code for item in samples.AUTOMATIC), "七密|7密; 负责人密", "1A 2B", "ABCDE", "—"):
        assert words in page.text
    assert {ItemType(place["type"]) for place in session.scalars(select(ExamPaper.places)).one()} == {
        item.type for item in samples.AUTOMATIC
    }
