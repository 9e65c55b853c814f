"""The registry's pages and commands."""

import io
import json
from datetime import date

import pytest
from sqlalchemy import select

from app.registry import queries
from app.registry.cli import group
from app.registry.models import Employment, Person, Sanction
from tests.app.registry.test_importing import row, sheet
from tests.app.registry.test_service import picture


@pytest.fixture
def neighbour(people, house):
    return people("JC-0001", "邻居", unit=house.other_bureau, agency=house.other_bureau)


@pytest.mark.parametrize(
    "path",
    ["", "people", "units", "units/PL-KT", "powers", "areas", "people/KT-0001", "imports", "imports/new", "people/new",
     "units/new", "areas/new", "people/KT-0001/posting", "people/KT-0001/profile", "people/KT-0001/separation",
     "people/KT-0001/identity", "people/KT-0001/photo/new", "people/KT-0001/extra-time", "units/PL-KT/standing",
     "units/PL-KT/territory", "units/PL-KT/powers", "units/PL-KT/names"],
)  # fmt: skip
def test_every_page_opens_for_the_registrar_in_both_languages(sign_in, path):
    browser = sign_in("reg")
    for language in ("en", "zh"):
        browser.set_cookie("language", language)
        assert browser.get(f"/registry/{path}").status_code == 200


def test_what_lies_outside_ones_agencies_is_not_there(sign_in, neighbour):
    browser = sign_in("reg")
    for path in (
        "people/JC-0001",
        "people/JC-0001/posting",
        "people/JC-0001/photo",
        "units/PL-JC",
        "units/PL-JC/standing",
    ):
        assert browser.get(f"/registry/{path}").status_code == 404
    assert "JC-0001" not in browser.get("/registry/people").text


def test_a_reader_sees_no_way_to_change_and_has_none(sign_in):
    browser = sign_in("tan")
    assert "Record a posting" not in browser.get("/registry/people/KT-0001").text
    assert browser.get("/registry/people/KT-0001/posting").status_code == 403
    assert browser.get("/registry/imports").status_code == 403


def test_an_officer_sees_their_own_record_and_no_other(sign_in):
    browser = sign_in("ou")
    answer = browser.get("/registry/me")
    assert answer.status_code == 200
    assert "欧阳平" in answer.text
    assert browser.get("/registry/people/KT-0001").status_code == 403
    assert sign_in("sun").get("/registry/me").status_code == 403


def test_the_filter_of_the_list_lives_in_the_address(sign_in, people):
    people("KT-0777", "赵六", kind="AUXILIARY")
    browser = sign_in("reg")
    found = browser.get("/registry/people?q=赵&kind=AUXILIARY&unit=PL-KT-D1").text
    assert "KT-0777" in found
    assert "KT-0001" not in found
    assert "KT-0777" not in browser.get("/registry/people?kind=OFFICER").text


def test_a_posting_form_carries_the_refusal_to_its_field_and_changes_nothing(sign_in, session):
    browser = sign_in("reg")
    data = {"unit": "PL-KT-D", "kind": "HOME", "valid_from": "2026-04-01"}
    answer = browser.post("/registry/people/KT-0001/posting", data=data)
    assert answer.status_code == 422
    assert "another home unit" in answer.text
    assert browser.post("/registry/people/KT-0001/posting", data={**data, "ends_present": "y"}).status_code == 302
    assert queries.person_by_code(session, "KT-0001", date(2026, 4, 1)).unit == "崆峒区执法大队"


def test_a_correction_by_form_shows_both_entries_in_the_history(sign_in, session):
    browser = sign_in("reg")
    fact = session.scalar(select(Employment.id))
    data = {"agency": "PL-KT", "category": "CONTRACT", "valid_from": "2019-05-06", "why": "typed wrongly"}
    assert browser.get(f"/registry/facts/employment/{fact}").status_code == 200
    assert browser.post(f"/registry/facts/employment/{fact}", data=data).status_code == 302
    page = browser.get("/registry/people/KT-0001").text
    assert "corrected since" in page
    assert "typed wrongly" in page
    stale = browser.post(f"/registry/facts/employment/{fact}", data={**data, "category": "SECONDED"})
    assert stale.status_code == 422
    assert "corrected this since" in stale.text


def test_a_fact_is_taken_back_with_a_reason(sign_in, session):
    browser = sign_in("reg")
    data = {"kind": "WARNING", "basis": "甲", "valid_from": "2026-02-01"}
    assert browser.post("/registry/people/KT-0001/sanction", data=data).status_code == 302
    fact = session.scalar(select(Sanction.id))
    assert browser.post(f"/registry/facts/sanction/{fact}/withdraw", data={"why": ""}).status_code == 422
    assert browser.post(f"/registry/facts/sanction/{fact}/withdraw", data={"why": "wrong person"}).status_code == 302
    assert session.scalar(select(Sanction.superseded_at)) is not None


