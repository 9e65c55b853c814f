"""What was known then and what is known now; and a decision sealed for a case file."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import PROJECT
from tests.journeys.browser import Visitor, visit
from tests.journeys.bureau import Town
from tests.journeys.haikou import FIRST, FREE, GRIDS, ITEM

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
CASE = "琼山城管罚案〔2026〕第17号"


def test_a_suspension_recorded_three_days_late_shows_in_both_times(haikou: Town, browser: Browser) -> None:
    with visit(browser, haikou.site) as sun:
        sun.sign_in("sun")
        decision = ask(sun, haikou)
        expect(sun.page.locator(".verdict")).to_contain_text("Holds until")
        with visit(browser, haikou.site) as ian:
            ian.enter("ian")
            suspend(ian, haikou)
            assert ian.faults == []
        page = sun.go(decision)
        then, now = page.locator("section[aria-labelledby=beside] .panel").all()
        expect(then).to_contain_text("As known then")
        expect(then).to_contain_text("Allowed")
        expect(then).to_contain_text("Nothing stands against it.")
        expect(now).to_contain_text("As known now")
        expect(now).to_contain_text("Not allowed")
        expect(now).to_contain_text("R05")
        expect(page.locator(".verdict")).to_contain_text("Allowed")
        late = page.locator("section[aria-labelledby=beside] tbody tr", has_text="Recorded only later")
        expect(late).to_contain_text("decides")
        sun.picture("then-and-now")
        late.locator("a").click()
        expect(page.locator("h1")).to_have_text("Decisions a record bears on")
        row = page.locator("tbody tr", has_text=decision.rsplit("/", 1)[1])
        expect(row).to_contain_text("Made before it was recorded")
        expect(row).to_contain_text("Allowed")
        page.click("text=Work out the answers of now")
        expect(row).to_contain_text("Not allowed")
        expect(row).to_contain_text("differs")
        sun.picture("fact")
        assert sun.faults == []


def ask(sun: Visitor, haikou: Town) -> str:
    """Tomorrow morning's shift of two officers, allowed; returns the decision's path."""
    day = haikou.today + timedelta(days=1)
    page = sun.go(f"/duty/check?pick={FIRST}&pick={FREE}")
    page.select_option("#act", "PENALTY")
    page.select_option("#item", ITEM)
    page.select_option("#place", GRIDS[0])
    page.fill("#start", f"{day}T08:00")
    page.fill("#end", f"{day}T12:00")
    sun.picture("check")
    page.click("text=Check and record")
    page.wait_for_url("**/duty/decisions/*")
    expect(page.locator("main")).to_contain_text("Nothing stands against it.")
    return "/" + page.url.split("/", 3)[3]


def suspend(ian: Visitor, haikou: Town) -> None:
    """Recorded today, in effect since three days ago."""
    since = haikou.today - timedelta(days=3)
    page = ian.go(f"/credentials/certificates/{haikou.numbers[FREE]}")
    page.click("main a[href$='/suspend'], main a[href*='suspend']")
    page.fill("#reason", "案件调查期间暂扣证件")
    page.fill("#legal_basis", "住房和城乡建设行政处罚程序规定第11条")
    page.fill("#effective_on", since.isoformat())
    page.click("main form button[type=submit]")
    page.locator("dialog.ask button[class*=btn-]:not([class*=secondary])").click()
    page.wait_for_url(f"**/certificates/{haikou.numbers[FREE]}")
    expect(page.locator("main")).to_contain_text(f"Takes effect {since}")


def test_a_decision_is_attested_and_the_file_judged_by_the_command(
    haikou: Town, browser: Browser, tmp_path: Path
) -> None:
    with visit(browser, haikou.site) as sun:
        sun.sign_in("sun")
        decision = ask(sun, haikou)
        page = sun.page
        page.fill("#case_reference", CASE)
        page.fill("#purpose", "行政复议")
        page.click("button:has-text('Attest for a case file')")
        link = page.locator("section[aria-labelledby=attest] td a")
        expect(link).to_have_count(1, timeout=60_000)  # the page fetches itself anew until the sealing process is done
        with page.expect_download() as waiting:
            link.click()
        sealed = tmp_path / "attestation.pdf"
        waiting.value.save_as(sealed)
        page = sun.go(decision)
        link = page.locator("section[aria-labelledby=attest] td a")
        expect(page.locator("section[aria-labelledby=attest] table")).to_contain_text(CASE)
        sun.picture("attested")
        with page.expect_download() as waiting:
            link.click()
        again = tmp_path / "again.pdf"
        waiting.value.save_as(again)
        assert again.read_bytes() == sealed.read_bytes()
        number = str(link.text_content())
        root = tmp_path / "CA.pem"
        root.write_bytes(sun.context.request.get(haikou.site.settings.site_url + "/verify/root.pem").body())
        assert sun.faults == []
    genuine = judged(sealed, root)
    assert genuine.returncode == 0, genuine.stdout
    assert number in genuine.stdout
    changed = tmp_path / "changed.pdf"
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    refused = judged(changed, root)
    assert refused.returncode == 1, refused.stdout


def judged(file: Path, root: Path) -> "subprocess.CompletedProcess[str]":
    """What the command says of a file."""
    line = [sys.executable, "-m", "certificates", "verify", str(file), "--root", str(root)]
    return subprocess.run(line, capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False)
