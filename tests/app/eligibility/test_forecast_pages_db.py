"""The supervisor's pages for squads, rosters, the duty board and the forecast."""

import csv
import io
import re
from datetime import date

import pytest

from app.accounts.models import Account
from app.eligibility.forecast import Coverage
from app.eligibility.models import DutySquad, Roster, RosterShift
from app.eligibility.queries import forecasts
from app.eligibility.queries.forecasts import By

TODAY = date(2026, 3, 2)
TOWN = "620802001"
SHIFT = {"place": TOWN, "start": "2026-04-30T22:00", "end": "2026-05-01T06:00", "until": ""}


@pytest.fixture
def sun(kt, sign_in, session, cast):
    """The supervisor's browser; KT-0017's certificate ends on 2026-04-30, the account is tied to KT-0100."""
    kt.officer("KT-0017", last=date(2026, 4, 30))
    kt.officer("KT-0021")
    session.get(Account, cast["sun"].account_id).person_id = kt.officer("KT-0100")
    return sign_in("sun")


@pytest.fixture
def squad(sun, session):
    """A squad formed on the pages."""
    sun.post("/duty/squads/new", data={"name": "一分队", "unit": "PL-KT-D1", "place": TOWN})
    number = session.query(DutySquad).one().id
    sun.post(f"/duty/squads/{number}/members", data={"pick": ["KT-0017"], "people": "kt-００21"})
    return number


@pytest.fixture
def draft(sun, squad, session):
    """A roster with the night shift over the end of April."""
    plan = {"title": "五一", "unit": "PL-KT", "first_day": "2026-04-27", "last_day": "2026-05-03", "places": [TOWN]}
    sun.post("/duty/rosters/new", data={**plan, "act": "PENALTY", "item": "HOU-2"})
    number = session.query(Roster).one().id
    sun.post(f"/duty/rosters/{number}/rows", data={**SHIFT, "squad": squad})
    return number


def test_a_squad_is_formed_picked_and_shown(sun, squad):
    page = sun.get(f"/duty/squads/{squad}").text
    assert "KT-0017" in page
    assert "KT-0021" in page
    assert 'data-scan-into="people"' in page
    assert "一分队" in sun.get("/duty/squads").text


def test_searching_offers_only_who_is_not_in_the_squad_yet(sun, squad):
    page = sun.get(f"/duty/squads/{squad}?unit=PL-KT-D1").text
    assert re.findall(r'name="pick" id="pick-(KT-\d+)"', page) == ["KT-0001", "KT-0100"]


def test_an_unknown_code_comes_back_beside_what_was_typed(sun, squad):
    answer = sun.post(f"/duty/squads/{squad}/members", data={"people": "KT-0100 NO-9"})
    assert answer.status_code == 422
    assert "No person of your units has the code or certificate NO-9." in answer.text
    assert "KT-0100 NO-9" in answer.text


def test_taking_somebody_out_is_one_button(sun, squad):
    sun.post(f"/duty/squads/{squad}/members/KT-0017/remove")
    assert "/members/KT-0017/remove" not in sun.get(f"/duty/squads/{squad}").text


def test_the_roster_shows_places_by_days_in_words_and_patterns(sun, draft):
    page = sun.get(f"/duty/rosters/{draft}").text
    assert "Patrol only" in page
    assert "Nobody on duty" in page
    assert 'fill="url(#fill-neutral)"' in page
    assert "From 2026-05-01 00:00 on:" in page


def test_a_row_that_does_not_fit_changes_nothing_and_says_why(sun, draft, squad, session):
    answer = sun.post(f"/duty/rosters/{draft}/rows", data={**SHIFT, "squad": squad, "end": "2026-04-30T20:00"})
    assert answer.status_code == 422
    assert "The end must lie after the start." in answer.text
    assert session.query(RosterShift).count() == 1


def test_one_click_applies_the_cheapest_repair_to_the_draft(sun, draft, session):
    shift = session.query(RosterShift).one().id
    page = sun.get(f"/duty/shifts/{shift}").text
    assert "KT-0100 in place of KT-0017" in page
    assert "As it stands it works until 2026-05-01 00:00." in page
    form = re.search(r'name="out" value="([^"]*)">\s*<input type="hidden" name="put" value="([^"]*)"', page)
    sun.post(f"/duty/shifts/{shift}/people", data={"out": form[1], "put": form[2]})
    after = sun.get(f"/duty/shifts/{shift}").text
    assert "Nothing stands against it." in after


