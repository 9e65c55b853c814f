"""Questions from files: the report, the dry run, taking over, and files that are no use."""

import json
import os
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.bank import queries, service
from app.bank.models import BankImport, BankImportRow, Item, ItemVersion
from app.core.errors import Invalid, NotFound, Refused, Stale
from app.ledger.queries import about
from app.ledger.service import verify
from question_bank.formats import native
from question_bank.items import Paper
from tests.app.bank.conftest import JUDGED, SEVERAL, SINGLE, TEXT
from tests.conftest import START

BANK = native.write([SINGLE, JUDGED, SEVERAL], "测试")


def _count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def _report(session, token):
    return [(row.outcome, row.code) for row in queries.report(session, token).rows]


def test_a_dry_run_tells_each_line_and_writes_nothing(session, operator):
    result = service.import_file(session, operator, "题.txt", TEXT.encode(), now=START, dry_run=True)
    assert (result.format, result.added, result.rejected) == ("plain_text", 2, 1)
    [bad] = [row for row in result.rows if row.outcome == "REJECTED"]
    assert (bad.file, bad.line, bad.item, bad.code) == ("题.txt", 8, "2", "KEY_MISSING")
    assert bad.zh != bad.en
    assert _count(session, Item) == _count(session, BankImport) == 0


def test_importing_adds_drafts_by_the_importer_and_a_second_time_changes_nothing(session, cast):
    tan = cast["tan"].actor
    first = service.import_file(session, tan, "题.txt", TEXT.encode(), now=START)
    assert (first.added, first.rejected) == (2, 1)
    rows = queries.find(session, queries.ItemFilter()).rows
    assert {(row.status, row.author, row.latest) for row in rows} == {("DRAFT", "tan", 1)}
    again = service.import_file(session, tan, "题.txt", TEXT.encode(), now=START)
    assert (again.added, again.changed, again.unchanged, again.rejected) == (0, 0, 2, 1)
    assert _count(session, ItemVersion) == 2


def test_the_native_round_trip_keeps_every_field(session, operator):
    service.import_file(session, operator, "bank.json", BANK, now=START)
    made = service.export(session, operator, queries.ItemFilter(), "native", now=START)
    assert json.loads(made.content)["items"] == json.loads(BANK)["items"]
    workbook = service.export(session, operator, queries.ItemFilter(), "xlsx", now=START)
    back = service.import_file(session, operator, "bank.xlsx", workbook.content, now=START, dry_run=True)
    assert (back.added, back.changed, back.unchanged, back.rejected) == (0, 0, 3, 0)


def test_a_changed_question_becomes_a_next_version_and_says_what_changed(session, operator, final):
    data = native.write([replace(SINGLE, explanation="新的解析。", difficulty=0.6), JUDGED])
    result = service.import_file(session, operator, "b.json", data, now=START, submit=True)
    assert (result.added, result.changed, result.unchanged) == (0, 1, 1)
    [row] = [row for row in result.rows if row.outcome == "CHANGED"]
    assert "解析、预期正确率" in row.zh
    assert "explanation, expected share of right answers" in row.en
    page = queries.item_page(session, "Q-1")
    assert (page.row.status, page.row.latest, page.row.in_use) == ("REVIEW", 2, 1)


def test_the_same_question_under_another_code_or_in_another_subject_is_rejected(session, operator, written):
    copy = replace(SINGLE, code="NEW-1", stem="当事人 逾期不申请听证的，视为什么？")
    moved = replace(SEVERAL, paper=Paper.PROFESSIONAL)
    result = service.import_file(session, operator, "b.json", native.write([copy, moved]), now=START)
    assert [(row.outcome, row.code) for row in result.rows] == [
        ("REJECTED", "DUPLICATE_IN_BANK"),
        ("REJECTED", "PAPER_DIFFERS"),
    ]
    assert "Q-1" in result.rows[0].zh
    assert _count(session, Item) == 3


def test_a_repeated_question_in_one_file_is_rejected_once(session, operator):
    data = native.write([SINGLE, replace(SINGLE, code="Q-10")])
    result = service.import_file(session, operator, "b.json", data, now=START)
    assert (result.added, [row.code for row in result.rows if row.outcome == "REJECTED"]) == (1, ["DUPLICATE_ITEM"])


def test_an_upload_is_kept_unwritten_until_its_owner_takes_it_over(session, cast, tmp_path):
    tan = cast["tan"].actor
    token = service.check_upload(session, tan, tmp_path, "题.txt", TEXT.encode(), now=START, topic="程序", submit=True)
    kept = tmp_path / token
    assert kept.read_bytes() == TEXT.encode()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert _count(session, Item) == 0
    run = queries.run_row(session, tan, token)
    assert (run.file_name, run.added, run.rejected, run.state, run.mine) == ("题.txt", 2, 1, "CHECKED", True)
    assert queries.run_row(session, cast["rui"].actor, token).mine is False
    with pytest.raises(NotFound):
        service.take_over(session, cast["ada"].actor, tmp_path, token, now=START)
    assert service.take_over(session, tan, tmp_path, token, now=START).added == 2
    assert not kept.exists()
    assert {(row.status, row.topic) for row in queries.find(session, queries.ItemFilter()).rows} == {("REVIEW", "程序")}
    with pytest.raises(Refused) as twice:
        service.take_over(session, tan, tmp_path, token, now=START)
    assert twice.value.code == "import-finished"
    assert _count(session, Item) == 2
    assert [entry.event for entry in about(session, "bank_import", token)] == [
        "bank.import.finished",
        "bank.import.checked",
    ]
    assert verify(session)[1] is None


