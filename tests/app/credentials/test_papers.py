"""Pocket cards, class certificates and result slips: asked for once, sealed once, checked by anybody."""

import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.core.errors import NotFound, Refused
from app.credentials import jobs, queries, service
from app.credentials.models import Certificate, IssuedDocument, Paper, PaperDocument, SealedPaper
from app.credentials.queries import PaperKind
from app.ledger.models import LedgerEntry
from certificates.layout import layout_of, layouts
from certificates.verify import Outcome, verify_pdf
from tests.app.credentials.conftest import add_photo, add_result
from tests.conftest import START

one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def holder(cast):
    return cast["ou"].actor


@pytest.fixture
def held(session, holder, sittings, issue):
    """ou's certificate in force, with both results released."""
    for sitting in sittings.values():
        add_result(session, sitting, holder.person_id, date(2026, 2, 20))
    add_photo(session, holder.person_id)
    return issue(holder.person_id)


@pytest.fixture
def attended(session, house, holder) -> int:
    """ou attended a class of two days that gave 6 hours of law and 2.5 of business; the attendance's id."""
    from app.training.models import Attendance, ClassHours, TrainingClass

    row = TrainingClass(
        title="市容法规轮训", form="IN_PERSON", place="局会议室", starts_at=START - timedelta(days=5),
        ends_at=START - timedelta(days=4), last_day=date(2026, 2, 26), capacity=30, unit_id=house.bureau,
        programme_id=None, task=None, plan_id=None, credit_year=2026, room_secret="s", cancelled_at=None,
        created_at=START, created_by="tan",
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all([ClassHours(class_id=row.id, category="LAW", tenths=60)])
    session.add_all([ClassHours(class_id=row.id, category="BUSINESS", tenths=25)])
    mark = Attendance(
        class_id=row.id, person_id=holder.person_id, status="ATTENDED", method="LIST", valid_from=date(2026, 2, 25),
        valid_to=date(2026, 2, 26), recorded_at=START - timedelta(days=3), recorded_by="tan",
    )  # fmt: skip
    session.add(mark)
    session.flush()
    return mark.id


@pytest.fixture
def seal(application, session, clock):
    """Run the sweeps of the sealing process that make files; returns how many papers were sealed."""

    def run() -> int:
        session.commit()
        with application.test_request_context():
            jobs.seal_issued(clock.now())
            return jobs.seal_papers(clock.now())

    return run


def result_of(session, holder) -> int:
    from app.exams.queries import passes

    return passes(session, [holder.person_id])[holder.person_id][0].id


def test_each_paper_is_sealed_once_genuine_and_keeps_the_layout_it_was_drawn_by(
    session, site, clock, holder, held, attended, seal
):
    seal()
    subjects = {PaperKind.POCKET: held.id, PaperKind.TRAINING: attended, PaperKind.RESULT: result_of(session, holder)}
    for kind, subject in subjects.items():
        first = service.ask_paper(session, holder, kind, subject, settings=site, now=clock.now())
        assert service.ask_paper(session, holder, kind, subject, settings=site, now=clock.now()) == first
    assert seal() == 3
    assert seal() == 0
    root = service.seal_keys(site, clock.now()).root_pem
    for paper, document in session.execute(select(Paper, PaperDocument).join(PaperDocument)):
        verdict = verify_pdf(document.content, [root], clock.now())
        assert (verdict.outcome, verdict.certificate_number) == (Outcome.GENUINE, paper.number)
        assert verdict.sha256 == document.sha256
        assert paper.layout == layout_of(paper.layout.rpartition("-")[0]).key
    noted = session.scalars(select(SealedPaper.kind).where(SealedPaper.kind.in_(["pocket", "training", "result"])))
    assert sorted(noted) == ["pocket", "result", "training"]
    told = session.scalars(select(LedgerEntry.event).where(LedgerEntry.event.startswith("credentials.paper."))).all()
    assert sorted(told) == ["credentials.paper.asked"] * 3 + ["credentials.paper.sealed"] * 3
    assert session.scalars(select(IssuedDocument.layout)).one() == layout_of("certificate").key


@one_engine
def test_a_pocket_card_bears_its_certificates_number_code_and_what_its_qr_code_says(
    session, site, clock, holder, held, seal
):
    seal()
    service.ask_paper(session, holder, PaperKind.POCKET, held.id, settings=site, now=clock.now())
    paper, one = session.scalars(select(Paper)).one(), session.get(Certificate, held.id)
    said = session.scalars(select(IssuedDocument.code_text)).one()
    assert (paper.number, paper.check_code) == (one.number, one.check_code)
    assert paper.shown["codes"]["code"] == said or not said
    assert paper.photo_sha256 == one.photo_sha256


def test_no_pocket_card_of_what_is_not_sealed_not_in_force_or_not_ones_own(
    session, site, clock, cast, operator, holder, held, seal
):
    ask = {"settings": site, "now": clock.now()}
    with pytest.raises(Refused) as refused:
        service.ask_paper(session, holder, PaperKind.POCKET, held.id, **ask)
    assert refused.value.code == "not-sealed-yet"
    seal()
    with pytest.raises(NotFound):
        service.ask_paper(session, cast["stranger"].actor, PaperKind.POCKET, held.id, **ask)
    with pytest.raises(NotFound):
        service.ask_paper(session, holder, PaperKind.POCKET, 10**6, **ask)
    service.revoke(session, operator, held.number, "错发", now=clock.now(), zone=site.zone, legal_basis="办法第二十条")
    clock.forward(minutes=1)
    with pytest.raises(Refused) as refused:
        service.ask_paper(session, holder, PaperKind.POCKET, held.id, settings=site, now=clock.now())
    assert refused.value.code == "not-in-force"
    assert session.scalars(select(Paper)).all() == []


@one_engine
def test_a_class_certificate_states_days_and_hours_and_is_for_the_one_who_attended(
    session, site, clock, cast, holder, attended
):
    with pytest.raises(NotFound):
        service.ask_paper(session, cast["tan"].actor, PaperKind.TRAINING, attended, settings=site, now=clock.now())
    service.ask_paper(session, holder, PaperKind.TRAINING, attended, settings=site, now=clock.now())
    paper = session.scalars(select(Paper)).one()
    assert paper.number == "培训证〔2026〕000001"
    assert paper.shown["texts"]["sentence"][0] == (
        "于2026年2月25日至2026年2月26日参加“市容法规轮训”，经考勤确认，计8.5学时。"
    )
    assert paper.shown["texts"]["hours"] == ["业务 2.5；法律 6", "professional 2.5; law 6"]


@one_engine
def test_a_result_slip_states_the_released_result(session, site, clock, holder, held):
    found = result_of(session, holder)
    service.ask_paper(session, holder, PaperKind.RESULT, found, settings=site, now=clock.now())
    texts = session.scalars(select(Paper)).one().shown["texts"]
    assert texts["score"] == ["80", ""]
    assert texts["marks"] == ["满分 100，合格线 60", "Out of 100, pass mark 60"]
    assert texts["result"] == ["合格", "Passed"]
    assert texts["released"][0] == "2026年2月20日 14:00"


@one_engine
def test_a_result_that_is_not_released_has_no_slip(session, site, clock, holder, held):
    from app.exams.models import Result, Sitting

    found = result_of(session, holder)
    session.get(Sitting, session.get(Result, found).sitting_id).released_at = None
    session.flush()
    with pytest.raises(NotFound):
        service.ask_paper(session, holder, PaperKind.RESULT, found, settings=site, now=clock.now())


@one_engine
def test_the_holder_asks_on_the_page_and_downloads_the_sealed_file(sign_in, session, holder, held, attended, seal):
    seal()
    browser = sign_in("ou")
    page = browser.get("/credentials/papers").text
    assert page.count("Ask for it") == 4  # the card, the class and two results
    answer = browser.post("/credentials/papers", data={"kind": "TRAINING", "subject": attended})
    assert answer.status_code == 302
    assert "Being sealed" in browser.get("/credentials/papers").text
    assert seal() == 1
    page = browser.get("/credentials/papers").text
    path = re.search(r"/credentials/papers/\d+\.pdf", page).group()
    assert browser.get(path).data == session.scalars(select(PaperDocument.content)).one()
    assert browser.post("/credentials/papers", data={"kind": "TRAINING", "subject": 10**6}).status_code in {404, 422}
    assert browser.post("/credentials/papers", data={"kind": "OTHER", "subject": attended}).status_code == 422
    assert sign_in("lay").get(path).status_code in {403, 404}


@one_engine
def test_a_stranger_is_told_of_a_slip_by_number_and_code_and_by_the_file(
    client, session, site, clock, holder, held, seal
):
    service.ask_paper(session, holder, PaperKind.RESULT, result_of(session, holder), settings=site, now=clock.now())
    seal()
    paper = session.scalars(select(Paper)).one()
    right = client.get(f"/verify/{paper.number}?code={paper.check_code}")
    assert right.status_code == 200
    assert "Passed" in right.text
    assert "欧**" in right.text
    assert "欧阳平" not in right.text
    assert client.get(f"/verify/{paper.number}?code=AAAAAAAA").status_code == 404
    content = session.scalars(select(PaperDocument.content)).one()
    page = client.post("/verify", data={"file": (io.BytesIO(content), "slip.pdf")}).text
    assert "Genuine and unchanged" in page
    assert "the same, byte for byte" in page
    assert "This paper was issued here" in page


@one_engine
def test_the_file_of_a_pocket_card_is_known_and_answers_for_its_certificate(session, site, clock, holder, held, seal):
    seal()
    service.ask_paper(session, holder, PaperKind.POCKET, held.id, settings=site, now=clock.now())
    seal()
    content = session.scalars(select(PaperDocument.content)).one()
    found = service.check_file(session, content, None, settings=site, now=clock.now())
    assert found.as_issued is True
    assert found.answer.number == held.number
    assert found.paper is None


@one_engine
def test_the_issuer_sees_every_version_of_every_layout_with_a_marked_specimen(sign_in):
    browser = sign_in("ian")
    page = browser.get("/credentials/layouts").text
    for one in layouts():
        path = f"/credentials/layouts/{one.id}/{one.version}"
        assert f'href="{path}"' in page
        assert f"{path}/preview.pdf" in browser.get(path).text
    shown = browser.get("/credentials/layouts/pocket/1")
    assert "object-src 'self'" in shown.headers["Content-Security-Policy"]
    preview = browser.get("/credentials/layouts/pocket/1/preview.pdf")
    assert preview.data.startswith(b"%PDF-")
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert browser.get("/credentials/layouts/pocket/99").status_code == 404
    assert browser.get("/credentials/layouts/none/1/preview.pdf").status_code == 404
    assert sign_in("ou").get("/credentials/layouts").status_code == 403


def test_what_is_offered_is_newest_first_and_knows_what_was_asked(session, site, clock, holder, held, attended):
    service.ask_paper(session, holder, PaperKind.TRAINING, attended, settings=site, now=clock.now())
    rows = queries.offers(session, holder.person_id, clock.now(), site.zone)
    asked = {(row.kind, row.title): row.paper is not None for row in rows}
    assert asked[PaperKind.TRAINING, "市容法规轮训"]
    assert sum(asked.values()) == 1
    assert len(rows) == 3  # the certificate is not sealed yet, so its card is not offered


@one_engine
def test_the_issuer_asks_for_a_pocket_card_on_the_certificates_page(sign_in, session, held, seal):
    seal()
    browser = sign_in("ian")
    assert "Pocket card" in browser.get(f"/credentials/certificates/{held.number}").text
    page = f"/credentials/certificates/{held.number}/card"
    assert "Ask for it" in browser.get(page).text
    assert browser.post(page).status_code == 302
    assert "Being sealed" in browser.get(page).text
    assert seal() == 1
    path = re.search(r"/credentials/papers/\d+\.pdf", browser.get(page).text).group()
    assert browser.get(path).data.startswith(b"%PDF-")
    assert sign_in("stranger").get(page).status_code in {403, 404}
