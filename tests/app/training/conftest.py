"""A class and a programme to begin with."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.accounts.policy import GRANTS, Role
from app.core.permissions import Actor
from app.training import service
from app.training.policy import ClassDraft, Mark, ProgrammeDraft

ZONE = ZoneInfo("Asia/Shanghai")


def at(day, hour=9, minute=0):
    """A local moment in 2026-03 unless a whole date is given, in UTC."""
    day = date(2026, 3, day) if isinstance(day, int) else day
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def draft(**changes):
    """A lecture on 2026-03-10, 09:00 to 12:00, with 2 legal, 2 business and 1 political hours."""
    values = {
        "title": "行政处罚法专题", "form": "LECTURE", "place": "三楼会议室", "starts_at": at(10), "ends_at": at(10, 12),
        "capacity": 3, "hours": {"LAW": Decimal(2), "BUSINESS": Decimal(2), "POLITICAL": Decimal(1)},
    }  # fmt: skip
    return ClassDraft(**{**values, **changes})


@pytest.fixture
def tan(request, house, people):
    """The trainer of the bureau: of the cast where a test has it, else alone with one officer, KT-0001."""
    if {"cast", "sign_in"} & set(request.fixturenames):
        return request.getfixturevalue("cast")["tan"].actor
    people("KT-0001", "欧阳平")
    return Actor(label="tan", grants=dict.fromkeys(GRANTS[Role.TRAINER], frozenset({house.bureau})))


@pytest.fixture
def make_class(session, tan):
    """Plan a class of the bureau; returns its id."""

    def make(unit="PL-KT", now=None, actor=None, **changes):
        return service.create_class(session, actor or tan, unit, draft(**changes), zone=ZONE, now=now or at(2))

    return make


@pytest.fixture
def attend(session, tan):
    """Enrol people by code and mark them on the list once the class is over."""

    def go(class_id, codes, ids, status="ATTENDED", over=None):
        service.enrol_people(session, tan, class_id, codes, today=date(2026, 3, 2), now=at(2))
        marks = [Mark(person_id, status) for person_id in ids]
        return service.take_attendance(session, tan, class_id, marks, "", zone=ZONE, now=over or at(10, 13))

    return go


@pytest.fixture
def make_programme(session, tan):
    """Make a programme of the bureau that runs through 2026-06-30; returns its id."""

    def make(unit="PL-KT", now=None, **changes):
        values = {
            "code": "KT-2026", "title_zh": "持证上岗", "title_en": "Certified on post", "starts": date(2026, 1, 1),
            "deadline": date(2026, 6, 30), "tasks": ("REGISTER", "ROTATE", "CERTIFY"), "kinds": ("OFFICER",),
        }  # fmt: skip
        return service.create_programme(session, tan, unit, ProgrammeDraft(**{**values, **changes}), now or at(2))

    return make
