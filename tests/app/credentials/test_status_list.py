"""Codes, status lists and names at work: made by the sealing process, fetched by strangers, read without the site."""

import json
import shutil
import subprocess
from datetime import timedelta

import flask_migrate
import pytest
import zxingcpp
from cryptography.x509 import load_pem_x509_certificate
from joserfc.jwk import ECKey
from PIL import Image
from sqlalchemy import func, select

from app import create_app
from app.accounts.models import Account
from app.credentials import jobs, queries, service
from app.credentials.models import Certificate, CodeName, IssuedDocument, PublishedList, StatusEntry
from app.credentials.periods import Action
from app.credentials.service import entries
from app.credentials.service.entries import draw_entries
from app.extensions import db
from app.ledger.models import LedgerEntry
from app.registry.models import Person, Unit
from certificates import cose, qr, status_list
from certificates.code import STATUS_LIST, message_of, parse_code, read_content
from certificates.reading import CodeState, accept_list, read_code
from certificates.status_list import ENTRIES, decoded_list
from certificates.trust_list import read_names, read_trust_list, verified
from tests.app.eligibility.rows import certificate
from tests.conftest import START, settings_for
from tests.live import database

BASIS = {"reason": "违反纪律", "legal_basis": "办法第二十条"}


class Phone:
    """A reader that holds nothing but the root it pinned, and what it last fetched."""

    def __init__(self, client, clock) -> None:
        self.client, self.clock, self.lists, self.trust = client, clock, {}, None
        pinned = client.get("/pki/root.pem").data
        self.root = load_pem_x509_certificate(pinned).public_key()

    def fetch(self, number=0):
        self.trust = read_trust_list(self.client.get("/api/v1/trust-list").data, self.root)
        answer = self.client.get(f"/api/v1/status-list?list={number}")
        one = accept_list(cose.parse_sign1(answer.data), self.trust, self.lists, self.clock.now())
        self.lists[one.number] = one

    def reads(self, text):
        return read_code(text, self.trust, self.lists, self.clock.now())


@pytest.fixture
def sealed(session, issue, officer, clock, application):
    """Issue to an officer and let the sealing process do its work; returns number and the code on the document."""

    def make(code="KT-0100", name="欧阳平"):
        made = issue(officer(code, name))
        session.commit()
        work(application, clock)
        text = session.scalar(select(IssuedDocument.code_text).where(IssuedDocument.certificate_id == made.id))
        return made, text

    return make


def work(application, clock):
    """One round of the sealing process."""
    with application.app_context():
        jobs.seal_issued(clock.now())
        jobs.issue_statuses(clock.now())


def test_a_code_is_valid_then_revoked_after_the_lists_are_fetched_again(
    session, sealed, client, clock, application, operator, site
):
    made, text = sealed()
    phone = Phone(client, clock)
    phone.fetch()
    reading = phone.reads(text)
    assert (reading.state, reading.content.number, reading.content.name) == (CodeState.VALID, made.number, "欧阳平")
    clock.forward(minutes=3)
    service.revoke(session, operator, made.number, now=clock.now(), zone=site.zone, **BASIS)
    work(application, clock)
    assert phone.reads(text).state is CodeState.VALID  # it has not fetched yet
    phone.fetch()
    assert phone.reads(text).state is CodeState.REVOKED
    clock.forward(days=3)
    assert phone.reads(text).state is CodeState.REVOKED


def test_an_old_list_is_told_as_such(sealed, client, clock):
    _made, text = sealed()
    phone = Phone(client, clock)
    phone.fetch()
    clock.forward(hours=23, minutes=59)
    assert phone.reads(text).state is CodeState.VALID
    clock.forward(minutes=1)
    assert (phone.reads(text).state, phone.reads(text).reason) == (CodeState.VALID_AT_ISSUE, "STALE")


