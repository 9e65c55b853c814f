"""Write, change and give up drafts of local rules."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor
from app.ledger.service import record
from app.regimes.loader import Fault, RegimeUnusable, load
from app.regimes.models import RegimeDraft
from app.regimes.queries import DraftRow, Proposal, adoptions, draft, effective, proposed
from app.regimes.service.comparing import Comparison, compare

LONGEST = 50_000
NEW_ROW = "\n[[{table}]]\n{lines}\n"


def write_draft(
    session: Session,
    actor: Actor,
    regime: str,
    title: str,
    text: str,
    *,
    today: date,
    now: datetime,
    withdraws: int | None = None,
) -> int:
    """A new draft over a locality's rules; returns its id.

    `withdraws` names an adoption that is to end with it; the text may then be empty. Raises RegimeUnusable with every
    fault and its line, Refused `not-a-locality`, `withdrawn-already`, Invalid `draft-empty`, `draft-too-long`.
    """
    if load(regime).level != "locality":
        raise Refused("not-a-locality", N_("Only the rules of a locality are drafted here; the others come as files."))
    if withdraws is not None:
        _withdrawable(session, regime, withdraws)
    text = _checked(session, regime, Proposal(title, text, today, withdraws))
    writers = [actor.account_id] if actor.account_id is not None else []
    row = RegimeDraft(
        regime=regime, title=title, text=text, withdraws_id=withdraws, writers=writers, version=1, created_at=now,
        created_by=actor.label, changed_at=now, changed_by=actor.label, dropped_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, actor, "regimes.draft.written", ("regime_draft", row.id), now=now,
        after={"regime": regime, "title": title, "text": text, "withdraws": withdraws},
    )  # fmt: skip
    return row.id


def change_draft(
    session: Session, actor: Actor, draft_id: int, version: int, title: str, text: str, *, today: date, now: datetime
) -> None:
    """Another text for a draft; whoever writes on it can no longer adopt it. Raises as `write_draft`, and Stale."""
    row = _open(session, draft_id)
    if row.version != version:
        raise Stale(
            "draft-changed", N_("Somebody else changed this draft meanwhile. Nothing was saved; look at it again.")
        )
    text = _checked(session, row.regime, Proposal(title, text, today, row.withdraws_id))
    before = {"title": row.title, "text": row.text}
    if (title, text) == (row.title, row.text):
        return
    row.title, row.text, row.version = title, text, row.version + 1
    row.changed_at, row.changed_by = now, actor.label
    if actor.account_id is not None and actor.account_id not in row.writers:
        row.writers = [*row.writers, actor.account_id]
    session.flush()
    record(
        session, actor, "regimes.draft.changed", ("regime_draft", row.id), now=now, before=before,
        after={"title": title, "text": text},
    )  # fmt: skip


def drop_draft(session: Session, actor: Actor, draft_id: int, *, now: datetime) -> str:
    """Give a draft up; it stays readable. Returns its regime; raises NotFound and Refused `draft-closed`."""
    row = _open(session, draft_id)
    row.dropped_at = now
    session.flush()
    record(session, actor, "regimes.draft.dropped", ("regime_draft", row.id), now=now, before={"title": row.title})
    return row.regime


@dataclass(frozen=True, slots=True)
class Effect:
    """What a draft would change in the rules in force; or why it can no longer be laid over them."""

    comparison: Comparison | None
    faults: tuple[Fault, ...]


def changes_of(session: Session, row: DraftRow, *, today: date) -> Effect:
    """What an open draft would change if it held from today; a closed one changes nothing any more."""
    if row.state != "OPEN":
        return Effect(None, ())
    try:
        after = proposed(session, row.regime, Proposal(row.title, row.text, today, row.withdraws_id))
    except RegimeUnusable as unusable:
        return Effect(None, unusable.faults)
    return Effect(compare(effective(session, row.regime), after), ())


def value_text(name: str, value: str, basis: str, source: str) -> str:
    """A `[[value]]` row for a draft; the value is read as TOML (80, true, "WARN") and otherwise taken as text."""
    return _row("value", {"name": name, "value": _literal(value), "basis": basis, "source": source})


def rule_text(rule: str, severity: str, basis: str, source: str, *, enabled: bool) -> str:
    """A `[[rule]]` row for a draft."""
    return _row("rule", {"id": rule, "severity": severity, "enabled": enabled, "basis": basis, "source": source})


def minimum_text(acts: Sequence[str], officers: int, severity: str, basis: str, source: str) -> str:
    """A `[[minimum]]` row for a draft."""
    row = {"acts": list(acts), "officers": officers, "severity": severity, "basis": basis, "source": source}
    return _row("minimum", row)


def _row(table: str, row: Mapping[str, Any]) -> str:
    """JSON strings, numbers, truth values and lists are TOML as well."""
    lines = "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in row.items())
    return NEW_ROW.format(table=table, lines=lines)


def _literal(text: str) -> Any:  # noqa: ANN401 - any value of a regime
    try:
        found = tomllib.loads(f"value = {text.strip()}")
    except tomllib.TOMLDecodeError:
        return text.strip()
    plain = set(found) == {"value"} and isinstance(found["value"], bool | int | str | list)
    return found["value"] if plain else text.strip()


def _checked(session: Session, regime: str, proposal: Proposal) -> str:
    text = proposal.text.replace("\r\n", "\n").strip()
    if not text and proposal.withdraws_id is None:
        raise Invalid("draft-empty", N_("The draft says nothing yet. Add a value or a rule."), field="text")
    if len(text) > LONGEST:
        raise Invalid(
            "draft-too-long", N_("A draft may have at most %(limit)s characters."), field="text", limit=LONGEST
        )
    text = f"{text}\n" if text else ""
    proposed(session, regime, Proposal(proposal.title, text, proposal.since, proposal.withdraws_id))
    return text


def _withdrawable(session: Session, regime: str, adoption: int) -> None:
    found = next((one for one in adoptions(session, regime) if one.id == adoption), None)
    if found is None:
        raise NotFound
    if found.ends_on is not None:
        raise Refused("withdrawn-already", N_("This adoption has already been withdrawn."))


def _open(session: Session, draft_id: int) -> RegimeDraft:
    if draft(session, draft_id).state != "OPEN":
        raise Refused("draft-closed", N_("This draft was adopted or given up and is no longer changed."))
    return session.get_one(RegimeDraft, draft_id)
