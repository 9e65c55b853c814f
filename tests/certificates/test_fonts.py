"""The chain of fonts: rare characters are drawn by the first font that has them, and can be copied out again."""

import os
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from certificates.errors import FontUnusable, GlyphMissing
from certificates.fonts import Font, find_font, missing_glyphs, to_unicode
from certificates.layout import layout_of
from certificates.marks import TextMark
from certificates.model import CertificateFace
from certificates.placing import placed
from certificates.render import render_certificate
from certificates.values import certificate_values
from tests.certificates.test_layouts import tool

Make = Callable[..., CertificateFace]
RARE, RARER, NONE = "𠮷", "𮧟", "𪚥"  # extensions B and F, and one that nobody has here


def tiny_font(path: Path, characters: str, name: str) -> Path:
    """A TrueType font that draws these characters as squares 600 units wide."""
    builder = FontBuilder(1000, isTTF=True)
    names = {ord(one): f"u{ord(one):X}" for one in characters}
    builder.setupGlyphOrder([".notdef", "space", *names.values()])
    builder.setupCharacterMap({32: "space", **names})
    pen = TTGlyphPen(None)
    for move, point in (("moveTo", (0, 0)), ("lineTo", (0, 500)), ("lineTo", (500, 500)), ("lineTo", (500, 0))):
        getattr(pen, move)(point)
    pen.closePath()
    square, empty = pen.glyph(), TTGlyphPen(None).glyph()
    glyphs = dict.fromkeys(names.values(), square)
    builder.setupGlyf({".notdef": empty, "space": empty, **glyphs})
    builder.setupHorizontalMetrics(dict.fromkeys(builder.font.getGlyphOrder(), (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name, "fullName": name})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Font:
    """The packaged font, then one with a character of extension B, then one with another of extension F."""
    folder = tmp_path_factory.mktemp("fonts")
    paths = [
        find_font().path,
        tiny_font(folder / "b.ttf", RARE, "TinyB"),
        tiny_font(folder / "f.ttf", RARE + RARER, "TinyF"),
    ]
    return find_font(os.pathsep.join(str(path) for path in paths))


def test_each_character_is_drawn_by_the_first_font_that_has_it(chain: Font) -> None:
    found = [(chain.face(key).title, piece) for key, piece in chain.runs(f"李{RARE}明{RARER}{RARER}")]
    assert found == [("WenQuanYiMicroHei", "李"), ("TinyB", RARE), ("WenQuanYiMicroHei", "明"), ("TinyF", RARER * 2)]
    assert chain.width(RARE, 10) == pytest.approx(6)
    assert chain.width(f"李{RARE}", 10) == pytest.approx(chain.width("李", 10) + 6)
    assert missing_glyphs(f"李{RARE}{NONE}", chain) == (NONE,)
    assert chain.runs("") == ()


def test_a_name_with_rare_characters_is_printed_embedded_and_copied_out_whole(
    chain: Font, make_face: Make, tmp_path: Path
) -> None:
    name = f"欧阳{RARE}{RARER}"
    pdf = render_certificate(make_face(holder_name=name), chain)
    assert render_certificate(make_face(holder_name=name), chain) == pdf
    path = tmp_path / "rare.pdf"
    path.write_bytes(pdf)
    assert name in re.sub(r"\s", "", tool("pdftotext", "-raw", str(path), "-"))
    assert f'"{name}"' in tool("pdfinfo", "-struct-text", str(path))
    rows = tool("pdffonts", str(path)).splitlines()[2:]
    assert {row.split()[0].split("+")[1].split("-")[0] for row in rows} == {"WenQuanYiMicroHei", "TinyB", "TinyF"}
    assert all(" yes yes yes" in row for row in rows)
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", str(path))


def test_the_pieces_of_a_line_stand_behind_one_another(chain: Font, make_face: Make) -> None:
    face = make_face(holder_name=f"欧{RARE}阳")
    (page,) = placed(layout_of("certificate"), certificate_values(face), chain)
    pieces = [mark for mark in page if isinstance(mark, TextMark) and mark.text in {"欧", RARE, "阳"}]
    assert [mark.text for mark in pieces] == ["欧", RARE, "阳"]
    assert len({mark.mcid for mark in pieces}) == 1
    for one, other in pairwise(pieces):
        assert other.x == pytest.approx(one.x + chain.width(one.text, one.size), abs=0.01)


def test_a_character_that_no_font_of_the_chain_has_is_refused_by_name(chain: Font, make_face: Make) -> None:
    with pytest.raises(GlyphMissing) as refused:
        render_certificate(make_face(holder_name=f"李{NONE}"), chain)
    assert refused.value.data["character"] == NONE
    assert refused.value.data["codepoint"] == "U+2A6A5"


def test_a_face_drawn_by_the_first_font_alone_is_drawn_as_without_the_chain(
    chain: Font, make_face: Make, font: Font
) -> None:
    assert render_certificate(make_face(), chain) == render_certificate(make_face(), font)


def test_two_fonts_of_one_name_and_files_that_are_no_fonts_are_refused(tmp_path: Path) -> None:
    one, other = tiny_font(tmp_path / "1.ttf", "㐂", "Same"), tiny_font(tmp_path / "2.ttf", "㐅", "Same")
    with pytest.raises(FontUnusable) as refused:
        find_font(f"{one}{os.pathsep}{other}")
    assert refused.value.code == "FONT_TWICE"
    with pytest.raises(FontUnusable) as refused:
        find_font(f"{one}{os.pathsep}{tmp_path / 'absent.ttf'}")
    assert refused.value.code == "FONT_UNUSABLE"
    assert find_font(f"{one}{os.pathsep}{one}{os.pathsep}").faces == find_font(one).faces


def test_the_map_to_text_writes_rare_characters_as_surrogate_pairs_in_blocks_of_a_hundred() -> None:
    told = to_unicode("F", [0, *range(0x4E00, 0x4E00 + 149), 0x20BB7])
    assert "<96> <D842DFB7>" in told
    assert "<01> <4E00>" in told
    assert re.findall(r"(\d+) beginbfchar", told) == ["100", "51"]
    assert "<00> <96>" in told