def test_what_the_code_says_is_what_the_document_prints(session, sealed):
    made, text = sealed()
    one = session.get_one(Certificate, made.id)
    said = read_content(parse_code(text).payload)
    assert (said.agency, said.issuer) == (one.face["agency"], one.face["issuer_name"])
    assert (said.first_day, said.last_day) == (one.valid_from, one.valid_to)
    assert said.index == one.status_index
    assert [domain.key for domain in said.domains] == one.domains
    assert list(said.regions) == one.region
    assert said.issued_at.date() == one.issued_on
    names = read_names(cose.parse_sign1(queries.published(session, queries.NAMES).content).payload)
    assert [names.domains[domain.key][0] for domain in said.domains] == one.face["domains"]
    assert names.regions[said.regions[0]] == (one.face["region"], one.face["region_en"])
    assert names.levels[said.domains[0].level][0] == one.face["authority_source"]


def test_the_sealed_document_shows_the_code(session, sealed, tmp_path):
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is absent")
    made, text = sealed()
    (tmp_path / "c.pdf").write_bytes(
        session.scalar(select(IssuedDocument.content).where(IssuedDocument.certificate_id == made.id))
    )
    subprocess.run(["pdftoppm", "-r", "200", "-png", "-singlefile", "c.pdf", "c"], cwd=tmp_path, check=True)
    with Image.open(tmp_path / "c.png") as page:
        assert [one.text for one in zxingcpp.read_barcodes(page.convert("L"))] == [text]


def test_a_suspension_counts_for_its_days_only(session, sealed, client, clock, application, operator, site):
    made, text = sealed()
    phone, today = Phone(client, clock), clock.now().astimezone(site.zone).date()
    service.suspend(
        session, operator, made.number, now=clock.now(), zone=site.zone, effective_on=today + timedelta(days=1),
        until=today + timedelta(days=2), **BASIS,
    )  # fmt: skip
    session.commit()
    seen = []
    for _day in range(4):
        work(application, clock)
        phone.fetch()
        seen.append(phone.reads(text).state)
        clock.forward(days=1)
    assert seen == [CodeState.VALID, CodeState.SUSPENDED, CodeState.SUSPENDED, CodeState.VALID]


def test_a_list_is_issued_each_hour_and_at_once_after_a_change(session, sealed, clock, application, operator, site):
    made, _text = sealed()

    def numbers():
        return session.scalars(
            select(PublishedList.number).where(PublishedList.name == "status-list-0").order_by(PublishedList.number)
        ).all()

    assert numbers() == [1]
    clock.forward(minutes=59)
    work(application, clock)
    assert numbers() == [1]
    service.suspend(session, operator, made.number, now=clock.now(), zone=site.zone, **BASIS)
    session.commit()
    work(application, clock)
    assert numbers() == [1, 2]
    clock.forward(hours=1)
    work(application, clock)
    assert numbers() == [1, 2, 3]
    issued = select(LedgerEntry).where(LedgerEntry.event == "credentials.status-list.issued")
    told = session.scalars(issued.order_by(LedgerEntry.sequence)).all()
    assert [one.after["suspended"] for one in told if one.subject_id == "status-list-0"] == [0, 1, 1]


def test_a_loss_can_be_taken_back_and_a_cancellation_not(session, sealed, clock, operator, site):
    made, _text = sealed()
    entry = session.get_one(Certificate, made.id).status_index

    def entries_after(action):
        clock.forward(minutes=1)
        order = service.Order(action, **(BASIS if action is not Action.REINSTATE else {"reason": "寻回"}))
        service.change(session, operator, made.number, order, now=clock.now(), zone=site.zone)
        found = service.entries_at(session, clock.now(), site.zone)[0]
        return found.revoked, found.suspended

    assert entries_after(Action.REPORT_LOST) == (frozenset(), {entry})
    assert entries_after(Action.REINSTATE) == (frozenset(), frozenset())
    assert entries_after(Action.CANCEL) == ({entry}, frozenset())


def test_an_entry_falls_back_after_the_certificate_has_long_expired(session, sealed, clock, operator, site):
    made, _text = sealed()
    service.revoke(session, operator, made.number, now=clock.now(), zone=site.zone, **BASIS)
    one = session.get_one(Certificate, made.id)
    last = clock.now() + timedelta(days=(one.valid_to - one.issued_on).days)
    entry = one.status_index % ENTRIES
    assert service.entries_at(session, last + timedelta(days=30), site.zone)[0].revoked == {entry}
    assert service.entries_at(session, last + timedelta(days=31), site.zone)[0].revoked == frozenset()


