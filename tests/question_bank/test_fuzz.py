"""Every reader against damaged, foreign and hostile files: BankError and nothing else, and no quadratic time."""

import io
import random
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.errors import BankError, ImportReport
from question_bank.formats import FORMATS, Limits, read
from question_bank.formats.mixed import read_many
from tests.conftest import THOROUGH
from tests.question_bank.specimens import PIECES, damaged, packed, specimens

SPECIMENS = specimens()
EXAMPLES = 2000 if THOROUGH else 8
SMALL = Limits() if THOROUGH else Limits(archive_bytes=20_000_000, rows=1_000, items=1_000, faults=500)


def heard(name: str, data: bytes, format_: str = "auto") -> ImportReport | None:
    """The report, or None where the file is refused; any other exception fails the test. All sentences can be said."""
    try:
        report = read(name, data, format_, SMALL)
    except BankError as error:
        assert error.zh  # noqa: PT017 - either outcome is right
        assert error.en  # noqa: PT017 - as above
        return None
    for said in (*report.rejected, *report.warnings, *report.changes):
        assert said.zh
        assert said.en
    assert report.accepted or report.rejected
    return report


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_specimens_are_sound_where_their_reader_stands(name: str) -> None:
    if name == "mixed.zip":
        assert all(report.accepted for report in read_many([(name, SPECIMENS[name])]))
        return
    report = heard(name, SPECIMENS[name])
    if report is None or report.format not in FORMATS:
        pytest.skip(f"no reader takes {name} yet")
    assert report.accepted


@pytest.mark.parametrize("name", SPECIMENS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused(name: str, seed: int) -> None:
    heard(name, damaged(SPECIMENS[name], random.Random(seed)))  # noqa: S311 - a test's own lots


@pytest.mark.parametrize("format_", FORMATS)
def test_every_reader_is_told_that_a_file_is_of_another_format(format_: str) -> None:
    for name, data in SPECIMENS.items():
        heard(name, data, format_)


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from(PIECES), max_size=60)
        .map("".join)
        .map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
def test_bytes_without_sense_are_refused(format_: str, data: bytes) -> None:
    heard("x", data, format_)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_batch_of_damaged_files_has_a_report_for_each(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - as above
    names = rng.sample(sorted(SPECIMENS), 3)
    files = [(name, damaged(SPECIMENS[name], rng)) for name in names]
    try:
        reports = read_many(files, SMALL)
    except BankError as error:
        assert error.code == "BATCH_EMPTY"  # noqa: PT017 - either outcome is right
        return
    assert all(report.accepted or report.rejected for report in reports)


SIZE = 1_000_000 if THOROUGH else 60_000
_TEXTS = {
    "brackets": "（" * SIZE,
    "numbers": "1. 甲（A）\nA. 一\nB. 二\n" * (SIZE // 40),
    "keys": "1. 甲\nA.一 " * (SIZE // 16),
    "spaces": ("1." + " " * 15_000 + "x\n") * (SIZE // 15_000),
    "blanks": "一、填空题\n" + "1. 甲____ ____\n答案：乙；丙\n" * (SIZE // 50),
    "told": "一、简答题\n1. 简述\n答案：\n" + "又一行\n" * (SIZE // 10),
    "rows": "题干,A,B,答案\n" + "甲,一,二,A\n" * (SIZE // 20),
    "wide": "题干,A,B,答案" + "," * SIZE,
    "quotes": '题干,A,B,答案\n"' + '""' * (SIZE // 2),
    "braces": "{" * SIZE,
    "lists": '{"format": "chizheng-bank", "version": 1, "items": ' + "[" * SIZE,
    "numbers in JSON": '{"format": "chizheng-bank", "version": ' + "9" * SIZE + "}",
    "gift": "甲 {=" + "a ~" * (SIZE // 3) + "}",
    "backslashes": "::" + "\\" * SIZE,
    "tags": "<quiz>" + "<question>" * (SIZE // 10),
    "attributes": "<quiz " + " ".join(f'a{n}="1"' for n in range(SIZE // 12)) + "/>",
    "markup": "<quiz><question type='essay'><questiontext><text><![CDATA["
    + "<b>" * (SIZE // 3)
    + "]]></text></questiontext></question></quiz>",
    "aiken": "甲\n" + "A. 一\n" * (SIZE // 6) + "ANSWER: A\n",
}


@pytest.mark.parametrize("form", _TEXTS)
def test_a_large_hostile_text_ends(form: str) -> None:
    heard("x", _TEXTS[form].encode())


def _part(specimen: str, part: str, content: bytes) -> bytes:
    members = {name: data for name, data in _members(specimen).items() if name != part}
    return packed({**members, part: content})


def _members(specimen: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(SPECIMENS[specimen])) as source:
        return {name: source.read(name) for name in source.namelist()}


_W = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
_S = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData>%s</worksheet>'
_DOCX, _XLSX = "word/document.xml", "xl/worksheets/sheet1.xml"
_PARTS = {
    "empty paragraphs": ("a.docx", _DOCX, _W % (b"<w:p/>" * (SIZE // 4))),
    "long run": ("a.docx", _DOCX, _W % (b"<w:p><w:r><w:t>" + b"x" * SIZE + b"</w:t></w:r></w:p>")),
    "many runs": ("a.docx", _DOCX, _W % (b"<w:p>" + b"<w:r><w:t>x</w:t></w:r>" * (SIZE // 20) + b"</w:p>")),
    "marked runs": (
        "a.docx",
        _DOCX,
        _W
        % (
            b"<w:p><w:r><w:t>1. x</w:t></w:r></w:p>"
            + (b"<w:p>" + b"<w:r><w:rPr><w:b/></w:rPr><w:t>A.x </w:t></w:r>" * 3000 + b"</w:p>") * 2
        ),
    ),
    "nested tables": ("a.docx", _DOCX, _W % (b"<w:tbl><w:tr><w:tc>" * 30 + b"</w:tc></w:tr></w:tbl>" * 30)),
    "wide table": (
        "a.docx",
        _DOCX,
        _W % (b"<w:tbl><w:tr>" + b"<w:tc><w:p/></w:tc>" * (SIZE // 20) + b"</w:tr></w:tbl>"),
    ),
    "spans": (
        "a.docx",
        _DOCX,
        _W % (b'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="9999"/></w:tcPr></w:tc></w:tr></w:tbl>' * 500),
    ),
    "deep": ("a.docx", _DOCX, _W % (b"<w:sdt><w:sdtContent>" * 5000)),
    "blank cells": ("a.xlsx", _XLSX, _S % (b"<row>" + b"<c/>" * (SIZE // 2) + b"</row>", b"")),
    "far rows": ("a.xlsx", _XLSX, _S % (b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>', b"")),
    "merges": (
        "a.xlsx",
        _XLSX,
        _S
        % (
            b"",
            b"<mergeCells>" + b"".join(b'<mergeCell ref="A%d:A1048576"/>' % n for n in range(1, 60)) + b"</mergeCells>",
        ),
    ),
    "huge merge": ("a.xlsx", _XLSX, _S % (b"", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')),
}


@pytest.mark.parametrize("form", _PARTS)
def test_a_large_hostile_office_file_ends(form: str) -> None:
    specimen, part, content = _PARTS[form]
    heard(specimen, _part(specimen, part, content))
