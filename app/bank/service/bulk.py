"""One act on many questions: what it would do, what it would leave alone and why, and then just that."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemVersion
from app.bank.policy import LEVEL_TITLES, Bulk, Status, same_person
from app.bank.queries.rows import question_of
from app.bank.queries.wording import differences
from app.bank.service.review import approve, retire, submit
from app.bank.service.statute_reviews import must_be_in_force
from app.bank.service.writing import Pair, add_versions, locked
from app.core.errors import N_, DomainError, Forbidden, Invalid, Stale
from app.core.permissions import Actor, P
from app.ledger.service import Deed, record_all
from question_bank.items import Item as Question
from question_bank.items import Level, check_item

NEEDS = {Bulk.APPROVE: P.BANK_REVIEW, Bulk.RETIRE: P.BANK_REVIEW}
"""Who may; every other act is an editor's."""
LABEL = 200


@dataclass(frozen=True)
class Act:
    """What is to be done, with what it needs: a tag, a topic, a level, a reason."""

    step: Bulk
    tag: str = ""
    topic: str = ""
    level: str = ""
    reason: str = ""
    submit: bool = False

    @property
    def writes(self) -> bool:
        """Whether it makes new versions."""
        return self.step in (Bulk.TAG, Bulk.UNTAG, Bulk.LEVEL, Bulk.TOPIC)


@dataclass(frozen=True)
class BulkPlan:
    """The questions an act would reach, as (code, version), and those it leaves alone, each with the reason's code."""

    act: Act
    doing: tuple[tuple[str, int], ...]
    exceptions: tuple[tuple[str, str], ...]

    @property
    def reasons(self) -> dict[str, int]:
        """How many questions are left alone for each reason."""
        return dict(Counter(reason for _code, reason in self.exceptions))


def plan_bulk(
    session: Session, actor: Actor, act: Act, chosen: Sequence[tuple[str, int]], *, now: datetime
) -> BulkPlan:
    """What an act on these questions would do; nothing is written.

    `chosen` names each with the version that was shown. Raises Forbidden; Invalid `nothing-chosen`, `tag-missing`,
    `tag-long`, `topic-missing`, `level-missing` or `comment-missing`.
    """
    _must_be_whole(actor, act)
    unique = list(dict.fromkeys(chosen))
    if not unique:
        raise Invalid("nothing-chosen", N_("Choose at least one question."))
    found = _newest(session, [code for code, _number in unique])
    doing: list[tuple[str, int]] = []
    exceptions: list[tuple[str, str]] = []
    for code, number in unique:
        pair = found.get(code)
        why = "item-unknown" if pair is None else _against(session, actor, act, pair, number, now)
        if why:
            exceptions.append((code, why))
        else:
            doing.append((code, number))
    return BulkPlan(act, tuple(doing), tuple(exceptions))


def _must_be_whole(actor: Actor, act: Act) -> None:
    if not actor.may(NEEDS.get(act.step, P.BANK_EDIT)):
        raise Forbidden
    if act.step in (Bulk.TAG, Bulk.UNTAG) and not act.tag.strip():
        raise Invalid("tag-missing", N_("Name the tag."), field="tag")
    if len(act.tag) > LABEL:
        raise Invalid("tag-long", N_("A tag has at most %(limit)s characters."), field="tag", limit=LABEL)
    if act.step is Bulk.TOPIC and not act.topic.strip():
        raise Invalid("topic-missing", N_("Name the topic; papers are drawn by it."), field="topic")
    if act.step is Bulk.LEVEL and act.level not in LEVEL_TITLES:
        raise Invalid("level-missing", N_("Choose the level."), field="level")
    if act.step is Bulk.RETIRE and not act.reason.strip():
        raise Invalid("comment-missing", N_("State the reason; it is kept in the ledger."), field="reason")


