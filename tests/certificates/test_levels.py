"""Time stamps, revocation and the end of validity: what stays good, what falls, and what is told apart."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from certificates.__main__ import main
from certificates.authority import KeyKind, Pair, make_seal, renew_seal
from certificates.crl import Reason, Revocation, make_crl
from certificates.envelope import open_envelope
from certificates.errors import KeyUnusable, SealFailed
from certificates.issuance import Profile, make_pair
from certificates.keys import Signer
from certificates.revocation import Evidence, SealingTime, check_seal
from certificates.sign import Level, OwnSeal, SealProvider, Validation, seal, seal_document
from certificates.tsa import DevelopmentTimeStamper, Rejection, serve
from certificates.verdict import MESSAGES, NOT_VALIDLY_SEALED, UNPROVED, Answer, Question, Refusal
from certificates.verify import Outcome, Verdict
from tests.certificates.forging import Swindler
from tests.certificates.seals import Office, note

YEAR = timedelta(days=365)
MINUTE = timedelta(minutes=1)


def told(verdict: Verdict) -> tuple[str, str, str]:
    """Outcome, whether unchanged, whether validly sealed."""
    answers = verdict.answers
    assert answers[Question.IN_FORCE] is Answer.UNKNOWN
    return verdict.outcome.value, answers[Question.UNCHANGED].value, answers[Question.VALIDLY_SEALED].value


GOOD = ("GENUINE", "YES", "YES")
FALLEN = ("NOT_GENUINE", "YES", "NO")
UNPROVED_YET = ("GENUINE", "YES", "UNKNOWN")


@pytest.fixture(scope="module")
def long_term(office: Office) -> bytes:
    return office.sealed(note())


@pytest.fixture(scope="module")
def plain(office: Office) -> bytes:
    return office.sealed(note(), Level.B_B)


def test_a_long_term_seal_brings_chains_and_lists_in_its_one_revision(office: Office, long_term: bytes) -> None:
    assert long_term.count(b"/DSS") == long_term.count(b"%%EOF") == long_term.count(b"startxref") == 1
    envelope = open_envelope(long_term)
    assert envelope.byte_range[2] + envelope.byte_range[3] == len(long_term)
    attributes = {one["type"].native for one in envelope.signed_data["signer_infos"][0]["signed_attrs"]}
    assert "signing_certificate_v2" in attributes
    verdict = office.judged(long_term)
    assert told(verdict) == GOOD
    assert verdict.level == "B-LT"
    assert verdict.codes == ("SEALED_UNCHANGED", "TIME_STAMPED", "TIME_STAMP_DEVELOPMENT", "REVOCATION_CHECKED")
    assert verdict.findings[-1].data["as_of"] == office.now.isoformat()


def test_the_three_questions_stand_apart_in_the_data(office: Office, long_term: bytes) -> None:
    data = office.judged(long_term).as_dict()
    assert data["answers"] == {"unchanged": "YES", "validly_sealed": "YES", "in_force": "UNKNOWN"}


def test_without_a_clock_the_level_is_b_b_and_nothing_is_said_of_revocation_without_a_list(
    office: Office, plain: bytes
) -> None:
    verdict = office.judged(plain)
    assert verdict.level == "B-B"
    assert told(verdict) == UNPROVED_YET
    assert verdict.codes == ("SEALED_UNCHANGED", "TIME_CLAIMED", "REVOCATION_NOT_CHECKED")
    assert told(office.judged(plain, crls=office.crls())) == GOOD


def test_long_term_data_that_do_not_cover_everything_stop_the_sealing(office: Office) -> None:
    root, issuing, clock = office.crls()
    whole = office.validation()
    for crls in ((root, issuing), (root, clock), (issuing, clock)):
        with pytest.raises(SealFailed) as refused:
            seal_document(note(), office.signer, office.now, office.clock(), replace(whole, crls=crls))
        assert refused.value.code == "VALIDATION_INCOMPLETE"
    with pytest.raises(SealFailed) as refused:
        seal_document(note(), office.signer, office.now, office.clock(), replace(whole, tsa_roots=()))
    assert refused.value.code == "VALIDATION_INCOMPLETE"
    stale = office.validation(office.now - timedelta(days=30))
    with pytest.raises(SealFailed) as refused:
        seal_document(note(), office.signer, office.now, office.clock(), stale)
    assert refused.value.code == "VALIDATION_INCOMPLETE"


def test_a_seal_known_to_be_revoked_refuses_to_seal(office: Office) -> None:
    gone = Revocation(office.seal.certificate.serial_number, office.now - MINUTE, Reason.KEY_COMPROMISE)
    with pytest.raises(SealFailed) as refused:
        seal_document(
            note(),
            office.signer,
            office.now,
            office.clock(),
            replace(office.validation(), crls=office.crls(None, gone)),
        )
    assert refused.value.code == "SEAL_CERTIFICATE_REVOKED"


def test_unreadable_material_is_named(office: Office) -> None:
    with pytest.raises(KeyUnusable) as refused:
        seal_document(note(), office.signer, office.now, office.clock(), Validation((office.root.pem,), (b"junk",)))
    assert refused.value.code == "CRL_UNREADABLE"


@pytest.mark.parametrize(("minutes", "expected"), [(-1, GOOD), (0, FALLEN), (1, FALLEN)])
def test_after_a_compromise_seals_stamped_before_stay_good_and_later_ones_fall(
    office: Office, minutes: int, expected: tuple[str, str, str]
) -> None:
    pdf = office.sealed(note(), Level.B_LT, office.revoked_at + minutes * MINUTE)
    verdict = office.judged(pdf, crls=office.late_crls())
    assert told(verdict) == expected
    (found,) = [one for one in verdict.findings if one.code in {"SEAL_REVOKED", "SEAL_REVOKED_LATER"}]
    assert found.code == ("SEAL_REVOKED_LATER" if expected == GOOD else "SEAL_REVOKED")
    assert found.data["since"] == office.revoked_at.isoformat()
    assert found.data["reason"] == "keyCompromise"


def test_a_claimed_time_does_not_save_a_document_from_a_revocation(office: Office, plain: bytes) -> None:
    verdict = office.judged(plain, crls=office.late_crls())
    assert (told(verdict), verdict.codes) == (FALLEN, ("SEAL_REVOKED",))


def test_a_key_suspected_for_longer_counts_as_revoked_since_then(office: Office, long_term: bytes) -> None:
    for since, expected in ((office.now + MINUTE, GOOD), (office.now - MINUTE, FALLEN)):
        assert told(office.judged(long_term, crls=office.late_crls(invalid_from=since))) == expected


def test_the_revocation_of_the_issuing_authority_takes_its_seals_with_it(office: Office, long_term: bytes) -> None:
    for at, expected in ((office.now + MINUTE, GOOD), (office.now, FALLEN)):
        gone = Revocation(office.issuing.certificate.serial_number, at, Reason.CA_COMPROMISE)
        assert told(office.judged(long_term, crls=office.crls(at, gone, by_root=True))) == expected


def test_a_lifted_hold_no_longer_counts_but_a_standing_one_does(office: Office, plain: bytes) -> None:
    held = office.crls(
        office.now, Revocation(office.seal.certificate.serial_number, office.now, Reason.CERTIFICATE_HOLD)
    )
    assert told(office.judged(plain, crls=held)) == FALLEN
    assert told(office.judged(plain, crls=(*held, *office.crls(office.now + YEAR)))) == GOOD


def test_a_list_by_a_stranger_or_of_another_authority_says_nothing(office: Office, plain: bytes) -> None:
    other = Office.opened(office.now, office.name)
    gone = Revocation(office.seal.certificate.serial_number, office.now, Reason.KEY_COMPROMISE)
    assert "REVOCATION_NOT_CHECKED" in office.judged(plain, crls=other.crls(None, gone)).codes
    assert "REVOCATION_NOT_CHECKED" in office.judged(plain, crls=office.crls(None, gone)[::2]).codes


def test_a_list_that_ran_out_before_the_sealing_does_not_clear_the_seal(office: Office, plain: bytes) -> None:
    assert "REVOCATION_NOT_CHECKED" in office.judged(plain, crls=office.crls(office.now - timedelta(days=8))).codes


def test_an_expired_seal_is_told_by_whether_the_stamp_proves_an_earlier_sealing(
    office: Office, plain: bytes, long_term: bytes
) -> None:
    late = office.signer.not_after + timedelta(days=1)
    stamped = office.judged(long_term, at=late)
    assert (told(stamped), stamped.codes[-1]) == (GOOD, "SEAL_EXPIRED_LATER")
    claimed = office.judged(plain, at=late, crls=office.crls())
    assert (told(claimed), claimed.codes[-1]) == (UNPROVED_YET, "SEAL_EXPIRED_UNPROVED")
    assert not {"SEAL_EXPIRED_LATER"} & set(office.judged(long_term, at=late - timedelta(days=2)).codes)


def test_rotation_overlaps_and_documents_of_both_seals_stay_good(office: Office, long_term: bytes) -> None:
    later = office.now + 4 * YEAR
    new = renew_seal(office.issuing, office.seal.certificate, later)
    chain = [office.issuing.certificate.public_bytes(serialization.Encoding.DER)]
    renewed = replace(office, seal=new, signer=Signer(new.key, new.certificate, chain))
    second = renewed.sealed(note("第2号"), Level.B_LT, later)
    for pdf in (long_term, second, office.sealed(note("第3号"), Level.B_LT, later)):
        assert told(office.judged(pdf, at=later + MINUTE)) == GOOD


def test_a_clock_is_trusted_by_its_own_roots_only(office: Office, long_term: bytes) -> None:
    for roots in ([], [office.root.pem], None):
        verdict = office.judged(long_term, tsa_roots=roots)
        assert (verdict.outcome, verdict.codes) == (Outcome.NOT_GENUINE, ("TIME_STAMP_INVALID",))


@pytest.mark.parametrize(
    ("reason", "hours", "stays"),
    [
        (Reason.KEY_COMPROMISE, 1, False),
        (Reason.UNSPECIFIED, 1, False),
        (Reason.SUPERSEDED, 1, True),
        (Reason.CESSATION_OF_OPERATION, -1, False),
    ],
)
def test_a_revoked_clock_is_believed_only_as_rfc_3161_says(
    office: Office, long_term: bytes, reason: Reason, hours: int, stays: bool
) -> None:
    at = office.now + timedelta(hours=hours)
    crl = make_crl(office.tsa_root, [Revocation(office.tsa.certificate.serial_number, at, reason)], 2, at)
    verdict = office.judged(long_term, crls=[crl])
    assert ("TIME_STAMP_REVOKED" in verdict.codes) is not stays
    assert told(verdict) == (GOOD if stays else FALLEN)


def test_a_stripped_stamp_is_noticed_by_the_store_or_by_whoever_knows_the_level(office: Office) -> None:
    for level, known in ((Level.B_LT, {}), (Level.B_T, {"expected_level": "B-T"})):
        swindler = Swindler(office, note(), note("第2号"), office.sealed(note(), level))
        verdict = office.judged(swindler.stripped_time_stamp(), **known)
        assert (told(verdict), verdict.codes) == (("NOT_GENUINE", "NO", "UNKNOWN"), ("TIME_STAMP_MISSING",))
    verdict = office.judged(office.sealed(note(), Level.B_T), expected_level="B-LT")
    assert verdict.codes == ("LEVEL_NOT_AS_ISSUED",)
    with pytest.raises(ValueError, match="B-X"):
        office.judged(note(), expected_level="B-X")


def test_a_signature_that_does_not_name_its_certificate_is_not_accepted(office: Office, plain: bytes) -> None:
    swindler = Swindler(office, note(), note(), plain)
    whole = swindler._cms(plain)
    signer = whole["content"]["signer_infos"][0]
    signer["signed_attrs"] = [one for one in signer["signed_attrs"] if one["type"].native != "signing_certificate_v2"]
    signer["signature"] = office.signer.sign_bytes(cms.CMSAttributes(signer["signed_attrs"]).dump())
    assert office.judged(swindler._refilled(whole.dump())).codes == ("NOT_PADES",)


def with_responder(office: Office) -> Office:
    """The same office with a seal whose certificate names an OCSP responder, as commercial authorities' do."""
    old, key = office.seal.certificate, office.issuing.key
    place = x509.UniformResourceIdentifier("http://ocsp.example")
    access = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)])
    builder = x509.CertificateBuilder(
        old.issuer, old.subject, old.public_key(), 4711, old.not_valid_before_utc, old.not_valid_after_utc
    ).add_extension(access, critical=False)
    for one in old.extensions:
        builder = builder.add_extension(one.value, one.critical)
    certificate = builder.sign(key, hashes.SHA256())
    signer = Signer(office.seal.key, certificate, office.signer.chain)
    return replace(office, seal=Pair(office.seal.key, certificate), signer=signer)


