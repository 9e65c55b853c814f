"""A profile's denial set aside by somebody else, with a reason: what it takes, what it leaves, what it cannot."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.passwords import hash_password
from app.accounts.policy import GRANTS, Role
from app.accounts.queries import actor_of
from app.accounts.service import grant_role
from app.core.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from app.core.permissions import Actor, P, system_actor
from app.credentials.models import Certificate
from app.eligibility import queries, service
from app.eligibility.facts import Override, Question
from app.eligibility.models import DecisionOverride, DecisionRecord
from app.eligibility.service.records import restored
from app.ledger.models import LedgerEntry
from app.regimes.codes import Act
from tests.app.eligibility.rows import PLACE, START

EAST = timezone(timedelta(hours=8))
TODAY = date(2026, 3, 2)
SHIFT = datetime(2026, 3, 10, 9, tzinfo=EAST)
LATER = START + timedelta(hours=1)
SECRET = "Quiet-Harbour-77"


@pytest.fixture
def denied(session, operator, kt):
    """Three officers, one of whose certificates leaves the item's domain out: the profile alone denies."""
    for code in ("KT-0017", "KT-0021", "KT-0033"):
        person = kt.officer(code)
    held = session.scalars(select(Certificate).where(Certificate.person_id == person)).one()
    held.domains = ["HOU"]
    session.flush()
    return ask(session, operator)


def ask(session, actor, *people, item="TRF-2", **changes):
    people = people or ("KT-0017", "KT-0021", "KT-0033")
    question = Question(people, Act.PENALTY, item, PLACE, SHIFT, SHIFT + timedelta(hours=3))
    return service.check(session, actor, replace(question, **changes), today=TODAY, now=START)


def approver(unit, **changes):
    scope = frozenset({unit})
    granted = {P.ELIGIBILITY_OVERRIDE: scope, P.ELIGIBILITY_READ: scope, P.ELIGIBILITY_CHECK: scope}
    return replace(Actor("approver", display_name="批准人", grants=granted), **changes)


def set_aside(session, actor, decision_id, rules=("R13",), reason="抗洪抢险，区政府调度", now=LATER, **changes):
    return service.override(session, actor, decision_id, rules, reason, today=TODAY, now=now, **changes)


def reasons(answer):
    return {(one["rule"], one["severity"]) for one in answer.json["reasons"]}


def test_the_profile_s_denial_gives_way_and_both_decisions_stay_linked(session, house, denied):
    assert reasons(denied) == {("R13", "DENY")}
    answer = set_aside(session, approver(house.bureau), denied.id)
    assert answer.json["outcome"] == "ALLOW_WITH_WARNINGS"
    assert session.get(DecisionRecord, denied.id).outcome == "DENY"
    (link,) = queries.overrides_of(session, denied.id)
    assert link in queries.overrides_of(session, answer.id)
    assert (link.overridden_id, link.decision_id, link.rule) == (denied.id, answer.id, "R13")
    assert (link.approved_by, link.reason, link.approved_at) == ("批准人", "抗洪抢险，区政府调度", LATER)
    assert "批准人" in str(answer.json["reasons"])


def test_the_new_question_carries_the_override_and_replays(session, house, operator, denied):
    answer = set_aside(session, approver(house.bureau), denied.id)
    kept = queries.decision(session, answer.id, None)
    assert restored(Question, kept.question).overrides == (Override("R13", "批准人", "抗洪抢险，区政府调度", LATER),)
    assert service.replay(session, operator, answer.id, now=LATER).agrees


def test_the_ledger_keeps_who_set_what_aside_and_why(session, house, denied):
    answer = set_aside(session, approver(house.bureau), denied.id)
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "eligibility.decision.overridden")).one()
    assert (entry.subject_id, entry.reason, entry.actor_label) == (denied.id, "抗洪抢险，区政府调度", "approver")
    assert entry.after == {"decision": answer.id, "outcome": answer.json["outcome"], "rules": ["R13"]}


