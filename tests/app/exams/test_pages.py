"""The pages of trainers and candidates, end to end through the browser."""

from datetime import timedelta

from sqlalchemy import func, select, update

from app.accounts.models import AccountSession
from app.exams import service
from app.exams.models import Admission, ExamSpecification, ExamSpecificationVersion, Result, Sitting
from app.exams.sitting import Kind
from tests.app.exams.conftest import CLOSES, OPENS, TODAY
from tests.conftest import START


def at_closing(session, clock):
    """The window closes; whoever was signed in has been busy meanwhile."""
    clock.at = CLOSES
    session.execute(update(AccountSession).values(last_seen_at=CLOSES))
    session.flush()


def _specification_form(house, **changes):
    values = {
        "code": "GG-9", "unit_id": house.bureau, "paper": "PUBLIC_LAW", "kind": "FORMAL", "title": "公共法律",
        "pass_percent": "", "duration_minutes": "60", "attempts": "3", "period_days": "365", "wait_days": "30",
        "shuffle_items": "y", "shuffle_options": "y", "scoring": "ALL_OR_NOTHING",
        "cells-0-topic": "行政处罚法", "cells-0-item_type": "SINGLE", "cells-0-level": "", "cells-0-count": "4",
        "cells-0-marks": "2", "cells-1-topic": "", "cells-1-item_type": "", "cells-1-level": "", "cells-1-count": "",
        "cells-1-marks": "",
    }  # fmt: skip
    return {**values, **changes}


def _sitting_form(house, chosen, **changes):
    values = {
        "unit_id": house.bureau, "specification_id": chosen, "title": "三月考试",
        "opens_at": "2026-03-02T10:00", "closes_at": "2026-03-02T13:00", "duration_minutes": "60",
        "grace_seconds": "60", "invigilators": "inv", "rooms-0-room": "一教室", "rooms-0-capacity": "30",
        "rooms-0-address": "西大街 1 号", "rooms-1-room": "", "rooms-1-capacity": "", "rooms-1-address": "",
    }  # fmt: skip
    return {**values, **changes}


def test_a_trainer_writes_a_specification_and_revises_it(bank, house, session, sign_in):
    client = sign_in("tan")
    assert client.get("/exams/specifications/new").status_code == 200
    assert client.post("/exams/specifications/new", data=_specification_form(house)).status_code == 302
    row = session.scalars(select(ExamSpecification)).one()
    page = client.get(f"/exams/specifications/{row.id}")
    assert "60 percent" in page.text
    assert "产品默认" in page.text
    form = client.get(f"/exams/specifications/{row.id}/edit")
    assert 'value="1"' in form.text
    answer = client.post(
        f"/exams/specifications/{row.id}/edit", data=_specification_form(house, title="新题", version="1")
    )
    assert answer.status_code == 302
    assert session.scalars(select(ExamSpecificationVersion.title).order_by(ExamSpecificationVersion.id)).all() == [
        "公共法律",
        "新题",
    ]


def test_checking_a_specification_shows_what_the_bank_has_and_saves_nothing(bank, house, session, sign_in):
    answer = sign_in("tan").post(
        "/exams/specifications/new", data=_specification_form(house, check="1", **{"cells-0-count": "9"})
    )
    assert answer.status_code == 200
    assert "short by 3" in answer.text
    assert session.scalar(select(func.count(ExamSpecification.id))) == 0


def test_a_specification_the_bank_cannot_fill_names_the_cell_and_the_number(bank, house, session, sign_in):
    answer = sign_in("tan").post("/exams/specifications/new", data=_specification_form(house, **{"cells-0-count": "9"}))
    assert answer.status_code == 422
    assert "Cell 1 needs 9 questions and falls 3 short" in answer.text
    assert session.scalar(select(func.count(ExamSpecification.id))) == 0


def test_a_stale_specification_form_is_refused_and_says_so(make_specification, house, session, sign_in):
    made = make_specification()
    client = sign_in("tan")
    path = f"/exams/specifications/{made}/edit"
    assert client.post(path, data=_specification_form(house, version="1")).status_code == 302
    answer = client.post(path, data=_specification_form(house, version="1", title="旧的"))
    assert answer.status_code == 422
    assert "Somebody else has changed this" in answer.text
    assert client.post(path, data=_specification_form(house, version="x", title="旧的")).status_code == 422


SITTING_FAULTS = (
    ({"closes_at": "2026-03-02T09:00"}, "must close after it opens"),
    ({"duration_minutes": "300"}, "shorter than the time for writing"),
    ({"duration_minutes": "0"}, "between 1 and 480"),
    ({"invigilators": "nobody"}, "no account with the user name nobody"),
    ({"invigilators": "inv inv"}, "given twice"),
    ({"opens_at": "soon"}, "Opens: "),
    ({"rooms-0-capacity": "0"}, "Number must be"),
    ({"rooms-0-address": ""}, "needs an address"),
    ({"open_practice": "y"}, "Only a practice sitting"),
    ({"specification_id": "99999"}, "Specification: "),
    ({"opens_at": "2026-02-02T10:00", "closes_at": "2026-02-02T13:00"}, "close in the future"),
)


