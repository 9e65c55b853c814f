"""People: entered from lists in the order in which they came, with photos, dispatches, sanctions and departures."""

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from PIL import Image, ImageDraw
from sqlalchemy import insert, select

from app.demo.pingliang.figures import Figure
from app.demo.pingliang.organisation import surroundings, table, towns
from app.demo.pingliang.places import COUNTIES
from app.demo.pingliang.stage import KONGTONG, Stage
from app.ledger.service import Deed, record_all
from app.registry import service
from app.registry.models import Person, PersonPhoto
from app.registry.service.photos import cleaned

HEADINGS = (
    "人员编号", "姓名", "人员类别", "身份证号", "用人单位编码", "所在部门编码", "用工性质", "入职日期", "职务",
    "进入渠道", "参加工作日期", "试用期至", "初任培训完成日期", "法律职业资格", "已公示",
)  # fmt: skip
KINDS = {"OFFICER": "执法人员", "AUXILIARY": "协管人员"}
LEAVING = {"KT-0031": "RETIRED", "KT-0047": "RETIRED", "ZL-0015": "RETIRED", "JN-0012": "RETIRED",
           "HT-0017": "RESIGNED", "JC-0018": "TRANSFERRED", "KT-X007": "RESIGNED"}  # fmt: skip
SUSPENDED = "KT-0035"
WITHOUT_PHOTO = ("KT-0122", "CX-0040")


def enter(stage: Stage, figures: Sequence[Figure], moment: datetime) -> None:
    """Import a list of people, and keep the officers' photos."""
    data = table(HEADINGS, (_line(one) for one in figures))
    outcome = service.import_file(
        stage.session, stage.hand, "城管执法人员名册.csv", data, around=surroundings(stage, moment), kind="people"
    )
    if outcome.rejected:
        raise RuntimeError(str([line for line in outcome.report if line["outcome"] == "REJECTED"][:3]))
    codes = [one.code for one in figures]
    found = stage.session.execute(select(Person.code, Person.id).where(Person.code.in_(codes)))
    stage.people.update(dict(found.all()))
    _photos(stage, figures, moment)


def _line(one: Figure) -> tuple[str, ...]:
    def day(value: date | None) -> str:
        return value.isoformat() if value else ""

    return (
        one.code, one.name, KINDS[one.kind], one.id_number, one.agency, one.unit, one.category, day(one.hired_on),
        one.duty_title, one.entry_channel, day(one.service_start), day(one.probation_until), day(one.initial_training),
        "是" if one.legal_qualification else "否", "" if one.published is None else "是" if one.published else "否",
    )  # fmt: skip


def _photos(stage: Stage, figures: Iterable[Figure], moment: datetime) -> None:
    """Drawn silhouettes, plainly nobody's face, entered in bulk; every officer but a few has one."""
    pictures = [cleaned(_silhouette(index)) for index in range(8)]
    rows, deeds = [], []
    for index, one in enumerate(figure for figure in figures if figure.kind == "OFFICER"):
        if one.code in WITHOUT_PHOTO:
            continue
        (content, media_type), person = pictures[index % len(pictures)], stage.people[one.code]
        digest = hashlib.sha256(content).hexdigest()
        rows.append(
            {"person_id": person, "content": content, "media_type": media_type, "sha256": digest, "recorded_at": moment,
             "recorded_by": stage.hand.label}
        )  # fmt: skip
        told = {"sha256": digest, "media_type": media_type}
        deeds.append(Deed("registry.photo.kept", ("person", person), after=told, unit_id=stage.units[one.unit]))
    stage.session.execute(insert(PersonPhoto), rows)
    record_all(stage.session, stage.hand, deeds, now=moment)


def _silhouette(index: int) -> bytes:
    ground, coat = (232, 238, 244), (40 + 12 * index, 58 + 6 * index, 92)
    picture = Image.new("RGB", (200, 280), ground)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((62, 50, 138, 146), fill=(214, 196, 178))
    pen.pieslice((58, 40, 142, 130), 180, 360, fill=(52, 46, 44))
    pen.ellipse((20, 160, 180, 380), fill=coat)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def dispatch(stage: Stage, moment: datetime) -> None:
    """Squads at streets and towns (PL-15): business from the brigade, daily management from the street or town."""
    today = moment.astimezone(stage.zone).date()
    offices = {
        county.agency: [f"{county.agency}-T{n:02d}" for c, n, _ in towns() if c is county] for county in COUNTIES
    }
    for agency, units in offices.items():
        chosen = [one for one in stage.of(agency) if one.cohort == "great"][20 : 20 + 4 * len(units)]
        for index, one in enumerate(chosen):
            if one.code in (SUSPENDED, *LEAVING):
                continue
            service.post(
                stage.session, stage.hand, one.code, unit=units[index % len(units)], kind="DISPATCH",
                business_unit=f"{agency}-D", daily_unit=units[index % len(units)], duty_title="派驻执法队员",
                valid_from=today, today=today, now=moment,
            )  # fmt: skip


def sanctions(stage: Stage, moment: datetime) -> None:
    """A few sanctions of the past year, and one suspension from duty that lasts."""
    reg, today = stage.cast["reg"], moment.astimezone(stage.zone).date()
    for code, kind, basis in (
        ("KT-0041", "WARNING", "工作纪律检查通报(示例)第3号"),
        ("KT-0058", "DEMERIT", "政务处分决定书(示例)第7号"),
        (SUSPENDED, "DUTY_SUSPENSION", "立案调查期间暂停履行职务决定(示例)第2号"),
    ):
        last = None if kind == "DUTY_SUSPENSION" else today + timedelta(days=182)
        service.sanction(
            stage.session, reg, code, kind=kind, basis=basis, valid_from=today, valid_to=last, today=today, now=moment
        )


def depart(stage: Stage, moment: datetime) -> None:
    """People retire, resign and move away; employment and postings end with the day before."""
    today = moment.astimezone(stage.zone).date()
    for code, reason in LEAVING.items():
        actor = stage.cast["reg"] if code.startswith(KONGTONG[3:]) else stage.hand
        service.separate(stage.session, actor, code, reason=reason, valid_from=today, today=today, now=moment)
