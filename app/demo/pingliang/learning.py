"""Training: the programme of 2017, last year's and this year's classes, the present programme, plans for new hires."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.core.permissions import Actor
from app.demo.classes import Lesson, mark_tasks, plan_class
from app.demo.figures import Figure
from app.demo.pingliang.accounts import OFFICERS
from app.demo.pingliang.people import SUSPENDED
from app.demo.pingliang.places import COUNTIES, KONGTONG, ROOT
from app.demo.stage import Stage
from app.registry.queries import people_by_codes
from app.training import service
from app.training.policy import ClassDraft, Mark, ProgrammeDraft, Status
from app.training.queries import attendees

PROGRAMME = "PL-2017"
LATE = ("KT-0064", "LT-0020", "CX-0019", "HT-0023")
"""Legacy staff who never finished the rotation of 2017."""
SLACK = 7
"""One officer in so many misses classes."""


LAST_YEAR = (
    Lesson("春季封闭集训", "CLOSED_CAMP", "县(区)党校", 75, 5, {"LAW": 20, "BUSINESS": 16, "POLITICAL": 4}),
    Lesson("市容环境执法案例研讨", "CASE_STUDY", "执法局会议室", 166, 1, {"BUSINESS": 8}),
    Lesson("行政处罚法网络课程", "ONLINE", "在线学习", 240, 20, {"LAW": 8, "BUSINESS": 4}, everywhere=True),
    Lesson("行政执法程序专题讲座", "LECTURE", "市住建局报告厅", 292, 1, {"LAW": 6}, everywhere=True),
)
THIS_YEAR = (
    Lesson("两法衔接与证据规则讲座", "LECTURE", "执法局会议室", 50, 1, {"LAW": 8}),
    Lesson("夏季封闭集训", "CLOSED_CAMP", "县(区)党校", 150, 3, {"LAW": 12, "BUSINESS": 12}),
    Lesson("庭审旁听与讲评", "COURT_OBSERVATION", "县(区)人民法院", 205, 1, {"LAW": 4}),
    Lesson("城市管理业务网络课程", "ONLINE", "在线学习", 262, 14, {"LAW": 6, "BUSINESS": 8}, everywhere=True),
)


def write_diary(stage: Stage) -> None:
    """Note the classes of last year and of this one up to today."""
    year = stage.today.year
    for start, lessons in ((year - 1, LAST_YEAR), (year, THIS_YEAR)):
        for lesson in lessons:
            _schedule(stage, date(start, 1, 1) + timedelta(days=lesson.after), lesson)


def _schedule(stage: Stage, first: date, lesson: Lesson) -> None:
    first -= timedelta(days=max(first.weekday() - 4, 0))
    agencies = [ROOT] if lesson.everywhere else [county.agency for county in COUNTIES]
    ends = stage.at(first + timedelta(days=lesson.days - 1), 17, 30)
    if ends + timedelta(hours=1) > stage.now:
        return
    for agency in agencies:
        enrolled: list[int] = []
        stage.note(stage.at(first, 8) - timedelta(days=9), _plan(stage, agency, first, lesson, enrolled))
        stage.note(ends + timedelta(minutes=20), _hold(stage, agency, lesson, enrolled))


def _plan(stage: Stage, agency: str, first: date, lesson: Lesson, kept: list[int]) -> Callable[[datetime], None]:
    def do(moment: datetime) -> None:
        class_id = plan_class(stage, stage.trainer(agency), agency, first, lesson, moment)
        service.enrol_unit(
            stage.session, stage.trainer(agency), class_id, agency, "OFFICER",
            today=moment.astimezone(stage.zone).date(), now=moment,
        )  # fmt: skip
        kept.append(class_id)

    return do


def _hold(stage: Stage, agency: str, lesson: Lesson, kept: list[int]) -> Callable[[datetime], None]:
    def do(moment: datetime) -> None:
        take(stage, stage.trainer(agency), kept[0], lesson.after, moment)

    return do


def take(stage: Stage, actor: Actor, class_id: int, salt: int, moment: datetime) -> None:
    """Attendance by list: most came; who slacks is often absent or excused. The cast never misses anything."""
    marks = []
    for number, one in enumerate(attendees(stage.session, class_id, moment.astimezone(stage.zone).date())):
        missing = (
            one.person.id % SLACK == 0 and (one.person.id // SLACK + salt) % 3 and one.person.id not in _diligent(stage)
        )
        status = (Status.EXCUSED if number % 2 else Status.ABSENT) if missing else Status.ATTENDED
        marks.append(Mark(one.person.id, status.value))
    service.take_attendance(stage.session, actor, class_id, marks, "", zone=stage.zone, now=moment)


def _diligent(stage: Stage) -> set[int]:
    return {stage.people[part.person] for part in OFFICERS if part.person in stage.people}


def legacy_programme(stage: Stage, moment: datetime) -> None:
    """The programme of 2017 as it was found on paper: those in post by then registered, rotated and certified."""
    programme = service.adopt_programme(stage.session, stage.hand, ROOT, PROGRAMME, moment)
    seniors = [one for one in stage.figures if _senior(one)]
    for task, day, paper in (
        ("REGISTER", date(2017, 10, 20), "执法人员登记备案表"),
        ("ROTATE", date(2017, 11, 24), "干部轮训结业名册"),
        ("CERTIFY", date(2017, 12, 22), "原行政执法证登记册"),
    ):
        done = [one.code for one in seniors if task == "REGISTER" or one.code not in LATE]
        mark_tasks(stage, stage.hand, programme, done, (task, day, paper), moment)


def _senior(one: Figure) -> bool:
    return one.kind == "OFFICER" and one.hired_on <= date(2017, 12, 31)


def present_programme(stage: Stage, moment: datetime) -> None:
    """A programme of this year, due in about sixty days: most are registered, Kongtong begins to rotate."""
    today = moment.astimezone(stage.zone).date()
    draft = ProgrammeDraft(
        f"PL-{stage.today.year}-UP", "执法队伍素质提升轮训", "Rotation training to raise the force's quality", today,
        stage.today + timedelta(days=60), ("REGISTER", "ROTATE"), ("OFFICER",), "年度培训工作安排(示例)",
    )  # fmt: skip
    programme = service.create_programme(stage.session, stage.hand, ROOT, draft, moment)
    lesson = Lesson("素质提升轮训第一期", "CASE_STUDY", "崆峒区委党校", 0, 2, {"LAW": 6, "BUSINESS": 6})
    first, actor = stage.workday(days=-12), stage.cast["tan"]
    rotation = plan_class(stage, actor, KONGTONG, first, lesson, moment, programme_id=programme, task="ROTATE")
    chosen = [one.code for one in stage.of(KONGTONG) if one.cohort in ("first", "great")][:60]
    serving = _serving(stage, chosen, today)
    service.enrol_people(stage.session, actor, rotation, serving, today=today, now=moment)
    stage.note(stage.at(first + timedelta(days=1), 18), lambda late: _rotated(stage, rotation, programme, late))


def _rotated(stage: Stage, rotation: int, programme: int, moment: datetime) -> None:
    take(stage, stage.cast["tan"], rotation, 0, moment)
    today = moment.astimezone(stage.zone).date()
    for county in COUNTIES:
        codes = [one.code for index, one in enumerate(stage.of(county.agency)) if index % 5 and one.cohort != "recruit"]
        what = ("REGISTER", today, "执法人员登记备案表")
        mark_tasks(stage, stage.trainer(county.agency), programme, _serving(stage, codes, today), what, moment)


def _serving(stage: Stage, codes: Sequence[str], day: date) -> list[str]:
    return [row.code for row in people_by_codes(stage.session, codes, day) if row.unit_id is not None]


def initial_course(stage: Stage, moment: datetime) -> None:
    """The initial training of those who came before this spring's sitting; their employment says so afterwards."""
    today = moment.astimezone(stage.zone).date()
    lesson = Lesson(
        "新录用人员初任培训", "CLOSED_CAMP", "市委党校", 0, 12, {"LAW": 40, "BUSINESS": 32, "POLITICAL": 12}
    )
    actor, first = stage.cast["tan"], today + timedelta(days=3)
    course = plan_class(stage, actor, KONGTONG, first, lesson, moment, course="INITIAL")
    codes = [one.code for one in stage.of(KONGTONG) if one.cohort == "spring"]
    service.enrol_people(stage.session, actor, course, codes, today=today, now=moment)
    stage.note(stage.at(first + timedelta(days=11), 18), lambda late: take(stage, actor, course, 0, late))