def answer(
    issuer: Pair, one: x509.Certificate, at: datetime, gone: datetime | None = None, by: Pair | None = None
) -> bytes:
    """An OCSP answer about a certificate, by its issuer or a responder of its own."""
    status = ocsp.OCSPCertStatus.REVOKED if gone else ocsp.OCSPCertStatus.GOOD
    reason = x509.ReasonFlags.key_compromise if gone else None
    signer = by or issuer
    builder = ocsp.OCSPResponseBuilder().add_response(
        one, issuer.certificate, hashes.SHA256(), status, at, at + timedelta(days=3), gone, reason
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    made = (builder.certificates([by.certificate]) if by else builder).sign(signer.key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def test_an_ocsp_answer_serves_in_place_of_a_list() -> None:
    made_at = datetime.now(UTC).replace(microsecond=0)  # the library dates answers by the machine's clock
    office = with_responder(Office.opened(made_at))
    at = made_at + MINUTE
    lists = office.crls()[::2]  # the root's and the clock's
    good = answer(office.issuing, office.seal.certificate, made_at)
    material = replace(office.validation(), crls=lists, ocsps=(good,))
    sealed = seal_document(note(), office.signer, at, office.clock(at), material)
    assert sealed.level is Level.B_LT
    verdict = office.judged(sealed.pdf)
    assert (told(verdict), verdict.codes[-1]) == (GOOD, "REVOCATION_CHECKED")
    gone = answer(office.issuing, office.seal.certificate, at, made_at)
    with pytest.raises(SealFailed) as refused:
        seal_document(note(), office.signer, at, office.clock(at), replace(material, ocsps=(gone,)))
    assert refused.value.code == "SEAL_CERTIFICATE_REVOKED"


def test_ocsp_answers_revoke_and_strangers_answers_do_not(office: Office) -> None:
    other = Office.opened(office.now, office.name)
    path = [office.root.certificate, office.issuing.certificate, office.seal.certificate]
    sealed = SealingTime(office.now, stamped=False)
    gone = answer(office.issuing, path[-1], office.now, office.now - MINUTE)
    with pytest.raises(Refusal) as refused:
        check_seal(path, Evidence.of(office.crls(), [gone]), sealed)
    assert refused.value.finding.code == "SEAL_REVOKED"
    strange = answer(other.issuing, path[-1], office.now, office.now - MINUTE)
    assert check_seal(path, Evidence.of(office.crls(), [strange]), sealed).code == "REVOCATION_CHECKED"


def test_a_responder_named_by_the_issuer_is_believed_and_one_without_that_purpose_is_not(office: Office) -> None:
    path = [office.root.certificate, office.issuing.certificate, office.seal.certificate]
    for purposes, code in (((ExtendedKeyUsageOID.OCSP_SIGNING,), "REVOCATION_CHECKED"), ((), "REVOCATION_NOT_CHECKED")):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "responder")])
        days = Profile(20 * 365, purposes=purposes)
        responder = make_pair(name, office.now, days, office.issuing, KeyKind.P256)
        good = answer(office.issuing, path[-1], office.now, by=responder)
        found = check_seal(path, Evidence.of(office.crls()[:1], [good]), SealingTime(office.now, stamped=False))
        assert found.code == code


