"""The offline verifier on a phone: opened once with a network, then read from the camera without one."""

import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.credentials import queries
from app.credentials import service as credentials
from app.credentials.models import Certificate
from app.credentials.views.verifier import has_decoder
from app.extensions import db
from certificates.qr import modules
from tests.journeys.browser import FLAGS, PHONE, Visitor, installed, visit
from tests.journeys.bureau import Town, newcomer

T = TypeVar("T")
HOLDER = "KT-0003"
FRAME = (1280, 720)
LONGEST = 60


@pytest.fixture
def town(settled: Town) -> Town:
    """The bureau with one more officer, whose certificate will be revoked."""
    newcomer(settled, HOLDER, "卢新")
    return settled


@pytest.fixture
def lens(browser: Browser, tmp_path: Path) -> Iterator[tuple[Browser, Path]]:
    """A Chromium whose camera sees the film in a file."""
    film = tmp_path / "camera.mjpeg"
    camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    camera += (f"--use-file-for-fake-video-capture={film}",)
    chromium = browser.browser_type.launch(executable_path=installed(), headless=True, args=[*FLAGS, *camera])
    yield chromium, film
    chromium.close()


def drawn(text: str, scale: int = 6) -> Image.Image:
    """The QR code of a text as printed."""
    rows = modules(text)
    side = len(rows) + 8
    picture = Image.new("L", (side, side), 255)
    picture.putdata([0 if _dark(rows, x - 4, y - 4) else 255 for y in range(side) for x in range(side)])
    return picture.resize((side * scale, side * scale), Image.Resampling.NEAREST)


def _dark(rows: tuple[tuple[bool, ...], ...], x: int, y: int) -> bool:
    return 0 <= y < len(rows) and 0 <= x < len(rows) and rows[y][x]


def show(film: Path, text: str) -> None:
    """Hold a paper with this code before the camera: a little askew and not quite sharp."""
    paper = drawn(text).rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    paper.thumbnail((640, 640), Image.Resampling.LANCZOS)
    frame = Image.new("RGB", FRAME, (150, 150, 145))
    middle = ((FRAME[0] - paper.width) // 2, (FRAME[1] - paper.height) // 2)
    frame.paste(paper.filter(ImageFilter.GaussianBlur(0.7)), middle)
    buffer = io.BytesIO()
    frame.save(buffer, "JPEG", quality=88)
    film.write_bytes(buffer.getvalue() * 3)


def wait_for(found: Callable[[], T | None], what: str) -> T:
    """What the sealing process makes; raises TimeoutError."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.3)
    raise TimeoutError(what)


def code_of(town: Town) -> str:
    """What the sealed certificate's QR code says."""

    def sealed() -> str:
        with town.site.app.app_context():
            one = db.session.scalars(select(Certificate.id).where(Certificate.number == town.numbers[HOLDER])).one()
            text = queries.code_text(db.session(), one)
            db.session.remove()
            return text

    return wait_for(sealed, "the certificate was not sealed")


def revoke(town: Town, page: Page) -> None:
    """Revoke the holder's certificate on the server, and wait for the list that says so."""
    with town.site.app.app_context():
        credentials.revoke(
            db.session(), town.hand, town.numbers[HOLDER], "经查实以欺骗手段取得", now=datetime.now(UTC),
            zone=town.site.settings.zone, legal_basis="行政许可法第六十九条",
        )  # fmt: skip
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    wait_for(lambda: listed(town, page)["purposes"]["revocation"]["set"] or None, "no list says that it is revoked")


def listed(town: Town, page: Page) -> dict[str, dict[str, dict[str, int]]]:
    """The newest status list as data, empty before there is one."""
    answer = page.request.get(f"{town.site.settings.site_url}/api/v1/status-list?format=json")
    return answer.json() if answer.ok else {"purposes": {"revocation": {"set": 0}}}


def keep(phone: Visitor) -> None:
    """Open the page once with a network, until it says that it needs none any more."""
    page = phone.go("/c")
    page.wait_for_selector("html[data-ready=yes]")
    wait_for(lambda: _has_lists(page), "no lists came")
    expect(page.locator("#ready")).to_be_visible()


def _has_lists(page: Page) -> bool:
    page.click("#refresh")
    expect(page.locator("#refresh")).to_be_enabled()
    return all(re.search(r"\d{4}-\d\d-\d\d", page.inner_text(f"#kept-{name}")) for name in ("status", "trust"))


def unplug(phone: Visitor) -> Page:
    """No network from here on: the page is opened again, and nothing of the site can be reached."""
    phone.context.set_offline(True)
    page = phone.page
    page.goto("about:blank")
    page = phone.go("/c")
    page.wait_for_selector("html[data-ready=yes]")
    reached = "fetch('/healthz').then(() => 'reached', () => 'not reached')"
    assert page.evaluate(reached) == "not reached"
    return page


def scan(page: Page, film: Path, text: str) -> None:
    """Read a code by the camera, or from the address where no decoder is installed."""
    show(film, text)
    if has_decoder():
        page.click("#again" if page.is_visible("#again") else "#scan")
    else:
        page.evaluate("text => { location.hash = text }", text.rpartition("#")[2])
    page.wait_for_selector("#answer .verdict")


def answer(page: Page) -> tuple[str | None, str | None]:
    """State and reason of the answer shown."""
    band = page.locator("#answer .verdict")
    return band.get_attribute("data-state"), band.get_attribute("data-reason")


def shown(page: Page) -> dict[str, str]:
    """The printed fields as the page shows them."""
    rows = page.locator("#answer .fact").all()
    return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows}


