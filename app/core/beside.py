"""Work done by processes beside this one: handed out a little at a time, taken back in order.

A helper is a new process, not a copy of this one, and ends with it. Nothing is remembered here: whoever hands work out
keeps what comes back, and hands the rest out again after a broken process.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

AHEAD = 2
"""Pieces in hand for each helper: one at work, one ready; more would only wait in memory."""


def in_order(
    work: Callable[[Given], Made], pieces: Iterable[Given], helpers: int, prepare: Callable[[], None] | None = None
) -> Iterator[tuple[Given, Made]]:
    """Each piece with what came of it, in order; never more than a few pieces are drawn ahead.

    `work` and `prepare`, which every helper calls once, must be importable. With one helper or none this process does
    the work itself, without `prepare`. Raises what `work` raises, and BrokenProcessPool when a helper ended too soon.
    """
    if helpers <= 1:
        yield from ((piece, work(piece)) for piece in pieces)
        return
    pool = ProcessPoolExecutor(helpers, get_context("spawn"), initializer=stand_by, initargs=(prepare,))
    in_hand: deque[tuple[Given, Future[Made]]] = deque()
    try:
        for piece in pieces:
            in_hand.append((piece, pool.submit(work, piece)))
            if len(in_hand) >= helpers * AHEAD:
                drawn, done = in_hand.popleft()
                yield drawn, done.result()
        while in_hand:
            drawn, done = in_hand.popleft()
            yield drawn, done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def stand_by(prepare: Callable[[], None] | None = None) -> None:
    """A helper ends with the process that started it, however that ends, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent.sentinel], daemon=True).start()
    if prepare is not None:
        prepare()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
