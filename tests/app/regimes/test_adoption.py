"""Local rules are drafted, compared, adopted by another hand from a day on, withdrawn, and can be rebuilt for ever."""

import hashlib
from datetime import date, timedelta

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DatabaseError

from app.core.errors import Invalid, NotFound, Refused, Stale
from app.core.permissions import P
from app.ledger.models import LedgerEntry
from app.regimes import queries, service
from app.regimes.codes import Severity
from app.regimes.loader import RegimeUnusable, load
from app.regimes.models import RegimeAdoption, RegimeText, RegimeVersion
from app.regimes.queries import Proposal
from tests.conftest import PASSWORD, START, refused

TODAY = date(2026, 3, 2)
MAY = date(2026, 5, 1)
DAY = timedelta(days=1)
HOURS = '[[value]]\nname = "hours.per_year"\nvalue = 80\nbasis = "local"\nsource = "市局〔2026〕3号"\n'
R28 = '\n[[rule]]\nid = "R28"\nseverity = "DENY"\nbasis = "local"\nsource = "市局〔2026〕3号"\n'
FIELD = '[[programme]]\ncode = "PL-2026"\ntitle = { zh = "轮训", en = "Rotation" }\n'
PROGRAMME = (
    FIELD
    + 'starts = 2026-03-10\ndeadline = 2026-09-30\ntasks = ["ROTATE"]\nbefore = "WARN"\nafter = "DENY"\nsource = "s"\n'
)


def write(session, hands, text=HOURS + R28, **changes):
    return service.write_draft(
        session, hands["reg"].actor, "pingliang", "学时八十", text, today=TODAY, now=START, **changes
    )


def adopt(session, hands, number, *, day=MAY, who="ada", password=PASSWORD, version=1, today=TODAY):
    said = service.Adopting(day, "局务会决定", password, {"judged": 2, "ALLOW>DENY": 1})
    return service.adopt(session, hands[who].actor, number, said, draft_version=version, today=today, now=START)


def test_an_adopted_draft_holds_from_its_day_and_the_old_value_before(session, hands):
    adopt(session, hands, write(session, hands))
    regime = queries.effective(session, "pingliang")
    assert (regime.number("hours.per_year", MAY - DAY), regime.number("hours.per_year", MAY)) == (60, 80)
    assert regime.switch("R28", MAY - DAY).severity is Severity.WARN
    assert regime.switch("R28", MAY).severity is Severity.DENY
    assert regime.setting("hours.per_year", MAY).source == "市局〔2026〕3号"
    assert (regime.id, regime.title, regime.level) == ("pingliang", load("pingliang").title, "locality")
    assert regime.declared == load("pingliang").declared
    assert regime.version != load("pingliang").version


def test_a_row_that_states_its_own_day_keeps_it(session, hands):
    june = date(2026, 6, 1)
    adopt(session, hands, write(session, hands, HOURS + f"from = {june}\nto = {june + DAY}\n"))
    regime = queries.effective(session, "pingliang")
    days = [june - DAY, june, june + DAY, june + 2 * DAY]
    assert [regime.number("hours.per_year", day) for day in days] == [60, 80, 80, 60]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HOURS.replace("80", "40"), "relaxes", 3),
        ("\n" + R28.replace("DENY", "WARN") + "enabled = false\n", "relaxes", 3),
        (HOURS.replace('"local"', '"statute"'), "not-in-draft", 4),
        ('[[domain]]\ncode = "X"\n', "not-in-draft", 1),
        ('[regime]\nid = "pingliang"\n', "not-in-draft", 1),
        (HOURS + "from = 2026-03-01\n", "backdated", 6),
        (HOURS + "to = 2026-03-01\n", "backdated", 1),
        (HOURS + "colour = 1\n", "unknown-key", 6),
        (HOURS + HOURS, "duplicate", 7),
        (HOURS.replace("80", '"many"'), "bad-value", 3),
        (PROGRAMME.replace("PL-2026", "PL-2017"), "duplicate", 2),
        ("[[value]\n", "not-toml", 1),
    ],
)
def test_a_draft_with_a_fault_is_refused_at_its_line_and_not_kept(session, hands, text, code, line):
    with pytest.raises(RegimeUnusable) as refusal:
        write(session, hands, text)
    assert (refusal.value.faults[0].code, refusal.value.faults[0].line) == (code, line)
    assert refusal.value.faults[0].zh
    assert queries.drafts(session, "pingliang") == ()


