"""What many threads ask for at once is done in groups: everyone gets their own, also when it fails."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.together import Together

LONGEST = 10


class Held:
    """Work that notes its groups and can be held up."""

    def __init__(self):
        self.groups, self.gate, self.begun = [], threading.Event(), threading.Event()
        self.gate.set()

    def __call__(self, asked):
        self.begun.set()
        assert self.gate.wait(LONGEST)
        self.groups.append(list(asked))
        if "fault" in asked:
            raise OSError("the disk is full")
        return [ValueError(one) if one < 0 else one * 2 for one in asked]


def gather(together, held, first, others):
    """`first` is at work while all others come; what each of them gets, in order."""
    held.gate.clear()
    with ThreadPoolExecutor(len(others) + 1) as threads:
        leading = threads.submit(together.do, first)
        assert held.begun.wait(LONGEST)
        following = []
        for number, one in enumerate(others, 1):
            following.append(threads.submit(together.do, one))
            while len(together._waiting) < number:
                pass
        held.gate.set()
        return [one.exception(LONGEST) or one.result() for one in (leading, *following)]


def test_one_alone_is_done_at_once():
    held = Held()
    assert Together(held).do(21) == 42
    assert held.groups == [[21]]


def test_what_came_meanwhile_is_done_as_one_group_in_order():
    held = Held()
    assert gather(Together(held), held, 1, [2, 3, 4]) == [2, 4, 6, 8]
    assert held.groups == [[1], [2, 3, 4]]


def test_a_group_has_at_most_so_many():
    held = Held()
    assert gather(Together(held, most=2), held, 1, [2, 3, 4]) == [2, 4, 6, 8]
    assert held.groups == [[1], [2, 3], [4]]


def test_one_that_is_refused_is_refused_alone():
    held = Held()
    first, bad, good = gather(Together(held), held, 1, [-2, 3])
    assert (first, str(bad), type(bad), good) == (2, "-2", ValueError, 6)


def test_a_fault_comes_to_everyone_in_the_group_and_to_nobody_else():
    held = Held()
    together = Together(held)
    first, *others = gather(together, held, 1, ["fault", 2])
    assert first == 2
    assert [type(one) for one in others] == [OSError, OSError]
    assert together.do(5) == 10


@pytest.mark.parametrize("given", [[2], [2, 4, 6]])
def test_work_that_forgets_or_invents_somebody_is_a_fault_for_all(given):
    held = Held()
    together = Together(lambda asked: held(asked) if len(asked) == 1 else given)
    first, *others = gather(together, held, 1, [1, 2])
    assert first == 2
    assert [type(one) for one in others] == [ValueError, ValueError]


def test_work_that_is_broken_off_leaves_nobody_waiting():
    held = Held()

    def work(asked):
        held(asked)
        if 7 in asked:
            raise SystemExit
        return asked

    first, *others = gather(Together(work), held, 1, [7, 8])
    assert first == 1
    assert {type(one) for one in others} == {SystemExit, RuntimeError}
