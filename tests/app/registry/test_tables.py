"""Reading files of unknown origin."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from app.registry.columns import understand
from app.registry.tables import Limits, TableFault, read_table, tidy


def book(rows, formats=None):
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def repacked(data, name, content):
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            if entry.filename != name:
                out.writestr(entry.filename, source.read(entry.filename))
        out.writestr(name, content)
    return target.getvalue()


def refusal(name, data, limits=None):
    with pytest.raises(TableFault) as caught:
        read_table(name, data, limits or Limits())
    return caught.value.code


ROWS = "人员编号,姓名,入职日期\nKT-1,王安,2024-07-01\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_csv_reads_the_same_in_every_usual_encoding(encoding):
    table = read_table("a.csv", ROWS.encode(encoding))
    assert table.headings == ("人员编号", "姓名", "入职日期")
    assert [cell.text for cell in table.lines[0].cells] == ["KT-1", "王安", "2024-07-01"]


def test_headings_in_either_language_and_any_order_mean_the_same():
    one = understand(read_table("a.csv", b"Hired on,Name,Person code,ID number\n2024/7/1,Wang,kt-1,\n"))
    other = understand(read_table("a.csv", "姓名,人员编号,身份证号,入职日期\nWang,KT-1,,2024年7月1日\n".encode()))
    assert one.kind == other.kind == "people"
    assert one.entries[0].values == other.entries[0].values
    assert one.entries[0].values["hired_on"] == date(2024, 7, 1)


def test_full_width_digits_and_stray_spaces_are_mended_and_reported():
    reading = understand(read_table("a.csv", "人员编号,姓名,入职日期\nＫＴ－１, 王 安 ,２０２４-０７-０１\n".encode()))
    assert reading.entries[0].values == {"code": "KT-1", "name": "王安", "hired_on": date(2024, 7, 1)}
    assert reading.entries[0].tidied == ("code", "name", "hired_on")


def test_a_clean_row_is_not_reported_as_mended():
    assert understand(read_table("a.csv", ROWS.encode())).entries[0].tidied == ()


def test_rare_characters_of_names_are_left_alone():
    assert tidy("𠮷·買買提") == "𠮷·買買提"


@pytest.mark.parametrize("cell", ["=1+1", "＝1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-1+A1"])
def test_a_formula_in_a_csv_refuses_the_file(cell):
    assert refusal("a.csv", f'人员编号,姓名\nKT-1,"{cell}"\n'.encode()) == "formula"


@pytest.mark.parametrize("cell", ["+8613800000000", "-12.5", "-", "--"])
def test_a_plain_number_or_a_dash_is_no_formula(cell):
    assert len(read_table("a.csv", f"人员编号,姓名,电话\nKT-1,王安,{cell}\n".encode()).lines) == 1


def test_a_formula_in_a_workbook_refuses_the_file_and_names_the_cell():
    with pytest.raises(TableFault) as caught:
        read_table("a.xlsx", book([["人员编号", "姓名"], ["KT-1", '=HYPERLINK("http://x")']]))
    assert caught.value.code == "formula"
    assert caught.value.data["place"] == "B2"


def test_a_workbook_reads_dates_numbers_and_text():
    table = read_table("wrong-name.csv", book([["人员编号", "姓名", "入职日期"], [1001, "王安", date(2024, 7, 1)]]))
    assert table.form == "xlsx"
    assert [c.text for c in table.lines[0].cells] == ["1001", "王安", "2024-07-01"]


def test_an_identity_number_kept_as_a_number_is_refused_because_excel_rounds_it():
    reading = understand(
        read_table("a.xlsx", book([["人员编号", "姓名", "身份证号"], ["KT-1", "王安", 620802199001011234]]))
    )
    assert [fault.code for fault in reading.entries[0].faults] == ["identity-number-cell"]


def test_an_archive_that_unpacks_to_far_more_than_it_is_is_refused():
    bomb = repacked(book([["人员编号", "姓名"], ["KT-1", "王安"]]), "xl/media/x.bin", b"\0" * 30_000_000)
    assert refusal("a.xlsx", bomb, Limits(archive_size=20_000_000)) == "archive-hostile"


def test_xml_entities_are_refused():
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><worksheet/>'
    data = repacked(book([["人员编号", "姓名"], ["KT-1", "王安"]]), "xl/worksheets/sheet1.xml", evil)
    assert refusal("a.xlsx", data) == "xml-entities"


def test_macros_and_damaged_and_foreign_files_are_refused():
    good = book([["人员编号", "姓名"], ["KT-1", "王安"]])
    assert refusal("a.xlsx", repacked(good, "xl/vbaProject.bin", b"x")) == "macros"
    assert refusal("a.xlsx", good[: len(good) // 2]) == "xlsx-broken"
    assert refusal("a.xlsx", repacked(good, "xl/worksheets/sheet1.xml", b"<broken")) == "xlsx-broken"
    assert refusal("a.xls", b"\xd0\xcf\x11\xe0rest") == "xls-old"
    assert refusal("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\xff") == "not-a-table"
    assert refusal("a.csv", b"") == "file-empty"


def test_too_much_of_anything_is_one_clear_refusal():
    assert refusal("a.csv", ("人员编号,姓名\n" + "K,W\n" * 12).encode(), Limits(rows=10)) == "too-many-rows"
    assert refusal("a.csv", ROWS.encode(), Limits(size=10)) == "file-too-large"
    assert refusal("a.csv", ("人员编号,姓名\nKT-1," + "王" * 3000 + "\n").encode()) == "cell-too-long"
    assert refusal("a.csv", ("人员编号,姓名\nKT-1," + "王" * 7_000_000 + "\n").encode("utf-16")) == "cell-too-long"
    assert refusal("a" * 300 + ".csv", ROWS.encode()) == "file-name-too-long"
    assert refusal("a.csv", (",".join(f"h{n}" for n in range(90)) + "\n1\n").encode()) == "too-many-columns"
    assert refusal("a.csv", '人员编号,姓名\nKT-1,"王安\n'.encode()) == "csv-broken"


def test_headings_that_are_twice_missing_or_unknown_are_refused():
    assert refusal("a.csv", "姓名,姓名\na,b\n".encode()) == "heading-twice"
    for text, code in (
        ("姓名,Name,人员编号\na,b,c\n", "heading-twice"),
        ("人员编号,用工性质,入职日期\nKT-1,公务员,2024-01-01\n", "heading-missing"),
        ("甲,乙\n1,2\n", "headings-unknown"),
    ):
        with pytest.raises(TableFault) as caught:
            understand(read_table("a.csv", text.encode()))
        assert caught.value.code == code
