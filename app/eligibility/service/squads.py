"""Gather the people of a question before it is asked: by code, by name, or a whole unit."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.permissions import Actor, P
from app.registry import queries as registry

MOST_FOUND = 30


@dataclass(frozen=True)
class Picked:
    """`chosen` are in the asker's scope; `unknown` are codes that are not; `found` came up and may be chosen."""

    chosen: tuple[registry.PersonRow, ...]
    unknown: tuple[str, ...]
    found: tuple[registry.PersonRow, ...]
    found_in_all: int
    unit: registry.UnitRow | None


def codes_in(text: str) -> tuple[str, ...]:
    """Person codes from what was typed: full-width letters, any separator, any case; each once, in order."""
    plain = unicodedata.normalize("NFKC", text).upper()
    for separator in ",;、，；\n\t":
        plain = plain.replace(separator, " ")
    return tuple(dict.fromkeys(plain.split()))


def pick(
    session: Session, actor: Actor, codes: Iterable[str], *, search: str, unit: str, take: bool, today: date
) -> Picked:
    """The people named so far, whom a search or a unit brings up, and, with `take`, all of that unit."""
    scope = actor.scope(P.ELIGIBILITY_CHECK)
    wanted = list(dict.fromkeys(codes))
    squad = _unit(session, unit, scope)
    path = squad.path if squad else ""
    found, in_all = [], 0
    if search or squad:
        found = registry.search_people(
            session, search, today, scope, unit_path=path, limit=None if take else MOST_FOUND
        )
        in_all = registry.count_people(session, search, today, scope, unit_path=path)
    if take and squad:
        wanted = list(dict.fromkeys([*wanted, *(row.code for row in found)]))
    known = {row.code: row for row in registry.people_by_codes(session, wanted, today, scope)} if wanted else {}
    return Picked(
        tuple(known[code] for code in wanted if code in known),
        tuple(code for code in wanted if code not in known),
        tuple(row for row in found if row.code not in known),
        in_all,
        squad,
    )


def _unit(session: Session, code: str, scope: frozenset[int] | None) -> registry.UnitRow | None:
    if not code:
        return None
    try:
        return registry.unit_by_code(session, code, scope)
    except NotFound:
        return None
