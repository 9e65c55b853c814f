"""The pages of training, as people use them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.regimes.policy import Text
from app.training import policy, queries, service
from app.training.models import AnnualPlan, Attendance, Programme, TrainingClass
from app.training.views import home_cards
from tests.app.training.conftest import at

CLASS = {
    "title": "行政处罚法专题", "unit": "PL-KT", "form": "LECTURE", "place": "三楼", "starts_at": "2026-03-10T09:00",
    "ends_at": "2026-03-10T12:00", "capacity": "30", "business": "2", "law": "1.5", "programme": "", "plan": "",
}  # fmt: skip


def test_a_trainer_plans_a_class_enrols_takes_attendance_and_the_officer_sees_the_ring(sign_in, session, clock):
    tan = sign_in("tan")
    made = tan.post("/training/classes/new", data=CLASS)
    assert made.status_code == 302
    address = made.headers["Location"]
    assert tan.post(f"{address}/enrol", data={"codes": "kt-0001"}).status_code == 302
    clock.at = at(10, 9, 20)
    _fresh(session, clock)
    assert "欧阳平" in tan.get(address).text
    people = queries.attendees(session, int(address.rsplit("/", 1)[1]), date(2026, 3, 10))
    saved = tan.post(f"{address}/attendance", data={f"mark-{people[0].person.id}": "ATTENDED"})
    assert saved.status_code == 302
    page = sign_in("ou").get("/training/mine").text
    assert "3.5 of 60 hours" in page
    assert "行政处罚法专题" in page


def _fresh(session, clock):
    """Sessions seen just now, whatever the clock was put to."""
    from app.accounts.models import AccountSession

    for one in session.scalars(select(AccountSession)):
        one.created_at = one.last_seen_at = clock.at
    session.flush()


WRONG = [
    ({"ends_at": "2026-03-10T08:00"}, "must end after it begins"),
    ({"capacity": "0"}, "capacity must be from 1 to 2000"),
    ({"capacity": "many"}, "Not a valid integer"),
    ({"business": "", "law": ""}, "Give hours above 0"),
    ({"law": "30"}, "do not fit: a day has 24"),
    ({"unit": "PL-JC"}, "Not a valid choice"),
    ({"starts_at": "soon"}, "Not a valid datetime"),
    ({"starts_at": "0001-01-01T00:00"}, "Give a day between 2000 and 2100"),
    ({"ends_at": "9999-12-31T23:59"}, "Give a day between 2000 and 2100"),
    ({"title": "题" * 121}, "cannot be longer"),
]


def test_a_wrong_class_is_refused_beside_its_field_and_nothing_is_planned(sign_in, session):
    tan = sign_in("tan")
    for changes, said in WRONG:
        answer = tan.post("/training/classes/new", data={**CLASS, **changes})
        assert (changes, answer.status_code, said in answer.text) == (changes, 422, True)
    assert session.scalar(select(func.count()).select_from(TrainingClass)) == 0


def test_unknown_codes_are_named_on_the_enrolment_page(sign_in, session, make_class):
    class_id = make_class()
    answer = sign_in("tan").post(f"/training/classes/{class_id}/enrol", data={"codes": "KT-0001 ZZ-1"})
    assert answer.status_code == 422
    assert "ZZ-1" in answer.text
    assert queries.class_by_id(session, class_id).enrolled == 0


def test_the_code_page_shows_six_digits_and_the_officer_enters_them(sign_in, session, clock, make_class, tan):
    class_id = make_class()
    service.enrol_people(session, tan, class_id, ["KT-0001"], today=date(2026, 3, 2), now=at(2))
    clock.at = at(10, 9, 30)
    _fresh(session, clock)
    secret = session.get(TrainingClass, class_id).room_secret
    code = policy.room_code(secret, policy.minute_of(clock.at))
    page = sign_in("tan").get(f"/training/classes/{class_id}/code").text
    assert code in page
    assert secret not in page
    ou = sign_in("ou")
    wrong = ou.post(f"/training/mine/classes/{class_id}/code", data={"code": "nope"})
    assert (wrong.status_code, "not the code shown now" in wrong.text) == (422, True)
    assert ou.post(f"/training/mine/classes/{class_id}/code", data={"code": code}).status_code == 302
    assert session.scalar(select(func.count()).select_from(Attendance)) == 1


def test_wrong_codes_are_counted_across_requests(sign_in, session, clock, make_class, tan):
    class_id = make_class()
    service.enrol_people(session, tan, class_id, ["KT-0001"], today=date(2026, 3, 2), now=at(2))
    clock.at = at(10, 9, 30)
    _fresh(session, clock)
    ou = sign_in("ou")
    pages = [ou.post(f"/training/mine/classes/{class_id}/code", data={"code": "nope"}).text for _ in range(6)]
    assert ["Too many wrong codes" in page for page in pages] == [False] * 5 + [True]


def test_an_officer_joins_an_open_class_from_their_page(sign_in, session, make_class):
    class_id = make_class(self_enrolment=True, title="法庭旁听")
    ou = sign_in("ou")
    assert "法庭旁听" in ou.get("/training/mine").text
    assert ou.post(f"/training/mine/classes/{class_id}/enrol").status_code == 302
    assert queries.class_by_id(session, class_id).enrolled == 1
    ou.post(f"/training/mine/classes/{class_id}/enrol")
    assert "You are enrolled already." in ou.get("/training/mine").text


def test_a_full_class_says_so_to_the_officer(sign_in, session, people, make_class, tan):
    people("KT-1001")
    class_id = make_class(self_enrolment=True, capacity=1)
    service.enrol_people(session, tan, class_id, ["KT-1001"], today=date(2026, 3, 2), now=at(2))
    ou = sign_in("ou")
    ou.post(f"/training/mine/classes/{class_id}/enrol")
    assert "The class is full" in ou.get("/training/mine").text
    assert queries.class_by_id(session, class_id).enrolled == 1


def test_programmes_are_made_noted_and_corrected_by_hand(sign_in, session):
    tan = sign_in("tan")
    data = {
        "unit": "PL-KT", "code": "kt-26", "title_zh": "轮训", "starts": "2026-01-01", "deadline": "2026-06-30",
        "tasks": ["REGISTER", "ROTATE"], "kinds": ["OFFICER"],
    }  # fmt: skip
    assert tan.post("/training/programmes/new", data={**data, "deadline": "2025-01-01"}).status_code == 422
    assert tan.post("/training/programmes/new", data=data).status_code == 302
    programme = session.scalars(select(Programme)).one()
    done = {
        "codes": "KT-0001", "task": "REGISTER", "done_on": "2026-03-01", "evidence_kind": "DOCUMENT", "evidence": "表7",
    }  # fmt: skip
    address = f"/training/programmes/{programme.id}"
    assert tan.post(f"{address}/done", data={**done, "done_on": "2026-03-03"}).status_code == 422
    assert tan.post(f"{address}/done", data=done).status_code == 302
    page = tan.get(address).text
    assert "表7" in page
    assert "Rotation training" in page
    person = queries.programme_tasks(session, [queries.completion(
        session, queries.programme_by_id(session, programme.id), date(2026, 3, 2)).people[0].person.id])  # fmt: skip
    task = next(iter(person.values()))[0]
    assert tan.post(f"/training/tasks/{task.id}/take-back", data={"reason": ""}).status_code == 422
    assert tan.post(f"/training/tasks/{task.id}/take-back", data={"reason": "记错"}).status_code == 302
    moved = {"deadline": "2026-07-31", "reason": "延期", "version": "1"}
    assert tan.post(f"{address}/deadline", data=moved).status_code == 302
    stale = tan.post(f"{address}/deadline", data=moved)
    assert (stale.status_code, "Somebody changed this" in stale.text) == (422, True)


def test_the_programme_of_the_rules_is_offered_and_taken_over(sign_in, session):
    tan = sign_in("tan")
    assert "PL-KT:PL-2017" in tan.get("/training/programmes").text
    tan.post("/training/programmes/adopt", data={"programme": "PL-KT:PL-2017"})
    page = tan.get("/training/programmes").text
    assert "PL-KT:PL-2017" not in page
    assert session.scalars(select(Programme)).one().deadline == date(2017, 12, 31)


def test_a_plan_shows_who_lacks_the_course(sign_in, session, people):
    people("KT-1001", "新来者", hired=date(2026, 1, 5))
    tan = sign_in("tan")
    data = {"unit": "PL-KT", "year": "2026", "title": "新进人员培训", "deadline": "2026-11-30"}
    assert tan.post("/training/plans/new", data={**data, "deadline": "2027-01-01"}).status_code == 422
    assert tan.post("/training/plans/new", data=data).status_code == 302
    assert "新来者" in tan.get("/training/plans").text
    plan = session.scalars(select(AnnualPlan)).one()
    assert "新来者" in tan.get(f"/training/plans/{plan.id}").text


def test_hours_are_listed_and_downloaded_without_formulas(sign_in, session, people):
    people("KT-1001", "=cmd()")
    tan = sign_in("tan")
    assert "2 officers are short" in tan.get("/training/hours").text
    answer = tan.get("/training/hours.csv?year=2026&unit=PL-KT-D1")
    assert answer.content_type == "text/csv; charset=utf-8"
    lines = answer.text.lstrip("\ufeff").splitlines()
    assert lines[0].startswith("Code,Name,Agency,Unit,Year,Business,Law")
    assert lines[2].startswith("KT-1001,'=cmd(),")
    assert lines[1].endswith(",0,60,60")
    assert tan.get("/training/people/KT-0001").status_code == 200


def test_everybody_sees_only_what_is_theirs(sign_in, session, house, make_class, operator, people):
    foreign = make_class(unit="PL-JC", actor=operator)
    people("JC-0001", unit=house.other_bureau, agency=house.other_bureau)
    tan = sign_in("tan")
    codes = [
        tan.get(f"/training/classes/{foreign}{tail}").status_code for tail in ("", "/edit", "/enrol", "/attendance")
    ]
    assert codes == [404] * 4
    assert tan.get("/training/people/JC-0001").status_code == 404
    ou = sign_in("ou")
    own = make_class()
    assert [ou.get(f"/training/{page}").status_code for page in ("classes", "hours", "programmes", "plans")] == [
        403
    ] * 4
    assert ou.get(f"/training/mine/classes/{own}/code").status_code == 404
    sun = sign_in("sun")
    assert sun.get(f"/training/classes/{own}").status_code == 200
    assert sun.post(f"/training/classes/{own}/enrol", data={"codes": "KT-0001"}).status_code == 403


def test_a_class_is_changed_and_called_off_with_a_reason(sign_in, session, make_class):
    class_id = make_class()
    tan = sign_in("tan")
    shown = tan.get(f"/training/classes/{class_id}/edit")
    assert 'value="2026-03-10 09:00' in shown.text
    changed = {**CLASS, "title": "改", "version": "1"}
    assert tan.post(f"/training/classes/{class_id}/edit", data=changed).status_code == 302
    assert "Somebody changed this" in tan.post(f"/training/classes/{class_id}/edit", data=changed).text
    assert tan.post(f"/training/classes/{class_id}/cancel", data={"reason": ""}).status_code == 422
    assert tan.post(f"/training/classes/{class_id}/cancel", data={"reason": "停电"}).status_code == 302
    assert "停电" in tan.get(f"/training/classes/{class_id}").text
    assert tan.get("/training/classes?first=0001-01-01&last=9999-12-31&form=NO&unit=NO&page=99").status_code == 200
    assert tan.get("/training/classes?first=soon").status_code == 200
    assert "Called off" in tan.get("/training/classes?form=LECTURE&first=2026-03-01&last=2026-03-31&q=改").text


def test_the_home_page_tells_officer_and_trainer_what_comes_next(
    application, sign_in, session, cast, clock, make_class, make_programme, tan
):
    make_programme(deadline=date(2026, 5, 1))
    class_id = make_class(starts_at=at(2, 14), ends_at=at(2, 16))
    old = make_class(title="旧课", starts_at=at(1, 9), ends_at=at(1, 10), now=at(1, 8))
    for one, now in ((class_id, at(2)), (old, at(1, 8))):
        service.enrol_people(session, tan, one, ["KT-0001"], today=date(2026, 3, 1), now=now)
    service.remind(
        session, cast["ou"].actor.person_id, "CERTIFICATE", "C-1", date(2026, 6, 1), 90,
        Text("证件将到期", "Your certificate expires"), Text("请换发", "Renew it"), at(2),
    )  # fmt: skip
    session.commit()
    officer = sign_in("ou").get("/").text
    for said in (
        "Your certificate expires",
        "Next class: 行政处罚法专题",
        "0 of 60 training hours",
        "Certified on post",
    ):
        assert said in officer
    trainer = sign_in("tan").get("/").text
    for said in ("1 class today", "Attendance of 1 class is to be taken", "0 of 1 people have finished"):
        assert said in trainer
    with application.test_request_context():
        assert home_cards(cast["stranger"].actor) == []


def test_a_notice_is_put_away(sign_in, session, cast):
    ou = cast["ou"].actor.person_id
    words = Text("证件将到期", "Your certificate expires"), Text("请换发", "Renew it")
    service.remind(session, ou, "CERTIFICATE", "C-1", date(2026, 6, 1), 90, *words, at(2))
    browser = sign_in("ou")
    notice = queries.notices(session, ou, "en")[0]
    browser.post(f"/training/mine/notices/{notice.id}/read")
    assert queries.notices(session, ou, "en", unread=True) == []


def test_moments_are_entered_in_the_sites_zone(sign_in, session):
    sign_in("tan").post("/training/classes/new", data=CLASS)
    row = session.scalars(select(TrainingClass)).one()
    assert row.starts_at == datetime(2026, 3, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
