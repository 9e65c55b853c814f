"""A district of Haikou in the database: a town with two grids, its squad, the police beside it, certificates."""

from datetime import UTC, date, datetime, timedelta

from app.accounts.policy import Role
from app.accounts.service import create_account, grant_role
from app.credentials import service as credentials
from app.eligibility.service import squads
from app.extensions import db
from app.registry import service as registry
from app.registry.identity import Vault
from tests.app.eligibility.rows import hours, sat
from tests.journeys.bureau import Town, close, open_account, portrait, seal
from tests.live import LiveSite

CITY, BUREAU, SQUAD, POLICE = "HK-CT", "HK-QS", "HK-QS-1", "HK-PO"
TOWN = "46010701"
GRIDS = (f"{TOWN}G01", f"{TOWN}G02")
ITEM = "HOU-2"
FIRST, EXPIRING, FREE, SHORT = "QS-0001", "QS-0002", "QS-0003", "QS-0004"
"""Four officers: one whom every rule passes, one whose certificate ends on the evening's day, one who is free; and one
of the bureau's own who had forty hours of sixty last year."""
LEADER = "CT-0001"
JOINT = ("PO-0001", "PX-0001", "PX-0002", FIRST, EXPIRING, "QS-X001", "QS-X002", "QS-X003", "QS-X004")
"""One police officer, two auxiliary police, two officers, four auxiliaries."""
FOUNDED, ENTERED = date(2016, 2, 1), datetime(2016, 7, 1, 1, tzinfo=UTC)
STAFF = {
    "sun": ("孙督导", (Role.SUPERVISOR,), LEADER),
    "ian": ("安发证", (Role.ISSUER,), ""),
    "reg": ("任登记", (Role.REGISTRAR,), ""),
    "soc": ("佘社监", (Role.SOCIAL_SUPERVISOR,), ""),
    "ou": ("欧阳平", (Role.OFFICER,), FIRST),
    "ada": ("艾管理", (Role.ADMINISTRATOR,), ""),
    "aud": ("奥审计", (Role.AUDITOR,), ""),
}


def evening(town: Town) -> date:
    """The day on which the night shift begins: tomorrow."""
    return town.today + timedelta(days=1)


def settle(site: LiveSite) -> Town:
    """Commit the district: everybody works since 2016, four officers hold certificates of five years."""
    with site.app.app_context():
        town = Town(db.session(), site, datetime.now(UTC))
        _organisation(town)
        for code, name in ((FIRST, "欧阳平"), (EXPIRING, "符琼山"), (FREE, "吴海府"), (SHORT, "王红城")):
            unit = BUREAU if code == SHORT else SQUAD
            _person(town, code, name, "OFFICER", "CIVIL_SERVANT", unit, on_public_roster=True)
            registry.keep_photo(town.session, town.hand, code, portrait(code), today=town.today, now=ENTERED)
        _others(town)
        for name, (title, roles, person) in STAFF.items():
            open_account(town, name, title, roles, person, over=CITY)
        system = create_account(
            town.session, town.hand, username="dispatch", display_name="调度系统", is_system=True, now=town.now
        )
        grant_role(town.session, town.hand, system, Role.SYSTEM, town.units[CITY], now=town.now)
        for code, ends in ((FIRST, 900), (EXPIRING, 1), (FREE, 700), (SHORT, 500)):
            _certify(town, code, town.today + timedelta(days=ends))
        _hours(town)
        seal(town, FIRST)
        close(town)
    return town


