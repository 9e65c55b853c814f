"""Pages of duty, squads, rosters, forecast, local rules and outsiders: Chinese on the phone, English at a desk."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.conftest import thorough
from tests.journeys.browser import DESKTOP, PHONE, Visitor, visit
from tests.journeys.bureau import Town
from tests.journeys.haikou import BUREAU, CITY, EXPIRING, FIRST, FREE, GRIDS, ITEM, JOINT, evening, form_squad
from tests.journeys.test_pages import barriers, faults_of

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
Addresses = dict[str, list[tuple[str, str]]]


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=thorough)])
def test_the_pages_of_duty_have_no_serious_fault(
    district: Town, browser: Browser, addresses: Addresses, language: str
) -> None:
    viewport = PHONE if language == "zh" else DESKTOP
    found: list[str] = []
    for who, pages in addresses.items():
        with visit(browser, district.site, language=language, viewport=viewport) as visitor:
            if who:
                visitor.enter(who)
            for name, address in pages:
                visitor.go(address)
                visitor.picture(f"{name}-{language}")
                found += barriers(visitor.page, name)
                found += faults_of(visitor, name, narrow=viewport is PHONE)
    assert found == []


@pytest.fixture(scope="session")
def addresses(district: Town, browser: Browser) -> Addresses:
    """The pages as (name, address), by who looks at them; made to show something on each."""
    haikou = district
    form_squad(haikou)
    with visit(browser, haikou.site) as sun, visit(browser, haikou.site) as reg, visit(browser, haikou.site) as ada:
        sun.enter("sun")
        roster, shift = _roster(sun, haikou)
        decision = _decision(sun, haikou)
        facts = sun.page.locator("a[href*='/duty/facts/']").first.get_attribute("href") or ""
        reg.enter("reg")
        draft, run = _draft(reg)
        ada.enter("ada")
        hook = _webhook(ada)
        assert (sun.faults, reg.faults, ada.faults) == ([], [], [])
    people = "&".join(f"pick={code}" for code in JOINT)
    return {
        "": [("published", f"/officers/{BUREAU}")],
        "sun": [("board", "/duty/"), ("circumstances", f"/duty/check?{people}&act=SEIZE&recorder=no"),
                ("duty-decision", decision), ("squads", "/duty/squads"), ("squad", "/duty/squads/1"),
                ("squad-found", f"/duty/squads/1?unit={CITY}"), ("squad-settings", "/duty/squads/1/settings"),
                ("squad-new", "/duty/squads/new"), ("rosters", "/duty/rosters"), ("roster-new", "/duty/rosters/new"),
                ("roster", roster), ("shift", shift), ("roster-publish", f"{roster}/publish"),
                ("forecast", "/duty/forecast"), ("fact", f"{facts}?now=1"), ("duty-list", "/duty/decisions"),
                ("observations", "/duty/observations")],
        "reg": [("rules", "/rules/"), ("rules-of", "/rules/haikou"), ("draft", draft),
                ("draft-edit", f"{draft}/edit"), ("compare", "/rules/haikou/compare?right=d1"),
                ("what-if-new", draft.replace("/rules/drafts", "/duty/what-if/new")), ("what-ifs", "/duty/what-if"),
                ("what-if", run)],
        "ada": [("what-if-adopt", f"{run}/adopt"), ("webhooks", "/duty/webhooks"), ("webhook", hook),
                ("webhook-new", "/duty/webhooks/new")],
        "soc": [("watch", f"/watch?number={haikou.numbers[FIRST]}"), ("watch-report", "/watch/report")],
        "ou": [("mine", "/duty/mine")],
    }  # fmt: skip


def _path(visitor: Visitor) -> str:
    return "/" + visitor.page.url.split("/", 3)[3]


def _roster(sun: Visitor, haikou: Town) -> tuple[str, str]:
    """A week of which one night is taken by the squad; the addresses of the roster and of the shift."""
    night = evening(haikou)
    page = sun.go("/duty/rosters/new")
    page.fill("#title", "国兴街道值班表")
    page.select_option("#unit", CITY)
    page.fill("#first_day", night.isoformat())
    page.fill("#last_day", (night + timedelta(days=6)).isoformat())
    page.select_option("#places", list(GRIDS))
    page.select_option("#item", ITEM)
    page.click("main form:not(.form-inline) button[type=submit]")
    page.wait_for_url(re.compile(r"/duty/rosters/\d+$"))
    roster = _path(sun)
    page.fill("#start", f"{night}T22:00")
    page.fill("#end", f"{night + timedelta(days=1)}T06:00")
    page.fill("#until", f"{night + timedelta(days=2)}")
    page.click("main button:text-is('Add')")
    return roster, page.locator(".roster-grid .roster-shift a").first.get_attribute("href") or ""


def _decision(sun: Visitor, haikou: Town) -> str:
    """The night shift asked about: denied from midnight."""
    page = sun.go(f"/duty/check?pick={FIRST}&pick={EXPIRING}&pick={FREE}")
    page.select_option("#act", "PENALTY")
    page.select_option("#item", ITEM)
    page.select_option("#place", GRIDS[0])
    page.fill("#start", f"{evening(haikou)}T22:00")
    page.fill("#end", f"{evening(haikou) + timedelta(days=1)}T06:00")
    page.click("text=Check and record")
    page.wait_for_url("**/duty/decisions/*")
    return _path(sun)


def _draft(reg: Visitor) -> tuple[str, str]:
    """A draft and its trial run; their addresses."""
    page = reg.go("/rules/haikou/drafts/new")
    page.fill("#title", "年度学时提高到80学时")
    page.fill("#source", "局务会纪要(示例)")
    page.select_option("#name", "hours.per_year")
    page.fill("#value", "80")
    page.click("text=Add the value")
    page.click("text=Save the draft")
    page.wait_for_url(re.compile(r"/rules/drafts/\d+$"))
    draft = _path(reg)
    page.click("text=Try it over the registry")
    page.click("text=Start the trial run")
    page.wait_for_url(re.compile(r"/duty/what-if/\d+$"))
    page.wait_for_selector("text=Stop the run", state="detached", timeout=30_000)
    return draft, _path(reg)


def _webhook(ada: Visitor) -> str:
    """A webhook of the dispatch system; its address."""
    page = ada.go("/duty/webhooks/new")
    page.fill("#title", "指挥调度平台")
    page.fill("#url", "https://dispatch.example.cn/hook")
    page.fill("#system", "dispatch")
    page.select_option("#unit", CITY)
    page.click("main form:not(.form-inline) button[type=submit]")
    ada.picture("webhook-secret")
    ada.go("/duty/webhooks").click("#webhooks a")
    return _path(ada)
