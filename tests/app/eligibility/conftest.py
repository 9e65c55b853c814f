"""The bureau whose people the database tests ask about."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.app.eligibility.rows import Bureau, bureau
from tests.conftest import House


@pytest.fixture
def kt(session: Session, house: House, people: Callable[..., int]) -> Bureau:
    """The bureau of Kongtong with powers, a programme and a way to make officers."""
    return bureau(session, house, people)
