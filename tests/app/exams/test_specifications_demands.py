"""What a specification demands beside its cells: stored, checked against the bank, told in words while one edits."""

import dataclasses
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from app.bank.models import Item, ItemVersion
from app.core.errors import Invalid
from app.exams import queries, service
from app.exams.models import ExamSpecification, ExamSpecificationVersion
from app.exams.queries.blueprints import (
    Demands,
    Way,
    blueprint_of,
    read_cells,
    read_demands,
    store_cells,
    store_demands,
)
from app.exams.queries.feasibility import stock_for
from question_bank.assembly import check_form, draw
from question_bank.items import ItemType, Level
from question_bank.specification import Cell, Span, check_specification
from tests.app.exams.conftest import CELLS, TODAY, ZONE, wording
from tests.app.exams.test_pages import _specification_form
from tests.conftest import START

FULL = Demands(
    Span(Decimal("2.5"), Decimal(9)), Span(Decimal(90), None), (("GG-1", "GG-2"),), (("GG-3", "GG-4", "GG-5"),),
    ("情景",), ("听证",), Decimal("0.2"), 2, 5, Decimal("0.25"), Way.PARALLEL, 3,
)  # fmt: skip


def _code(number: int) -> str:
    return f"PUB-行政处罚法-SINGLE-{number}"


def _facility(session, values):
    """Give the questions of the small bank an expected facility, in the order of their versions."""
    for version_id, value in zip(session.scalars(select(ItemVersion.id).order_by(ItemVersion.id)), values, strict=True):
        session.execute(update(ItemVersion).where(ItemVersion.id == version_id).values(difficulty=value))
    session.flush()


def test_demands_come_back_as_they_were_stored_and_old_wordings_demand_nothing():
    assert read_demands(store_demands(FULL)) == FULL
    assert store_demands(Demands()) == {}
    assert read_demands({}) == Demands()
    old = [{"topic": None, "type": "SINGLE", "level": None, "count": 2, "marks": "1.5"}]
    assert read_cells(old) == (Cell(None, ItemType.SINGLE, None, 2, Decimal("1.5")),)
    assert store_cells(read_cells(old)) == old
    lawful = (Cell("处罚", ItemType.MULTIPLE, Level.RECALL, 1, Decimal(2), "行政处罚法"),)
    assert read_cells(store_cells(lawful)) == lawful


def test_a_blueprint_carries_every_demand_to_the_question_bank():
    spec = blueprint_of((Cell(None, None, None, 10, Decimal(1)),), FULL, refs={"GG-1": 11, "GG-2": 12})
    assert spec.together == ((11, 12),)
    assert spec.apart == (("GG-3", "GG-4", "GG-5"),)
    for name in (
        "expected_score", "expected_seconds", "together_tags", "apart_tags", "repeat_share", "most_uses",
        "last_sittings", "most_seen",
    ):  # fmt: skip
        assert getattr(spec, name) == getattr(FULL, name)
    assert check_specification(spec) == ()


def test_a_specification_keeps_its_demands_and_a_revision_may_drop_them(session, tan, bank, make_specification):
    demands = Demands(apart=((_code(0), _code(1)),), way=Way.PARALLEL, forms=1)
    made = make_specification(demands=demands)
    row = queries.specification(session, made)
    assert row.demands == demands
    assert row.blueprint.apart == demands.apart
    service.revise_specification(session, tan, made, 1, wording(), now=START, today=TODAY)
    assert queries.specification(session, made).demands == Demands()
    stored = session.scalars(select(ExamSpecificationVersion.demands).order_by(ExamSpecificationVersion.version)).all()
    assert stored == [{"apart": [[_code(0), _code(1)]], "way": "PARALLEL", "forms": 1}, {}]


SENSELESS = (
    ({"expected_score": Span(Decimal(11))}, "score_low"),
    ({"expected_score": Span(Decimal(5), Decimal(4))}, "score_low"),
    ({"expected_seconds": Span(Decimal(-1))}, "minutes_low"),
    ({"together": ((_code(0),),)}, "together"),
    ({"together": ((_code(0), "GG-404"),)}, "together"),
    ({"apart": ((_code(0), "GG-404"),)}, "apart"),
    ({"repeat_share": Decimal("1.01")}, "repeat_percent"),
    ({"most_seen": Decimal(-1)}, "seen_percent"),
    ({"most_uses": 2}, "most_uses"),
    ({"most_uses": 3, "last_sittings": 2}, "most_uses"),
    ({"way": Way.PARALLEL, "forms": 21}, "forms"),
    ({"forms": 2}, "forms"),
)


