"""What a stranger is told, and what not."""

import io
import json
import re

import pytest
from sqlalchemy import select

from app.credentials import jobs
from app.credentials.models import Certificate, IssuedDocument
from app.credentials.queries import mask_name
from tests.conftest import START, settings_for


@pytest.fixture
def one(session, officer, issue):
    issue(officer("KT-0017", "王安平"))
    return session.scalars(select(Certificate)).one()


@pytest.fixture
def pdf(application, session, one, clock):
    session.commit()
    with application.test_request_context():
        jobs.seal_issued(clock.now())
    return session.scalars(select(IssuedDocument.content)).one()


def _send(client, data, **fields):
    sent = {"file": (io.BytesIO(data), "c.pdf"), **fields}
    return client.post("/verify", data=sent, content_type="multipart/form-data")


def test_number_and_code_give_what_is_printed_with_the_name_masked(client, one):
    page = client.get(f"/verify/{one.number}?code={one.check_code}").text
    assert "王**" in page
    assert "王安平" not in page
    for printed in (one.number, "崆峒区城市管理行政执法局", "2026-03-02", "2031-03-01", "平凉市崆峒区"):
        assert printed in page
    assert one.photo_sha256 not in page
    assert "****" not in page


def test_the_code_may_be_typed_in_small_letters_with_spaces(client, one):
    code = f"{one.check_code[:4].lower()} - {one.check_code[4:].lower()}"
    answer = client.get("/verify", query_string={"number": f" {one.number} ", "code": code}, follow_redirects=True)
    assert answer.status_code == 200
    assert "王**" in answer.text


def _steady(text: str) -> str:
    return re.sub(r'(value="[^"]{40,}"|next=[^"]*)', "", text)


@pytest.mark.parametrize("code", ["", "22222222", "x" * 300, "王"])
def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(client, one, code):
    wrong = client.get(f"/verify/{one.number}", query_string={"code": code})
    unknown = client.get("/verify/PL-2026-999999-1", query_string={"code": code})
    assert wrong.status_code == unknown.status_code == 404
    assert _steady(wrong.text) == _steady(unknown.text)
    first = client.get(f"/api/v1/certificates/{one.number}", query_string={"code": code})
    second = client.get("/api/v1/certificates/PL-2026-999999-1", query_string={"code": code})
    a, b = json.loads(first.text), json.loads(second.text)
    assert a.pop("request_id") != b.pop("request_id")
    assert a == b
    assert (first.status_code, a["code"]) == (404, "certificate-unknown")


def test_the_state_on_a_day_asked_for_is_answered_beside_today(client, session, one, operator, clock):
    from datetime import date
    from zoneinfo import ZoneInfo

    from app.credentials import service

    clock.at = START.replace(month=4)
    service.suspend(
        session, operator, one.number, "x", now=clock.now(), zone=ZoneInfo("Asia/Shanghai"), legal_basis="y",
        until=date(2026, 4, 30),
    )  # fmt: skip
    data = client.get(f"/api/v1/certificates/{one.number}?code={one.check_code}&on=2026-03-15").get_json()
    assert data["today"] == {"date": "2026-04-02", "state": "SUSPENDED"}
    assert data["on"] == {"date": "2026-03-15", "state": "ACTIVE"}
    assert [row["state"] for row in data["history"]] == ["ACTIVE", "SUSPENDED", "ACTIVE"]
    assert data["history"][2]["effective_at"] == "2026-05-01T00:00:00+08:00"
    later = client.get(f"/api/v1/certificates/{one.number}?code={one.check_code}&on=2031-03-02").get_json()
    assert later["on"]["state"] == "EXPIRED"
    page = client.get(f"/verify/{one.number}?code={one.check_code}&on=2026-03-15").text
    assert "State on the day asked for" in page
    assert "x" not in [row.strip() for row in page.split("<td>")]


def test_the_answer_of_the_api_holds_these_fields_and_no_others(client, one):
    data = client.get(f"/api/v1/certificates/{one.number}?code={one.check_code}").get_json()
    assert set(data) == {
        "number", "holder", "agency", "region", "domains", "authority_source", "issuer", "issued_on", "valid_from",
        "valid_to", "printed_to", "today", "on", "history",
    }  # fmt: skip
    assert data["holder"] == "王**"
    assert data["domains"][0]["zh"] == "住建规划"


@pytest.mark.parametrize("address", ["/verify/X?on=soon", "/api/v1/certificates/X?on=2026-02-30"])
def test_a_day_that_cannot_be_read_is_named(client, address):
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.get_json()["code"] == "date-invalid"


def test_a_revoked_number_answers_for_ever(client, session, one, operator, clock):
    from zoneinfo import ZoneInfo

    from app.credentials import service

    clock.forward(days=1)
    service.revoke(session, operator, one.number, "x", now=clock.now(), zone=ZoneInfo("Asia/Shanghai"), legal_basis="y")
    clock.at = START.replace(year=2060)
    data = client.get(f"/api/v1/certificates/{one.number}?code={one.check_code}").get_json()
    assert data["today"]["state"] == "REVOKED"


def test_an_uploaded_document_gets_two_separate_answers(client, one, pdf):
    page = _send(client, pdf).text
    assert "Genuine and unchanged" in page
    assert "the same, byte for byte" in page
    assert "State today" in page
    assert "王**" in page


def test_a_document_with_one_changed_byte_is_not_genuine_and_no_state_is_told(client, pdf):
    broken = bytearray(pdf)
    broken[len(broken) // 2] ^= 1
    page = _send(client, bytes(broken)).text
    assert "Not genuine, or changed" in page
    assert "State today" not in page
    assert "PL-2026-" not in page.partition("<main")[2]


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7\n" + b"a" * 2000, b"PK\x03\x04" + b"\0" * 100])
def test_a_file_of_any_other_kind_is_answered_and_not_a_fault(client, data):
    answer = _send(client, data)
    assert answer.status_code in {200, 422}
    assert "Genuine and unchanged" not in answer.text


def test_no_file_and_a_bad_day_are_named_at_their_field(client, pdf):
    assert "Choose a file." in client.post("/verify", data={}).text
    assert _send(client, pdf, on="soon").status_code == 422


def test_the_root_is_for_download(client):
    answer = client.get("/verify/root.pem")
    assert answer.data.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in answer.data


@pytest.fixture
def limited(session, database_url, tmp_path):
    """The site as it runs in earnest, with its limits."""
    from app import create_app
    from app.extensions import db, limiter

    site = create_app(settings_for(database_url, tmp_path, testing=False))
    yield site.test_client()
    limiter.enabled = False
    with site.app_context():
        db.engine.dispose()


def test_too_many_asks_from_one_address_are_turned_away(limited):
    codes = [limited.get("/api/v1/certificates/X?code=Y").status_code for _ in range(31)]
    pages = limited.get("/verify/X?code=Y").status_code
    elsewhere = limited.get("/verify/X?code=Y", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code
    assert codes == [404] * 30 + [429]
    assert (pages, elsewhere) == (429, 404)


@pytest.mark.parametrize(("name", "masked"), [("王安", "王*"), ("欧阳平", "欧**"), ("王", "王*")])
def test_a_name_keeps_its_first_character(name, masked):
    assert mask_name(name) == masked