def test_the_development_clock_answers_over_http_and_refuses_what_is_no_request(office: Office, clock_url: str) -> None:
    pdf = seal(note(), office.signer, office.now, clock_url)
    assert office.judged(pdf).codes[1:3] == ("TIME_STAMPED", "TIME_STAMP_DEVELOPMENT")
    with urlopen(clock_url) as page:  # noqa: S310  an address of this process
        assert "仅供测试" in page.read().decode()
    wrong = {b"junk": "bad_data_format", asked("sha1", 20): "bad_alg", asked("sha256", 5): "bad_data_format"}
    for body, reason in wrong.items():
        with urlopen(clock_url, data=body) as reply:  # noqa: S310
            status = Rejection.load(reply.read(), strict=True)["status"]
            assert (status["status"].native, status["fail_info"].native) == ("rejection", {reason})
    with pytest.raises(HTTPError):
        urlopen(clock_url, data=b"x" * 20_000)  # noqa: S310


class Busy(DevelopmentTimeStamper):
    """A clock that refuses, as one does whose customer has not paid."""

    def answer(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp | Rejection:
        return Rejection({"status": {"status": "rejection", "fail_info": {"system_failure"}}})


def test_a_clock_that_refuses_stops_the_sealing_over_http_as_in_this_process(office: Office) -> None:
    busy = Busy(office.tsa, lambda: office.now)
    with served(busy) as url:
        for tsa in (busy, url):
            with pytest.raises(SealFailed) as refused:
                seal(note(), office.signer, office.now, tsa)
            assert refused.value.code == "TSA_UNAVAILABLE"
            assert "rejection" in refused.value.data["reason"]


def asked(algorithm: str, length: int) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": b"x" * length}
    return tsp.TimeStampReq({"version": 1, "message_imprint": imprint}).dump()


@pytest.fixture
def clock_url(office: Office) -> Iterator[str]:
    with served(office.clock()) as url:
        yield url


@contextmanager
def served(clock: DevelopmentTimeStamper) -> Iterator[str]:
    server = serve(clock)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_second_seal_of_the_authority_is_another_certificate(office: Office, plain: bytes) -> None:
    """The revocation of one seal touches no other."""
    other = make_seal(office.issuing, office.name, office.now)
    gone = Revocation(other.certificate.serial_number, office.now, Reason.KEY_COMPROMISE)
    assert told(office.judged(plain, crls=office.crls(None, gone))) == GOOD


def test_the_command_takes_lists_clock_roots_and_the_registered_level(
    office: Office, long_term: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"doc.pdf": long_term, "root.pem": office.root.pem, "tsa.pem": office.tsa_root.pem, "junk.crl": b"junk"}
    for name, content in (*given.items(), *((f"{n}.crl", crl) for n, crl in enumerate(office.late_crls()))):
        (tmp_path / name).write_bytes(content)
    base = ["verify", str(tmp_path / "doc.pdf"), "--root", str(tmp_path / "root.pem")]
    assert main(base) == 1
    assert "TIME_STAMP_INVALID" in capsys.readouterr().out
    base += ["--tsa-root", str(tmp_path / "tsa.pem")]
    lists = [part for n in range(3) for part in ("--crl", str(tmp_path / f"{n}.crl"))]
    assert main([*base, *lists, "--level", "B-LT"]) == 0
    said = capsys.readouterr().out
    assert "SEAL_REVOKED_LATER" in said
    assert "validly sealed: YES" in said
    assert "PAdES B-LT" in said
    assert main([*base, "--level", "B-T"]) == 1
    assert main([*base, "--crl", str(tmp_path / "junk.crl")]) == 2
    assert main([*base, "--crl", str(tmp_path / "absent.crl")]) == 2


def test_a_provider_of_the_sites_own_key_seals_like_any_other(office: Office) -> None:
    provider: SealProvider = OwnSeal(office.signer, office.clock(), office.validation())
    for number in ("第1号", "第2号"):
        sealed = provider.sealed(note(number), office.now)
        assert (sealed.level, sealed.stamped_at) == (Level.B_LT, office.now)
        assert office.judged(sealed.pdf).certificate_number == number


def test_every_code_that_answers_a_question_exists() -> None:
    assert set(MESSAGES) >= NOT_VALIDLY_SEALED | UNPROVED
