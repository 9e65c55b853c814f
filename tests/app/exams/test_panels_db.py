"""Standard setting: panels are rated, closed, and a pass mark is chosen from what they found."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import service as accounts
from app.accounts.models import Account
from app.accounts.policy import Role
from app.core.errors import Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor
from app.exams import queries
from app.exams.models import ExamSpecificationVersion, PanelRating, PassMarkChoice, StandardPanel
from app.exams.queries.panel_outcomes import PanelMethod
from app.exams.queries.panels import choices_of, desk, panel_page, panels_to_rate
from app.exams.service.panels import PanelData, close_panel, next_round, open_panel, place_items, rate
from app.exams.service.pass_marks import choose_pass_mark
from app.ledger.models import LedgerEntry
from tests.app.exams.conftest import OPENS, TODAY
from tests.conftest import START, refused

NOW = START + timedelta(days=1)
JUDGES = ("judge1", "judge2", "judge3", "judge4", "judge5")


@pytest.fixture
def judges(session, house, operator) -> list[Actor]:
    """Five people with accounts who are nothing but officers."""
    made = []
    for name in JUDGES:
        account = Account(
            username=name, display_name=name, email=f"{name}@example.cn", password_changed_at=START, person_id=None,
            created_at=START,
        )  # fmt: skip
        session.add(account)
        session.flush()
        accounts.grant_role(session, operator, account.id, Role.OFFICER, house.bureau, now=START)
        made.append(Actor(label=name, account_id=account.id))
    return made


@pytest.fixture
def make_panel(session, tan, make_specification, judges):
    """Open a panel over a fresh specification; keywords change it."""

    def make(method=PanelMethod.ANGOFF, *, specification=None, **changes) -> int:
        chosen = specification or make_specification(code=f"GG-{method}")
        values = {"title": "合格线评定", "method": method, "sitting_id": None, "judges": JUDGES, **changes}
        return open_panel(session, tan, PanelData(chosen, **values), now=NOW, today=TODAY)

    return make


def panel_of(session, panel_id) -> StandardPanel:
    return session.get(StandardPanel, panel_id, populate_existing=True)


def everything(session, panel_id, chance) -> dict[str, float]:
    return {str(item["ref"]): chance for item in panel_of(session, panel_id).items}


def rate_all(session, judges, panel_id, chances, round_=1):
    for judge, chance in zip(judges, chances, strict=True):
        rate(session, judge, panel_id, round_, everything(session, panel_id, chance), now=NOW)


def test_a_panel_rates_a_paper_drawn_over_the_cells_of_its_specification(session, make_panel, tan):
    page = panel_page(session, make_panel(), None)
    assert (page.row.questions, page.row.round) == (5, 1)
    assert [judge.username for judge in page.judges] == list(JUDGES)
    assert {judge.given for judge in page.judges} == {0}
    assert "exams.panel.opened" in session.scalars(select(LedgerEntry.event)).all()


def test_what_cannot_be_opened_is_refused(session, make_panel, make_specification, cast, tan):
    made = make_specification()
    with refused(Invalid, "judge-unknown"):
        make_panel(specification=made, judges=("judge1", "niemand"))
    with refused(Invalid, "judges-missing"):
        make_panel(specification=made, judges=())
    with refused(Invalid, "title-missing"):
        make_panel(specification=made, title=" ")
    with refused(Invalid, "sitting-needed"):
        make_panel(PanelMethod.BORDERLINE, specification=made)
    with refused(Invalid, "sitting-unfit"):
        make_panel(specification=made, sitting_id=99999)
    with pytest.raises(NotFound):
        open_panel(
            session,
            cast["ian"].actor,
            PanelData(made, "x", PanelMethod.ANGOFF, None, ("judge1",)),
            now=NOW,
            today=TODAY,
        )


def test_judges_rate_see_feedback_and_the_panel_finds_a_mark_with_its_interval(session, make_panel, judges, tan):
    made = make_panel()
    assert [row.id for row in panels_to_rate(session, judges[0].account_id)] == [made]
    rate_all(session, judges, made, (0.4, 0.5, 0.6, 0.7, 0.8))
    assert panels_to_rate(session, judges[0].account_id) == []
    assert next_round(session, tan, made, 1, now=NOW) == 2
    assert [row.id for row in panels_to_rate(session, judges[0].account_id)] == [made]
    seen = desk(session, made, judges[0].account_id)
    assert (seen.items[0].mean, seen.items[0].low, seen.items[0].high) == (pytest.approx(0.6), 0.4, 0.8)
    assert set(seen.before.values()) == {0.4}
    rate_all(session, judges, made, (0.55, 0.6, 0.6, 0.65, 0.7), round_=2)
    result = close_panel(session, tan, made, 2, now=NOW)
    assert result["cut"]["value"] == pytest.approx(62.0)
    assert result["cut"]["interval"]["low"] < 62 < result["cut"]["interval"]["high"]
    page = panel_page(session, made, None)
    assert [one.number for one in page.rounds] == [1, 2]
    assert page.rounds[0].deviation > page.rounds[1].deviation
    with pytest.raises(NotFound):
        desk(session, made, judges[0].account_id)


def test_a_first_round_shows_no_judge_what_others_think(session, make_panel, judges):
    made = make_panel()
    rate_all(session, judges[:4], made, (0.4, 0.5, 0.6, 0.7))
    seen = desk(session, made, judges[4].account_id)
    assert {item.mean for item in seen.items} == {None}
    assert {item.facility for item in seen.items} == {None}


def test_ratings_are_corrected_by_new_rows(session, make_panel, judges):
    made = make_panel()
    ref = next(iter(everything(session, made, 0.5)))
    rate(session, judges[0], made, 1, {ref: 0.5}, now=NOW)
    rate(session, judges[0], made, 1, {ref: 0.6}, now=NOW + timedelta(minutes=1))
    assert rate(session, judges[0], made, 1, {ref: 0.6}, now=NOW) == 0
    rows = session.scalars(select(PanelRating).order_by(PanelRating.id)).all()
    assert [(row.chance, row.superseded_at is None) for row in rows] == [(0.5, False), (0.6, True)]


def test_ratings_that_make_no_sense_and_people_who_are_no_judges_are_refused(session, make_panel, judges, tan):
    made = make_panel()
    ref = next(iter(everything(session, made, 0.5)))
    for bad in ({ref: 1.2}, {ref: float("nan")}, {"0": 0.5}):
        with refused(Invalid, "rating-bad"):
            rate(session, judges[0], made, 1, bad, now=NOW)
    with pytest.raises(NotFound):
        rate(session, tan, made, 1, {ref: 0.5}, now=NOW)
    with refused(Refused, "round-over"):
        rate(session, judges[0], made, 2, {ref: 0.5}, now=NOW)


def test_a_judge_who_rated_only_part_holds_the_panel_up_and_one_who_rated_nothing_does_not(
    session, make_panel, judges, tan
):
    made = make_panel()
    with refused(Refused, "ratings-missing-all"):
        close_panel(session, tan, made, 1, now=NOW)
    rate_all(session, judges[:3], made, (0.5, 0.6, 0.7))
    whole = everything(session, made, 0.5)
    rate(session, judges[3], made, 1, dict(list(whole.items())[:2]), now=NOW)
    with refused(Refused, "ratings-missing"):
        close_panel(session, tan, made, 1, now=NOW)
    rate(session, judges[3], made, 1, whole, now=NOW)
    cut = close_panel(session, tan, made, 1, now=NOW)["cut"]
    assert (cut["value"], cut["n"], cut["why"]) == (None, 4, "STATISTICS_TOO_FEW")
    with refused(Refused, "panel-closed"):
        rate(session, judges[0], made, 1, whole, now=NOW)
    with refused(Refused, "panel-closed"):
        close_panel(session, tan, made, 2, now=NOW)


def test_a_stale_page_cannot_end_a_round(session, make_panel, judges, tan):
    made = make_panel()
    rate_all(session, judges, made, (0.4, 0.5, 0.6, 0.7, 0.8))
    next_round(session, tan, made, 1, now=NOW)
    with pytest.raises(Stale):
        next_round(session, tan, made, 1, now=NOW)


def test_ebel_places_questions_and_judges_rate_the_cells(session, make_panel, judges, tan):
    made = make_panel(PanelMethod.EBEL)
    refs = [item["ref"] for item in panel_of(session, made).items]
    with refused(Invalid, "place-missing"):
        place_items(session, tan, made, 1, {refs[0]: ("ESSENTIAL", "EASY")}, now=NOW)
    places = {ref: ("ESSENTIAL", "EASY") if index < 3 else ("IMPORTANT", "HARD") for index, ref in enumerate(refs)}
    place_items(session, tan, made, 1, places, now=NOW)
    assert [cell[:2] for cell in desk(session, made, judges[0].account_id).cells] == [
        ("ESSENTIAL", "EASY"),
        ("IMPORTANT", "HARD"),
    ]
    for judge, share in zip(judges, (0.7, 0.8, 0.8, 0.9, 0.8), strict=True):
        rate(session, judge, made, 1, {"ESSENTIAL|EASY": share, "IMPORTANT|HARD": 0.5}, now=NOW)
    with refused(Refused, "grid-rated"):
        place_items(session, tan, made, 2, places, now=NOW)
    cut = close_panel(session, tan, made, 2, now=NOW)["cut"]
    assert cut["value"] == pytest.approx(100 * (3 * 0.8 + 2 * 0.5) / 5)
    assert panel_page(session, made, None).cells == (
        ("ESSENTIAL", "EASY", 3, pytest.approx(0.8)), ("IMPORTANT", "HARD", 2, pytest.approx(0.5)),
    )  # fmt: skip


def test_the_borderline_group_is_whom_most_judges_name_and_its_median_is_the_mark(
    session, make_panel, make_specification, make_sitting, people, writer, judges, tan
):
    specification = make_specification(code="GG-B")
    codes = [f"KT-02{number:02d}" for number in range(12)]
    ids = [people(code) for code in codes]
    sitting = make_sitting(*codes, specification=specification)
    for index, person in enumerate(ids):
        writer.sit(person, sitting, 2 if index < 3 else 3 if index < 10 else 5)
    made = make_panel(PanelMethod.BORDERLINE, specification=specification, sitting_id=sitting)
    seen = desk(session, made, judges[0].account_id)
    assert [code for _id, code, _name in seen.candidates] == codes
    border = {str(person): 1.0 for person in ids[:10]}
    for judge in judges[:3]:
        rate(session, judge, made, 1, border, now=NOW)
    rate(session, judges[3], made, 1, {str(ids[11]): 1.0}, now=NOW)
    rate(session, judges[3], made, 1, {str(ids[10]): 1.0}, now=NOW)
    result = close_panel(session, tan, made, 1, now=NOW)
    assert (result["candidates"], result["cut"]["value"]) == (10, 60.0)


@pytest.fixture
def closed(session, make_panel, make_specification, judges, tan) -> tuple[int, int]:
    """A specification and its closed panel that found 62 percent."""
    specification = make_specification(code="GG-C")
    made = make_panel(specification=specification)
    rate_all(session, judges, made, (0.55, 0.6, 0.6, 0.65, 0.7))
    close_panel(session, tan, made, 1, now=NOW)
    return specification, made


def test_a_pass_mark_is_chosen_with_its_evidence_and_becomes_a_new_version(session, closed, tan):
    specification, panel = closed
    number = choose_pass_mark(session, tan, specification, 1, [panel], 62, "评定结果", now=NOW, today=TODAY)
    row = queries.specification(session, specification)
    assert (number, row.version, row.pass_percent, row.title) == (2, 2, 62, "公共法律知识")
    choice = choices_of(session, specification)[0]
    assert (choice.chosen, choice.supported, choice.reason) == (62, ("合格线评定",), "评定结果")
    assert choice.evidence[0][2].value == pytest.approx(62)
    assert session.scalars(select(PassMarkChoice.floor)).all() == [
        queries.rules_for(session, row.unit_id, row.paper, row.kind, TODAY).pass_percent or 0
    ]
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "exams.pass-mark.chosen")).one()
    assert (entry.before["pass_percent"], entry.after["pass_percent"]) == (None, 62)


def test_the_legal_mark_is_the_floor_and_a_choice_needs_evidence_and_a_reason(session, closed, make_panel, tan, judges):
    specification, panel = closed

    def choose(chosen=62, panels=(panel,), reason="评定结果", version=1):
        return choose_pass_mark(
            session, tan, specification, version, list(panels), chosen, reason, now=NOW, today=TODAY
        )

    row = queries.specification(session, specification)
    floor = queries.rules_for(session, row.unit_id, row.paper, row.kind, TODAY).pass_percent
    assert floor == 60
    for code, changes in (
        ("pass-mark-below-floor", {"chosen": floor - 1}),
        ("pass-mark-bad", {"chosen": 101}),
        ("evidence-missing", {"panels": ()}),
        ("evidence-missing", {"panels": (panel, 99999)}),
        ("reason-missing", {"reason": " "}),
    ):
        with refused(Invalid, code):
            choose(**changes)
    with pytest.raises(Stale):
        choose(version=7)
    small = make_panel(specification=specification, judges=JUDGES[:2])
    rate_all(session, judges[:2], small, (0.5, 0.6))
    close_panel(session, tan, small, 1, now=NOW)
    with refused(Invalid, "evidence-empty"):
        choose(panels=(small,))
    assert session.scalars(select(ExamSpecificationVersion.version)).all() == [1]


def test_a_planned_sitting_keeps_the_mark_it_was_planned_with(session, closed, make_sitting, tan, people, writer):
    specification, panel = closed
    person = people("KT-0301")
    sitting = make_sitting("KT-0301", specification=specification)
    choose_pass_mark(session, tan, specification, 1, [panel], 90, "更严", now=NOW, today=TODAY)
    attempt = writer.sit(person, sitting, 3, OPENS)
    row = next(one for one in queries.results(session, sitting) if one.attempt_id == attempt)
    assert (row.pass_mark, row.passed) == (6, True)