def test_an_empty_draft_and_one_for_a_province_are_refused(session, hands):
    with refused(Invalid, "draft-empty"):
        write(session, hands, "  \n")
    with refused(Refused, "not-a-locality"):
        service.write_draft(session, hands["reg"].actor, "gansu", "t", HOURS, today=TODAY, now=START)
    with pytest.raises(NotFound):
        service.write_draft(session, hands["reg"].actor, "nowhere", "t", HOURS, today=TODAY, now=START)


def test_whoever_wrote_on_a_draft_cannot_adopt_it(session, hands):
    number = write(session, hands)
    service.change_draft(session, hands["ada"].actor, number, 1, "t", HOURS, today=TODAY, now=START)
    assert queries.draft(session, number).writers == (hands["reg"].account_id, hands["ada"].account_id)
    with refused(Refused, "same-person"):
        adopt(session, hands, number, version=2)
    assert queries.effective(session, "pingliang") == load("pingliang")


def test_adopting_needs_the_password_the_present_text_and_a_day_that_has_not_passed(session, hands):
    number = write(session, hands)
    with refused(Invalid, "password-wrong"):
        adopt(session, hands, number, password="Guard-2026-Pest")
    with refused(Invalid, "backdated"):
        adopt(session, hands, number, day=TODAY - DAY)
    with refused(Invalid, "too-far-ahead"):
        adopt(session, hands, number, day=TODAY + timedelta(days=4000))
    service.change_draft(session, hands["reg"].actor, number, 1, "t", HOURS, today=TODAY, now=START)
    with refused(Refused, "draft-outdated"):
        adopt(session, hands, number)
    assert session.query(RegimeAdoption).count() == 0
    adopt(session, hands, number, day=TODAY, version=2)
    with refused(Refused, "draft-closed"):
        adopt(session, hands, number, version=2)


def test_a_change_over_another_s_change_is_stale_and_a_dropped_draft_is_closed(session, hands):
    number = write(session, hands)
    service.change_draft(session, hands["reg"].actor, number, 1, "t", HOURS, today=TODAY, now=START)
    with pytest.raises(Stale):
        service.change_draft(session, hands["reg"].actor, number, 1, "u", HOURS, today=TODAY, now=START)
    assert service.drop_draft(session, hands["reg"].actor, number, now=START) == "pingliang"
    with refused(Refused, "draft-closed"):
        service.change_draft(session, hands["reg"].actor, number, 2, "u", HOURS, today=TODAY, now=START)


