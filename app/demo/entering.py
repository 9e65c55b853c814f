"""Units, areas and people entered from lists as a registrar would send them, with photos of nobody."""

import csv
import hashlib
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from PIL import Image, ImageDraw
from sqlalchemy import insert, select

from app.demo.figures import Figure
from app.demo.stage import Stage
from app.ledger.service import Deed, record_all
from app.registry import queries as registry
from app.registry import service
from app.registry.codes import TITLES, PersonKind
from app.registry.identity import Vault
from app.registry.models import Person, PersonPhoto
from app.registry.service.photos import cleaned

SAMPLE = "（示例）"
"""What invented places and units are called besides their name."""
UNIT_HEADINGS = (
    "单位编码", "单位名称", "英文名称", "单位类别", "上级单位编码", "独立机关", "适用规则", "成立日期", "层级",
    "具有执法权", "执法依据类型", "机构性质", "辖区编码", "编制数",
)  # fmt: skip
PEOPLE_HEADINGS = (
    "人员编号", "姓名", "人员类别", "身份证号", "用人单位编码", "所在部门编码", "用工性质", "入职日期", "职务",
    "进入渠道", "参加工作日期", "试用期至", "初任培训完成日期", "法律职业资格", "已公示",
)  # fmt: skip
Line = tuple[str, ...]


@dataclass(frozen=True)
class Founding:
    """One unit of a list, before it is a line of it; `enforces` None leaves its standing in law unsaid."""

    code: str
    name: str
    kind: str
    parent: str = ""
    opened: date | None = None
    agency: bool = False
    regime: str = ""
    level: str = "县级"
    enforces: bool | None = True
    basis: str = "法定职权"
    nature: str = ""
    area: str = ""
    posts: int | None = None
    english: str = ""

    @property
    def line(self) -> Line:
        """The line under UNIT_HEADINGS."""
        said = self.enforces is not None
        return (
            self.code, self.name, self.english, self.kind, self.parent, "是" if self.agency else "否", self.regime,
            self.opened.isoformat() if self.opened else "", self.level if said else "",
            ("是" if self.enforces else "否") if said else "",
            (self.basis if self.enforces else "不具有执法权") if said else "", self.nature, self.area,
            "" if self.posts is None else str(self.posts),
        )  # fmt: skip


def surroundings(stage: Stage, moment: datetime) -> service.Surroundings:
    """What an import needs at a moment."""
    day = moment.astimezone(stage.zone).date()
    return service.Surroundings(stage.settings.instance, Vault(stage.settings.identity_key), day, moment)


def table(headings: Line, lines: Iterable[Line]) -> bytes:
    """A list as registrars send it: CSV in UTF-8 with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(lines)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def put_area(
    stage: Stage, moment: datetime, code: str, name: str, kind: str, parent: str = "", english: str = ""
) -> None:
    """A place below another."""
    service.add_area(
        stage.session, stage.hand, code=code, name_zh=name, kind=kind, parent_code=parent, name_en=english, now=moment
    )


def found_units(stage: Stage, file_name: str, lines: Iterable[Line], effective: date, moment: datetime) -> None:
    """Import a list of units under UNIT_HEADINGS; `effective` dates what has no day of its own."""
    _import(stage, file_name, "units", table(UNIT_HEADINGS, lines), effective, moment)
    stage.units.update({unit.code: unit.id for unit in registry.units(stage.session)})


def enter(
    stage: Stage, figures: Sequence[Figure], moment: datetime, *, without_photo: Collection[str] = (),
    file_name: str = "城管执法人员名册.csv",
) -> None:  # fmt: skip
    """Import a list of people, and keep the photos of the officers among them."""
    _import(stage, file_name, "people", table(PEOPLE_HEADINGS, (_line(one) for one in figures)), None, moment)
    learn_codes(stage, [one.code for one in figures])
    pictured = [one for one in figures if one.kind == PersonKind.OFFICER and one.code not in without_photo]
    _photos(stage, pictured, moment)


def learn_codes(stage: Stage, codes: Sequence[str]) -> None:
    """Remember the ids of these people."""
    for start in range(0, len(codes), 500):
        chunk = codes[start : start + 500]
        found = stage.session.execute(select(Person.code, Person.id).where(Person.code.in_(chunk)))
        stage.people.update(dict(found.all()))


def _import(stage: Stage, name: str, kind: str, data: bytes, effective: date | None, moment: datetime) -> None:
    outcome = service.import_file(
        stage.session, stage.hand, name, data, around=surroundings(stage, moment), kind=kind, effective=effective
    )
    if outcome.rejected:
        raise RuntimeError(str([line for line in outcome.report if line["outcome"] == "REJECTED"][:3]))


def _line(one: Figure) -> Line:
    def day(value: date | None) -> str:
        return value.isoformat() if value else ""

    return (
        one.code, one.name, TITLES[PersonKind][one.kind][0], one.id_number, one.agency, one.unit, one.category,
        day(one.hired_on), one.duty_title, one.entry_channel, day(one.service_start), day(one.probation_until),
        day(one.initial_training), "是" if one.legal_qualification else "否",
        "" if one.published is None else "是" if one.published else "否",
    )  # fmt: skip


def _photos(stage: Stage, figures: Sequence[Figure], moment: datetime) -> None:
    """Drawn silhouettes, plainly nobody's face, entered in bulk."""
    if not figures:
        return
    pictures = [cleaned(_silhouette(index)) for index in range(8)]
    digests = [hashlib.sha256(content).hexdigest() for content, _media_type in pictures]
    rows, deeds = [], []
    for index, one in enumerate(figures):
        (content, media_type), digest = pictures[index % len(pictures)], digests[index % len(pictures)]
        person = stage.people[one.code]
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
