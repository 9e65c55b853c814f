"""Four judges who know nothing of our code, and our own: on every layout, and on false files made out of true ones."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from certificates.fonts import Font
from certificates.model import CertificateFace
from certificates.render import render_certificate
from certificates.sign import Level
from certificates.verdict import MESSAGES
from certificates.verify import Outcome
from tests.certificates.forging import Swindler
from tests.certificates.judges import mupdf_accepts, openssl_accepts, poppler_accepts, qpdf_accepts, tool
from tests.certificates.seals import Office, drawn_layouts

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "verification.md"
TOOLS = ("pdfsig", "openssl", "mutool", "qpdf")
HEADS = ("forgery", *TOOLS, "ours", "code")

FORGERIES = {
    "one_byte": "CONTENT_CHANGED",
    "appended_revision": "REVISION_APPENDED",
    "swapped_page": "REVISION_APPENDED",
    "shadowed_field": "REVISION_APPENDED",
    "another_key": "UNTRUSTED",
    "stripped_time_stamp": "TIME_STAMP_MISSING",
    "foreign_time_stamp": "TIME_STAMP_INVALID",
    "copied_time_stamp": "TIME_STAMP_INVALID",
    "copied_signature": "CONTENT_CHANGED",
    "partial_range": "BYTE_RANGE_INVALID",
    "words_after_the_end": "TRAILING_BYTES",
    "truncated": "TRUNCATED",
    "changed_signature": "SIGNATURE_INVALID",
    "filled_padding": "SEAL_UNREADABLE",
    "expired_seal": "SEAL_NOT_VALID_THEN",
    "revoked_seal": "SEAL_REVOKED",
}


@pytest.fixture(scope="module")
def swindler(office: Office, make_face: Callable[..., CertificateFace], font: Font) -> Swindler:
    page = render_certificate(make_face(), font)
    other = render_certificate(make_face(number="平执证〔2026〕000018"), font)
    return Swindler(office, page, other, office.sealed(page, Level.B_LT))


@pytest.fixture(scope="module")
def forged(swindler: Swindler) -> Mapping[str, bytes]:
    return {name: getattr(swindler, name)() for name in FORGERIES}


def judgements(pdf: bytes, office: Office, folder: Path) -> dict[str, bool]:
    """What each of the four says of a file."""
    path, root = folder / "judged.pdf", folder / "root.pem"
    path.write_bytes(pdf)
    root.write_bytes(office.root.pem)
    return {
        "pdfsig": poppler_accepts(path),
        "openssl": openssl_accepts(path, root, office.now + timedelta(days=30)),
        "mutool": mupdf_accepts(path),
        "qpdf": qpdf_accepts(path),
    }


def all_tools() -> None:
    for name in TOOLS:
        tool(name)


def accepted_by_all(pdf: bytes, office: Office, level: Level, folder: Path, name: str) -> None:
    assert judgements(pdf, office, folder) == dict.fromkeys(TOOLS, True), name
    verdict = office.judged(pdf, crls=office.crls(), expected_level=level)
    assert (verdict.outcome, verdict.level) == (Outcome.GENUINE, level), name
    assert pdf.count(b"%%EOF") == pdf.count(b"/ByteRange") == 1, name


def test_the_four_judges_and_ours_accept_every_version_of_every_layout(
    office: Office, font: Font, tmp_path: Path
) -> None:
    all_tools()
    drawn = drawn_layouts(font)
    assert len(drawn) > 1
    for name, page in drawn.items():
        accepted_by_all(office.sealed(page, Level.B_LT), office, Level.B_LT, tmp_path, name)


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_the_four_judges_and_ours_accept_the_lower_levels(
    swindler: Swindler, office: Office, level: Level, tmp_path: Path
) -> None:
    all_tools()
    accepted_by_all(office.sealed(swindler.page, level), office, level, tmp_path, level)


@pytest.mark.parametrize(("forgery", "code"), FORGERIES.items())
def test_our_verdict_on_every_forgery_is_negative_for_the_right_reason(
    forged: Mapping[str, bytes], office: Office, forgery: str, code: str
) -> None:
    verdict = office.judged(forged[forgery], crls=office.late_crls())
    assert (verdict.outcome, verdict.codes[0]) == (Outcome.NOT_GENUINE, code)
    assert (verdict.certificate_number, verdict.signer_subject, verdict.signed_at) == (None, None, None)


def row(name: str, said: Mapping[str, bool], ours: bool, code: str) -> list[str]:
    words = {True: "accepts", False: "refuses"}
    return [name.replace("_", " "), *(words[said[one]] for one in TOOLS), words[ours], code]


def written(rows: list[list[str]]) -> list[str]:
    """The rows as a table of Markdown, columns in line."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(one, widths, strict=True)) + " |" for one in rows]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def test_every_judge_on_every_forgery_stands_in_a_table_that_the_page_of_verification_shows(
    swindler: Swindler, forged: Mapping[str, bytes], office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    all_tools()
    rows = [list(HEADS)]
    true = office.judged(swindler.sealed, crls=office.crls())
    rows.append(
        row("(the true file)", judgements(swindler.sealed, office, tmp_path), true.outcome is Outcome.GENUINE, "")
    )
    for forgery, pdf in forged.items():
        verdict = office.judged(pdf, crls=office.late_crls())
        said = judgements(pdf, office, tmp_path)
        rows.append(row(forgery, said, verdict.outcome is Outcome.GENUINE, verdict.codes[0]))
    table = written(rows)
    with capsys.disabled():
        print("", *table, sep="\n")  # noqa: T201
    assert rows[1][1:6] == ["accepts"] * 5
    assert all(one[5] == "refuses" for one in rows[2:])
    assert "\n".join(table) in DOCUMENT.read_text(encoding="utf-8")


def test_the_page_of_verification_explains_every_code() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    assert [code for code, (outcome, _, _) in MESSAGES.items() if f"| `{code}` | {outcome.value} |" not in page] == []