def _organisation(town: Town) -> None:
    at = {"now": ENTERED, "today": FOUNDED}
    for code, name, kind, parent in (
        ("460100", "海口市", "PREFECTURE", ""), ("460107", "琼山区", "COUNTY", "460100"),
        (TOWN, "国兴街道", "TOWN", "460107"), (GRIDS[0], "国兴第一网格", "GRID", TOWN),
        (GRIDS[1], "国兴第二网格", "GRID", TOWN),
    ):  # fmt: skip
        registry.add_area(
            town.session, town.hand, code=code, name_zh=name, kind=kind, parent_code=parent, now=ENTERED
        )  # fmt: skip
    for code, name, kind, parent, area in (
        (CITY, "海口市城市管理局", "SUPERVISION_BODY", "", "460100"),
        (POLICE, "海口市公安局城市警察支队", "LINE_DEPARTMENT", CITY, ""),
        (BUREAU, "琼山区城市管理局", "BUREAU", CITY, "460107"),
        (SQUAD, "国兴街道城市执法中队", "SQUAD", BUREAU, ""),
    ):
        town.units[code] = registry.create_unit(
            town.session, town.hand, code=code, name_zh=name, name_en="", kind=kind, parent_code=parent,
            is_agency=code != SQUAD, regime="haikou" if code == CITY else None, opened_on=FOUNDED, now=ENTERED,
        )  # fmt: skip
        if area:
            enforces = code == BUREAU
            registry.record_standing(
                town.session, town.hand, code, level="COUNTY" if enforces else "PREFECTURE", enforces=enforces,
                authority_basis="OWN" if enforces else "NONE", valid_from=FOUNDED, **at,
            )  # fmt: skip
            registry.assign_territory(town.session, town.hand, code, area_code=area, valid_from=FOUNDED, **at)
    registry.hold_power(
        town.session, town.hand, BUREAU, ITEM, on=date(2016, 4, 1), published_on=date(2016, 7, 1), note="权责清单", **at
    )


def _person(town: Town, code: str, name: str, kind: str, category: str, unit: str, **more: object) -> None:
    agency = BUREAU if unit == SQUAD else unit
    officer = {"service_start": FOUNDED, "initial_training_done_on": date(2016, 6, 1)} if kind == "OFFICER" else {}
    new = registry.NewPerson(code, name, kind, agency, category, FOUNDED, unit_code=unit, **officer, **more)
    vault = Vault(town.site.settings.identity_key)
    town.people[code] = registry.add_person(
        town.session, town.hand, new, vault=vault, today=FOUNDED, now=ENTERED
    )  # fmt: skip


def _others(town: Town) -> None:
    _person(town, LEADER, "孙督导", "OFFICER", "CIVIL_SERVANT", CITY)
    _person(town, "PO-0001", "林警官", "POLICE", "CIVIL_SERVANT", POLICE)
    for number in (1, 2):
        _person(town, f"PX-000{number}", f"辅警{number}", "AUX_POLICE", "CONTRACT", POLICE)
    for number in range(1, 5):
        _person(town, f"QS-X00{number}", f"协管{number}", "AUXILIARY", "CONTRACT", SQUAD)


def _certify(town: Town, code: str, last: date) -> None:
    """Both papers passed a month before a certificate of five years that ends on `last`."""
    first = _years_before(last, 5) + timedelta(days=1)
    person, issued = town.people[code], town.on(first, 9)
    sat(town.session, town.units[BUREAU], person, {"PUBLIC_LAW": 80, "PROFESSIONAL": 85}, first - timedelta(days=30))
    made = credentials.issue(town.session, town.hand, [person], settings=town.site.settings, now=issued)
    town.numbers[code] = made[0].number


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _hours(town: Town) -> None:
    """Sixty hours last year and this year, but forty for one."""
    for code in (FIRST, EXPIRING, FREE, SHORT):
        for year in (town.today.year - 1, town.today.year):
            amount = 40 if code == SHORT else 60
            hours(town.session, town.units[BUREAU], town.people[code], date(year, 1, 1), amount)


def form_squad(town: Town) -> int:
    """The joint squad as the supervisor would have formed it; returns its id."""
    with town.site.app.app_context():
        town.session = db.session()
        sun, plan = town.actor("sun"), squads.SquadPlan("国兴联合巡逻执法第一分队", "HK-1-2-2-4", GRIDS[0])
        number = squads.create_squad(town.session, sun, SQUAD, plan, now=town.now)
        squads.add_members(town.session, sun, number, JOINT, today=town.today, now=town.now)
        close(town)
    return number
