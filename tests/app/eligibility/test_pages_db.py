"""The supervisor's pages: check, decision, replay, board, list; the officer's own."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, update

from app.eligibility import queries
from app.eligibility.models import DecisionRecord
from app.eligibility.queries import Fitness
from app.registry import service as registry
from app.registry.models import UnitStanding
from tests.app.eligibility.rows import PLACE, START, certificate, change
from tests.conftest import START as CLOCK

TODAY = date(2026, 3, 2)
SHIFT = {"act": "PENALTY", "item": "HOU-2", "place": PLACE, "start": "2026-04-30T22:00", "end": "2026-05-01T06:00"}


@pytest.fixture
def sun(kt, sign_in):
    """The supervisor's browser; KT-0017's certificate ends on 2026-04-30."""
    kt.officer("KT-0017", last=date(2026, 4, 30))
    kt.officer("KT-0021")
    return sign_in("sun")


def check(browser, people="KT-0017 KT-0021", **changes):
    return browser.post("/duty/check", data={**SHIFT, "people": people, **changes}, follow_redirects=True)


def test_the_answer_reads_in_the_order_of_the_page(sun):
    page = check(sun).text
    order = [
        "Not allowed", "Differs within the shift: 2026-05-01 00:00", "interval-list", "Reasons", "Certificate PL-",
        "What they may still do", "Record",
    ]  # fmt: skip
    places = [page.index(word) for word in order]
    assert places == sorted(places)
    assert "R03" in page
    assert "valid through 2026-04-30" in page
    assert "2026-04-30 (Thu)" in page
    assert re.search(r"[0-9A-Z]{26}", page)


def test_codes_ticked_and_typed_make_one_question(session, sun):
    answer = sun.post("/duty/check", data={**SHIFT, "pick": ["KT-0021"], "people": "kt-００17，KT-0021"})
    assert answer.status_code == 302
    assert session.query(DecisionRecord).one().question["people"] == ["KT-0021", "KT-0017"]


def test_looking_for_people_asks_nothing_and_records_nothing(session, sun):
    page = sun.get("/duty/check", query_string={**SHIFT, "q": "KT-00", "people": "KT-0017"}).text
    assert re.search(r'value="KT-0017" checked', page)
    assert re.search(r'value="KT-0021">', page)
    assert 'value="2026-04-30T22:00"' in page
    assert session.query(DecisionRecord).count() == 0


def test_a_whole_unit_is_taken_at_once(sun):
    page = sun.get("/duty/check", query_string={"unit": "PL-KT-D1", "take": "1"}).text
    assert len(re.findall(r'name="pick"[^>]* checked', page)) == 3
    assert "3 people chosen" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"people": ""}, "Name at least one person."),
        ({"people": "KT-0017 ZZ-1"}, "There is no person with the code ZZ-1."),
        ({"people": "KT-0017", "end": "2026-04-30T21:00"}, "The end must lie after the start."),
        ({"people": "KT-0017", "end": "yesterday"}, "Say when the duty ends"),
        ({"people": "KT-0017", "act": "DANCE"}, "Not a valid choice"),
        ({"people": "KT-0017", "item": "NO-1"}, "There is no power item with the code NO-1 here."),
        ({"people": "KT-0017", "place": "1"}, "There is no place with the code 1."),
    ],
)
def test_a_question_that_cannot_be_asked_comes_back_with_its_reason(session, sun, changes, said):
    if changes.get("end") == "yesterday":
        said = "Not a valid datetime value"
    answer = check(sun, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert session.query(DecisionRecord).count() == 0


def test_recomputing_shows_agreement_or_each_difference(session, sun):
    check(sun)
    number = session.query(DecisionRecord).one().id
    assert "The same answer again" in sun.post(f"/duty/decisions/{number}/replay").text
    from app.registry.models import Employment, Person

    person = session.query(Person).filter_by(code="KT-0017").one()
    session.query(Employment).filter_by(person_id=person.id).one().category = "CONTRACT"
    session.commit()
    page = sun.post(f"/duty/decisions/{number}/replay").text
    assert "differs" in page
    assert "CIVIL_SERVANT" in page
    assert "CONTRACT" in page


def test_the_list_of_decisions_narrows_by_person_answer_and_day(sun):
    check(sun)
    check(sun, "KT-0021", act="PATROL", item="")
    assert "2 decisions" in sun.get("/duty/decisions").text
    assert "1 decision<" in sun.get("/duty/decisions?person=kt-0017").text
    assert "1 decision<" in sun.get("/duty/decisions?outcome=DENY").text
    assert "2 decisions" in sun.get("/duty/decisions?first=2026-03-02&last=2026-03-02").text
    assert "No decision fits" in sun.get("/duty/decisions?last=2026-03-01").text


def test_an_officer_sees_who_asked_about_them_and_nothing_of_others(kt, sign_in):
    kt.officer("KT-0017")
    check(sign_in("sun"), "KT-0001 KT-0017")
    browser = sign_in("ou")
    page = browser.get("/duty/mine").text
    assert "1 look-up<" in page
    assert "sun" in page
    assert "There is no enforcement certificate." in page
    assert "KT-0017" not in page
    assert browser.get("/duty/decisions").status_code == 403
    assert browser.get("/duty/check").status_code == 403


def test_a_stranger_finds_no_decision(session, sun, sign_in, house):
    check(sun)
    number = session.query(DecisionRecord).one().id
    assert sun.get(f"/duty/decisions/{number}").status_code == 200
    assert sun.get("/duty/decisions/NONE").status_code == 404
    assert sign_in("stranger").get(f"/duty/decisions/{number}").status_code == 403


@pytest.fixture
def squad(session, kt, house):
    """One fit, one without hours, one without a certificate, one suspended, one auxiliary, one about to lapse."""
    kt.officer("KT-0101")
    kt.officer("KT-0102", on_public_roster=False)
    kt.people("KT-0103")
    suspended = kt.people("KT-0104")
    number = certificate(session, suspended, house.bureau)
    change(session, number, "SUSPENDED", START - timedelta(days=1), recorded=START)
    kt.auxiliary("KT-0105")
    kt.officer("KT-0106", last=TODAY + timedelta(days=30))
    kt.officer("KT-0107", last=TODAY + timedelta(days=31))
    return house


def test_the_board_tells_each_state_and_who_lapses_within_thirty_days(session, squad):
    found = queries.board(session, TODAY, frozenset({squad.bureau}))
    states = {row.person.code: row.fitness for row in found.rows}
    assert states == {
        "KT-0101": Fitness.FIT, "KT-0102": Fitness.WARNINGS, "KT-0103": Fitness.UNFIT, "KT-0104": Fitness.UNFIT,
        "KT-0105": Fitness.ASSISTS, "KT-0106": Fitness.FIT, "KT-0107": Fitness.FIT,
    }  # fmt: skip
    assert [row.person.code for row in found.lapsing] == ["KT-0106"]
    assert dict(found.counts) == {Fitness.FIT: 3, Fitness.WARNINGS: 1, Fitness.UNFIT: 2, Fitness.ASSISTS: 1}
    assert queries.board(session, TODAY, frozenset({squad.other_bureau})).rows == ()
    assert queries.board(session, TODAY, frozenset()).total == 0


def test_the_board_knows_the_entrustment_by_which_a_body_acts(session, squad, operator):
    session.execute(
        update(UnitStanding).where(UnitStanding.unit_id == squad.bureau).values(authority_basis="ENTRUSTED")
    )

    def stands() -> Fitness:
        rows = queries.board(session, TODAY, frozenset({squad.bureau})).rows
        return next(row.fitness for row in rows if row.person.code == "KT-0101")

    assert stands() is Fitness.UNFIT
    registry.entrust(
        session, operator, "PL-JC", body="PL-KT", document_number="委〔2026〕1号", items=["HOU-2"],
        published_on=date(2026, 1, 1), valid_from=date(2026, 1, 1), now=START, today=TODAY,
    )  # fmt: skip
    assert stands() is Fitness.FIT


def test_the_board_page_narrows_by_unit_and_state(squad, sign_in):
    browser = sign_in("sun")
    page = browser.get("/duty/?state=UNFIT").text
    assert "KT-0103" in page
    assert "KT-0101" not in page
    assert "Suspended" in page or "suspended" in page
    assert browser.get("/duty/?unit=PL-JC").status_code == 404
    assert browser.get("/duty/?unit=PL-KT-D1").status_code == 200


def test_the_home_page_counts_the_unfit_and_the_lapsing(squad, sign_in):
    page = sign_in("sun").get("/").text
    assert "3 officers may not enforce today" in page
    assert "1 certificate lapses within 30 days." in page


def _statements_of_the_board(session, bureau) -> tuple[int, int]:
    connection, asked = session.connection(), []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    found = queries.board(session, TODAY, frozenset({bureau}))
    event.remove(connection, "before_cursor_execute", note)
    return found.total, len(asked)


def test_the_board_asks_as_many_statements_for_sixty_people_as_for_six(session, kt):
    counts = []
    for number in range(60):
        certificate(session, kt.people(f"KT-{number + 1000}"), kt.house.bureau)
        if number + 1 in {6, 60}:
            counts.append(_statements_of_the_board(session, kt.house.bureau))
    assert [total for total, _count in counts] == [6, 60]
    assert counts[0][1] == counts[1][1]


def test_pages_speak_chinese_without_an_empty_heading(sun):
    sun.set_cookie("language", "zh")
    assert sun.get("/duty/").status_code == sun.get("/duty/check").status_code == 200
    assert "2026-04-30（周四）" in check(sun).text
    assert CLOCK == START


def test_only_the_asking_button_carries_the_token(application, session, sun):
    application.config["WTF_CSRF_ENABLED"] = True
    page = sun.get("/duty/check").text
    assert page.count('name="csrf_token"') - page.count('<input type="hidden" name="csrf_token"') == 1
    token = re.search(r'<button[^>]*formmethod="post"[^>]*name="csrf_token" value="([^"]+)"', page)[1]
    asked = {**SHIFT, "people": "KT-0021"}
    assert sun.post("/duty/check", data=asked).status_code == 400
    assert session.query(DecisionRecord).count() == 0
    assert sun.post("/duty/check", data={**asked, "csrf_token": token}).status_code == 302
