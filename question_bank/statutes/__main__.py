"""`python -m question_bank.statutes FILE… --out index.json`: the index of statutes, for the package or for a look.

Exit codes: 0 done, 1 a file was refused (nothing is written), 3 a file could not be read or written.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from question_bank.errors import BankError
from question_bank.statutes.index import build_index, known_dates, write_index
from question_bank.statutes.reading import STATUTE_BYTES, Statute, read_statute

DONE, REFUSED, UNREADABLE = 0, 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m question_bank.statutes", description="Index statutes.")
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--out", metavar="OUT", type=Path, help="write the index here instead of printing it")
    parser.add_argument("--lang", default="zh", choices=["zh", "en"])
    options = parser.parse_args(arguments)
    try:
        index = write_index(build_index([_read(path) for path in options.files], known_dates()))
        if options.out is None:
            sys.stdout.write(index.decode())
        else:
            options.out.write_bytes(index)
    except BankError as error:
        said = error.zh if options.lang == "zh" else error.en
        sys.stderr.write(f"{error.place.file} {said} [{error.code}]\n".lstrip())
        return REFUSED
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        return UNREADABLE
    return DONE


def _read(path: Path) -> Statute:
    with path.open("rb") as stream:
        return read_statute(path.name, stream.read(STATUTE_BYTES + 1))


if __name__ == "__main__":
    sys.exit(main())
