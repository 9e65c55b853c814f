"""The command line: `python -m certificates verify FILE.pdf --root CA.pem [--json]`.

Exit codes: 0 genuine and unchanged, 1 not, 2 wrong usage, 3 could not tell.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from certificates.errors import KeyUnusable
from certificates.verdict import Outcome, Verdict
from certificates.verify import SIZE_LIMIT, verify_pdf

EXIT = {Outcome.GENUINE: 0, Outcome.NOT_GENUINE: 1, Outcome.UNDETERMINED: 3}
WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m certificates", description="Check a certificate's PDF.")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="is this file genuine and unchanged")
    verify.add_argument("file", type=Path)
    verify.add_argument("--root", type=Path, action="append", required=True, help="trusted CA (PEM or DER); repeatable")
    verify.add_argument("--json", action="store_true", help="print the verdict as JSON")
    given = parser.parse_args(arguments)
    try:
        data = _read(given.file)
        verdict = verify_pdf(data, [root.read_bytes() for root in given.root], datetime.now(UTC))
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)  # noqa: T201
        return WRONG_USAGE
    except KeyUnusable as fault:
        print(f"{fault.zh} {fault.en}", file=sys.stderr)  # noqa: T201
        return WRONG_USAGE
    print(_as_json(verdict) if given.json else _as_text(verdict))  # noqa: T201
    return EXIT[verdict.outcome]


def _read(path: Path) -> bytes:
    """The file, or just enough of a huge one for the verdict to say that it is too large."""
    with path.open("rb") as file:
        return file.read(SIZE_LIMIT + 1)


def _as_json(verdict: Verdict) -> str:
    return json.dumps(verdict.as_dict(), ensure_ascii=False, indent=2)


def _as_text(verdict: Verdict) -> str:
    lines = [verdict.outcome.value]
    lines += [f"  {f.code}: {f.zh} {f.en}" for f in verdict.findings]
    if verdict.certificate_number:
        lines += [f"  编号 number: {verdict.certificate_number}", f"  签章 sealed by: {verdict.signer_subject}"]
        lines.append(f"  时间 at: {verdict.signed_at.isoformat() if verdict.signed_at else ''}")
    lines.append(f"  SHA-256: {verdict.sha256}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
