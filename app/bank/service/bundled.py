"""Load the bundled banks, for demonstration."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.bank.policy import Outcome, Status, same_person
from app.bank.service.planning import Plan, plan_import
from app.bank.service.writing import Pair, add_items, take_step
from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.ledger.service import Deed, record_all
from question_bank.banks import bundled
from question_bank.items import Paper


def load_bundled(session: Session, author: Actor, reviewer: Actor, now: datetime) -> int:
    """Add each bundled question that the bank lacks, written by one and approved by the other; returns how many.

    A second load adds nothing. Raises Refused `same-person`; Invalid `bundled-bank-bad` where a bundled file has a
    fault.
    """
    if same_person(author.account_id, author.label, reviewer.account_id, reviewer.label):
        raise Refused("same-person", N_("Author and reviewer must be two different people."))
    total = 0
    for name, data in bundled():
        plan = plan_import(session, [(name, data)], format="native", paper=Paper.PUBLIC_LAW, alike=False)
        _must_be_sound(name, plan)
        pairs = add_items(session, author, plan.new, now=now, submit=True)
        take_step(session, reviewer, pairs, Status.FINAL, now=now)
        record_all(session, author, _deeds("bank.item.created", pairs, Status.REVIEW), now=now)
        record_all(session, reviewer, _deeds("bank.item.approved", pairs, Status.FINAL), now=now)
        total += len(pairs)
    return total


def _must_be_sound(name: str, plan: Plan) -> None:
    bad = next((row for row in plan.rows if row.outcome is Outcome.REJECTED and row.code != "DUPLICATE_IN_BANK"), None)
    if bad is not None:
        raise Invalid(
            "bundled-bank-bad", N_("The bundled bank %(file)s has a fault: %(detail)s"), file=name, detail=bad.en
        )


def _deeds(event: str, pairs: list[Pair], status: Status) -> list[Deed]:
    return [
        Deed(event, ("item", item.code), after={"version": 1, "status": status, "digest": version.digest})
        for item, version in pairs
    ]
