"""Invitations: one way in, once, for seven days."""

import re

import pytest
from sqlalchemy import select

from app.accounts import queries, service
from app.accounts.models import Account, Invitation, OutboxMail
from app.core.errand import Errand
from app.core.errors import Invalid, NotFound, Refused
from app.ledger.queries import about
from tests.conftest import START

GOOD = "Quiet-Harbour-77"
SITE = "https://chizheng.example.cn"


@pytest.fixture
def li(session, operator):
    """An account that nobody has entered yet; returns its id."""
    return service.create_account(
        session, operator, username="li", display_name="李明", email="li@example.cn", now=START
    )


def _post(client, token, password=GOOD, again=None):
    return client.post(f"/invitation/{token}", data={"password": password, "again": again or password})


def test_the_letter_speaks_chinese_first_then_english_and_holds_the_link(session, operator, li):
    token = service.invite(session, operator, li, SITE, START)
    letter = session.scalars(select(OutboxMail)).one()
    assert letter.recipient == "li@example.cn"
    assert letter.body.count(f"{SITE}/invitation/{token}") == 2
    assert letter.body.index("李明：") < letter.body.index("Dear 李明")
    assert "用户名：li" in letter.body
    assert session.scalars(select(Invitation)).one().token_hash not in letter.body
    assert about(session, "account", li)[0].event == "accounts.invitation.sent"


def test_the_invited_person_sets_a_password_and_signs_in_with_it(client, session, operator, li):
    token = service.invite(session, operator, li, SITE, START)
    assert "李明" in client.get(f"/invitation/{token}").text
    assert _post(client, token).headers["Location"] == "/sign-in"
    assert client.post("/sign-in", data={"username": "li", "password": GOOD}).status_code == 302
    assert client.get("/").status_code == 200


def test_unknown_used_replaced_lapsed_and_disabled_invitations_answer_alike(client, session, operator, li, clock):
    def page(token):
        answer = client.get(f"/invitation/{token}")
        assert answer.status_code == _post(client, token).status_code == 404
        return re.search(r"<article class=.error-page.*?</article>", answer.text, re.DOTALL)[0]

    pages = [page("unknown")]
    replaced = service.invite(session, operator, li, SITE, START)
    used = service.invite(session, operator, li, SITE, START)
    pages.append(page(replaced))
    _post(client, used)
    pages.append(page(used))
    lapsed = service.invite(session, operator, li, SITE, START)
    clock.forward(days=7)
    pages.append(page(lapsed))
    closed = service.invite(session, operator, li, SITE, clock.now())
    service.disable(session, operator, li, reason="x", now=clock.now())
    pages.append(page(closed))
    service.enable(session, operator, li, reason="x", now=clock.now())
    pages.append(page(closed))
    assert "This invitation does not work" in pages[0]
    assert len(pages) == 6
    assert len(set(pages)) == 1


def test_it_still_works_in_the_last_second(session, operator, li, clock):
    token = service.invite(session, operator, li, SITE, START)
    clock.forward(days=7, seconds=-1)
    assert service.accept(session, token, GOOD, "djbh", clock.now()) == "li"


@pytest.mark.parametrize(("password", "again", "said"), [("short", None, "too short"), (GOOD, "other", "not the same")])
def test_a_password_that_will_not_do_leaves_the_invitation_open(client, session, operator, li, password, again, said):
    token = service.invite(session, operator, li, SITE, START)
    answer = _post(client, token, password, again)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert session.get(Account, li).password_hash == ""
    assert _post(client, token).status_code == 302


def test_a_new_invitation_takes_the_earlier_letter_out_of_the_outbox(session, operator, li):
    service.invite(session, operator, li, SITE, START)
    second = service.invite(session, operator, li, SITE, START)
    assert [second in mail.body for mail in session.scalars(select(OutboxMail))] == [True]


def test_it_lifts_a_wait_and_ends_other_sessions(session, operator, li, clock):
    account = session.get(Account, li)
    account.failures, account.locked_until = 9, clock.now()
    token = service.invite(session, operator, li, SITE, START)
    service.accept(session, token, GOOD, "djbh", clock.now())
    assert (account.failures, account.locked_until, account.must_change) == (0, None, False)


def test_whom_no_letter_can_reach_is_not_invited(session, operator, li):
    session.get(Account, li).email = ""
    with pytest.raises(Invalid, match="no mail address"):
        service.invite(session, operator, li, SITE, START)
    system = service.create_account(session, operator, username="sys", display_name="s", is_system=True, now=START)
    with pytest.raises(Refused, match="by token"):
        service.invite(session, operator, system, SITE, START)
    with pytest.raises(NotFound):
        service.invite(session, operator, 999999, SITE, START)
    assert session.scalars(select(Invitation)).all() == []


def test_a_token_opens_the_api_until_it_lapses_or_is_revoked_and_is_kept_as_a_hash(session, operator, clock):
    from datetime import timedelta

    system = service.create_account(session, operator, username="ctt", display_name="城管通", is_system=True, now=START)
    token = service.issue_token(session, operator, system, "调度", expires_at=START + timedelta(days=1), now=START)
    assert service.bearer(Errand(session), token, START).get().account_id == system
    row = queries.tokens_of(session, system, START)[0]
    assert token.startswith(row.prefix)
    assert token not in str(about(session, "account", system))
    assert service.bearer(Errand(session), token, START + timedelta(days=1)).get() is None
    assert service.bearer(Errand(session), token[:-1], START).get() is None
    service.revoke_token(session, operator, system, row.id, reason="泄露", now=START)
    assert service.bearer(Errand(session), token, START).get() is None
    with pytest.raises(Refused, match="already been revoked"):
        service.revoke_token(session, operator, system, row.id, reason="again", now=START)


def test_a_disabled_system_and_a_person_have_no_working_token(session, operator, li):
    with pytest.raises(Refused, match="Only a connected system"):
        service.issue_token(session, operator, li, "x", expires_at=None, now=START)
    system = service.create_account(session, operator, username="ctt", display_name="s", is_system=True, now=START)
    token = service.issue_token(session, operator, system, "x", expires_at=None, now=START)
    service.disable(session, operator, system, reason="x", now=START)
    assert service.bearer(Errand(session), token, START).get() is None
    with pytest.raises(Refused, match="enable it first"):
        service.issue_token(session, operator, system, "x", expires_at=None, now=START)
    service.enable(session, operator, system, reason="y", now=START)
    assert service.bearer(Errand(session), token, START).get() is not None
