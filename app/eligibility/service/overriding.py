"""An approver sets a profile's denial aside: a new decision beside the old one, with reason and name."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.service import confirm_password
from app.core.errors import N_, Forbidden, Invalid, Refused
from app.core.permissions import Actor, P
from app.eligibility.facts import Override, Question
from app.eligibility.judgement import evaluate
from app.eligibility.models import DecisionOverride
from app.eligibility.queries import StoredDecision, decision, find_people, load_for
from app.eligibility.service.keeping import Answer, keep
from app.eligibility.service.records import restored
from app.ledger.service import record


def override(
    session: Session,
    actor: Actor,
    decision_id: str,
    rules: Collection[str],
    reason: str,
    *,
    password: str | None = None,
    today: date,
    now: datetime,
) -> Answer:
    """Answer a denied question anew with these rules set aside, by the facts as known now; both records stay.

    The agency bears the consequences (GN-08). Raises NotFound outside the approver's scope; Forbidden `own-question`
    for whoever asked or is asked about; Refused `not-overridable` for a statute's denial (C0, 2), `too-late` once the
    time asked about is over; Invalid for an empty reason, nothing to set aside, or a wrong password.
    """
    kept = decision(session, decision_id, actor.scope(P.ELIGIBILITY_OVERRIDE))
    _require_other_hand(actor, kept)
    _require_overridable(kept, rules)
    if not reason.strip():
        raise Invalid("reason-missing", N_("State why the denial is set aside."), field="reason")
    question = restored(Question, kept.question)
    if question.end <= now or question.known_at is not None:
        raise Refused("too-late", N_("The time asked about is over, or the question was about the past."))
    if actor.account_id is not None:
        confirm_password(session, actor, password or "")
    return _answer(session, actor, kept, _with(question, actor, rules, reason.strip(), now), today, now)


def overridable_rules(answer: dict[str, Any]) -> list[str]:
    """The rules of an answer whose every denial may be set aside, in the order of the reasons."""
    denials = [one for one in answer["reasons"] if one["severity"] == "DENY"]
    fixed = {one["rule"] for one in denials if not one["overridable"]}
    return list(dict.fromkeys(one["rule"] for one in denials if one["rule"] not in fixed))


def _require_other_hand(actor: Actor, kept: StoredDecision) -> None:
    """Nobody approves their own question or their own duty."""
    asked = actor.label == kept.asked_by or (
        actor.account_id is not None and actor.account_id == kept.asked_by_account_id
    )
    if asked or (actor.person_id is not None and actor.person_id in kept.person_ids.values()):
        raise Forbidden(
            "own-question", N_("Whoever asked, or is asked about, cannot set the denial aside; somebody else must.")
        )


def _require_overridable(kept: StoredDecision, rules: Collection[str]) -> None:
    if not rules:
        raise Invalid("nothing-to-override", N_("Name the rules whose denial is set aside."), field="rules")
    denying = {one["rule"] for one in kept.answer["reasons"] if one["severity"] == "DENY"}
    open_rules = overridable_rules(kept.answer)
    for rule in rules:
        if rule not in denying:
            raise Invalid(
                "nothing-to-override", N_("Rule %(rule)s does not deny this decision."), field="rules", rule=rule
            )
        if rule not in open_rules:
            raise Refused(
                "not-overridable", N_("Rule %(rule)s is statute or national policy; nobody here can set it aside."),
                field="rules", rule=rule,
            )  # fmt: skip


def _with(question: Question, actor: Actor, rules: Iterable[str], reason: str, now: datetime) -> Question:
    """The question with the new overrides beside those it already carried."""
    new = {rule: Override(rule, actor.display_name or actor.label, reason, now) for rule in rules}
    earlier = tuple(one for one in question.overrides if one.rule not in new)
    return replace(question, overrides=(*earlier, *(new[rule] for rule in sorted(new))))


def _answer(
    session: Session, actor: Actor, kept: StoredDecision, question: Question, today: date, now: datetime
) -> Answer:
    people = find_people(session, question.people, today, actor.scope(P.ELIGIBILITY_OVERRIDE))
    loaded = load_for(session, question, people, None)
    answer = keep(session, actor, evaluate(question, loaded.facts, loaded.regime, asked_at=now), loaded, now)
    given = [one for one in question.overrides if one.at == now]
    session.add_all(
        DecisionOverride(
            decision_id=answer.id, rule=one.rule, overridden_id=kept.id, reason=one.reason, approved_at=now,
            approved_by=one.approver, approved_by_account_id=actor.account_id,
        )
        for one in given
    )  # fmt: skip
    session.flush()
    record(
        session, actor, "eligibility.decision.overridden", ("decision", kept.id), now=now, unit_id=kept.unit_id,
        reason=given[0].reason, before={"outcome": kept.outcome},
        after={"decision": answer.id, "outcome": answer.decision.outcome, "rules": [one.rule for one in given]},
    )  # fmt: skip
    return answer
