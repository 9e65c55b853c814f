"""What social supervisors and the public may see, verify and report, and nothing else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from werkzeug.routing.converters import AnyConverter, NumberConverter

from app.accounts.models import Account, AccountSession
from app.accounts.passwords import token_hash
from app.accounts.policy import Role
from app.accounts.service import grant_role
from app.core.permissions import system_actor
from app.credentials.models import Certificate
from app.eligibility.models import Observation
from app.eligibility.service import observing
from app.ledger.models import LedgerEntry
from app.registry.models import Person, PersonProfile
from tests.app.eligibility.rows import certificate, change
from tests.conftest import START

REPORT = {
    "agency": "PL-KT", "seen_at": "2026-03-01T10:00", "place": "东关街", "certificate": "", "text": "未出示证件。",
}  # fmt: skip
OPEN = {
    "pages.home", "pages.healthz", "pages.readyz", "pages.language", "accounts.password", "accounts.sign_in",
    "accounts.sign_out", "watch.officers_of", "watch.home", "watch.report", "verify.form", "verify.check",
    "verify.answer", "verify.root", "credentials_api.certificate", "api_contract.openapi", "api_contract.docs",
    "credentials_api.status_list", "credentials_api.trust_list", "credentials_api.code_names", "passing.page",
    "static", "bootstrap.static",
}  # fmt: skip
PUBLIC_ROOMS = ("accounts.", "verify.", "verifier.", "pki.", "log.", "log_api.")
"""Where pages marked as public may be opened by anybody, and so by a social supervisor."""


@pytest.fixture
def watcher(session, client, house):
    """A browser of a social supervisor of the bureau."""
    account = Account(username="wei", display_name="魏监督", email="", password_changed_at=START, created_at=START)
    session.add(account)
    session.flush()
    grant_role(session, system_actor("test"), account.id, Role.SOCIAL_SUPERVISOR, house.bureau, now=START)
    session.add(
        AccountSession(
            token_hash=token_hash("wei"), account_id=account.id, created_at=START, last_seen_at=START, address="",
            agent="",
        )
    )  # fmt: skip
    session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = "wei", True
    return client


def officer(session, people, house, code, name, **changes):
    person = people(code, name, **changes)
    return session.get_one(Certificate, certificate(session, person, changes.get("agency") or house.bureau))


def value_for(converter):
    """Something that a part of an address takes."""
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 1 if isinstance(converter, NumberConverter) else "x"


def test_everything_else_on_the_site_is_closed_to_a_social_supervisor(application, watcher):
    closed = []
    for rule in application.url_map.iter_rules():
        public = getattr(getattr(application.view_functions[rule.endpoint], "access", None), "everybody", False)
        if rule.endpoint in OPEN or (public and rule.endpoint.startswith(PUBLIC_ROOMS)):
            continue
        address = rule.build({name: value_for(converter) for name, converter in rule._converters.items()})
        method = "GET" if "GET" in rule.methods else "POST"
        answer = watcher.open(address[1], method=method)
        closed.append((rule.endpoint, answer.status_code))
    assert len(closed) > 60
    wrong = [one for one in closed if one[1] not in {401, 403, 404}]
    assert wrong == []


def test_the_navigation_of_a_social_supervisor_holds_their_two_pages_only(watcher):
    page = watcher.get("/").text
    assert "/watch" in page
    assert "/watch/report" in page
    for address in ("/registry", "/duty", "/credentials", "/ledger", "/access"):
        assert f'href="{address}' not in page


def test_the_public_list_holds_only_published_officers_and_only_what_is_published(session, client, house, people):
    shown = officer(session, people, house, "KT-0017", "王安")
    hidden = officer(session, people, house, "KT-0018", "李隐", on_public_roster=False)
    unknown = officer(session, people, house, "KT-0019", "赵未", on_public_roster=None)
    helper = officer(session, people, house, "KT-0020", "孙协", kind="AUXILIARY")
    elsewhere = officer(session, people, house, "JC-0001", "钱泾", agency=house.other_bureau, unit=house.other_bureau)
    profile = session.scalar(select(PersonProfile).where(PersonProfile.person_id == shown.person_id))
    profile.phone = "13800138000"
    person = session.get_one(Person, shown.person_id)
    person.id_last4 = "4321"
    page = client.get("/officers/PL-KT")
    assert page.status_code == 200
    assert "王安" in page.text
    assert shown.number in page.text
    for secret in ("13800138000", "4321", "KT-0017", hidden.number, unknown.number):
        assert secret not in page.text
    assert helper.number not in page.text
    assert elsewhere.number not in page.text
    assert "1 certificate" in page.text
    assert [client.get(f"/officers/{code}").status_code for code in ("PL-KT-D", "NO")] == [404, 404]


def test_the_list_shows_the_state_of_a_suspended_certificate_and_drops_who_left(session, client, house, people, clock):
    row = officer(session, people, house, "KT-0017", "王安")
    change(session, row.id, "ACTIVE", START - timedelta(days=900), recorded=START - timedelta(days=900))
    change(session, row.id, "SUSPENDED", START - timedelta(hours=1), recorded=START)
    assert "Suspended" in client.get("/officers/PL-KT").text
    from app.registry.models import Employment

    session.scalar(select(Employment).where(Employment.person_id == row.person_id)).valid_to = date(2026, 3, 1)
    session.commit()
    assert row.number not in client.get("/officers/PL-KT").text


def test_an_officer_is_verified_by_number_or_by_what_the_code_holds(session, house, people, watcher):
    row = officer(session, people, house, "KT-0017", "王安")
    far = officer(session, people, house, "JC-0001", "钱泾", agency=house.other_bureau, unit=house.other_bureau)
    hidden = officer(session, people, house, "KT-0018", "李隐", on_public_roster=False)
    for given in (row.number, f" {row.number} ", f"https://x.example.cn/verify/{row.number}?code=ABC"):
        assert "王安" in watcher.get("/watch", query_string={"number": given}).text
    for given in (far.number, hidden.number, "PL-NONE", "x" * 300, "https://[bad"):
        page = watcher.get("/watch", query_string={"number": given})
        assert page.status_code == 200
        assert "李隐" not in page.text
        assert "钱泾" not in page.text


def test_a_report_reaches_the_agencys_supervisors_and_the_ledger(session, watcher, sign_in):
    assert watcher.post("/watch/report", data=REPORT).status_code == 302
    row = session.scalar(select(Observation))
    assert (row.place, row.text, row.recorded_by) == ("东关街", "未出示证件。", "wei")
    assert "未出示证件。" in watcher.get("/watch").text
    assert session.query(LedgerEntry).filter_by(event="eligibility.observation.reported").count() == 1
    sun = sign_in("sun")
    page = sun.get("/duty/observations")
    assert "未出示证件。" in page.text
    assert "魏监督" in page.text
    assert sun.post(f"/duty/observations/{row.id}/read").status_code == 302
    session.refresh(row)
    assert row.read_by == "sun"
    assert "未出示证件。" not in sun.get("/duty/observations?state=waiting").text
    assert sign_in("ou").get("/duty/observations").status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ""}, {"text": "x" * 2001}, {"place": ""}, {"place": "x" * 121}, {"seen_at": "2026-03-03T10:00"},
        {"seen_at": "2024-03-03T10:00"}, {"seen_at": "soon"}, {"agency": "PL-JC"}, {"agency": ""},
    ],
)  # fmt: skip
def test_a_report_that_cannot_be_used_is_told_beside_its_field_and_changes_nothing(session, watcher, changes):
    assert watcher.post("/watch/report", data={**REPORT, **changes}).status_code == 422
    assert session.scalars(select(Observation)).all() == []


def test_at_most_twenty_reports_are_taken_within_a_day(session, watcher, clock):
    for _number in range(observing.MOST_A_DAY):
        assert watcher.post("/watch/report", data=REPORT).status_code == 302
    assert watcher.post("/watch/report", data=REPORT).status_code == 422
    clock.forward(minutes=1441)
    session.scalar(select(AccountSession).where(AccountSession.token_hash == token_hash("wei"))).last_seen_at = clock.at
    session.scalar(select(AccountSession).where(AccountSession.token_hash == token_hash("wei"))).created_at = clock.at
    session.commit()
    assert watcher.post("/watch/report", data=REPORT).status_code == 302


def test_a_supervisor_of_another_agency_neither_sees_nor_closes_a_report(session, house, watcher, sign_in, cast):
    watcher.post("/watch/report", data=REPORT)
    row = session.scalar(select(Observation))
    row.agency_id = house.other_bureau
    session.commit()
    sun = sign_in("sun")
    assert "未出示证件。" not in sun.get("/duty/observations").text
    assert sun.post(f"/duty/observations/{row.id}/read").status_code == 404
