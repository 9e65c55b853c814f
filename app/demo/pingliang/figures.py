"""Pingliang's people and their careers, drawn by chance. Nobody here exists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.demo.figures import Figure, a_day, a_name, identities
from app.demo.pingliang.places import COUNTIES, County

UNASSIGNED = 629900
"""First digits of the identity numbers: the list of division codes (GB/T 2260) gives none of 6299xx to a place."""


@dataclass(frozen=True)
class Eras:
    """The days that divide careers: when the site began, the great sitting, the later one, the spring one, today."""

    began: date
    great: date
    later: date
    spring: date
    today: date


def draw(chance: Random, eras: Eras) -> list[Figure]:
    """Everybody: 520 officers, five of them at the supervision body, and 260 auxiliaries; recruits come last."""
    numbers = identities(chance, UNASSIGNED)
    figures = [_city(chance, numbers, index) for index in range(1, 6)]
    for county in COUNTIES:
        figures += _officers(chance, numbers, county, eras)
        figures += [_auxiliary(chance, numbers, county, index, eras) for index in range(1, county.auxiliaries + 1)]
    return figures


def _city(chance: Random, numbers: Iterator[str], index: int) -> Figure:
    titles = ("局长", "执法监督科科长", "科员", "科员", "科员")
    return Figure(
        f"CT-{index:04d}", a_name(chance), "OFFICER", "PL-CITY", "PL-CITY-S", "CIVIL_SERVANT",
        a_day(chance, date(2008, 1, 1), date(2016, 6, 1)), next(numbers), duty_title=titles[index - 1],
        entry_channel="原市规划执法监督支队划转",
    )  # fmt: skip


def _officers(chance: Random, numbers: Iterator[str], county: County, eras: Eras) -> Iterator[Figure]:
    for index in range(1, county.officers + 1):
        cohort = _cohort(county, index)
        hired = _hired(chance, cohort, eras, index)
        fresh = hired > eras.later - timedelta(days=400)
        trained = _trained(hired, cohort, eras)
        yield Figure(
            f"{county.short}-{index:04d}", a_name(chance), "OFFICER", county.agency, county.home(index),
            _category(county, index), hired, next(numbers), cohort=cohort, duty_title=_title(index),
            entry_channel="军转安置" if index % 11 == 0 else "公开招考" if hired.year > 2016 else "原单位划转",
            service_start=hired, probation_until=_year_after(hired) if fresh else None, initial_training=trained,
            legal_qualification=index % 17 == 0, published=None if cohort == "recruit" else index % 41 != 40,
        )  # fmt: skip


def _cohort(county: County, index: int) -> str:
    """Seniors first: the first sitting, the great one, the later one, this spring's, and recruits who sat nothing."""
    if index > county.officers - county.recruits:
        return "recruit"
    if index > county.officers - county.recruits - county.spring:
        return "spring"
    if index > county.officers - county.recruits - county.spring - 4:
        return "later"
    return "first" if 2 < index <= 2 + county.first else "great"


def _hired(chance: Random, cohort: str, eras: Eras, index: int) -> date:
    spans = {
        "first": (date(2006, 3, 1), date(2016, 12, 1)),
        "later": (eras.great + timedelta(days=30), eras.later - timedelta(days=60)),
        "spring": (eras.later + timedelta(days=30), eras.spring - timedelta(days=120)),
        "recruit": (
            max(eras.spring + timedelta(days=20), date(eras.today.year, 1, 1)), eras.today - timedelta(days=15)
        ),
    }  # fmt: skip
    senior = (date(2006, 3, 1), date(2017, 11, 30))
    middle = (date(2018, 1, 8), eras.began - timedelta(days=120))
    return a_day(chance, *spans.get(cohort, middle if index % 3 == 0 else senior))


def _trained(hired: date, cohort: str, eras: Eras) -> date | None:
    """When the initial training ended; this spring's people finish theirs in a class, recruits have yet to."""
    if cohort in ("spring", "recruit") or hired.year < 2018:
        return None
    return min(hired + timedelta(days=75), eras.today)


def _year_after(hired: date) -> date:
    return date(hired.year + 1, hired.month, min(hired.day, 28)) - timedelta(days=1)


def _category(county: County, index: int) -> str:
    if county.organ:
        return "CIVIL_SERVANT"
    return "QUASI_CIVIL_SERVANT" if county.managed and index % 3 else "PUBLIC_INSTITUTION"


def _title(index: int) -> str:
    return {1: "局长", 2: "副局长", 3: "大队长", 4: "副大队长"}.get(index, "中队长" if index % 12 == 5 else "执法队员")


def _auxiliary(chance: Random, numbers: Iterator[str], county: County, index: int, eras: Eras) -> Figure:
    category = ("WELFARE_POST", "WELFARE_POST", "CONTRACT", "LABOUR_DISPATCH")[index % 4]
    source = ("公益性岗位(复转军人)", "公益性岗位(大学生)", "劳动合同", "劳务派遣")[index % 4]
    return Figure(
        f"{county.short}-X{index:03d}", a_name(chance), "AUXILIARY", county.agency, county.home(index + 4), category,
        a_day(chance, date(2017, 3, 1), eras.began - timedelta(days=60)), next(numbers), duty_title="协管员",
        entry_channel=source, published=None,
    )  # fmt: skip
