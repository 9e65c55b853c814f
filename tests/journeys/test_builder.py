"""The paper builder in a browser: the bank answers each change, and a clash is told before anything is saved."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import PHONE, visit
from tests.journeys.bureau import Town

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]


def test_the_bank_answers_while_one_edits_and_names_what_clashes(settled: Town, browser: Browser) -> None:
    with visit(browser, settled.site, viewport=PHONE) as tan:
        tan.enter("tan")
        page = tan.go("/exams/specifications/new")
        shown = page.locator("#feasibility")
        expect(shown).to_contain_text("may be drawn for this paper")
        page.fill("[name=cells-0-count]", "2")
        expect(shown).to_contain_text("The bank can fill this specification.")
        page.fill("[name=cells-0-count]", "900")
        expect(shown).to_contain_text("questions are missing in all")
        expect(shown).to_contain_text("Cell 1 needs 900 questions")
        page.fill("[name=cells-0-count]", "2")
        page.click("summary:has-text('What else papers must keep')")
        page.fill("[name=score_low]", "2")
        page.fill("[name=score_high]", "1")
        expect(shown).to_contain_text("This cannot be looked up yet:")
        page.fill("[name=score_low]", "")
        expect(shown).not_to_contain_text("This cannot be looked up yet:")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert tan.faults == []
        tan.go("/exams/specifications")
        expect(tan.page.locator("main")).not_to_contain_text("900")
