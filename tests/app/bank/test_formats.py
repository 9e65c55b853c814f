"""Files of every format in and out: each read, compared, taken over once; what each loses said beforehand."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.bank import queries, service
from app.bank.cli import group
from app.bank.forms import FORMAT_TITLES
from app.bank.models import Item, ItemVersion
from app.bank.policy import EXPORT_FORMATS, READ_FORMATS
from question_bank.formats import FORMATS, writers
from question_bank.items import ItemType
from tests.app.bank.conftest import JUDGED, SEVERAL, SINGLE, TEXT
from tests.app.bank.every_type import every
from tests.conftest import PROJECT, START

BOTH = {name for name in writers.WRITERS if name in FORMATS}
PLAIN = [SINGLE, JUDGED, SEVERAL]


def _count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def _upload(browser, name, data, **choices):
    sent = {"file": (io.BytesIO(data), name), "format": "auto", "paper": "PUBLIC_LAW", "topic": "程序", **choices}
    return browser.post("/bank/import", data=sent, content_type="multipart/form-data").headers["Location"]


def test_every_reader_and_writer_of_the_library_is_offered():
    assert set(READ_FORMATS) == {"auto", "mixed", *FORMATS}
    assert set(EXPORT_FORMATS) == {"pdf", *writers.WRITERS}
    assert set(READ_FORMATS) | set(EXPORT_FORMATS) == set(FORMAT_TITLES)


def _readable(format_):
    items = [item for item in PLAIN if format_ != "aiken" or item.type is ItemType.SINGLE]
    return writers.write(format_, items, "")[0], len(items)


FILES = {"native": "题.json", "qti": "题.zip", "moodle": "题.xml", "gift": "题.gift", "aiken": "题.txt",
         "xlsx": "题.xlsx", "csv": "题.csv", "docx": "题.docx"}  # fmt: skip


@pytest.mark.parametrize("format_", sorted(BOTH))
def test_a_file_of_each_format_is_read_reported_taken_over_and_changes_nothing_the_second_time(
    session, sign_in, format_
):
    data, count = _readable(format_)
    browser = sign_in("tan")
    address = _upload(browser, FILES[format_], data)
    page = browser.get(address)
    assert page.status_code == 200
    assert _count(session, Item) == 0
    assert browser.post(address + "/take-over").status_code == 302
    assert _count(session, Item) == count, page.text
    again = _upload(browser, FILES[format_], data)
    run = queries.run_row(session, _owner(browser), again.rsplit("/", 1)[1])
    assert (run.added, run.changed, run.unchanged, run.rejected) == (0, 0, count, 0)


def _owner(_browser):
    from app.core.permissions import system_actor

    return system_actor("reader")


def test_plain_text_is_taken_over_the_same_way(session, sign_in):
    browser = sign_in("tan")
    browser.post(_upload(browser, "题.txt", TEXT.encode("gb18030")) + "/take-over")
    assert _count(session, Item) == 2


def _archive():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("甲/单选.txt", TEXT)
        target.writestr("乙/题.gift", writers.write("gift", [SINGLE], "")[0])
        target.writestr("乙/同题.json", writers.write("native", [replace(SINGLE, code="Z-1")], "")[0])
        target.writestr("坏.json", "{")
    return buffer.getvalue()


def test_an_archive_of_mixed_files_is_imported_in_one_go_with_a_report_for_each(session, sign_in):
    browser = sign_in("tan")
    address = _upload(browser, "培训材料.zip", _archive())
    page = browser.get(address).text
    for said in ("单选.txt", "题.gift", "同题.json", "坏.json", "JSON_BAD", "Archive or folder of files"):
        assert said in page
    token = address.rsplit("/", 1)[1]
    outcomes = [(row.outcome, row.code) for row in queries.report(session, token).rows if row.outcome == "REJECTED"]
    assert sorted(code for _outcome, code in outcomes) == ["DUPLICATE_ITEM", "JSON_BAD", "KEY_MISSING"]
    browser.post(address + "/take-over")
    assert _count(session, Item) == 3
    again = service.import_file(session, _owner(browser), "培训材料.zip", _archive(), now=START, topic="程序")
    assert (again.added, again.changed, again.unchanged, again.format) == (0, 0, 3, "mixed")


NEARLY = replace(SINGLE, code="M-1", stem="当事人逾期三日不申请听证的，应当视为什么？")


def test_what_is_nearly_the_same_stands_side_by_side_and_can_be_left_out(session, cast, sign_in, written):
    other = replace(SEVERAL, code="M-2", stem="城市管理执法人员应当如何着装并佩戴标识？")
    data = writers.write("native", [NEARLY, other], "")[0]
    browser = sign_in("tan")
    address = _upload(browser, "近似.json", data)
    report = browser.get(address).text
    assert "1 question may repeat another" in report
    assert "Q-1" in report
    near = browser.get(address + "/near").text
    assert SINGLE.stem in near
    assert NEARLY.stem in near
    assert "In the bank" in near
    assert sign_in("rui").get(address + "/near").status_code == 403
    browser = sign_in("tan")
    browser.set_cookie("language", "zh")
    assert browser.get(address + "/near").status_code == 200
    assert browser.post(address + "/take-over", data={"leave_out": ["M-1", "NONE"]}).status_code == 302
    assert queries.rows_by_code(session, ["M-1", "M-2"]).keys() == {"M-2"}
    codes = {row.item_code: row.code for row in queries.report(session, address.rsplit("/", 1)[1]).rows}
    assert codes["M-1"] == "LEFT_OUT"
    assert queries.run_row(session, _owner(browser), address.rsplit("/", 1)[1]).added == 1


def test_leaving_everything_out_takes_nothing_over(session, sign_in):
    browser = sign_in("tan")
    address = _upload(browser, "一.json", writers.write("native", [SINGLE], "")[0])
    answer = browser.post(address + "/take-over", data={"leave_out": ["Q-1"]})
    assert answer.headers["Location"] == address
    assert _count(session, Item) == 0
    assert queries.run_row(session, _owner(browser), address.rsplit("/", 1)[1]).state == "CHECKED"


def test_a_reimport_of_near_twins_says_nothing_more(session, operator):
    data = writers.write("native", [SINGLE, NEARLY], "")[0]
    first = service.import_file(session, operator, "双.json", data, now=START)
    assert [row.code for row in first.rows if row.outcome == "NOTED"] == ["NEAR_DUPLICATE_FIGURES"]
    again = service.import_file(session, operator, "双.json", data, now=START)
    assert [(row.outcome, row.code) for row in again.rows] == [("UNCHANGED", "ITEM_UNCHANGED")] * 2


@pytest.mark.parametrize("format_", EXPORT_FORMATS)
def test_every_format_is_fetched_after_it_said_what_it_loses(session, cast, sign_in, format_):
    for item in every():
        service.create_item(session, cast["tan"].actor, item, now=START)
    browser = sign_in("tan")
    form = {"format": format_, "paper": "", "status": "", "review": "", "topic": "", "tag": "程序"}
    answer = browser.post("/bank/export", data=form)
    assert answer.status_code == 200
    if answer.mimetype == "text/html":
        assert "This format cannot hold everything" in answer.text
        answer = browser.post("/bank/export", data={**form, "sure": "1"})
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(answer.data) > 100
    if format_ in BOTH and format_ not in ("docx",):
        read = service.import_file(
            session, cast["tan"].actor, f"x.{writers.WRITERS[format_].ending}", answer.data, now=START, dry_run=True,
            format=format_,
        )  # fmt: skip
        rejected = {row.code for row in read.rows if row.outcome == "REJECTED"}
        assert rejected <= ({"DUPLICATE_IN_BANK"} if format_ == "aiken" else set())  # its questions have no codes
    if format_ == "native":
        assert read.unchanged == len(every())
    if format_ == "pdf":
        assert answer.data.startswith(b"%PDF-")
        assert answer.data == service.prepare(session, queries.ItemFilter(tag="程序"), "pdf").content


def test_the_page_of_formats_names_every_loss(sign_in, session):
    browser = sign_in("tan")
    page = browser.get("/bank/formats").text
    for losses in service.losses().values():
        for loss in losses:
            assert f"<code>{loss.field}</code>" in page
    browser.set_cookie("language", "zh")
    assert "图片不写入表格。" in browser.get("/bank/formats").text


def loss_table():
    """The lines of the guide's table, from the formats themselves."""
    lines = ["| format | field | what is lost |", "|---|---|---|"]
    for name, losses in service.losses().items():
        lines += [f"| {FORMAT_TITLES[name]} | `{one.field}` | {one.en} |" for one in losses] or [
            f"| {FORMAT_TITLES[name]} | | nothing |"
        ]
    return lines


