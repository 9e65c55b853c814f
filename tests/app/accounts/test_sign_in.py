"""Signing in."""

from app.accounts import service
from app.accounts.models import Account
from app.core.permissions import system_actor
from tests.conftest import START


def _account(session, password="Quiet-Harbour-77"):  # noqa: S107
    account_id = service.create_account(
        session, system_actor("test"), username="Wang", display_name="王", now=START, one_time_password=password
    )
    session.get(Account, account_id).must_change = False
    session.flush()
    return account_id


def test_the_right_password_opens_a_session_and_the_home_page(client, session):
    _account(session)
    answer = client.post("/sign-in", data={"username": "wang", "password": "Quiet-Harbour-77"})
    assert answer.status_code == 302
    assert client.get("/").status_code == 200


def test_a_wrong_password_says_no_more_than_an_unknown_name(client, session):
    _account(session)
    wrong = client.post("/sign-in", data={"username": "wang", "password": "nope"})
    unknown = client.post("/sign-in", data={"username": "nobody", "password": "nope"})
    assert wrong.status_code == unknown.status_code == 422
    assert "is not right" in wrong.text
    assert "is not right" in unknown.text


def test_repeated_failures_make_the_account_wait_even_for_the_right_password(client, session, clock):
    _account(session)
    for _ in range(5):
        client.post("/sign-in", data={"username": "wang", "password": "nope"})
    assert "Please wait" in client.post("/sign-in", data={"username": "wang", "password": "Quiet-Harbour-77"}).text
    clock.forward(seconds=31)
    assert client.post("/sign-in", data={"username": "wang", "password": "Quiet-Harbour-77"}).status_code == 302


def test_a_session_idles_out(client, session, clock, sign_in):
    sign_in("ou")
    assert client.get("/").status_code == 200
    clock.forward(minutes=31)
    assert client.get("/").status_code == 302


def test_a_next_address_elsewhere_is_not_followed(client, session):
    _account(session)
    answer = client.post(
        "/sign-in", data={"username": "wang", "password": "Quiet-Harbour-77", "next": "//evil.example/"}
    )
    assert answer.headers["Location"] == "/"
