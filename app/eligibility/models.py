"""Tables of the duty decisions: what was asked, what was known, what was answered. Rows are added and never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from app.core.database import Base, Json


class DecisionRecord(Base):
    """One answered question with everything that is needed to give the answer again.

    `id` is 26 characters that sort by time. `facts` is every fact read, as it was; `fact_ids` names them;
    `rule_versions` maps each rule to a digest of its row in the catalogue and of the regime's switches. `answer` is the
    public answer. `unit_id` is the unit of the first person named.
    """

    __tablename__ = "decision_record"
    __table_args__ = (Index(None, "asked_at"), Index(None, "asked_by_account_id"), Index(None, "unit_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    asked_by_name: Mapped[str] = mapped_column(default="")
    asked_by_account_id: Mapped[int | None]
    question: Mapped[dict[str, Any]]
    act: Mapped[str]
    item: Mapped[str | None]
    place: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    facts_digest: Mapped[str]
    fact_ids: Mapped[list[str]] = mapped_column(Json)
    regime: Mapped[str]
    regime_version: Mapped[str]
    rule_versions: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class DecisionPerson(Base):
    """One person of a decision: where they served when asked about, and what the answer was for them."""

    __tablename__ = "decision_person"
    __table_args__ = (Index(None, "person_id"), Index(None, "unit_id"))

    decision_id: Mapped[str] = mapped_column(ForeignKey("decision_record.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code: Mapped[str]
    outcome: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


def _refuse(_mapper: Mapper[Any], _connection: object, target: object) -> None:
    raise RuntimeError(f"{type(target).__name__} is only ever added to")


for _model in (DecisionRecord, DecisionPerson):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)