def test_the_guide_holds_the_same_table():
    guide = (PROJECT / "docs" / "question-formats.md").read_text(encoding="utf-8").splitlines()
    start = guide.index("| format | field | what is lost |")
    assert guide[start : start + len(loss_table())] == loss_table()


def test_the_command_reads_a_folder_follows_no_link_and_says_what_an_export_loses(application, session, cast, tmp_path):
    from click.testing import CliRunner

    folder = tmp_path / "材料"
    (folder / "深").mkdir(parents=True)
    (folder / "题.txt").write_text(TEXT, encoding="utf-8")
    (folder / "深" / "题.json").write_bytes(writers.write("native", every(), "")[0])
    outside = tmp_path / "外.json"
    outside.write_bytes(writers.write("native", [SINGLE], "")[0])
    (folder / "链.json").symlink_to(outside)
    session.commit()

    def run(*words):
        with application.app_context():
            answer = CliRunner().invoke(group, [str(word) for word in words])
        return answer.exit_code, answer.output

    code, output = run("import", folder, "--json")
    told = json.loads(output)
    assert (code, told["format"], told["added"], told["rejected"]) == (1, "mixed", 2 + len(ItemType), 1)
    assert {row["file"] for row in told["rows"]} == {"题.txt", "深/题.json"}
    code, output = run("export", tmp_path / "out.gift", "--format", "gift", "--json")
    told = json.loads(output)
    assert code == 1
    assert "ITEM_NOT_CARRIED" in {one["code"] for one in told["lost"]}
    assert told["count"] < _count(session, Item)
    code, output = run("export", tmp_path / "out.json", "--tag", "程序", "--json")
    assert (code, json.loads(output)["count"]) == (0, len(ItemType))