@pytest.mark.parametrize(("changes", "field"), SENSELESS)
def test_a_demand_that_makes_no_sense_is_refused_at_its_field(session, make_specification, changes, field):
    with pytest.raises(Invalid) as caught:
        make_specification(demands=Demands(**changes))
    assert caught.value.field == field
    assert session.scalar(select(func.count(ExamSpecification.id))) == 0


def test_demands_that_clash_are_refused_and_named_in_both_languages_by_the_codes_of_questions(
    session, make_specification
):
    split = Demands(apart=((_code(0), _code(1), _code(2), _code(3)),))
    with pytest.raises(service.DemandsClash) as caught:
        make_specification(demands=split)
    told = caught.value.clashes
    assert [one.code for one in told] == ["CLASH_CELL", "CLASH_APART"]
    assert _code(3) in told[1].zh
    assert _code(3) in told[1].en
    assert caught.value.data["clashes"][0]["zh"] == told[0].zh
    assert session.scalar(select(func.count(ExamSpecification.id))) == 0


def test_parallel_forms_need_questions_of_their_own(session, make_specification):
    with pytest.raises(service.DemandsClash) as caught:
        make_specification(demands=Demands(way=Way.PARALLEL, forms=2))
    assert [one.code for one in caught.value.clashes] == ["CLASH_CELL", "CLASH_SHARING"]


def test_a_bound_on_the_score_counts_only_questions_whose_facility_is_known(session, bank, house, make_specification):
    bounded = Demands(expected_score=Span(Decimal(5)))
    with pytest.raises(service.DemandsClash):
        make_specification(demands=bounded)
    _facility(session, [0.5, 0.6, 0.7, 0.8, 0.9, None, 0.5, 0.4])
    made = make_specification(demands=bounded)
    row = queries.specification(session, made)
    found = queries.feasibility(session, row.paper, None, TODAY, row.cells, row.demands, unit_id=house.bureau)
    assert found.fills
    assert (found.pool, found.without_facility, found.without_seconds, found.measured) == (8, 1, 8, 0)
    tight = dataclasses.replace(bounded, expected_score=Span(Decimal("7.9"), None))
    told = queries.feasibility(session, row.paper, None, TODAY, row.cells, tight, unit_id=house.bureau)
    assert [clash.code for clash in told.clashes][-1] == "CLASH_SCORE_LOW"
    assert told.clashes[-1].data["reach"] == "7.8"  # 2 × (0.9 + 0.8 + 0.7 + 0.6) + 2 × (0.5 + 0.4)


def test_the_facility_that_candidates_showed_beats_the_authors(session, bank, house):
    from app.bank.models import ItemFigures

    _facility(session, [0.9] * 8)
    session.add(
        ItemFigures(
            version_id=bank[0], n=200, facility=0.25, facility_low=0.2, facility_high=0.3, discrimination=None,
            discrimination_low=None, discrimination_high=None, sittings=2, candidates=200, flags=[], computed_at=START,
            superseded_at=None,
        )
    )  # fmt: skip
    session.flush()
    cells = (Cell("行政处罚法", ItemType.SINGLE, None, 6, Decimal(1)),)
    found = queries.feasibility(
        session, "PUBLIC_LAW", None, TODAY, cells, Demands(expected_score=Span(Decimal("4.8"))), unit_id=house.bureau
    )
    assert found.measured == 1
    assert found.clashes[-1].data["reach"] == "4.75"  # 5 × 0.9 + 0.25


def test_cells_of_one_law_take_no_other(session, house, bank):
    session.execute(update(ItemVersion).where(ItemVersion.id == bank[0]).values(law="行政强制法"))
    session.flush()
    cells = (Cell(None, ItemType.SINGLE, None, 2, Decimal(1), "行政强制法"),)
    found = queries.feasibility(session, "PUBLIC_LAW", None, TODAY, cells, unit_id=house.bureau)
    assert [(fit.available, fit.missing) for fit in found.fits] == [(1, 1)]


def test_the_check_answers_with_a_part_of_the_page_and_saves_nothing(bank, house, session, sign_in):
    client = sign_in("tan")
    given = _specification_form(house, apart=f"{_code(0)} {_code(1)}，{_code(2)} {_code(3)}")
    answer = client.post("/exams/specifications/check", data=given)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "These demands cannot hold together:" in answer.text
    assert _code(3) in answer.text
    easy = client.post("/exams/specifications/check", data=_specification_form(house, apart=f"{_code(0)} {_code(1)}"))
    assert "The bank can fill this specification." in easy.text
    unknown = client.post("/exams/specifications/check", data=_specification_form(house, together="GG-404 GG-405"))
    assert "GG-404, GG-405" in unknown.text
    assert "The bank can fill" not in unknown.text
    assert session.scalar(select(func.count(ExamSpecification.id))) == 0


