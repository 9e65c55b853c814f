"""Writing a paper when something happens: the session ends, a second device, more time, no mouse, no script."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from app.accounts.models import AccountSession
from app.exams.sitting import Kind
from app.extensions import db
from tests.journeys.browser import Visitor, visit
from tests.journeys.bureau import AUXILIARY, OFFICER, Town, open_now

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
SAVED = re.compile(r"Saved \d\d:\d\d:\d\d · no\. \d+")


@pytest.fixture(scope="session")
def practice(settled: Town) -> int:
    """A practice sitting that is open to everybody of the bureau."""
    return open_now(settled, "PRACTICE")


def begin(visitor: Visitor, sitting: int) -> Page:
    """Begin, or go on with, the paper of this sitting."""
    page = visitor.go("/exams/")
    page.click(f"form[action='/exams/sittings/{sitting}/start'] button")
    if visitor.page.locator("#paper.is-live").or_(visitor.page.locator("#paper")).count():
        page.wait_for_selector("#paper[data-ready=yes]")
    return page


def choose(page: Page, place: int, option: int = 0) -> None:
    """Choose an option of a question by clicking its row."""
    page.locator(f"#item-{place} .paper-option").nth(option).click()


def saved(page: Page, place: int) -> None:
    """The page says that the answer has its number."""
    expect(page.locator(f"#item-{place} [data-saved]")).to_have_text(SAVED)


def hand_in(page: Page) -> None:
    """Hand the paper in through the dialog."""
    page.click("#paper-submit")
    page.locator("dialog.ask .btn-primary").click()
    expect(page.locator("h1")).to_have_text("Receipt")


def end_sessions(town: Town, name: str) -> None:
    """End every session of an account on the server."""
    with town.site.app.app_context():
        mine = AccountSession.account_id == town.accounts[name]
        db.session.execute(update(AccountSession).where(mine).values(ended_at=datetime.now(UTC)))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def test_answers_survive_a_session_that_ends_and_are_sent_after_signing_in_in_another_tab(
    settled: Town, browser: Browser, practice: int
) -> None:
    with visit(browser, settled.site) as ou:
        ou.expected.append(r"status of 40[01]")
        ou.sign_in("ou")
        page = begin(ou, practice)
        choose(page, 1)
        saved(page, 1)
        end_sessions(settled, "ou")
        choose(page, 2)
        expect(page.locator("#item-2 [data-saved]")).to_have_text("Kept in this browser, not yet sent")
        expect(page.locator("#paper-bar")).to_contain_text("sign in again in another tab")
        ou.picture("paper-signed-out")
        ou.sign_in("ou", ou.tab())
        page.bring_to_front()
        expect(page.locator("#item-2 [data-saved]")).to_have_text(SAVED, timeout=25_000)
        expect(page.locator("#paper-bar")).to_be_hidden()
        choose(page, 3)
        saved(page, 3)
        hand_in(page)
        expect(page.locator("main")).to_contain_text("3 of 5")
        assert ou.faults == []


def test_the_older_of_two_devices_turns_read_only(settled: Town, browser: Browser, practice: int) -> None:
    with visit(browser, settled.site) as first, visit(browser, settled.site) as second:
        first.expected.append(r"status of 409|status of 403")
        first.sign_in("ou")
        old = begin(first, practice)
        choose(old, 1)
        saved(old, 1)
        second.sign_in("ou")
        new = begin(second, practice)
        saved(new, 1)
        choose(old, 2)
        expect(old.locator("#paper-bar")).to_have_text(
            "This paper was opened on another device. Here it can only be read."
        )
        expect(old.locator("#item-2 input").first).to_be_disabled()
        expect(old.locator("#paper-submit")).to_be_hidden()
        choose(new, 2)
        saved(new, 2)
        hand_in(new)
        assert (first.faults, second.faults) == ([], [])


def test_extra_time_reaches_the_page_within_thirty_seconds(settled: Town, browser: Browser) -> None:
    sitting = open_now(settled, "EXTRA", kind=Kind.PRACTICE, codes=(OFFICER,))
    with visit(browser, settled.site) as ou, visit(browser, settled.site) as tan:
        ou.sign_in("ou")
        page = begin(ou, sitting)
        assert minutes_left(page) <= 60
        tan.enter("tan")
        desk = tan.go(f"/exams/sittings/{sitting}/invigilate")
        tan.picture("invigilation")
        desk.fill("#time-minutes", "10")
        desk.fill("#time-reason", "停电")
        desk.click("button:has-text('Give more time')")
        expect(desk.locator(".flashes")).to_contain_text("10 minutes granted")
        page.wait_for_function(
            "() => { const [a, b, c] = document.getElementById('paper-clock').textContent.split(':').map(Number);"
            " return (c === undefined ? a : 60 * a + b) >= 65; }",
            timeout=30_000,
        )
        assert minutes_left(page) >= 65
        hand_in(page)
        assert (ou.faults, tan.faults) == ([], [])


def minutes_left(page: Page) -> int:
    """What the clock of the paper shows, in minutes."""
    parts = [int(part) for part in page.inner_text("#paper-clock").split(":")]
    return parts[0] * 60 + parts[1] if len(parts) == 3 else parts[0]


def test_a_paper_can_be_written_and_handed_in_with_keys_alone(settled: Town, browser: Browser, practice: int) -> None:
    with visit(browser, settled.site) as ou:
        ou.sign_in("ou")
        page = ou.go("/exams/")
        reach(page, f"form[action='/exams/sittings/{practice}/start'] button")
        page.keyboard.press("Enter")
        page.wait_for_selector("#paper[data-ready=yes]")
        page.keyboard.press("2")
        expect(page.locator("#item-1 input").nth(1)).to_be_checked()
        saved(page, 1)
        reach(page, "#item-2 [data-flag]")
        page.keyboard.press("Space")
        expect(page.locator("#item-2 [data-flag]")).to_have_attribute("aria-pressed", "true")
        reach(page, "#paper-submit")
        page.keyboard.press("Enter")
        expect(page.locator("dialog.ask")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Receipt")
        assert ou.faults == []


def reach(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, which must show."""
    wanted = page.locator(selector).first
    for _time in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            style = wanted.evaluate("one => { const s = getComputedStyle(one); return [s.outlineStyle, s.boxShadow]; }")
            assert style != ["none", "none"], f"the focus on {selector} does not show"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_the_plain_form_works_without_script(settled: Town, browser: Browser, practice: int) -> None:
    with visit(browser, settled.site, script=False) as ou:
        ou.sign_in("ou")
        page = ou.go("/exams/")
        page.click(f"form[action='/exams/sittings/{practice}/start'] button")
        expect(page.locator("button[name=save]")).to_be_visible()
        choose(page, 1)
        choose(page, 2)
        page.click("button[name=save]")
        expect(page.locator("#item-1 input:checked")).to_have_count(1)
        choose(page, 3)
        page.click("button[name=summary]")
        expect(page.locator("main")).to_contain_text("4, 5")
        page.click("main button:text-is('Hand in')")
        expect(page.locator("h1")).to_have_text("Receipt")
        expect(page.locator("main")).to_contain_text("3 of 5")


def test_nobody_without_an_admission_sees_a_formal_sitting(settled: Town, browser: Browser) -> None:
    sitting = open_now(settled, "CLOSED-DOOR", kind=Kind.FORMAL, codes=())
    with visit(browser, settled.site) as ou:
        ou.enter("ou")
        page = ou.go("/exams/")
        assert page.locator(f"form[action='/exams/sittings/{sitting}/start']").count() == 0
        assert AUXILIARY not in page.content()
