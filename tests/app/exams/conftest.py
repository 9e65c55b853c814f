"""A small bank, a specification over it, and a sitting that opens at ten."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.core.permissions import Actor, P
from app.exams import service
from app.exams.models import AnswerJournal, Attempt, ExamPaper
from app.exams.sitting import Kind
from question_bank.items import ItemType, Level, Paper
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell
from tests.conftest import START

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 2)
OPENS = START + timedelta(hours=1)
CLOSES = START + timedelta(hours=4)
CELLS = (
    Cell("行政处罚法", ItemType.SINGLE, None, 4, Decimal(2)),
    Cell("行政强制法", ItemType.MULTIPLE, None, 1, Decimal(2)),
)


def add_items(session: Session, paper: str, topic: str, type_: str, count: int) -> list[int]:
    """Final questions as papers draw them; single choice B, multiple choice ABD, true/false T. Returns version ids."""
    from app.bank.models import Item, ItemVersion

    made = []
    for index in range(count):
        code = f"{paper[:3]}-{topic}-{type_}-{index}"
        item = Item(code=code, paper=paper, status="FINAL", latest=1, in_use=1, created_at=START)
        session.add(item)
        session.flush()
        options = [] if type_ == "TRUE_FALSE" else [[key, f"{code} 选项{key}"] for key in "ABCD"]
        key = {"SINGLE": ["B"], "MULTIPLE": ["A", "B", "D"], "TRUE_FALSE": ["T"]}[type_]
        version = ItemVersion(
            item_id=item.id, number=1, type=type_, stem=f"题干 {code}", options=options, key=key, anchored=[],
            explanation=f"解析 {code}", topic=topic, law="行政处罚法", edition="2021-01-22", article="42",
            level=Level.RECALL.value, difficulty=None, tags=[], overlay=None, source_fact=None, fingerprint=code,
            digest=code, author_account_id=None, author_label="test", created_at=START,
        )  # fmt: skip
        session.add(version)
        session.flush()
        made.append(version.id)
    return made


@pytest.fixture
def bank(session: Session) -> list[int]:
    """Six single choice questions on penalties and two multiple choice on compulsion, for the public-law paper."""
    return add_items(session, "PUBLIC_LAW", "行政处罚法", "SINGLE", 6) + add_items(
        session, "PUBLIC_LAW", "行政强制法", "MULTIPLE", 2
    )


def wording(**changes) -> service.SpecificationData:
    """What the specification of these tests says; keywords change it."""
    values = {
        "title": "公共法律知识", "pass_percent": None, "duration_minutes": 60, "attempts": 3, "period_days": 365,
        "wait_days": 30, "shuffle_items": True, "shuffle_options": True, "scoring": ScoringPolicy.ALL_OR_NOTHING,
        "cells": CELLS,
    }  # fmt: skip
    return service.SpecificationData(**{**values, **changes})


def plan(specification_id: int, **changes) -> service.SittingData:
    """What the sitting of these tests is; keywords change it."""
    values = {
        "title": "三月考试", "specification_id": specification_id, "opens_at": OPENS, "closes_at": CLOSES,
        "duration_minutes": 60, "rooms": (service.RoomData("一教室", 30, "西大街 1 号"),), "invigilators": ("inv",),
    }  # fmt: skip
    return service.SittingData(**{**values, **changes})


@pytest.fixture
def tan(cast) -> Actor:
    """The trainer."""
    return cast["tan"].actor


@pytest.fixture
def make_specification(session, bank, tan, house) -> Callable[..., int]:
    """Make a specification of the bureau; keywords change its wording."""

    def make(code: str = "GG-1", kind: Kind = Kind.FORMAL, **changes) -> int:
        return service.create_specification(
            session, tan, code=code, unit_id=house.bureau, paper=Paper.PUBLIC_LAW, kind=kind, data=wording(**changes),
            now=START, today=TODAY,
        )  # fmt: skip

    return make


@pytest.fixture
def make_sitting(session, make_specification, tan, house) -> Callable[..., int]:
    """Plan and announce a sitting and admit people by code; keywords change the plan."""
    counter = iter(range(1, 100))

    def make(
        *codes: str,
        kind: Kind = Kind.FORMAL,
        specification: int | None = None,
        announced: bool = True,
        at=START,
        **changes,
    ):
        chosen = specification or make_specification(code=f"GG-{next(counter)}", kind=kind)
        sitting_id = service.plan_sitting(session, tan, house.bureau, plan(chosen, **changes), now=at)
        if codes:
            report = service.admit_codes(session, tan, sitting_id, codes, now=at, zone=ZONE)
            assert report.refused == ()
        if announced:
            service.announce(session, tan, sitting_id, now=at)
        return sitting_id

    return make


def candidate(person_id: int) -> Actor:
    """Somebody who sits an exam."""
    return Actor(label=f"person-{person_id}", account_id=None, person_id=person_id, grants={P.SELF: None})


@dataclass
class Writer:
    """Writes on papers as a browser does."""

    session: Session

    def start(self, person_id: int, sitting_id: int, now: datetime = OPENS, device: str = "d1") -> service.Started:
        return service.start_attempt(self.session, candidate(person_id), sitting_id, device, now=now, zone=ZONE)

    def answer(self, attempt_id: int, position: int, value: str, now: datetime = OPENS) -> None:
        attempt = self.session.get(Attempt, attempt_id)
        attempt.last_sequence += 1
        self.session.add(
            AnswerJournal(
                attempt_id=attempt_id, sequence=attempt.last_sequence, position=position, value=value,
                client_id=f"c{attempt.last_sequence}", client_at=None, saved_at=now, late=False,
            )
        )  # fmt: skip
        self.session.flush()

    def answer_rightly(self, attempt_id: int, count: int) -> None:
        """The first `count` places by their keys, the rest wrongly."""
        from app.bank.queries import versions

        places = self.session.get(ExamPaper, self.session.get(Attempt, attempt_id).paper_id).places
        items = versions(self.session, [place["ref"] for place in places])
        for position, place in enumerate(places, 1):
            right = "".join(items[place["ref"]].key)
            self.answer(attempt_id, position, right if position <= count else "C")

    def submit(self, attempt_id: int, now: datetime = OPENS + timedelta(minutes=30)) -> service.Receipt:
        person_id = self.session.get(Attempt, attempt_id).person_id
        return service.submit(self.session, candidate(person_id), attempt_id, now=now)

    def sit(self, person_id: int, sitting_id: int, right: int, now: datetime = OPENS) -> int:
        """Start, answer so many rightly, hand in; returns the attempt."""
        started = self.start(person_id, sitting_id, now)
        self.answer_rightly(started.attempt_id, right)
        self.submit(started.attempt_id, now + timedelta(minutes=30))
        return started.attempt_id


@pytest.fixture
def writer(session) -> Writer:
    """Somebody who writes on papers."""
    return Writer(session)
