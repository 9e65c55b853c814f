"""A draft is tried over the whole registry before it is adopted: who changes from what to what, by unit, and why."""

import csv
import io
from datetime import date, timedelta

import pytest

from app.core.errors import Forbidden, Invalid, Refused
from app.core.permissions import system_actor
from app.eligibility import jobs
from app.eligibility.facts import Question
from app.eligibility.models import WhatIf, WhatIfChange
from app.eligibility.queries import whatif as queries
from app.eligibility.service import check, replay, whatif
from app.ledger.models import LedgerEntry
from app.regimes import queries as regimes
from app.regimes import service
from app.regimes.codes import Act
from tests.app.eligibility.rows import START, certificate
from tests.conftest import PASSWORD, refused
from tests.conftest import START as CLOCK

TODAY = date(2026, 3, 2)
LAST = date(2026, 3, 31)
SINCE = date(2025, 1, 1)
HOURS = '[[value]]\nname = "hours.per_year"\nvalue = 80\nbasis = "local"\nsource = "s"\n'
R28 = '\n[[rule]]\nid = "R28"\nseverity = "DENY"\nbasis = "local"\nsource = "s"\n'
VALIDITY = '[[value]]\nname = "certificate.validity_years"\nvalue = 3\nbasis = "local"\nsource = "s"\n'
ALLOWED, WARNED, DENIED = "ALLOW", "ALLOW_WITH_WARNINGS", "DENY"


def draft(session, hands, text=HOURS + R28, **changes):
    actor = hands["reg"].actor
    return service.write_draft(session, actor, "pingliang", "草案", text, today=TODAY, now=START, **changes)


def started(session, hands, number, *, first=TODAY, last=LAST, since=SINCE):
    run = whatif.start(session, hands["reg"].actor, number, first, last, since, now=START)
    session.commit()
    return run


def ran(session, hands, text=HOURS + R28, **days):
    """A run of a new draft, done by the job."""
    run = started(session, hands, draft(session, hands, text), **days)
    jobs.run_what_ifs(CLOCK)
    return run


def moves(session, run):
    return queries.report(session, run, None).moves


def test_eighty_hours_as_a_denial_deny_whoever_has_sixty(session, hands, kt):
    kt.officer("KT-0017")
    run = ran(session, hands)
    found = queries.report(session, run, None)
    assert (found.run.state, found.run.done, found.run.total, found.judged) == ("DONE", 2, 2, 2)
    assert found.moves[ALLOWED, DENIED] == 1
    (changed,) = [one for one in queries.changes_found(session, run, None) if one.person_code == "KT-0017"]
    assert (changed.before, changed.after) == (ALLOWED, DENIED)
    (reason,) = changed.reasons
    assert (reason["side"], reason["rule"], reason["severity"]) == ("NEW", "R28", "DENY")
    assert "80" in reason["en"]
    assert "80" in reason["zh"]


def test_the_same_hours_as_a_warning_only_warn(session, hands, kt):
    kt.officer("KT-0017")
    run = ran(session, hands, HOURS)
    assert moves(session, run) == {(ALLOWED, WARNED): 1}


def test_held_only_from_today_it_does_not_ask_for_more_hours_of_last_year(session, hands, kt):
    kt.officer("KT-0017")
    run = ran(session, hands, since=TODAY)
    assert moves(session, run) == {}
    assert queries.report(session, run, None).judged == 2


def test_a_shorter_validity_shows_who_would_have_expired(session, hands, kt):
    kt.officer("KT-0017", first=date(2022, 5, 1), last=date(2027, 4, 30))
    kt.officer("KT-0018", first=date(2024, 5, 1), last=date(2029, 4, 30))
    run = ran(session, hands, VALIDITY)
    assert moves(session, run) == {(ALLOWED, DENIED): 1}
    (changed,) = queries.changes_found(session, run, None)
    assert changed.person_code == "KT-0017"
    assert [(one["side"], one["rule"]) for one in changed.reasons] == [("NEW", "R03")]
    assert "2025-04-30" in changed.reasons[0]["en"]


def test_a_certificate_of_another_place_keeps_its_validity(session, hands, kt):
    from app.credentials.models import Certificate

    person = kt.officer("KT-0017", first=date(2022, 5, 1), last=date(2027, 4, 30))
    session.query(Certificate).filter_by(person_id=person).delete()
    number = certificate(session, person, kt.house.bureau, first=date(2022, 5, 1), last=date(2027, 4, 30))
    session.get(Certificate, number).regime = "rugao"
    session.flush()
    assert moves(session, ran(session, hands, VALIDITY)) == {}


