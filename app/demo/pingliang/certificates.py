"""Certificates brought into every state: renewed, changed with reasons, a few of them sealed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.permissions import Actor
from app.credentials import service
from app.credentials.models import Certificate
from app.credentials.periods import Action
from app.demo.issuing import number_of
from app.demo.pingliang.people import SUSPENDED
from app.demo.pingliang.places import KONGTONG
from app.demo.stage import Stage

REGULATION = "行政执法证件管理规定(示例)"


def renew(stage: Stage, codes: Sequence[str], moment: datetime) -> None:
    """Renewals within the window: the old certificate is superseded."""
    for code in codes:
        service.replace_certificate(
            stage.session, stage.cast["ian"], number_of(stage, code), Action.RENEW, "有效期届满前换发",
            settings=stage.settings, now=moment, password=stage.passwords["ian"],
        )  # fmt: skip


def change_some(stage: Stage, moment: datetime) -> None:
    """Suspensions, a revocation, cancellations of those who left, losses and a reissue."""
    ian, today = stage.cast["ian"], moment.astimezone(stage.zone).date()
    suspend, revoke, cancel, lost = Action.SUSPEND, Action.REVOKE, Action.CANCEL, Action.REPORT_LOST
    _change(stage, ian, SUSPENDED, service.Order(suspend, "立案调查期间暂扣", REGULATION), moment)
    _change(
        stage,
        ian,
        "KT-0058",
        service.Order(suspend, "受记过处分,暂扣", REGULATION, until=today + timedelta(days=90)),
        moment,
    )
    _change(stage, stage.hand, "ZL-0022", service.Order(suspend, "暂扣,离岗培训", REGULATION), moment)
    _change(stage, ian, "KT-0067", service.Order(revoke, "利用执法证件谋取私利,吊销", REGULATION), moment)
    _change(stage, stage.hand, "CX-0025", service.Order(revoke, "调查认定严重违规执法,吊销", REGULATION), moment)
    for code in ("KT-0031", "KT-0047", "ZL-0015"):
        actor = ian if code.startswith(KONGTONG[3:]) else stage.hand
        _change(stage, actor, code, service.Order(cancel, "退休,证件收回注销"), moment)
    for code in ("KT-0071", "KT-0074", "JN-0021"):
        actor = ian if code.startswith(KONGTONG[3:]) else stage.hand
        _change(stage, actor, code, service.Order(lost, "本人报告遗失"), moment)
    later = moment + timedelta(days=2)
    service.replace_certificate(
        stage.session, ian, number_of(stage, "KT-0074"), Action.REISSUE, "遗失补发", settings=stage.settings, now=later,
        password=stage.passwords["ian"],
    )  # fmt: skip


def _change(stage: Stage, actor: Actor, code: str, order: service.Order, moment: datetime) -> None:
    service.change(stage.session, actor, number_of(stage, code), order, now=moment, zone=stage.zone)


def seal_some(stage: Stage, codes: Sequence[str], moment: datetime) -> int:
    """Seal a few documents, so that there is something to look at; the job seals the others. Returns how many."""
    service.init_keys(stage.session, stage.hand, stage.settings, now=moment)
    keys, sealed = service.sealing_keys(stage.session, stage.settings, moment), 0
    service.keep_titles(stage.session, now=moment)
    codes_of = service.coder(stage.session, stage.settings, moment)
    for code in codes:
        one = stage.session.scalar(select(Certificate.id).where(Certificate.number == number_of(stage, code)))
        waiting = service.unsealed_of(stage.session, stage.settings, one or 0, codes_of)
        if waiting is not None:
            done = service.sealed_pdf(waiting, keys, stage.settings, moment)
            sealed += service.keep_document(stage.session, stage.hand, waiting, done, keys, now=moment)
    return sealed