def test_a_statute_s_denial_is_not_overridable_and_nothing_is_written(session, house, operator, denied):
    alone = ask(session, operator, "KT-0033")
    assert reasons(alone) == {("R13", "DENY"), ("R17", "DENY")}
    before = session.query(DecisionRecord).count()
    for rules in (("R17",), ("R13", "R17")):
        with pytest.raises(Refused) as refusal:
            set_aside(session, approver(house.bureau), alone.id, rules)
        assert (refusal.value.code, refusal.value.data) == ("not-overridable", {"rule": "R17"})
    assert session.query(DecisionRecord).count() == before
    assert session.query(DecisionOverride).count() == 0


def test_setting_one_aside_leaves_the_statute_s_denial_standing(session, house, operator, denied):
    alone = ask(session, operator, "KT-0033")
    answer = set_aside(session, approver(house.bureau), alone.id)
    assert answer.json["outcome"] == "DENY"
    assert ("R17", "DENY") in reasons(answer)


@pytest.mark.parametrize(
    ("rules", "reason", "code"),
    [((), "r", "nothing-to-override"), (("R99",), "r", "nothing-to-override"), (("R13",), "  ", "reason-missing")],
)
def test_an_override_needs_a_rule_that_denies_and_a_reason(session, house, denied, rules, reason, code):
    with pytest.raises(Invalid) as refusal:
        set_aside(session, approver(house.bureau), denied.id, rules, reason)
    assert refusal.value.code == code
    assert session.query(DecisionOverride).count() == 0


def test_an_allowed_decision_has_nothing_to_set_aside(session, house, operator, denied):
    allowed = ask(session, operator, item="HOU-2")
    assert service.overridable_rules(allowed.json) == []
    with pytest.raises(Invalid):
        set_aside(session, approver(house.bureau), allowed.id)


def test_whoever_asked_or_is_asked_about_cannot_approve(session, house, denied):
    asker = approver(house.bureau, label="asker", account_id=None)
    own = ask(session, asker)
    subject = approver(house.bureau, person_id=queries.decision(session, denied.id, None).person_ids["KT-0017"])
    for actor, number in ((asker, own.id), (subject, denied.id)):
        with pytest.raises(Forbidden) as refusal:
            set_aside(session, actor, number)
        assert refusal.value.code == "own-question"


def test_outside_the_scope_or_without_the_right_there_is_no_such_decision(session, house, denied):
    scope = frozenset({house.bureau})
    supervisor = Actor("sun", grants={P.ELIGIBILITY_READ: scope, P.ELIGIBILITY_CHECK: scope})
    for actor in (approver(house.other_bureau), supervisor):
        with pytest.raises(NotFound):
            set_aside(session, actor, denied.id)


def test_nothing_is_approved_after_the_fact_or_for_a_question_about_the_past(session, house, operator, denied):
    past = ask(session, operator, known_at=START)
    over = SHIFT + timedelta(hours=3)
    for number, now in ((denied.id, over), (past.id, LATER)):
        with pytest.raises(DomainError) as refusal:
            set_aside(session, approver(house.bureau), number, now=now)
        assert refusal.value.code == "too-late"
    assert set_aside(session, approver(house.bureau), denied.id, now=over - timedelta(minutes=1)).json


def test_a_person_enters_the_password_again(session, house, denied):
    account = Account(
        username="app", display_name="批准人", email="app@example.cn", password_hash=hash_password(SECRET),
        password_changed_at=START, created_at=START,
    )  # fmt: skip
    session.add(account)
    session.flush()
    grant_role(session, system_actor("test"), account.id, Role.APPROVER, house.bureau, now=START)
    actor = actor_of(session, account.id)
    with pytest.raises(Invalid) as refusal:
        set_aside(session, actor, denied.id, password="wrong")
    assert refusal.value.code == "password-wrong"
    assert set_aside(session, actor, denied.id, password=SECRET).json["outcome"] == "ALLOW_WITH_WARNINGS"


def test_only_the_approver_may_set_aside():
    assert {role for role, granted in GRANTS.items() if P.ELIGIBILITY_OVERRIDE in granted} == {Role.APPROVER}
