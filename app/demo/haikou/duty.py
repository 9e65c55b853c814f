"""The 52 joint squads of 1 + 2 + 2 + 4, and the roster that keeps every town covered around the clock this week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.demo.haikou.places import CITY, JINMAO, TOWNS, Town
from app.demo.stage import Stage
from app.eligibility.service import rosters, squads

TEMPLATE = "HK-1-2-2-4"
HOURS, FIRST_HOUR = 8, 6
ITEM = "HOU-2"


@dataclass(frozen=True)
class Joint:
    """A joint squad: where, which of the town's two, and its people in the template's order."""

    town: Town
    number: int
    codes: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.town.name}联合巡逻执法第{'一二'[self.number]}分队"


def joint_squads(stage: Stage) -> Iterator[Joint]:
    """Two squads for each town (HK-05), from the first officers and auxiliaries of its squad and the police."""
    police = [one.code for one in stage.figures if one.kind == "POLICE"]
    helpers = [one.code for one in stage.figures if one.kind == "AUX_POLICE"]
    for index, town in enumerate(TOWNS):
        here = [one for one in stage.figures if one.unit == town.squad]
        officers = [one.code for one in here if one.kind == "OFFICER"]
        auxiliaries = [one.code for one in here if one.kind == "AUXILIARY"]
        for number in range(2):
            nth = 2 * index + number
            yield Joint(town, number, (
                police[nth], *helpers[2 * nth : 2 * nth + 2], *officers[2 * number : 2 * number + 2],
                *auxiliaries[4 * number : 4 * number + 4],
            ))  # fmt: skip


def expiring(stage: Stage) -> str:
    """The officer of scenario S04: the first of the two in the first squad of Jinmao."""
    return next(one.code for one in stage.figures if one.unit == JINMAO.squad)


def form_squads(stage: Stage, moment: datetime) -> None:
    """Save the 52 squads, each with its town as the usual place."""
    today = moment.astimezone(stage.zone).date()
    for one in joint_squads(stage):
        plan = squads.SquadPlan(one.name, TEMPLATE, one.town.code)
        squad = squads.create_squad(stage.session, stage.hand, one.town.squad, plan, now=moment)
        squads.add_members(stage.session, stage.hand, squad, one.codes, today=today, now=moment)


def plan_week(stage: Stage, moment: datetime) -> None:
    """A draft for seven days from today: every town, three shifts a day, its two squads in turn (HK-07)."""
    week = rosters.Plan(
        "镇街联合巡逻执法分队24小时值班表", stage.today, stage.today + timedelta(days=6),
        tuple(town.code for town in TOWNS), item=ITEM,
    )  # fmt: skip
    roster = rosters.create(stage.session, stage.hand, CITY, week, now=moment)
    rosters.fill_round(stage.session, stage.hand, roster, HOURS, FIRST_HOUR, zone=stage.zone, now=moment)
