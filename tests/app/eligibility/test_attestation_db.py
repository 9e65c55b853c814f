"""An attestation of a decision: what it says, that it is sealed once, who may have it, and the pages around it."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.passwords import hash_password
from app.accounts.policy import Role
from app.accounts.service import grant_role
from app.core.errors import Invalid, NotFound
from app.core.permissions import Actor, P
from app.credentials.models import Certificate, SealedPaper
from app.credentials.service import seal_keys, sealing_keys
from app.eligibility import cli, jobs, queries, service
from app.eligibility.facts import Context, Question
from app.eligibility.models import Attestation, AttestationRequest, DecisionOverride, DecisionRecord
from app.ledger.models import LedgerEntry
from app.regimes.codes import Act
from certificates.verify import Outcome, verify_pdf
from tests.app.eligibility.rows import PLACE, START, change
from tests.conftest import PROJECT

EAST = timezone(timedelta(hours=8))
TODAY = date(2026, 3, 2)
SHIFT = datetime(2026, 4, 30, 22, tzinfo=EAST)
CASE = "崆城管罚案〔2026〕第17号"


@pytest.fixture
def site(application):
    """The settings of the site under test."""
    return application.config["SETTINGS"]


@pytest.fixture
def denied(session, operator, kt):
    """S03: a night shift in whose middle one certificate ends."""
    kt.officer("KT-0017", last=date(2026, 4, 30))
    kt.officer("KT-0021")
    question = Question(
        ("KT-0017", "KT-0021"), Act.PENALTY, "HOU-2", PLACE, SHIFT, SHIFT + timedelta(hours=8),
        Context(recorder=True, case_parties=("兴隆餐饮店",)),
    )  # fmt: skip
    return service.check(session, operator, question, today=TODAY, now=START)


@pytest.fixture
def attest(session, operator, site, denied):
    """Ask for an attestation, seal and keep it as the sealing process does; returns its row."""

    def make(actor=operator, case=CASE, now=START, **changes):
        number = service.request_attestation(session, actor, denied.id, case, settings=site, now=now, **changes)
        draft, keys = service.attestation_draft(session, number), sealing_keys(session, site, now)
        sealed = service.seal_attestation(draft, keys, site, now=now)
        assert service.keep_attestation(session, draft, sealed, keys, now=now)
        return next(row for row in queries.attestations_of(session, denied.id) if row.number == number)

    return make


def reader(unit):
    scope = frozenset({unit})
    return Actor("sun", display_name="孙督导", grants={P.ELIGIBILITY_READ: scope})


def text_of(pdf):
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


def test_it_says_what_was_asked_answered_and_known(session, operator, site, denied):
    number = service.request_attestation(session, operator, denied.id, CASE, settings=site, reason="复议", now=START)
    content = service.attestation_draft(session, number).content
    kept = queries.decision(session, denied.id, None)
    assert (content.number, content.outcome) == (f"{denied.id}-1", "DENY")
    assert "不得在东关一网格从事" in content.verdict.zh
    assert "其中2026-04-30 22:00至2026-05-01 00:00" in content.verdict.zh
    assert [(part.start, part.outcome) for part in content.parts][1] == ("2026-05-01 00:00", "DENY")
    assert sum(part.share for part in content.parts) == pytest.approx(1)
    assert {one.rule for one in content.grounds} >= {one["rule"] for one in kept.answer["reasons"]}
    assert len([one for one in content.grounds if one.weight == "OBLIGATION"]) == len(kept.answer["obligations"])
    assert len(content.facts) == len(kept.evidence()) == len(kept.fact_ids)
    assert all(fact.says.zh and fact.says.en and fact.held.zh and fact.recorded for fact in content.facts)
    assert {(one.rule, one.version) for one in content.rules} == set(kept.rule_versions.items())
    said = {row.label.zh: row.value.zh for row in (*content.question, *content.record)}
    assert (said["携带执法记录仪"], said["当事人"], said["出具用途"]) == ("是", "兴隆餐饮店", "复议")
    assert (said["规则版本"], said["事实摘要"]) == (kept.regime_version, kept.facts_digest)
    named = {number for ground in content.grounds for number in ground.facts}
    assert named <= {fact.number for fact in content.facts}
    assert named


def test_the_kept_bytes_are_sealed_and_stay_as_they_are(session, site, denied, attest, clock):
    row = attest()
    kept = session.scalars(select(Attestation)).one()
    verdict = verify_pdf(kept.content, [seal_keys(site, START).root_pem], START)
    assert (verdict.outcome, verdict.certificate_number, verdict.sha256) == (Outcome.GENUINE, row.number, row.sha256)
    assert CASE in text_of(kept.content)
    assert queries.attestation_document(session, row.number, None) == kept.content
    kept.content = b""
    with pytest.raises(RuntimeError, match="only ever added to"):
        session.flush()


def test_the_command_accepts_the_file_and_rejects_one_changed_byte(site, attest, session, tmp_path):
    attest(now=datetime.now(UTC))  # the command asks at its own moment
    content = session.scalars(select(Attestation.content)).one()
    root = tmp_path / "root.pem"
    root.write_bytes(seal_keys(site, START).root_pem)
    for name, data, code in (
        ("whole", content, 0),
        ("bent", content[:2000] + bytes([content[2000] ^ 1]) + content[2001:], 1),
    ):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-m", "certificates", "verify", str(path), "--root", str(root)], cwd=PROJECT,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout


def test_each_attestation_has_its_own_number_and_ledger_entry(session, attest, denied):
    first, second = attest(), attest(case="另案")
    assert [first.number, second.number] == [f"{denied.id}-1", f"{denied.id}-2"]
    attested = select(LedgerEntry).where(LedgerEntry.event == "eligibility.decision.attested")
    told = session.scalars(attested.order_by(LedgerEntry.sequence)).all()
    assert [(one.subject_id, one.reason) for one in told] == [(denied.id, CASE), (denied.id, "另案")]
    assert told[0].after["sha256"] == first.sha256
    assert [row.case_reference for row in queries.attestations_of(session, denied.id)] == ["另案", CASE]


def test_it_attests_the_answer_of_then_even_when_more_is_known_now(session, denied, attest):
    held = session.scalars(select(Certificate.id).order_by(Certificate.id)).all()[1]
    change(session, held, "SUSPENDED", START - timedelta(days=9), recorded=START + timedelta(days=1))
    attest(now=START + timedelta(days=2))
    text = text_of(session.scalars(select(Attestation.content)).one())
    assert "R03" in text
    assert "执法证暂扣" not in text


@pytest.mark.parametrize("case", ["", "   ", "长" * 81, "a\U0001f98a", "a\x07b"])
def test_a_reference_that_is_empty_too_long_or_not_printable_is_refused(session, attest, case):
    with pytest.raises(Invalid) as refusal:
        attest(case=case)
    assert refusal.value.field == "case_reference"
    assert session.query(AttestationRequest).count() == 0


def test_a_stranger_can_neither_ask_for_one_nor_get_the_bytes(session, site, house, denied, attest):
    number = attest(reader(house.bureau)).number
    stranger = reader(house.other_bureau)
    with pytest.raises(NotFound):
        service.request_attestation(session, stranger, denied.id, CASE, settings=site, now=START)
    with pytest.raises(NotFound):
        queries.attestation_document(session, number, stranger.scope(P.ELIGIBILITY_READ))


def test_the_supervisor_asks_on_the_page_and_gets_the_file_once_the_sealing_process_made_it(
    application, session, sign_in, denied, clock
):
    sun = sign_in("sun")
    assert "Attest for a case file" in sun.get(f"/duty/decisions/{denied.id}").text
    refused = sun.post(f"/duty/decisions/{denied.id}/attest", data={"case_reference": " "})
    assert refused.status_code == 422
    assert "Give the reference of the case file." in refused.text
    page = sun.post(f"/duty/decisions/{denied.id}/attest", data={"case_reference": CASE}, follow_redirects=True).text
    assert "Being sealed" in page
    assert 'data-refresh="5"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    number = f"{denied.id}-1"
    assert sun.get(f"/duty/attestations/{number}.pdf").status_code == 404
    with application.test_request_context():
        assert jobs.seal_attestations(clock.now()) == 1
        assert jobs.seal_attestations(clock.now()) == 0
    page = sun.get(f"/duty/decisions/{denied.id}").text
    assert "Being sealed" not in page
    assert "data-refresh" not in page
    assert CASE in page
    answer = sun.get(f"/duty/attestations/{number}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data == session.scalars(select(Attestation.content)).one()
    told = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "eligibility.decision.attested")).one()
    assert told.actor_label == "sun"
    paper = session.scalars(select(SealedPaper)).one()
    assert (paper.kind, paper.number, paper.level, paper.stamped_at) == ("attestation", number, "B-B", None)
    assert sign_in("ou").post(f"/duty/decisions/{denied.id}/attest", data={"case_reference": CASE}).status_code == 403


def test_what_can_never_be_drawn_is_told_to_who_asked_and_not_tried_again(
    application, session, sign_in, denied, site, operator, clock, monkeypatch
):
    service.request_attestation(session, operator, denied.id, CASE, settings=site, now=START)
    session.scalars(select(AttestationRequest)).one().case_reference = "长" * 4000
    session.commit()
    with application.test_request_context():
        assert jobs.seal_attestations(clock.now()) == 0
    kept = session.scalars(select(AttestationRequest).execution_options(populate_existing=True)).one()
    assert kept.failure
    assert service.next_attestation(session) is None
    assert "Cannot be made" in sign_in("sun").get(f"/duty/decisions/{denied.id}").text


def test_the_page_says_it_in_a_sentence_and_shows_then_beside_now(session, sign_in, denied):
    page = sign_in("sun").get(f"/duty/decisions/{denied.id}").text
    assert "may not do" in page
    assert "What has been recorded since changes nothing" in page
    held = session.scalars(select(Certificate.id).order_by(Certificate.id)).all()[1]
    change(session, held, "SUSPENDED", START - timedelta(days=9), recorded=START + timedelta(days=1))
    page = sign_in("sun").get(f"/duty/decisions/{denied.id}").text
    assert "Recorded only later" in page
    assert "/duty/facts/certificate-state:" in page


def test_the_page_of_a_record_lists_its_decisions_and_answers_anew_on_demand(session, sign_in, denied):
    held = session.scalars(select(Certificate.id).order_by(Certificate.id)).first()
    sun = sign_in("sun")
    page = sun.get(f"/duty/facts/certificate:{held}").text
    assert denied.id in page
    assert "Rested on it" in page
    assert "Answer now" not in page
    assert "Answer now" in sun.get(f"/duty/facts/certificate:{held}?now=1").text
    assert sun.get("/duty/facts/certificate:999999").status_code == 404
    assert sign_in("ou").get(f"/duty/facts/certificate:{held}").status_code == 403


def test_an_approver_sets_aside_on_the_page_and_lands_on_the_new_answer(session, house, cast, operator, kt, sign_in):
    for code in ("KT-0031", "KT-0032", "KT-0033"):
        person = kt.officer(code)
    session.scalars(select(Certificate).where(Certificate.person_id == person)).one().domains = ["HOU"]
    session.flush()
    question = Question(
        ("KT-0031", "KT-0032", "KT-0033"), Act.PENALTY, "TRF-2", PLACE, SHIFT, SHIFT + timedelta(hours=1)
    )
    made = service.check(session, operator, question, today=TODAY, now=START)
    stranger = cast["stranger"].account_id
    grant_role(session, operator, stranger, Role.APPROVER, house.bureau, now=START)
    session.get(Account, stranger).password_hash = hash_password("Quiet-Harbour-77")
    browser = sign_in("stranger")
    page = browser.get(f"/duty/decisions/{made.id}").text
    assert "GN-08" in page
    assert "Set aside and answer anew" in page
    assert "Set aside and answer anew" not in sign_in("sun").get(f"/duty/decisions/{made.id}").text
    data = {"rules": ["R13"], "reason": "抢险", "current": "wrong"}
    browser = sign_in("stranger")
    refused = browser.post(f"/duty/decisions/{made.id}/override", data=data)
    assert (refused.status_code, session.query(DecisionOverride).count()) == (422, 0)
    assert "The password is not right." in refused.text
    done = browser.post(
        f"/duty/decisions/{made.id}/override", data={**data, "current": "Quiet-Harbour-77"}, follow_redirects=True
    )
    assert "R13 was set aside" in done.text
    assert session.query(DecisionOverride).one().overridden_id == made.id
    assert session.query(DecisionRecord).count() == 2


def test_the_operator_attests_from_the_command_line(application, session, denied, tmp_path):
    file = tmp_path / "out.pdf"
    runner = application.test_cli_runner()
    session.commit()
    done = runner.invoke(cli.group, ["attest", denied.id, str(file), "--case", CASE])
    assert done.exit_code == 0, done.output
    assert file.read_bytes() == session.scalars(select(Attestation.content)).one()
    assert f"{denied.id}-1" in done.output
    again = runner.invoke(cli.group, ["attest", "0" * 26, str(tmp_path / "x.pdf"), "--case", CASE])
    assert again.exit_code != 0
    assert not (tmp_path / "x.pdf").exists()


def test_the_public_check_tells_an_attestation_from_a_certificate_and_a_forged_one_from_both(client, attest, session):
    number = attest().number
    content = session.scalars(select(Attestation.content)).one()

    def ask(data):
        return client.post("/verify", data={"file": (BytesIO(data), "a.pdf")}, content_type="multipart/form-data").text

    page = ask(content)
    assert "Genuine and unchanged" in page
    assert "An attestation of a decision, not a certificate" in page
    assert number in page
    assert "State today" not in page
    assert "What state is the certificate in?" not in page
    forged = ask(content[:2000] + bytes([content[2000] ^ 1]) + content[2001:])
    assert "Not genuine, or changed" in forged
    assert "An attestation of a decision" not in forged
    assert number not in forged