def barriers(page: Page) -> list[str]:
    """What axe finds serious or critical, and what scrolls sideways."""
    found = [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    width = page.evaluate("document.scrollingElement.scrollWidth")
    return found + ([f"{width} px wide"] if width > PHONE["width"] else [])


def expects_no_network(phone: Visitor) -> None:
    """Requests that fail for want of a network or a list are no faults of the page."""
    phone.expected += [r"net::ERR_INTERNET_DISCONNECTED", r"api/v1/.*status of 404", r"list\.svg.*status of 404"]


def test_a_certificate_is_judged_without_a_network(town: Town, lens: tuple[Browser, Path]) -> None:
    chromium, film = lens
    text = code_of(town)
    with visit(chromium, town.site, viewport=PHONE) as phone, visit(chromium, town.site, viewport=PHONE) as other:
        for one in (phone, other):
            expects_no_network(one)
            keep(one)
        page = unplug(phone)
        assert barriers(page) == []
        scan(page, film, text)
        assert answer(page) == ("VALID", "FRESH")
        assert page.inner_text("#verdict-word") == "Valid"
        _shows_the_paper(town, shown(page))
        assert barriers(page) == []
        phone.picture("verifier-valid")

        _a_day_later(page)
        page.goto("about:blank")
        page = phone.go("/c")
        page.wait_for_selector("html[data-ready=yes]")
        scan(page, film, text)
        assert answer(page) == ("VALID_AT_ISSUE", "STALE")
        assert re.fullmatch(r"Valid at issue, status as of \d{4}-\d\d-\d\d \d\d:\d\d", page.inner_text("#verdict-word"))
        assert barriers(page) == []
        phone.picture("verifier-stale")

        page.clock.set_system_time(datetime.now(UTC))
        phone.context.set_offline(False)
        revoke(town, page)
        page.click("#refresh")
        expect(page.locator("#answer .verdict")).to_have_attribute("data-state", "REVOKED")
        page = unplug(phone)
        scan(page, film, text)
        assert answer(page) == ("REVOKED", "REVOKED")
        assert barriers(page) == []
        phone.picture("verifier-revoked")

        _pass_the_list_on(town, page, other, film, text)
        assert phone.faults == []
        assert other.faults == []
    if not has_decoder():
        pytest.skip("npm did not install the decoder: codes came by the address, not by the camera")


def _shows_the_paper(town: Town, fields: dict[str, str]) -> None:
    with town.site.app.app_context():
        one = db.session.scalars(select(Certificate).where(Certificate.number == town.numbers[HOLDER])).one()
        face, first, last = one.face, one.valid_from, one.valid_to
        db.session.remove()
        db.engine.dispose()
    assert fields["Name"] == face["holder_name"]
    assert fields["Certificate number"] == town.numbers[HOLDER]
    assert (fields["Agency"], fields["Issued by"]) == (face["agency"], face["issuer_name"])
    assert fields["Region"] == face["region_en"] or fields["Region"] == face["region"]
    assert face["holder_id_masked"].endswith(fields["Identity number ends in, or staff code"])
    assert all(title in fields["Domains of enforcement"] for title in face["domains_en"])
    assert str(first) in fields["Validity"]
    assert str(last) in fields["Validity"]
    assert str(one.issued_on) in fields["Issued on"]
    assert fields["Source of authority"] == face["authority_source_en"]


def _a_day_later(page: Page) -> None:
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=25))


def _pass_the_list_on(town: Town, page: Page, other: Visitor, film: Path, text: str) -> None:
    """The other phone has no network and an older list: it scans the newer one from the first phone's screen."""
    there = unplug(other)
    scan(there, film, text)
    assert answer(there) == ("VALID", "FRESH")
    page.click("#share")
    expect(page.locator("#shared-code")).to_be_visible()
    assert page.evaluate("document.getElementById('shared-code').decode().then(() => true)")
    if not has_decoder():
        return
    there.click("#other-ways summary")
    screen = {"name": "screen.png", "mimeType": "image/png", "buffer": page.locator("#shared-code").screenshot()}
    there.set_input_files("#picture", files=[screen])
    expect(there.locator("#verdict-word")).to_have_text("Status list received")
    there.evaluate("text => { location.hash = text }", text.rpartition("#")[2])
    expect(there.locator("#answer .verdict")).to_have_attribute("data-state", "REVOKED")
