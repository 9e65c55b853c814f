"""Mutation testing of the rules in minutes: `make mutate`, explained in docs/mutation.md.

mutmut makes the changes; judging each by a whole run of pytest would take a day. The rules are pure, so every call
that the cases make is kept once, and a changed function is first called with the same arguments. Only where it
answers differently are those cases judged, by the assertions of test_cases; what they do not notice, and what no call
shows, goes to the unit tests in a process of its own. Run it in a copy of the tree: it changes the folder.
"""

import fnmatch
import functools
import json
import os
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import GeneratorType
from typing import Any

RESULT = Path("mutants.json").resolve()
SECONDS = 20
"""After which a change that does not come to an end counts as noticed."""
MOST = 100_000
"""Parts of an endless answer that are looked at."""

Calls = dict[str, list[tuple[tuple[Any, ...], dict[str, Any], Any]]]
"""By case, what a function was called with and what it answered."""


class Endless(Exception):
    """The change does not come to an end."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Endless

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def answered(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:  # noqa: ANN401
    """What a call gives, or the kind of its fault."""
    try:
        found = function(*args, **kwargs)
        return tuple(islice(found, MOST)) if isinstance(found, GeneratorType) else found
    except Endless:
        raise
    except Exception as fault:
        return type(fault)


def changed() -> None:
    """Make the changes in ./mutants and go there."""
    from mutmut import __main__ as mutmut
    from mutmut.mutation.trampoline import set_mutant_under_test
    from mutmut.utils import file_utils

    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    for step in ("copy_src_dir", "copy_also_copy_files", "setup_source_paths"):
        (getattr(mutmut, step, None) or getattr(file_utils, step))()
    mutmut.create_mutants(1)
    os.chdir("mutants")
    sys.path.insert(0, os.getcwd())
    set_mutant_under_test("")


class Changes:
    """The changed functions of all modules of rules, the calls that the cases make of them, and the verdicts."""

    def __init__(self, wanted: str) -> None:
        self.dicts: dict[str, dict[str, Callable[..., Any]]] = {}
        self.calls: dict[str, Calls] = {}
        self.wanted = wanted
        self.cached: list[Any] = []
        for path in sorted(Path("app/eligibility/rules").glob("*.py")):
            module = import_module(f"app.eligibility.rules.{path.stem}")
            for value in list(vars(module).values()):
                if isinstance(value, dict) and "_mutmut_orig" in value:
                    self.dicts[f"{module.__name__}.{value['_mutmut_orig'].__name__.removesuffix('__mutmut_orig')}"] = value
                if hasattr(value, "cache_clear"):
                    self.cached.append(value)

    def names(self) -> list[str]:
        return [
            f"{function.rpartition('.')[0]}.{name}"
            for function, several in self.dicts.items()
            for name in several
            if name != "_mutmut_orig" and fnmatch.fnmatch(f"{function.rpartition('.')[0]}.{name}", self.wanted)
        ]

    def keep_calls(self, judge: Callable[[Any], None], cases: tuple[Any, ...]) -> None:
        """Judge every case once unchanged, keeping each call with its answer."""
        current: list[str] = []
        originals = {name: several["_mutmut_orig"] for name, several in self.dicts.items()}
        for name, several in self.dicts.items():
            several["_mutmut_orig"] = self._keeping(name, originals[name], current)
        for number, case in enumerate(cases):
            current[:] = [str(number)]
            self.forget()
            judge(case)
        for name, several in self.dicts.items():
            several["_mutmut_orig"] = originals[name]

    def _keeping(self, name: str, original: Callable[..., Any], current: list[str]) -> Callable[..., Any]:
        kept = self.calls.setdefault(name, {})

        @functools.wraps(original)
        def keeping(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            found = original(*args, **kwargs)
            if isinstance(found, GeneratorType):
                found = tuple(found)
            kept.setdefault(current[0], []).append((args, kwargs, found))
            return found

        return keeping

    def forget(self) -> None:
        for one in self.cached:
            one.cache_clear()

    def differing(self, name: str) -> Iterator[int]:
        """The cases in which the change answers a kept call differently."""
        function = name.rpartition("__mutmut_")[0]
        several = self.dicts[function]
        mutant = several[name.rpartition(".")[2]]
        for case, calls in self.calls[function].items():
            for args, kwargs, found in calls:
                self.forget()
                got = answered(mutant, args, kwargs)
                if type(got) is not type(found) or got != found:
                    yield int(case)
                    break


def noticed(changes: Changes, name: str, judge: Callable[[Any], None], cases: tuple[Any, ...]) -> str | None:
    """The case that notices the change."""
    os.environ["MUTANT_UNDER_TEST"] = name
    number = 0
    try:
        with limited():
            for number in changes.differing(name):
                changes.forget()
                try:
                    judge(cases[number])
                except Endless:
                    raise
                except Exception:
                    return str(cases[number])
    except Endless:
        return f"does not come to an end after {cases[number]}"
    finally:
        os.environ["MUTANT_UNDER_TEST"] = ""
    return None


def by_units(name: str, files: list[str], options: list[str]) -> bool:
    """Whether the unit tests notice the change, in a process of its own."""
    import pytest

    child = os.fork()
    if child == 0:
        os.environ["MUTANT_UNDER_TEST"] = name
        signal.alarm(SECONDS * 6)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os._exit(int(pytest.main(["-x", "-q", "--tb=no", *options, *files])))
    return os.waitpid(child, 0)[1] != 0


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "*"
    settings = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    changed()
    import pytest

    files = [one for one in settings["pytest_add_cli_args_test_selection"] if not one.endswith("test_cases.py")]
    options = settings["pytest_add_cli_args"]
    if pytest.main(["-q", *options, *files]) != 0:
        sys.exit("the unit tests fail without a change")
    cases_module, vectors = import_module("tests.app.eligibility.test_cases"), import_module("tests.app.eligibility.vectors")
    judge, cases = cases_module.test_a_case_gives_the_answer_it_states, vectors.CASES
    changes = Changes(wanted)
    changes.keep_calls(judge, cases)
    verdicts: dict[str, str] = {}
    left, begun = [], time.monotonic()
    for name in changes.names():
        case = noticed(changes, name, judge, cases)
        if case is None:
            left.append(name)
        else:
            verdicts[name] = f"killed: {case}"
    print(f"{len(verdicts)} noticed by the cases in {time.monotonic() - begun:.0f} s, {len(left)} are left", flush=True)
    for name in left:
        verdicts[name] = "killed: unit tests" if by_units(name, files, options) else "survived"
        if verdicts[name] == "survived":
            print(name, flush=True)
        RESULT.write_text(json.dumps(verdicts, indent=1), "utf-8")
    RESULT.write_text(json.dumps(verdicts, indent=1), "utf-8")
    counts = Counter((name.split(".")[3], verdict.split(":")[0]) for name, verdict in verdicts.items())
    for module in sorted({module for module, _ in counts}):
        print(f"{module:15} {counts[module, 'killed']:5} killed {counts[module, 'survived']:5} survived")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
