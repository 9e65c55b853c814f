"""Layouts as data: what a wrong file is told, what every version draws, and that an old version never changes."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.errors import CodeTooLong, LayoutInvalid
from certificates.fonts import find_font
from certificates.layout import (
    FOLDER,
    Code,
    Layout,
    Picture,
    Slot,
    Twins,
    layout_by_key,
    layout_of,
    layouts,
    read_layout,
)
from certificates.marks import CodeMark, PictureMark, TextMark, runs, sequences
from certificates.placing import placed
from certificates.render import render, static_page
from certificates.specimen import specimen
from certificates.typeset import MM
from certificates.values import Values
from tests.certificates.specimens import drawn, every_layout, values_for

VECTORS = Path(__file__).parent.parent / "vectors" / "layouts.json"
KEYS = [one.key for one in layouts()]
FIXED = [one.key for one in layouts() if one.flow is None]
GOOD = (FOLDER / "result-1.toml").read_text()
LONG = "甘肃省平凉市崆峒区住房和城乡建设局城市管理综合行政执法大队第一直属机动中队东关分队"
LONG_EN = "First Directly Subordinate Mobile Squadron of the Comprehensive Urban Management Enforcement Brigade"


def tool(name: str, *arguments: str) -> str:
    """What a tool says; without it the test is skipped visibly."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run([path, *arguments], capture_output=True, check=True).stdout.decode(errors="replace")


def written(key: str, folder: Path) -> str:
    """The file of a layout's specimen."""
    path = folder / f"{key}.pdf"
    path.write_bytes(dict(every_layout())[key])
    return str(path)


def page_image(path: str, number: int, folder: Path, dots: int = 200) -> Image.Image:
    """One page as a grey picture."""
    out = folder / f"page-{number}"
    tool("pdftoppm", "-r", str(dots), "-f", str(number), "-l", str(number), "-gray", "-singlefile", path, str(out))
    with Image.open(f"{out}.pgm") as opened:
        return opened.convert("L")


def content_digest(pdf: bytes) -> str:
    """SHA-256 of a PDF with every packed stream unpacked: what it says, however the packing library packs."""

    def unpacked(match: re.Match[bytes]) -> bytes:
        try:
            return b"stream\n" + zlib.decompress(match.group(1)) + b"\nendstream"
        except zlib.error:
            return match.group(0)

    body = re.sub(rb"stream\r?\n(.*?)\r?\nendstream", unpacked, pdf[: pdf.rindex(b"xref\n")], flags=re.DOTALL)
    return hashlib.sha256(re.sub(rb"/Length \d+", b"/Length", body)).hexdigest()


def test_the_five_layouts_of_the_site_are_there_each_with_one_current_version():
    assert {one.id for one in layouts()} == {"certificate", "pocket", "training", "result", "attestation"}
    for id_ in ("certificate", "pocket", "training", "result", "attestation"):
        assert [one.current for one in layouts() if one.id == id_].count(True) == 1
    assert layout_of("certificate").version == max(one.version for one in layouts() if one.id == "certificate")


def test_every_version_draws_for_ever_what_it_drew():
    kept = json.loads(VECTORS.read_text())
    assert {key: content_digest(pdf) for key, pdf in every_layout()} == kept


