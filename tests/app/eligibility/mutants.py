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
import resource
import signal
import sys
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
"""Of computing, after which a change counts as endless and so as noticed; the unit tests have six times as long."""
MOST = 100_000
"""Parts of an endless answer that are looked at."""

Calls = dict[str, list[tuple[tuple[Any, ...], dict[str, Any], Any]]]
"""By case, what a function was called with and what it answered."""


class Endless(Exception):
    """The change does not come to an end."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raises Endless after so many seconds of computing."""

    def stop(*_: object) -> None:
        raise Endless

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def answered(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a call gives, or the kind of its fault."""
    try:
        found = function(*args, **kwargs)
        return tuple(islice(found, MOST)) if isinstance(found, GeneratorType) else found
    except Endless:
        raise
    except Exception as fault:  # noqa: BLE001 - a change may raise anything
        return type(fault)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def changed() -> None:
    """Make the changes in ./mutants and go there."""
    from mutmut.__main__ import create_mutants
    from mutmut.mutation.trampoline import set_mutant_under_test
    from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths

    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    copy_src_dir()
    copy_also_copy_files()
    setup_source_paths()
    create_mutants(1)
    os.chdir("mutants")
    sys.path.insert(0, str(Path.cwd()))
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
                    function = value["_mutmut_orig"].__name__.removesuffix("__mutmut_orig")
                    self.dicts[f"{module.__name__}.{function}"] = value
                if hasattr(value, "cache_clear"):
                    self.cached.append(value)

    def names(self) -> list[str]:
        """The changes that are wanted, such as app.eligibility.rules.case.x_r22__mutmut_26."""
        every = [
            f"{function.rpartition('.')[0]}.{name}"
            for function, several in self.dicts.items()
            for name in several
            if name != "_mutmut_orig"
        ]
        return fnmatch.filter(every, self.wanted)

    @contextmanager
    def watched(self, watching: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
        """Each unchanged function is replaced by what `watching` makes of its name and itself."""
        originals = {name: several["_mutmut_orig"] for name, several in self.dicts.items()}
        for name, several in self.dicts.items():
            several["_mutmut_orig"] = watching(name, originals[name])
        yield
        for name, several in self.dicts.items():
            several["_mutmut_orig"] = originals[name]

    def keep_calls(self, judge: Callable[[Any], None], cases: tuple[Any, ...]) -> None:
        """Judge every case once unchanged, keeping each call with its answer."""
        current: list[str] = []
        with self.watched(functools.partial(self._keeping, current)):
            for number, case in enumerate(cases):
                current[:] = [str(number)]
                self.forget()
                judge(case)

    def _keeping(self, current: list[str], name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        kept = self.calls.setdefault(name, {})

        @functools.wraps(original)
        def keeping(*args: Any, **kwargs: Any) -> Any:
            found = original(*args, **kwargs)
            if isinstance(found, GeneratorType):
                found = tuple(found)
            kept.setdefault(current[0], []).append((args, kwargs, found))
            return found

        return keeping

    def forget(self) -> None:
        """Empty what the rules keep, which a change could have filled."""
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
                if got is not found and repr(got) != repr(found):
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
                except Exception:  # noqa: BLE001 - the same
                    return str(cases[number])
    except Endless:
        return f"does not come to an end after {cases[number]}"
    finally:
        os.environ["MUTANT_UNDER_TEST"] = ""
    return None


class Units:
    """A plugin of pytest that runs the unit tests once unchanged, and for each change those that call its function.

    Each change has a process of its own, forked when all tests are collected.
    """

    def __init__(self, changes: Changes, left: list[str], verdicts: dict[str, str]) -> None:
        self.changes, self.left, self.verdicts = changes, left, verdicts
        self.callers: dict[str, list[Any]] = {}

    def pytest_runtestloop(self, session: Any) -> bool:
        """Judge the changes in place of a plain run."""
        with self.changes.watched(self._called):
            for self.item in session.items:
                self.changes.forget()
                if not passes([self.item]):
                    sys.exit(f"fails without a change: {self.item.nodeid}")
        for name in self.left:
            survives = self._survives(name, self.callers.get(name.rpartition("__mutmut_")[0], []))
            self.verdicts[name] = "survived" if survives else "killed: unit tests"
            if survives:
                say(name)
        return True

    def _called(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        callers = self.callers.setdefault(name, [])

        @functools.wraps(original)
        def noting(*args: Any, **kwargs: Any) -> Any:
            if self.item not in callers[-1:]:
                callers.append(self.item)
            return original(*args, **kwargs)

        return noting

    def _survives(self, name: str, items: list[Any]) -> bool:
        child = os.fork()
        if child == 0:
            os.environ["MUTANT_UNDER_TEST"] = name
            self.changes.forget()
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * 6, resource.RLIM_INFINITY))
            os._exit(0 if passes(items) else 1)
        return os.waitpid(child, 0)[1] == 0


def passes(items: list[Any]) -> bool:
    """Whether all the tests pass; the first that does not ends it."""
    from _pytest.runner import runtestprotocol

    return not any(report.failed for item in items for report in runtestprotocol(item, log=False, nextitem=None))


def by_cases(changes: Changes) -> tuple[dict[str, str], list[str]]:
    """The verdicts of the cases, and the changes that they do not notice."""
    judge = import_module("tests.app.eligibility.test_cases").test_a_case_gives_the_answer_it_states
    cases = import_module("tests.app.eligibility.vectors").CASES
    changes.keep_calls(judge, cases)
    verdicts: dict[str, str] = {}
    left = []
    for name in changes.names():
        case = noticed(changes, name, judge, cases)
        if case is None:
            left.append(name)
        else:
            verdicts[name] = f"killed: {case}"
    return verdicts, left


def main() -> None:
    import pytest

    settings = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    files = [one for one in settings["pytest_add_cli_args_test_selection"] if not one.endswith("test_cases.py")]
    changed()
    changes = Changes(sys.argv[1] if len(sys.argv) > 1 else "*")
    verdicts, left = by_cases(changes)
    RESULT.write_text(json.dumps(verdicts, indent=1), "utf-8")
    say(f"{len(verdicts)} changes noticed by the cases; the unit tests judge {len(left)}, of which survive:")
    if pytest.main(["-q", *settings["pytest_add_cli_args"], *files], plugins=[Units(changes, left, verdicts)]) != 0:
        sys.exit("the unit tests cannot be run")
    RESULT.write_text(json.dumps(verdicts, indent=1), "utf-8")
    counts = Counter((name.split(".")[3], verdict.split(":")[0]) for name, verdict in verdicts.items())
    for module in sorted({module for module, _ in counts}):
        say(f"{module:15} {counts[module, 'killed']:5} killed {counts[module, 'survived']:5} survived")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
