"""Helpers do the work in order, a few pieces ahead, and end with the process that started them."""

import operator
import os
import signal
import subprocess
import sys
import time

import pytest

from app.core.beside import AHEAD, in_order
from tests.conftest import PROJECT


@pytest.mark.parametrize("helpers", [1, 2])
def test_pieces_come_back_in_order_and_never_more_than_a_few_are_drawn_ahead(helpers):
    drawn, most, taken = 0, 0, []

    def pieces():
        nonlocal drawn, most
        for number in range(12):
            drawn += 1
            most = max(most, drawn - len(taken))
            yield number

    for piece, made in in_order(operator.neg, pieces(), helpers):
        taken.append((piece, made))
    assert taken == [(number, -number) for number in range(12)]
    assert 1 <= most <= helpers * AHEAD


def test_what_a_helper_raises_is_raised_here():
    with pytest.raises(ZeroDivisionError):
        list(in_order((1).__truediv__, [1, 0], 2))


def test_helpers_end_with_the_process_that_started_them_however_it_ends():
    program = (
        "import os, time\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\n"
        "from app.core.beside import stand_by\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, get_context('spawn'), initializer=stand_by)\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        helper = int(parent.stdout.readline())
        os.kill(helper, 0)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
    for _look in range(100):
        if not runs(helper):
            return
        time.sleep(0.05)
    os.kill(helper, signal.SIGKILL)
    pytest.fail("the helper outlived the process that started it")


def runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as status:  # noqa: PTH123
            return status.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
