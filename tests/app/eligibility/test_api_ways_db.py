"""The ways in for machines: a description that holds, batches as streams, tags, and tokens that end at their agency."""

import gc
import io
import json
import re
from copy import deepcopy

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.core.permissions import P
from app.credentials.api import EXAMPLE, CertificateBody
from app.eligibility.api import bodies, examples
from app.eligibility.models import DecisionRecord
from app.eligibility.service.batch import LONGEST_LINE, MOST_LINES, TOGETHER, batch, lines_of
from app.ledger.models import LedgerEntry
from app.registry.models import Employment, Person
from tests.app.eligibility.rows import PLACE, change
from tests.conftest import START
from tests.contracts.conftest import TOKEN, call, kt, system

__all__ = ["call", "kt", "system"]

QUESTION = {
    "act": "PATROL", "item": None, "place": PLACE, "start": "2026-03-10T09:00:00+08:00",
    "end": "2026-03-10T12:00:00+08:00", "people": ["KT-0021"],
}  # fmt: skip
PREFIX = "#/components/schemas/"


def described(client):
    return client.get("/api/v1/openapi.json").get_json()


def operations(api):
    for path, methods in (api["paths"] | api["webhooks"]).items():
        for method, one in methods.items():
            yield path, method, one


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    for one in value if isinstance(value, list) else ():
        yield from references(one)


def test_every_address_of_the_interface_is_described_with_its_methods_and_its_parameters(client, application):
    api = described(client)
    for rule in application.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "{" + found[1].replace("decision_id", "id") + "}", rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            one = api["paths"][path][method.lower()]
            wanted = set(re.findall(r"{(\w+)}", path))
            given = {part["name"] for part in one.get("parameters", ()) if part["in"] == "path"}
            assert given == wanted, path


def test_the_description_keeps_the_rules_of_openapi_31(client):
    api = described(client)
    assert re.fullmatch(r"3\.1\.\d+", api["openapi"])
    assert {"title", "version"} <= set(api["info"])
    ids = [one["operationId"] for _path, _method, one in operations(api)]
    assert len(ids) == len(set(ids))
    for reference in references(api):
        assert reference.startswith(PREFIX)
        assert reference.removeprefix(PREFIX) in api["components"]["schemas"]
    for path, method, one in operations(api):
        assert one["responses"], (path, method)
        names = [(part["name"], part["in"]) for part in one.get("parameters", ())]
        assert len(names) == len(set(names))
        for part in one.get("parameters", ()):
            assert part["schema"]
            assert part["required"] is True or part["in"] != "path"
        for status, answer in one["responses"].items():
            assert re.fullmatch(r"[1-5](\d\d|XX)", status)
            assert answer["description"]
            for content in answer.get("content", {}).values():
                assert content["schema"], (path, status)
        if path.startswith("/"):
            assert "content" in one["responses"]["200"]
    for scheme in {name for _p, _m, one in operations(api) for need in one.get("security", ()) for name in need}:
        assert scheme in api["components"]["securitySchemes"]


def test_every_example_is_what_its_schema_says(client):
    models = {name: getattr(bodies, name, None) or getattr(examples, name) for name in examples.EXAMPLES}
    for name, example in examples.EXAMPLES.items():
        models[name].model_validate_json(json.dumps(example))
    CertificateBody.model_validate_json(json.dumps(EXAMPLE))
    shown = [
        content["example"]
        for _path, _method, one in operations(described(client))
        for part in (one.get("requestBody", {}), one["responses"].get("200", {}))
        for content in part.get("content", {}).values()
        if "example" in content
    ]
    assert len(shown) >= 8


def test_the_page_for_people_shows_the_certificates_too(client):
    page = client.get("/api/docs").text
    assert "/api/v1/certificates/{number}" in page
    assert "PersonBody" in page


