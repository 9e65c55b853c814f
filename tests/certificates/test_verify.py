"""Our own judge: a table of forgeries, and files that are no certificates at all."""

import io
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from certificates import sign
from certificates.__main__ import main
from certificates.errors import KeyUnusable
from certificates.fonts import Font
from certificates.keys import AuthorityFiles, Signer, create_authority, load_signer
from certificates.model import CertificateFace
from certificates.render import render_certificate
from certificates.verdict import MESSAGES, Verdict
from certificates.verify import Outcome, verify_pdf
from tests.certificates.forging import Forger

PROJECT = Path(__file__).resolve().parents[2]
Make = Callable[..., CertificateFace]


@pytest.fixture(scope="module")
def forger(sealed: bytes, page: bytes, signer: Signer, authority: AuthorityFiles, now: datetime) -> Forger:
    return Forger(sealed, page, signer, authority, now)


FORGERIES = {
    "content_byte": "CONTENT_CHANGED",
    "hole_padding": "SEAL_UNREADABLE",
    "hole_letter_case": "SEAL_UNREADABLE",
    "digest_parameters": "SEAL_UNREADABLE",
    "longer_value": "SEAL_UNREADABLE",
    "signature_byte": "SIGNATURE_INVALID",
    "revision": "REVISION_APPENDED",
    "trailing": "TRAILING_BYTES",
    "truncated": "TRUNCATED",
    "copied_signature": "CONTENT_CHANGED",
    "narrowed_range": "BYTE_RANGE_INVALID",
    "shadow_range": "BYTE_RANGE_INVALID",
    "second_signature": "REVISION_APPENDED",
    "not_certified": "NOT_CERTIFIED",
    "form_filling_allowed": "NOT_CERTIFIED",
    "expired": "SEAL_NOT_VALID_THEN",
    "tls_certificate": "SEAL_PURPOSE",
    "unsigned": "NOT_SIGNED",
    "broken_table": "CONTENT_CHANGED",
    "html": "NOT_PDF",
    "empty": "NOT_PDF",
}


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize(("forgery", "code"), FORGERIES.items())
def test_a_forgery_is_not_genuine_for_its_own_reason(forger: Forger, root: bytes, forgery: str, code: str) -> None:
    verdict = verify_pdf(getattr(forger, forgery)(), [root])
    assert verdict.outcome is Outcome.NOT_GENUINE
    assert codes(verdict)[0] == code
    assert (verdict.certificate_number, verdict.signer_subject, verdict.signed_at) == (None, None, None)
    assert all(finding.zh and finding.en for finding in verdict.findings)


def test_a_broken_cross_reference_is_said_beside_the_change(forger: Forger, root: bytes) -> None:
    assert codes(verify_pdf(forger.broken_table(), [root])) == ["CONTENT_CHANGED", "BROKEN_STRUCTURE"]


def test_a_genuine_file_gives_number_time_and_signer(sealed: bytes, root: bytes, now: datetime) -> None:
    verdict = verify_pdf(sealed, [root], now + timedelta(days=1))
    assert verdict.outcome is Outcome.GENUINE
    assert verdict.certificate_number == "平执证〔2026〕000017"
    assert verdict.signed_at == now
    assert verdict.signer_subject is not None
    assert "平凉市城市管理综合行政执法局" in verdict.signer_subject
    assert codes(verdict) == ["SEALED_UNCHANGED", "TIME_CLAIMED", "REVOCATION_NOT_CHECKED"]


def test_a_seal_that_has_since_expired_was_still_valid_when_it_sealed(
    sealed: bytes, root: bytes, now: datetime
) -> None:
    assert verify_pdf(sealed, [root], now + timedelta(days=20 * 365)).outcome is Outcome.GENUINE


def test_any_changed_byte_anywhere_is_noticed(sealed: bytes, root: bytes, forger: Forger) -> None:
    chance = random.Random(7)  # noqa: S311  the same places every time
    places = [chance.randrange(len(sealed)) for _ in range(40)]
    places += [chance.randrange(forger.hole[0] - 80, forger.hole[0] + 3900) for _ in range(60)]
    for place in places:
        verdict = verify_pdf(forger.byte(place), [root])
        assert verdict.outcome is Outcome.NOT_GENUINE, (place, codes(verdict))


def test_another_authority_of_the_same_name_is_not_trusted(
    page: bytes, root: bytes, now: datetime, tmp_path: Path
) -> None:
    fake = create_authority(tmp_path / "fake", now, "平凉市城市管理综合行政执法局", "pw")
    forged = sign.seal(page, load_signer(fake.seal_key, fake.seal_certificate, "pw", [fake.issuing_certificate]), now)
    assert codes(verify_pdf(forged, [root])) == ["UNTRUSTED"]
    assert verify_pdf(forged, [root, fake.root_certificate.read_bytes()]).outcome is Outcome.GENUINE


