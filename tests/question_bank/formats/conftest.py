"""The clock that the readers are held to."""

import time
from collections.abc import Iterator

import pytest

SECONDS = 8.0  # for two files read and recognised, of up to 1 MB, on a machine that is shared


@pytest.fixture
def clocked() -> Iterator[None]:
    """Fails the test that takes longer in processor time than the promise allows."""
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS
