"""The fast way of sealing, compared piece by piece with the reference: the drawing library and pyHanko."""

import io
import os
import re
import subprocess
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.authority import certify_seal, make_issuing, make_root
from certificates.envelope import open_envelope
from certificates.errors import SealFailed
from certificates.fast import Press
from certificates.fast.cms import PreparedSeal
from certificates.fast.outlines import outlines_of
from certificates.fast.overlay import Overlay
from certificates.fast.template import Template
from certificates.fonts import Font, find_font
from certificates.keys import AuthorityFiles, Signer
from certificates.layout import Layout, layout_of, layouts
from certificates.marks import TextMark
from certificates.model import CertificateFace
from certificates.render import render, static_page
from certificates.sign import seal
from certificates.values import Values, certificate_values
from certificates.verify import Outcome, verify_pdf
from tests.certificates.judges import changed, mupdf_accepts, openssl_accepts, poppler_accepts, tool
from tests.certificates.specimens import BADGE, values_for
from tests.certificates.test_fonts import RARE, tiny_font

FAINT = 64
"""Of 255: how far a pixel at the edge of a letter may differ between two ways of rounding its place."""


@pytest.fixture(scope="session")
def values(make_face: Callable[..., CertificateFace], picture: bytes) -> Values:
    return certificate_values(make_face(photo=picture))


@pytest.fixture(scope="session")
def press(font: Font, signer: Signer) -> Press:
    return Press(layout_of("certificate"), font, signer)


@pytest.fixture(scope="session")
def fast(press: Press, values: Values, now: datetime) -> bytes:
    return press.sealed(values, now)


@pytest.fixture(scope="session")
def reference(values: Values, font: Font, signer: Signer, now: datetime) -> bytes:
    return seal(render(layout_of("certificate"), values, font), signer, now)


