"""The attestation's pages: what stands on them, that they are sealed like a certificate, and what is refused."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.__main__ import main
from certificates.attestation import Attestation, Evidence, Ground, Part, Row, RuleVersion, Subject, Words
from certificates.dossier import render_attestation
from certificates.errors import FaceInvalid, GlyphMissing
from certificates.layout import ATTESTATION, layout_of
from certificates.sign import seal
from certificates.verify import Outcome, verify_pdf

NUMBER = "01M3BQ8A40XW6Z5T7N2K9C1D3E-1"


def content(facts: int = 12, **changes: Any) -> Attestation:
    """An attestation of a denied night shift of two."""
    values: dict[str, Any] = {
        "number": NUMBER,
        "decision": NUMBER[:-2],
        "case_reference": "崆城管罚案〔2026〕第17号",
        "purpose": "随案移送",
        "issuer": Words("崆峒区城市管理行政执法局", "Kongtong Bureau"),
        "issued_by": "孙督导",
        "issued_at": "2026-05-06 10:12 (+08:00)",
        "issued_on": date(2026, 5, 6),
        "outcome": "DENY",
        "verdict": Words(
            "执法17、执法21于2026-04-30 22:00至2026-05-01 06:00不得在东关一网格实施行政处罚。",
            "They may not impose a penalty from 2026-04-30 22:00 to 2026-05-01 06:00.",
        ),
        "question": (
            Row(Words("行为", "Act"), Words("行政处罚", "Penalty")),
            Row(Words("地点", "Place"), Words("东关一网格", "62080200101")),
        ),
        "parts": (
            Part("2026-04-30 22:00", "2026-05-01 00:00", "ALLOW", 0.25),
            Part("2026-05-01 00:00", "2026-05-01 06:00", "DENY", 0.75, ("R03",)),
        ),
        "people": (
            Subject("KT-0017", "执法17", "DENY", Words("巡查", "Patrol"), ("R03",)),
            Subject("KT-0021", "执法21", "ALLOW", Words("巡查、检查", "Patrol, inspection")),
        ),
        "grounds": (
            Ground(
                "DENY", "R03", Words("证件有效期至2026-04-30。", "The certificate is valid through 2026-04-30."),
                "行政处罚法42、55", ("KT-0017",), Words("办理换证。", "Renew the certificate."), ("F3",),
            ),
            Ground("OBLIGATION", "R16", Words("全程记录。", "Record throughout."), "行政处罚法47"),
        ),
        "facts": tuple(
            Evidence(
                f"F{n}", Words("KT-0017 执法17"), Words(f"培训{n}学时，计入2026年度", f"{n} hours, credited to 2026"),
                Words("2026-02-02（周一）", "on 2026-02-02 (Mon)"), "2026-02-03 09:00",
            )
            for n in range(1, facts + 1)
        ),
        "record": (Row(Words("决定编号", "Decision"), Words(NUMBER[:-2])),),
        "rules": tuple(
            RuleVersion(f"R{n:02}", Words(f"规则{n}", f"Rule {n}"), "0123456789ab") for n in range(1, 41)
        ),
        "facts_digest": "sha256:" + "0" * 64,
    }  # fmt: skip
    return Attestation(**(values | changes))


def _poppler(name: str, *arguments: str, pdf: bytes) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run([path, *arguments], input=pdf, capture_output=True, check=True).stdout.decode()


def text_of(pdf: bytes) -> list[str]:
    """The text of each page, without white space."""
    pages = _poppler("pdftotext", "-raw", "-", "-", pdf=pdf).split("\f")[:-1]
    return [re.sub(r"\s", "", page) for page in pages]


def edges(pdf: bytes) -> list[tuple[float, float]]:
    """For each word how far it reaches to the right and down, in points from the top left."""
    found = re.findall(r'xMax="([\d.]+)" yMax="([\d.]+)"', _poppler("pdftotext", "-bbox", "-", "-", pdf=pdf))
    return [(float(right), float(bottom)) for right, bottom in found]


@pytest.fixture(scope="module")
def plain(font) -> bytes:
    return render_attestation(content(), font)


def test_every_part_of_the_answer_stands_on_the_pages(plain):
    whole = "".join(text_of(plain))
    for said in (
        NUMBER, "崆城管罚案〔2026〕第17号", "不得上岗", "R03", "Thecertificateisvalidthrough2026-04-30.", "办理换证。",
        "全程记录。", "KT-0021", "记录于Recorded2026-02-0309:00", "0123456789ab", "规则40", "九、本证明证实什么",
        re.sub(r"\s", "", layout_of(ATTESTATION).words["proof"].zh),
    ):  # fmt: skip
        assert re.sub(r"\s", "", said) in whole, said


def test_pages_are_a4_portrait_and_numbered_of_how_many(plain):
    reader, texts = PdfFileReader(io.BytesIO(plain)), text_of(plain)
    assert len(texts) == int(reader.root["/Pages"]["/Count"]) > 1
    assert [round(float(side)) for side in reader.root["/Pages"]["/Kids"][0]["/MediaBox"]] == [0, 0, 595, 842]
    for number, text in enumerate(texts, 1):
        assert f"第{number}页，共{len(texts)}页" in text


def test_the_document_has_language_title_and_number_and_an_embedded_font(plain):
    root = PdfFileReader(io.BytesIO(plain)).root
    assert root["/Lang"] == "zh-CN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert NUMBER in root["/Metadata"].data.decode()
    assert b"/FontFile2" in plain


def test_the_same_content_gives_the_same_bytes_and_other_content_others(plain, font):
    assert render_attestation(content(), font) == plain
    assert render_attestation(content(case_reference="另案"), font) != plain


@pytest.mark.parametrize("facts", [0, 1, 33, 34, 35, 400])
def test_nothing_runs_over_an_edge_however_many_facts_there_are(font, facts):
    pdf = render_attestation(content(facts), font)
    seen = "".join(text_of(pdf))
    assert all(f"{n}hours,creditedto2026" in seen for n in range(1, facts + 1))
    assert max(right for right, _bottom in edges(pdf)) <= 595 - 56
    assert max(bottom for _right, bottom in edges(pdf)) <= 842 - 34


def test_a_sealed_attestation_is_genuine_by_the_command_and_one_changed_byte_is_not(
    plain, signer, root, now, tmp_path, capsys
):
    sealed = seal(plain, signer, now)
    verdict = verify_pdf(sealed, [root], now)
    assert (verdict.outcome, verdict.certificate_number) == (Outcome.GENUINE, NUMBER)
    assert verdict.is_attestation
    assert "no certificate" in verdict.findings[-1].en
    file, trusted = tmp_path / "attestation.pdf", tmp_path / "root.pem"
    file.write_bytes(sealed)
    trusted.write_bytes(root)
    assert main(["verify", str(file), "--root", str(trusted)]) == 0
    assert NUMBER in capsys.readouterr().out
    for place in (len(sealed) // 3, len(sealed) // 2):
        broken = bytearray(sealed)
        broken[place] ^= 1
        file.write_bytes(broken)
        assert main(["verify", str(file), "--root", str(trusted)]) == 1


@pytest.mark.parametrize("change", [{"case_reference": " "}, {"people": ()}, {"parts": ()}, {"purpose": "a\x07b"}])
def test_what_cannot_be_attested_is_refused(change: dict[str, Any]):
    with pytest.raises(FaceInvalid):
        content(**change)


def test_a_character_that_the_font_lacks_is_refused_and_named(font, tmp_path: Path, make_face: Callable[..., Any]):
    with pytest.raises(GlyphMissing) as refusal:
        render_attestation(replace(content(), purpose="\U0001f98a"), font)
    assert refusal.value.data["codepoint"] == "U+1F98A"
