"""Work that many threads ask for at once, done by one of them for all that wait.

While one group is at work the next one gathers. So nobody waits who is alone, and in a crowd a transaction, its lock
and its flush to the disk are shared by as many as came meanwhile.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")
MOST = 64


class _Waiting(Generic[Asked, Given]):
    """One that is asked for, and what came of it."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.given: Given | Exception | None = None


class Together(Generic[Asked, Given]):
    """Does what is asked, at most `most` at once, by a function over a group.

    `work` gives for each, in order, its result or the exception that is its own; what it raises itself comes to
    everyone in the group.
    """

    def __init__(self, work: Callable[[list[Asked]], list[Given | Exception]], most: int = MOST) -> None:
        self._work = work
        self._most = most
        self._waiting: deque[_Waiting[Asked, Given]] = deque()
        self._turn = Lock()

    def do(self, asked: Asked) -> Given:
        """The result for one, as soon as the group it falls into is done; raises what `work` has against it."""
        mine: _Waiting[Asked, Given] = _Waiting(asked)
        self._waiting.append(mine)
        with self._turn:
            while mine.given is None:
                self._work_off()
        if isinstance(mine.given, Exception):
            raise mine.given
        return mine.given

    def _work_off(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        for one in group:
            one.given = RuntimeError("the work was broken off")  # unless it comes to its end: nobody waits for ever
        try:
            for one, result in zip(group, self._work([one.asked for one in group]), strict=True):
                one.given = result
        except Exception as fault:  # noqa: BLE001  raised again by everyone in the group
            for one in group:
                one.given = fault
