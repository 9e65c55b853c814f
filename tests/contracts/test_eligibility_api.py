"""The public interface of duty decisions, field by field."""

import json
import re
from copy import deepcopy
from datetime import datetime

import pytest

from app.eligibility.models import DecisionRecord
from app.ledger.models import LedgerEntry
from app.registry.models import Employment, Person
from tests.app.eligibility.rows import PLACE

QUESTION = {
    "act": "PENALTY",
    "item": "HOU-2",
    "place": PLACE,
    "start": "2026-04-30T22:00:00+08:00",
    "end": "2026-05-01T06:00:00+08:00",
    "people": ["KT-0017", "KT-0021"],
    "context": {"approval": None, "emergency": False, "recorder": True, "case_parties": []},
    "known_at": None,
}
PROBLEM = {"type", "title", "status", "code", "detail", "message", "request_id"}
OUTCOMES = {"ALLOW", "ALLOW_WITH_WARNINGS", "DENY"}


def changed(**changes):
    return {**deepcopy(QUESTION), **changes}


def test_a_check_answers_with_every_promised_field_and_no_other(call):
    answer = call("check", QUESTION)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    body = answer.get_json()
    assert list(body) == [
        "decision_id", "outcome", "changes_at", "intervals", "people", "reasons", "obligations", "regime", "known_at",
        "facts_digest",
    ]  # fmt: skip
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", body["decision_id"])
    assert body["outcome"] == "DENY"
    assert body["changes_at"] == "2026-05-01T00:00:00+08:00"
    assert body["intervals"] == [
        {"start": QUESTION["start"], "end": "2026-05-01T00:00:00+08:00", "outcome": "ALLOW", "reasons": []},
        {"start": "2026-05-01T00:00:00+08:00", "end": QUESTION["end"], "outcome": "DENY", "reasons": ["R03", "R17"]},
    ]
    assert [one["person"] for one in body["people"]] == QUESTION["people"]
    for one in body["people"]:
        assert set(one) == {"person", "outcome", "reasons", "permitted_acts"}
        assert {"PUBLICITY", "PATROL", "INFO", "DISSUADE"} <= set(one["permitted_acts"])
    assert body["regime"]["id"] == "pingliang"
    assert body["regime"]["version"].startswith("sha256:")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", body["facts_digest"])
    assert datetime.fromisoformat(body["known_at"]).utcoffset() is not None


def test_each_reason_says_what_for_whom_by_which_rule_on_what_facts_and_what_would_mend_it(call):
    reasons = call("check", QUESTION).get_json()["reasons"]
    assert {one["rule"] for one in reasons} == {"R03", "R17"}
    for one in reasons:
        assert set(one) == {
            "rule", "severity", "people", "message", "source", "facts", "remedy", "overridable",
        }  # fmt: skip
        assert set(one["message"]) == set(one["remedy"]) == {"zh", "en"}
        assert one["source"]
        assert one["severity"] == "DENY"
        assert one["overridable"] in (True, False)
    expired = next(one for one in reasons if one["rule"] == "R03")
    assert expired["people"] == ["KT-0017"]
    assert any(name.startswith("certificate:") for name in expired["facts"])


def test_an_allowed_act_carries_its_obligations_in_both_languages(call):
    body = call("check", changed(start="2026-03-10T09:00:00+08:00", end="2026-03-10T12:00:00+08:00")).get_json()
    assert (body["outcome"], body["reasons"]) == ("ALLOW", [])
    assert "R19" in {one["rule"] for one in body["obligations"]}
    assert all(set(one["message"]) == {"zh", "en"} for one in body["obligations"])


