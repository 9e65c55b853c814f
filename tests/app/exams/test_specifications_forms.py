"""Parallel forms: made once, proven, kept, dealt so that neighbours differ, printed; and make-up sittings."""

import io
from datetime import timedelta
from decimal import Decimal

import docx
import pytest
from sqlalchemy import select, update

from app.bank.models import Item, ItemVersion
from app.core.errors import Invalid, Refused
from app.exams import queries, service
from app.exams.models import ExamAssembly, ExamForm, ExamPaper, Sitting
from app.exams.queries.blueprints import Demands, Way
from app.exams.service.sources import digest_of, source_of
from app.exams.sitting import Kind
from app.ledger.models import LedgerEntry
from question_bank.assembly import Form, Placed, check_assembly
from question_bank.items import ItemType
from question_bank.specification import Cell, Span
from tests.app.exams.conftest import CLOSES, OPENS, ZONE, plan
from tests.conftest import START, refused

TWO = (Cell("行政处罚法", ItemType.SINGLE, None, 3, Decimal(2)),)
PARALLEL = Demands(way=Way.PARALLEL, forms=2)
CODES = [f"KT-01{n:02}" for n in range(1, 6)]


@pytest.fixture
def parallel(session, bank, people, make_specification, make_sitting):
    """A sitting of five candidates over two forms of three questions, from six of which the facility is known."""
    session.execute(update(ItemVersion).values(difficulty=0.5))
    session.execute(update(ItemVersion).where(ItemVersion.id.in_(bank[:2])).values(difficulty=0.9))
    for code in CODES:
        people(code)
    return make_sitting(*CODES, specification=make_specification(cells=TWO, demands=PARALLEL))


def _papers(session, sitting):
    return session.scalars(select(ExamPaper).where(ExamPaper.sitting_id == sitting).order_by(ExamPaper.id)).all()


def _events(session, prefix):
    return session.scalars(
        select(LedgerEntry).where(LedgerEntry.event.startswith(prefix)).order_by(LedgerEntry.sequence)
    ).all()  # fmt: skip


def test_forms_are_made_once_proven_and_kept_with_what_is_known_of_them(session, tan, bank, parallel):
    done = service.generate_papers(session, tan, parallel, now=START, zone=ZONE, most=2)
    assert (done.made, done.waiting) == (2, 3)
    service.generate_papers(session, tan, parallel, now=START, zone=ZONE)
    assembly = session.scalars(select(ExamAssembly)).one()
    forms = session.scalars(select(ExamForm).order_by(ExamForm.number)).all()
    source = source_of(session, session.get(Sitting, parallel), ZONE)
    laid = tuple(
        Form(one.seed, tuple(Placed(p["ref"], Decimal(p["marks"]), tuple(p["order"]), p["cell"]) for p in one.places))
        for one in forms
    )
    assert check_assembly(laid, source.blueprint, source.pool) == ()
    assert [digest_of(one.places) for one in forms] == [one.digest for one in forms]
    assert {place["ref"] for one in forms for place in one.places} == set(bank[:6])
    # the two easy questions stand apart: only then are both worth 2 × (0.9 + 0.5 + 0.5)
    assert [one.expected_score for one in forms] == [Decimal("3.80")] * 2
    assert (assembly.objective, assembly.bound, assembly.gap) == pytest.approx((0, 0, 0), abs=1e-6)
    assert (assembly.method, assembly.status, assembly.assumed) == ("PROGRAMME", "OPTIMAL", 0)
    papers = _papers(session, parallel)
    assert sorted(paper.form_id for paper in papers) in (
        [forms[0].id] * 2 + [forms[1].id] * 3,
        [forms[0].id] * 3 + [forms[1].id] * 2,
    )
    by_id = {one.id: one for one in forms}
    assert all(paper.digest == by_id[paper.form_id].digest for paper in papers)
    made = _events(session, "exams.forms")
    assert len(made) == 1
    assert made[0].after["forms"] == [one.digest for one in forms]
    assert made[0].after["objective"] == assembly.objective


def test_neighbours_get_different_forms(session, tan, parallel):
    service.assign_seats(session, tan, parallel, now=START)
    service.generate_papers(session, tan, parallel, now=START, zone=ZONE)
    seats = {row.person_id: row.seat for row in queries.candidates(session, parallel)}
    dealt = dict(sorted((seats[paper.person_id], paper.form_id) for paper in _papers(session, parallel)))
    assert len(set(dealt.values())) == 2
    assert all(dealt[seat] != dealt[seat + 1] for seat in range(1, 5))