@pytest.fixture
def fast_file(fast: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "fast.pdf"
    path.write_bytes(fast)
    return path


def differences(one: bytes, other: bytes, folder: Path) -> Iterator[Image.Image]:
    """Of two documents of as many pages, how far each pair of pages differs."""
    pages = [pictures_of(data, folder, name) for data, name in ((one, "one"), (other, "other"))]
    for ours, theirs in zip(*pages, strict=True):
        yield ImageChops.difference(ours, theirs)


def pictures_of(data: bytes, folder: Path, name: str) -> list[Image.Image]:
    (folder / f"{name}.pdf").write_bytes(data)
    subprocess.run(
        [tool("pdftoppm"), "-r", "75", "-png", f"{name}.pdf", name], cwd=folder, check=True, capture_output=True
    )
    return [Image.open(path).convert("L") for path in sorted(folder.glob(f"{name}-*.png"))]


def text_of(data: bytes) -> str:
    done = subprocess.run([tool("pdftotext"), "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode()


def signature_of(data: bytes) -> Any:
    return PdfFileReader(io.BytesIO(data)).embedded_signatures[0]


def test_four_strangers_accept_a_fast_document(fast_file: Path, authority: AuthorityFiles, now: datetime) -> None:
    assert poppler_accepts(fast_file)
    assert mupdf_accepts(fast_file)
    assert openssl_accepts(fast_file, authority.root_certificate, now + timedelta(days=30))
    done = subprocess.run([tool("qpdf"), "--check", str(fast_file)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "layout", [one for one in layouts() if one.flow is None], ids=lambda one: f"{one.id}-{one.version}"
)
def test_every_version_of_every_layout_is_accepted_by_strangers_and_looks_like_the_reference(
    layout: Layout, font: Font, signer: Signer, root: bytes, now: datetime, tmp_path: Path
) -> None:
    shown = values_for(layout, BADGE)
    data = Press(layout, font, signer).sealed(shown, now)
    (tmp_path / "one.pdf").write_bytes(data)
    assert poppler_accepts(tmp_path / "one.pdf")
    assert mupdf_accepts(tmp_path / "one.pdf")
    assert verify_pdf(data, [root]).outcome is Outcome.GENUINE
    plain = render(layout, shown, font)
    assert text_of(data) == text_of(plain)
    found = list(differences(data, plain, tmp_path))
    assert len(found) == len(layout.pages)
    assert max(one.getextrema()[1] for one in found) < FAINT


def test_our_own_verdict_on_a_fast_document_is_genuine_and_names_its_number(
    fast: bytes, root: bytes, values: Values, now: datetime
) -> None:
    verdict = verify_pdf(fast, [root], now + timedelta(days=1))
    assert verdict.outcome is Outcome.GENUINE, verdict
    assert (verdict.certificate_number, verdict.signed_at) == (values.number, now)


def test_one_changed_byte_anywhere_makes_a_fast_document_false(fast: bytes, root: bytes) -> None:
    for place in (40, len(fast) // 3, fast.index(b"/ByteRange") + 14, len(fast) - 30):
        assert verify_pdf(changed(fast, place), [root]).outcome is Outcome.NOT_GENUINE, place


def test_the_byte_ranges_of_both_ways_cover_everything_but_the_signature_value(fast: bytes, reference: bytes) -> None:
    for data in (fast, reference):
        start, before, after, tail = open_envelope(data).byte_range
        assert (start, after + tail) == (0, len(data))
        assert re.fullmatch(rb"<[0-9A-Fa-f]+>", data[before:after])
        assert data.count(b"startxref") == 1


def test_both_signature_values_say_the_same_of_everything_but_the_document(fast: bytes, reference: bytes) -> None:
    ours, theirs = (open_envelope(data).signed_data for data in (fast, reference))
    assert ours["certificates"].dump() == theirs["certificates"].dump()
    assert ours["digest_algorithms"].dump() == theirs["digest_algorithms"].dump()
    assert ours["encap_content_info"].dump() == theirs["encap_content_info"].dump()
    one, other = ours["signer_infos"][0], theirs["signer_infos"][0]
    for name in ("version", "sid", "digest_algorithm", "signature_algorithm", "unsigned_attrs"):
        assert one[name].dump() == other[name].dump(), name
    assert said(one) == said(other)


def said(signer: cms.SignerInfo) -> list[tuple[str, bytes]]:
    """The signed attributes in order, the digest of the document left out."""
    return [
        (one["type"].native, b"" if one["type"].native == "message_digest" else one["values"].dump())
        for one in signer["signed_attrs"]
    ]


def test_both_signature_dictionaries_fields_and_catalogues_agree(fast: bytes, reference: bytes) -> None:
    ours, theirs = signature_of(fast), signature_of(reference)
    for key in ("/Type", "/Filter", "/SubFilter", "/M"):
        assert ours.sig_object[key] == theirs.sig_object[key], key
    assert set(ours.sig_object) == set(theirs.sig_object)
    assert ours.docmdp_level == theirs.docmdp_level
    assert ours.field_name == theirs.field_name
    assert set(ours.sig_field) == set(theirs.sig_field)
    one, other = (PdfFileReader(io.BytesIO(data)).root for data in (fast, reference))
    assert set(one) == set(other)
    assert one["/Lang"] == other["/Lang"]
    assert one["/AcroForm"]["/SigFlags"] == other["/AcroForm"]["/SigFlags"]
    assert one["/Perms"]["/DocMDP"]["/Contents"] is not None
    assert extensions(one) == extensions(other)


def extensions(root: Any) -> dict[str, str]:
    return {key: re.sub(r"\s", "", repr(root["/Extensions"][key])) for key in root["/Extensions"]}


def test_both_documents_describe_themselves_alike(fast: bytes, reference: bytes) -> None:
    one, other = (PdfFileReader(io.BytesIO(data)) for data in (fast, reference))
    assert one.root["/Metadata"].data == other.root["/Metadata"].data
    ours, theirs = (reader.trailer["/Info"] for reader in (one, other))
    for key in ("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/CreationDate", "/ModDate"):
        assert ours[key] == theirs[key], key


def test_both_pages_look_alike_but_for_the_edges_of_letters(fast: bytes, reference: bytes, tmp_path: Path) -> None:
    (difference,) = differences(fast, reference, tmp_path)
    histogram = difference.histogram()
    assert sum(histogram[FAINT:]) == 0
    assert sum(histogram[8:]) < sum(histogram) / 2000


def test_both_pages_say_the_same_words_and_every_one_can_be_copied(
    fast: bytes, reference: bytes, values: Values
) -> None:
    text = text_of(fast)
    assert text == text_of(reference)
    assert values.texts["name"].zh in text
    assert values.number in text


def test_both_documents_name_the_same_structure(fast: bytes, reference: bytes) -> None:
    found = [subprocess.run([tool("pdfinfo"), "-struct-text", "-"], input=data, capture_output=True, check=True).stdout
             for data in (fast, reference)]  # fmt: skip
    assert found[0] == found[1]
    assert values_in(found[0])


def values_in(structure: bytes) -> bool:
    return "李明".encode() in structure


def test_every_font_is_embedded_as_a_subset_with_its_meaning(fast_file: Path) -> None:
    done = subprocess.run([tool("pdffonts"), str(fast_file)], capture_output=True, check=True)
    rows = done.stdout.decode().splitlines()[2:]
    assert len(rows) >= 2
    assert all(re.search(r"yes yes yes", row) for row in rows)
    assert len({row.split()[0] for row in rows}) == len(rows)


def test_a_subset_holds_each_outline_as_it_is_in_the_font_parts_included(font: Font) -> None:
    outlines = outlines_of(font.name)
    characters = [*range(0x30, 0x7B), *map(ord, "崇信县综合行政执法局龘")]
    subset = outlines.subset(characters)
    program = zlib.decompress(subset.program)
    assert len(program) == subset.length
    composites = 0
    with TTFont(io.BytesIO(program)) as made, TTFont(font.path, fontNumber=0, lazy=True) as whole:
        cmap = whole.getBestCmap()
        for character, code in subset.codes.items():
            name = made.getGlyphName(int(code, 16))
            mine, theirs = made["glyf"][name], whole["glyf"][cmap[character]]
            composites += theirs.isComposite()
            assert list(mine.getCoordinates(made["glyf"])[0]) == list(theirs.getCoordinates(whole["glyf"])[0])
            assert made["hmtx"][name] == whole["hmtx"][cmap[character]]
    assert composites > 5


def test_a_character_beyond_the_first_plane_keeps_its_meaning_as_a_surrogate_pair(font: Font) -> None:
    subset = outlines_of(font.name).subset([ord("㐂"), 0x20BB7])
    assert b"<0002> <D842DFB7>" in zlib.decompress(subset.to_unicode)


def test_a_rare_character_is_drawn_from_the_next_font_of_the_chain_and_can_be_copied(
    make_face: Callable[..., CertificateFace], font: Font, signer: Signer, root: bytes, now: datetime, tmp_path: Path
) -> None:
    rare = tiny_font(tmp_path / "rare.ttf", RARE, "TinyRare")
    chain = find_font(os.pathsep.join((str(font.path), str(rare))))
    values = certificate_values(make_face(holder_name=f"李{RARE}明"))
    data = Press(layout_of("certificate"), chain, signer).sealed(values, now)
    plain = render(layout_of("certificate"), values, chain)
    assert f"李{RARE}明" in text_of(data)
    assert text_of(data) == text_of(plain)
    assert b"+TinyRare" in data
    (difference,) = differences(data, plain, tmp_path)
    assert difference.getextrema()[1] < FAINT
    assert verify_pdf(data, [root]).outcome is Outcome.GENUINE


def test_the_same_values_give_the_same_bytes_up_to_the_signature(
    press: Press, fast: bytes, values: Values, font: Font, signer: Signer, now: datetime
) -> None:
    hole = fast.index(b"/Contents <")
    again, other = press.sealed(values, now), Press(press.layout, font, signer).sealed(values, now)
    assert again[:hole] == fast[:hole] == other[:hole]


def test_a_document_without_a_photo_has_no_picture_and_the_words_for_it(
    press: Press, make_face: Callable[..., CertificateFace], root: bytes, now: datetime
) -> None:
    data = press.sealed(certificate_values(make_face()), now)
    assert b"/DCTDecode" not in data
    assert "照片" in text_of(data)
    assert verify_pdf(data, [root]).outcome is Outcome.GENUINE


def test_an_rsa_seal_is_prepared_with_its_own_algorithm(values: Values, font: Font, now: datetime) -> None:
    top = make_root("县局", now)
    issuing = make_issuing(top, "县局", now)
    key = rsa.generate_private_key(65537, 2048)
    chain = [issuing.certificate.public_bytes(serialization.Encoding.DER)]
    signer = Signer(key, certify_seal(issuing, key.public_key(), "县局", now), chain)
    data = Press(layout_of("certificate"), font, signer).sealed(values, now)
    theirs = seal(render(layout_of("certificate"), values, font), signer, now)
    ours, other = (open_envelope(one).signed_data["signer_infos"][0] for one in (data, theirs))
    assert ours["signature_algorithm"].dump() == other["signature_algorithm"].dump()
    assert said(ours) == said(other)
    assert extensions(PdfFileReader(io.BytesIO(data)).root) == extensions(PdfFileReader(io.BytesIO(theirs)).root)
    assert verify_pdf(data, [top.pem]).outcome is Outcome.GENUINE


def test_no_signature_of_any_length_outgrows_the_hole(signer: Signer) -> None:
    prepared = PreparedSeal(signer)
    assert max(len(prepared.value(bytes([index]) * 32)) for index in range(64)) <= prepared.longest


def test_a_seal_that_is_not_valid_now_seals_nothing(press: Press, values: Values, signer: Signer) -> None:
    for moment in (signer.not_before - timedelta(seconds=1), signer.not_after + timedelta(seconds=1)):
        with pytest.raises(SealFailed) as refusal:
            press.sealed(values, moment)
        assert refusal.value.code == "SEAL_CERTIFICATE_NOT_VALID"


def test_a_file_that_is_no_first_layer_and_a_wrong_number_of_pages_are_refused(
    font: Font, signer: Signer, fast: bytes, now: datetime
) -> None:
    for data, code in ((b"no PDF", "TEMPLATE_UNREADABLE"), (fast, "ALREADY_SIGNED")):
        with pytest.raises(SealFailed) as refusal:
            Template.prepare(data)
        assert refusal.value.code == code
    template = Template.prepare(static_page(layout_of("certificate"), font))
    marks = [[TextMark(10, 10, 9, 0, "一", font.name)]] * 2
    with pytest.raises(SealFailed) as refusal:
        template.seal(Overlay(marks), info={}, xmp=b"", seal=PreparedSeal(signer), now=now)
    assert refusal.value.code == "PAGES_DIFFER"
