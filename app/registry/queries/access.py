"""Read who may enter, for the administrator: accounts within what the asker manages, with roles over named units."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.models import Account, RoleGrant
from app.accounts.policy import AccountState
from app.accounts.queries import AccountRow, GrantRow, OpenSession, TokenRow
from app.core.errors import NotFound
from app.core.permissions import Scope
from app.ledger.queries import EntryRow, about, done_by
from app.registry.models import Unit
from app.registry.queries.people import PersonRow, people_by_ids, search_people
from app.registry.queries.units import UnitRow, scope_paths, units, within

DEEDS_SHOWN = 50


@dataclass(frozen=True)
class HeldRole:
    """A role as shown: over which unit, None meaning everywhere; `mine` when the asker may take it back."""

    grant: GrantRow
    unit: UnitRow | None
    mine: bool


@dataclass(frozen=True)
class AccessRow:
    """An account in the administrator's list."""

    account: AccountRow
    roles: tuple[HeldRole, ...]

    @property
    def all_mine(self) -> bool:
        """Whether every role lies within what the asker manages, so that the account as a whole does."""
        return all(role.mine for role in self.roles)


@dataclass(frozen=True)
class AccessPage:
    """One account with everything the administrator decides by."""

    row: AccessRow
    person: PersonRow | None
    invited_until: datetime | None
    sessions: list[OpenSession]
    tokens: list[TokenRow]
    done: list[EntryRow]
    suffered: list[EntryRow]


def visible(session: Session, scope: Scope, day: date) -> ColumnElement[bool]:
    """The condition that an account is the asker's business: it ever held a role there, or its person serves there."""
    if scope is None:
        return true()
    paths = scope_paths(session, scope)
    held = select(RoleGrant.account_id).join(Unit, Unit.id == RoleGrant.unit_id).where(within(scope, Unit.path, paths))
    people = [row.id for row in search_people(session, "", day, scope, limit=None)]
    return or_(Account.id.in_(held), Account.person_id.in_(people))


def _rows(session: Session, found: list[AccountRow], scope: Scope) -> list[AccessRow]:
    named = {unit.id: unit for unit in units(session)}
    mine = {unit.id for unit in units(session, scope)}
    return [
        AccessRow(
            row,
            tuple(
                HeldRole(grant, named.get(grant.unit_id or 0), scope is None or grant.unit_id in mine)
                for grant in row.grants
            ),
        )
        for row in found
    ]


def count_access(session: Session, text: str, state: str, now: datetime, day: date, scope: Scope) -> int:
    """How many accounts `search_access` finds in all."""
    return accounts.count_accounts(session, text, state, now, visible(session, scope, day))


def search_access(
    session: Session, text: str, state: str, now: datetime, day: date, scope: Scope, *, offset: int = 0, limit: int = 50
) -> list[AccessRow]:
    """Accounts within a scope whose user name, name or mail contains the text, in a state or in any, by user name."""
    among = visible(session, scope, day)
    return _rows(session, accounts.search_accounts(session, text, state, now, among, offset=offset, limit=limit), scope)


def counts_by_state(session: Session, now: datetime, day: date, scope: Scope) -> dict[AccountState, int]:
    """How many accounts of a scope stand how."""
    among = visible(session, scope, day)
    return {state: accounts.count_accounts(session, "", state.value, now, among) for state in AccountState}


def access_row(session: Session, username: str, now: datetime, day: date, scope: Scope) -> AccessRow:
    """One account; raises NotFound when there is none or it is not the asker's business."""
    among = visible(session, scope, day) & (func.lower(Account.username) == username.lower())
    found = _rows(session, accounts.search_accounts(session, "", "", now, among), scope)
    if not found:
        raise NotFound
    return found[0]


def access_page(session: Session, username: str, now: datetime, day: date, scope: Scope) -> AccessPage:
    """One account with its person, sessions, tokens and the ledger; raises NotFound as `access_row` does."""
    row = access_row(session, username, now, day, scope)
    account = row.account
    people = people_by_ids(session, [account.person_id], day, scope) if account.person_id else []
    return AccessPage(
        row,
        people[0] if people else None,
        accounts.invited_until(session, account.id),
        accounts.sessions_of(session, account.id, now),
        accounts.tokens_of(session, account.id, now),
        done_by(session, account.id, DEEDS_SHOWN),
        about(session, "account", account.id, DEEDS_SHOWN),
    )
