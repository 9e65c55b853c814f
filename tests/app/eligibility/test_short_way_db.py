"""The short way of a check gives the long way's answer and headers, and leaves everything unusual to it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.accounts import service as accounts
from app.accounts.models import Account, ApiToken
from app.accounts.policy import Role
from app.core.short_way import NotPlain
from app.core.together import Together
from app.eligibility.api import CheckShortly
from app.eligibility.models import DecisionRecord
from tests.app.eligibility.rows import PLACE, START

BODY = {
    "act": "PENALTY", "item": "HOU-2", "place": PLACE, "people": ["KT-0017", "KT-0021"],
    "start": "2026-03-10T09:00:00+08:00", "end": "2026-03-10T12:00:00+08:00",
}  # fmt: skip


@pytest.fixture
def token(session, kt, operator):
    """A system that may check everywhere, and two good officers."""
    kt.officer("KT-0017"), kt.officer("KT-0021")
    account = accounts.create_account(
        session, operator, username="dispatch", display_name="dispatch", is_system=True, now=START
    )
    accounts.grant_role(session, operator, account, Role.SYSTEM, None, now=START)
    return accounts.issue_token(session, operator, account, "d", expires_at=START + timedelta(days=1), now=START)


@pytest.fixture
def ask(application, client, token):
    """Ask and tell the answer with the ways taken."""
    ways = []
    outermost = application.wsgi_app
    short = next(way for way in _ways(outermost) if isinstance(way, CheckShortly))
    long_way = short._long_way
    short._long_way = lambda environ, start: (ways.append("long"), long_way(environ, start))[1]

    def asked(body=None, content_type="application/json", **headers):
        del ways[:]
        given = {"Authorization": f"Bearer {token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        data = body if isinstance(body, str) else json.dumps(BODY if body is None else BODY | body)
        answer = client.post("/api/v1/eligibility/check", data=data, content_type=content_type, headers=given)
        return answer, list(ways)

    yield asked
    short._long_way = long_way


def _ways(way):
    while hasattr(way, "_long_way"):
        yield way
        way = way._long_way


def test_a_plain_check_goes_the_short_way_with_the_answer_and_headers_of_the_long_one(ask):
    short, taken = ask()
    assert (short.status_code, taken, short.json["outcome"]) == (200, [], "ALLOW")
    long, taken = ask(content_type="application/json; charset=utf-8")
    assert (long.status_code, taken) == (200, ["long"])
    apart = {"X-Request-Id", "ETag", "Content-Length", "Vary"}
    assert set(short.headers.keys()) - apart == set(long.headers.keys()) - apart
    for name in set(short.headers.keys()) - apart:
        assert short.headers[name] == long.headers[name], name
    assert {**short.json, "decision_id": ""} == {**long.json, "decision_id": ""}
    assert short.headers["ETag"].partition(".")[2] == long.headers["ETag"].partition(".")[2]


def test_the_record_of_the_short_way_is_there(session, ask):
    answer, _taken = ask()
    kept = session.get(DecisionRecord, answer.json["decision_id"])
    assert (kept.asked_by, kept.outcome) == ("dispatch", "ALLOW")


@pytest.mark.parametrize(
    ("change", "headers", "status", "code"),
    [
        ({"people": ["NOBODY"]}, {}, 422, "unknown-person"),
        ({"act": "NONSENSE"}, {}, 422, "unknown-act"),
        ("{", {}, 422, "not-json"),
        ({}, {"Authorization": "Bearer wrong"}, 401, "sign-in-needed"),
        ({}, {"Authorization": "Basic x"}, 401, "sign-in-needed"),
        ({}, {"Content_Encoding": "gzip"}, 422, "encoded-body"),
    ],
)
def test_what_is_not_plain_gets_the_refusal_of_the_long_way_and_leaves_no_record(
    session, ask, change, headers, status, code
):
    answer, taken = ask(change, **headers)
    assert (answer.status_code, answer.json["code"], taken) == (status, code, ["long"])
    assert session.scalar(select(func.count()).select_from(DecisionRecord)) == 0


@pytest.mark.parametrize(
    ("table", "values"),
    [(ApiToken, {"revoked_at": START}), (ApiToken, {"expires_at": START}), (Account, {"disabled_at": START})],
)
def test_a_token_that_opens_nothing_opens_nothing_on_either_way(session, ask, table, values):
    session.execute(update(table).values(**values))
    answer, taken = ask()
    assert (answer.status_code, taken) == (401, ["long"])


def test_the_holder_of_an_answer_is_told_that_it_still_stands_by_the_long_way(ask):
    first, _taken = ask()
    again, taken = ask(If_None_Match=first.headers["ETag"])
    assert (again.status_code, taken) == (304, ["long"])


def test_of_checks_that_came_together_each_is_answered_or_refused_by_itself(session, ask, application):
    short = next(way for way in _ways(application.wsgi_app) if isinstance(way, CheckShortly))
    sent, together = [], short._together
    short._together = Together(lambda asked: [sent.extend(asked) or NotPlain()])
    ask()
    short._together = together
    good, before = sent[0], set(session.scalars(select(DecisionRecord.id)))
    stranger = replace(good, token="x")
    unknown = replace(good, question=replace(good.question, people=("NOBODY",)))
    alone = replace(good, question=replace(good.question, people=("KT-0017",)))
    allowed, forbidden, refused, denied = short._check([good, stranger, unknown, alone])
    assert isinstance(forbidden, NotPlain)
    assert refused.code == "unknown-person"
    assert [one.decision.outcome for one in (allowed, denied)] == ["ALLOW", "DENY"]
    assert set(session.scalars(select(DecisionRecord.id))) - before == {allowed.id, denied.id}