def _newest(session: Session, codes: list[str]) -> dict[str, Pair]:
    joined = (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.latest)
    statement = select(Item, ItemVersion).join(ItemVersion, joined).where(Item.code.in_(codes))
    return {item.code: (item, version) for item, version in session.execute(statement)}


def _against(session: Session, actor: Actor, act: Act, pair: Pair, number: int, now: datetime) -> str:
    """Why the act leaves this question alone; empty where it does not."""
    item, version = pair
    if item.latest != number:
        return "version-moved"
    if act.step is Bulk.SUBMIT:
        return "" if item.status == Status.DRAFT else "not-a-draft"
    if act.step is Bulk.RETIRE:
        return "retired-already" if item.status == Status.RETIRED else ""
    if act.step is Bulk.APPROVE:
        return _against_approval(session, actor, pair, now)
    question = question_of(item.code, item.paper, version)
    written = _rewritten(question, act)
    if not differences(question, written):
        return "nothing-changed"
    return "too-many-tags" if check_item(written) else ""


def _against_approval(session: Session, actor: Actor, pair: Pair, now: datetime) -> str:
    item, version = pair
    if item.status != Status.REVIEW:
        return "not-under-review"
    if same_person(version.author_account_id, version.author_label, actor.account_id, actor.label):
        return "same-person"
    try:
        must_be_in_force(session, [pair], now)
    except DomainError as error:
        return error.code
    return ""


def _rewritten(question: Question, act: Act) -> Question:
    tag = act.tag.strip()
    if act.step is Bulk.TAG:
        return replace(question, tags=tuple(dict.fromkeys((*question.tags, tag))))
    if act.step is Bulk.UNTAG:
        return replace(question, tags=tuple(one for one in question.tags if one != tag))
    if act.step is Bulk.LEVEL:
        return replace(question, level=Level(act.level))
    return replace(question, topic=act.topic.strip())


def do_bulk(
    session: Session, actor: Actor, act: Act, chosen: Sequence[tuple[str, int]], *, sure: int, now: datetime
) -> int:
    """Do what `plan_bulk` told, all or none; returns how many questions it reached.

    `sure` is the number that was agreed to. Raises as `plan_bulk`; Stale `bulk-moved` where it would be another now.
    """
    plan = plan_bulk(session, actor, act, chosen, now=now)
    if len(plan.doing) != sure or not plan.doing:
        raise Stale("bulk-moved", N_("Meanwhile something changed. Look at the numbers again; nothing was changed."))
    if act.step is Bulk.SUBMIT:
        return submit(session, actor, plan.doing, now=now)
    if act.step is Bulk.APPROVE:
        return approve(session, actor, plan.doing, now=now, comment=act.reason)
    if act.step is Bulk.RETIRE:
        for code, number in plan.doing:
            retire(session, actor, code, number, reason=act.reason, now=now)
        return len(plan.doing)
    return _write(session, actor, plan, now)


def _write(session: Session, actor: Actor, plan: BulkPlan, now: datetime) -> int:
    pairs = locked(session, plan.doing)
    questions = [question_of(item.code, item.paper, version) for item, version in pairs]
    edits = [(item, _rewritten(one, plan.act)) for (item, _version), one in zip(pairs, questions, strict=True)]
    before = [{"version": version.number, "status": item.status, "digest": version.digest} for item, version in pairs]
    fields = [
        [name for name, _old, _new in differences(old, new)] for old, (_item, new) in zip(questions, edits, strict=True)
    ]
    written = add_versions(session, actor, edits, now=now, submit=plan.act.submit, comment=plan.act.reason)
    deeds = [
        Deed(
            "bank.item.edited", ("item", item.code), before=was, reason=plan.act.reason,
            after={"version": version.number, "status": item.status, "digest": version.digest, "fields": names},
        )
        for (item, version), was, names in zip(written, before, fields, strict=True)
    ]  # fmt: skip
    record_all(session, actor, deeds, now=now)
    return len(written)
