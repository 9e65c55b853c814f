"""The organisation: areas, units, their standing and posts before and after the reform, and who holds which power."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from app.demo.entering import SAMPLE, Line, found_units, put_area
from app.demo.pingliang.places import CITY_POSTS, COUNTIES, ROOT, County
from app.demo.stage import Stage
from app.regimes.loader import load
from app.registry import service

FOUNDED = date(2013, 1, 4)
REFORMED = date(2017, 3, 1)
PUBLISHED = date(2017, 6, 1)
BASIS = "平凉市城市执法体制改革实施方案"


def found(stage: Stage, moment: datetime) -> None:
    """Enter the whole organisation as its registrar would: areas, one list of units, then what the reform changed."""
    _areas(stage, moment)
    found_units(stage, "平凉市城管执法机构.csv", _units(), FOUNDED, moment)
    _reform(stage, moment)
    for county in COUNTIES:
        _powers(stage, county, moment)


def town_code(number: int) -> str:
    """The code of the town of that number, from 1: eight digits, so that nobody takes it for a national code."""
    return f"6208{number:04d}"


def towns() -> list[tuple[County, int, str]]:
    """Every sample street and town: its county, number and name."""
    named = [(county, name) for county in COUNTIES for name in county.towns]
    return [(county, number, name) for number, (county, name) in enumerate(named, 1)]


def _areas(stage: Stage, moment: datetime) -> None:
    put = partial(put_area, stage, moment)
    put("620800", "平凉市", "PREFECTURE", english="Pingliang")
    for county in COUNTIES:
        put(county.code, county.name_zh, "COUNTY", "620800", county.name_en)
    for county, number, name in towns():
        put(town_code(number), name + SAMPLE, "TOWN", county.code)
        for grid in range(1, 4 if county.organ else 2):
            put(f"{town_code(number)}{grid:02d}", f"{name}第{grid}网格{SAMPLE}", "GRID", town_code(number))


def _units() -> Iterable[Line]:
    day = FOUNDED.isoformat()
    yield (
        ROOT, "平凉市城市管理执法监督局", "Pingliang City Management Supervision Bureau", "执法监督机构", "", "是",
        "pingliang", day, "市级", "否", "不具有执法权", "在市住建局加挂牌子", "620800", "",
    )  # fmt: skip
    yield (
        f"{ROOT}-S", "城市管理执法监督科", "Supervision Section", "执法监督机构", ROOT, "否", "", day, "市级", "否",
        "不具有执法权", "内设科室", "", "",
    )  # fmt: skip
    for county in COUNTIES:
        yield from _county_units(county, day)
    for county, number, name in towns():
        street = name.endswith("街道")
        yield (
            f"{county.agency}-T{number:02d}", f"{name}市容环境卫生管理办公室{SAMPLE}", "",
            "街道机构" if street else "乡镇机构", county.agency, "是", "", REFORMED.isoformat(), "乡镇级", "否",
            "不具有执法权", "街道、乡镇管理机构", town_code(number), "",
        )  # fmt: skip


def _county_units(county: County, day: str) -> Iterable[Line]:
    basis, nature = ("法定职权", "行政机关") if county.organ else ("法律法规授权", "事业单位")
    yield (
        county.agency, f"{county.name_zh}城市管理行政执法局", f"{county.name_en} City Management Bureau", "执法局",
        ROOT, "是", "", day, "县级", "是", basis, nature, county.code, str(county.posts_before),
    )  # fmt: skip
    shared = ("县级", "是", basis)
    yield (
        f"{county.agency}-D", f"{county.name_zh}城市管理综合行政执法大队", f"{county.name_en} Brigade", "大队",
        county.agency, "否", "", day, *shared, "执法局所属机构", "", "",
    )  # fmt: skip
    for number, name in enumerate(county.squads, 1):
        yield (
            f"{county.agency}-D{number}", f"{county.name_zh}{name}", f"{county.name_en} Squad {number}", "中队",
            f"{county.agency}-D", "否", "", day, *shared, "事业单位" if county.inner else "执法大队内设机构", "", "",
        )  # fmt: skip


def _reform(stage: Stage, moment: datetime) -> None:
    """Posts after the reform (PL-22), and the sixteen squads that became internal bodies (PL-19)."""
    today = moment.astimezone(stage.zone).date()
    posts = {f"{ROOT}-S": CITY_POSTS, **{county.agency: county.posts for county in COUNTIES}}
    for code, number in posts.items():
        service.record_establishment(
            stage.session, stage.hand, code, posts=number, valid_from=REFORMED, now=moment, today=today, note=BASIS
        )
    for county in (one for one in COUNTIES if one.inner):
        for number in range(1, len(county.squads) + 1):
            service.record_standing(
                stage.session, stage.hand, f"{county.agency}-D{number}", level="COUNTY", enforces=True,
                authority_basis="OWN" if county.organ else "AUTHORISED", legal_nature="执法大队内设机构",
                valid_from=REFORMED, now=moment, today=today, note=BASIS,
            )  # fmt: skip


def _powers(stage: Stage, county: County, moment: datetime) -> None:
    """Nearly all items are held and published; some are planned still, and each place has one not yet published."""
    items = list(load("pingliang").items)
    planned = set() if county.organ else set(items[-3:])
    unpublished = items[-1] if county.organ else items[3]
    today = moment.astimezone(stage.zone).date()
    for item in items:
        if item in planned:
            service.plan_power(
                stage.session, stage.hand, county.agency, item, on=stage.day(days=120), now=moment, today=today
            )
            continue
        service.hold_power(
            stage.session, stage.hand, county.agency, item, on=REFORMED, now=moment, today=today, note=BASIS,
            published_on=None if item == unpublished else PUBLISHED,
        )  # fmt: skip
