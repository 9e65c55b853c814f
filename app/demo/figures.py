"""Fictional people: names and identity numbers drawn by chance. Nobody here exists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from app.registry.identity import check_character

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚"
    "卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红建国文辉鹏宇浩然子轩雨欣志远海燕晓东春梅秀珍德福"
    "永昌小龙振兴雪松立新世荣云飞家宁正阳思源博学慧亚楠一鸣维民宝林银生有为"
)


@dataclass(frozen=True)
class Figure:
    """One fictional person and how they came. `cohort` names the sitting in which they first sat the papers."""

    code: str
    name: str
    kind: str
    agency: str
    unit: str
    category: str
    hired_on: date
    id_number: str
    cohort: str = ""
    duty_title: str = ""
    entry_channel: str = "公开招考"
    service_start: date | None = None
    probation_until: date | None = None
    initial_training: date | None = None
    legal_qualification: bool = False
    published: bool | None = True


def identities(chance: Random, unassigned: int) -> Iterator[str]:
    """Identity numbers, each once: place, birth date, serial, check character.

    `unassigned` is a division code ending in 9900: the list of such codes (GB/T 2260) gives none after it to a place.
    """
    serial = 0
    while True:
        serial += 1
        born = date(1967, 1, 1) + timedelta(days=chance.randrange(365 * 32))
        first = f"{unassigned + 1 + serial // 900}{born:%Y%m%d}{serial % 900 + 100}"
        yield first + check_character(first)


def a_name(chance: Random) -> str:
    """A surname and one or two characters."""
    given = "".join(chance.sample(GIVEN, 2 if chance.random() < 0.72 else 1))
    return chance.choice(SURNAMES) + given


def a_day(chance: Random, first: date, last: date) -> date:
    """A day from the first on, before the last."""
    return first + timedelta(days=chance.randrange(max((last - first).days, 1)))


class Drawer:
    """Draws fictional people one after the other, with names and identity numbers by chance."""

    def __init__(self, chance: Random, unassigned: int) -> None:
        self._chance, self._numbers = chance, identities(chance, unassigned)

    def officer(self, code: str, agency: str, unit: str, hired: tuple[date, date], **more: Any) -> Figure:  # noqa: ANN401
        """Somebody on the establishment, hired between two days (the same for a certain one)."""
        kept = {"category": "CIVIL_SERVANT", "duty_title": "执法队员", **more}
        day = a_day(self._chance, *hired)
        name, number = a_name(self._chance), next(self._numbers)
        return Figure(code, name, "OFFICER", agency, unit, hired_on=day, id_number=number, service_start=day, **kept)

    def auxiliary(self, code: str, agency: str, unit: str, hired: tuple[date, date], category: str) -> Figure:
        """An auxiliary, who may assist and no more."""
        day = a_day(self._chance, *hired)
        name, number = a_name(self._chance), next(self._numbers)
        return Figure(
            code, name, "AUXILIARY", agency, unit, category, day, number, duty_title="协管员", entry_channel="公开招聘",
            published=None,
        )  # fmt: skip

    def name(self) -> str:
        """A name for somebody of whom no more is kept."""
        return a_name(self._chance)
