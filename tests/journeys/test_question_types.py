"""A paper with every type in a real browser: mouse and picture, a cut line, a phone, no script."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from app.exams import service as exams
from app.exams.service.saving import Answer, save_answers
from app.exams.sitting import Kind
from app.extensions import db
from question_bank.specification import Cell
from tests.app.exams import samples
from tests.conftest import thorough
from tests.journeys.browser import PHONE, Visitor, visit
from tests.journeys.bureau import OFFICER, ZONE, Town, close, open_now
from tests.journeys.test_pages import barriers, faults_of
from tests.journeys.test_writing import SAVED, hand_in, saved

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
ITEMS = (*samples.AUTOMATIC, samples.SHORT)


@pytest.fixture(scope="module")
def sitting(settled: Town) -> int:
    """A practice sitting, open to everybody, whose papers hold one question of each type."""
    with settled.site.app.app_context():
        settled.session = db.session()
        samples.keep(settled.session, ITEMS)
        close(settled)
    return open_now(settled, "TYPES", cells=[Cell(samples.TOPIC, item.type, None, 1, Decimal(4)) for item in ITEMS])


def begin(page: Page, sitting: int) -> None:
    """Begin the paper, or go on with it."""
    page.click(f"form[action='/exams/sittings/{sitting}/start'] button")


def write_all(page: Page) -> None:
    """Answer every question rightly, as somebody with a mouse does."""
    one = page.locator("#item-1")
    one.locator("[data-blank]").nth(0).fill("7密")
    one.locator("[data-blank]").nth(1).fill("负责人密")
    page.locator("#item-2 [data-blank]").fill("7.25")
    for prompt, text in (("小额罚款", "简易程序"), ("立案调查", "普通程序")):
        choice = page.locator("#item-3").get_by_label(re.compile(prompt))
        choice.select_option(label=choice.locator("option", has_text=text).inner_text())
    for rank, text in enumerate(("立案", "调查", "告知", "决定"), 1):
        page.locator("#item-4").get_by_label(text, exact=True).select_option(str(rank))
    expect(page.locator("#item-4").get_by_label("送达", exact=True)).to_have_value("5")
    page.locator("#item-5 select").select_option(label="分离")
    page.locator("#item-5 input[data-blank]").fill("银行密")
    spot(page, 100, 100)
    page.locator("#item-7 .paper-option", has_text="亮证").click()
    page.locator("#item-7 [data-blank]").fill("两密")
    for rank, text in enumerate(("甲步", "乙步"), 1):
        page.locator("#item-7").get_by_label(text, exact=True).select_option(str(rank))


def spot(page: Page, x: int, y: int) -> None:
    """Click on the picture, in its own pixels."""
    image = page.locator("#item-6 [data-spot] img")
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    assert box is not None
    image.click(position={"x": (x + 0.5) * box["width"] / 400, "y": (y + 0.5) * box["height"] / 300})


def test_every_type_is_answered_saved_and_marked_and_a_text_outlives_a_cut_line(
    settled: Town, browser: Browser, sitting: int
) -> None:
    with visit(browser, settled.site) as ou:
        ou.expected.append(r"ERR_INTERNET_DISCONNECTED|Failed to load resource")
        ou.enter("ou")
        page = ou.go("/exams/")
        begin(page, sitting)
        page.wait_for_selector("#paper[data-ready=yes]")
        write_all(page)
        page.locator("#item-8 textarea").click()
        for number in range(1, 8):
            saved(page, number)
        ou.context.set_offline(True)
        page.locator("#item-8 textarea").press_sequentially("应当a1出示证件")
        expect(page.locator("#item-8 [data-count]")).to_have_text("8 of 5000 characters")
        expect(page.locator("#item-8 [data-saved]")).to_have_text("Kept in this browser, not yet sent")
        expect(page.locator("#paper-bar")).to_contain_text("The network is cut")
        ou.context.set_offline(False)
        expect(page.locator("#item-8 [data-saved]")).to_have_text(SAVED, timeout=25_000)
        ou.picture("paper-types-desktop")
        page.reload()
        page.wait_for_selector("#paper[data-ready=yes]")
        expect(page.locator("#item-8 textarea")).to_have_value("应当a1出示证件")
        expect(page.locator("#item-6 [data-x]")).to_have_value("100")
        expect(page.locator("#item-6 .paper-marks circle")).to_have_count(2)
        expect(page.locator("#paper-count")).to_have_text("8 of 8 answered")
        hand_in(page)
        page.goto(page.url.replace("/papers/", "/results/").removesuffix("/receipt"))
        expect(page.locator("main")).to_contain_text("28 of 28")
        expect(page.locator("main")).to_contain_text("范文密")
        assert ou.faults == []


def test_the_picture_is_pointed_at_with_keys_alone(settled: Town, browser: Browser, sitting: int) -> None:
    with visit(browser, settled.site) as ou:
        ou.enter("ou")
        page = ou.go("/exams/")
        begin(page, sitting)
        page.wait_for_selector("#paper[data-ready=yes]")
        page.locator("#item-6 [data-spot]").focus()
        for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowUp", "Enter"):
            page.keyboard.press(key)
        expect(page.locator("#item-6 [data-x]")).to_have_value("180")
        expect(page.locator("#item-6 [data-y]")).to_have_value("139")
        saved(page, 6)
        page.keyboard.press("Backspace")
        expect(page.locator("#item-6 [data-x]")).to_have_value("")
        assert ou.faults == []


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=thorough)])
def test_the_paper_has_no_barrier_and_fits_a_phone(
    settled: Town, browser: Browser, sitting: int, language: str
) -> None:
    with visit(browser, settled.site, language=language, viewport=PHONE) as ou:
        ou.enter("ou")
        page = ou.go("/exams/")
        begin(page, sitting)
        page.wait_for_selector("#paper[data-ready=yes]")
        found = list(_faults(ou))
        ou.picture(f"paper-types-{language}-phone")
        assert found == []


def _faults(ou: Visitor) -> Iterator[str]:
    yield from barriers(ou.page, "paper")
    yield from faults_of(ou, "paper", narrow=True)


def test_every_type_is_answered_without_script(settled: Town, browser: Browser, sitting: int) -> None:
    with visit(browser, settled.site, script=False) as ou:
        ou.enter("ou")
        page = ou.go("/exams/")
        begin(page, sitting)
        page.locator("#item-1 [data-blank]").nth(0).fill("七密")
        page.locator("#item-6 [data-x]").fill("50")
        page.locator("#item-6 [data-y]").fill("60")
        page.locator("#item-4 select").first.select_option("1")
        page.locator("#item-8 textarea").fill("一\n二")
        page.click("button[name=save]")
        expect(page.locator(".flashes")).to_contain_text("Question 4 was not saved")
        expect(page.locator("#item-1 [data-blank]").nth(0)).to_have_value("七密")
        expect(page.locator("#item-6 [data-y]")).to_have_value("60")
        expect(page.locator("#item-8 textarea")).to_have_value("一\n二")


@pytest.fixture(scope="module")
def written(settled: Town, sitting: int) -> int:
    """A formal sitting in which the officer has handed in a short answer."""
    made = open_now(
        settled, "TEXTS", kind=Kind.FORMAL, codes=(OFFICER,),
        cells=[Cell(samples.TOPIC, samples.SHORT.type, None, 1, Decimal(8))],
    )  # fmt: skip
    with settled.site.app.app_context():
        settled.session = db.session()
        now, who = datetime.now(UTC), settled.candidate(OFFICER)
        attempt = exams.start_attempt(settled.session, who, made, "d", now=now, zone=ZONE).attempt_id
        save_answers(settled.session, who, attempt, "d", [Answer("t", 1, "主动出示执法证件")], now=now)
        exams.submit(settled.session, who, attempt, now=now)
        close(settled)
    return made


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=thorough)])
def test_a_marker_marks_an_answer_on_a_phone_and_meets_no_barrier(
    settled: Town, browser: Browser, written: int, language: str
) -> None:
    with visit(browser, settled.site, language=language, viewport=PHONE) as marker:
        marker.enter("tan" if language == "zh" else "rui")
        found = []
        for name, path in (("marking", "marking"), ("sitting", f"sittings/{written}/marking"),
                           ("answer", f"sittings/{written}/marking/next")):  # fmt: skip
            marker.go(f"/exams/{path}")
            marker.picture(f"marking-{name}-{language}")
            found += [*barriers(marker.page, name), *faults_of(marker, name, narrow=True)]
        assert found == []
        expect(marker.page.locator("main")).to_contain_text("主动出示执法证件")
        marker.page.locator("input[type=checkbox]").first.check()
        marker.page.click("main form button[type=submit]")
        expect(marker.page.locator("main table")).to_contain_text("6")
