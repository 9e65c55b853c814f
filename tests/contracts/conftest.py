"""A connected system with a token over one bureau, and the bureau's officers."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account, ApiToken
from app.accounts.passwords import token_hash
from app.accounts.policy import Role
from app.accounts.service import grant_role
from app.core.permissions import system_actor
from tests.app.eligibility.rows import Bureau, bureau
from tests.conftest import START

TOKEN = "dispatch-token"


@pytest.fixture
def kt(session, house, people) -> Bureau:
    """KT-0017 whose certificate ends on 2026-04-30, and KT-0021."""
    made = bureau(session, house, people)
    made.officer("KT-0017", last=date(2026, 4, 30))
    made.officer("KT-0021")
    return made


@pytest.fixture
def system(session, house) -> int:
    """The account of a dispatch application, over the bureau."""
    account = Account(
        username="dispatch", display_name="城管通", is_system=True, password_changed_at=START, created_at=START
    )
    session.add(account)
    session.flush()
    grant_role(session, system_actor("test"), account.id, Role.SYSTEM, house.bureau, now=START)
    session.add(
        ApiToken(account_id=account.id, token_hash=token_hash(TOKEN), prefix="disp", title="t", created_at=START)
    )
    session.flush()
    return account.id


@pytest.fixture
def call(client: FlaskClient, system: int, kt: Bureau) -> Callable[..., object]:
    """Send a request with the token."""

    def send(address: str, body: object = None, *, method: str = "POST", raw: bytes | None = None, token: str = TOKEN):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = {"data": raw} if raw is not None else {"json": body} if body is not None else {}
        return client.open(f"/api/v1/eligibility/{address}", method=method, headers=headers, **content)

    return send
