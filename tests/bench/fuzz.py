"""Fuzzing of every reader, run by hand: `python -m tests.bench.fuzz large | random SECONDS | atheris SECONDS`.

`large` reads the hostile files of tests/question_bank/test_fuzz.py at 1 MB each and prints the processor time of each;
`random` damages sound files of every format; `atheris` lets libFuzzer look for paths through the readers. Each prints
what it read and every failure with the bytes that caused it; the exit code is 1 when something failed.
"""

import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable

from tests.question_bank.specimens import damaged, specimens

BUDGET = 2.0  # seconds of processor time for 1 MB
KEPT = 400  # bytes of a failing file that are shown


def _spent(name: str, data: bytes, format_: str = "auto") -> tuple[float, str]:
    """Processor seconds of one reading, and how it ended: read, a code, or the exception that must not be."""
    from question_bank.faults import BankError  # as they are now: libFuzzer's are imported anew
    from question_bank.formats import read
    from question_bank.formats.mixed import read_many

    began = time.process_time()
    try:
        reports = [read(name, data, format_)] if format_ != "many" else list(read_many([(name, data)]))
        for said in (one for report in reports for one in (*report.rejected, *report.warnings, *report.changes)):
            assert said.zh  # a sentence that cannot be said is a failure too
            assert said.en
        ended = "read"
    except BankError as error:
        ended = error.code
    except Exception:  # noqa: BLE001 - this is what is looked for
        ended = "FAILED " + traceback.format_exc(limit=-3)
    return time.process_time() - began, ended


def _tell(name: str, data: bytes, format_: str, spent: float, ended: str) -> None:
    print(f"{name} as {format_}: {spent:.2f} s, {len(data)} bytes, {ended}\n{data[:KEPT]!r}\n", flush=True)


def large() -> int:
    """Every large hostile file at 1 MB, its time against the budget."""
    os.environ["CHIZHENG_THOROUGH"] = "1"  # before the import, which sets the size
    from tests.question_bank import test_fuzz as forms

    files = {name: text.encode() for name, text in forms._TEXTS.items()}
    files |= {name: forms._part(*part) for name, part in forms._PARTS.items()}
    slow = 0
    for name, data in files.items():
        spent, ended = _spent(name, data)
        slow += spent > BUDGET or ended.startswith("FAILED")
        print(f"{name:20} {len(data):9} bytes {spent:7.2f} s  {ended[:60]}", flush=True)
    print(f"{slow} of {len(files)} beyond {BUDGET} s")
    return 1 if slow else 0


def chance(seconds: float, seed: int = 0) -> int:
    """Damaged files for so long."""
    from question_bank.formats import FORMATS

    rng = random.Random(seed)  # noqa: S311 - lots that can be drawn again
    sound = specimens()
    counts: Counter[str] = Counter()
    failed = 0
    worst = 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name = rng.choice(sorted(sound))
        format_ = rng.choice(("auto", "auto", "auto", "many", *FORMATS))
        data = damaged(sound[name], rng)
        for _ in range(rng.choice((0, 0, 1, 3))):
            data = damaged(data, rng) if not data.startswith(b"PK") else data
        spent, ended = _spent(name, data, format_)
        counts[name] += 1
        worst = max(worst, spent)
        if spent > BUDGET or ended.startswith("FAILED"):
            failed += 1
            _tell(name, data, format_, spent, ended)
    print(dict(sorted(counts.items())), f"{sum(counts.values())} files, slowest {worst:.2f} s, {failed} failures")
    return 1 if failed else 0


def guided(seconds: float) -> int:
    """libFuzzer over all readers; the first byte chooses one."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

    with atheris.instrument_imports(include=["question_bank"]):
        for name in [one for one in sys.modules if one.partition(".")[0] == "question_bank"]:
            del sys.modules[name]
        from question_bank.formats import FORMATS, mixed  # noqa: F401 - imported to be instrumented
    formats = ("auto", "many", *FORMATS)
    corpus = [bytes([formats.index("auto")]) + data for data in specimens().values()]
    folder = os.path.join(os.environ.get("TMPDIR", "/tmp"), "chizheng-fuzz")  # noqa: PTH118 - libFuzzer's corpus
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - as above
    for number, data in enumerate(corpus):
        with open(os.path.join(folder, f"specimen-{number}"), "wb") as stream:  # noqa: PTH118, PTH123 - as above
            stream.write(data)

    def once(data: bytes) -> None:
        if not data:
            return
        format_ = formats[data[0] % len(formats)]
        spent, ended = _spent("x", data[1:], format_)
        if spent > BUDGET or ended.startswith("FAILED"):
            _tell("x", data[1:], format_, spent, ended)
            raise RuntimeError(ended)

    options = [f"-max_total_time={int(seconds)}", "-max_len=20000", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], *options, folder], once)
    atheris.Fuzz()
    return 0


def main(arguments: list[str]) -> int:
    """Run one kind."""
    kinds: dict[str, Callable[[], int]] = {
        "large": large,
        "random": lambda: chance(float(arguments[1]), int(arguments[2]) if len(arguments) > 2 else 0),
        "atheris": lambda: guided(float(arguments[1])),
    }
    if not arguments or arguments[0] not in kinds:
        print(__doc__)
        return 2
    return kinds[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