def plans(stage: Stage, moment: datetime) -> None:
    """This year's course for new hires (PL-04), with a class still to come."""
    year, last = stage.today.year, date(stage.today.year, 12, 31)
    actor = stage.cast["tan"]
    plan = service.create_plan(stage.session, actor, KONGTONG, year, f"{year}年新录用人员业务培训", last, moment)
    first = min(stage.today + timedelta(days=9), last)
    lesson = Lesson("新录用人员业务培训班", "LECTURE", "崆峒区执法局三楼会议室", 0, 1, {"LAW": 4, "BUSINESS": 4})
    course = plan_class(stage, actor, KONGTONG, first, lesson, moment, plan_id=plan)
    codes = [one.code for one in stage.of(KONGTONG) if one.cohort == "recruit"]
    if stage.at(first, 17) > stage.now:
        service.enrol_people(stage.session, actor, course, codes, today=stage.today, now=moment)


def open_classes(stage: Stage, moment: datetime) -> None:
    """A class that goes on right now, for the code in the room, and two that officers can choose themselves."""
    actor = stage.cast["tan"]
    ends = min(stage.now + timedelta(hours=3), stage.at(stage.today, 23, 59))
    running = ClassDraft(
        title="执法文书制作实务", form="LECTURE", place="崆峒区执法局三楼会议室", starts_at=moment,
        ends_at=max(ends, stage.now + timedelta(minutes=1)), capacity=40,
        hours={"LAW": Decimal(1), "BUSINESS": Decimal(1)},
    )  # fmt: skip
    class_id = service.create_class(stage.session, actor, KONGTONG, running, zone=stage.zone, now=moment)
    codes = [one.code for one in stage.of(KONGTONG) if one.cohort == "great" and one.code != SUSPENDED][2:24]
    service.enrol_people(
        stage.session, actor, class_id, _serving(stage, codes, stage.today), today=stage.today, now=moment
    )
    for days, lesson in (
        (
            10,
            Lesson(
                "行政强制与扣押程序案例研讨", "CASE_STUDY", "崆峒区执法局三楼会议室", 0, 1, {"LAW": 4, "BUSINESS": 4}
            ),
        ),
        (21, Lesson("行政诉讼庭审旁听", "COURT_OBSERVATION", "崆峒区人民法院", 0, 1, {"LAW": 4})),
    ):
        plan_class(stage, actor, KONGTONG, stage.day(days=days), lesson, moment, self_enrolment=True)
