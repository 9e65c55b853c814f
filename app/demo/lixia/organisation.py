"""The eight forces of the report, each an agency with its own powers, and the streets with their offices."""

from collections.abc import Iterable
from datetime import date, datetime

from app.demo.entering import SAMPLE, Founding, found_units, put_area
from app.demo.stage import Stage
from app.regimes.loader import load
from app.registry import service

HAND, DISTRICT, BUREAU, MARKET = "demo.lixia", "LX", "LX-CEB", "LX-MKT"
AREA = "370102"
BEGAN = date(2017, 10, 20)
APPROVED = date(2017, 10, 16)
"""The plan was approved (LX-09)."""
BEFORE = date(2016, 1, 4)
"""Since when the retained forces act, in this demonstration: a sample."""
PUBLISHED = date(2017, 11, 20)
"""The powers were published by the end of 2017 (LX-10); the day is a sample."""
BRIGADE_SINCE = date(2017, 12, 1)
"""The market-supervision brigade began in December 2017 (LX-11); the day is not stated."""
DISPATCHED_ON = date(2017, 12, 15)
STREETS = ("泉城里街道", "明湖岸街道", "千佛岭街道", "文化桥街道", "东关厢街道", "燕山坡街道")


def retained() -> list[str]:
    """The codes of the seven retained forces."""
    return [force.code for force in load("lixia").forces.values() if force.part_of is None]


def force_unit(force: str, index: int) -> str:
    """Where the officer of that number of a retained force serves: in the market force, some in its brigade."""
    return f"{MARKET}-MSB" if f"LX-{force}" == MARKET and index > 2 else f"LX-{force}"


def street_code(number: int) -> str:
    """The code of the street of that number, from 1: eight digits, so that nobody takes it for a national code."""
    return f"3701{number:04d}"


def found(stage: Stage, moment: datetime) -> None:
    """Enter places and units, then which force holds what."""
    put_area(stage, moment, "370100", "济南市", "PREFECTURE", english="Jinan")
    put_area(stage, moment, AREA, "历下区", "COUNTY", "370100", "Lixia")
    for number, name in enumerate(STREETS, 1):
        put_area(stage, moment, street_code(number), name + SAMPLE, "TOWN", AREA)
    found_units(stage, "历下区行政执法机构.csv", (one.line for one in _units()), BEFORE, moment)
    today = moment.astimezone(stage.zone).date()
    regime = load("lixia")
    for item in regime.items.values():
        force = regime.domains[item.domain].force
        agency, day = (f"LX-{force}", max(BEFORE, item.period.starts or BEFORE)) if force else (BUREAU, PUBLISHED)
        service.hold_power(
            stage.session, stage.hand, agency, item.code, on=day, published_on=day, now=moment, today=today,
            note="历下区综合行政执法体制改革方案(示例文号)",
        )  # fmt: skip


def _units() -> Iterable[Founding]:
    yield Founding(
        DISTRICT, "济南市历下区人民政府", "行业主管部门", opened=BEFORE, agency=True, regime="lixia", enforces=False,
        nature="统筹协调", area=AREA, english="Lixia District Government",
    )  # fmt: skip
    yield Founding(
        BUREAU, "历下区综合行政执法局", "执法局", DISTRICT, APPROVED, agency=True, nature="行政机关", area=AREA,
        posts=80, english="Lixia Comprehensive Enforcement Bureau",
    )  # fmt: skip
    yield Founding(f"{BUREAU}-D", "历下区综合行政执法大队", "大队", BUREAU, APPROVED)
    for number, name in enumerate(STREETS, 1):
        yield Founding(
            f"{BUREAU}-S{number:02d}", f"派驻{name}综合行政执法中队{SAMPLE}", "中队", f"{BUREAU}-D", APPROVED,
            nature="派驻街道机构",
        )  # fmt: skip
        yield Founding(
            f"LX-J{number:02d}", f"{name}综合行政执法办公室{SAMPLE}", "街道机构", DISTRICT, APPROVED, level="乡镇级",
            enforces=False, nature="街道办事处机构", area=street_code(number),
        )  # fmt: skip
    forces = load("lixia").forces
    for code in retained():
        yield Founding(
            f"LX-{code}", f"历下区{forces[code].title.zh}", "执法局", DISTRICT, BEFORE, agency=True,
            nature="保留的专业执法队伍", area=AREA, posts=20, english=forces[code].title.en,
        )  # fmt: skip
    yield Founding(
        f"{MARKET}-MSB", "历下区市场监管综合行政执法大队", "大队", MARKET, BRIGADE_SINCE, english=forces["MSB"].title.en
    )
