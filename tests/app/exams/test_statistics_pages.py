"""The pages of statistics, of evidence of copying and of standard setting, through the browser."""

import csv
import io
import re
from datetime import timedelta

import pytest
from lxml import etree
from sqlalchemy import select, update

from app.accounts.models import AccountSession
from app.exams.models import ExamSpecification, StandardPanel
from app.exams.service.figures import keep_sitting_figures, material_of
from app.ledger.models import LedgerEntry
from question_bank.statistics.plain import compute
from tests.app.exams.conftest import ZONE, add_items
from tests.app.exams.hall_of_sixty import AFTER, fill, release


@pytest.fixture
def held(session, tan, operator, make_sitting, people, clock):
    """A released sitting with statistics: so many people, a question of which may be bad."""

    def make(count: int, *, bad: int | None = None, kept: bool = True) -> tuple[int, list[int]]:
        refs = add_items(session, "PUBLIC_LAW", "统计", "SINGLE", 22)
        crowd = [people(f"KT-8{number:03d}", f"考生{number}") for number in range(count)]
        hall = fill(session, tan, make_sitting(), refs, crowd, bad=None if bad is None else refs[bad])
        release(session, tan, hall)
        if kept:
            keep_sitting_figures(
                session, operator, hall.sitting_id, compute(material_of(session, hall.sitting_id)), now=AFTER, zone=ZONE
            )
        clock.at = AFTER + timedelta(minutes=1)
        session.execute(update(AccountSession).values(last_seen_at=clock.at))
        session.flush()
        return hall.sitting_id, refs

    return make


def test_five_people_are_told_that_there_is_not_enough_data_in_both_languages(held, sign_in):
    sitting, _refs = held(5)
    client = sign_in("tan")
    page = client.get(f"/exams/sittings/{sitting}/statistics")
    assert page.status_code == 200
    assert "Not enough data: 5 where at least 20 are needed." in page.text
    assert "Not enough data for a plot of the scores: 5 of 20 candidates." in page.text
    assert "Look at this" not in page.text
    client.set_cookie("language", "zh")
    assert "数据不足：有5份，至少需要20份。" in client.get(f"/exams/sittings/{sitting}/statistics").text


def test_a_bad_question_stands_first_with_its_flags_in_words_and_the_plots_are_clean_svg(held, sign_in):
    sitting, refs = held(60, bad=4)
    client = sign_in("tan")
    page = client.get(f"/exams/sittings/{sitting}/statistics").text
    links = re.findall(r'href="#item-(\d+)"', page)
    assert int(links[0]) == refs[4]
    assert "better candidates do worse on it" in page
    assert "Upper 27 percent, of 1" in page
    for name in ("items", "scores", "information"):
        plot = client.get(f"/exams/sittings/{sitting}/statistics/{name}.svg")
        assert (plot.status_code, plot.mimetype) == (200, "image/svg+xml")
        assert b"<script" not in plot.data
        assert etree.fromstring(plot.data).tag.endswith("svg")
        assert f"statistics/{name}.svg" in page
    assert client.get(f"/exams/sittings/{sitting}/statistics/other.svg").status_code == 404


def test_the_files_hold_a_line_for_each_question_and_no_person(held, sign_in):
    sitting, refs = held(25, bad=4)
    client = sign_in("tan")
    table = list(csv.reader(io.StringIO(client.get(f"/exams/sittings/{sitting}/statistics.csv").text.lstrip("\ufeff"))))
    assert len(table) == 1 + len(refs)
    assert table[0][:3] == ["Question", "Topic", "Candidates"]
    assert {row[2] for row in table[1:]} == {"25"}
    told = client.get(f"/exams/sittings/{sitting}/statistics.json")
    assert told.json["candidates"] == 25
    assert len(told.json["items"]) == len(refs)
    assert "KT-8" not in told.text
    assert "考生1" not in told.text


