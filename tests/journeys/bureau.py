"""A small bureau of Pingliang in the database, entered through the services as its people would have entered it."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AccountSession
from app.accounts.passwords import token_hash
from app.accounts.policy import Role
from app.accounts.queries import actor_of
from app.accounts.service import create_account, grant_role, set_password
from app.bank import queries as bank
from app.bank import service as questions
from app.core.permissions import Actor, P, system_actor
from app.credentials import service as credentials
from app.exams import service as exams
from app.exams.models import ExamPaper
from app.exams.service.saving import Answer, save_answers
from app.exams.sitting import Kind
from app.extensions import db
from app.registry import service as registry
from app.registry.identity import Vault
from app.training import service as training
from app.training.policy import ClassDraft, Mark, Status
from question_bank.items import ItemType, Paper
from question_bank.scoring import ScoringPolicy
from question_bank.specification import Cell
from tests.live import LiveSite

ZONE = ZoneInfo("Asia/Shanghai")
PASSWORD = "Harbour-Lantern-58"
BUREAU, BRIGADE, SQUAD = "PL-KT", "PL-KT-D", "PL-KT-D1"
STREET = "62080001"
ITEM = "ENV-1"
OFFICER, FELLOW, AUXILIARY = "KT-0001", "KT-0002", "KT-X001"
TOPIC = "公共法律基础"
"""The topic of the questions that were in the bank before."""
TITLES = {Paper.PUBLIC_LAW: "公共法律知识", Paper.PROFESSIONAL: "城市管理专业知识"}
HIRED = date(2019, 5, 6)
STAFF = {
    "tan": ("谭培训", (Role.TRAINER,)),
    "rui": ("芮审题", (Role.REVIEWER,)),
    "inv": ("殷监考", (Role.INVIGILATOR,)),
    "ian": ("安发证", (Role.ISSUER,)),
    "sun": ("孙督导", (Role.SUPERVISOR,)),
    "reg": ("任登记", (Role.REGISTRAR,)),
    "aud": ("奥审计", (Role.AUDITOR,)),
    "ada": ("艾管理", (Role.ADMINISTRATOR,)),
}
EVERYWHERE = ("ada", "aud")


@dataclass
class Town:
    """What was seeded: units, people and sittings by name, and who can act."""

    session: Session
    site: LiveSite
    now: datetime
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    sittings: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def hand(self) -> Actor:
        """The operator's own hand."""
        return system_actor("operator")

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(ZONE).date()

    def on(self, day: date, hour: int) -> datetime:
        """A local moment."""
        return datetime.combine(day, time(hour), ZONE)

    def actor(self, name: str) -> Actor:
        """One of the staff."""
        return actor_of(self.session, self.accounts[name])

    def candidate(self, code: str) -> Actor:
        """Somebody who writes a paper."""
        return Actor(label=code, person_id=self.people[code], grants={P.SELF: None})


def settle(site: LiveSite) -> Town:
    """Commit the bureau: the officer lacks the public-law paper only, the fellow holds a certificate from tomorrow."""
    with site.app.app_context():
        town = Town(db.session(), site, datetime.now(UTC))
        _organisation(town)
        _staff(town)
        for code, name in ((OFFICER, "欧阳平"), (FELLOW, "冯同行")):
            _officer(town, code, name)
        _auxiliary(town)
        _hours(town)
        _bank(town)
        _former_exams(town)
        _certify(town, FELLOW, first=town.today + timedelta(days=1))
        open_account(town, "ou", "欧阳平", (Role.OFFICER,), OFFICER)
        close(town)
    return town


def close(town: Town) -> None:
    """Commit what was entered and let the database go."""
    town.session.commit()
    db.session.remove()
    db.engine.dispose()