def test_a_sitting_form_with_a_fault_says_which_and_plans_nothing(make_specification, house, session, sign_in):
    made = make_specification()
    client = sign_in("tan")
    for changes, words in SITTING_FAULTS:
        answer = client.post("/exams/sittings/new", data=_sitting_form(house, made, **changes))
        assert (answer.status_code, words in answer.text) == (422, True), changes
    assert session.scalar(select(func.count(Sitting.id))) == 0


def test_a_trainer_plans_admits_announces_draws_and_seats(make_specification, house, people, session, sign_in):
    people("KT-0101", "王一")
    people("KT-0102", "王二", kind="AUXILIARY")
    made = make_specification()
    client = sign_in("tan")
    assert client.get("/exams/sittings/new").status_code == 200
    assert client.post("/exams/sittings/new", data=_sitting_form(house, made)).status_code == 302
    sitting = session.scalars(select(Sitting)).one()
    assert sitting.opens_at == OPENS
    base = f"/exams/sittings/{sitting.id}"
    answer = client.post(f"{base}/candidates/codes", data={"codes": "kt-0101，KT-0102 KT-9999"})
    assert "1 person admitted" in answer.text
    assert "not for people of this kind" in answer.text
    assert "nobody with this code" in answer.text
    assert "王一" in client.get(f"{base}/candidates?q=王一").text
    assert client.post(f"{base}/candidates/unit", data={"unit_id": house.squad}).status_code == 200
    for step in ("announce", "papers", "assign-seats"):
        assert client.post(f"{base}/{step}").status_code == 302
    assert "Papers ready" in client.get(base).text
    assert "西大街 1 号" in client.get(f"{base}/seat-list").text
    assert client.get(f"{base}/edit").status_code == 200
    listed = client.get("/exams/sittings?state=READY")
    assert "三月考试" in listed.text
    assert "三月考试" not in client.get("/exams/sittings?state=DRAFT").text


def test_a_sitting_is_changed_and_a_stale_form_refused(make_sitting, house, session, sign_in):
    sitting = make_sitting(announced=False)
    row = session.get(Sitting, sitting)
    said = session.get(ExamSpecificationVersion, row.specification_version_id)
    client = sign_in("tan")
    form = _sitting_form(house, said.specification_id, title="改期", version="1")
    assert client.post(f"/exams/sittings/{sitting}/edit", data=form).status_code == 302
    answer = client.post(f"/exams/sittings/{sitting}/edit", data={**form, "title": "又改"})
    assert answer.status_code == 422
    session.expire_all()
    assert session.get(Sitting, sitting).title == "改期"


def test_calling_off_and_withdrawing_want_a_reason(make_sitting, people, session, sign_in):
    person = people("KT-0101")
    sitting = make_sitting("KT-0101")
    client = sign_in("tan")
    base = f"/exams/sittings/{sitting}"
    assert client.get(f"{base}/candidates/{person}/withdraw").status_code == 200
    assert client.post(f"{base}/candidates/{person}/withdraw", data={"reason": ""}).status_code == 422
    assert client.post(f"{base}/candidates/{person}/withdraw", data={"reason": "调离"}).status_code == 302
    assert "调离" in client.get(f"{base}/candidates").text
    assert client.post(f"{base}/cancel", data={"reason": " "}).status_code == 422
    assert client.post(f"{base}/cancel", data={"reason": "停水"}).status_code == 302
    assert "停水" in client.get(base).text


def test_results_are_released_only_with_the_right_number_and_then_seen(
    make_sitting, cast, writer, session, sign_in, clock
):
    officer = cast["ou"].actor.person_id
    sitting = make_sitting("KT-0001", show_explanations=True)
    attempt = writer.sit(officer, sitting, 2)
    at_closing(session, clock)
    mine = sign_in("ou")
    assert mine.get(f"/exams/results/{attempt}").status_code == 404
    assert "not been released" in mine.get("/exams/").text
    client = sign_in("tan")
    page = client.get(f"/exams/sittings/{sitting}/results")
    assert "There is 1 result" in page.text
    assert "not enough data (1 of 20)" in page.text
    wrong = client.post(f"/exams/sittings/{sitting}/release", data={"count": "2"})
    assert wrong.status_code == 422
    assert "There are now 1 results, not 2" in wrong.text
    assert client.post(f"/exams/sittings/{sitting}/release", data={"count": "1"}).status_code == 302
    table = client.get(f"/exams/sittings/{sitting}/results.csv")
    assert "KT-0001,欧阳平,4,10,6,no" in table.text
    mine = sign_in("ou")
    page = mine.get(f"/exams/results/{attempt}")
    assert "You may sit this paper again from 2026-04-01" in page.text
    assert "2 attempts are left" in page.text
    assert "解析" in page.text
    assert "行政强制法" in page.text