def test_entries_are_drawn_by_chance_and_never_twice(session):
    drawn = draw_entries(session, 700)
    drawn += [draw_entries(session, 1)[0] for _ in range(50)]
    assert len(set(drawn)) == 750
    assert all(0 <= entry < ENTRIES for entry in drawn)
    assert max(drawn) > ENTRIES // 2  # a run from the beginning would tell how many there are
    assert drawn[:700] != sorted(drawn[:700])
    assert session.scalar(select(func.count()).select_from(StatusEntry)) == 750


def test_a_full_list_is_followed_by_the_next(session, monkeypatch):
    """Lists of four entries stand for the long ones: the fifth certificate is in the second list."""
    monkeypatch.setattr(entries, "ENTRIES", 4)
    drawn = [draw_entries(session, 1)[0] for _ in range(9)]
    assert len(set(drawn)) == 9
    assert max(drawn) // 4 >= 2
    assert queries.codes.list_count(session) == 1


def test_a_title_that_changes_gets_a_new_key_and_old_codes_keep_their_words(session, sealed, clock):
    made, _text = sealed()
    one = session.get_one(Certificate, made.id)
    later = Certificate(
        **{
            column.name: getattr(one, column.name)
            for column in Certificate.__table__.columns
            if column.name not in {"id", "number", "status_index", "face"}
        },
        number="LATER", status_index=draw_entries(session, 1)[0],
        face={**one.face, "domains": ["住房和城乡建设管理", *one.face["domains"][1:]], "authority_source": "新的表述"},
    )  # fmt: skip
    session.add(later)
    session.flush()
    assert service.keep_titles(session, now=clock.now()) == 2
    assert service.keep_titles(session, now=clock.now()) == 0
    keys = dict(session.execute(select(CodeName.zh, CodeName.key)).all())
    first = one.domains[0]
    assert (keys[one.face["domains"][0]], keys["住房和城乡建设管理"]) == (first, f"{first}~2")
    assert (keys[one.face["authority_source"]], keys["新的表述"]) == ("1", "11")


def test_the_list_comes_as_a_credential_of_each_purpose(session, sealed, client, clock, application, operator, site):
    made, _text = sealed()
    service.revoke(session, operator, made.number, now=clock.now(), zone=site.zone, **BASIS)
    work(application, clock)
    phone = Phone(client, clock)
    phone.fetch()
    key = ECKey.import_key(phone.trust.keys[0].key)
    entry = session.get_one(Certificate, made.id).status_index
    answer = client.get("/api/v1/status-list?purpose=revocation", headers={"Accept": "application/vc+jwt"})
    assert answer.content_type == "application/vc+jwt"
    document = status_list.read_jwt(answer.text, key)
    assert document["id"] == "http://localhost/api/v1/status-list?list=0&purpose=revocation"
    assert decoded_list(document["credentialSubject"]["encodedList"]) == {entry}
    other = status_list.read_jwt(client.get("/api/v1/status-list?format=jwt&purpose=suspension").text, key)
    assert decoded_list(other["credentialSubject"]["encodedList"]) == frozenset()


def test_the_lists_come_as_json_for_people_and_programs(sealed, client):
    sealed()
    plain = client.get("/api/v1/status-list", headers={"Accept": "application/json"}).json
    assert (plain["list"], plain["size"], plain["purposes"]["revocation"]["set"]) == (0, ENTRIES, 0)
    assert message_of(plain["text"], STATUS_LIST) == client.get("/api/v1/status-list").data
    keys = client.get("/api/v1/trust-list?format=json").json["keys"]
    assert len(keys) == 1
    assert set(keys[0]) == {"kid", "x", "y", "since", "until", "revoked"}
    names = client.get("/api/v1/code-names?format=json").json
    assert names["offset"] == 480
    assert names["domains"]["HOU"]["zh"]


