"""The command line: `python -m certificates verify FILE.pdf --root CA.pem [--json]`; `badge`, `audit`, `log-proof`.

Exit codes: 0 genuine and unchanged, 1 not, 2 wrong usage, 3 could not tell.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from certificates import badge_command
from certificates.errors import KeyUnusable
from certificates.translog import command as translog
from certificates.verdict import Outcome, Question, Verdict
from certificates.verify import Level, verify_file

EXIT = {Outcome.GENUINE: 0, Outcome.NOT_GENUINE: 1, Outcome.UNDETERMINED: 3}
WRONG_USAGE = 2
WORDS = {
    Question.UNCHANGED: "真实且未改动 genuine and unchanged",
    Question.VALIDLY_SEALED: "签章时有效 validly sealed",
    Question.IN_FORCE: "证件现行有效 in force (ask the registry)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m certificates", description="Check a certificate's PDF.")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="is this file genuine and unchanged")
    verify.add_argument("file", type=Path)
    verify.add_argument("--root", type=Path, action="append", required=True, help="trusted CA (PEM or DER); repeatable")
    verify.add_argument("--crl", type=Path, action="append", help="revocation list (PEM or DER); repeatable")
    verify.add_argument(
        "--tsa-root", type=Path, action="append", help="CA trusted for time stamps only; without it --root; repeatable"
    )
    verify.add_argument("--level", choices=[one.value for one in Level], help="how the issuer says it was sealed")
    verify.add_argument("--json", action="store_true", help="print the verdict as JSON")
    badge_command.add_to(commands)
    translog.add_to(commands)
    given = parser.parse_args(arguments)
    return int(given.run(given)) if "run" in given else _verify(given)


def _verify(given: argparse.Namespace) -> int:
    try:
        verdict = verify_file(
            given.file,
            _contents(given.root),
            datetime.now(UTC),
            crls=_contents(given.crl or ()),
            tsa_roots=_contents(given.tsa_root) if given.tsa_root else None,
            expected_level=given.level,
        )
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)  # noqa: T201
        return WRONG_USAGE
    except KeyUnusable as fault:
        print(f"{fault.zh} {fault.en}", file=sys.stderr)  # noqa: T201
        return WRONG_USAGE
    print(_as_json(verdict) if given.json else _as_text(verdict))  # noqa: T201
    return EXIT[verdict.outcome]


def _contents(paths: Iterable[Path]) -> list[bytes]:
    return [path.read_bytes() for path in paths]


def _as_json(verdict: Verdict) -> str:
    return json.dumps(verdict.as_dict(), ensure_ascii=False, indent=2)


def _as_text(verdict: Verdict) -> str:
    lines = [verdict.outcome.value]
    lines += [f"  {WORDS[question]}: {answer.value}" for question, answer in verdict.answers.items()]
    lines += [f"  {f.code}: {f.zh} {f.en}" for f in verdict.findings]
    if verdict.certificate_number:
        lines += [f"  编号 number: {verdict.certificate_number}", f"  签章 sealed by: {verdict.signer_subject}"]
        lines.append(f"  时间 at: {verdict.signed_at.isoformat() if verdict.signed_at else ''}")
        lines.append(f"  级别 level: PAdES {verdict.level}")
    lines.append(f"  SHA-256: {verdict.sha256}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