def test_a_withdrawal_shows_who_would_be_allowed_again(session, hands, kt):
    kt.officer("KT-0017")
    said = service.Adopting(TODAY, "r", PASSWORD, {})
    first = service.adopt(
        session, hands["ada"].actor, draft(session, hands, R28), said, draft_version=1, today=TODAY, now=START
    )
    run = started(session, hands, draft(session, hands, "", withdraws=first), since=TODAY)
    jobs.run_what_ifs(CLOCK)
    assert queries.what_if(session, run).state == "DONE"
    assert moves(session, run) == {}


def test_the_report_is_by_unit_and_only_of_the_reader_s_units(session, hands, kt, house):
    kt.officer("KT-0017")
    kt.officer("JC-0001", unit=house.other_bureau, agency=house.other_bureau)
    run = ran(session, hands, HOURS)
    whole = queries.report(session, run, None)
    assert whole.whole
    assert {one.unit.code: (one.judged, one.changed) for one in whole.units} == {"PL-KT-D1": (2, 1), "PL-JC": (1, 0)}
    mine = queries.report(session, run, queries.reader_scope(hands["reg"].actor))
    assert not mine.whole
    assert {one.unit.code for one in mine.units} == {"PL-KT-D1"}
    assert [one.person_code for one in queries.changes_found(session, run, frozenset({house.bureau}))] == ["KT-0017"]
    assert queries.count_changes(session, run, None, unit="PL-JC") == 0
    assert queries.count_changes(session, run, None, unit="PL-KT") == 1
    assert queries.count_changes(session, run, None, move=(ALLOWED, DENIED)) == 0


def test_a_run_goes_on_where_it_was_and_a_part_done_twice_counts_once(session, hands, kt, monkeypatch):
    for number in range(17, 22):
        kt.officer(f"KT-00{number}")
    monkeypatch.setattr(whatif, "TOGETHER", 2)
    run = started(session, hands, draft(session, hands))
    first = whatif.look(session)
    again = whatif.look(session)
    assert whatif.keep(session, first, now=START) == 2
    assert whatif.keep(session, again, now=START) == 0
    session.commit()
    half = queries.what_if(session, run)
    assert (half.state, half.done, half.total) == ("RUNNING", 2, 6)
    jobs.run_what_ifs(CLOCK)
    done = queries.report(session, run, None)
    assert (done.run.state, done.run.done, done.judged, done.moves[ALLOWED, DENIED]) == ("DONE", 6, 6, 5)
    assert jobs.run_what_ifs(CLOCK) == 0
    assert session.query(WhatIfChange).filter_by(what_if_id=run).count() == done.changed


def test_rules_that_change_meanwhile_end_the_run(session, hands, kt):
    kt.officer("KT-0017")
    other, number = draft(session, hands, R28), draft(session, hands)
    run = started(session, hands, number)
    said = service.Adopting(TODAY, "r", PASSWORD, {})
    service.adopt(session, hands["ada"].actor, other, said, draft_version=1, today=TODAY, now=START)
    session.commit()
    jobs.run_what_ifs(CLOCK)
    row = queries.what_if(session, run)
    assert (row.state, row.fault) == ("FAILED", "rules-changed")
    with refused(Refused, "what-if-unfinished"):
        whatif.adopt(session, hands["ada"].actor, run, TODAY, "r", PASSWORD, today=TODAY, now=START)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"last": TODAY - timedelta(days=1)}, "reversed-days"),
        ({"last": TODAY + timedelta(days=31)}, "interval-too-long"),
        ({"since": TODAY + timedelta(days=1)}, "since-after"),
        ({"since": date(1999, 12, 31)}, "since-early"),
    ],
)
def test_days_that_cannot_be_judged_are_refused(session, hands, kt, days, code):
    with pytest.raises(Invalid) as refusal:
        started(session, hands, draft(session, hands), **days)
    assert refusal.value.code == code
    assert session.query(WhatIf).count() == 0


def test_thirty_one_days_are_still_judged(session, hands, kt):
    run = ran(session, hands, last=TODAY + timedelta(days=30))
    assert queries.what_if(session, run).state == "DONE"


def test_the_draft_is_adopted_by_another_hand_who_answers_for_every_unit(session, hands, kt):
    kt.officer("KT-0017")
    run = ran(session, hands)
    with refused(Forbidden, "scope-too-small"):
        whatif.adopt(session, hands["reg"].actor, run, TODAY, "r", PASSWORD, today=TODAY, now=START)
    whatif.adopt(session, hands["ada"].actor, run, TODAY, "局务会", PASSWORD, today=TODAY, now=START)
    (row,) = regimes.adoptions(session, "pingliang")
    assert row.counts["judged"] == 2
    assert row.counts["ALLOW>DENY"] == 1
    assert session.query(LedgerEntry).filter_by(event="eligibility.what-if.started").count() == 1