def _organisation(town: Town) -> None:
    day, now = date(2016, 1, 1), town.now
    at = {"now": now, "today": town.today}
    for code, name, english, kind, parent in (
        ("620800", "平凉市", "Pingliang", "PREFECTURE", ""),
        ("620802", "崆峒区", "Kongtong District", "COUNTY", "620800"),
        (STREET, "东关街道", "Dongguan Street", "TOWN", "620802"),
        (STREET + "01", "东关第一网格", "Dongguan grid 1", "GRID", STREET),
    ):
        registry.add_area(
            town.session, town.hand, code=code, name_zh=name, name_en=english, kind=kind, parent_code=parent, now=now
        )
    for code, name, english, kind, parent, area, posts in (
        ("PL-CITY", "平凉市城市管理执法监督局", "Pingliang Supervision Bureau", "SUPERVISION_BODY", "", "620800", 12),
        (BUREAU, "崆峒区城市管理行政执法局", "Kongtong Management Bureau", "BUREAU", "PL-CITY", "620802", 40),
        (BRIGADE, "崆峒区城市管理综合行政执法大队", "Kongtong Brigade", "BRIGADE", BUREAU, "", 30),
        (SQUAD, "东关中队", "Dongguan Squad", "SQUAD", BRIGADE, "", 8),
    ):
        agency = bool(area)
        town.units[code] = registry.create_unit(
            town.session, town.hand, code=code, name_zh=name, name_en=english, kind=kind, parent_code=parent,
            is_agency=agency, regime="pingliang" if not parent else None, opened_on=day, now=now,
        )  # fmt: skip
        city = not parent
        registry.record_standing(
            town.session, town.hand, code, level="PREFECTURE" if city else "COUNTY", enforces=not city,
            authority_basis="NONE" if city else "OWN", valid_from=day, **at,
        )  # fmt: skip
        registry.record_establishment(town.session, town.hand, code, posts=posts, valid_from=day, **at)
        if area:
            registry.assign_territory(town.session, town.hand, code, area_code=area, valid_from=day, **at)
    for item in ("HOU-2", ITEM, "TRF-2"):
        published = date(2017, 8, 7)
        registry.hold_power(
            town.session, town.hand, BUREAU, item, on=date(2017, 3, 1), published_on=published, note="权责清单", **at
        )


def open_account(
    town: Town, name: str, title: str, roles: Sequence[Role], person: str = "", *, over: str = BUREAU
) -> None:  # fmt: skip
    """Somebody who can act over a unit, tied to a person where one is named, with a session that is open."""
    made = create_account(
        town.session, town.hand, username=name, display_name=title, email=f"{name}@example.cn", now=town.now,
        person_id=town.people.get(person), one_time_password=None,
    )  # fmt: skip
    set_password(town.session, town.hand, made, PASSWORD, profile="djbh", now=town.now)
    for role in roles:
        grant_role(town.session, town.hand, made, role, None if name in EVERYWHERE else town.units[over], now=town.now)
    town.session.add(
        AccountSession(
            token_hash=token_hash(f"token-{name}"), account_id=made, created_at=town.now, last_seen_at=town.now,
            address="", agent="",
        )
    )  # fmt: skip
    town.session.flush()
    town.accounts[name] = made


def _staff(town: Town) -> None:
    for name, (title, roles) in STAFF.items():
        open_account(town, name, title, roles)


def _person(town: Town, code: str, name: str, kind: str, category: str, **more: object) -> None:
    new = registry.NewPerson(code, name, kind, BUREAU, category, HIRED, unit_code=SQUAD, **more)
    vault = Vault(town.site.settings.identity_key)
    town.people[code] = registry.add_person(town.session, town.hand, new, vault=vault, today=town.today, now=town.now)


def _officer(town: Town, code: str, name: str) -> None:
    _person(
        town, code, name, "OFFICER", "CIVIL_SERVANT", on_public_roster=True, service_start=HIRED,
        initial_training_done_on=date(2019, 8, 30), duty_title="一级科员",
    )  # fmt: skip
    registry.keep_photo(town.session, town.hand, code, portrait(code), today=town.today, now=town.now)


def _auxiliary(town: Town) -> None:
    _person(town, AUXILIARY, "谢协管", "AUXILIARY", "WELFARE_POST")


