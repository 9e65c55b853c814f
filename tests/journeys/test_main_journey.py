"""The main job, end to end: questions, exam with a cut line, certificate, stranger, duty check."""

import re
import shutil
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import PROJECT
from tests.journeys import questions
from tests.journeys.browser import Visitor, visit
from tests.journeys.bureau import BUREAU, FELLOW, ITEM, OFFICER, PASSWORD, STREET, ZONE, Town

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
CELLS = (("SINGLE", 6, 5), ("MULTIPLE", 3, 10), ("TRUE_FALSE", 3, 5))
PLACES = sum(count for _type, count, _marks in CELLS)
CUT = r"ERR_INTERNET_DISCONNECTED"


def test_from_the_question_file_to_the_refused_shift(bureau: Town, browser: Browser, tmp_path: Path) -> None:
    with visit(browser, bureau.site) as tan, visit(browser, bureau.site) as ou:
        tan.sign_in("tan")
        import_questions(tan, tmp_path)
        with visit(browser, bureau.site) as rui:
            approve(rui)
        sitting = hold_a_sitting(tan, bureau)
        ou.expected.append(CUT)
        ou.sign_in("ou")
        sit_the_exam(ou)
        let_the_window_pass(bureau, sitting)
        release(tan, sitting)
        read_the_result(ou)
        assert (tan.faults, rui.faults, ou.faults) == ([], [], [])
    with visit(browser, bureau.site) as reg, visit(browser, bureau.site) as sun:
        apply_and_check(reg, sun)
        assert (reg.faults, sun.faults) == ([], [])
    with visit(browser, bureau.site) as ian, visit(browser, bureau.site) as stranger:
        document, code = issue(ian, tmp_path)
        judge_the_file(stranger, document, tmp_path)
        ask_as_a_stranger(stranger, document, code)
        assert (ian.faults, stranger.faults) == ([], [])
    with visit(browser, bureau.site) as sun:
        ask_before_the_shift(sun, last_day(bureau, document.stem))
        assert sun.faults == []


def confirm(page: Page) -> None:
    """Agree in the dialog that asks once."""
    page.locator("dialog.ask .btn-primary, dialog.ask .btn-danger").click()


def import_questions(tan: Visitor, folder: Path) -> None:
    """The dry run names the broken question by its line; the others go before the reviewer."""
    file = folder / "处罚程序题库.txt"
    file.write_text(questions.text(), encoding="utf-8")
    page = tan.go("/bank/import")
    page.set_input_files("#file", file)
    page.select_option("#paper", "PUBLIC_LAW")
    page.fill("#topic", questions.TOPIC)
    page.check("#submit_for_review")
    page.click("text=Read and report")
    rejected = page.locator("#report tbody tr", has_text="Rejected")
    expect(rejected).to_have_count(1)
    broken = questions.text().splitlines().index(f"{len(questions.SINGLE) + 1}. {questions.BROKEN}") + 1
    expect(rejected).to_contain_text(f"line {broken}")
    tan.picture("import-report")
    page.click("text=Take over 16 questions")
    confirm(page)
    expect(page.locator("main")).to_contain_text("Taken over")


def approve(rui: Visitor) -> None:
    """The reviewer, another person, approves what waits."""
    rui.sign_in("rui")
    rui.page.click("main >> text=Review")
    page = rui.go("/bank/review")
    expect(page.locator("#queue tbody tr")).to_have_count(16)
    page.click("text=Approve all 16 that wait")
    page.click("button:has-text('Approve 16 questions')")
    expect(page.locator(".flashes")).to_contain_text("16 questions are final")