def test_adoption_stands_in_the_ledger_and_cannot_be_changed(session, hands):
    made = adopt(session, hands, write(session, hands))
    entry = session.query(LedgerEntry).filter_by(event="regimes.overlay.adopted").one()
    assert (entry.actor_label, entry.reason, entry.subject_id) == (hands["ada"].actor.label, "局务会决定", "pingliang")
    assert entry.after["effective_from"] == "2026-05-01"
    assert entry.after["counts"] == {"judged": 2, "ALLOW>DENY": 1}
    assert entry.before["version"] == load("pingliang").version
    assert entry.after["version"] == queries.effective(session, "pingliang").version
    for table in ("regime_adoption", "regime_text", "regime_version"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(sql(f"DELETE FROM {table}"))  # noqa: S608 - names of this test
    assert queries.adoptions(session, "pingliang")[0].id == made


def test_a_withdrawal_is_a_later_adoption_and_the_days_between_keep_what_held(session, hands):
    first = adopt(session, hands, write(session, hands))
    june = date(2026, 6, 1)
    back = write(session, hands, "", withdraws=first)
    adopt(session, hands, back, day=june)
    regime = queries.effective(session, "pingliang")
    days = [MAY - DAY, MAY, june - DAY, june]
    assert [regime.number("hours.per_year", day) for day in days] == [60, 80, 80, 60]
    assert [one.ends_on for one in queries.adoptions(session, "pingliang")] == [None, june - DAY]
    assert session.query(LedgerEntry).filter_by(event="regimes.overlay.withdrawn").one().after["withdraws"] == first
    with refused(Refused, "withdrawn-already"):
        write(session, hands, "", withdraws=first)
    with pytest.raises(NotFound):
        write(session, hands, "", withdraws=999)


def test_withdrawn_before_its_first_day_it_never_held(session, hands):
    first = adopt(session, hands, write(session, hands))
    adopt(session, hands, write(session, hands, "", withdraws=first), day=TODAY)
    regime = queries.effective(session, "pingliang")
    assert regime.number("hours.per_year", MAY) == 60
    assert regime.switch("R28", MAY).severity is Severity.WARN


def test_a_programme_that_has_begun_cannot_be_withdrawn(session, hands):
    first = adopt(session, hands, write(session, hands, PROGRAMME), day=TODAY)
    back = write(session, hands, "", withdraws=first)
    with refused(Refused, "programme-begun"):
        adopt(session, hands, back, day=date(2026, 3, 11))
    adopt(session, hands, back, day=date(2026, 3, 10))
    assert [one.code for one in queries.effective(session, "pingliang").programmes] == ["PL-2017"]


def test_a_later_adoption_goes_over_an_earlier_one(session, hands):
    adopt(session, hands, write(session, hands))
    adopt(session, hands, write(session, hands, HOURS.replace("80", "90")), day=MAY + DAY)
    regime = queries.effective(session, "pingliang")
    assert [regime.number("hours.per_year", day) for day in (MAY - DAY, MAY, MAY + DAY)] == [60, 80, 90]


def test_what_was_adopted_later_was_not_known_before(session, hands):
    adopt(session, hands, write(session, hands))
    before = queries.effective(session, "pingliang", START - DAY)
    assert before.version == load("pingliang").version
    assert queries.effective(session, "pingliang", START) is queries.effective(session, "pingliang")


def test_every_version_that_held_can_be_rebuilt(session, hands):
    files = load("pingliang")
    assert queries.at_version(session, files.version) is None
    assert service.keep_version(session, files, now=START) is True
    assert service.keep_version(session, files, now=START) is False
    adopt(session, hands, write(session, hands))
    now = queries.effective(session, "pingliang")
    for regime in (files, now):
        again = queries.at_version(session, regime.version)
        assert (again.version, again.values, again.rules) == (regime.version, regime.values, regime.rules)
        assert (again.items, again.programmes, again.turning_days) == (
            regime.items, regime.programmes, regime.turning_days,
        )  # fmt: skip
    assert session.query(RegimeVersion).count() == 2
    for row in session.query(RegimeText):
        assert hashlib.sha256(row.text.encode()).hexdigest() == row.sha256


def test_two_versions_side_by_side_show_only_what_differs_with_sources(session, hands):
    after = queries.proposed(session, "pingliang", Proposal("t", HOURS + R28, MAY))
    found = service.compare(load("pingliang"), after)
    assert found.count == 2
    values, rules = found.sections
    assert (values.kind, [one.key for one in values.differences]) == ("value", ["hours.per_year"])
    (hours,) = values.differences
    assert hours.change == "CHANGED"
    assert ([one.content for one in hours.left], [one.content for one in hours.right]) == (["60"], ["80"])
    assert hours.right[0].source == "市局〔2026〕3号"
    assert [one.key for one in rules.differences] == ["R28"]
    assert service.compare(after, after).count == 0
    back = service.compare(after, load("pingliang")).sections[0].differences[0]
    assert ([one.content for one in back.left], [one.content for one in back.right]) == (["80"], ["60"])


def test_rows_written_by_the_form_are_read_as_meant(session, hands):
    text = service.value_text("reminders.days", "[90, 30]", "local", '据 "通知"')
    text += service.value_text("auxiliary.alone", "DENY", "local", "s")
    text += service.value_text("hours.per_year", "80", "local", "s")
    text += service.minimum_text(["SEIZE"], 3, "DENY", "local", "s")
    regime = queries.proposed(session, "pingliang", Proposal("t", text, TODAY))
    assert regime.number("reminders.days", TODAY) == (90, 30)
    assert regime.setting("reminders.days", TODAY).source == '据 "通知"'
    assert regime.number("auxiliary.alone", TODAY) == "DENY"
    assert max(one.officers for one in regime.minimum_officers(next(iter(regime.minimums[-1].acts)), TODAY)) == 3


def test_who_may_draft_and_who_may_adopt(cast):
    may = {name: (one.actor.may(P.REGIMES_EDIT), one.actor.may(P.REGIMES_ADOPT)) for name, one in cast.items()}
    assert may["reg"] == (True, False)
    assert may["ada"] == (True, True)
    assert all(may[name] == (False, False) for name in ("tan", "sun", "ou", "ian", "stranger"))


def test_a_draft_is_written_by_its_page_row_by_row(session, hands, sign_in):
    browser = sign_in("reg")
    form = {"title": "学时", "text": "", "basis": "local", "source": "s", "name": "hours.per_year", "value": "80"}
    page = browser.post("/rules/pingliang/drafts/new", data={**form, "add": "value"}).text
    assert "hours.per_year&#34;" in page
    assert queries.drafts(session, "pingliang") == ()
    page = browser.post("/rules/pingliang/drafts/new", data={**form, "value": "", "add": "value"}).text
    assert "Fill this in" in page
    made = browser.post("/rules/pingliang/drafts/new", data={**form, "text": HOURS}, follow_redirects=True)
    assert "1 difference" in made.text
    (row,) = queries.drafts(session, "pingliang")
    shown = browser.get(f"/rules/drafts/{row.id}/edit")
    assert 'name="version" type="hidden" value="1"' in shown.text
    edit = {**form, "text": HOURS.replace("80", "40"), "version": "1"}
    refused = browser.post(f"/rules/drafts/{row.id}/edit", data=edit)
    assert "line 3" in refused.text
    assert "1 fault; nothing was saved" in refused.text
    kept = browser.post(f"/rules/drafts/{row.id}/edit", data={**edit, "text": HOURS.replace("80", "90")})
    assert kept.status_code == 302
    assert queries.draft(session, row.id).version == 2
    browser.post(f"/rules/drafts/{row.id}/drop")
    assert queries.draft(session, row.id).state == "DROPPED"


def test_the_pages_show_versions_and_refuse_strangers(session, hands, sign_in):
    made = adopt(session, hands, write(session, hands))
    number = write(session, hands, HOURS.replace("80", "90"))
    browser = sign_in("tan")
    assert "Pingliang" in browser.get("/rules/").text
    assert "学时八十" in browser.get("/rules/pingliang").text
    for left, right, count in (("files", "present", 2), ("files", f"a{made}", 2), ("present", f"d{number}", 1)):
        page = browser.get(f"/rules/pingliang/compare?left={left}&right={right}").text
        assert f"{count} thing" in page
    version = queries.effective(session, "pingliang").version
    assert "say the same" in browser.get(f"/rules/pingliang/compare?left={version}&right=present").text
    assert browser.get("/rules/pingliang/compare?left=a999").status_code == 404
    assert browser.get("/rules/nowhere").status_code == 404
    assert browser.get(f"/rules/drafts/{number}").status_code == 200
    assert browser.post("/rules/pingliang/drafts/new", data={"title": "t", "text": HOURS}).status_code == 403
    assert sign_in("ou").get("/rules/").status_code == 403
