"""Drawing papers: one each, checked, repeatable, never changed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.errors import NotFound, Refused
from app.exams import jobs, queries, service
from app.exams.models import ExamPaper, Sitting
from app.exams.service.sources import digest_of, source_of
from question_bank.assembly import Form, Placed, check_form, draw
from tests.app.exams.conftest import OPENS, ZONE
from tests.conftest import START


def _papers(session, sitting):
    return session.scalars(select(ExamPaper).where(ExamPaper.sitting_id == sitting).order_by(ExamPaper.id)).all()


def test_every_candidate_gets_a_paper_that_keeps_the_specification(session, tan, people, make_sitting):
    codes = [f"KT-01{n:02}" for n in range(4)]
    for code in codes:
        people(code)
    sitting = make_sitting(*codes)
    done = service.generate_papers(session, tan, sitting, now=START, zone=ZONE)
    assert (done.made, done.waiting) == (4, 0)
    source = source_of(session, session.get(Sitting, sitting), ZONE)
    papers = _papers(session, sitting)
    assert len({paper.seed for paper in papers}) == 4
    for paper in papers:
        form = draw(source.blueprint, source.pool, paper.seed)
        assert [place["ref"] for place in paper.places] == [place.ref for place in form.places]
        kept = Form(
            paper.seed,
            tuple(
                Placed(p["ref"], f.marks, tuple(p["order"]), p["cell"])
                for p, f in zip(paper.places, form.places, strict=True)
            ),
        )
        assert check_form(kept, source.blueprint, source.pool) == ()
        assert paper.digest == digest_of(paper.places)


def test_drawing_again_changes_nothing_and_draws_only_what_is_missing(session, tan, people, make_sitting):
    for code in ("KT-0101", "KT-0102", "KT-0103"):
        people(code)
    sitting = make_sitting("KT-0101", "KT-0102")
    assert service.generate_papers(session, tan, sitting, now=START, zone=ZONE, most=1).waiting == 1
    assert service.generate_papers(session, tan, sitting, now=START, zone=ZONE).made == 1
    before = [(paper.id, paper.digest) for paper in _papers(session, sitting)]
    service.admit_codes(session, tan, sitting, ["KT-0103"], now=START, zone=ZONE)
    assert service.generate_papers(session, tan, sitting, now=START, zone=ZONE).made == 1
    assert service.generate_papers(session, tan, sitting, now=START, zone=ZONE).made == 0
    assert [(paper.id, paper.digest) for paper in _papers(session, sitting)][:2] == before


def test_the_job_draws_what_opens_within_a_day_and_nothing_earlier(application, session, people, make_sitting):
    for code in ("KT-0101", "KT-0102"):
        people(code)
    make_sitting("KT-0101")
    later = {"opens_at": START + timedelta(hours=25), "closes_at": START + timedelta(hours=28)}
    make_sitting("KT-0102", **later)
    session.commit()
    with application.app_context():
        assert jobs.generate_due_papers(START) == 1
        assert jobs.generate_due_papers(START) == 0
        assert jobs.generate_due_papers(START + timedelta(hours=1, minutes=1)) == 1


def test_a_bank_that_shrank_is_reported_and_does_not_stop_other_sittings(
    application, session, bank, people, make_sitting, tan
):
    from app.bank.models import Item

    people("KT-0101")
    sitting = make_sitting("KT-0101")
    for item in session.scalars(select(Item).order_by(Item.id).limit(3)):
        item.in_use, item.status = None, "RETIRED"
    session.commit()
    with pytest.raises(Refused, match="can no longer fill cell 1"):
        service.generate_papers(session, tan, sitting, now=START, zone=ZONE)
    with application.app_context():
        assert jobs.generate_due_papers(START) == 0
    assert session.scalar(select(func.count(ExamPaper.id))) == 0


def test_a_candidate_without_a_paper_gets_one_at_the_start(session, people, make_sitting, writer):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    assert _papers(session, sitting) == []
    writer.start(person, sitting)
    assert len(_papers(session, sitting)) == 1


def test_a_second_practice_paper_avoids_the_questions_of_the_first_as_far_as_the_bank_allows(
    session, people, make_sitting, writer
):
    from app.exams.sitting import Kind

    person = people("KT-0101")
    sitting = make_sitting(kind=Kind.PRACTICE, open_practice=True)
    writer.sit(person, sitting, 5)
    writer.sit(person, sitting, 5, OPENS + timedelta(hours=1))
    first, second = ({place["ref"] for place in paper.places} for paper in _papers(session, sitting))
    assert len(first & second) == 2


def test_papers_are_not_drawn_for_a_draft_or_by_a_stranger(session, tan, cast, people, make_sitting):
    people("KT-0101")
    sitting = make_sitting("KT-0101", announced=False)
    with pytest.raises(Refused):
        service.generate_papers(session, tan, sitting, now=START, zone=ZONE)
    with pytest.raises(NotFound):
        service.generate_papers(session, cast["sun"].actor, sitting, now=START, zone=ZONE)


def test_what_the_candidate_is_shown_holds_no_key_and_no_explanation(session, people, make_sitting, writer):
    started = writer.start(people("KT-0101"), make_sitting("KT-0101"))
    attempt = queries.own_attempt(session, people("KT-0102") - 1, started.attempt_id)
    shown = queries.shown_places(session, attempt.paper_id)
    assert len(shown) == 5
    assert {option.letter for option in shown[0].options} == set("ABCD")
    assert "解析" not in repr(shown)
    assert sorted(shown[0].__dataclass_fields__) == [
        "blanks", "longest", "longest_blank", "marks", "options", "parts", "pictures", "pieces", "points", "position",
        "prompts", "stem", "type",
    ]  # fmt: skip


def test_a_paper_drawn_holds_to_its_version_when_the_specification_is_revised(
    session, tan, people, make_sitting, make_specification
):
    from tests.app.exams.conftest import TODAY, wording

    people("KT-0101")
    made = make_specification(code="GG-77")
    sitting = make_sitting("KT-0101", specification=made)
    service.generate_papers(session, tan, sitting, now=START, zone=ZONE)
    service.revise_specification(session, tan, made, 1, wording(title="新"), now=START, today=TODAY)
    assert queries.sitting(session, sitting, START).specification == "公共法律知识"
