"""The command without a server, the formats it recognises, and the numbers of a sitting."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from question_bank.__main__ import main
from question_bank.banks import bundled
from question_bank.errors import BankError
from question_bank.formats import detect, native, read
from question_bank.statistics import MINIMUM_N, item_statistics

GOOD = "一、单选题\n1. 甲（A）\nA. 一\nB. 二\n"
BAD = GOOD + "2. 乙\nA. 一\nB. 二\n"


def saved(folder: Path, text: str, name: str = "题库.txt") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1), ("", 1), ("%PDF-1", 1)])
def test_check_answers_by_its_exit_code(tmp_path: Path, text: str, code: int) -> None:
    assert main(["check", saved(tmp_path, text)]) == code


def test_a_file_that_cannot_be_opened_is_exit_code_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "absent"), "--lang", "en"]) == 3
    assert "FILE_UNREADABLE" in capsys.readouterr().err


def test_wrong_usage_is_exit_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check"])
    assert caught.value.code == 2
    assert main(["convert", saved(tmp_path, GOOD), str(tmp_path / "x.doc")]) == 2
    assert "OUTPUT_UNKNOWN" in capsys.readouterr().err


def test_check_prints_the_report_as_json_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", saved(tmp_path, BAD), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert len(report["accepted"]) == 1
    assert report["rejected"][0]["place"] == {"file": "题库.txt", "line": 5, "row": None, "item": "2"}
    assert report["rejected"][0]["zh"] == "没有答案。"
    assert report["rejected"][0]["en"] == "There is no answer."


@pytest.mark.parametrize("ending", [".json", ".xlsx", ".csv"])
def test_convert_writes_what_reads_back_equal_and_overwrites_only_when_told(tmp_path: Path, ending: str) -> None:
    source, out = saved(tmp_path, GOOD), tmp_path / f"out{ending}"
    assert main(["convert", source, str(out)]) == 0
    assert read(out.name, out.read_bytes()).items == read("题库.txt", GOOD.encode()).items
    assert main(["convert", source, str(out)]) == 2
    assert main(["convert", source, str(out), "--force"]) == 0
    assert main(["convert", source, str(tmp_path / "none" / f"x{ending}")]) == 3


def test_the_package_runs_without_flask_or_a_database(tmp_path: Path) -> None:
    script = (
        "import sys; from question_bank.__main__ import main; code = main(sys.argv[1:]);"
        "bad = {'flask', 'sqlalchemy', 'app'} & set(sys.modules); sys.exit(9 if bad else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "check", saved(tmp_path, GOOD)], check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a", native.write([]), "native"),
        ("a.txt", GOOD.encode(), "plain_text"),
        ("a.txt", "题干,选项A,选项B,答案\n".encode(), "csv"),
        ("a.csv", "甲,乙".encode(), "csv"),
        ("a.md", "题干\t选项\t答案\n".encode("utf-16"), "csv"),
    ],
)
def test_the_format_is_recognised_by_content_before_the_name(name: str, data: bytes, expected: str) -> None:
    assert detect(name, data) == expected


def test_an_unknown_format_name_is_refused() -> None:
    with pytest.raises(BankError) as caught:
        read("a.txt", b"1", "papyrus")
    assert caught.value.code == "FORMAT_UNKNOWN"


def test_every_bundled_bank_reads_without_a_fault() -> None:
    banks = bundled()
    assert list(banks) == sorted(banks)
    for name, data in banks:
        report = read(name, data)
        assert report.format == "native"
        assert not report.rejected, [f"{fault.place.en}: {fault.en}" for fault in report.rejected]


def test_facility_and_corrected_point_biserial_agree_with_the_published_lsat6_values(shared: Path) -> None:
    with (shared / "corpora" / "lsat6" / "patterns.csv").open(encoding="utf-8") as stream:
        patterns = list(csv.reader(stream))[1:]
    rows = [[float(cell) for cell in row[:5]] for row in patterns for _ in range(int(row[5]))]
    found = item_statistics(rows)
    assert [one.n for one in found] == [1000] * 5
    assert [one.facility for one in found] == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870], abs=5e-4)
    assert [one.point_biserial for one in found] == pytest.approx([0.1128, 0.1532, 0.1728, 0.1444, 0.1216], abs=5e-5)


def test_too_few_candidates_or_no_variation_give_no_number() -> None:
    few = item_statistics([[1, 0]] * (MINIMUM_N - 1))
    assert [(one.n, one.facility, one.point_biserial) for one in few] == [(MINIMUM_N - 1, None, None)] * 2
    enough = item_statistics([[1, 0], [1, 1]] * MINIMUM_N)
    assert [(one.facility, one.point_biserial) for one in enough] == [(1.0, None), (0.5, None)]
    assert item_statistics([]) == ()


def test_rows_of_different_length_are_refused() -> None:
    with pytest.raises(BankError) as caught:
        item_statistics([[1.0], [1.0, 0.0]])
    assert caught.value.code == "STATISTICS_RAGGED"