def test_a_result_page_without_explanations_holds_no_question(make_sitting, cast, writer, tan, session, sign_in, clock):
    sitting = make_sitting("KT-0001")
    attempt = writer.sit(cast["ou"].actor.person_id, sitting, 5)
    at_closing(session, clock)
    service.release_results(session, tan, sitting, 1, now=clock.at)
    page = sign_in("ou").get(f"/exams/results/{attempt}")
    assert "Passed" in page.text
    assert "题干" not in page.text
    assert "Next attempt" not in page.text


def test_nobody_reads_another_persons_result(make_sitting, people, cast, writer, tan, session, sign_in, clock):
    sitting = make_sitting("KT-0001", *(people(code) and code for code in ("KT-0101",)))
    other = session.scalars(select(Admission.person_id).where(Admission.person_id != cast["ou"].actor.person_id)).one()
    attempt = writer.sit(other, sitting, 5)
    at_closing(session, clock)
    service.release_results(session, tan, sitting, 1, now=clock.at)
    assert sign_in("ou").get(f"/exams/results/{attempt}").status_code == 404


def test_a_key_is_corrected_from_the_page(make_sitting, cast, writer, session, sign_in, clock):
    sitting = make_sitting("KT-0001")
    writer.sit(cast["ou"].actor.person_id, sitting, 4)
    at_closing(session, clock)
    result = session.scalars(select(Result)).one()
    place = next(place for place in result.places if place["awarded"] == "0")
    path = f"/exams/sittings/{sitting}/items/{place['ref']}/key"
    client = sign_in("tan")
    assert client.get(path).status_code == 200
    assert client.post(path, data={"key": "", "reason": "x"}).status_code == 422
    assert client.post(path, data={"key": "Z", "reason": "x"}).status_code == 422
    assert client.post(path, data={"everybody": "y", "reason": "题目有误"}).status_code == 302
    scores = session.execute(select(Result.marking, Result.score).order_by(Result.marking)).all()
    assert [(marking, int(score)) for marking, score in scores] == [(1, 8), (2, 10)]


def test_strangers_and_officers_do_not_reach_the_trainers_pages(make_sitting, sign_in):
    sitting = make_sitting()
    for name in ("ou", "stranger", "inv", "sun"):
        client = sign_in(name)
        for path in (
            "sittings",
            "specifications",
            f"sittings/{sitting}",
            f"sittings/{sitting}/results",
            "sittings/new",
        ):
            assert client.get(f"/exams/{path}").status_code == 403, (name, path)


def test_a_trainer_of_another_bureau_finds_nothing(make_sitting, house, cast, session, sign_in):
    from app.accounts.models import RoleGrant

    sitting = make_sitting()
    grant = session.scalars(select(RoleGrant).where(RoleGrant.account_id == cast["tan"].account_id)).one()
    grant.unit_id = house.other_bureau
    session.flush()
    client = sign_in("tan")
    assert client.get(f"/exams/sittings/{sitting}").status_code == 404
    assert client.post(f"/exams/sittings/{sitting}/announce").status_code == 404
    assert "三月考试" not in client.get("/exams/sittings").text


def test_my_exams_group_what_is_open_coming_and_past(make_sitting, cast, people, writer, session, sign_in, clock):
    make_sitting(kind=Kind.PRACTICE, open_practice=True, title="开放练习", opens_at=START - timedelta(hours=2))
    make_sitting("KT-0001", title="正式考试")
    page = sign_in("ou").get("/exams/").text
    assert page.index("Open now") < page.index("开放练习") < page.index("Coming") < page.index("正式考试")
    home = sign_in("ou").get("/").text
    assert "开放练习" in home
    assert "正式考试" in home


def test_the_home_page_reminds_the_invigilator_and_the_trainer(make_sitting, cast, writer, session, sign_in, clock):
    sitting = make_sitting("KT-0001")
    assert "Invigilate" in sign_in("inv").get("/").text
    writer.sit(cast["ou"].actor.person_id, sitting, 5)
    at_closing(session, clock)
    assert "1 result waits to be released" in sign_in("tan").get("/").text


def test_the_trainers_home_tells_the_sittings_of_the_month(make_sitting, cast, session, sign_in, clock):
    make_sitting("KT-0001", title="三月考试")
    make_sitting(kind=Kind.PRACTICE, open_practice=True, title="开放练习", opens_at=START - timedelta(hours=2))
    later = START + timedelta(days=60)
    make_sitting(title="五月考试", opens_at=later, closes_at=later + timedelta(hours=2))
    home = sign_in("tan").get("/").text
    assert "三月考试" in home
    assert "Open until" in home
    assert "五月考试" not in home
    assert "Nothing waits" not in home


def test_pages_speak_both_languages_without_breaking(make_sitting, client, sign_in):
    sitting = make_sitting()
    sign_in("tan")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh"
    for path in ("sittings", "specifications", f"sittings/{sitting}", f"sittings/{sitting}/candidates", "sittings/new"):
        assert client.get(f"/exams/{path}").status_code == 200
    assert TODAY.isoformat() in client.get(f"/exams/sittings/{sitting}").text
