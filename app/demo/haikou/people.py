"""3,111 city-management people trained in closed camps, and the police of the joint squads beside them.

How many of the 3,111 were on the establishment is not stated: 1,623 officers and 1,488 auxiliaries are a sample.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from random import Random

from app.demo.classes import Lesson, attended
from app.demo.figures import Figure, a_day, a_name, identities
from app.demo.haikou.places import CITY, DISTRICTS, GUIDANCE, POLICE, POLICE_SINCE, TOWNS, Town
from app.demo.stage import Stage
from app.registry import service

UNASSIGNED = 469900
"""First digits of the identity numbers: the list of division codes (GB/T 2260) gives none of 4699xx to a place."""
OFFICERS = 1623
AUXILIARIES = 1488
TRAINED = OFFICERS + AUXILIARIES
FAILED = 16
"""How many failed the training and were dismissed (HK-02): the last officer of each of the first sixteen towns."""
AT_CITY, AT_BUREAU, AT_BRIGADE = 8, 4, 8
FOUNDERS = (date(2006, 3, 1), date(2016, 12, 1))
CAMPS = (date(2017, 3, 6), date(2017, 4, 10), date(2017, 5, 8), date(2017, 6, 5))
"""First days of the four camps: samples, the document gives no day."""
CAMP = Lesson("全市城管人员封闭式培训(参照公安培训科目)", "CLOSED_CAMP", "海南省高级警官培训学校", 0, 12,
              {"LAW": 40, "BUSINESS": 32, "POLITICAL": 12})  # fmt: skip
DISMISSED_ON = date(2017, 7, 3)
SUSPENDED = "ML-0099"


def draw(chance: Random) -> list[Figure]:
    """Everybody: 1,623 officers, 1,488 auxiliaries, 52 police and 104 auxiliary police."""
    numbers, serials = identities(chance, UNASSIGNED), {one.short: (count(1), count(1)) for one in DISTRICTS}
    figures = [_officer(chance, numbers, f"CT-{n:04d}", CITY, GUIDANCE, "科员") for n in range(1, AT_CITY + 1)]
    for district in DISTRICTS:
        serial, _auxiliaries = serials[district.short]
        for unit, size in ((district.agency, AT_BUREAU), (f"{district.agency}-D", AT_BRIGADE)):
            for _place in range(size):
                code = f"{district.short}-{next(serial):04d}"
                figures.append(_officer(chance, numbers, code, district.agency, unit, "科员"))
    for town in TOWNS:
        figures += _town(chance, numbers, town, serials[town.district.short])
    figures += _police(chance, numbers)
    return figures


def in_squads() -> int:
    """How many of the officers serve in the squads of the towns."""
    return OFFICERS - AT_CITY - len(DISTRICTS) * (AT_BUREAU + AT_BRIGADE)


def _town(
    chance: Random, numbers: Iterator[str], town: Town, serials: tuple[Iterator[int], Iterator[int]]
) -> Iterator[Figure]:
    size, agency, short = town.share(in_squads()), town.district.agency, town.district.short
    for index in range(1, size + 1):
        cohort = "failed" if index == size and town.number <= FAILED else "great"
        title = "中队长" if index == 5 else "执法队员"
        yield _officer(chance, numbers, f"{short}-{next(serials[0]):04d}", agency, town.squad, title, cohort)
    for index in range(1, town.share(AUXILIARIES) + 1):
        yield Figure(
            f"{short}-X{next(serials[1]):04d}", a_name(chance), "AUXILIARY", agency, town.squad,
            ("CONTRACT", "LABOUR_DISPATCH")[index % 2], a_day(chance, *FOUNDERS), next(numbers), duty_title="协管员",
            entry_channel="公开招聘", published=None,
        )  # fmt: skip


def _officer(
    chance: Random, numbers: Iterator[str], code: str, agency: str, unit: str, title: str, cohort: str = ""
) -> Figure:
    hired = a_day(chance, *FOUNDERS)
    category = "CIVIL_SERVANT" if unit in (agency, GUIDANCE) else "QUASI_CIVIL_SERVANT"
    return Figure(
        code, a_name(chance), "OFFICER", agency, unit, category, hired, next(numbers), duty_title=title, cohort=cohort,
        service_start=hired,
    )  # fmt: skip


def _police(chance: Random, numbers: Iterator[str]) -> Iterator[Figure]:
    """One police officer and two auxiliary police for each of the 52 squads; none of them is among the 3,111."""
    for number in range(1, 2 * len(TOWNS) + 1):
        yield _of_police(chance, numbers, f"PO-{number:04d}", "POLICE", "CIVIL_SERVANT", "民警")
    for number in range(1, 4 * len(TOWNS) + 1):
        yield _of_police(chance, numbers, f"PX-{number:04d}", "AUX_POLICE", "CONTRACT", "辅警")


def _of_police(
    chance: Random, numbers: Iterator[str], code: str, kind: str, category: str, title: str
) -> Figure:  # fmt: skip
    return Figure(
        code, a_name(chance), kind, POLICE, POLICE, category, a_day(chance, POLICE_SINCE, date(2016, 12, 1)),
        next(numbers), duty_title=title, published=None,
    )  # fmt: skip


def trained(stage: Stage) -> list[str]:
    """The codes of the 3,111."""
    return [one.code for one in stage.figures if one.agency != POLICE]


def camps(stage: Stage) -> None:
    """Note the four camps, which all the 3,111 attended (HK-01), each a quarter of every unit."""
    codes = trained(stage)
    for index, first in enumerate(CAMPS):
        attended(stage, CITY, first, CAMP, codes[index :: len(CAMPS)])


def dismiss(stage: Stage, moment: datetime) -> None:
    """The sixteen who failed the training leave (HK-02)."""
    for one in (figure for figure in stage.figures if figure.cohort == "failed"):
        service.separate(
            stage.session, stage.hand, one.code, reason="TRAINING_FAILED", valid_from=DISMISSED_ON,
            today=moment.astimezone(stage.zone).date(), now=moment, note="封闭式培训不合格予以辞退",
        )  # fmt: skip


def suspend(stage: Stage, moment: datetime) -> None:
    """One officer is suspended from duty while a case against them is looked into (HK-18)."""
    today = moment.astimezone(stage.zone).date()
    service.sanction(
        stage.session, stage.hand, SUSPENDED, kind="DUTY_SUSPENSION",
        basis="立案调查期间暂停履行职务决定(示例)第1号", valid_from=today, today=today, now=moment,
    )  # fmt: skip
