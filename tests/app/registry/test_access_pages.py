"""The administrator's pages: inviting, roles over units, closing accounts, tokens of systems."""

import re

import pytest
from sqlalchemy import select

from app.accounts import queries, service
from app.accounts.models import Account, ApiToken, OutboxMail, RoleGrant
from app.accounts.policy import Role
from app.core.errand import Errand
from app.ledger.queries import about
from tests.conftest import START

NEW = {
    "username": "li",
    "display_name": "李明",
    "email": "li@example.cn",
    "person": "",
    "role": "TRAINER",
    "unit": "PL-KT",
}


def _grants(session, account_id):
    rows = session.execute(
        select(RoleGrant.id, RoleGrant.role).where(RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None))
    )
    return {row.role: row.id for row in rows}


@pytest.fixture
def local(session, cast, house, operator):
    """The stranger becomes administrator of the bureau only."""
    service.grant_role(session, operator, cast["stranger"].account_id, Role.ADMINISTRATOR, house.bureau, now=START)
    return cast["stranger"]


def test_the_list_counts_searches_and_shows_roles_over_units(sign_in, cast):
    browser, everyone = sign_in("ada"), f"{len(cast)} accounts"
    page = browser.get("/access/").text
    assert everyone in page
    assert "崆峒区城市管理行政执法局" in page
    assert "1 account<" in browser.get("/access/?q=TAN").text
    assert "No account fits" in browser.get("/access/?q=nobody%25").text
    assert everyone in browser.get("/access/?state=WAITING").text
    assert "No account fits" in browser.get("/access/?state=DISABLED").text


@pytest.mark.parametrize("name", ["tan", "sun", "ou", "reg"])
def test_others_are_turned_away(sign_in, name):
    assert sign_in(name).get("/access/").status_code == 403