@pytest.mark.parametrize("path", ["status-list", "trust-list", "code-names"])
def test_a_list_is_public_and_costs_nothing_when_unchanged(sealed, client, path):
    sealed()
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.content_type) == (200, "application/cose")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "public" in answer.headers["Cache-Control"]
    again = client.get(f"/api/v1/{path}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    browser = client.get(f"/api/v1/{path}", headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert browser.content_type == "application/cose"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("status-list?list=-1", 422, "list-invalid"),
        ("status-list?list=²", 422, "list-invalid"),
        ("status-list?list=123456", 422, "list-invalid"),
        ("status-list?list=7", 404, "not-published"),
        ("status-list?format=jwt&purpose=refresh", 422, "purpose-invalid"),
        ("status-list?format=xml", 422, "format-invalid"),
        ("trust-list?format=jwt", 422, "format-invalid"),
    ],
)
def test_a_wrong_question_is_answered_with_a_problem(sealed, client, path, status, code):
    sealed()
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status
    assert json.loads(answer.data)["code"] == code


def test_before_the_first_list_there_is_none(client, session):
    assert client.get("/api/v1/status-list").status_code == 404
    assert client.get("/c/list").status_code == 404
    assert queries.list_picture(session, 0, "http://localhost") is None


def test_the_list_is_shown_as_one_code_that_another_phone_takes(session, sealed, client, clock):
    _made, text = sealed()
    shown = queries.list_picture(session, 0, "http://localhost")
    page = client.get("/c/list")
    assert page.status_code == 200
    assert shown.path in page.text
    picture = Image.new("L", (shown.side + 8,) * 2, 255)
    for part in shown.path.split("M")[1:]:
        x, y = part.split("h")[0].split()
        picture.putpixel((int(x) + 4, int(y) + 4), 0)
    scanned = zxingcpp.read_barcodes(picture.resize((picture.width * 4,) * 2, Image.Resampling.NEAREST))[0].text
    assert scanned == shown.text
    phone = Phone(client, clock)
    phone.trust = read_trust_list(client.get("/api/v1/trust-list").data, phone.root)
    assert phone.reads(text).reason == "NO_LIST"
    one = accept_list(status_list.list_message(scanned), phone.trust, {}, clock.now())
    phone.lists[one.number] = one
    assert phone.reads(text).state is CodeState.VALID


def test_the_officer_shows_the_code_that_is_printed(session, issue, sign_in, cast, clock, application, officer):
    person = officer("KT-0200", "欧阳平")
    session.get_one(Account, cast["ou"].account_id).person_id = person
    made = issue(person)
    session.commit()
    work(application, clock)
    text = queries.code_text(session, made.id)
    assert text.startswith("http://localhost/c#")
    side = len(qr.modules(text))
    assert f'viewBox="-4 -4 {side + 8} {side + 8}"' in sign_in("ou").get(f"/credentials/mine/{made.number}/code").text


def test_names_are_signed_by_a_key_of_the_trust_list(session, sealed, client, clock):
    sealed()
    phone = Phone(client, clock)
    phone.fetch()
    names = verified(cose.parse_sign1(client.get("/api/v1/code-names").data), phone.trust, clock.now())
    assert read_names(names).domains


def test_published_lists_hold_no_name_and_no_number(session, sealed):
    made, _text = sealed()
    for row in session.scalars(select(PublishedList).where(PublishedList.name.startswith("status-list"))):
        assert made.number.encode() not in row.content
        assert "欧阳平".encode() not in row.content


def test_certificates_of_an_older_site_get_a_place_each(tmp_path):
    with database("sqlite", tmp_path / "db") as url:
        app = create_app(settings_for(url, tmp_path / "instance"))
        with app.app_context():
            flask_migrate.upgrade()
            unit = Unit(code="KT", name_zh="局", kind="BUREAU", is_agency=True, opened_on=START.date(), path="/1/")
            person = Person(code="KT-1", name="王安", kind="OFFICER", created_at=START)
            db.session.add_all([unit, person])
            db.session.flush()
            ids = [certificate(db.session, person.id, unit.id) for _each in range(40)]
            db.session.commit()
            flask_migrate.downgrade(revision="0022")
            flask_migrate.upgrade()
            found = dict(db.session.execute(select(Certificate.id, Certificate.status_index)).all())
            taken = set(db.session.scalars(select(StatusEntry.entry)))
            db.session.remove()
            db.engine.dispose()
    assert sorted(found) == ids
    assert len(set(found.values())) == 40
    assert set(found.values()) == taken
    assert all(0 <= entry < ENTRIES for entry in taken)
    assert [found[one] for one in ids] != sorted(taken)
