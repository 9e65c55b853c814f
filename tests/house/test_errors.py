"""One shape for every error."""

import json

import pytest

SHAPE = {"type", "title", "status", "code", "detail", "message", "request_id"}


@pytest.mark.parametrize("address", ["/no-such-page", "/api/v1/no-such-thing"])
def test_a_missing_address_answers_programs_with_a_problem(client, address):
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    body = json.loads(answer.text)
    assert set(body) == SHAPE
    assert body["code"] == "not-found"
    assert body["message"]["zh"] != body["message"]["en"]


def test_a_missing_address_answers_people_with_a_page(client):
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_a_form_without_its_token_is_refused_and_changes_nothing(application, client):
    application.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/sign-in", data={"username": "a", "password": "b"}, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert json.loads(answer.text)["code"] == "stale-form"


def test_every_answer_carries_the_security_headers(client):
    headers = client.get("/sign-in").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