def test_a_run_over_other_rules_or_another_text_does_not_carry_an_adoption(session, hands, kt):
    number = draft(session, hands)
    run, other = started(session, hands, number), ran(session, hands, R28)
    service.change_draft(session, hands["reg"].actor, number, 1, "t", HOURS, today=TODAY, now=START)
    with refused(Refused, "draft-outdated"):
        whatif.adopt(session, hands["ada"].actor, run, TODAY, "r", PASSWORD, today=TODAY, now=START)
    whatif.adopt(session, hands["ada"].actor, other, TODAY, "r", PASSWORD, today=TODAY, now=START)
    with refused(Refused, "what-if-outdated"):
        whatif.adopt(session, hands["ada"].actor, run, TODAY, "r", PASSWORD, today=TODAY, now=START)


def test_from_draft_to_adoption_by_the_pages(session, hands, kt, sign_in):
    kt.officer("KT-0017")
    number = draft(session, hands)
    browser = sign_in("reg")
    assert "2025-01-01" in browser.get(f"/duty/what-if/new/{number}").text
    sent = {"first": "2026-03-02", "last": "2026-04-30", "since": "2025-01-01"}
    assert "At most 31 days" in browser.post(f"/duty/what-if/new/{number}", data=sent).text
    sent["last"] = "2026-03-31"
    page = browser.post(f"/duty/what-if/new/{number}", data=sent, follow_redirects=True).text
    assert 'http-equiv="refresh"' in page
    assert "0 of 2" in page
    jobs.run_what_ifs(CLOCK)
    (run,) = queries.what_ifs(session)
    page = browser.get(f"/duty/what-if/{run.id}").text
    assert "KT-0017" in page
    assert 'http-equiv="refresh"' not in page
    assert "KT-0017" in browser.get(f"/duty/what-if/{run.id}?unit=PL-KT-D1&move=ALLOW>DENY").text
    assert browser.get(f"/duty/what-if/{run.id}?unit=PL-JC").status_code == 404
    assert "草案" in browser.get("/duty/what-if").text
    sheet = browser.get(f"/duty/what-if/{run.id}/people.csv")
    rows = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["KT-0017"]
    assert rows[1][3:5] == [ALLOWED, DENIED]
    assert rows[1][5].startswith("'+ R28")
    assert browser.get(f"/duty/what-if/{run.id}/adopt").status_code == 403
    _adopted_by_page(session, run.id, sign_in("ada"))


def _adopted_by_page(session, run, browser):
    page = browser.get(f"/duty/what-if/{run}/adopt").text
    assert "The answer of 1 officer would change." in page
    sent = {"effective_from": "2026-05-01", "reason": "局务会决定", "current": "wrong"}
    assert "password is not right" in browser.post(f"/duty/what-if/{run}/adopt", data=sent).text
    sent["current"] = PASSWORD
    page = browser.post(f"/duty/what-if/{run}/adopt", data=sent, follow_redirects=True).text
    assert "局务会决定" in page
    assert regimes.effective(session, "pingliang").number("hours.per_year", date(2026, 5, 1)) == 80


def test_a_run_can_be_stopped_and_strangers_see_nothing(session, hands, kt, sign_in):
    run = started(session, hands, draft(session, hands))
    browser = sign_in("reg")
    browser.post(f"/duty/what-if/{run}/stop")
    assert queries.what_if(session, run).state == "STOPPED"
    assert jobs.run_what_ifs(CLOCK) == 0
    with refused(Refused, "what-if-over"):
        whatif.stop(session, hands["reg"].actor, run, now=START)
    assert browser.get("/duty/what-if/999").status_code == 404
    assert sign_in("sun").get(f"/duty/what-if/{run}").status_code == 403


def test_a_decision_replays_under_the_rules_of_then_after_an_adoption(session, hands, kt):
    kt.officer("KT-0017")
    shift = START.replace(hour=2), START.replace(hour=6)
    question = Question(("KT-0017",), Act.PATROL, None, None, *shift)
    actor = system_actor("test")
    answer = check(session, actor, question, today=TODAY, now=START)
    said = service.Adopting(TODAY, "r", PASSWORD, {})
    number = draft(session, hands)
    service.adopt(session, hands["ada"].actor, number, said, draft_version=1, today=TODAY, now=START)
    again = replay(session, actor, answer.id, now=START)
    assert again.agrees
    assert again.rules_changed
    later = check(session, actor, question, today=TODAY, now=START)
    assert later.decision.regime_version == regimes.effective(session, "pingliang").version
    assert later.decision.regime_version != answer.decision.regime_version
