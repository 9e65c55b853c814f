"""The organisation: a city body that does not enforce, four districts with brigades, a squad in every town, police."""

from collections.abc import Iterable
from datetime import date, datetime

from app.demo.entering import Founding, found_units, put_area
from app.demo.haikou.places import (
    APRIL_2016,
    CITY,
    COMMUNITIES,
    DISTRICTS,
    GRIDS,
    GUIDANCE,
    POLICE,
    POLICE_SINCE,
    PREFECTURE,
    TOWNS,
    District,
)
from app.demo.stage import Stage
from app.regimes.loader import load
from app.registry import service

FOUNDED = date(2016, 2, 1)
PUBLISHED = date(2016, 7, 1)
BASIS = "海口市推进城市执法体制改革(示例文号)"
POSTS = 520
"""Posts of a district bureau: a sample above the people in post."""


def found(stage: Stage, moment: datetime) -> None:
    """Enter places and units, then which items the districts hold."""
    _areas(stage, moment)
    found_units(stage, "海口市城管执法机构.csv", (one.line for one in _units()), FOUNDED, moment)
    today = moment.astimezone(stage.zone).date()
    for district in DISTRICTS:
        _powers(stage, district, today, moment)


def _areas(stage: Stage, moment: datetime) -> None:
    put_area(stage, moment, PREFECTURE, "海口市", "PREFECTURE", english="Haikou")
    for district in DISTRICTS:
        put_area(stage, moment, district.code, district.name_zh, "COUNTY", PREFECTURE, district.name_en)
    for town in TOWNS:
        put_area(stage, moment, town.code, town.shown, "TOWN", town.district.code)
        for number in range(1, town.share(COMMUNITIES) + 1):
            put_area(stage, moment, f"{town.code}C{number:02d}", f"{town.name}第{number}社区", "COMMUNITY", town.code)
        for number in range(1, town.share(GRIDS) + 1):
            put_area(stage, moment, f"{town.code}G{number:02d}", f"{town.name}第{number}网格", "GRID", town.code)


def _units() -> Iterable[Founding]:
    yield Founding(
        CITY, "海口市城市管理局", "执法监督机构", opened=FOUNDED, agency=True, regime="haikou", level="市级",
        enforces=False, nature="市级不再承担具体执法工作", area=PREFECTURE, english="Haikou City Management Bureau",
    )  # fmt: skip
    yield Founding(
        GUIDANCE, "城市管理指导监督处", "执法监督机构", CITY, FOUNDED, level="市级", enforces=False, nature="内设机构",
        posts=20, english="Guidance Division",
    )  # fmt: skip
    yield Founding(
        POLICE, "海口市公安局城市警察支队", "行业主管部门", opened=POLICE_SINCE, agency=True, regime="haikou",
        enforces=None, english="City Police Detachment",
    )  # fmt: skip
    for district in DISTRICTS:
        yield from _district(district)
    for town in TOWNS:
        yield Founding(
            town.squad, f"{town.shown}城市执法中队", "中队", f"{town.district.agency}-D", town.opened,
            nature="执法大队派驻镇(街)机构",
        )  # fmt: skip


def _district(district: District) -> Iterable[Founding]:
    yield Founding(
        district.agency, f"{district.name_zh}城市管理局", "执法局", CITY, FOUNDED, agency=True, nature="行政机关",
        area=district.code, posts=POSTS, english=f"{district.name_en} City Management Bureau",
    )  # fmt: skip
    yield Founding(
        f"{district.agency}-D", f"{district.name_zh}城市管理行政执法大队", "大队", district.agency, FOUNDED,
        nature="执法局所属机构", english=f"{district.name_en} Brigade",
    )  # fmt: skip


def _powers(stage: Stage, district: District, today: date, moment: datetime) -> None:
    """The items of the eight fields, held and published; the 282 that the document counts are not enumerated there."""
    regime = load("haikou")
    for item in regime.items.values():
        if item.domain in regime.domains:
            service.hold_power(
                stage.session, stage.hand, district.agency, item.code, on=APRIL_2016, published_on=PUBLISHED,
                note=BASIS, now=moment, today=today,
            )  # fmt: skip