def portrait(code: str) -> bytes:
    """A drawn face, another for each code."""
    picture = Image.new("RGB", (200, 280), (232, 238, 244))
    pen, shade = ImageDraw.Draw(picture), hashlib.sha256(code.encode()).digest()[0] // 4
    pen.ellipse((62, 50, 138, 146), fill=(214, 196, 178))
    pen.ellipse((20, 160, 180, 380), fill=(40 + shade, 58, 92))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _hours(town: Town) -> None:
    """Sixty hours last year, and this year as soon as the year is old enough for a class."""
    for year in (town.today.year - 1, town.today.year):
        first, last = date(year, 1, 3), date(year, 1, 8)
        if town.on(last, 19) > town.now:
            continue
        planned = town.on(first, 8) - timedelta(days=9)
        draft = ClassDraft(
            title=f"{year}年度封闭集训", form="CLOSED_CAMP", place="区委党校", starts_at=town.on(first, 9),
            ends_at=town.on(last, 17), capacity=40, hours={"LAW": Decimal(40), "BUSINESS": Decimal(20)},
        )  # fmt: skip
        class_id = training.create_class(town.session, town.hand, BUREAU, draft, zone=ZONE, now=planned)
        training.enrol_people(
            town.session, town.hand, class_id, (OFFICER, FELLOW), today=first - timedelta(days=9), now=planned
        )
        marks = [Mark(town.people[code], Status.ATTENDED.value) for code in (OFFICER, FELLOW)]
        training.take_attendance(town.session, town.hand, class_id, marks, "", zone=ZONE, now=town.on(last, 18))


def _bank(town: Town) -> None:
    """Ten questions for each paper, written by the operator and approved by the reviewer."""
    moment = town.now - timedelta(days=60)
    for paper, title in TITLES.items():
        text = "一、单选题\n" + "".join(
            f"{n}. 关于{title}的第{n}个问题，下列说法正确的是（ B ）。\n"
            f"A. 说法甲{n}\nB. 说法乙{n}\nC. 说法丙{n}\nD. 说法丁{n}\n"
            for n in range(1, 11)
        )
        result = questions.import_file(
            town.session, town.hand, f"{paper.value}.txt", text.encode(), now=moment, paper=paper, topic=TOPIC,
            submit=True,
        )  # fmt: skip
        assert not result.rejected, result
    rui = town.actor("rui")
    waiting = [(row.code, row.latest) for row in bank.waiting(town.session, rui)[0]]
    assert len(waiting) == 20
    questions.approve(town.session, rui, waiting, now=moment)


def _former_exams(town: Town) -> None:
    """A month ago both sat the professional paper, the fellow the public one as well; all passed."""
    for number, (paper, codes) in enumerate(
        ((Paper.PROFESSIONAL, (OFFICER, FELLOW)), (Paper.PUBLIC_LAW, (FELLOW,))), 1
    ):
        opens = town.on(town.today - timedelta(days=30), 8 + 2 * number)
        town.sittings[paper.value] = hold(town, paper, codes, opens)


def hold(town: Town, paper: Paper, codes: Sequence[str], opens: datetime, *, kind: Kind = Kind.FORMAL) -> int:
    """A whole sitting in the past: planned, written, handed in, released. Returns its id."""
    name = f"{paper.value.replace('_', '-')}-{opens:%m%d}"
    sitting = plan(town, name, paper, codes, (opens, opens + timedelta(hours=1)), kind=kind,
                   known=opens - timedelta(days=9))  # fmt: skip
    for code in codes:
        actor, begun = town.candidate(code), opens + timedelta(minutes=1)
        attempt = exams.start_attempt(town.session, actor, sitting, f"d-{code}", now=begun, zone=ZONE).attempt_id
        answers = [Answer(f"{code}-{n}", n, key) for n, key in enumerate(keys(town, sitting, code), 1)]
        save_answers(town.session, actor, attempt, f"d-{code}", answers, now=begun + timedelta(minutes=5))
        exams.submit(town.session, actor, attempt, now=begun + timedelta(minutes=20))
    exams.release_results(town.session, town.hand, sitting, len(codes), now=opens + timedelta(days=2))
    return sitting