def test_a_stranger_sees_no_import_and_no_format_page(session, sign_in):
    browser = sign_in("ou")
    for path in ("/bank/formats", "/bank/imports/00/near", "/bank/export"):
        assert browser.get(path).status_code == 403
    assert sign_in("tan").get("/bank/imports/00/near").status_code == 404


def test_a_picture_that_cannot_be_read_leaves_its_words_in_the_pdf(session, cast):
    [item] = [one for one in every() if one.pictures]
    broken = replace(item.pictures[0], data=item.pictures[0].data[:40])
    whole = service.create_item(session, cast["tan"].actor, item, now=START)
    size = len(service.prepare(session, queries.ItemFilter(), "pdf").content)
    other = replace(item, pictures=(broken,))
    service.edit_item(session, cast["tan"].actor, other, shown=1, now=START)
    assert 500 < len(service.prepare(session, queries.ItemFilter(), "pdf").content) < size
    assert whole


def test_a_written_file_that_cannot_be_drawn_names_the_characters(session, cast):
    from app.core.errors import Refused

    service.create_item(session, cast["tan"].actor, replace(SINGLE, code="G-1", stem="\U0001f9ff是什么？"), now=START)
    with pytest.raises(Refused) as missing:
        service.prepare(session, queries.ItemFilter(), "pdf")
    assert missing.value.code == "glyph-missing"
    assert "\U0001f9ff" in missing.value.data["signs"]
    assert _count(session, ItemVersion) == 1