def test_what_need_not_be_stated_may_be_left_out(call):
    plain = {key: QUESTION[key] for key in ("act", "start", "end", "people")}
    body = call("check", {**plain, "act": "PATROL"}).get_json()
    assert body["outcome"] in OUTCOMES


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"act": "DANCE"}, "unknown-act", "act"),
        ({"item": "NO-1"}, "unknown-item", "item"),
        ({"place": "1"}, "unknown-place", "place"),
        ({"people": []}, "no-people", "people"),
        ({"people": ["ZZ-1"]}, "unknown-person", "people"),
        ({"people": [f"K{n}" for n in range(201)]}, "too-many-people", "people"),
        ({"people": ["x" * 65]}, "bad-value", "people.0"),
        ({"people": "KT-0017"}, "bad-value", "people"),
        ({"start": "2026-04-30T22:00:00"}, "naive-time", "start"),
        ({"start": 1777557600}, "bad-value", "start"),
        ({"start": "1777557600"}, "bad-value", "start"),
        ({"start": "2026-13-01T00:00:00+08:00"}, "bad-value", "start"),
        ({"end": "2026-04-30T22:00:00+08:00"}, "reversed-times", "end"),
        ({"end": "2026-07-01T00:00:00+08:00"}, "interval-too-long", "end"),
        ({"end": "9999-12-31T23:59:59+08:00"}, "interval-too-long", "end"),
        ({"known_at": "2030-01-01T00:00:00+08:00"}, "known-later", "known_at"),
        ({"context": {"mood": 1}}, "unknown-field", "context.mood"),
        ({"extra": 1}, "unknown-field", "extra"),
    ],
)
def test_bad_input_is_a_problem_document_at_its_field_and_changes_nothing(session, call, changes, code, field):
    answer = call("check", changed(**changes))
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    body = answer.get_json()
    assert set(body) == PROBLEM | {"field"}
    assert (body["code"], body["field"], body["status"]) == (code, field, 422)
    assert body["type"] == f"urn:chizheng:problem:{code}"
    assert body["message"]["en"]
    assert session.query(DecisionRecord).count() == 0


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b'{"act": "PENALTY"}', b"null", b"[" * 5000])
def test_a_body_that_is_no_question_is_refused(call, raw):
    answer = call("check", raw=raw)
    assert answer.status_code == 422
    assert answer.get_json()["code"] in {"not-json", "bad-value", "missing-field"}


def test_a_body_too_large_is_refused_before_it_is_read(call):
    answer = call("check", raw=b" " * (256 * 1024 + 1))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too-large")


def test_without_a_token_or_with_a_wrong_one_nothing_is_told(call, sign_in):
    for token in ("", "wrong"):
        answer = call("check", QUESTION, token=token)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "sign-in-needed")
    answer = sign_in("sun").post("/api/v1/eligibility/check", json=QUESTION)
    assert answer.status_code == 401


def test_a_person_of_another_agency_is_unknown(house, people, call):
    people("JC-0001", agency=house.other_bureau, unit=house.other_bureau)
    body = call("check", changed(people=["KT-0017", "JC-0001"])).get_json()
    assert (body["code"], body["field"]) == ("unknown-person", "people")
    assert body["detail"] == call("check", changed(people=["ZZ-0001"])).get_json()["detail"].replace("ZZ", "JC")


def test_a_batch_answers_line_by_line_in_order(session, call):
    lines = [QUESTION, changed(people=["ZZ-1"]), changed(act="PATROL", item=None, people=["KT-0021"])]
    raw = "\n".join(json.dumps(one) for one in lines).encode() + b"\n\nnot json\n"
    answer = call("batch", raw=raw)
    assert answer.content_type == "application/x-ndjson"
    given = [json.loads(line) for line in answer.text.splitlines()]
    assert [(one["line"], one["status"]) for one in given] == [(1, 200), (2, 422), (3, 200), (5, 422)]
    assert [one.get("decision", {}).get("outcome") for one in given] == ["DENY", None, "ALLOW", None]
    assert set(given[1]["problem"]) == PROBLEM | {"field"}
    assert given[3]["problem"]["code"] == "not-json"
    assert session.query(DecisionRecord).count() == 2
    made = session.query(LedgerEntry).filter(LedgerEntry.event == "eligibility.decision.made").count()
    assert made == 2