def hold_a_sitting(tan: Visitor, bureau: Town) -> str:
    """A specification over the new questions, a sitting that is open now, one candidate, announced; its path."""
    page = tan.go("/exams/specifications/new")
    page.fill("#code", "KT-LAW-2")
    page.fill("#title", "行政处罚程序资格考试")
    page.select_option("#unit_id", str(bureau.units[BUREAU]))
    page.select_option("#paper", "PUBLIC_LAW")
    page.select_option("#kind", "FORMAL")
    page.fill("#duration_minutes", "60")
    for row, (kind, count, marks) in enumerate(CELLS):
        page.fill(f"[name=cells-{row}-topic]", questions.TOPIC)
        page.select_option(f"[name=cells-{row}-item_type]", kind)
        page.fill(f"[name=cells-{row}-count]", str(count))
        page.fill(f"[name=cells-{row}-marks]", str(marks))
    page.click("text=Check against the bank")
    expect(page.locator("main")).to_contain_text("The bank can fill this specification.")
    page.click("main button:text-is('Save')")
    expect(page.locator("main")).to_contain_text("行政处罚程序资格考试")
    page = tan.go("/exams/sittings/new")
    now = datetime.now(ZONE)
    page.fill("#title", "处罚程序考试（本月）")
    page.select_option("#specification_id", label="KT-LAW-2 · 行政处罚程序资格考试")
    page.fill("#opens_at", f"{now - timedelta(minutes=2):%Y-%m-%dT%H:%M}")
    page.fill("#closes_at", f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    page.fill("#duration_minutes", "60")
    page.fill("#invigilators", "inv")
    page.check("#show_explanations")
    page.click("main button:text-is('Save')")
    expect(page.locator("h1")).to_contain_text("处罚程序考试")
    path = re.sub(r"^https?://[^/]+", "", page.url)
    page.click("main >> text=Candidates")
    page.fill("#codes", OFFICER)
    page.click("main button:text-is('Admit')")
    expect(page.locator("main")).to_contain_text("1 person admitted.")
    page = tan.go(path)
    page.click("text=Announce")
    confirm(page)
    expect(page.locator(".flashes")).to_contain_text("announced")
    return path


def places_of(page: Page) -> list[Locator]:
    """The questions of the paper, in order."""
    return page.locator(".paper-item").all()


def answer(item: Locator) -> None:
    """Give the right answer, finding the options by their texts as a person would."""
    right = questions.right_answers(item.locator(".paper-stem").inner_text())
    for option in item.locator(".paper-option").all():
        box = option.locator("input")
        if option.locator("span").last.inner_text() in right or box.get_attribute("value") in right & {"T", "F"}:
            option.click()


def saved(item: Locator) -> Locator:
    """What the page says of the answer's saving."""
    return item.locator("[data-saved]")


def sit_the_exam(ou: Visitor) -> None:
    """Some answers, a cut line, two more, the line back and a reload, the rest, a flag, the summary, the receipt."""
    page = ou.go("/")
    page.click("main >> a[href*='/exams']")
    page.click("button:text-is('Begin')")
    page.wait_for_selector("#paper[data-ready=yes]")
    items = places_of(page)
    assert len(items) == PLACES
    for item in items[:3]:
        answer(item)
        expect(saved(item)).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d · no\. \d+"))
    ou.context.set_offline(True)
    for item in items[3:5]:
        answer(item)
        expect(saved(item)).to_have_text("Kept in this browser, not yet sent")
    bar = page.locator("#paper-bar")
    expect(bar).to_contain_text("The network is cut. Answers are kept in this browser")
    ou.picture("paper-offline")
    chosen = [item.locator("input:checked").evaluate_all("all => all.map(one => one.value)") for item in items[3:5]]
    assert all(chosen)
    ou.context.set_offline(False)
    page.reload()
    page.wait_for_selector("#paper[data-ready=yes]")
    items = places_of(page)
    for item, values in zip(items[3:5], chosen, strict=True):
        assert item.locator("input:checked").evaluate_all("all => all.map(one => one.value)") == values
        expect(saved(item)).to_have_text(re.compile(r"Saved .* · no\. \d+"))
    expect(bar).to_be_hidden()
    for item in items[5:-1]:
        answer(item)
    items[-1].locator("[data-flag]").click()
    expect(page.locator(f"[data-goto='{PLACES}']")).to_have_attribute(
        "aria-label", f"Question {PLACES}: empty · flagged"
    )
    expect(saved(items[-2])).to_have_text(re.compile(r"Saved "))
    ou.picture("paper")
    page.click("#paper-submit")
    expect(page.locator("dialog.ask")).to_contain_text(f"1 questions are empty: {PLACES}")
    ou.picture("paper-summary")
    confirm(page)
    expect(page.locator("h1")).to_have_text("Receipt")
    expect(page.locator("main")).to_contain_text(f"{PLACES - 1} of {PLACES}")
    ou.picture("receipt")


def let_the_window_pass(bureau: Town, sitting: str) -> None:
    """Results are released after the sitting has closed; two hours go by in the database instead of in the test."""
    from app.exams.models import Sitting
    from app.extensions import db

    with bureau.site.app.app_context():
        db.session.get_one(Sitting, int(sitting.rsplit("/", 1)[1])).closes_at = datetime.now(ZONE) - timedelta(
            seconds=1
        )
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def release(tan: Visitor, sitting: str) -> None:
    """The trainer confirms the number of results."""
    page = tan.go(f"{sitting}/results")
    page.fill("#count", "1")
    page.click("text=Release the results")
    expect(page.locator(".flashes")).to_contain_text("released")
    expect(page.locator("#release")).to_have_count(0)


def read_the_result(ou: Visitor) -> None:
    """Passed, with the score by topic."""
    page = ou.go("/exams/")
    page.click("text=See the result >> nth=0")
    expect(page.locator("main")).to_contain_text("Passed")
    expect(page.locator("main")).to_contain_text(questions.TOPIC)
    expect(page.locator("main")).to_contain_text("70 of 75")
    ou.picture("result")


def apply_and_check(reg: Visitor, sun: Visitor) -> None:
    """The agency's registrar applies for whoever is ready; its supervisor checks. Neither can do the other's part."""
    reg.sign_in("reg")
    page = reg.go("/credentials/")
    expect(page.locator("#ready tbody tr")).to_have_count(1)
    page.click("text=Apply for 1 certificate")
    confirm(page)
    expect(page.locator(".flashes")).to_contain_text("1 application made.")
    reg.expected.append(r"status of 422")
    page.click("text=Confirm 1 application")
    expect(page.locator(".error-summary")).to_contain_text("somebody else has to take the next step")
    sun.sign_in("sun")
    page = sun.go("/credentials/applications")
    page.click("text=Confirm 1 application")
    expect(page.locator(".flashes")).to_contain_text("1 application checked.")
    sun.picture("applications-checked")


def issue(ian: Visitor, folder: Path) -> tuple[Path, str]:
    """Decided after the password was entered again; returns the sealed file and the check code."""
    ian.sign_in("ian")
    page = ian.go("/credentials/applications")
    expect(page.locator("#applications tbody tr")).to_have_count(1)
    ian.expected.append(r"status of 422")
    for password in ("not-the-password", PASSWORD):
        page.fill("#current", password)
        page.click("text=Grant 1 application")
        confirm(page)
        if password != PASSWORD:
            expect(page.locator(".error-summary")).to_contain_text("password is not right")
    expect(page.locator(".flashes")).to_contain_text("1 certificate issued.")
    page.click(f"tr:has-text('{OFFICER}') >> a >> nth=0")
    page.wait_for_url("**/certificates/PL-*")
    sealed = page.locator("text=Download the PDF")
    for _time in range(20):
        if sealed.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    ian.picture("certificate")
    with page.expect_download() as waiting:
        sealed.click()
    number = page.url.rsplit("/", 1)[1]
    target = folder / f"{number}.pdf"
    waiting.value.save_as(target)
    code = page.locator("dt:text-is('Check code') + dd").inner_text().split()[0]
    return target, code


def judge_the_file(stranger: Visitor, document: Path, folder: Path) -> None:
    """Our command and third-party tools call it genuine; with one byte changed all refuse it."""
    root = folder / "root.pem"
    answer = stranger.context.request.get(stranger.site.settings.site_url + "/verify/root.pem")
    root.write_bytes(answer.body())
    changed = folder / "changed.pdf"
    data = bytearray(document.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)

    def command(*words: object) -> subprocess.CompletedProcess[str]:
        line = [str(word) for word in words]
        return subprocess.run(line, capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False)

    own = (sys.executable, "-m", "certificates", "verify")
    genuine, broken = command(*own, document, "--root", root), command(*own, changed, "--root", root)
    assert (genuine.returncode, broken.returncode) == (0, 1), genuine.stdout + broken.stdout
    assert document.stem in genuine.stdout
    if shutil.which("pdfsig"):
        said = command("pdfsig", "-nocert", document).stdout
        assert "Signature is Valid" in said
        assert "Total document signed" in said
        assert "Signature is Valid" not in command("pdfsig", "-nocert", changed).stdout
    if shutil.which("mutool"):
        assert "unchanged" in command("mutool", "sign", "-v", document).stdout.replace("not changed", "unchanged")
    page = stranger.go("/verify")
    for file, word in ((changed, "Not genuine, or changed"), (document, "Genuine and unchanged")):
        page.set_input_files("#file", file)
        page.click("text=Check the file")
        expect(page.locator("main")).to_contain_text(word)
        if file is document:
            expect(page.locator("main")).to_contain_text("the same, byte for byte")
            stranger.picture("verify-file")
        page = stranger.go("/verify")


def ask_as_a_stranger(stranger: Visitor, document: Path, code: str) -> None:
    """The number with its check code shows the state and the masked name; a wrong code shows nothing of it."""
    page = stranger.go(f"/verify/{document.stem}?code={code}")
    expect(page.locator("main")).to_contain_text("Valid")
    expect(page.locator("main")).to_contain_text("欧**")
    expect(page.locator("main")).not_to_contain_text("欧阳平")
    stranger.picture("verify")
    stranger.expected.append(r"status of 404")
    wrong = "A" + code[1:] if code[0] != "A" else "B" + code[1:]
    page = stranger.go(f"/verify/{document.stem}?code={wrong}")
    expect(page.locator("main")).not_to_contain_text("欧")
    expect(page.locator("main")).not_to_contain_text("Valid through")
    expect(page.locator("h1")).to_be_visible()


def last_day(bureau: Town, number: str) -> date:
    """The last day of a certificate."""
    from sqlalchemy import select

    from app.credentials.models import Certificate
    from app.extensions import db

    with bureau.site.app.app_context():
        found = db.session.scalars(select(Certificate.valid_to).where(Certificate.number == number)).one()
        db.session.remove()
        db.engine.dispose()
    return found


def check(sun: Visitor, start: datetime, end: datetime) -> Page:
    """Ask whether the two may impose a penalty for the item in the street through a shift."""
    page = sun.go("/duty/check")
    page.fill("#codes", f"{OFFICER} {FELLOW}")
    page.select_option("#act", "PENALTY")
    page.select_option("#item", ITEM)
    page.select_option("#place", STREET)
    page.fill("#start", f"{start:%Y-%m-%dT%H:%M}")
    page.fill("#end", f"{end:%Y-%m-%dT%H:%M}")
    page.click("text=Check and record")
    page.wait_for_url("**/duty/decisions/*")
    return page


def ask_before_the_shift(sun: Visitor, last: date) -> None:
    """Tomorrow's shift is allowed without a reason; one past the officer's last day is denied from midnight."""
    sun.sign_in("sun")
    tomorrow = datetime.combine(datetime.now(ZONE).date() + timedelta(days=1), datetime.min.time())
    page = check(sun, tomorrow + timedelta(hours=8), tomorrow + timedelta(hours=16))
    sun.picture("duty-allow")
    expect(page.locator(".verdict")).to_contain_text(re.compile(r"^\s*Allowed(?! with)"))
    expect(page.locator("main")).to_contain_text("Nothing stands against it.")
    evening = datetime.combine(last, datetime.min.time()) + timedelta(hours=22)
    page = check(sun, evening, evening + timedelta(hours=8))
    sun.picture("duty-deny")
    expect(page.locator(".verdict")).to_contain_text("Not allowed")
    midnight = f"{last + timedelta(days=1):%Y-%m-%d}"
    expect(page.locator(".verdict")).to_contain_text(midnight)
    pieces = page.locator(".interval-list li, .intervals li")
    before, after = pieces.nth(0), pieces.nth(1)
    expect(before).to_contain_text("Allowed")
    expect(before).not_to_contain_text("Not allowed")
    expect(after).to_contain_text("Not allowed")
    for rule in ("R03", "R17"):
        expect(before).not_to_contain_text(rule)
        expect(after).to_contain_text(rule)