def plan(
    town: Town, code: str, paper: Paper, codes: Sequence[str], window: tuple[datetime, datetime], *, known: datetime,
    kind: Kind = Kind.FORMAL, minutes: int = 60, items: int = 5, cells: Sequence[Cell] = (), **more: object,
) -> int:  # fmt: skip
    """Specify, plan and announce a sitting, admit these people; returns its id."""
    formal = kind is Kind.FORMAL
    wording = exams.SpecificationData(
        title=f"{TITLES[paper]}（{code}）", pass_percent=None, duration_minutes=minutes, attempts=3, period_days=365,
        wait_days=30 if formal else 0, shuffle_items=True, shuffle_options=True, scoring=ScoringPolicy.ALL_OR_NOTHING,
        cells=tuple(cells) or (Cell(TOPIC, ItemType.SINGLE, None, items, Decimal(2)),),
    )  # fmt: skip
    specification = exams.create_specification(
        town.session, town.hand, code=f"S-{code}", unit_id=town.units[BUREAU], paper=paper, kind=kind, data=wording,
        now=known, today=known.astimezone(ZONE).date(),
    )  # fmt: skip
    rooms = () if more.get("open_practice") else (exams.RoomData("一教室", 30, "西大街 1 号"),)
    data = exams.SittingData(
        title=f"{TITLES[paper]}考试（{code}）", specification_id=specification, opens_at=window[0], closes_at=window[1],
        duration_minutes=minutes, rooms=rooms, invigilators=("inv",) if formal else (), **more,
    )  # fmt: skip
    sitting = exams.plan_sitting(town.session, town.hand, town.units[BUREAU], data, now=known)
    if codes:
        report = exams.admit_codes(town.session, town.hand, sitting, codes, now=known, zone=ZONE)
        assert report.refused == (), report
    exams.announce(town.session, town.hand, sitting, now=known)
    return sitting


def keys(town: Town, sitting: int, code: str) -> list[str]:
    """The right answers of somebody's paper, place by place."""
    wanted = (ExamPaper.sitting_id == sitting, ExamPaper.person_id == town.people[code])
    places = town.session.scalars(select(ExamPaper.places).where(*wanted).order_by(ExamPaper.id.desc())).first()
    assert places is not None
    words = bank.versions(town.session, [place["ref"] for place in places])
    return ["".join(sorted(words[place["ref"]].key)) for place in places]


def _certify(town: Town, code: str, first: date | None = None) -> None:
    issued = credentials.issue(
        town.session, town.hand, [town.people[code]], settings=town.site.settings, now=town.now, valid_from=first
    )
    town.numbers[code] = issued[0].number


def finish(town: Town) -> None:
    """The officer too has passed everything, holds a sealed certificate, and may sit two practice papers right now."""
    with town.site.app.app_context():
        town.session = db.session()
        opens = town.on(town.today - timedelta(days=20), 9)
        town.sittings["second"] = hold(town, Paper.PUBLIC_LAW, (OFFICER,), opens)
        _certify(town, OFFICER)
        seal(town, OFFICER)
        close(town)


def newcomer(town: Town, code: str, name: str) -> None:
    """One more officer, who passed both papers and holds a certificate from today that is still to be sealed."""
    with town.site.app.app_context():
        town.session = db.session()
        _officer(town, code, name)
        for number, paper in enumerate((Paper.PROFESSIONAL, Paper.PUBLIC_LAW), 1):
            hold(town, paper, (code,), town.on(town.today - timedelta(days=15), 8 + 2 * number))
        _certify(town, code)
        close(town)


def seal(town: Town, code: str) -> None:
    """Seal the newest certificate of somebody."""
    from app.credentials.models import Certificate

    row = town.session.scalars(select(Certificate.id).where(Certificate.number == town.numbers[code])).one()
    settings = town.site.settings
    waiting = credentials.unsealed_of(town.session, settings, row)
    assert waiting is not None
    keys = credentials.seal_keys(settings, town.now)
    sealed = credentials.sealed_pdf(waiting, keys, settings, town.now)
    credentials.keep_document(town.session, town.hand, waiting, sealed, keys, now=town.now)


def open_now(town: Town, code: str, *, kind: Kind = Kind.PRACTICE, codes: Sequence[str] = (), **more: object) -> int:
    """A sitting that is open now; practice is open to everybody of the bureau. Returns its id."""
    with town.site.app.app_context():
        town.session = db.session()
        now = datetime.now(UTC)
        window = (now - timedelta(minutes=5), now + timedelta(hours=3))
        practice = kind is Kind.PRACTICE
        sitting = plan(
            town, code, Paper.PUBLIC_LAW, codes, window, known=now - timedelta(minutes=10), kind=kind,
            open_practice=practice, show_explanations=practice, **more,
        )  # fmt: skip
        close(town)
    return sitting
