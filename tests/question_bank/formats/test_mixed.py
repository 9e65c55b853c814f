"""Many files in one go: folders, archives, archives in archives, and what the files repeat of each other."""

import io
import zipfile

import pytest

from question_bank.errors import BankError, ImportReport
from question_bank.formats import Limits, native, read, tabular
from question_bank.formats.alike import with_alike
from question_bank.formats.mixed import holds_files, read_many
from question_bank.formats.printing import write_docx
from question_bank.items import Item, ItemType, Option

AB = (Option("A", "一"), Option("B", "二"))


def choice(code: str, stem: str) -> Item:
    return Item(code, ItemType.SINGLE, stem, AB, ("A",), topic="题")


FIRST = choice("Q-1", "行政处罚决定应当自立案之日起九十日内作出，对吗（ ）")
SECOND = choice("Q-2", "执法人员与案件有直接利害关系的应当回避，对吗（ ）")


def packed(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return stream.getvalue()


def text(*items: Item) -> bytes:
    blocks = [f"{n}. {item.stem}\nA. 一\nB. 二\n答案：A\n" for n, item in enumerate(items, 1)]
    return ("一、单选题\n" + "".join(blocks)).encode()


def codes(report: ImportReport) -> list[str]:
    return [said.code for said in (*report.rejected, *report.warnings) if not said.code.endswith(("ASSUMED", "NONE"))]


def test_files_of_several_formats_are_each_read_and_reported() -> None:
    reports = read_many(
        [
            ("甲/a.json", native.write([FIRST])),
            ("甲/b.xlsx", tabular.write_xlsx([SECOND])),
            ("乙/c.txt", text(choice("", "听证由谁主持（ ）"))),
            ("乙/d.docx", write_docx([choice("Q-4", "回避由谁决定（ ）")])),
        ]
    )
    assert [(report.format, len(report.accepted)) for report in reports] == [
        ("native", 1), ("xlsx", 1), ("plain_text", 1), ("docx", 1),
    ]  # fmt: skip
    assert [report.accepted[0].place.file for report in reports] == ["甲/a.json", "甲/b.xlsx", "乙/c.txt", "乙/d.docx"]


def test_an_archive_counts_as_the_files_in_it_and_so_does_one_inside_it() -> None:
    inner = packed(
        **{"子/a.json": native.write([FIRST]), "b.csv": tabular.write_csv([SECOND]), "__MACOSX/b.csv": b"junk"}
    )
    reports = read_many([("全部.zip", packed(**{"内.zip": inner, "~$b.docx": b"lock"}))])
    assert sorted(report.accepted[0].place.file for report in reports) == [
        "全部.zip/内.zip/b.csv",
        "全部.zip/内.zip/子/a.json",
    ]


def test_archives_nested_too_deep_are_refused_and_the_rest_goes_on() -> None:
    deep = packed(
        **{"c.zip": packed(**{"d.zip": packed(**{"a.json": native.write([FIRST])})}), "e.json": native.write([SECOND])}
    )
    reports = read_many([("b.zip", deep)])
    assert [codes(report) for report in reports] == [["ARCHIVE_NESTED"], []]
    assert reports[0].rejected[0].place.file == "b.zip/c.zip/d.zip"


def test_a_file_that_cannot_be_read_has_its_own_report() -> None:
    reports = read_many(
        [("a.pdf", b"%PDF-1.7"), ("b.json", native.write([FIRST])), ("c.txt", b""), ("d.jpg", b"\xff\xd8\xff\0")]
    )
    assert [codes(report) for report in reports] == [["FILE_PDF"], [], ["FILE_EMPTY"], ["FILE_BINARY"]]
    assert reports[0].rejected[0].place.file == "a.pdf"


def test_what_an_earlier_file_has_is_rejected_with_its_place() -> None:
    other = choice("Q-1", "另一道题（ ）")
    reports = read_many(
        [("a.json", native.write([FIRST])), ("b.txt", text(FIRST, SECOND)), ("c.json", native.write([other]))]
    )
    assert [codes(report) for report in reports] == [[], ["DUPLICATE_ITEM"], ["CODE_REPEATED"]]
    assert "a.json" in reports[1].rejected[0].zh
    assert [len(report.accepted) for report in reports] == [1, 1, 0]


def test_near_duplicates_are_told_across_files_and_against_the_bank() -> None:
    changed = choice("Q-9", FIRST.stem.replace("九十", "六十"))
    known = choice("B-1", SECOND.stem.replace("应当", "不应当"))
    reports = read_many([("a.json", native.write([FIRST])), ("b.json", native.write([changed, SECOND]))], bank=[known])
    assert [codes(report) for report in reports] == [[], ["NEAR_DUPLICATE_FIGURES", "NEAR_DUPLICATE_NEGATIONS"]]
    said = reports[1].warnings[0]
    assert "a.json" in said.zh
    assert "a.json" in said.en
    assert "B-1" in reports[1].warnings[1].zh
    assert len(reports[1].accepted) == 2


def test_a_question_that_the_bank_has_under_another_code_is_told_and_its_own_code_is_not() -> None:
    report = read("a.json", native.write([FIRST]))
    (told,) = with_alike([report], [choice("B-7", FIRST.stem)])
    assert [(said.code, said.data) for said in told.warnings] == [("DUPLICATE_IN_BANK", {"value": "B-7"})]
    assert with_alike([report], [FIRST]) == (report,)


@pytest.mark.parametrize("files", [[], [("a.zip", packed())], [(".DS_Store", b"x")]])
def test_nothing_to_read_is_said(files: list[tuple[str, bytes]]) -> None:
    with pytest.raises(BankError) as caught:
        read_many(files)
    assert caught.value.code == "BATCH_EMPTY"


def test_questions_of_all_files_together_are_bounded() -> None:
    files = [("a.json", native.write([FIRST])), ("b.json", native.write([SECOND]))]
    assert [codes(report) for report in read_many(files, Limits(items=1))] == [[], ["TOO_MANY_ITEMS"]]


def test_an_archive_that_unpacks_to_much_is_refused() -> None:
    data = packed(**{f"{n}.txt": b"x" * 5000 for n in range(9)})
    assert codes(read_many([("a.zip", data)], Limits(file_bytes=40_000))[0]) == ["BATCH_LARGE"]


def test_workbooks_and_documents_are_no_archives_of_files() -> None:
    assert holds_files("a.zip", packed(**{"a.txt": b"1"}))
    assert not holds_files("a.zip", tabular.write_xlsx([FIRST]))
    assert not holds_files("a.zip", write_docx([FIRST]))
    assert not holds_files("a.txt", b"text")
    with pytest.raises(BankError) as caught:
        read("a.zip", packed(**{"a.txt": b"1"}))
    assert caught.value.code == "ARCHIVE_OF_FILES"