def test_the_same_values_give_the_same_bytes():
    for key, pdf in every_layout():
        assert drawn(layout_by_key(key)) == pdf, key


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("size = 22, floor = 18", 'size = "big", floor = 18', "styles.title.size"),
        ("box = [20, 12, 170, 10.4]", "box = [20, 12, 170]", "pages.0.things.1.text.box"),
        ("box = [20, 12, 170, 10.4]", "box = [20, 12, 0, 10.4]", "pages.0.things.1.text.box"),
        ("box = [20, 12, 170, 10.4]", "box = [20, 2, 170, 10.4]", "pages.0.things.1.box: reaches over"),
        ("box = [20, 22.6, 170, 4.6]", "box = [20, 20, 170, 4.6]", "the places title and subtitle overlap"),
        ('name = "subtitle"', 'name = "title"', "the name title stands twice"),
        ('style = "score"', 'style = "scores"', "pages.0.things.10.style: unknown style scores"),
        ('colour = "blue", align', 'colour = "bleu", align', "styles.title: unknown colour bleu"),
        ('ink = "#1B1F24"', 'ink = "black"', "colours.ink"),
        ('type = "braid"', 'type = "garland"', "pages.0.things.3"),
        ("margin = 10", "margin = 10\nsurprise = 1", "surprise"),
        ("floor = 18", "floor = 28", "styles.title: the floor is above the size"),
        ('label_style = "label", label = { zh = "姓名", en = "Name" }', 'label = { zh = "姓名" }', "go together"),
        ('id = "result"', 'id = "Result"', "id"),
        ('id = "result"', 'id = "slip"', "should be called slip-1.toml"),
        ('id = "result"', "id = ", "line 2"),
        ('tag = "H1"', 'tag = "Artifact"', "only running text has artifacts"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_where_it_is_wrong(before, after, where):
    assert before in GOOD
    with pytest.raises(LayoutInvalid) as refused:
        read_layout(GOOD.replace(before, after, 1).encode(), "result-1.toml")
    assert refused.value.data["file"] == "result-1.toml"
    assert where in refused.value.data["where"]
    assert "result-1.toml" in refused.value.zh


def test_a_folder_with_two_current_versions_or_none_is_refused(tmp_path):
    (tmp_path / "result-1.toml").write_text(GOOD)
    (tmp_path / "result-2.toml").write_text(GOOD.replace("version = 1", "version = 2", 1))
    with pytest.raises(LayoutInvalid, match="2 versions are current"):
        layouts(tmp_path)
    none = tmp_path / "none"
    none.mkdir()
    (none / "result-1.toml").write_text(GOOD.replace("current = true", "", 1))
    with pytest.raises(LayoutInvalid, match="0 versions are current"):
        layouts(none)


@pytest.mark.parametrize("key", ["certificate-99", "none-1", "certificate", "certificate-x"])
def test_an_unknown_layout_is_refused_by_name(key):
    with pytest.raises(LayoutInvalid) as refused:
        layout_by_key(key)
    assert refused.value.code == "LAYOUT_UNKNOWN"


@pytest.mark.parametrize("key", FIXED)
def test_a_place_without_a_value_is_refused(key):
    layout = layout_by_key(key)
    one = values_for(layout)
    texts = {name: words for name, words in one.texts.items() if name != "number"}
    with pytest.raises(LayoutInvalid) as refused:
        render(layout, replace(one, texts=texts), find_font())
    assert (refused.value.code, refused.value.data["place"]) == ("VALUE_MISSING", "number")
    with pytest.raises(LayoutInvalid):
        render(layout, replace(one, codes={}), find_font())


@pytest.mark.parametrize("key", FIXED)
def test_long_names_in_both_languages_are_set_whole_and_inside_their_places(key, tmp_path):
    layout = layout_by_key(key)
    one = values_for(layout)
    texts = dict(one.texts) | {
        "agency": Twins(zh=LONG, en=LONG_EN), "issuer": Twins(zh=LONG), "name": Twins(zh="古丽巴哈尔·阿卜杜热依木江"),
    }  # fmt: skip
    values = replace(one, texts=texts)
    for number, marks in enumerate(placed(layout, values, find_font())):
        for mark in marks:
            if isinstance(mark, TextMark):
                right = mark.x + find_font().width(mark.text, mark.size)
                assert mark.x >= layout.margin * MM
                assert right <= (layout.width - layout.margin) * MM + 0.01, (number, mark.text)
                assert layout.margin * MM <= mark.y <= (layout.height - layout.margin) * MM
    path = tmp_path / "long.pdf"
    path.write_bytes(render(layout, values, find_font()))
    text = re.sub(r"\s", "", tool("pdftotext", "-raw", str(path), "-"))
    for said in (LONG, "古丽巴哈尔·阿卜杜热依木江"):
        assert said in text or (said == LONG and LONG[:9] in text)


@pytest.mark.parametrize("key", FIXED)
def test_both_layers_together_are_the_page_and_the_first_holds_no_value(key, tmp_path):
    layout = layout_by_key(key)
    path = tmp_path / "static.pdf"
    path.write_bytes(static_page(layout, find_font()))
    fixed = re.sub(r"\s", "", tool("pdftotext", "-raw", str(path), "-"))
    whole = re.sub(r"\s", "", tool("pdftotext", "-raw", written(key, tmp_path), "-"))
    marks = [mark for page in placed(layout, values_for(layout), find_font()) for mark in page]
    said = [re.sub(r"\s", "", mark.text) for mark in marks if isinstance(mark, TextMark)]
    assert said
    assert all(one in whole for one in said)
    assert values_for(layout).number not in fixed
    assert layout.title.zh in fixed
    assert {type(mark) for mark in marks} >= {TextMark, CodeMark}
    assert all(mark.mcid >= 0 and mark.tag for mark in marks)


@pytest.mark.parametrize("key", FIXED)
def test_each_piece_of_content_has_one_identifier_on_its_page(key):
    for marks in placed(layout_by_key(key), values_for(layout_by_key(key)), find_font()):
        found = [mcid for _tag, mcid, _marks in sequences(marks)]
        assert len(found) == len(set(found))


@pytest.mark.parametrize("key", KEYS)
def test_who_hears_the_page_hears_title_paragraphs_and_what_pictures_show(key, tmp_path):
    path, layout = written(key, tmp_path), layout_by_key(key)
    heard = tool("pdfinfo", "-struct-text", path)
    assert heard.startswith("Document")
    assert heard.count("H1 (block)") == 1
    assert f'"{layout.title.zh}"' in heard
    assert heard.index(layout.title.zh) < heard.index("P (block)")
    if layout.flow is None:
        assert heard.count("Figure") == sum(
            isinstance(one, Picture | Code) for page in layout.pages for one in page.things
        )
        assert "Span (inline)" in heard
    else:
        assert heard.count("H2 (block)") == 9
        assert "页" not in heard  # the page number is no part of what is read
    assert "Tagged:          yes" in tool("pdfinfo", path)
    assert "/StructTreeRoot" in tool("mutool", "show", path, "trailer/Root")


@pytest.mark.parametrize("key", KEYS)
def test_every_document_states_language_title_and_pictures_in_words(key):
    layout, root = layout_by_key(key), PdfFileReader(io.BytesIO(dict(every_layout())[key])).root
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    tree = root["/StructTreeRoot"]
    document = tree["/K"][0].get_object()
    figures = [one for one in (kid.get_object() for kid in document["/K"]) if one["/S"] == "/Figure"]
    alts = {one["/Alt"] for one in figures}
    things = [one for page in layout.pages for one in page.things if isinstance(one, Picture | Code)]
    assert alts == {f"{one.alt.zh}  {one.alt.en}" for one in things}
    for number, page in enumerate(root["/Pages"]["/Kids"]):
        assert page.get_object()["/StructParents"] == number
        owners = tree["/ParentTree"]["/Nums"][2 * number + 1].get_object()
        assert all(one.get_object()["/Type"] == "/StructElem" for one in owners)


@pytest.mark.parametrize("key", KEYS)
def test_all_fonts_are_embedded_subsets_and_the_page_is_of_the_size_it_says(key, tmp_path):
    path, layout = written(key, tmp_path), layout_by_key(key)
    rows = tool("pdffonts", path).splitlines()[2:]
    assert rows
    assert all("+WenQuanYiMicroHei" in row and " yes yes yes" in row for row in rows)
    size = re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", tool("pdfinfo", path))
    assert [round(float(side), 1) for side in size.groups()] == [
        round(layout.width * MM, 1),
        round(layout.height * MM, 1),
    ]


def test_bookmarks_lead_to_the_parts_of_an_attestation_and_to_both_sides_of_a_card(tmp_path):
    assert tool("mutool", "show", written("attestation-1", tmp_path), "outline").count("#page=") == 9
    outline = tool("mutool", "show", written("pocket-1", tmp_path), "outline")
    assert "正面  Front" in outline
    assert "背面  Back" in outline
    assert tool("mutool", "show", written("certificate-2", tmp_path), "outline").strip() == ""


@pytest.mark.parametrize("key", FIXED)
def test_the_code_is_read_back_from_the_rendered_page_by_two_decoders(key, tmp_path):
    layout = layout_by_key(key)
    page, place = next(
        (number, one) for number, found in enumerate(layout.pages, 1) for one in found.things if isinstance(one, Code)
    )
    image = page_image(written(key, tmp_path), page, tmp_path, 200)
    expected = values_for(layout).codes[place.name]
    assert [one.text for one in zxingcpp.read_barcodes(image)] == [expected]
    image.save(tmp_path / "code.png")
    assert expected in tool("zbarimg", "--quiet", "--raw", str(tmp_path / "code.png"))


@pytest.mark.parametrize("key", ["certificate-2", "pocket-1"])
def test_a_code_of_65_modules_of_half_a_millimetre_stands_with_its_quiet_zone_on_37_mm(key, tmp_path):
    layout = layout_by_key(key)
    marks = [(number, mark) for number, page in enumerate(placed(layout, values_for(layout), find_font()), 1)
             for mark in page if isinstance(mark, CodeMark)]  # fmt: skip
    ((page, mark),) = marks
    assert len(mark.modules) == 65
    assert mark.side / MM == pytest.approx(32.5)
    box = layout.place("code").box
    assert (box.width, box.height) == (37, 37)
    image = page_image(written(key, tmp_path), page, tmp_path)
    scale = 200 / 25.4
    left, top = mark.x / MM, layout.height - (mark.y + mark.side) / MM
    quiet = image.crop(tuple(round(v * scale) for v in (left - 2, top - 2, left + 34.5, top - 0.3)))  # type: ignore[arg-type]
    assert min(quiet.tobytes()) > 240


def test_a_code_with_no_room_for_its_modules_is_refused():
    layout = layout_of("certificate")
    one = values_for(layout)
    (longer,) = [mark for mark in placed(layout, replace(one, codes={"code": "1" * 1500}), find_font())[0]
                 if isinstance(mark, CodeMark)]  # fmt: skip
    assert longer.side / MM < 37 * len(longer.modules) / (len(longer.modules) + 8) + 0.01
    with pytest.raises(CodeTooLong) as refused:
        placed(layout, replace(one, codes={"code": "1" * 3000}), find_font())
    assert refused.value.code == "CODE_TOO_LONG"
    with pytest.raises(CodeTooLong):
        placed(layout, replace(one, codes={"code": "1" * 9000}), find_font())


def test_dark_stretches_of_a_row_are_found_whole():
    assert list(runs((True, True, False, True))) == [(0, 2), (3, 1)]
    assert list(runs((False, False))) == []
    assert list(runs(())) == []


def test_values_survive_being_kept_as_data():
    one = values_for(layout_of("result"))
    kept = Values.from_data(json.loads(json.dumps(one.as_data())), one.pictures)
    assert kept == replace(one, texts=dict(one.texts), codes=dict(one.codes))


@pytest.mark.parametrize("key", KEYS)
def test_a_specimen_is_marked_on_every_page(key, tmp_path):
    path = tmp_path / "specimen.pdf"
    path.write_bytes(specimen(layout_by_key(key), find_font()))
    pages = tool("pdftotext", "-raw", str(path), "-").split("\f")[:-1]
    assert pages
    assert all("SPECIMEN" in re.sub(r"\s", "", page) for page in pages)
    assert "SPECIMEN" not in tool("pdftotext", written(key, tmp_path), "-")


def test_the_photo_on_a_card_is_cut_to_its_place():
    layout = layout_of("pocket")
    (mark,) = [one for one in placed(layout, values_for(layout), find_font())[0] if isinstance(one, PictureMark)]
    with Image.open(io.BytesIO(mark.data)) as picture:
        assert picture.width / picture.height == pytest.approx(24 / 30.8, abs=0.01)


def test_labels_stand_in_both_languages():
    for layout in layouts():
        for page in layout.pages:
            for one in page.things:
                if isinstance(one, Slot) and one.label is not None:
                    assert one.label.zh, (layout.key, one.name)
                    assert one.label.en, (layout.key, one.name)


def test_a_layout_cannot_be_changed_in_memory():
    layout: Layout = layout_of("result")
    with pytest.raises(ValueError, match="frozen"):
        layout.version = 9  # type: ignore[misc]
