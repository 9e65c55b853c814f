"""The badge of a certificate: made by the sealing process, inside the document, fetched with all that proves it."""

import io
import json
import zipfile
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from markupsafe import escape
from sqlalchemy import select

from app.credentials import jobs, queries, service
from app.credentials.models import Certificate, IssuedDocument
from app.credentials.views.badge_words import TERMS as EXPLAINED
from certificates.__main__ import main
from certificates.attachment import attached
from certificates.badge import TERMS, key_of
from certificates.status_list import decoded_list
from tests.app.credentials.conftest import add_photo, add_result
from tests.conftest import START

BASIS = {"reason": "违反纪律", "legal_basis": "办法第二十条"}


@pytest.fixture
def held(session, cast, sittings, issue, application, clock):
    """ou's certificate, sealed by the sealing process."""
    person = cast["ou"].actor.person_id
    for sitting in sittings.values():
        add_result(session, sitting, person, START.date().replace(day=1))
    add_photo(session, person)
    made = issue(person)
    session.commit()
    with application.test_request_context():
        assert jobs.seal_issued(clock.now()) == 1
    return made


def fetch(client, held, name):
    """What somebody gets of a certificate's files."""
    return client.get(f"/credentials/certificates/{held.number}{name}")


def payload_of(text, client):
    """The credential once its signature holds, by the key that it names."""
    kid = jws.extract_compact(text.encode()).headers()["kid"]
    key = client.get(urlsplit(kid).path)
    assert (key.status_code, key.json["kid"]) == (200, kid)
    return json.loads(jws.deserialize_compact(text, ECKey.import_key(key.json), algorithms=["ES256"]).payload)


def test_the_holder_gets_the_badge_that_lies_in_the_document_and_any_library_checks_it(session, sign_in, held, site):
    client = sign_in("ou")
    answer = fetch(client, held, "/credential.jwt")
    assert (answer.status_code, answer.content_type) == (200, "application/vc+jwt")
    assert answer.data == attached(fetch(client, held, ".pdf").data)
    found, one = payload_of(answer.text, client), session.get_one(Certificate, held.id)
    subject = found["credentialSubject"]
    assert (subject["licenseNumber"], subject["agency"]) == (held.number, one.face["agency"])
    assert subject["identifier"][0]["identityHash"] == one.face["holder_name"]
    assert subject["domains"] == one.face["domains"]
    assert subject["identityEnd"] == one.face["holder_id_masked"][-4:] or "*" not in one.face["holder_id_masked"]
    first = datetime.fromisoformat(found["validFrom"]).astimezone(site.zone)
    assert (first.date(), first.hour) == (one.valid_from, 0)
    last = datetime.fromisoformat(found["validUntil"]) - timedelta(seconds=1)
    assert last.astimezone(site.zone).date() == one.valid_to
    page = client.get("/credentials/mine").text
    assert f"/credentials/certificates/{held.number}/credential.jwt" in page
    assert f"/credentials/certificates/{held.number}.zip" in page


def test_a_revocation_shows_in_the_list_that_the_badge_names(
    session, sign_in, held, application, clock, operator, site
):
    client = sign_in("ou")
    found = payload_of(fetch(client, held, "/credential.jwt").text, client)
    entry = next(one for one in found["credentialStatus"] if one["statusPurpose"] == "revocation")
    seen = []
    for _round in range(2):
        with application.app_context():
            jobs.issue_statuses(clock.now())
        parts = urlsplit(entry["statusListCredential"])
        listed = client.get(f"{parts.path}?{parts.query}", headers={"Accept": "application/vc+jwt"})
        credential = json.loads(jws.extract_compact(listed.data).payload)
        seen.append(int(entry["statusListIndex"]) in decoded_list(credential["credentialSubject"]["encodedList"]))
        if not seen[-1]:
            service.revoke(session, operator, held.number, now=clock.now(), zone=site.zone, **BASIS)
            session.commit()
            clock.forward(minutes=3)
    assert seen == [False, True]