def test_a_photo_is_uploaded_and_shown(sign_in):
    browser = sign_in("reg")
    data = {"photo": (io.BytesIO(picture()), "x.exe")}
    assert browser.post("/registry/people/KT-0001/photo/new", data=data).status_code == 302
    shown = browser.get("/registry/people/KT-0001/photo")
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    bad = browser.post("/registry/people/KT-0001/photo/new", data={"photo": (io.BytesIO(b"<svg/>"), "x.jpg")})
    assert bad.status_code == 422


def test_a_person_is_entered_by_form_with_the_number_masked_ever_after(sign_in, session):
    browser = sign_in("reg")
    data = {"code": "kt-0500", "name": "孙七", "kind": "OFFICER", "id_number": row(3)[3], "agency_code": "PL-KT",
            "unit_code": "PL-KT-D1", "category": "CIVIL_SERVANT", "hired_on": "2026-01-05"}  # fmt: skip
    answer = browser.post("/registry/people/new", data=data)
    assert answer.status_code == 302, answer.text
    page = browser.get(answer.headers["Location"]).text
    assert row(3)[3] not in page
    assert "*" * 14 + row(3)[3][-4:] in page


def test_an_import_is_checked_shown_written_and_found_again(sign_in, session):
    browser = sign_in("reg")
    data = {"file": (io.BytesIO(sheet(row(31), row(32, id="1"), row(33, name="王 安"))), "名单.csv")}
    answer = browser.post("/registry/imports/new", data=data)
    assert answer.status_code == 302, answer.text
    report = browser.get(answer.headers["Location"]).text
    assert "identity-shape" in report
    assert "stray spaces" in report
    assert session.scalar(select(Person.id).where(Person.code == "KT-0031")) is None
    assert browser.post(answer.headers["Location"] + "/write").status_code == 302
    assert session.scalar(select(Person.id).where(Person.code == "KT-0031")) is not None
    assert "名单.csv" in browser.get("/registry/imports").text
    assert "KT-0032" in browser.get(answer.headers["Location"] + "?outcome=REJECTED").text


def test_an_import_of_a_hostile_file_is_one_clear_error(sign_in):
    browser = sign_in("reg")
    answer = browser.post("/registry/imports/new", data={"file": (io.BytesIO(sheet(row(1, name="=1+1"))), "a.csv")})
    assert answer.status_code == 422
    assert "holds a formula" in answer.text


def test_a_dry_run_can_be_discarded(sign_in):
    browser = sign_in("reg")
    place = browser.post("/registry/imports/new", data={"file": (io.BytesIO(sheet(row(31))), "a.csv")}).headers[
        "Location"
    ]
    assert browser.post(place + "/discard").status_code == 302
    assert browser.get(place).status_code == 404


@pytest.mark.parametrize("kind", ["people", "units"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_is_itself_a_list_the_import_understands(sign_in, kind, form):
    from app.registry.columns import kind_of
    from app.registry.tables import TableFault, read_table

    answer = sign_in("reg").get(f"/registry/imports/template/{kind}.{form}")
    with pytest.raises(TableFault) as empty:
        read_table(f"a.{form}", answer.data)
    assert empty.value.code == "no-rows"
    if form == "csv":
        assert kind_of(answer.data.decode("utf-8-sig").strip().split(",")) == kind


def test_home_shows_an_import_that_waits(sign_in):
    browser = sign_in("reg")
    browser.post("/registry/imports/new", data={"file": (io.BytesIO(sheet(row(31))), "名单.csv")})
    assert "An import waits for you" in browser.get("/").text


def test_the_import_command_exits_1_when_rows_are_rejected(application, session, house, tmp_path):
    session.commit()
    file = tmp_path / "a.csv"
    file.write_bytes(sheet(row(1), row(2, id="1")))
    run = application.test_cli_runner().invoke
    dry = run(group, ["import", str(file), "--dry-run", "--json"])
    assert (dry.exit_code, json.loads(dry.output)["counts"]["ADDED"]) == (1, 1)
    assert session.scalar(select(Person.id)) is None
    assert run(group, ["import", str(file)]).exit_code == 1
    file.write_bytes(sheet(row(1)))
    assert run(group, ["import", str(file)]).exit_code == 0


def test_people_and_units_are_listed_as_json(application, session, house, people):
    people("KT-0001")
    session.commit()
    run = application.test_cli_runner().invoke
    assert [p["code"] for p in json.loads(run(group, ["people", "--json"]).output)] == ["KT-0001"]
    assert {"PL-CITY", "PL-KT-D1"} <= {u["code"] for u in json.loads(run(group, ["units", "--json"]).output)}
    assert "KT-0001" in run(group, ["people", "--unit", "PL-KT"]).output
