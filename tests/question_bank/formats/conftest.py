"""The clock that the readers are held to."""

import time
from collections.abc import Iterator

import pytest

from tests.conftest import THOROUGH

SECONDS = 8.0  # for two files read and recognised, of up to 1 MB, on a machine that is shared


@pytest.fixture
def clocked() -> Iterator[None]:
    """With thoroughness asked for, fails the test that takes longer in processor time than the promise allows."""
    start = time.process_time()
    yield
    if THOROUGH:
        assert time.process_time() - start < SECONDS
