"""The badge inside the certificate: an associated file that strangers' tools list and take out, on both ways."""

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.attachment import CREDENTIAL, attached, credential_file
from certificates.fast import Press
from certificates.fonts import Font
from certificates.keys import Signer
from certificates.layout import layout_of
from certificates.model import CertificateFace
from certificates.render import render
from certificates.sign import Level, seal
from certificates.values import Values, certificate_values
from certificates.verify import Outcome
from tests.certificates.judges import changed, mupdf_accepts, poppler_accepts, qpdf_accepts, tool
from tests.certificates.seals import Office
from tests.certificates.specimens import BADGE


@pytest.fixture(scope="module")
def values(make_face: Callable[..., CertificateFace]) -> Values:
    return certificate_values(replace(make_face(), badge=BADGE))


@pytest.fixture(scope="module")
def page(values: Values, font: Font) -> bytes:
    return render(layout_of("certificate"), values, font)


@pytest.fixture(scope="module")
def press(font: Font, signer: Signer) -> Press:
    return Press(layout_of("certificate"), font, signer)


@pytest.fixture(scope="module")
def both(values: Values, page: bytes, press: Press, signer: Signer, now: object) -> dict[str, bytes]:
    return {"fast": press.sealed(values, now), "reference": seal(page, signer, now)}  # type: ignore[arg-type]


def test_poppler_lists_the_file_and_takes_out_the_very_bytes(both: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in both.items():
        path, taken = tmp_path / f"{name}.pdf", tmp_path / name
        path.write_bytes(data)
        listed = subprocess.run([tool("pdfdetach"), "-list", str(path)], capture_output=True, check=True, text=True)
        assert "1 embedded files" in listed.stdout
        assert CREDENTIAL in listed.stdout
        subprocess.run([tool("pdfdetach"), "-save", "1", "-o", str(taken), str(path)], check=True, capture_output=True)
        assert taken.read_bytes() == BADGE, name
        assert poppler_accepts(path), name
        assert mupdf_accepts(path), name
        assert qpdf_accepts(path), name


def test_both_ways_describe_the_file_alike_as_the_source_of_the_document(both: dict[str, bytes]) -> None:
    said = []
    for data in both.values():
        root = PdfFileReader(io.BytesIO(data)).root
        described = root["/AF"][0]
        content = described["/EF"]["/F"]
        assert root["/Names"]["/EmbeddedFiles"]["/Names"][1] == described
        assert (described["/AFRelationship"], content["/Subtype"]) == ("/Source", "/application/vc+jwt")
        parts = [(key, str(described[key])) for key in ("/Type", "/F", "/UF", "/Desc")]
        said.append((set(described), parts, {key: str(content["/Params"][key]) for key in content["/Params"]}))
    assert said[0] == said[1]
    assert said[0][2]["/Size"] == str(len(BADGE))


def test_the_same_badge_gives_the_same_bytes_before_the_signature(
    values: Values, page: bytes, press: Press, both: dict[str, bytes], font: Font, now: object
) -> None:
    assert render(press.layout, values, font) == page
    again, hole = press.sealed(values, now), both["fast"].index(b"/Contents <")  # type: ignore[arg-type]
    assert again[:hole] == both["fast"][:hole]
    other = replace(values, attachment=credential_file(BADGE + b"B", date(2026, 5, 1)))
    assert press.sealed(other, now)[:hole] != again[:hole]  # type: ignore[arg-type]


def test_the_seal_covers_the_file_and_it_is_found_only_where_it_is(
    both: dict[str, bytes], press: Press, values: Values, office: Office, page: bytes, now: object
) -> None:
    assert attached(both["fast"]) == attached(both["reference"]) == attached(page) == BADGE
    assert attached(press.sealed(replace(values, attachment=None), now)) is None  # type: ignore[arg-type]
    assert attached(both["fast"], "other.txt") is None
    assert attached(b"no document") is None
    sealed = office.sealed(page, Level.B_LT)
    assert attached(sealed) == BADGE
    assert office.judged(sealed, crls=office.crls(), expected_level=Level.B_LT).outcome is Outcome.GENUINE
    forged = office.judged(changed(sealed, sealed.index(BADGE) + 9))
    assert forged.codes == ("CONTENT_CHANGED",)
