"""Writing specifications: bounds of the regime, and what the bank can fill."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.errors import Invalid, NotFound, Refused, Stale
from app.exams import queries, service
from app.exams.models import ExamSpecification, ExamSpecificationVersion
from app.exams.sitting import Kind
from app.ledger.models import LedgerEntry
from question_bank.items import ItemType, Paper
from question_bank.specification import Cell
from tests.app.exams.conftest import TODAY, add_items, wording
from tests.conftest import START

OUT_OF_BOUNDS = (
    ({"title": " "}, "title"),
    ({"pass_percent": 59}, "pass_percent"),
    ({"pass_percent": 101}, "pass_percent"),
    ({"duration_minutes": 0}, "duration_minutes"),
    ({"attempts": 4}, "attempts"),
    ({"attempts": 0}, "attempts"),
    ({"wait_days": 29}, "wait_days"),
    ({"cells": ()}, "cells"),
    ({"cells": (Cell(None, None, None, 0, Decimal(1)),)}, "cells"),
    ({"cells": (Cell(None, None, None, 1, Decimal(0)),)}, "cells"),
)


def test_a_specification_out_of_bounds_is_refused_at_its_field(session, make_specification):
    for changes, field in OUT_OF_BOUNDS:
        with pytest.raises(Invalid) as caught:
            make_specification(**changes)
        assert caught.value.field == field, changes
    assert session.scalar(select(func.count(ExamSpecification.id))) == 0


def test_an_own_pass_mark_may_be_higher_than_the_regimes(session, make_specification):
    made = make_specification(pass_percent=80)
    assert queries.specification(session, made).pass_percent == 80


def test_what_the_bank_lacks_is_said_cell_by_cell(session, make_specification):
    cells = (
        Cell("行政处罚法", ItemType.SINGLE, None, 5, Decimal(1)),
        Cell(None, ItemType.SINGLE, None, 3, Decimal(1)),
        Cell("行政强制法", ItemType.MULTIPLE, None, 5, Decimal(1)),
    )
    with pytest.raises(service.BankCannotFill) as caught:
        make_specification(cells=cells)
    assert [(fit.available, fit.missing) for fit in caught.value.fits] == [(6, 0), (6, 2), (2, 3)]
    assert "Cell 2 needs 3 questions and falls 2 short" in str(caught.value)
    assert "3 (−3)" in str(caught.value)


def test_a_practice_specification_is_not_bound_by_the_regimes_attempts(session, make_specification):
    made = make_specification(kind=Kind.PRACTICE, attempts=50, wait_days=0, pass_percent=10)
    assert queries.specification(session, made).attempts == 50


def test_the_auxiliary_paper_has_no_pass_mark_of_the_regime_so_one_must_be_stated(session, tan, house):
    add_items(session, "AUXILIARY", "辅助", "TRUE_FALSE", 2)
    cells = (Cell(None, None, None, 2, Decimal(1)),)
    given = {"unit_id": house.bureau, "paper": Paper.AUXILIARY, "kind": Kind.FORMAL, "now": START, "today": TODAY}
    with pytest.raises(Invalid, match="gives no pass mark"):
        service.create_specification(session, tan, code="FZ-1", data=wording(cells=cells), **given)
    made = service.create_specification(session, tan, code="FZ-1", data=wording(cells=cells, pass_percent=70), **given)
    assert queries.specification(session, made).paper == "AUXILIARY"


def test_a_code_out_of_shape_is_refused(make_specification):
    for code in ("", "a b", "中文", "X" * 41, "-A"):
        with pytest.raises(Invalid) as caught:
            make_specification(code=code)
        assert caught.value.field == "code", code


def test_a_code_exists_once(make_specification):
    make_specification(code="GG-1")
    with pytest.raises(Refused, match="already a specification"):
        make_specification(code="gg-1 ")


def test_a_revision_is_a_new_version_and_keeps_the_old_one(session, tan, make_specification):
    made = make_specification()
    service.revise_specification(session, tan, made, 1, wording(duration_minutes=75), now=START, today=TODAY)
    rows = session.scalars(
        select(ExamSpecificationVersion.duration_minutes).order_by(ExamSpecificationVersion.version)
    ).all()
    assert rows == [60, 75]
    assert queries.specification(session, made).duration_minutes == 75
    with pytest.raises(Stale):
        service.revise_specification(session, tan, made, 1, wording(), now=START, today=TODAY)
    events = session.scalars(select(LedgerEntry.event).where(LedgerEntry.event.startswith("exams.spec"))).all()
    assert events == ["exams.specification.created", "exams.specification.revised"]


def test_a_retired_specification_is_not_revised_nor_planned_with(session, tan, make_specification, make_sitting):
    made = make_specification()
    service.retire_specification(session, tan, made, now=START)
    service.retire_specification(session, tan, made, now=START)
    with pytest.raises(Refused):
        service.revise_specification(session, tan, made, 1, wording(), now=START, today=TODAY)
    with pytest.raises(Refused):
        make_sitting(specification=made)
    assert queries.specifications(session) == []


def test_only_the_owners_trainer_writes_it(session, cast, house, make_specification):
    made = make_specification()
    with pytest.raises(NotFound):
        service.revise_specification(session, cast["ou"].actor, made, 1, wording(), now=START, today=TODAY)
    with pytest.raises(NotFound):
        queries.specification(session, made, frozenset({house.other_bureau}))