class Slow(io.RawIOBase):
    """Lines that are made as they are read; `given` counts them."""

    def __init__(self, line: bytes, count: int) -> None:
        self.line, self.count, self.given, self.place = line, count, 0, 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Only so that the browser of the tests learns the length."""
        self.place = len(self.line) * self.count if whence == 2 else offset
        return self.place

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if self.given >= self.count:
            return 0
        self.given += 1
        buffer[: len(self.line)] = self.line
        return len(self.line)


def send(client, stream):
    return client.post(
        "/api/v1/eligibility/batch", input_stream=stream, buffered=False,
        headers={"Authorization": f"Bearer {TOKEN}"},
    )  # fmt: skip


def test_the_first_answer_leaves_before_the_last_line_is_read(client, system, kt):
    line = json.dumps(QUESTION).encode() + b"\n"
    count = 4 * TOGETHER
    stream = Slow(line, count)
    answer = send(client, stream)
    first = next(answer.iter_encoded())
    assert json.loads(first.splitlines()[0])["status"] == 200
    assert stream.given < count
    answer.close()


def test_five_thousand_lines_are_answered_in_constant_memory(session, cast, kt):
    """The refusals are made of the same parts as answers are; what is kept must not grow with the lines."""
    held = []

    def unread(_line):
        raise bodies.Invalid("bad-value", "x")

    def lines():
        yield from (b"{}\n" for _number in range(MOST_LINES))

    total = 0
    for number, group in enumerate(batch(session, cast["sun"].actor, lines(), unread, today=START.date(), now=START)):
        total += len(group)
        assert len(group) <= TOGETHER
        if number % 50 == 10:
            gc.collect()
            held.append(len(gc.get_objects()))
    assert total == MOST_LINES
    assert held[-1] - held[0] < 2000


def test_recorded_answers_are_let_go_of_once_they_are_sent(client, session, system, kt):
    line = json.dumps(QUESTION).encode() + b"\n"
    answer = send(client, Slow(line, 6 * TOGETHER))
    held, given = [], 0
    for part in answer.iter_encoded():
        given += len(part.splitlines())
        gc.collect()
        held.append(sum(isinstance(one, DecisionRecord) for one in gc.get_objects()))
    assert given == 6 * TOGETHER
    assert max(held) <= 2 * TOGETHER


def test_lines_are_cut_out_of_any_pieces_and_a_long_one_shows_that_it_is():
    text = b"one\n\ntwo\n" + b"x" * (3 * LONGEST_LINE) + b"\nthree"
    for size in (1000, 8192, 10**6):
        stream = io.BytesIO(text)
        found = list(lines_of(lambda _wanted, size=size, stream=stream: stream.read(size)))
        assert [found[0], found[1], found[2], found[4]] == [b"one", b"", b"two", b"three"]
        assert len(found[3]) > LONGEST_LINE


def test_a_line_that_is_too_long_is_refused_on_its_own_and_the_rest_goes_on(client, system, kt):
    good = json.dumps(QUESTION).encode()
    raw = good + b"\n" + b"x" * (2 * LONGEST_LINE) + b"\n" + b"\xff\n" + good
    given = [json.loads(line) for line in send(client, io.BytesIO(raw)).text.splitlines()]
    assert [(one["line"], one["status"]) for one in given] == [(1, 200), (2, 422), (3, 422), (4, 200)]
    assert given[1]["problem"]["code"] == "line-too-long"


def test_more_lines_than_are_taken_end_with_a_refusal_on_the_line_after(session, cast, kt):
    def unread(_line):
        raise bodies.Invalid("bad-value", "x")

    lines = (b"{}" for _number in range(MOST_LINES + 10))
    groups = batch(session, cast["sun"].actor, lines, unread, today=START.date(), now=START)
    last = [line for group in groups for line in group][-1]
    assert (last.number, last.refusal.code) == (MOST_LINES + 1, "too-many-lines")


def test_a_batch_too_large_is_refused_before_it_is_read(client, system, kt):
    answer = send(client, Slow(b"{}\n" * 1000, 6000))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too-large")


def test_a_token_of_one_agency_learns_nothing_of_another_by_any_way_in(session, house, people, call):
    people("JC-0001", agency=house.other_bureau, unit=house.other_bureau)
    body = call("check", {**QUESTION, "people": ["JC-0001"]}).get_json()
    assert (body["code"], body["field"]) == ("unknown-person", "people")
    raw = json.dumps({**QUESTION, "people": ["JC-0001"]}).encode()
    assert json.loads(call("batch", raw=raw).text)["problem"]["code"] == "unknown-person"
    from app.core.permissions import system_actor
    from app.eligibility import service

    question = bodies.question_of(raw)
    other = service.check(session, system_actor("test"), question, today=START.date(), now=START)
    for address, method in ((f"decisions/{other.id}", "GET"), (f"decisions/{other.id}/replay", "POST")):
        assert call(address, method=method).get_json()["code"] == "unknown-decision"


def test_a_token_opens_no_page(client, system, kt):
    for address in ("/duty/", "/registry/people", "/watch", "/access/"):
        assert client.get(address, headers={"Authorization": f"Bearer {TOKEN}"}).status_code in {302, 401, 403, 404}


@pytest.fixture
def again(client, system, kt):
    """Ask with the tag of an earlier answer."""

    def ask(tag="", question=QUESTION, token=TOKEN):
        headers = {"Authorization": f"Bearer {token}"} | ({"If-None-Match": tag} if tag else {})
        return client.post("/api/v1/eligibility/check", json=question, headers=headers)

    return ask


def counted(session):
    deeds = session.query(LedgerEntry).filter_by(event="eligibility.decision.made").count()
    return session.query(DecisionRecord).count(), deeds


def test_the_same_question_within_a_minute_is_not_recorded_twice(session, clock, again):
    first = again()
    tag = first.headers["ETag"]
    clock.forward(seconds=59)
    second = again(tag)
    assert (second.status_code, second.data, second.headers["Age"], second.headers["ETag"]) == (304, b"", "59", tag)
    assert counted(session) == (1, 1)
    clock.forward(seconds=1)
    third = again(tag)
    assert (third.status_code, counted(session)) == (200, (2, 2))
    assert third.headers["ETag"] != tag


@pytest.mark.parametrize(
    "changes",
    [{"people": ["KT-0017"]}, {"act": "INFO"}, {"place": None}, {"end": "2026-03-10T12:00:01+08:00"}],
)
def test_another_question_is_judged_anew_whatever_tag_it_carries(session, again, changes):
    tag = again().headers["ETag"]
    assert again(tag, {**deepcopy(QUESTION), **changes}).status_code == 200
    assert counted(session) == (2, 2)


def test_a_suspension_recorded_a_second_ago_makes_an_allow_fall_at_once(session, clock, again, kt):
    question = {**QUESTION, "act": "INSPECT", "people": ["KT-0017", "KT-0021"]}
    tag = again(question=question).headers["ETag"]
    from app.credentials.models import Certificate

    person = session.scalar(select(Person.id).where(Person.code == "KT-0021"))
    number = session.scalar(select(Certificate.id).where(Certificate.person_id == person))
    change(session, number, "SUSPENDED", clock.at, recorded=clock.at)
    answer = again(tag, question)
    assert (answer.status_code, answer.get_json()["outcome"]) == (200, "DENY")


def test_who_left_the_askers_agency_is_unknown_though_the_tag_is_fresh(session, house, again):
    tag = again().headers["ETag"]
    from app.registry.models import Posting

    person = session.scalar(select(Person.id).where(Person.code == "KT-0021"))
    session.scalar(select(Employment).where(Employment.person_id == person)).agency_id = house.other_bureau
    session.scalar(select(Posting).where(Posting.person_id == person)).unit_id = house.other_bureau
    session.commit()
    assert again(tag).get_json()["code"] == "unknown-person"


def test_another_version_of_the_rules_is_judged_anew(session, again, monkeypatch):
    from app.eligibility.service import repeating

    tag = again().headers["ETag"]
    monkeypatch.setattr(repeating, "rule_versions", lambda _regime: {"R01": "other"})
    assert again(tag).status_code == 200
    assert counted(session) == (2, 2)


def test_anothers_answer_and_a_made_up_tag_are_worth_nothing(session, again, system):
    tag = again().headers["ETag"]
    made_up = tag[:-2] + ("0" if tag[-2] != "0" else "1") + '"'
    for given in (made_up, '"x"', "*", f"{tag}, {made_up}", 'W/"a"', "nonsense"):
        assert again(given).status_code == 200
    record = session.scalar(select(DecisionRecord).order_by(DecisionRecord.id))
    assert record.asked_by_account_id == session.scalar(select(Account.id).where(Account.username == "dispatch"))


def test_a_stored_record_never_changes_and_so_keeps_its_tag(call, client):
    number = call("check", QUESTION).get_json()["decision_id"]
    address = f"/api/v1/eligibility/decisions/{number}"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    tag = client.get(address, headers=headers).headers["ETag"]
    answer = client.get(address, headers={**headers, "If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert client.get(address, headers={**headers, "If-None-Match": '"x"'}).status_code == 200
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 401


def test_the_permissions_of_a_connected_system_are_three():
    from app.accounts.policy import GRANTS, Role

    assert GRANTS[Role.SYSTEM] == {P.ELIGIBILITY_CHECK, P.ELIGIBILITY_READ, P.CREDENTIALS_READ}
