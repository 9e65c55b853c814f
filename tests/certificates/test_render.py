"""The page: its bytes, its words, its limits."""

import io
import shutil
import subprocess
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from certificates.errors import FaceInvalid, GlyphMissing, PhotoUnreadable, TextDoesNotFit
from certificates.fonts import Font, find_font, missing_glyphs
from certificates.layout import Slot, layout_of
from certificates.model import CertificateFace
from certificates.render import CERTIFICATE, render_certificate
from certificates.typeset import MM, fit, wrap

Make = Callable[..., CertificateFace]
LAYOUT = layout_of(CERTIFICATE)
SLOTS = [one for one in LAYOUT.pages[0].things if isinstance(one, Slot)]
LONG_AGENCY = "甘肃省平凉市崆峒区住房和城乡建设局城市管理综合行政执法大队第一直属机动中队东关分队"
LONG_AGENCY_EN = (
    "First Directly Subordinate Mobile Squadron of the Comprehensive Urban Management Enforcement Brigade, "
    "Housing and Construction Bureau, Kongtong District"
)
TEN = (
    "市容环境卫生管理", "城乡规划与违法建设查处", "城市园林绿化管理", "市政公用设施管理",
    "生态环境保护（噪声、油烟、扬尘）", "户外广告与招牌设置管理", "停车秩序与侵占道路管理",
    "食品摊贩与无照经营管理", "建筑垃圾运输管理", "燃气供热与排水管理",
)  # fmt: skip


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    done = subprocess.run([tool("pdftotext"), "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_the_same_face_gives_the_same_bytes(make_face: Make, font: Font, picture: bytes, page: bytes) -> None:
    assert render_certificate(make_face(), font) == page
    assert render_certificate(make_face(photo=picture), font) == render_certificate(make_face(photo=picture), font)
    assert render_certificate(make_face(holder_name="李月"), font) != page


def test_threads_drawing_at_once_do_not_mix_their_glyphs(make_face: Make, font: Font) -> None:
    names = ["李明", "王小红", "马建国", "赵六"]
    expected = {name: render_certificate(make_face(holder_name=name), font) for name in names}
    got: dict[str, bytes] = {}
    threads = [
        threading.Thread(target=lambda n=name: got.update({n: render_certificate(make_face(holder_name=n), font)}))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == expected


def test_name_number_and_every_other_fact_can_be_read_back_as_text(page: bytes, tmp_path: Path) -> None:
    text = text_of(page, tmp_path)
    for fact in ("李明", "平执证〔2026〕000017", "7K4M-Q2XD", "6228********1234", "崇信县综合行政执法局", "园林绿化",
                 "自2026年5月1日起至2029年4月30日止", "1 May 2026 through 30 April 2029",
                 LAYOUT.title.zh, LAYOUT.title.en,
                 "电子签名的含义", "What the signature means", "chizheng.example.cn/verify"):  # fmt: skip
        assert fact in text, fact


def test_the_document_states_language_title_and_an_embedded_font(page: bytes, tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(page)
    assert b"/Lang (zh-CN)" in page
    info = subprocess.run([tool("pdfinfo"), str(path)], capture_output=True, check=True).stdout.decode()
    assert "行政执法资格电子凭证 平执证〔2026〕000017" in info
    assert "841.89 x 595.276 pts (A4)" in info
    fonts = subprocess.run([tool("pdffonts"), str(path)], capture_output=True, check=True).stdout.decode()
    rows = fonts.splitlines()[2:]
    assert rows
    assert all("+WenQuanYiMicroHei" in row and "TrueType" in row and " yes yes yes" in row for row in rows)


def test_a_character_the_font_lacks_is_refused_by_name_and_nothing_is_printed(make_face: Make, font: Font) -> None:
    with pytest.raises(GlyphMissing) as refused:
        render_certificate(make_face(holder_name="李𠮷"), font)
    assert refused.value.data == {"character": "𠮷", "codepoint": "U+20BB7", "text": "李𠮷"}
    assert "𠮷" in refused.value.zh
    assert "U+20BB7" in refused.value.en
    assert missing_glyphs("李𠮷𠮷明䶮", font) == ("𠮷", "䶮")


def test_forty_characters_of_agency_and_ten_domains_are_all_printed(
    make_face: Make, font: Font, tmp_path: Path
) -> None:
    assert len(LONG_AGENCY) >= 40
    face = make_face(agency=LONG_AGENCY, agency_en=LONG_AGENCY_EN, domains=TEN, issuer_name=LONG_AGENCY)
    text = "".join(text_of(render_certificate(face, font), tmp_path).split())
    for domain in TEN:
        assert domain[:4] in text
    assert LONG_AGENCY in text  # the issuer's line is wide enough to hold it whole


def test_a_text_too_long_even_at_the_smallest_size_is_refused(make_face: Make, font: Font) -> None:
    with pytest.raises(TextDoesNotFit) as refused:
        render_certificate(make_face(agency=LONG_AGENCY * 8), font)
    assert refused.value.data["field"] == "agency"


@pytest.mark.parametrize("length", [1, 7, 23, 40, 60, 90])
@pytest.mark.parametrize("name", ["name", "agency", "domains", "issuer", "number"])
def test_fitted_lines_stay_inside_their_box(font: Font, name: str, length: int) -> None:
    slot = next(one for one in SLOTS if one.name == name)
    height, size = slot.box.height - slot.depth, LAYOUT.styles[slot.style].size
    try:
        lines = fit("执" * length, "word " * (length // 3), font, width=slot.box.width, height=height, size=size,
                    floor=6.5, name="n")  # fmt: skip
    except TextDoesNotFit:
        assert length >= 60 or name == "number"
        return
    assert "".join(line.text for line in lines if not line.is_twin) == "执" * length
    for line in lines:
        assert font.width(line.text, line.size) <= slot.box.width * MM + 0.01
        assert line.baseline <= height + 0.01


def test_lines_break_between_ideographs_but_not_before_a_full_stop_nor_inside_a_word(font: Font) -> None:
    lines = wrap("本凭证由发证机关签发。Enforcement Qualification", font, 10, 72)
    assert "".join(lines).replace(" ", "") == "本凭证由发证机关签发。EnforcementQualification"
    assert not any(line.startswith("。") for line in lines)
    assert "Enforcement" in lines
    assert wrap("x" * 60, font, 10, 72)[0] == "x" * len(wrap("x" * 60, font, 10, 72)[0])


def test_only_the_seal_mark_is_red(page: bytes, tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(page)
    subprocess.run([tool("pdftoppm"), "-r", "60", "-png", "-singlefile", str(path), str(tmp_path / "page")], check=True)
    with Image.open(tmp_path / "page.png") as opened:
        image = opened.convert("RGB")
    scale, mark, reds = 60 / 25.4, LAYOUT.place("mark").box, 0
    for y in range(image.height):
        for x in range(image.width):
            red, green, blue = image.getpixel((x, y))  # type: ignore[misc]
            if red > 140 and green < 120 and blue < 120:
                reds += 1
                assert mark.x - 1 < x / scale < mark.right + 1
                assert mark.y - 1 < y / scale < mark.bottom + 1
    assert reds > 50


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"x" * 8_000_001])
def test_a_photo_that_is_no_picture_is_refused(make_face: Make, font: Font, data: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        render_certificate(make_face(photo=data), font)


def test_a_photo_loses_its_exif_and_a_missing_one_leaves_a_labelled_frame(
    make_face: Make, font: Font, tmp_path: Path
) -> None:
    image = Image.new("RGB", (700, 900), "#888888")
    exif = Image.Exif()
    exif[0x010E] = "HOME-ADDRESS-IN-EXIF"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    assert b"HOME-ADDRESS" in buffer.getvalue()
    (tmp_path / "p.pdf").write_bytes(render_certificate(make_face(photo=buffer.getvalue()), font))
    subprocess.run([tool("pdfimages"), "-all", str(tmp_path / "p.pdf"), str(tmp_path / "i")], check=True)
    pictures = list(tmp_path.glob("i-*"))
    assert pictures
    assert not any(b"HOME-ADDRESS" in picture.read_bytes() for picture in pictures)
    assert "照片" in text_of(render_certificate(make_face(), font), tmp_path)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"holder_name": " "}, "FACE_FIELD_EMPTY"),
        ({"domains": ()}, "FACE_NO_DOMAIN"),
        ({"domains": ("市容", "")}, "FACE_NO_DOMAIN"),
        ({"valid_to": date(2026, 4, 30)}, "FACE_DATES_REVERSED"),
        ({"agency": "甲\n乙"}, "FACE_CONTROL_CHARACTER"),
    ],
)
def test_a_face_that_contradicts_itself_is_refused(make_face: Make, changes: dict[str, object], code: str) -> None:
    with pytest.raises(FaceInvalid) as refused:
        make_face(**changes)
    assert refused.value.code == code


def test_a_certificate_of_one_day_is_allowed(make_face: Make) -> None:
    assert make_face(valid_to=date(2026, 5, 1)).valid_to == date(2026, 5, 1)


def test_a_font_without_truetype_outlines_is_refused(tmp_path: Path) -> None:
    from certificates.errors import FontUnusable

    (tmp_path / "no.ttf").write_bytes(b"OTTO" + b"\0" * 100)
    with pytest.raises(FontUnusable) as refused:
        find_font(tmp_path / "no.ttf")
    assert refused.value.code == "FONT_UNUSABLE"
    with pytest.raises(FontUnusable):
        find_font(tmp_path / "absent.ttf")
