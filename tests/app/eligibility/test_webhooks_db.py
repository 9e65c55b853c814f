"""States of people, and connected systems that are told when one changes."""

import hashlib
import hmac
import json
import ssl
import threading
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select

from app.accounts.models import Account, OutboxMail
from app.accounts.policy import Role
from app.accounts.service import grant_role
from app.core.errors import Invalid, NotFound, Refused
from app.core.permissions import system_actor
from app.eligibility import jobs
from app.eligibility.models import PersonState, StateSweep, Webhook, WebhookDelivery
from app.eligibility.queries.states import due_after
from app.eligibility.service import states, webhooks
from app.eligibility.service.carrying import HttpCarrier, refused
from app.ledger.models import LedgerEntry
from app.registry.models import Person
from tests.app.eligibility.rows import change
from tests.conftest import START

KEY = bytes(range(32))
URL = "https://dispatch.example.cn/changed?from=cz"
TABLE = [datetime.fromisoformat(text) for text in ("2026-05-01T01:00:00+00:00", "2026-05-02T01:00:00+00:00")]


@pytest.fixture
def inside(application, session):
    """Jobs run inside the site."""
    with application.app_context():
        yield


class Twin:
    """Receives in memory; `answer` is the failure of each carriage, empty for none."""

    def __init__(self, answer: str = "") -> None:
        self.answer, self.got = answer, []

    def carry(self, parcel):
        self.got.append(parcel)
        return self.answer


def system(session, unit, name="dispatch"):
    account = Account(username=name, display_name="城管通", is_system=True, password_changed_at=START, created_at=START)
    session.add(account)
    session.flush()
    grant_role(session, system_actor("test"), account.id, Role.SYSTEM, unit, now=START)
    return account


def hook(session, cast, *, unit="PL-KT", name="dispatch", url=URL):
    return webhooks.add_webhook(
        session, cast["ada"].actor, system=name, unit=unit, title="派勤", url=url, key=KEY, now=START
    )


def code_of(session, person):
    return session.get_one(Person, person).code


@pytest.fixture
def told(session, house, cast, kt, inside):
    """A system of the bureau that is told; KT-0017's certificate ends on 2026-04-30."""
    kt.officer("KT-0017", last=date(2026, 4, 30))
    kt.officer("KT-0021")
    system(session, house.bureau)
    return hook(session, cast)


def rows(session):
    return session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()


def test_the_first_look_keeps_everyones_state_and_tells_nobody(session, clock, told):
    assert jobs.look_at_everyone(START) == len(session.scalars(select(Person.id)).all())
    kept = {code_of(session, one.person_id): one for one in session.scalars(select(PersonState))}
    assert kept["KT-0017"].outcome in {"ALLOW", "ALLOW_WITH_WARNINGS"}
    assert kept["KT-0017"].next_change_at is not None
    assert kept["KT-0001"].outcome == "DENY"
    assert rows(session) == []


def test_a_second_look_on_the_same_day_does_nothing_and_on_the_next_writes_only_what_changed(session, told):
    jobs.look_at_everyone(START)
    assert jobs.look_at_everyone(START + timedelta(hours=3)) == 0
    before = {one.person_id: one.computed_at for one in session.scalars(select(PersonState))}
    written = jobs.look_at_everyone(START + timedelta(days=1))
    after = {one.person_id: one.computed_at for one in session.scalars(select(PersonState))}
    assert sum(before[number] != moment for number, moment in after.items()) == written


def test_a_look_broken_off_goes_on_where_it_was(session, clock, told, monkeypatch):
    from app.eligibility.queries import states as reading

    monkeypatch.setattr(reading, "TOGETHER", 1)
    zone = START.astimezone().tzinfo
    assert states.begin(session, states.Sweep.EVERYONE, now=START, zone=zone)
    session.commit()
    [first], [second], *_others = everyone = list(states.groups(session, states.Sweep.EVERYONE, now=START))
    states.keep(session, states.Sweep.EVERYONE, first, states.judged(session, [first], now=START, zone=zone), now=START)
    session.commit()
    assert states.begin(session, states.Sweep.EVERYONE, now=START, zone=zone)
    assert list(states.groups(session, states.Sweep.EVERYONE, now=START)) == everyone[1:]
    assert session.get_one(StateSweep, "EVERYONE").after_id == first < second


def test_an_expiry_foreseen_is_told_as_of_the_midnight_at_which_it_took_effect(session, cast, told):
    jobs.look_at_everyone(START)
    jobs.look_at_due(TABLE[0])
    (row,) = [one for one in rows(session) if one.person_code == "KT-0017"]
    assert (row.to_outcome, "R03" in row.rules) == ("DENY", True)
    assert row.moment <= datetime.fromisoformat("2026-05-01T00:00:00+08:00")
    jobs.look_at_due(TABLE[1])
    assert len([one for one in rows(session) if one.person_code == "KT-0017"]) == 1