def test_a_sealed_paper_without_a_number_is_no_certificate(signer: Signer, root: bytes, now: datetime) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(100, 100, "letter")
    canvas.save()
    assert codes(verify_pdf(sign.seal(buffer.getvalue(), signer, now), [root])) == ["NOT_A_CERTIFICATE"]


def encrypted() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption("user", ownerPassword="owner"))
    canvas.drawString(100, 100, "secret")
    canvas.save()
    return buffer.getvalue()


def test_what_cannot_be_told_is_said_to_be_undetermined(sealed: bytes, root: bytes, now: datetime) -> None:
    assert codes(verify_pdf(encrypted(), [root])) == ["ENCRYPTED"]
    assert codes(verify_pdf(sealed, [])) == ["NO_ROOTS"]
    assert codes(verify_pdf(sealed, [root], size_limit=len(sealed) - 1)) == ["TOO_LARGE"]
    assert codes(verify_pdf(sealed, [root], now - timedelta(days=1))) == ["SEALED_IN_FUTURE"]
    for verdict in (
        verify_pdf(encrypted(), [root]),
        verify_pdf(sealed, []),
        verify_pdf(b"%PDF-" * 9, [root], size_limit=5),
    ):
        assert verdict.outcome is Outcome.UNDETERMINED
        assert verdict.certificate_number is None


def hostile() -> list[bytes]:
    chance = random.Random(11)  # noqa: S311  the same noise every time
    nested = b"%PDF-1.7\n1 0 obj\n" + b"[" * 400_000 + b"\nendobj\nstartxref\n9\n%%EOF"
    revisions = b"%PDF-1.7\n" + b"xref\n0 0\ntrailer\n<</Prev 9>>\nstartxref\n9\n%%EOF\n" * 5_000
    ranges = b"%PDF-1.7\n" + b"/ByteRange [0 10 20 30]" * 50_000
    hole = b"%PDF-1.7\n/ByteRange [0 60 70 20]".ljust(60) + b"<3080FFFF>" + b"x" * 20
    noise = [b"%PDF-1.7\n" + chance.randbytes(3000) for _ in range(5)]
    return [nested, revisions, ranges, hole, b"%PDF-", b"%PDF-1.7\n/ByteRange [0 9 9 9", *noise]


def test_hostile_files_are_answered_quickly_and_never_raise(root: bytes) -> None:
    for data in hostile():
        start = time.perf_counter()
        assert verify_pdf(data, [root]).outcome is not Outcome.GENUINE
        assert time.perf_counter() - start < 2


def test_roots_that_are_no_certificates_are_refused(sealed: bytes) -> None:
    with pytest.raises(KeyUnusable):
        verify_pdf(sealed, [b"junk"])


def test_every_message_has_both_languages() -> None:
    for code, (_, zh, en) in MESSAGES.items():
        assert re.search(r"[一-鿿]", zh), code
        assert not re.search(r"[一-鿿]", en), code


def command(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "certificates", *arguments], capture_output=True, check=False, cwd=PROJECT
    )


def test_the_command_answers_with_exit_codes_0_1_2_3(
    sealed: bytes, authority: AuthorityFiles, tmp_path: Path, forger: Forger, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(authority.root_certificate)
    for name, data in {"good": sealed, "bad": forger.content_byte(), "locked": encrypted()}.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    good = command("verify", str(tmp_path / "good.pdf"), "--root", root, "--json")
    assert good.returncode == 0, good.stderr
    answer = json.loads(good.stdout)
    assert answer["outcome"] == "GENUINE"
    assert answer["certificate_number"] == "平执证〔2026〕000017"
    assert main(["verify", str(tmp_path / "bad.pdf"), "--root", root]) == 1
    assert "CONTENT_CHANGED" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "locked.pdf"), "--root", root]) == 3
    assert main(["verify", str(tmp_path / "absent.pdf"), "--root", root]) == 2
    assert "absent.pdf" in capsys.readouterr().err
    assert main(["verify", str(tmp_path / "good.pdf"), "--root", str(tmp_path / "bad.pdf")]) == 2
    with pytest.raises(SystemExit) as wrong:
        main(["verify", str(tmp_path / "good.pdf")])
    assert wrong.value.code == 2


def test_the_number_survives_markup_characters(
    make_face: Make, font: Font, signer: Signer, root: bytes, now: datetime
) -> None:
    pdf = sign.seal(render_certificate(make_face(number='A&B<1>"2'), font), signer, now)
    assert verify_pdf(pdf, [root]).certificate_number == 'A&B<1>"2'


def test_importing_the_library_needs_neither_flask_nor_a_database() -> None:
    code = (
        "import certificates.verify, certificates.render, sys; "
        "print([m for m in ('flask', 'sqlalchemy', 'app') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=PROJECT)
    assert done.stdout.strip() == b"[]"
