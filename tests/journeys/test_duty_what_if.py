"""A draft of local rules, tried over the registry, adopted by another hand, and in force from its day on."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import Visitor, visit
from tests.journeys.bureau import PASSWORD, Town
from tests.journeys.haikou import FIRST, GRIDS, ITEM, SHORT

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
TITLE, SOURCE = "年度学时提高到80学时", "海口市城市管理局局务会纪要(示例)"


def test_a_trial_run_shows_who_changes_and_the_draft_is_adopted_by_another_hand(haikou: Town, browser: Browser) -> None:
    adopted = haikou.today + timedelta(days=3)
    with visit(browser, haikou.site) as reg, visit(browser, haikou.site) as sun:
        reg.sign_in("reg")
        write_the_draft(reg)
        run = try_it(reg)
        read_the_report(reg)
        stay_out(reg, run)
        sun.sign_in("sun")
        expect(check(sun, adopted + timedelta(days=1)).locator(".verdict")).to_contain_text("Allowed with warnings")
        with visit(browser, haikou.site) as ada:
            ada.sign_in("ada")
            adopt(ada, run, adopted)
            assert ada.faults == []
        after = check(sun, adopted + timedelta(days=1))
        expect(after.locator(".verdict")).to_contain_text("Not allowed")
        expect(after.locator(".reason-deny")).to_contain_text(["R28"])
        sun.picture("after-adoption")
        before = check(sun, adopted - timedelta(days=1))
        expect(before.locator(".verdict")).to_contain_text("Allowed with warnings")
        expect(before.locator(".reason-warn")).to_contain_text(["R28"])
        with visit(browser, haikou.site) as aud:
            read_the_ledger(aud)
            assert aud.faults == []
        assert (reg.faults, sun.faults) == ([], [])


def write_the_draft(reg: Visitor) -> None:
    """Two rows, each put together by the fields: 80 hours a year, and too few of them deny."""
    page = reg.go("/rules/haikou")
    page.click("text=New draft")
    page.fill("#title", TITLE)
    page.fill("#source", SOURCE)
    page.select_option("#name", "hours.per_year")
    page.fill("#value", "80")
    page.click("text=Add the value")
    expect(page.locator("#text")).to_have_value(re.compile("hours.per_year"))
    page.select_option("#rule", "R28")
    page.select_option("#severity", "DENY")
    page.click("text=Add the rule")
    expect(page.locator("#text")).to_have_value(re.compile("R28"))
    reg.picture("draft-form")
    page.click("text=Save the draft")
    expect(page.locator("h1")).to_contain_text(TITLE)
    expect(page.locator("section[aria-labelledby=changes]")).to_contain_text("hours.per_year")
    expect(page.locator("section[aria-labelledby=changes]")).to_contain_text("80")
    reg.picture("draft")


def try_it(reg: Visitor) -> str:
    """The scheduler does the run while the page waits; returns its path."""
    page = reg.page
    page.click("text=Try it over the registry")
    page.click("text=Start the trial run")
    page.wait_for_url(re.compile(r"/duty/what-if/\d+$"))
    expect(page.locator(".stats")).to_contain_text("5", timeout=30_000)
    expect(page.locator("text=Stop the run")).to_have_count(0, timeout=30_000)
    return "/" + page.url.split("/", 3)[3]


def read_the_report(reg: Visitor) -> None:
    """Who changes from what to what, by unit and by person."""
    page = reg.page
    reg.picture("what-if")
    squad = page.locator("#units-found tr", has_text="国兴街道城市执法中队")
    expect(squad).to_contain_text("Not allowed")
    people = page.locator("section[aria-labelledby=people] table")
    row = people.locator("tr", has_text=FIRST)
    expect(row).to_contain_text("Allowed → Not allowed")
    expect(row).to_contain_text("60 of 80")
    expect(row).to_contain_text("R28")
    expect(people.locator("tr", has_text=SHORT)).to_contain_text("Allowed with warnings → Not allowed")


def stay_out(reg: Visitor, run: str) -> None:
    """Who wrote it finds no way to adopt it."""
    expect(reg.page.locator("text=Adopt the draft")).to_have_count(0)
    reg.expected.append(r"status of 403")
    page = reg.go(f"{run}/adopt")
    expect(page.locator("h1")).not_to_contain_text("Adopt")


def adopt(ada: Visitor, run: str, day: date) -> None:
    """The administrator adopts with a day, a reason and the password; a wrong password adopts nothing."""
    page = ada.go(run)
    page.click("text=Adopt the draft")
    ada.expected.append(r"status of 422")
    for password in ("not-the-password", PASSWORD):
        page.fill("#effective_from", day.isoformat())
        page.fill("#reason", "局务会决定")
        page.fill("#current", password)
        page.click("main button:text-is('Adopt the draft')")
        page.locator("dialog.ask .btn-primary").click()
        if password != PASSWORD:
            expect(page.locator(".error-summary")).to_contain_text("password is not right")
            ada.picture("adopt")
    page.wait_for_url("**/rules/haikou")
    row = page.locator("section[aria-labelledby=adopted] tr", has_text=TITLE)
    expect(row).to_contain_text(day.isoformat())
    expect(row).to_contain_text("局务会决定")
    ada.picture("adopted")
    row.locator("text=Compare with the files").click()
    expect(page.locator("main")).to_contain_text("2 things differ.")
    ada.picture("compare")


def check(sun: Visitor, day: date) -> Page:
    """May the two impose a penalty on the morning of a day; the decision's page."""
    page = sun.go(f"/duty/check?pick={FIRST}&pick={SHORT}")
    page.select_option("#act", "PENALTY")
    page.select_option("#item", ITEM)
    page.select_option("#place", GRIDS[0])
    page.fill("#start", f"{day}T08:00")
    page.fill("#end", f"{day}T12:00")
    page.click("text=Check and record")
    page.wait_for_url("**/duty/decisions/*")
    return page


def read_the_ledger(aud: Visitor) -> None:
    """The adoption stands in the ledger with who, why and from when."""
    aud.enter("aud")
    page = aud.go("/ledger/?event=regimes.overlay.adopted")
    row = page.locator("#ledger tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("ada")
    expect(row).to_contain_text("局务会决定")