def test_publishing_shows_the_warnings_asks_once_and_leads_to_the_decision(sun, draft, session):
    page = sun.get(f"/duty/rosters/{draft}/publish").text
    assert "May be published, with warnings" in page
    edits = re.search(r'name="edits" value="(\d+)"', page)[1]
    refused = sun.post(f"/duty/rosters/{draft}/publish", data={"edits": edits})
    assert refused.status_code == 409
    done = sun.post(f"/duty/rosters/{draft}/publish", data={"edits": edits, "confirmed": "1"}, follow_redirects=True)
    assert "The roster is published." in done.text
    number = session.get(Roster, draft).decision_id
    assert "PUBLISH_ROSTER" in sun.get(f"/duty/decisions/{number}").text or number in done.text


def test_a_published_roster_is_changed_by_a_new_version_only(sun, draft, squad, session):
    edits = session.get(Roster, draft).edits
    sun.post(f"/duty/rosters/{draft}/publish", data={"edits": edits, "confirmed": "1"})
    answer = sun.post(f"/duty/rosters/{draft}/rows", data={**SHIFT, "squad": squad, "start": "2026-04-30T21:00"})
    assert answer.status_code == 422
    sun.post(f"/duty/rosters/{draft}/version")
    session.expire_all()
    assert [one.number for one in session.query(Roster).order_by(Roster.id)] == [1, 2]


def test_the_board_says_who_is_on_duty_now_and_whose_shift_outlasts_their_certificate(sun, kt, session):
    before = sun.get("/duty/").text
    assert "By the published rosters nobody is on duty now." in before
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in before
    kt.officer("KT-0018", last=date(2026, 3, 5))
    sun.post("/duty/squads/new", data={"name": "日班", "unit": "PL-KT-D1", "place": TOWN})
    squad = session.query(DutySquad).one().id
    sun.post(f"/duty/squads/{squad}/members", data={"people": "KT-0018 KT-0021"})
    plan = {"title": "三月", "unit": "PL-KT", "first_day": "2026-03-02", "last_day": "2026-03-06", "places": [TOWN]}
    sun.post("/duty/rosters/new", data={**plan, "act": "PENALTY"})
    roster = session.query(Roster).one().id
    row = {"place": TOWN, "squad": squad, "start": "2026-03-02T08:00", "end": "2026-03-02T16:00"}
    sun.post(f"/duty/rosters/{roster}/rows", data=row)
    sun.post(f"/duty/rosters/{roster}/rows", data={**row, "start": "2026-03-05T22:00", "end": "2026-03-06T06:00"})
    edits = session.get(Roster, roster).edits
    sun.post(f"/duty/rosters/{roster}/publish", data={"edits": edits, "confirmed": "1"})
    page = sun.get("/duty/").text
    assert 'data-refresh="60"' in page
    assert "东关街道 · 日班" in page
    assert "2 published shifts in the next 30 days." in page
    assert re.search(r'data-label="First shift after that".*?2026-03-05 22:00 东关街道', page, re.DOTALL)


def test_a_stranger_sees_no_roster_and_an_officer_may_not_look(sun, draft, sign_in):
    assert sign_in("ou").get("/duty/rosters").status_code == 403
    assert sign_in("ou").get("/duty/forecast").status_code == 403
    assert sign_in("sun").get("/duty/rosters/999999").status_code == 404


def test_the_forecast_falls_short_from_the_week_in_which_the_certificate_ends(sun, squad, session, house):
    found = forecasts.outlook(session, TODAY, frozenset({house.bureau}))
    assert found.by is By.PLACE
    (line,) = found.lines
    states = [cell.state for cell in line.row.cells]
    week = (date(2026, 4, 30) - TODAY).days // 7
    assert states[week - 1] is Coverage.LAWFUL
    assert states[week] is Coverage.SHORT
    first = found.renewals[0]
    assert (first.person, first.by, "R03" in first.rules) == ("KT-0017", date(2026, 5, 1), True)


def test_the_forecast_page_its_plot_and_its_table_file_say_the_same(sun, squad):
    page = sun.get("/duty/forecast").text
    assert "What to do, in this order" in page
    assert "Too few" in page
    plot = sun.get("/duty/forecast.svg")
    assert plot.mimetype == "image/svg+xml"
    assert b"<script" not in plot.data
    rows = list(csv.reader(io.StringIO(sun.get("/duty/forecast.csv").text.lstrip("\ufeff"))))
    assert len(rows) == 53
    assert {row[5] for row in rows[1:]} >= {"Enough", "Too few"}


def test_the_forecast_by_units_counts_the_officers_of_each(session, sun, house):
    found = forecasts.outlook(session, TODAY, frozenset({house.bureau}), by=By.UNIT)
    assert [(line.code, line.row.cells[0].fit) for line in found.lines] == [("PL-KT-D1", 3)]
