"""Sessions: how long they last, that they end on the server, and what stands before everything else."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from app.accounts import service
from app.accounts.models import Account, AccountSession
from app.accounts.passwords import token_hash
from app.core.errand import Errand
from app.core.errors import Invalid, TooMany
from app.core.permissions import system_actor
from app.ledger.queries import about
from tests.conftest import START

RIGHT = "Quiet-Harbour-77"


@pytest.fixture
def wang(session):
    """An account with a password of its own."""
    made = service.create_account(
        session, system_actor("test"), username="Wang", display_name="王", now=START, one_time_password=RIGHT
    )
    account = session.get(Account, made)
    account.must_change = False
    session.flush()
    return account


def _enter(session, clock, password=RIGHT, profile="djbh", **more):
    return service.sign_in(
        session, "wang", password, address="10.0.0.9", agent="test", profile=profile, now=clock.now(), **more
    )


def test_the_wait_doubles_with_each_further_failure_and_a_success_forgets_them(session, wang, clock):
    waits = []
    for _ in range(7):
        with pytest.raises(Invalid):
            _enter(session, clock, "nope")
        waits.append((wang.locked_until - clock.now()).total_seconds() if wang.locked_until else 0)
        clock.at = wang.locked_until or clock.at
    assert waits == [0, 0, 0, 0, 30, 60, 120]
    _enter(session, clock)
    assert (wang.failures, wang.locked_until) == (0, None)
    assert [e.event for e in about(session, "account", wang.id)].count("accounts.sign-in.slowed") == 3


def test_while_it_waits_the_right_password_is_not_even_looked_at(session, wang, clock):
    for _ in range(5):
        with pytest.raises(Invalid):
            _enter(session, clock, "nope")
    with pytest.raises(TooMany) as waiting:
        _enter(session, clock)
    assert waiting.value.data["retry_after"] == 31


def test_a_hash_of_older_parameters_is_made_anew_at_sign_in(session, wang, clock):
    wang.password_hash = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(RIGHT)
    session.flush()
    _enter(session, clock)
    assert "m=19456,t=2,p=1" in wang.password_hash
    _enter(session, clock)


def test_an_old_password_must_be_changed_under_djbh_but_not_under_asvs(session, wang, clock):
    clock.forward(days=91)
    _enter(session, clock, profile="asvs")
    assert wang.must_change is False
    _enter(session, clock, profile="djbh")
    assert wang.must_change is True


def test_a_session_in_use_lives_twelve_hours_and_no_longer(client, session, clock, sign_in):
    sign_in("ou")
    for _ in range(35):
        clock.forward(minutes=20)
        assert client.get("/").status_code == 200
    clock.forward(minutes=21)
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/")


def test_signing_out_ends_the_session_on_the_server_so_that_a_kept_cookie_is_worth_nothing(
    client, sign_in, session, cast
):
    sign_in("ou")
    kept = client.get_cookie("session").value
    client.post("/sign-out")
    client.set_cookie("session", kept)
    assert client.get("/").status_code == 302
    assert session.scalar(
        select(AccountSession.ended_at).where(AccountSession.token_hash == token_hash(cast["ou"].token))
    )


def test_signing_in_again_gives_a_new_session_and_ends_the_one_before(client, session, wang):
    tokens = []
    for _ in range(2):
        client.post("/sign-in", data={"username": "wang", "password": RIGHT})
        with client.session_transaction() as cookie:
            tokens.append(cookie["_user_id"])
    assert tokens[0] != tokens[1]
    assert service.signed_in_by(Errand(session), tokens[0], START).get() is None
    assert service.signed_in_by(Errand(session), tokens[1], START).get() is not None


def test_the_database_keeps_no_token_of_a_session(session, wang, clock):
    token = _enter(session, clock)
    row = session.scalars(select(AccountSession).where(AccountSession.account_id == wang.id)).one()
    assert token not in vars(row).values()
    assert row.token_hash == token_hash(token)


def test_a_disabled_account_is_signed_out_at_once_and_cannot_sign_in(client, session, wang, clock, operator):
    account_id = wang.id
    client.post("/sign-in", data={"username": "wang", "password": RIGHT})
    assert client.get("/").status_code == 200
    service.disable(session, operator, account_id, reason="调离", now=clock.now())
    assert client.get("/").status_code == 302
    refused = client.post("/sign-in", data={"username": "wang", "password": RIGHT})
    assert refused.status_code == 422
    assert "is not right" in refused.text


def test_a_password_set_by_another_is_changed_before_anything_else(client, session, wang):
    wang.must_change = True
    client.post("/sign-in", data={"username": "wang", "password": RIGHT})
    assert client.get("/").headers["Location"] == "/account/password"
    told = client.get("/", headers={"Accept": "application/json"})
    assert (told.status_code, told.get_json(force=True)["code"]) == (403, "password-change-needed")
    form = {"current": RIGHT, "password": "Another-Harbour-78", "again": "Another-Harbour-78"}
    assert client.post("/account/password", data=form).status_code == 302
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("current", "password", "again", "said"),
    [
        ("nope", "Another-Harbour-78", "Another-Harbour-78", "The password is not right."),
        (RIGHT, "Another-Harbour-78", "Another-Harbour-79", "are not the same"),
        (RIGHT, RIGHT, RIGHT, "other than the present"),
        (RIGHT, "short", "short", "at least 10 characters"),
        (RIGHT, "wang-Harbour-78", "wang-Harbour-78", "contains the user name"),
    ],
)
def test_a_new_password_that_will_not_do_is_refused_and_the_old_one_stays(
    client, session, wang, current, password, again, said
):
    kept = select(Account.password_hash).where(Account.id == wang.id)
    before = session.scalar(kept)
    client.post("/sign-in", data={"username": "wang", "password": RIGHT})
    answer = client.post("/account/password", data={"current": current, "password": password, "again": again})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert session.scalar(kept) == before


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(client, session, wang, clock):
    elsewhere = _enter(session, clock)
    client.post("/sign-in", data={"username": "wang", "password": RIGHT})
    client.post("/account/password", data={"current": RIGHT, "password": "Sea-Breeze-9182", "again": "Sea-Breeze-9182"})
    assert service.signed_in_by(Errand(session), elsewhere, clock.now()).get() is None
    assert client.get("/").status_code == 200


def test_sessions_are_forgotten_ninety_days_after_they_were_last_used(session, cast, clock, application):
    from app.accounts import jobs

    clock.forward(days=89)
    assert jobs.forget_sessions(clock.now()) == 0
    clock.forward(days=2)
    assert jobs.forget_sessions(clock.now()) == len(cast)
