"""Facts added, corrected and taken back."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from app.core.errors import DomainError, NotFound
from app.ledger.models import LedgerEntry
from app.registry import queries, service
from app.registry.identity import Vault, check_character
from app.registry.models import AgencyPower, Employment, Person, PersonPhoto, Posting, Sanction, Separation
from tests.conftest import START

DAY = date(2026, 3, 2)
VAULT = Vault(bytes(range(32)))
WHEN = {"today": DAY, "now": START}
ITEM = "HOU-001"


def refused(code):
    class Expected:
        def __enter__(self):
            self.raises = pytest.raises(DomainError)
            self.caught = self.raises.__enter__()

        def __exit__(self, *what):
            done = self.raises.__exit__(*what)
            assert self.caught.value.code == code
            return done

    return Expected()


def item(session, house):
    return queries.items_of(session, house.bureau)[0].code


def number(serial):
    first = f"62080219900101{serial:03}"
    return first + check_character(first)


def newcomer(**changes):
    values = {
        "code": "KT-0900", "name": "李宁", "kind": "OFFICER", "agency_code": "PL-KT", "category": "CIVIL_SERVANT",
        "hired_on": date(2024, 7, 1), "unit_code": "PL-KT-D1", "id_number": number(1),
    }  # fmt: skip
    return service.NewPerson(**{**values, **changes})


def test_a_person_enters_with_profile_employment_and_home_unit(session, house, operator):
    service.add_person(session, operator, newcomer(), vault=VAULT, **WHEN)
    person = queries.person_by_code(session, "KT-0900", DAY)
    assert (person.unit_id, person.agency_id, person.category) == (house.squad, house.bureau, "CIVIL_SERVANT")
    assert person.id_masked == "*" * 14 + number(1)[-4:]


def test_the_same_code_or_identity_number_does_not_enter_twice(session, house, operator):
    service.add_person(session, operator, newcomer(), vault=VAULT, **WHEN)
    with refused("person-code-taken"):
        service.add_person(session, operator, newcomer(id_number=""), vault=VAULT, **WHEN)
    with refused("identity-taken"):
        service.add_person(session, operator, newcomer(code="KT-0901"), vault=VAULT, **WHEN)
    assert session.scalars(select(Person.code)).all() == ["KT-0900"]


def test_a_wrong_identity_number_changes_nothing(session, house, operator, people):
    people("KT-0001")
    with refused("identity-check-digit"):
        service.record_identity(
            session, operator, "KT-0001", number=number(1)[:-1] + "0", reason="", vault=VAULT, **WHEN
        )
    assert session.scalar(select(Person.id_index)) is None


def test_the_ledger_never_holds_an_identity_number(session, house, operator):
    service.add_person(session, operator, newcomer(), vault=VAULT, **WHEN)
    entries = session.scalars(select(LedgerEntry)).all()
    assert {"registry.person.entered", "registry.identity.recorded"} <= {e.event for e in entries}
    assert number(1) not in repr([(e.before, e.after, e.reason) for e in entries])


@pytest.mark.parametrize("kind", ["employment", "posting", "sanction"])
def test_a_fact_that_ends_before_it_starts_is_refused(session, operator, people, kind):
    people("KT-0001")
    days = {"valid_from": date(2026, 5, 2), "valid_to": date(2026, 5, 1), **WHEN}
    with refused("ends-before-starts"):
        match kind:
            case "employment":
                service.employ(session, operator, "KT-0001", agency="PL-KT", category="CONTRACT", **days)
            case "posting":
                service.post(session, operator, "KT-0001", unit="PL-KT", kind="DISPATCH", **days)
            case "sanction":
                service.sanction(session, operator, "KT-0001", kind="WARNING", basis="x", **days)


def test_unknown_codes_are_refused_at_their_field(session, operator, people):
    people("KT-0001")
    for code, values in (
        ("unknown-code", {"unit": "PL-KT", "kind": "ELSEWHERE"}),
        ("unknown-unit", {"unit": "NOWHERE", "kind": "DISPATCH"}),
        ("unknown-unit", {"unit": "NOWHERE", "kind": "HOME"}),
    ):
        with refused(code):
            service.post(session, operator, "KT-0001", valid_from=DAY, **values, **WHEN)


def test_a_second_home_unit_on_the_same_days_is_refused_unless_it_takes_the_place_of_the_first(
    session, house, operator, people
):
    people("KT-0001")
    move = {"unit": "PL-KT-D", "kind": "HOME", "valid_from": date(2026, 4, 1), **WHEN}
    with refused("home-posting-overlaps"):
        service.post(session, operator, "KT-0001", **move)
    service.post(session, operator, "KT-0001", ends_present=True, **move)
    held = session.scalars(select(Posting).where(Posting.superseded_at.is_(None)).order_by(Posting.valid_from)).all()
    assert [(p.unit_id, p.valid_to) for p in held] == [(house.squad, date(2026, 3, 31)), (house.brigade, None)]


def test_a_dispatch_with_two_lines_stands_beside_the_home_unit(session, house, operator, people):
    person = people("KT-0001")
    service.post(
        session, operator, "KT-0001", unit="PL-KT-D", kind="DISPATCH", business_unit="PL-KT", daily_unit="PL-KT-D1",
        valid_from=DAY, **WHEN,
    )  # fmt: skip
    found = queries.facts_for(session, [person], DAY, DAY).postings[person]
    assert (found[1].business_unit_id, found[1].daily_unit_id) == (house.bureau, house.squad)


def test_a_posting_outside_the_employment_is_refused(session, operator, people):
    people("KT-0001", hired=date(2019, 5, 6))
    with refused("posting-outside-employment"):
        service.post(
            session, operator, "KT-0001", unit="PL-KT", kind="DISPATCH", valid_from=date(2018, 1, 1),
            valid_to=date(2018, 2, 1), **WHEN,
        )  # fmt: skip


def test_two_agencies_do_not_employ_one_person_on_the_same_days(session, operator, people):
    people("KT-0001")
    with refused("employment-overlaps"):
        service.employ(session, operator, "KT-0001", agency="PL-JC", category="CONTRACT", valid_from=DAY, **WHEN)


def test_a_new_category_ends_the_old_one_the_day_before(session, operator, people):
    people("KT-0001")
    service.employ(session, operator, "KT-0001", agency="PL-KT", category="QUASI_CIVIL_SERVANT", valid_from=DAY, **WHEN)
    held = session.scalars(select(Employment).where(Employment.superseded_at.is_(None)).order_by(Employment.id)).all()
    assert [(e.category, e.valid_to) for e in held] == [
        ("CIVIL_SERVANT", DAY - timedelta(days=1)),
        ("QUASI_CIVIL_SERVANT", None),
    ]


def test_a_separation_closes_employment_and_postings_and_keeps_what_was(session, operator, people):
    people("KT-0001")
    done = service.separate(session, operator, "KT-0001", reason="RETIRED", valid_from=date(2026, 6, 1), **WHEN)
    assert (done.employments, done.postings) == (1, 1)
    for model in (Employment, Posting):
        rows = session.execute(select(model.valid_to, model.superseded_at).order_by(model.id)).all()
        assert rows == [(None, START), (date(2026, 5, 31), None)]
    assert session.scalar(select(Separation.valid_from)) == date(2026, 6, 1)


def test_a_retired_person_is_neither_employed_nor_posted_again(session, operator, people):
    people("KT-0001")
    service.separate(session, operator, "KT-0001", reason="RETIRED", valid_from=date(2026, 6, 1), **WHEN)
    later = {"valid_from": date(2026, 7, 1), **WHEN}
    with refused("person-retired"):
        service.employ(session, operator, "KT-0001", agency="PL-KT", category="CONTRACT", **later)
    with refused("person-retired"):
        service.post(session, operator, "KT-0001", unit="PL-KT-D1", kind="HOME", **later)


def test_somebody_who_resigned_can_come_back(session, operator, people):
    people("KT-0001")
    service.separate(session, operator, "KT-0001", reason="RESIGNED", valid_from=date(2026, 6, 1), **WHEN)
    service.employ(
        session, operator, "KT-0001", agency="PL-KT", category="CONTRACT", valid_from=date(2026, 9, 1), **WHEN
    )
    with refused("not-employed"):
        service.separate(session, operator, "KT-0001", reason="RESIGNED", valid_from=date(2026, 8, 1), **WHEN)


def test_a_correction_keeps_the_old_fact_and_says_why(session, operator, people):
    people("KT-0001")
    fact = service.sanction(session, operator, "KT-0001", kind="WARNING", basis="甲", valid_from=DAY, **WHEN)
    new = service.correct(session, operator, "sanction", fact, {"kind": "DEMERIT"}, reason="抄错", **WHEN)
    old, now = session.get(Sanction, fact), session.get(Sanction, new)
    assert (old.kind, old.superseded_at, now.kind, now.basis, now.note) == ("WARNING", START, "DEMERIT", "甲", "抄错")
    entry = session.scalars(select(LedgerEntry).order_by(LedgerEntry.sequence.desc())).first()
    assert (entry.event, entry.reason) == ("registry.sanction.corrected", "抄错")
    assert (entry.before["kind"], entry.after["kind"]) == ("WARNING", "DEMERIT")


def test_a_stale_form_an_empty_reason_or_no_difference_corrects_nothing(session, operator, people):
    people("KT-0001")
    fact = service.sanction(session, operator, "KT-0001", kind="WARNING", basis="甲", valid_from=DAY, **WHEN)
    with refused("reason-missing"):
        service.correct(session, operator, "sanction", fact, {"kind": "DEMERIT"}, reason=" ", **WHEN)
    with refused("nothing-changed"):
        service.correct(session, operator, "sanction", fact, {"kind": "WARNING"}, reason="x", **WHEN)
    service.correct(session, operator, "sanction", fact, {"kind": "DEMERIT"}, reason="x", **WHEN)
    with refused("fact-superseded"):
        service.correct(session, operator, "sanction", fact, {"kind": "REMOVAL"}, reason="x", **WHEN)


def test_a_correction_that_would_leave_a_posting_outside_the_employment_is_refused(session, operator, people):
    people("KT-0001")
    employment = session.scalar(select(Employment.id))
    with refused("posting-outside-employment"):
        service.correct(
            session, operator, "employment", employment, {"valid_from": date(2020, 1, 1)}, reason="x", **WHEN
        )
    assert session.scalar(select(Employment.valid_from).where(Employment.superseded_at.is_(None))) == date(2019, 5, 6)


def test_a_withdrawn_fact_is_believed_no_longer_but_stays(session, operator, people):
    person = people("KT-0001")
    fact = service.sanction(session, operator, "KT-0001", kind="WARNING", basis="甲", valid_from=DAY, **WHEN)
    service.withdraw(session, operator, "sanction", fact, reason="另一人", **WHEN)
    assert person not in queries.facts_for(session, [person], DAY, DAY).sanctions
    page = queries.person_page(session, "KT-0001", DAY, None, None)
    assert [row.superseded_at for row in page.facts if row.kind == "sanction"] == [START]


def test_the_same_fact_is_not_recorded_twice(session, operator, people):
    people("KT-0001")
    same = {"kind": "WARNING", "basis": "甲", "valid_from": DAY, **WHEN}
    service.sanction(session, operator, "KT-0001", **same)
    with refused("already-recorded"):
        service.sanction(session, operator, "KT-0001", **same)


def test_a_new_name_shows_at_once_and_the_old_one_stays_in_the_history(session, operator, people):
    people("KT-0001", "王安")
    service.change_profile(session, operator, "KT-0001", name="王平安", kind="OFFICER", valid_from=DAY, **WHEN)
    assert queries.person_by_code(session, "KT-0001", DAY).name == "王平安"
    names = [
        r.values["name"] for r in queries.person_page(session, "KT-0001", DAY, None, None).facts if r.kind == "profile"
    ]
    assert sorted(names) == ["王安", "王安", "王平安"]


def test_a_registrar_finds_nobody_outside_their_agencies(session, house, people, cast):
    people("JC-0001", unit=house.other_bureau, agency=house.other_bureau)
    with pytest.raises(NotFound):
        service.sanction(session, cast["reg"].actor, "JC-0001", kind="WARNING", basis="x", valid_from=DAY, **WHEN)
    with refused("unknown-unit"):
        service.post(session, cast["reg"].actor, "KT-0001", unit="PL-JC", kind="HOME", valid_from=DAY, **WHEN)


def test_powers_are_planned_held_published_and_given_back(session, house, operator):
    code = item(session, house)
    service.plan_power(session, operator, "PL-KT", code, on=date(2025, 1, 1), **WHEN)
    service.hold_power(session, operator, "PL-KT", code, on=date(2025, 7, 1), **WHEN)
    service.publish_power(session, operator, "PL-KT", code, on=date(2025, 7, 10), **WHEN)
    service.return_power(session, operator, "PL-KT", code, on=date(2026, 9, 1), **WHEN)
    rows = session.execute(
        select(AgencyPower.status, AgencyPower.valid_from, AgencyPower.valid_to, AgencyPower.published_on)
        .where(AgencyPower.superseded_at.is_(None))
        .order_by(AgencyPower.valid_from)
    ).all()
    assert rows == [
        ("PLANNED", date(2025, 1, 1), date(2025, 6, 30), None),
        ("HELD", date(2025, 7, 1), date(2026, 8, 31), date(2025, 7, 10)),
        ("RETURNED", date(2026, 9, 1), None, None),
    ]
    assert queries.power_matrix(session, DAY).cells[(house.bureau, code)].status == "HELD"


def test_powers_need_an_agency_that_enforces_and_an_item_of_its_rules(session, house, operator):
    code = item(session, house)
    for refusal, unit, power in (
        ("unknown-item", "PL-KT", "NO-SUCH-ITEM"),
        ("not-an-agency", "PL-KT-D", code),
        ("agency-does-not-enforce", "PL-CITY", code),
    ):
        with refused(refusal):
            service.hold_power(session, operator, unit, power, on=DAY, **WHEN)
    with refused("power-not-held"):
        service.return_power(session, operator, "PL-KT", code, on=DAY, **WHEN)


def test_exceeding_the_establishment_is_noted_and_not_refused(session, house, operator, people):
    people("KT-0001")
    service.record_establishment(session, operator, "PL-KT", posts=1, valid_from=date(2025, 1, 1), **WHEN)
    service.add_person(session, operator, newcomer(), vault=VAULT, **WHEN)
    tree = {row.unit.code: row.strength for row in queries.unit_tree(session, DAY)}
    assert (tree["PL-KT"].posts, tree["PL-KT"].established, tree["PL-KT"].over_by) == (1, 2, 1)
    again = service.employ(
        session, operator, "KT-0900", agency="PL-KT", category="PUBLIC_INSTITUTION", valid_from=DAY, **WHEN
    )
    assert again.over_by == 1


def test_posts_change_by_date(session, house, operator):
    service.record_establishment(session, operator, "PL-KT", posts=15, valid_from=date(2016, 1, 1), **WHEN)
    service.record_establishment(session, operator, "PL-KT", posts=67, valid_from=date(2017, 8, 1), **WHEN)
    posts = [queries.strengths(session, day)[house.bureau].posts for day in (date(2017, 7, 31), date(2017, 8, 1))]
    assert posts == [15, 67]


def test_units_are_founded_under_others_and_only_within_reach(session, house, operator, cast):
    made = service.create_unit(
        session, cast["reg"].actor, code="pl-kt-d9", name_zh="新中队", kind="SQUAD", parent_code="PL-KT-D", now=START
    )
    unit = queries.unit_by_id(session, made)
    assert (unit.code, unit.agency_id, unit.path) == (
        "PL-KT-D9",
        house.bureau,
        f"/{house.city}/{house.bureau}/{house.brigade}/{made}/",
    )
    with refused("unknown-unit"):
        service.create_unit(
            session, cast["reg"].actor, code="X", name_zh="x", kind="SQUAD", parent_code="PL-JC", now=START
        )
    with refused("root-forbidden"):
        service.create_unit(session, cast["reg"].actor, code="X", name_zh="x", kind="BUREAU", now=START)
    with refused("unit-code-taken"):
        service.create_unit(session, operator, code="PL-KT", name_zh="x", kind="BUREAU", is_agency=True, now=START)


def test_a_place_lies_in_a_larger_kind_of_place(session, house, operator):
    service.add_area(
        session, operator, code="62080200102", name_zh="东关二网格", kind="GRID", parent_code="620802001", now=START
    )
    assert queries.area_by_code(session, "62080200102").path == "/6208/620802/620802001/62080200102/"
    with refused("area-order"):
        service.add_area(session, operator, code="X", name_zh="x", kind="COUNTY", parent_code="620802001", now=START)


def picture(form="JPEG", size=(300, 400), **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, "navy").save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(("form", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_a_photo_is_written_anew_without_what_travelled_with_it(session, operator, people, form, media):
    people("KT-0001")
    content = picture(form) + b"<script>alert(1)</script>"
    service.keep_photo(session, operator, "KT-0001", content, **WHEN)
    kept = session.scalar(select(PersonPhoto))
    assert kept.media_type == media
    assert b"script" not in kept.content
    assert Image.open(io.BytesIO(kept.content)).size == (300, 400)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"GIF89a" + b"\0" * 50, "photo-kind"),
        (b"<svg/>", "photo-kind"),
        (picture(size=(100, 100)), "photo-size"),
        (picture("PNG", size=(4001, 300)), "photo-size"),
        (picture()[:500], "photo-damaged"),
        (b"\0" * (4 * 2**20 + 1), "photo-too-large"),
    ],
)
def test_what_is_no_usable_photo_is_refused(session, operator, people, content, code):
    people("KT-0001")
    with refused(code):
        service.keep_photo(session, operator, "KT-0001", content, **WHEN)
    assert session.scalar(select(PersonPhoto.id)) is None
