"""The short way of a save: it takes the plain case with every check, and everything else gets the long way's answer."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import session as web_session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select, update

from app.accounts.models import Account, AccountSession
from app.core.short_way import NotPlain, ShortWay
from app.core.together import Together
from app.exams.models import AnswerJournal, Attempt
from app.exams.service.saving import Answer
from app.exams.views import SaveShortly
from tests.app.exams.conftest import OPENS

BODY = '{"answers": [{"id": "a", "position": 1, "value": "B", "at": null}]}'


@pytest.fixture
def hall(application, session, sign_in, make_sitting, clock):
    """A candidate in the middle of a paper, with form tokens demanded: (ask, attempt id, ways taken)."""
    client = sign_in("ou")
    sitting = make_sitting("KT-0001")
    clock.at = OPENS
    session.execute(update(AccountSession).values(last_seen_at=OPENS))
    begun = client.post(f"/exams/sittings/{sitting}/start")
    attempt = int(begun.headers["Location"].rsplit("/", 1)[-1])
    with application.test_request_context():
        token = generate_csrf()
        secret = web_session["csrf_token"]
    with client.session_transaction() as kept:
        kept["csrf_token"] = secret
    application.config["WTF_CSRF_ENABLED"] = True
    long_way, ways = _innermost(application), []
    spied = SaveShortly(application)
    spied._long_way = lambda environ, start: (ways.append("long"), long_way(environ, start))[1]
    kept_way, application.wsgi_app = application.wsgi_app, spied

    def ask(body=BODY, *, token=token, cookie=None, content_type="application/json"):
        if cookie:
            client.set_cookie("session", cookie)
        given = {"X-CSRFToken": token, "Accept": "application/json"}
        return client.post(f"/exams/papers/{attempt}/answers", data=body, content_type=content_type, headers=given)

    yield ask, attempt, ways
    application.wsgi_app = kept_way


def test_a_plain_save_goes_the_short_way_with_the_headers_of_the_long_one(hall, session):
    ask, _attempt, ways = hall
    short = ask()
    assert (short.status_code, ways) == (200, [])
    long = ask(content_type="application/json; charset=utf-8")
    assert (long.status_code, ways) == (200, ["long"])
    assert set(short.headers.keys()) == set(long.headers.keys())
    for name in set(short.headers.keys()) - {"X-Request-Id", "Content-Length"}:
        assert short.headers[name] == long.headers[name], name
    assert short.json == long.json
    assert session.scalar(select(func.count()).select_from(AnswerJournal)) == 1


@pytest.mark.parametrize(
    ("body", "given", "status", "code"),
    [
        (BODY, {"token": ""}, 400, "stale-form"),
        (BODY, {"token": "forged"}, 400, "stale-form"),
        (BODY, {"cookie": "forged"}, 400, "stale-form"),
        (BODY.replace('"B"', '"Z"'), {}, 422, "answer-option"),
        ("{", {}, 422, "answers-unreadable"),
        ("x" * 300_000, {}, 422, "answers-unreadable"),
        ('{"answers": {}}'.replace("{}", "7"), {}, 422, "answers-unreadable"),
    ],
)
def test_whatever_is_not_plain_gets_the_answer_of_the_long_way_and_saves_nothing(
    hall, session, body, given, status, code
):
    ask, _attempt, ways = hall
    answer = ask(body, **given)
    assert (answer.status_code, answer.json["code"], ways) == (status, code, ["long"])
    assert session.scalar(select(func.count()).select_from(AnswerJournal)) == 0


@pytest.mark.parametrize(
    ("table", "values", "status"),
    [
        (Account, {"must_change": True}, 403),
        (Account, {"disabled_at": OPENS}, 401),
        (Account, {"person_id": None}, 403),
        (AccountSession, {"ended_at": OPENS}, 401),
        (AccountSession, {"last_seen_at": OPENS - timedelta(days=1)}, 401),
    ],
)
def test_who_may_not_save_is_refused_on_either_way(hall, session, table, values, status):
    ask, _attempt, ways = hall
    session.execute(update(table).values(**values))
    assert (ask().status_code, ways) == (status, ["long"])
    assert session.scalar(select(func.count()).select_from(AnswerJournal)) == 0


def test_a_fault_on_the_short_way_is_told_and_the_answer_is_saved_on_the_long_one(hall, session, monkeypatch, caplog):
    ask, _attempt, ways = hall
    monkeypatch.setattr("app.exams.views.short_way.acknowledgement", lambda *_: 1 / 0)
    answer = ask()
    assert (answer.status_code, ways) == (200, ["long"])
    assert "went the long way after a fault" in caplog.text
    assert session.scalar(select(func.count()).select_from(AnswerJournal)) == 1


@pytest.mark.parametrize("refused", [False, True])
def test_of_saves_that_came_together_each_is_taken_or_refused_by_itself(hall, application, session, refused):
    ask, _attempt, _ways = hall
    short, sent = application.wsgi_app, []
    short._together = Together(lambda asked: [sent.extend(asked) or NotPlain()])
    ask()
    first, again, second = (
        replace(sent[0], answers=[Answer(name, 2, value)]) for name, value in (("b", "A"), ("b", "A"), ("c", "B"))
    )
    stranger, unreadable = replace(first, visitor="x"), replace(first, answers=[Answer("d", 2, "Z")])
    *taken, nobody = short._save([first, again, *([unreadable] if refused else []), second, stranger])
    assert isinstance(nobody, NotPlain)
    if refused:
        assert taken.pop(2).code == "answer-option"
    assert [one.saved[0].sequence for one in taken] == [2, 2, 3]
    assert list(session.scalars(select(AnswerJournal.client_id).order_by(AnswerJournal.sequence))) == ["a", "b", "c"]


def test_numbers_stay_dense_where_saves_of_one_paper_come_together_and_repeat(hall, application, session):
    ask, _attempt, _ways = hall
    short, sent = application.wsgi_app, []
    short._together = Together(lambda asked: [sent.extend(asked) or NotPlain()])
    ask()
    first, second, third = (
        replace(sent[0], answers=[Answer(name, 1 + place, "A") for place, name in enumerate(names)])
        for names in ("bc", "bdc", "e")
    )
    short._save([first])
    repeated, new = short._save([second, third])
    assert [(one.client_id, one.sequence) for one in repeated.saved] == [("b", 2), ("d", 4), ("c", 3)]
    assert ([one.sequence for one in new.saved], repeated.last_sequence, new.last_sequence) == ([5], 4, 5)
    assert list(session.scalars(select(AnswerJournal.sequence).order_by(AnswerJournal.sequence))) == [1, 2, 3, 4, 5]
    assert session.scalar(select(Attempt.last_sequence)) == 5


def _innermost(application):
    way = application.wsgi_app
    while isinstance(way, ShortWay):
        way = way._long_way
    return way


def test_over_tls_the_page_that_asks_must_be_the_sites_own(hall, application):
    short = SaveShortly(application)
    environ = {"wsgi.url_scheme": "https", "HTTP_HOST": "a.example", "HTTP_REFERER": "https://b.example/x"}
    environ |= {"REQUEST_METHOD": "POST", "PATH_INFO": "/exams/papers/1/answers", "CONTENT_TYPE": "application/json"}
    environ |= {"CONTENT_LENGTH": "2", "wsgi.input": io.BytesIO(b"{}")}
    said = []
    short._long_way = lambda environ, _start: [said.append(environ["wsgi.input"].read()), b""][1:]
    short(environ, lambda *_: said.append("started"))
    assert said == [b"{}"]