def test_before_release_and_before_the_job_the_page_says_what_is_missing(held, make_sitting, sign_in):
    sitting, _refs = held(3, kept=False)
    planned = make_sitting()
    client = sign_in("tan")
    assert "are being computed" in client.get(f"/exams/sittings/{sitting}/statistics").text
    assert "once the results are released" in client.get(f"/exams/sittings/{planned}/statistics").text
    assert client.get(f"/exams/sittings/{sitting}/statistics.csv").status_code == 404
    assert client.get(f"/exams/sittings/{sitting}/statistics/items.svg").status_code == 404
    assert "There are no statistics of this sitting yet." in client.get(f"/exams/sittings/{sitting}/copying").text


def test_evidence_of_copying_is_for_those_who_release_and_looking_is_noted(held, sign_in, session):
    sitting, _refs = held(24)
    for name in ("ada", "inv", "ou"):
        assert sign_in(name).get(f"/exams/sittings/{sitting}/copying").status_code == 403, name
    for name, code in (("ada", 200), ("inv", 403), ("ou", 403), ("ian", 403)):
        assert sign_in(name).get(f"/exams/sittings/{sitting}/statistics").status_code == code, name
    assert f"/sittings/{sitting}/copying" not in sign_in("ada").get(f"/exams/sittings/{sitting}/statistics").text
    client = sign_in("tan")
    assert f"/sittings/{sitting}/copying" in client.get(f"/exams/sittings/{sitting}/statistics").text
    page = client.get(f"/exams/sittings/{sitting}/copying")
    assert "never a verdict" in page.text
    assert "100 simulated sittings" in page.text
    entries = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "exams.copying.looked-at")).all()
    assert [(entry.actor_label, entry.subject_id) for entry in entries] == [("tan", str(sitting))]
    assert client.get("/exams/sittings/99999/copying").status_code == 404


def test_a_pass_mark_is_set_by_a_panel_from_beginning_to_end_through_the_pages(
    make_specification, sign_in, session, cast
):
    made = make_specification()
    client = sign_in("tan")
    assert client.get(f"/exams/specifications/{made}/panels/new").status_code == 200
    bad = client.post(
        f"/exams/specifications/{made}/panels/new",
        data={"title": "评定", "method": "ANGOFF", "sitting_id": "0", "judges": "nobody"},
    )
    assert (bad.status_code, "no account with the user name nobody" in bad.text) == (422, True)
    names = ("rui", "sun", "ian", "reg", "inv")
    answer = client.post(
        f"/exams/specifications/{made}/panels/new",
        data={"title": "评定", "method": "ANGOFF", "sitting_id": "0", "judges": " ".join(names)},
    )
    assert answer.status_code == 302
    panel = session.scalars(select(StandardPanel)).one()
    path, refs = f"/exams/panels/{panel.id}", [item["ref"] for item in panel.items]
    assert "评定" in client.get("/exams/panels").text
    assert "0 of 5" in client.get(path).text
    assert client.get(f"{path}/rate").status_code == 404
    early = client.post(f"{path}/close", data={"version": "1"})
    assert (early.status_code, "Nobody has rated in this round yet" in early.text) == (422, True)
    for share, name in zip((50, 60, 60, 60, 70), names, strict=True):
        judge = sign_in(name)
        assert "评定" in judge.get("/").text
        desk = judge.get(f"{path}/rate")
        assert "just good enough" in desk.text
        assert judge.post(f"{path}/rate", data={"round": "1", f"r-{refs[0]}": "viel"}).status_code == 422
        sent = {"round": "1", **{f"r-{ref}": str(share) for ref in refs}}
        assert judge.post(f"{path}/rate", data=sent).status_code == 302
        assert f'value="{share}"' in judge.get(f"{path}/rate").text
    client = sign_in("tan")
    assert "5 of 5" in client.get(path).text
    assert client.post(f"{path}/round", data={"version": "1"}).status_code == 302
    assert "Round before: yours 50, mean 60, from 50 to 70" in sign_in("rui").get(f"{path}/rate").text
    for name in names:
        sent = {"round": "2", **{f"r-{ref}": "64" if name != "rui" else "66" for ref in refs}}
        assert sign_in(name).post(f"{path}/rate", data=sent).status_code == 302
    client = sign_in("tan")
    assert client.post(f"{path}/close", data={"version": "2"}).status_code == 302
    assert "64.4" in client.get(path).text
    mark = f"/exams/specifications/{made}/pass-mark"
    assert "64.4 %" in client.get(mark).text
    low = client.post(mark, data={"panels": panel.id, "chosen": "50", "reason": "x", "version": "1"})
    assert (low.status_code, "no evidence lowers it" in low.text) == (422, True)
    good = client.post(mark, data={"panels": panel.id, "chosen": "64", "reason": "评定组", "version": "1"})
    assert good.status_code == 302
    assert "64 percent" in client.get(f"/exams/specifications/{made}").text
    assert "the mark lies within its interval" in client.get(mark).text
    assert session.get(ExamSpecification, made, populate_existing=True).version == 2


