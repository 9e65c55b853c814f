"""Tokens of forms, cookies over TLS, and the language somebody reads."""

import re

import pytest

from app import create_app
from tests.conftest import settings_for

SIGN_IN = {"username": "wang", "password": "nope"}


@pytest.fixture
def strict(application, client):
    """The browser of the other tests, with the forms' tokens asked for."""
    application.config["WTF_CSRF_ENABLED"] = True
    return client


def test_a_form_is_taken_with_its_own_token_only(strict):
    assert strict.post("/sign-in", data=SIGN_IN).status_code == 400
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', strict.get("/sign-in").text)[1]
    assert strict.post("/sign-in", data=SIGN_IN | {"csrf_token": token}).status_code == 422
    assert strict.post("/sign-in", data=SIGN_IN | {"csrf_token": token[:-2]}).status_code == 400


def test_even_signing_out_needs_the_token(strict):
    answer = strict.post("/sign-out")
    assert (answer.status_code, "open too long" in answer.text) == (400, True)


def test_over_tls_the_cookies_are_bound_to_the_host_and_never_sent_in_the_clear(tmp_path):
    site = create_app(settings_for(f"sqlite:///{tmp_path / 'none.sqlite'}", tmp_path, site_url="https://c.example.cn"))
    answer = site.test_client().get("/sign-in", base_url="https://c.example.cn")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "session" in c)
    assert cookie.startswith("__Host-session=")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
    assert not any(part.startswith("Domain") for part in parts)
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    chosen = site.test_client().get("/language/en", base_url="https://c.example.cn").headers["Set-Cookie"]
    assert "Secure" in chosen


def test_in_the_clear_there_is_no_promise_of_tls(client):
    answer = client.get("/sign-in")
    assert "Strict-Transport-Security" not in answer.headers
    assert all("__Host-" not in cookie for cookie in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        (None, "zh-CN"), ("en-US,en;q=0.9", "en"), ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"), ("fr-FR", "zh-CN"),
        ("en-GB,zh;q=0.5", "en"), ("fr,en;q=0.3", "en"), ("*", "zh-CN"),
    ],
)  # fmt: skip
def test_the_language_is_the_browsers_wish_and_chinese_where_it_has_none(client, wish, language):
    client.environ_base.pop("HTTP_ACCEPT_LANGUAGE")
    headers = {"Accept-Language": wish} if wish else {}
    assert f'<html lang="{language}"' in client.get("/sign-in", headers=headers).text


def test_a_chosen_language_is_remembered_over_the_browsers_wish(client):
    answer = client.get("/language/zh?next=/sign-in")
    assert answer.headers["Location"] == "/sign-in"
    assert '<html lang="zh-CN"' in client.get("/sign-in").text
    client.get("/language/en")
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "zh-CN"}).text
    assert client.get("/language/tlh").status_code == 302
    assert '<html lang="en"' in client.get("/sign-in").text
    assert client.get("/language/en?next=//evil.example").headers["Location"] == "/"