def test_a_suspension_recorded_since_is_found_by_the_next_look_and_told(session, told):
    jobs.look_at_everyone(START)
    later = START + timedelta(hours=1)
    jobs.look_at_due(later)
    from app.credentials.models import Certificate

    person = session.scalar(select(Person.id).where(Person.code == "KT-0021"))
    number = session.scalar(select(Certificate.id).where(Certificate.person_id == person))
    at = later + timedelta(minutes=30)
    change(session, number, "SUSPENDED", at, recorded=at)
    assert person in due_after(session, 0, at, at)
    jobs.look_at_due(at + timedelta(minutes=1))
    (row,) = rows(session)
    assert (row.person_code, row.to_outcome) == ("KT-0021", "DENY")
    assert "R05" in row.rules


def test_a_system_hears_nothing_of_another_agencys_people(session, house, cast, kt, people, told):
    system(session, house.other_bureau, "jingchuan")
    hook(session, cast, unit="PL-JC", name="jingchuan")
    jobs.look_at_everyone(START)
    jobs.look_at_due(TABLE[0])
    ids = {one.webhook_id for one in rows(session)}
    assert ids == {session.scalar(select(Webhook.id).where(Webhook.unit_id == house.bureau))}


def test_a_system_whose_role_was_taken_back_or_that_is_disabled_hears_nothing(session, told):
    jobs.look_at_everyone(START)
    session.scalar(select(Account).where(Account.username == "dispatch")).disabled_at = START
    jobs.look_at_due(TABLE[0])
    assert rows(session) == []


def test_a_webhook_only_reaches_where_its_system_may_ask_itself(session, house, cast, kt):
    system(session, house.brigade)
    for unit in ("PL-KT", "PL-JC"):
        with pytest.raises(Refused) as refusal:
            hook(session, cast, unit=unit)
        assert (refusal.value.code, refusal.value.field) == ("no-such-system", "system")
    with pytest.raises(Refused):
        hook(session, cast, name="tan")
    with pytest.raises(NotFound):
        hook(session, cast, unit="NOWHERE")
    assert session.scalars(select(Webhook)).all() == []
    hook(session, cast, unit="PL-KT-D1")


@pytest.mark.parametrize(
    "url",
    [
        "http://dispatch.example.cn/", "ftp://x.example.cn/", "https://", "https://user:pw@x.example.cn/", "//x/",
        "https://x.example.cn/#part", "https://x.example.cn:99999/", "https://x example.cn/", "javascript:alert(1)",
        "https://x.example.cn/\r\nHost: y", "https://x.example.cn/" + "a" * 500, "https://例.cn/",
    ],
)  # fmt: skip
def test_an_address_that_is_no_plain_https_address_is_refused(url):
    with pytest.raises(Invalid) as refusal:
        webhooks.usable_url(url)
    assert (refusal.value.code, refusal.value.field) == ("webhook-url", "url")


def test_a_message_is_signed_over_its_very_bytes_and_the_secret_is_kept_sealed(session, clock, told):
    jobs.look_at_everyone(START)
    jobs.look_at_due(TABLE[0])
    twin = Twin()
    assert jobs.send_webhooks(TABLE[0], twin) == len(rows(session)) == len(twin.got)
    parcel = twin.got[0]
    moment, _comma, given = parcel.headers["Chizheng-Signature"].partition(",v1=")
    wanted = hmac.new(told.encode(), moment[2:].encode() + b"." + parcel.body, hashlib.sha256).hexdigest()
    assert given == wanted
    assert moment == f"t={int(TABLE[0].timestamp())}"
    body = json.loads(parcel.body)
    assert set(body) == {"id", "type", "person", "from", "to", "rules", "moment"}
    assert body["id"] == parcel.headers["Chizheng-Event"]
    assert told.encode() not in session.scalar(select(Webhook.secret_sealed))
    assert {one.state for one in rows(session)} == {"SENT"}
    assert jobs.send_webhooks(TABLE[1], twin) == 0


def waiting(session, number=1):
    one = session.scalar(select(Webhook.id).order_by(Webhook.id))
    for n in range(number):
        session.add(
            WebhookDelivery(
                webhook_id=one, event_id=f"E{n}", person_code="KT-0017", from_outcome="ALLOW", to_outcome="DENY",
                rules=["R03"], moment=START, written_at=START, due_at=START,
            )
        )  # fmt: skip
    session.flush()


def test_a_failure_is_retried_with_growing_delay_then_given_up_and_its_owner_told_once_a_day(session, cast, told):
    waiting(session)
    now, delays, twin = START, [], Twin("status 500")
    for _round in range(webhooks.MOST_ATTEMPTS):
        jobs.send_webhooks(now, twin)
        one = rows(session)[0]
        if one.state == "WAITING":
            delays.append((one.due_at - now).total_seconds() / 60)
            now = one.due_at
    assert delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert rows(session)[0].state == "GIVEN_UP"
    assert rows(session)[0].failure == "status 500"
    again = rows(session)[0]
    again.state, again.attempts, again.due_at = "WAITING", webhooks.MOST_ATTEMPTS - 1, now
    session.flush()
    jobs.send_webhooks(now, twin)
    assert rows(session)[0].state == "GIVEN_UP"
    letters = session.scalars(select(OutboxMail).where(OutboxMail.key.startswith("webhook-given-up"))).all()
    assert {one.recipient for one in letters} == {"ada@example.cn"}
    assert len(letters) == 1
    assert session.query(LedgerEntry).filter_by(event="eligibility.webhook.given-up").count() == 2