def test_panels_are_for_those_in_charge_of_exams(make_specification, sign_in):
    made = make_specification()
    for name in ("rui", "ou", "inv", "ian"):
        client = sign_in(name)
        for path in ("/exams/panels", f"/exams/specifications/{made}/panels/new"):
            assert client.get(path).status_code == 403, (name, path)
        assert client.get(f"/exams/specifications/{made}/pass-mark").status_code == 403, name
    assert sign_in("ada").get("/exams/panels").status_code == 200
    assert sign_in("tan").get("/exams/panels/99999").status_code == 404


def test_the_grid_and_the_borderline_page_show_what_is_asked(
    make_specification, make_sitting, people, writer, sign_in, session
):
    made = make_specification()
    person = people("KT-0401", "边界")
    sitting = make_sitting("KT-0401", specification=made)
    writer.sit(person, sitting, 3)
    client = sign_in("tan")
    for method in ("EBEL", "BORDERLINE"):
        sent = {"title": method, "method": method, "sitting_id": str(sitting), "judges": "tan"}
        assert client.post(f"/exams/specifications/{made}/panels/new", data=sent).status_code == 302
    grid, group = session.scalars(select(StandardPanel).order_by(StandardPanel.id)).all()
    assert "do not stand in the grid yet" in client.get(f"/exams/panels/{grid.id}/rate").text
    places = {f"relevance-{item['ref']}": "ESSENTIAL" for item in grid.items}
    half = client.post(f"/exams/panels/{grid.id}/grid", data={"version": "1", **places})
    assert (half.status_code, "needs a relevance and a difficulty" in half.text) == (422, True)
    places |= {f"difficulty-{item['ref']}": "HARD" for item in grid.items}
    assert client.post(f"/exams/panels/{grid.id}/grid", data={"version": "1", **places}).status_code == 302
    assert "Essential · Hard" in client.get(f"/exams/panels/{grid.id}/rate").text
    sent = {"round": "1", "r-ESSENTIAL|HARD": "70"}
    assert client.post(f"/exams/panels/{grid.id}/rate", data=sent).status_code == 302
    assert "0.70" in client.get(f"/exams/panels/{grid.id}").text
    assert "边界 KT-0401" in client.get(f"/exams/panels/{group.id}/rate").text
    sent = {"round": "1", "borderline": str(person)}
    assert client.post(f"/exams/panels/{group.id}/rate", data=sent).status_code == 302
    ticked = client.get(f"/exams/panels/{group.id}/rate").text
    assert re.search(rf"value=\"{person}\"[^>]* checked", ticked)
    assert client.post(f"/exams/panels/{group.id}/close", data={"version": "1"}).status_code == 302
    assert "Not enough data: 1 where at least 10 are needed." in client.get(f"/exams/panels/{group.id}").text