def test_forms_beside_papers_by_lot_are_shown_on_the_sittings_page(session, tan, parallel, sign_in):
    client = sign_in("tan")
    assert "The forms are made with the first papers" in client.get(f"/exams/sittings/{parallel}").text
    assert client.post(f"/exams/sittings/{parallel}/forms").status_code == 302
    assert client.post(f"/exams/sittings/{parallel}/forms").status_code == 302
    assert session.scalars(select(ExamAssembly.number).order_by(ExamAssembly.number)).all() == [1, 2]
    row = queries.assembly_of(session, parallel)
    assert row.number == 2
    assert [one.name for one in row.differences] == ["SCORE", "INFORMATION", "INFORMATION", "INFORMATION"]
    assert row.lot_objective is not None
    assert row.lot_objective >= row.objective
    page = client.get(f"/exams/sittings/{parallel}").text
    assert "no more even forms exist" in page
    assert "information at ability -1" in page
    assert "Make the forms anew" in page
    assert client.get(f"/exams/sittings/{parallel}", headers={"Accept-Language": "zh"}).status_code == 200


def test_forms_that_were_dealt_stand(session, tan, parallel):
    service.generate_papers(session, tan, parallel, now=START, zone=ZONE, most=1)
    with refused(Refused, "papers-drawn-forms"):
        service.make_forms(session, tan, parallel, now=START, zone=ZONE)


def test_a_sitting_whose_papers_go_by_lot_has_no_forms(session, tan, people, make_sitting):
    people("KT-0101")
    sitting = make_sitting("KT-0101")
    with refused(Refused, "not-parallel"):
        service.make_forms(session, tan, sitting, now=START, zone=ZONE)
    service.generate_papers(session, tan, sitting, now=START, zone=ZONE)
    assert [paper.form_id for paper in _papers(session, sitting)] == [None]


def test_a_form_with_a_question_that_may_no_longer_be_used_is_not_dealt(session, tan, parallel):
    service.make_forms(session, tan, parallel, now=START, zone=ZONE)
    forms = session.scalars(select(ExamForm).order_by(ExamForm.number)).all()

    def retire(form):
        version = session.get(ItemVersion, form.places[0]["ref"])
        session.execute(update(Item).where(Item.id == version.item_id).values(in_use=None, status="RETIRED"))
        session.flush()

    retire(forms[0])
    service.generate_papers(session, tan, parallel, now=START, zone=ZONE, most=2)
    assert {paper.form_id for paper in _papers(session, parallel)} == {forms[1].id}
    retire(forms[1])
    with refused(Refused, "forms-outdated"):
        service.generate_papers(session, tan, parallel, now=START, zone=ZONE)


def test_a_second_paper_is_another_form(session, people, make_specification, make_sitting, writer):
    person = people("KT-0101")
    chosen = make_specification(cells=TWO, demands=PARALLEL, kind=Kind.PRACTICE)
    sitting = make_sitting(specification=chosen, kind=Kind.PRACTICE, open_practice=True)
    for hours in range(3):
        writer.sit(person, sitting, 3, OPENS + timedelta(hours=hours / 2))
    first, second, third = (paper.form_id for paper in _papers(session, sitting))
    assert first != second
    assert third in (first, second)


def test_a_form_and_its_key_are_printed_as_word_and_the_ledger_knows(session, tan, parallel, sign_in):
    client = sign_in("tan")
    assert client.post(f"/exams/sittings/{parallel}/forms/1/print").status_code == 404
    client.post(f"/exams/sittings/{parallel}/forms")
    paper = client.post(f"/exams/sittings/{parallel}/forms/1/print")
    key = client.post(f"/exams/sittings/{parallel}/forms/1/print", data={"key": "1"})
    assert paper.headers["Content-Disposition"].endswith(f'sitting-{parallel}-form-01.docx"')

    def words(answer):
        document = docx.Document(io.BytesIO(answer.data))
        tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(line.text for line in document.paragraphs), *tables])

    form = session.scalars(select(ExamForm).where(ExamForm.number == 1)).first()
    stems = [session.get(ItemVersion, place["ref"]).stem for place in form.places]
    assert all(stem in words(paper) for stem in stems)
    assert "解析" not in words(paper)
    assert "解析" in words(key)
    assert [entry.after["key"] for entry in _events(session, "exams.form.printed")] == [False, True]
    assert client.post(f"/exams/sittings/{parallel}/forms/3/print").status_code == 404
    for name in ("sun", "inv", "ou"):
        assert sign_in(name).post(f"/exams/sittings/{parallel}/forms/1/print").status_code in (403, 404)