def test_the_check_speaks_the_readers_language(bank, house, sign_in):
    client = sign_in("tan")
    given = _specification_form(house, apart=f"{_code(0)} {_code(1)} {_code(2)} {_code(3)}")
    answer = client.post("/exams/specifications/check", data=given, headers={"Accept-Language": "zh"})
    assert "第1个单元需要4题" in answer.text


ODD = (
    {"cells-0-marks": "NaN"}, {"cells-0-count": "-3"}, {"cells-0-item_type": "ESSAY"}, {"score_low": "sNaN"},
    {"minutes_low": "NaN", "minutes_high": "Infinity"}, {"forms": "99999999", "way": "PARALLEL"}, {"unit_id": "x"},
    {"unit_id": "999999"}, {"paper": "NONE"}, {"most_uses": "-1", "last_sittings": "-2"}, {"cells-0-count": "99999"},
)  # fmt: skip


def test_what_is_half_typed_or_odd_is_answered_and_never_fails(bank, house, sign_in):
    client = sign_in("tan")
    for changes in ODD:
        answer = client.post("/exams/specifications/check", data=_specification_form(house, **changes))
        assert answer.status_code == 200, changes
        page = client.post("/exams/specifications/new", data=_specification_form(house, check="1", **changes))
        assert page.status_code in (200, 422), changes


def test_only_who_manages_exams_may_ask(bank, house, sign_in):
    assert sign_in("ou").post("/exams/specifications/check", data={}).status_code == 403


def test_a_trainer_writes_demands_in_the_form_and_finds_them_again(bank, house, session, sign_in):
    _facility(session, [0.5] * 8)
    client = sign_in("tan")
    given = _specification_form(
        house, way="PARALLEL", forms="1", score_low="3", score_high="8", together=f"{_code(0)}；{_code(1)}",
        apart_tags="听证, 情景", repeat_percent="20", most_uses="1", last_sittings="3", seen_percent="30",
        **{"cells-0-law": "行政处罚法"},
    )  # fmt: skip
    assert client.post("/exams/specifications/new", data=given).status_code == 302
    row = queries.specifications(session)[0]
    assert row.demands == Demands(
        expected_score=Span(Decimal(3), Decimal(8)), together=((_code(0), _code(1)),), apart_tags=("听证", "情景"),
        repeat_share=Decimal("0.2"), most_uses=1, last_sittings=3, most_seen=Decimal("0.3"), way=Way.PARALLEL, forms=1,
    )  # fmt: skip
    assert row.cells[0].law == "行政处罚法"
    for language, words in (("en", "Expected score in marks: between 3 and 8"), ("zh", "行政处罚法")):
        page = client.get(f"/exams/specifications/{row.id}", headers={"Accept-Language": language})
        assert page.status_code == 200
        assert words in page.text
    form = client.get(f"/exams/specifications/{row.id}/edit")
    assert f"{_code(0)} {_code(1)}" in form.text
    assert '<details class="field" open>' in form.text


def test_a_clash_on_saving_is_shown_on_the_form(bank, house, session, sign_in):
    given = _specification_form(house, way="PARALLEL", forms="2")
    answer = sign_in("tan").post("/exams/specifications/new", data=given)
    assert answer.status_code == 422
    assert "No paper keeps all demands of this specification" in answer.text
    assert "These demands cannot hold together:" in answer.text
    assert session.scalar(select(func.count(ExamSpecification.id))) == 0


def test_what_the_form_promises_the_paper_keeps(session, bank):
    """The pool as the room builds it, drawn and proven by the library."""
    demands = Demands(apart=((_code(0), _code(1)),))
    held = stock_for(session, "PUBLIC_LAW", None, TODAY, unit_id=None, demands=demands, zone=ZONE)
    spec = blueprint_of(CELLS, demands, refs=held.refs)
    assert held.codes[bank[0]] == _code(0)
    pair = {bank[0], bank[1]}
    for seed in range(5):
        form = draw(spec, held.items, seed)
        assert check_form(form, spec, held.items) == ()
        assert len(pair & {place.ref for place in form.places}) <= 1
    free = blueprint_of(CELLS, Demands())
    assert any(pair <= {place.ref for place in draw(free, held.items, seed).places} for seed in range(20))
    assert session.scalar(select(func.count(Item.id))) == 8
