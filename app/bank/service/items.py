"""Write a question, and write it anew."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.bank.queries.imports import known_prints
from app.bank.queries.rows import question_of
from app.bank.queries.wording import differences
from app.bank.service.writing import add_items, add_versions, locked
from app.core.errors import N_, Invalid, Refused
from app.core.permissions import Actor
from app.ledger.service import record
from question_bank.items import Item as Question
from question_bank.items import check_item, fingerprint


def create_item(session: Session, actor: Actor, question: Question, *, now: datetime, submit: bool = False) -> int:
    """A new question in draft, or before the reviewer at once; returns its id.

    Raises Invalid `question-unsound`; Refused `code-taken` or `duplicate-question`.
    """
    _must_be_sound(session, question)
    item, version = add_items(session, actor, [question], now=now, submit=submit)[0]
    record(
        session, actor, "bank.item.created", ("item", item.code), now=now,
        after={"version": 1, "paper": item.paper, "status": item.status, "digest": version.digest},
    )  # fmt: skip
    return item.id


def edit_item(
    session: Session, actor: Actor, question: Question, *, shown: int, now: datetime, comment: str = ""
) -> int:
    """A next version of the question with this code, in draft; the one in use stays in use. Returns its number.

    `shown` is the number of the version the editor saw. Raises Stale `version-moved`; Invalid `question-unsound`;
    Refused `nothing-changed`, `paper-fixed` or `duplicate-question`.
    """
    item, version = locked(session, [(question.code, shown)])[0]
    if item.paper != question.paper:
        raise Refused("paper-fixed", N_("A question stays in its exam subject; write a new one instead."))
    changes = differences(question_of(item.code, item.paper, version), question)
    if not changes:
        raise Refused("nothing-changed", N_("Nothing was changed, so there is no new version."))
    _must_be_sound(session, question)
    before = {"version": version.number, "status": item.status, "digest": version.digest}
    _item, written = add_versions(session, actor, [(item, question)], now=now, comment=comment)[0]
    record(
        session, actor, "bank.item.edited", ("item", item.code), now=now, before=before, reason=comment,
        after={
            "version": written.number, "status": item.status, "digest": written.digest,
            "fields": [name for name, _before, _after in changes],
        },
    )  # fmt: skip
    return written.number


def _must_be_sound(session: Session, question: Question) -> None:
    if faults := check_item(question):
        raise Invalid(
            "question-unsound", N_("The question cannot be used as it is: %(codes)s."),
            codes=", ".join(dict.fromkeys(fault.code for fault in faults)),
        )  # fmt: skip
    print_ = fingerprint(question)
    others = [code for code in known_prints(session, [print_]).get(print_, ()) if code != question.code]
    if others:
        raise Refused(
            "duplicate-question",
            N_("The bank has the same question already: %(item)s."),
            field="stem",
            item=others[0],
        )