def test_a_bank_that_moved_since_the_dry_run_asks_for_a_new_check(session, cast, tmp_path):
    tan = cast["tan"].actor
    token = service.check_upload(session, tan, tmp_path, "b.json", BANK, now=START)
    service.create_item(session, tan, SINGLE, now=START)
    with pytest.raises(Stale) as stale:
        service.take_over(session, tan, tmp_path, token, now=START)
    assert stale.value.code == "bank-moved"
    assert _count(session, Item) == 1
    service.check_again(session, tan, tmp_path, token, now=START)
    assert _report(session, token) == [
        ("UNCHANGED", "ITEM_UNCHANGED"), ("ADDED", "ITEM_ADDED"), ("ADDED", "ITEM_ADDED"),
    ]  # fmt: skip
    assert service.take_over(session, tan, tmp_path, token, now=START).added == 2


def test_a_kept_file_that_was_tampered_with_or_lost_is_refused(session, cast, tmp_path):
    tan = cast["tan"].actor
    token = service.check_upload(session, tan, tmp_path, "b.json", BANK, now=START)
    (tmp_path / token).write_bytes(BANK + b" ")
    for _ in range(2):
        with pytest.raises(Refused) as gone:
            service.take_over(session, tan, tmp_path, token, now=START)
        assert gone.value.code == "upload-gone"
        (tmp_path / token).unlink(missing_ok=True)
    assert _count(session, Item) == 0


def test_giving_up_removes_the_file_and_keeps_the_report(session, cast, tmp_path):
    tan = cast["tan"].actor
    token = service.check_upload(session, tan, tmp_path, "b.json", BANK, now=START)
    service.discard(session, tan, tmp_path, token, now=START)
    assert list(tmp_path.iterdir()) == []
    assert queries.run_row(session, tan, token).state == "DISCARDED"
    assert len(_report(session, token)) == 3


def test_a_forgotten_upload_is_swept_away_by_a_later_one(session, cast, tmp_path):
    tan = cast["tan"].actor
    old = service.check_upload(session, tan, tmp_path, "b.json", BANK, now=START)
    aged = START.timestamp() - 8 * 86400
    os.utime(tmp_path / old, (aged, aged))
    token = service.check_upload(session, tan, tmp_path, "c.json", BANK, now=START)
    assert [path.name for path in tmp_path.iterdir()] == [token]


USELESS = [
    ("empty.txt", b"", "FILE_EMPTY"),
    ("x.pdf", b"%PDF-1.7 nothing", "FILE_PDF"),
    ("n" * 300 + ".txt", b"1. x", "NAME_TOO_LONG"),
    ("b.json", b"{" * 50, "JSON_BAD"),
    ("big.txt", b"1" * (10 * 1024 * 1024 + 1), "FILE_TOO_LARGE"),
    ("bomb.xlsx", b"PK\x03\x04" + b"\x00" * 60, "ARCHIVE_BAD"),
]


def test_a_file_of_no_use_gives_one_rejected_line_and_is_not_kept(session, cast, tmp_path):
    tan = cast["tan"].actor
    for name, data, code in USELESS:
        token = service.check_upload(session, tan, tmp_path, name, data, now=START)
        assert _report(session, token) == [("REJECTED", code)]
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(Refused) as nothing:
            service.take_over(session, tan, tmp_path, token, now=START)
        assert nothing.value.code == "nothing-to-import"


def test_an_unknown_format_or_subject_is_named(session, operator):
    with pytest.raises(Invalid) as format_:
        service.import_file(session, operator, "a", b"x", now=START, format="gift9")
    assert format_.value.code == "format-unknown"
    with pytest.raises(Invalid) as paper:
        service.import_file(session, operator, "a", b"x", now=START, paper="HISTORY")
    assert paper.value.code == "paper-unknown"
    with pytest.raises(Refused) as nothing:
        service.export(session, operator, queries.ItemFilter(), "native", now=START)
    assert nothing.value.code == "nothing-to-export"


def test_one_person_cannot_stand_for_author_and_reviewer_of_the_bundled_banks(session, cast):
    with pytest.raises(Refused) as same:
        service.load_bundled(session, cast["tan"].actor, cast["tan"].actor, START)
    assert same.value.code == "same-person"
    assert _count(session, Item) == _count(session, BankImportRow) == 0