def test_a_record_holds_everything_the_decision_rests_on(call):
    body = call("check", QUESTION).get_json()
    record = call(f"decisions/{body['decision_id']}", method="GET").get_json()
    assert set(record) == {
        "decision_id", "asked_at", "asked_by", "question", "answer", "facts", "facts_digest", "fact_ids", "regime",
        "rule_versions",
    }  # fmt: skip
    assert record["answer"] == body
    assert record["asked_by"] == "dispatch"
    assert record["question"]["people"] == QUESTION["people"]
    assert record["facts_digest"] == body["facts_digest"]
    assert set(record["facts"]["people"]) == set(QUESTION["people"])
    used = {name for reason in body["reasons"] for name in reason["facts"]}
    assert used <= set(record["fact_ids"])


def test_a_replay_agrees_or_says_exactly_what_differs(session, call):
    number = call("check", QUESTION).get_json()["decision_id"]
    body = call(f"decisions/{number}/replay").get_json()
    assert set(body) == {"decision_id", "agrees", "stored_facts", "facts_known_then", "regime"}
    assert body["agrees"] is True
    assert body["stored_facts"] == {"sound": True, "agrees": True, "differences": []}
    assert set(body["facts_known_then"]) == {"agrees", "facts_digest", "differences", "facts"}
    assert set(body["regime"]) == {"id", "version_then", "version_now", "changed"}
    person = session.query(Person).filter_by(code="KT-0021").one()
    session.query(Employment).filter_by(person_id=person.id).one().category = "LABOUR_DISPATCH"
    session.commit()
    body = call(f"decisions/{number}/replay").get_json()
    assert body["agrees"] is False
    assert body["stored_facts"]["agrees"] is True
    assert [(one["recorded"], one["recomputed"]) for one in body["facts_known_then"]["facts"]] == [
        ("CIVIL_SERVANT", "LABOUR_DISPATCH")
    ]
    assert body["facts_known_then"]["differences"]


@pytest.mark.parametrize(("address", "method"), [("decisions/NONE", "GET"), ("decisions/NONE/replay", "POST")])
def test_a_decision_that_is_not_there_is_not_found(call, address, method):
    answer = call(address, method=method)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown-decision")


def test_the_description_names_every_address_and_every_reference_leads_somewhere(client, application):
    api = client.get("/api/v1/openapi.json").get_json()
    assert api["openapi"].startswith("3.1")
    text = json.dumps(api)
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in api["components"]["schemas"]
    rules = {
        re.sub(r"<(?:\w+:)?(?:decision_)?id>", "{id}", rule.rule)
        for rule in application.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/eligibility")
    }
    assert rules <= set(api["paths"])
    body = api["components"]["schemas"]["CheckBody"]
    assert set(body["properties"]) == set(QUESTION)
    assert set(body["required"]) == {"act", "start", "end", "people"}
    assert body["additionalProperties"] is False


def test_answers_have_the_shape_that_the_description_gives(client, call):
    schemas = client.get("/api/v1/openapi.json").get_json()["components"]["schemas"]
    given = call("check", QUESTION).get_json()
    assert set(given) == set(schemas["DecisionBody"]["properties"]) == set(schemas["DecisionBody"]["required"])
    for part, name in (("people", "PersonBody"), ("intervals", "IntervalBody"), ("reasons", "ReasonBody")):
        assert all(set(one) == set(schemas[name]["properties"]) for one in given[part])
    record = call(f"decisions/{given['decision_id']}", method="GET").get_json()
    assert set(record) == set(schemas["RecordBody"]["properties"])
    assert set(call(f"decisions/{given['decision_id']}/replay").get_json()) == set(schemas["ReplayBody"]["properties"])


def test_the_page_for_people_shows_each_address_and_nothing_inline(client):
    page = client.get("/api/docs").text
    for address in ("/api/v1/eligibility/check", "/api/v1/eligibility/decisions/{id}/replay"):
        assert address in page
    assert "KT-" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "http://" not in re.sub(r"http://localhost", "", page)
