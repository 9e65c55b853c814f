"""`python -m question_bank check FILE` and `convert IN OUT`: no database, no Flask.

Exit codes: 0 done and nothing rejected, 1 the file or some of its questions were rejected, 2 wrong usage, 3 the file
could not be read or written.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from question_bank.errors import BankError, Change, Fault, ImportReport
from question_bank.faults import refusal
from question_bank.formats import FORMATS, Limits, read, writers

DONE, REJECTED, USAGE, UNREADABLE = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        source = _load(Path(options.file))
    except OSError as error:
        return _complain(refusal("FILE_UNREADABLE", detail=error.strerror or type(error).__name__), options, UNREADABLE)
    try:
        report = read(Path(options.file).name, source, options.format)
    except BankError as error:
        return _complain(error, options, REJECTED)
    if options.command == "convert":
        code = _convert(report, options)
        if code is not None:
            return code
    _tell(report, options)
    return REJECTED if report.rejected else DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m question_bank", description="Check and convert question files.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="read a file and say what is accepted, rejected and changed")
    convert = commands.add_parser("convert", help="read a file and write its sound questions, by OUT's ending")
    for command in (check, convert):
        command.add_argument("file", metavar="FILE" if command is check else "IN")
        command.add_argument("--format", default="auto", choices=["auto", *FORMATS])
        command.add_argument("--lang", default="zh", choices=["zh", "en"])
        command.add_argument("--json", action="store_true", help="print the report as JSON, in both languages")
    convert.add_argument("out", metavar="OUT")
    convert.add_argument("--force", action="store_true", help="replace OUT if it exists")
    return parser


def _load(path: Path) -> bytes:
    """The file, never more than one byte above the limit."""
    with path.open("rb") as stream:
        return stream.read(Limits().file_bytes + 1)


def _convert(report: ImportReport, options: argparse.Namespace) -> int | None:
    """Write OUT; an exit code when that fails."""
    out = Path(options.out)
    chosen = writers.format_of(out.suffix[1:])
    if chosen is None:
        return _complain(refusal("OUTPUT_UNKNOWN"), options, USAGE)
    if out.exists() and not options.force:
        return _complain(refusal("OUTPUT_EXISTS"), options, USAGE)
    try:
        written, lost = writers.write(chosen, report.items, report.title)
        out.write_bytes(written)
    except OSError as error:
        return _complain(refusal("FILE_UNREADABLE", detail=error.strerror or type(error).__name__), options, UNREADABLE)
    for said in lost:
        sys.stderr.write(_sentence(said, options.lang) + "\n")
    return REJECTED if lost else None


def _complain(error: BankError, options: argparse.Namespace, code: int) -> int:
    if options.json:
        sys.stdout.write(json.dumps({"error": _as_json(error.fault)}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(_sentence(error.fault, options.lang) + "\n")
    return code


def _sentence(said: Fault | Change, language: str) -> str:
    where, what = (said.place.zh, said.zh) if language == "zh" else (said.place.en, said.en)
    return f"{where}：{what} [{said.code}]" if where else f"{what} [{said.code}]"


def _as_json(said: Fault | Change) -> dict[str, Any]:
    place = {"file": said.place.file, "line": said.place.line, "row": said.place.row, "item": said.place.item}
    return {"code": said.code, "place": place, "sheet": said.place.sheet, "zh": said.zh, "en": said.en}


def _tell(report: ImportReport, options: argparse.Namespace) -> None:
    if options.json:
        document = {
            "format": report.format,
            "accepted": [{"code": row.item.code, "type": row.item.type.value} for row in report.accepted],
            "rejected": [_as_json(said) for said in report.rejected],
            "warnings": [_as_json(said) for said in report.warnings],
            "changes": [_as_json(said) for said in report.changes],
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        return
    said: list[Fault | Change] = [*report.rejected, *report.warnings, *report.changes]
    lines = [_sentence(one, options.lang) for one in said]
    counts = (len(report.accepted), len(report.rejected), len(report.warnings), len(report.changes))
    if options.lang == "zh":
        lines.append("接受{}题，拒绝{}处，提示{}处，改动{}处。".format(*counts))
    else:
        lines.append("{} accepted, {} faults, {} warnings, {} changes.".format(*counts))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
