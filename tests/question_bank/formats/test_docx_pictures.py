"""Pictures in Word documents: with their question and their words, or told why not."""

import io

import docx
import pytest

from question_bank.formats import read
from question_bank.formats.picturing import UNDESCRIBED
from tests.question_bank.formats.test_docx import codes, load, only, repacked, saved, written

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000020000000208020000"
    "00fdd49a730000000b49444154789c63600007000006000105e95f6b0000000049454e44ae426082"
)
SECOND = PNG[:-4] + b"\0\0\0\0"


def picture(document, data: bytes = PNG, alt: str = "", text: str = "") -> None:
    run = document.add_paragraph(text).add_run()
    run.add_picture(io.BytesIO(data))
    if alt:
        run._r.xpath(".//wp:docPr")[0].set("descr", alt)


def test_pictures_come_with_their_question_and_their_words() -> None:
    document = written("一、单选题", "1. 图中的标志表示（A）")
    picture(document, alt="红色圆圈，中间一道白杠")
    for line in ("A. 禁止驶入", "B. 允许驶入"):
        document.add_paragraph(line)
    item = only(document)
    assert [(one.alt, one.at, one.data, one.media_type) for one in item.pictures] == [
        ("红色圆圈，中间一道白杠", "", PNG, "image/png")
    ]


def test_a_picture_without_words_says_so_and_is_pointed_out() -> None:
    document = written("一、单选题", "1. 图中的标志表示（A）")
    picture(document, alt="图片包含 文本, 标志\n\n描述已自动生成")
    for line in ("A. 禁止", "B. 允许"):
        document.add_paragraph(line)
    report = load(document)
    assert report.items[0].pictures[0].alt == UNDESCRIBED
    assert "PICTURE_UNDESCRIBED" in codes(report)


def test_options_that_are_pictures_stand_at_their_letters() -> None:
    document = written("一、单选题", "1. 哪个是禁令标志（B）")
    picture(document, PNG, "蓝色方块", "A. ")
    picture(document, SECOND, "红色圆圈", "B. ")
    report = load(document)
    item = report.items[0]
    assert [(one.at, one.alt) for one in item.pictures] == [("A", "蓝色方块"), ("B", "红色圆圈")]
    assert [option.text for option in item.options] == ["（图A）", "（图B）"]
    assert "OPTION_IS_PICTURE" in codes(report)


def test_pictures_without_a_question_or_in_an_explanation_are_left_out_and_told() -> None:
    document = docx.Document()
    picture(document)
    for line in ("一、单选题", "1. 甲（A）", "A. 一", "B. 二", "解析：见图"):
        document.add_paragraph(line)
    picture(document)
    report = load(document)
    assert report.items[0].pictures == ()
    told = [(said.code, said.place.line) for said in report.warnings if said.code.startswith("PICTURE")]
    assert told == [("PICTURE_STRAY", 1), ("PICTURE_IN_EXPLANATION", 7)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda name, content: None if name.endswith(".png") else content, "PICTURE_LOST"),
        (lambda name, content: b"\x01\0\0\0 an old metafile" if name.endswith(".png") else content, "PICTURE_FORMAT"),
    ],
)
def test_a_picture_that_is_missing_or_unusable_keeps_its_question_out_and_no_other(change, code: str) -> None:
    document = written("一、单选题", "1. 图中（A）")
    picture(document, alt="标志")
    for line in ("A. 一", "B. 二", "2. 乙（B）", "A. 三", "B. 四"):
        document.add_paragraph(line)
    report = read("题库.docx", repacked(saved(document), change))
    assert [(fault.code, fault.place.item) for fault in report.rejected] == [(code, "1")]
    assert [item.stem for item in report.items] == ["乙（ ）"]
