"""The main pages in both languages and both widths: no serious fault of access, no sideways scrolling, no script fault.

Each language is judged by axe at one width, and the lesser pages are looked at once; with CHIZHENG_THOROUGH set, every
page is judged in every way.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from app.exams.sitting import Kind
from tests.conftest import THOROUGH, thorough
from tests.journeys import questions
from tests.journeys.browser import DESKTOP, PHONE, Visitor, visit
from tests.journeys.bureau import FELLOW, ITEM, OFFICER, SQUAD, STREET, ZONE, Town, open_now
from tests.live import LiveSite

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}
GRAVE = ("serious", "critical")
LESSER = frozenset({
    "verify-form", "verify-unknown", "bank", "bank-import", "candidates", "specifications", "sitting-new", "results",
    "training-classes", "training-hours", "bank-review", "exams-mine", "my-certificates", "my-code", "my-training",
    "my-registry", "looked-up", "certificates", "keys", "duty-decisions", "unit", "powers", "areas", "imports",
    "account",
})  # fmt: skip
"""Pages that are looked at in Chinese on the phone only."""


@pytest.fixture(scope="session")
def addresses(settled: Town, browser: Browser) -> dict[str, list[tuple[str, str]]]:
    """The main pages as (name, address), by who looks at them; made to show something on each."""
    formal = open_now(settled, "PAGES", kind=Kind.FORMAL, codes=(FELLOW,))
    practice = open_now(settled, "LOOKS")
    site = settled.site
    with visit(browser, site) as tan, visit(browser, site) as sun, visit(browser, site) as ou:
        report = _report(tan)
        decisions = _decisions(sun)
        paper, result = _papers(ou, practice)
    number, code = settled.numbers[OFFICER], _check_code(site, settled.numbers[OFFICER])
    return {
        "": [("sign-in", "/sign-in"), ("verify-form", "/verify"), ("verify", f"/verify/{number}?code={code}"),
             ("verify-unknown", f"/verify/{number}?code=AAAAAAAA")],
        "tan": [("home-trainer", "/"), ("bank", "/bank/"), ("bank-items", "/bank/items"),
                ("bank-import", "/bank/import"), ("bank-import-report", report), ("bank-item", _item(site)),
                ("sittings", "/exams/sittings"),
                ("sitting", f"/exams/sittings/{formal}"),
                ("candidates", f"/exams/sittings/{formal}/candidates"),
                ("specifications", "/exams/specifications"), ("specification-new", "/exams/specifications/new"),
                ("specification", "/exams/specifications/1"), ("sitting-new", "/exams/sittings/new"),
                ("results", f"/exams/sittings/{settled.sittings['second']}/results"), ("training", "/training/"),
                ("training-classes", "/training/classes"), ("training-hours", "/training/hours")],
        "rui": [("home-reviewer", "/"), ("bank-review", "/bank/review")],
        "inv": [("home-invigilator", "/"), ("invigilation", f"/exams/sittings/{formal}/invigilate")],
        "ou": [("home-officer", "/"), ("exams-mine", "/exams/"), ("paper", paper), ("result", result),
               ("my-certificates", "/credentials/mine"), ("my-code", f"/credentials/mine/{number}/code"),
               ("my-training", "/training/mine"), ("my-registry", "/registry/me"), ("looked-up", "/duty/mine")],
        "ian": [("home-issuer", "/"), ("ready", "/credentials/"), ("certificates", "/credentials/certificates"),
                ("certificate", f"/credentials/certificates/{number}"), ("keys", "/credentials/keys")],
        "sun": [("home-supervisor", "/"), ("duty-board", "/duty/"), ("duty-check", "/duty/check"),
                *[(f"duty-decision-{n}", address) for n, address in enumerate(decisions, 1)],
                ("duty-decisions", "/duty/decisions")],
        "reg": [("home-registrar", "/"), ("people", "/registry/people"), ("person", f"/registry/people/{OFFICER}"),
                ("units", "/registry/units"), ("unit", f"/registry/units/{SQUAD}"), ("powers", "/registry/powers"),
                ("areas", "/registry/areas"), ("imports", "/registry/imports")],
        "aud": [("home-auditor", "/"), ("ledger", "/ledger/")],
        "ada": [("home-administrator", "/"), ("accounts", "/access/"), ("account", "/access/accounts/tan")],
    }  # fmt: skip


def _report(tan: Visitor) -> str:
    tan.enter("tan")
    page = tan.go("/bank/import")
    file = {"name": "题库.txt", "mimeType": "text/plain", "buffer": questions.text().encode()}
    page.set_input_files("#file", files=[file])
    page.fill("#topic", questions.TOPIC)
    page.click("form[enctype] button[type=submit]")
    page.wait_for_selector("#report")
    return _path(page)


def _decisions(sun: Visitor) -> list[str]:
    """One shift that is allowed, one that somebody alone may not take."""
    sun.enter("sun")
    made, tomorrow = [], datetime.now(ZONE).date() + timedelta(days=1)
    for codes in (f"{OFFICER} {FELLOW}", OFFICER):
        page = sun.go("/duty/check")
        page.fill("#codes", codes)
        page.select_option("#act", "PENALTY")
        page.select_option("#item", ITEM)
        page.select_option("#place", STREET)
        page.fill("#start", f"{tomorrow}T08:00")
        page.fill("#end", f"{tomorrow}T16:00")
        page.click("button[formmethod=post]")
        page.wait_for_url("**/duty/decisions/*")
        made.append(_path(page))
    return made


def _papers(ou: Visitor, sitting: int) -> tuple[str, str]:
    """A paper handed in and another one begun; the addresses of the one begun and of the result."""
    ou.enter("ou")
    begin = f"form[action='/exams/sittings/{sitting}/start'] button"
    page = ou.go("/exams/")
    page.click(begin)
    page.wait_for_selector("#paper[data-ready=yes]")
    page.click("#paper-submit")
    page.click("dialog.ask .btn-primary")
    page.wait_for_url("**/receipt")
    result = _path(page).replace("/papers/", "/results/").removesuffix("/receipt")
    page = ou.go("/exams/")
    page.click(begin)
    page.wait_for_selector("#paper[data-ready=yes]")
    return _path(page), result


def _path(page: Page) -> str:
    return "/" + page.url.split("/", 3)[3]


def _item(site: LiveSite) -> str:
    from app.bank.models import Item

    return f"/bank/items/{_one(site, Item.code)}"


def _check_code(site: LiveSite, number: str) -> str:
    from app.credentials.models import Certificate

    return str(_one(site, Certificate.check_code, Certificate.number == number))


def _one(site: LiveSite, column: object, *conditions: object) -> object:
    from sqlalchemy import select

    from app.extensions import db

    with site.app.app_context():
        found = db.session.scalars(select(column).where(*conditions).limit(1)).one()  # type: ignore[call-overload]
        db.session.remove()
        db.engine.dispose()
    return found


def barriers(page: Page, name: str) -> Iterator[str]:
    """What axe calls serious or critical."""
    for violation in Axe().run(page, options=RULES).response["violations"]:
        if violation["impact"] in GRAVE:
            where = "; ".join(" ".join(node["target"]) for node in violation["nodes"][:3])
            yield f"{name}: {violation['id']} ({violation['impact']}): {where}"


def faults_of(visitor: Visitor, name: str, *, narrow: bool) -> Iterator[str]:
    """What else is wrong with the page shown."""
    page = visitor.page
    width = page.evaluate("document.scrollingElement.scrollWidth")
    if narrow and width > PHONE["width"]:
        yield f"{name}: scrolls sideways, {width} px wide"
    if not page.title().strip(" ·"):
        yield f"{name}: no title"
    yield from (f"{name}: {fault}" for fault in visitor.faults)
    visitor.faults.clear()


@pytest.mark.parametrize(
    ("language", "width"),
    [("zh", "phone"), ("en", "phone"), ("en", "desktop"), pytest.param("zh", "desktop", marks=thorough)],
)
def test_the_main_pages_have_no_serious_fault(
    settled: Town, browser: Browser, addresses: dict[str, list[tuple[str, str]]], language: str, width: str
) -> None:
    found: list[str] = []
    judged = THOROUGH or (language, width) in (("zh", "phone"), ("en", "desktop"))
    everything = THOROUGH or (language, width) == ("zh", "phone")
    for who, pages in addresses.items():
        viewport = PHONE if width == "phone" else DESKTOP
        with visit(browser, settled.site, language=language, viewport=viewport) as visitor:
            if who:
                visitor.enter(who)
            visitor.expected.append(r"verify/.*status of 404")
            for name, address in pages:
                if name in LESSER and not everything:
                    continue
                visitor.go(address)
                visitor.picture(f"{name}-{language}-{width}")
                found += barriers(visitor.page, name) if judged else ()
                found += faults_of(visitor, name, narrow=width == "phone")
    assert found == []
