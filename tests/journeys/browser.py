"""Driving a real browser: pages that note every fault of script and policy, signing in, pictures on request."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from tests.journeys.bureau import PASSWORD
from tests.live import LiveSite

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PATIENCE = 15_000
PICTURES = os.environ.get("CHIZHENG_SHOTS", "")
"""A folder for pictures of the pages, for whoever wants to look at them."""


def installed() -> str | None:
    """Where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("google-chrome")


def launch(playwright: Playwright) -> Browser:
    """Start the machine's own Chromium; a busy machine gets time."""
    expect.set_options(timeout=PATIENCE)
    return playwright.chromium.launch(executable_path=installed(), headless=True, args=list(FLAGS))


@dataclass
class Visitor:
    """One person at one browser. `faults` collects what goes wrong in any page, but for the patterns in `expected`."""

    site: LiveSite
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> Page:
        """Collect the faults of a page."""
        page.set_default_timeout(PATIENCE)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._note(f"{page.url}: {error}"))
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"{message.location.get('url', '')}: {message.text}")

    def _note(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in self.expected):
            self.faults.append(text)

    def tab(self) -> Page:
        """Another tab of the same browser."""
        return self.watch(self.context.new_page())

    def go(self, path: str) -> Page:
        """Open an address of the site."""
        self.page.goto(self.site.settings.site_url + path)
        return self.page

    def sign_in(self, name: str, page: Page | None = None) -> None:
        """Sign in with the password, in this page."""
        page = page or self.page
        page.goto(self.site.settings.site_url + "/sign-in")
        page.fill("#username", name)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/")

    def enter(self, name: str) -> None:
        """Be somebody whose session is open already; quicker than the password."""
        cookie, _token = self.site.cookie(f"token-{name}")
        label, _equals, value = cookie.partition("=")
        self.context.add_cookies([{"name": label, "value": value, "url": self.site.settings.site_url}])

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page where somebody asked for pictures."""
        if PICTURES:
            self.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@contextmanager
def visit(
    browser: Browser,
    site: LiveSite,
    *,
    language: str = "en",
    viewport: dict[str, int] | None = None,
    script: bool = True,
) -> Iterator[Visitor]:
    """A browser of one's own, with its own cookies; asks for a language."""
    context = browser.new_context(
        locale="en-GB" if language == "en" else "zh-CN", viewport=viewport or DESKTOP, java_script_enabled=script,
        accept_downloads=True, timezone_id="Asia/Shanghai",
    )  # fmt: skip
    visitor = Visitor(site, context, context.new_page())
    visitor.watch(visitor.page)
    try:
        yield visitor
    finally:
        context.close()