def test_a_receiver_that_fails_is_left_for_the_rest_of_the_run_and_holds_up_nobody_else(session, house, cast, told):
    system(session, house.squad, "second")
    hook(session, cast, unit="PL-KT-D1", name="second", url="https://second.example.cn/")
    waiting(session, 3)
    other = session.scalar(select(Webhook.id).order_by(Webhook.id.desc()))
    rows(session)[2].webhook_id = other
    session.flush()

    class Half(Twin):
        def carry(self, parcel):
            super().carry(parcel)
            return "" if "second" in parcel.url else "OSError"

    twin = Half()
    assert jobs.send_webhooks(START, twin) == 1
    assert [one.url for one in twin.got] == [URL, "https://second.example.cn/"]


def test_a_stopped_webhook_gives_up_what_waits_and_is_told_nothing_more(session, cast, told):
    waiting(session)
    number = session.scalar(select(Webhook.id))
    webhooks.switch(session, cast["ada"].actor, number, active=False, reason="维护", now=START)
    assert [one.state for one in rows(session)] == ["GIVEN_UP"]
    jobs.look_at_everyone(START)
    jobs.look_at_due(TABLE[0])
    assert len(rows(session)) == 1
    webhooks.switch(session, cast["ada"].actor, number, active=True, reason="恢复", now=START)
    with pytest.raises(NotFound):
        webhooks.switch(session, cast["sun"].actor, number, active=False, reason="r", now=START)


def test_messages_that_came_to_an_end_are_forgotten_after_thirty_days(session, told):
    waiting(session)
    jobs.send_webhooks(START, Twin())
    assert jobs.forget_webhooks(START + timedelta(days=30)) == 0
    assert jobs.forget_webhooks(START + timedelta(days=31)) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "::1",
        "::ffff:10.0.0.1", "fe80::1%eth0", "fd00::1", "224.0.0.1", "2002:0a00:0001::", "240.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_never_called(address):
    assert refused(address, [])
    parcel = webhooks.Parcel(1, 1, URL, b"{}", {})
    assert HttpCarrier((), lambda _host, _port: ["8.8.8.8", address]).carry(parcel).startswith("refused")


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it gets and answers with the status that its server was given."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_values):
        """Nothing is printed."""


@pytest.fixture
def receiver():
    """A receiver on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.status = [], 204
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_a_real_socket_a_redirect_is_not_followed_and_the_host_is_the_name(receiver):
    port = receiver.server_port
    parcel = webhooks.Parcel(1, 1, f"http://localhost:{port}/in?a=1", b'{"a":1}', {"Content-Type": "application/json"})
    carrier = HttpCarrier(("127.0.0.0/8",), lambda _host, _port: ["127.0.0.1"])
    assert carrier.carry(parcel) == ""
    path, headers, body = receiver.got[0]
    assert (path, headers["Host"], body) == ("/in?a=1", f"localhost:{port}", b'{"a":1}')
    receiver.status = 302
    assert carrier.carry(parcel) == "redirect 302 not followed"
    receiver.status = 500
    assert carrier.carry(parcel) == "status 500"
    assert len(receiver.got) == 3
    assert HttpCarrier((), lambda _host, _port: ["127.0.0.1"]).carry(parcel).startswith("refused")


def test_a_receiver_without_tls_behind_an_https_address_is_a_failure_and_no_crash(receiver):
    parcel = webhooks.Parcel(1, 1, f"https://localhost:{receiver.server_port}/", b"{}", {})
    context = ssl.create_default_context()
    said = HttpCarrier(("127.0.0.0/8",), lambda _host, _port: ["127.0.0.1"], context).carry(parcel)
    assert "SSL" in said or "Error" in said
    assert receiver.got == []


def test_an_administrator_sets_a_webhook_up_sees_its_secret_once_and_stops_it(session, sign_in, house):
    system(session, house.bureau)
    ada = sign_in("ada")
    sent = {"title": "派勤", "system": "dispatch", "unit": "PL-KT", "url": URL}
    page = ada.post("/duty/webhooks/new", data={**sent, "url": "http://x.example.cn"})
    assert (page.status_code, session.scalars(select(Webhook)).all()) == (422, [])
    page = ada.post("/duty/webhooks/new", data=sent)
    assert "whsec_" in page.text
    number = session.scalar(select(Webhook.id))
    for address in ("/duty/webhooks", f"/duty/webhooks/{number}"):
        page = ada.get(address)
        assert page.status_code == 200
        assert "whsec_" not in page.text
        assert "派勤" in page.text
    assert ada.post(f"/duty/webhooks/{number}/switch", data={"reason": ""}).status_code == 422
    assert ada.post(f"/duty/webhooks/{number}/switch", data={"reason": "维护"}).status_code == 302
    assert session.scalar(select(Webhook.active)) is False
    sun = sign_in("sun")
    assert [sun.get(f"/duty/webhooks{rest}").status_code for rest in ("", "/new", f"/{number}")] == [403] * 3