def test_a_make_up_paper_repeats_no_more_than_its_share_whatever_the_version(
    session, tan, people, bank, make_specification, make_sitting
):
    people("KT-0101")
    people("KT-0102")
    cells = (Cell("行政处罚法", ItemType.SINGLE, None, 4, Decimal(1)),)
    chosen = make_specification(cells=cells, demands=Demands(repeat_share=Decimal("0.5")))
    first = make_sitting("KT-0101", specification=chosen)
    service.generate_papers(session, tan, first, now=START, zone=ZONE)
    used = {place["ref"] for place in _papers(session, first)[0].places}
    again = make_sitting(
        "KT-0102", specification=chosen, repeats_id=first, opens_at=OPENS + timedelta(days=1),
        closes_at=CLOSES + timedelta(days=1),
    )  # fmt: skip
    source = source_of(session, session.get(Sitting, again), ZONE)
    assert source.earlier == used
    service.generate_papers(session, tan, again, now=START, zone=ZONE)
    drawn = {place["ref"] for place in _papers(session, again)[0].places}
    assert len(drawn & used) == 2  # six questions, four of them used: two fresh and two repeated
    third = make_sitting(
        specification=chosen, repeats_id=again, opens_at=OPENS + timedelta(days=2), closes_at=CLOSES + timedelta(days=2)
    )
    assert source_of(session, session.get(Sitting, third), ZONE).earlier == used | drawn


def test_a_make_up_paper_that_must_repeat_too_much_is_refused(session, tan, people, make_specification, make_sitting):
    for code in ("KT-0101", "KT-0102"):
        people(code)
    cells = (Cell("行政处罚法", ItemType.SINGLE, None, 4, Decimal(1)),)
    chosen = make_specification(cells=cells, demands=Demands(repeat_share=Decimal("0.25")))
    first = make_sitting("KT-0101", specification=chosen)
    service.generate_papers(session, tan, first, now=START, zone=ZONE)
    again = make_sitting("KT-0102", specification=chosen, repeats_id=first)
    with refused(Refused, "bank-cannot-fill-now"):
        service.generate_papers(session, tan, again, now=START, zone=ZONE)
    assert _papers(session, again) == []


def test_a_sitting_is_no_make_up_of_itself_nor_of_another_paper(session, tan, make_specification, make_sitting):
    chosen = make_specification()
    sitting = make_sitting(specification=chosen)
    with refused(Invalid, "repeats-itself"):
        service.change_sitting(session, tan, sitting, 2, plan(chosen, repeats_id=sitting), now=START, zone=ZONE)
    with refused(Invalid, "repeated-unknown"):
        make_sitting(specification=chosen, repeats_id=99999)


def test_a_question_used_as_often_as_allowed_is_not_used_again(
    session, tan, people, bank, make_specification, make_sitting
):
    for code in ("KT-0101", "KT-0102"):
        people(code)
    cells = (Cell("行政处罚法", ItemType.SINGLE, None, 3, Decimal(1)),)
    chosen = make_specification(cells=cells, demands=Demands(most_uses=1, last_sittings=2))
    first = make_sitting("KT-0101", specification=chosen)
    later = make_sitting(
        "KT-0102", specification=chosen, opens_at=OPENS + timedelta(days=1), closes_at=CLOSES + timedelta(days=1)
    )
    service.generate_papers(session, tan, first, now=START, zone=ZONE)
    service.generate_papers(session, tan, later, now=START, zone=ZONE)
    one, two = ({place["ref"] for place in _papers(session, sitting)[0].places} for sitting in (first, later))
    assert not one & two
    third = make_sitting(specification=chosen, opens_at=OPENS + timedelta(days=2), closes_at=CLOSES + timedelta(days=2))
    assert set(source_of(session, session.get(Sitting, third), ZONE).wear.uses) == two


def test_papers_that_must_be_searched_for_are_made_a_few_at_a_time(
    session, tan, bank, people, make_specification, make_sitting
):
    session.execute(update(ItemVersion).values(difficulty=0.5))
    session.flush()
    codes = [f"KT-02{n:02}" for n in range(22)]
    for code in codes:
        people(code)
    chosen = make_specification(demands=Demands(expected_score=Span(Decimal(1), Decimal(9))))
    sitting = make_sitting(*codes, specification=chosen)
    done = service.generate_papers(session, tan, sitting, now=START, zone=ZONE, most=200)
    assert (done.made, done.waiting) == (20, 2)
