"""The night shift of Haikou, from the roster to the repair: allowed until midnight, mended by one swap, published."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import thorough
from tests.journeys.browser import Visitor, visit
from tests.journeys.bureau import Town
from tests.journeys.haikou import CITY, EXPIRING, FREE, GRIDS, ITEM, JOINT, SQUAD, evening

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
NAME = "国兴联合巡逻执法第一分队"


@pytest.mark.parametrize("haikou", ["sqlite", pytest.param("postgresql", marks=thorough)], indirect=True)
def test_the_night_shift_is_mended_before_it_is_published(haikou: Town, browser: Browser) -> None:
    with visit(browser, haikou.site) as sun:
        sun.sign_in("sun")
        form_the_squad(sun)
        shift = put_on_duty(sun, haikou)
        read_the_denial(sun, haikou, shift)
        apply_the_repair(sun, haikou, shift)
        publish(sun)
        read_the_board(sun)
        assert sun.faults == []


def form_the_squad(sun: Visitor) -> None:
    """One police officer, two auxiliary police, two officers and four auxiliaries, ticked or typed."""
    page = sun.go("/duty/squads/new")
    page.fill("#name", NAME)
    page.select_option("#unit", SQUAD)
    page.select_option("#template", "HK-1-2-2-4")
    page.select_option("#place", GRIDS[0])
    page.click("text=Form the squad")
    expect(page.locator("#parts ~ ul")).to_contain_text("0 of 4")
    page.fill("#people", "\n".join(JOINT[:3]))
    page.click("section[aria-labelledby=scan] button[type=submit]")
    expect(page.locator(".flashes")).to_contain_text("3 people joined the squad.")
    page.select_option("#unit", SQUAD)
    page.click("text=Find people")
    for code in JOINT[3:]:
        page.check(f"#pick-{code}")
    page.click("section[aria-labelledby=find] button:has-text('Add to the squad')")
    expect(page.locator(".flashes")).to_contain_text("6 people joined the squad.")
    parts = page.locator(".squad-parts li")
    expect(parts).to_have_text([re.compile(f"{number} of {number}") for number in (1, 2, 2, 4)])
    sun.picture("squad")


def put_on_duty(sun: Visitor, haikou: Town) -> str:
    """The roster of two days with one row, 22:00 to 06:00; returns the address of its shift."""
    night = evening(haikou)
    page = sun.go("/duty/rosters/new")
    page.fill("#title", "国兴街道夜间值班表")
    page.select_option("#unit", CITY)
    page.fill("#first_day", night.isoformat())
    page.fill("#last_day", (night + timedelta(days=1)).isoformat())
    page.select_option("#places", [GRIDS[0]])
    page.select_option("#act", "PENALTY")
    page.select_option("#item", ITEM)
    page.click("text=Start the draft")
    page.select_option("#place", GRIDS[0])
    page.select_option("#squad", label=f"{NAME} (9)")
    page.fill("#start", f"{night}T22:00")
    page.fill("#end", f"{night + timedelta(days=1)}T06:00")
    page.click("main button:text-is('Add')")
    expect(page.locator(".flashes")).to_contain_text("1 shift was added.")
    expect(page.locator(".roster-grid")).to_contain_text("Patrol only from 00:00")
    sun.picture("roster-denied")
    link = page.locator(".roster-grid .roster-shift a")
    expect(link).to_have_count(1)
    return str(link.get_attribute("href"))


def pieces(page: Page, nth: int) -> list[str]:
    """What a bar of the shift page says, piece by piece; the first is that of the act, the second that of patrol."""
    return [" ".join(text.split()) for text in bar(page, nth).locator("li").all_inner_texts()]


def bar(page: Page, nth: int) -> Locator:
    """A bar of intervals."""
    return page.locator(".interval").nth(nth)


def read_the_denial(sun: Visitor, haikou: Town, shift: str) -> None:
    """Until midnight allowed; then the certificate, the number of officers and the template deny; patrol stays."""
    page = sun.go(shift)
    sun.picture("shift-denied")
    act, patrol = pieces(page, 0), pieces(page, 1)
    assert len(act) == 2
    assert "Allowed" in act[0]
    assert "Not allowed" in act[1]
    assert all(rule in act[1] for rule in ("R03", "R17", "R35"))
    assert len(patrol) == 1
    assert "Allowed" in patrol[0]
    midnight = evening(haikou) + timedelta(days=1)
    expect(page.locator("main")).to_contain_text(f"As it stands it works until {midnight} ")
    page = sun.go(f"/duty/check?{'&'.join(f'pick={code}' for code in JOINT)}")
    page.select_option("#act", "PENALTY")
    page.select_option("#item", ITEM)
    page.select_option("#place", GRIDS[0])
    page.fill("#start", f"{evening(haikou)}T22:00")
    page.fill("#end", f"{midnight}T06:00")
    page.click("text=Check and record")
    page.wait_for_url("**/duty/decisions/*")
    sun.picture("night-decision")
    chips = page.locator("section[aria-labelledby=permitted] .chips, section[aria-labelledby=permitted] ul").first
    expect(chips).to_contain_text("patrol")
    expect(chips).to_contain_text("dissuading")


def apply_the_repair(sun: Visitor, haikou: Town, shift: str) -> None:
    """The cheapest repair is the swap of one officer; with it the shift is allowed throughout."""
    page = sun.go(shift)
    cheapest = page.locator("section[aria-labelledby=repair] article").first
    expect(cheapest).to_contain_text(EXPIRING)
    expect(cheapest).to_contain_text(FREE)
    cheapest.locator("button").click()
    expect(page.locator(".flashes")).to_contain_text("The shift was changed.")
    sun.picture("shift-mended")
    act = pieces(page, 0)
    assert len(act) == 1
    assert "Allowed" in act[0]
    assert "warnings" not in act[0]
    expect(page.locator("main")).to_contain_text("Nothing stands against it.")
    expect(page.locator("table")).not_to_contain_text(EXPIRING)


def publish(sun: Visitor) -> None:
    """Publishing is an act with a decision of its own; the gaps of the rest of the two days are confirmed."""
    page = sun.page
    page.click("nav[aria-label] >> text=国兴街道夜间值班表")
    page.click("text=Publish the roster")
    sun.picture("publish")
    page.check("#confirmed")
    page.click("text=Publish 1 shift")
    expect(page.locator(".flashes")).to_contain_text("The roster is published.")
    page.locator("dt:text-is('Decision') + dd a").click()
    page.wait_for_url("**/duty/decisions/*")
    expect(page.locator("dt:text-is('Act') + dd")).to_have_text(re.compile("roster"))
    expect(page.locator(".verdict")).to_contain_text(re.compile("Allowed"))
    sun.picture("publication")


def read_the_board(sun: Visitor) -> None:
    """The board counts the published shift, and what its live part fetches is the page itself."""
    page = sun.go("/duty/")
    live = page.locator("#live[data-refresh='60']")
    expect(live).to_contain_text("1 published shift in the next 30 days.")
    again = sun.context.request.get(page.url)
    assert again.ok
    assert 'id="live"' in again.text()
    sun.picture("board")