def test_the_bundle_holds_all_that_proves_the_certificate_and_its_commands_work(
    sign_in, held, application, clock, tmp_path, monkeypatch, capsys
):
    client = sign_in("ou")
    early = zipfile.ZipFile(io.BytesIO(fetch(client, held, ".zip").data))
    assert "log-proof.json" not in early.namelist()
    assert "No checkpoint of the log covers" in early.read("README.txt").decode()
    with application.app_context():
        jobs.publish_log(clock.now())
    answer = fetch(client, held, ".zip")
    assert answer.content_type == "application/zip"
    zipfile.ZipFile(io.BytesIO(answer.data)).extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert (tmp_path / "certificate.pdf").read_bytes() == fetch(client, held, ".pdf").data
    proof = json.loads((tmp_path / "log-proof.json").read_text())
    assert (tmp_path / "checkpoint.txt").read_text() == proof["checkpoint"]
    lines = [line.split() for line in (tmp_path / "README.txt").read_text().splitlines()]
    commands = [words[3:] for words in lines if words[:2] == ["python", "-m"]]
    assert [words[0] for words in commands] == ["verify", "badge", "log-proof"]
    assert [main(words) for words in commands] == [0, 0, 0]
    said = capsys.readouterr().out
    assert held.number in said
    assert "IN_LOG" in said
    assert main(["badge", "certificate.pdf", "--key", "code-key.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["credentialSubject"]["licenseNumber"] == held.number


def test_a_badge_by_another_key_or_none_at_all_is_told_apart_by_the_exit_code(
    sign_in, held, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    client = sign_in("ou")
    text = fetch(client, held, "/credential.jwt").text
    key = client.get(f"/pki/keys/{key_of(text)}.json").data
    (tmp_path / "key.json").write_bytes(key)
    (tmp_path / "forged.jwt").write_text(text[:-6] + "AAAAAA")
    (tmp_path / "none.jwt").write_text("nothing")
    (tmp_path / "other.json").write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=False)))
    (tmp_path / "sound.jwt").write_text(text + "\n")
    calls = {
        ("sound.jwt", "key.json"): 0, ("forged.jwt", "key.json"): 1, ("sound.jwt", "other.json"): 1,
        ("none.jwt", "key.json"): 3, ("sound.jwt", "none.jwt"): 2, ("absent.jwt", "key.json"): 2,
    }  # fmt: skip
    assert {files: main(["badge", files[0], "--key", files[1]]) for files in calls} == calls
    assert "SIGNATURE" in capsys.readouterr().out


def test_a_badge_is_for_the_same_people_as_the_document(client, sign_in, held):
    for name in (".pdf", ".zip", "/credential.jwt"):
        assert fetch(client, held, name).status_code in {302, 401}, name
    other = sign_in("stranger")
    assert {fetch(other, held, name).status_code for name in (".pdf", ".zip", "/credential.jwt")} <= {403, 404}


def test_a_document_sealed_before_badges_holds_none_and_says_so(
    session, site, issue, officer, operator, clock, sign_in
):
    made = issue(officer("KT-0017"))
    keys = service.seal_keys(site, clock.now())
    waiting = service.unsealed_of(session, site, made.id)
    done = service.sealed_pdf(waiting, keys, site, clock.now())
    service.keep_document(session, operator, waiting, done, keys, now=clock.now())
    client = sign_in("ian")
    answer = fetch(client, made, "/credential.jwt")
    assert answer.status_code == 404
    assert "sealed before badges were made" in answer.text
    inside = zipfile.ZipFile(io.BytesIO(fetch(client, made, ".zip").data))
    assert "holds none" in inside.read("README.txt").decode()
    assert "credential.jwt" not in inside.namelist()


def test_only_code_keys_in_force_are_published_for_badges(session, client, held, operator, clock):
    text = attached(session.scalars(select(IssuedDocument.content)).one()).decode()
    answer = client.get(f"/pki/keys/{key_of(text)}.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (answer.cache_control.public, answer.cache_control.max_age) == (True, 300)
    assert set(answer.json) == {"kty", "crv", "use", "alg", "kid", "x", "y"}
    rows = {row.purpose: row.serial for row in queries.key_register(session)}
    assert client.get(f"/pki/keys/{rows['seal']}.json").status_code == 404
    assert client.get("/pki/keys/0011223344556677.json").status_code == 404
    order = service.KeyOrder(service.REASONS[0], "密钥文件被复制", clock.now())
    service.revoke_key(session, operator, rows["code"], order, now=clock.now())
    session.commit()
    gone = client.get(f"/pki/keys/{rows['code']}.json")
    assert gone.status_code == 404
    assert "revoked" in gone.text


def test_every_term_of_a_badge_is_explained_in_both_languages_without_signing_in(client):
    page = client.get("/pki/terms")
    assert page.status_code == 200
    assert {one.name for one in EXPLAINED} == {*TERMS, "qualification"}
    for one in EXPLAINED:
        assert f'id="{one.name}"' in page.text
        assert str(escape(one.zh)) in page.text
        assert str(escape(one.en)) in page.text
