"""Certificates issued on results, and the numbers they got."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from app.core.permissions import Actor
from app.credentials import service
from app.credentials.models import Certificate
from app.credentials.queries import readiness
from app.demo.stage import Stage

BATCH = 200


def issue_to(stage: Stage, codes: Sequence[str], moment: datetime) -> None:
    """Certificates by issuers who have no account here, for those of these people who are ready."""
    _issue(stage, stage.hand, None, codes, moment)


def issue_by_ian(stage: Stage, codes: Sequence[str], moment: datetime) -> None:
    """Certificates by ian, who enters the password again."""
    _issue(stage, stage.cast["ian"], stage.passwords["ian"], codes, moment)


def _issue(stage: Stage, actor: Actor, password: str | None, codes: Sequence[str], moment: datetime) -> None:
    today = moment.astimezone(stage.zone).date()
    wanted = [stage.people[code] for code in codes]
    ready = {row.person_id for row in readiness(stage.session, wanted, today) if row.ready}
    ids = [person for person in wanted if person in ready]
    for start in range(0, len(ids), BATCH):
        service.issue(
            stage.session, actor, ids[start : start + BATCH], settings=stage.settings, now=moment, password=password
        )


def number_of(stage: Stage, code: str) -> str:
    """The number of somebody's newest certificate."""
    statement = select(Certificate.number).where(Certificate.person_id == stage.people[code])
    return stage.session.scalars(statement.order_by(Certificate.id.desc())).first() or ""


def anniversary_of(stage: Stage, days: int) -> date:
    """The day of issue of a certificate of five years whose last day lies so many days after today."""
    return stage.day(years=5, days=days + 1)