def test_somebody_is_invited_with_a_first_role_and_a_letter(sign_in, session, house):
    answer = sign_in("ada").post("/access/invite", data=NEW | {"username": " Li "})
    assert answer.headers["Location"] == "/access/accounts/li"
    account = session.scalars(select(Account).where(Account.username == "li")).one()
    assert list(_grants(session, account.id)) == ["TRAINER"]
    assert "/invitation/" in session.scalars(select(OutboxMail)).one().body
    assert "Invited, no password yet" in sign_in("ada").get("/access/accounts/li").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": "tan"}, "already an account"),
        ({"username": "李明"}, "begins with a letter"),
        ({"username": ""}, "Give a user name."),
        ({"email": "li@"}, "not a mail address"),
        ({"email": "li@example.cn, x@evil.example"}, "not a mail address"),
        ({"person": "KT-9999"}, "nobody with this code"),
        ({"person": "KT-0001"}, "already has an account"),
        ({"role": "SYSTEM"}, "Not a valid choice"),
        ({"unit": "NOWHERE"}, "Not a valid choice"),
        ({"display_name": "x" * 81}, "80"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nobody_is_invited(sign_in, session, change, said):
    answer = sign_in("ada").post("/access/invite", data=NEW | change)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert session.scalars(select(OutboxMail)).all() == []
    assert session.scalar(select(Account.id).where(Account.username == "li")) is None


def test_a_role_is_given_and_taken_back_with_a_reason(sign_in, session, cast):
    browser, tan = sign_in("ada"), cast["tan"].account_id
    form = {"role": "EDITOR", "unit": "PL-KT-D", "reason": ""}
    assert browser.post("/access/accounts/tan/grant", data=form).status_code == 422
    assert browser.post("/access/accounts/tan/grant", data=form | {"reason": "顶岗"}).status_code == 302
    grant = _grants(session, tan)["EDITOR"]
    assert "执法大队" in browser.get(f"/access/accounts/tan/roles/{grant}/revoke").text
    assert browser.post(f"/access/accounts/tan/roles/{grant}/revoke", data={"reason": "期满"}).status_code == 302
    assert "EDITOR" not in _grants(session, tan)
    assert [e.reason for e in about(session, "account", tan)][:2] == ["期满", "顶岗"]
    assert browser.post(f"/access/accounts/tan/roles/{grant}/revoke", data={"reason": "x"}).status_code == 404


def test_an_administrator_cannot_take_their_own_last_administrator_role(sign_in, session, cast):
    grant = _grants(session, cast["ada"].account_id)["ADMINISTRATOR"]
    answer = sign_in("ada").post(f"/access/accounts/ada/roles/{grant}/revoke", data={"reason": "x"})
    assert (answer.status_code, "last administrator role" in answer.text) == (422, True)
    assert "ADMINISTRATOR" in _grants(session, cast["ada"].account_id)
    own = sign_in("ada").post("/access/accounts/ada/do/disable", data={"reason": "x"})
    assert (own.status_code, "you are using" in own.text) == (422, True)


def test_a_local_administrator_sees_and_gives_only_within_their_units(sign_in, session, cast, local, house, operator):
    far = service.create_account(session, operator, username="far", display_name="远", email="f@e.cn", now=START)
    service.grant_role(session, operator, far, Role.TRAINER, house.other_bureau, now=START)
    browser = sign_in("stranger")
    page = browser.get("/access/").text
    assert ">tan<" in page
    assert ">ou<" in page
    assert ">far<" not in page
    assert browser.get("/access/accounts/far").status_code == 404
    assert browser.get("/access/accounts/ada").status_code == 404
    for unit in ("", "PL-JC", "PL-CITY"):
        assert browser.post("/access/invite", data=NEW | {"unit": unit}).status_code == 422
    assert browser.post("/access/invite", data=NEW).status_code == 302
    assert browser.get("/letters").status_code == 403


def test_an_account_that_reaches_further_is_not_closed_by_a_local_administrator(
    sign_in, session, cast, local, house, operator
):
    service.grant_role(session, operator, cast["tan"].account_id, Role.TRAINER, house.other_bureau, now=START)
    browser = sign_in("stranger")
    assert "beyond the units you administer" in browser.get("/access/accounts/tan").text
    assert browser.post("/access/accounts/tan/do/disable", data={"reason": "x"}).status_code == 403
    assert browser.post("/access/accounts/tan/invite").status_code == 403
    grants = session.execute(
        select(RoleGrant.id, RoleGrant.unit_id).where(RoleGrant.account_id == cast["tan"].account_id)
    )
    answers = {
        row.unit_id: browser.post(f"/access/accounts/tan/roles/{row.id}/revoke", data={"reason": "x"}).status_code
        for row in grants.all()
    }
    assert answers == {house.bureau: 302, house.other_bureau: 403}


def test_closing_an_account_ends_its_sessions_and_opening_it_needs_a_reason_too(sign_in, session, cast):
    browser, tan = sign_in("ada"), cast["tan"].account_id
    assert browser.post("/access/accounts/tan/do/disable", data={"reason": "调离"}).status_code == 302
    assert queries.sessions_of(session, tan, START) == []
    again = browser.post("/access/accounts/tan/do/disable", data={"reason": "调离"})
    assert (again.status_code, "already disabled" in again.text) == (422, True)
    assert browser.post("/access/accounts/tan/do/enable", data={"reason": " "}).status_code == 422
    assert browser.post("/access/accounts/tan/do/enable", data={"reason": "回岗"}).status_code == 302
    assert session.get(Account, tan).disabled_at is None


def test_a_waiting_account_is_on_the_home_page_and_let_try_again(sign_in, session, cast, clock):
    account = session.get(Account, cast["tan"].account_id)
    account.failures, account.locked_until = 9, clock.now().replace(hour=2)
    account_id = account.id
    browser = sign_in("ada")
    assert "1 account waits after failed attempts" in browser.get("/").text
    assert browser.post("/access/accounts/tan/do/unlock", data={"reason": "本人"}).status_code == 302
    assert session.get(Account, account_id).locked_until is None


def test_a_system_is_connected_and_its_token_is_shown_once(sign_in, session):
    browser = sign_in("ada")
    form = {"username": "ctt", "display_name": "城管通", "unit": "PL-KT"}
    assert browser.post("/access/connect", data=form).headers["Location"] == "/access/accounts/ctt"
    assert browser.post("/access/accounts/ctt/tokens", data={"title": "调度", "days": "0"}).status_code == 422
    page = browser.post("/access/accounts/ctt/tokens", data={"title": "调度", "days": "30"}).text
    token = re.search(r"cz_[\w-]{43}", page)[0]
    assert service.bearer(Errand(session), token, START).get().label == "ctt"
    shown = browser.get("/access/accounts/ctt").text
    assert token not in shown
    assert token[:10] in shown
    token_id = session.scalar(select(ApiToken.id))
    assert browser.post(f"/access/accounts/ctt/tokens/{token_id}/revoke", data={"reason": "换"}).status_code == 302
    assert service.bearer(Errand(session), token, START).get() is None
    assert browser.post("/access/accounts/tan/tokens", data={"title": "x", "days": "1"}).status_code == 422
    assert browser.post("/access/accounts/ctt/invite").status_code == 409
    wrong = {"role": "TRAINER", "unit": "PL-KT", "reason": "x"}
    assert browser.post("/access/accounts/ctt/grant", data=wrong).status_code == 422
