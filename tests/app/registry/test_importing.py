"""Importing people and units."""

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.core.errors import NotFound, Refused, Stale
from app.ledger.models import LedgerEntry
from app.registry import queries, service
from app.registry.identity import Vault, check_character
from app.registry.models import Employment, ImportRun, Person, PersonProfile, Posting, Unit
from app.registry.tables import TableFault
from tests.conftest import START

DAY = date(2026, 3, 2)
VAULT = Vault(bytes(range(32)))
HEAD = "人员编号,姓名,人员类别,身份证号,用人单位编码,所在部门编码,用工性质,入职日期,职务,联系电话"


def number(serial, birth="19900101"):
    first = f"620802{birth}{serial:03}"
    return first + check_character(first)


def row(n, **changes):
    cells = {
        "code": f"KT-{n:04}", "name": "王安", "kind": "执法人员", "id": number(n), "agency": "PL-KT",
        "unit": "PL-KT-D1",
        "category": "公务员", "hired": "2020-05-06", "duty": "队员", "phone": "",
    }  # fmt: skip
    return list({**cells, **changes}.values())


def sheet(*rows, head=HEAD):
    out = io.StringIO()
    csv.writer(out).writerows([head.split(","), *rows])
    return out.getvalue().encode()


@pytest.fixture
def around(tmp_path):
    return service.Surroundings(tmp_path, VAULT, DAY, START)


@pytest.fixture
def bring(session, house, operator, around):
    def bring(data, *, actor=operator, **options):
        return service.import_file(session, actor, "people.csv", data, around=around, **options)

    return bring


def codes(outcome, index=0):
    return [message["code"] for message in outcome.report[index]["messages"]]


def test_a_dry_run_says_what_would_be_added_and_adds_nothing(session, bring):
    outcome = bring(sheet(row(1), row(2)), dry_run=True)
    assert outcome.counts["ADDED"] == 2
    assert {c["column"]: c["after"] for c in outcome.report[0]["changes"]}["hired_on"] == "2020-05-06"
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_new_people_come_with_profile_employment_posting_and_a_sealed_number(session, house, bring):
    bring(sheet(row(1)))
    person = session.scalar(select(Person))
    assert (person.code, person.id_last4, person.id_index) == ("KT-0001", number(1)[-4:], VAULT.index(number(1)))
    assert VAULT.open(person.id_sealed) == number(1)
    assert session.scalar(select(Employment.agency_id)) == house.bureau
    assert session.scalar(select(Posting.unit_id)) == house.squad
    assert session.scalar(select(PersonProfile.valid_from)) == date(2020, 5, 6)


def test_the_identity_number_stands_in_no_report_and_no_ledger_entry(session, bring):
    outcome = bring(sheet(row(1), row(2, id="620802199001011230")))
    entries = session.scalars(select(LedgerEntry)).all()
    assert entries
    written = repr(outcome.report) + repr([(e.before, e.after, e.reason) for e in entries])
    assert number(1)[:14] not in written
    assert "62080219900101123" not in written


def test_importing_the_same_file_again_changes_nothing(session, bring):
    bring(sheet(row(1), row(2)))
    again = bring(sheet(row(1), row(2)))
    assert (again.counts["UNCHANGED"], again.counts["ADDED"], again.counts["CHANGED"]) == (2, 0, 0)
    assert session.scalar(select(func.count()).select_from(PersonProfile)) == 2


def test_a_change_ends_the_old_fact_the_day_before_and_keeps_it(session, house, bring):
    bring(sheet(row(1)))
    outcome = bring(sheet(row(1, phone="13800000000", category="参照公务员法管理", unit="PL-KT-D")))
    shown = {c["column"]: (c["before"], c["after"]) for c in outcome.report[0]["changes"]}
    assert shown == {
        "phone": ("", "13800000000"), "category": ("CIVIL_SERVANT", "QUASI_CIVIL_SERVANT"),
        "unit": ("PL-KT-D1", "PL-KT-D"),
    }  # fmt: skip
    postings = session.execute(
        select(Posting.unit_id, Posting.valid_from, Posting.valid_to, Posting.superseded_at).order_by(Posting.id)
    ).all()
    assert postings == [
        (house.squad, date(2020, 5, 6), None, START),
        (house.squad, date(2020, 5, 6), DAY - timedelta(days=1), None),
        (house.brigade, DAY, None, None),
    ]
    assert (
        bring(sheet(row(1, phone="13800000000", category="参照公务员法管理", unit="PL-KT-D"))).counts["UNCHANGED"] == 1
    )


def test_an_empty_cell_leaves_things_as_they_are(bring):
    bring(sheet(row(1, phone="13800000000")))
    assert bring(sheet(row(1, phone="", duty=""))).counts["UNCHANGED"] == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": "620802199001010010"}, "identity-check-digit"),
        ({"id": "62080219901301001X"}, "identity-birth-date"),
        ({"id": "123"}, "identity-shape"),
        ({"agency": "NOWHERE"}, "unknown-unit"),
        ({"agency": "PL-KT-D1"}, "not-an-agency"),
        ({"kind": "城管队长"}, "choice-unknown"),
        ({"hired": "2020-02-30"}, "day-shape"),
        ({"name": ""}, "cell-missing"),
        ({"category": ""}, "cell-missing"),
        ({"code": "中文"}, "code-shape"),
        ({"code": ""}, "code-missing"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_with_its_reason_in_both_languages(session, bring, changes, code):
    outcome = bring(sheet(row(1, **changes), row(2)))
    assert codes(outcome) == [code]
    assert outcome.report[0]["messages"][0]["zh"]
    assert outcome.report[0]["messages"][0]["en"]
    assert outcome.counts["ADDED"] == 1
    assert session.scalars(select(Person.code)).all() == ["KT-0002"]


def test_duplicates_in_the_file_and_against_the_registry_are_found(bring):
    bring(sheet(row(1)))
    outcome = bring(sheet(row(2), row(2, id=number(7)), row(3, id=number(2)), row(4, id=number(1))))
    assert [codes(outcome, n) for n in range(4)] == [[], ["duplicate-in-file"], ["identity-twice"], ["identity-taken"]]


def test_somebody_is_found_by_their_identity_number_alone(bring):
    bring(sheet(row(1)))
    outcome = bring(sheet(row(1, code="", duty="中队长")))
    assert (outcome.report[0]["code"], outcome.counts["CHANGED"]) == ("KT-0001", 1)


def test_what_an_import_must_not_decide_is_rejected(session, bring):
    bring(sheet(row(1)))
    outcome = bring(sheet(row(1, agency="PL-JC", unit="", id=number(9), hired="2021-01-01")))
    assert codes(outcome) == ["identity-differs", "agency-differs", "hired-differs"]
    assert session.scalar(select(func.count()).select_from(Employment)) == 1


def test_a_registrar_imports_only_into_their_own_agencies(bring, cast):
    outcome = bring(sheet(row(11), row(12, agency="PL-JC", unit="")), actor=cast["reg"].actor)
    assert outcome.counts["ADDED"] == 1
    assert codes(outcome, 1) == ["unit-out-of-scope"]


def test_a_hostile_file_changes_nothing(session, bring):
    with pytest.raises(TableFault):
        bring(sheet(row(1), row(2, name="=1+1")))
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_an_import_broken_off_in_the_middle_leaves_nothing(session, bring, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr("app.registry.service.import_people.record_all", broken)
    with pytest.raises(RuntimeError):
        bring(sheet(row(1), row(2)))
    assert session.scalar(select(func.count()).select_from(Person)) == 0
    assert session.scalar(select(func.count()).select_from(ImportRun)) == 0


def test_a_checked_file_is_kept_sealed_and_written_once(session, house, operator, around):
    run = service.check_import(session, operator, "名单.csv", sheet(row(1)), around=around)
    kept = list((around.instance / "imports").iterdir())
    assert len(kept) == 1
    assert number(1).encode() not in kept[0].read_bytes()
    assert service.commit_import(session, operator, run, around=around).counts["ADDED"] == 1
    with pytest.raises(Refused) as again:
        service.commit_import(session, operator, run, around=around)
    assert again.value.code == "import-done"


def test_a_kept_file_that_was_tampered_with_or_removed_is_refused(session, house, operator, around):
    run = service.check_import(session, operator, "a.csv", sheet(row(1)), around=around)
    kept = next((around.instance / "imports").iterdir())
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    with pytest.raises(Refused) as changed:
        service.commit_import(session, operator, run, around=around)
    kept.unlink()
    with pytest.raises(Refused) as gone:
        service.commit_import(session, operator, run, around=around)
    assert (changed.value.code, gone.value.code) == ("import-file-changed", "import-file-gone")


def test_writing_is_refused_when_the_registry_moved_since_the_dry_run(session, house, operator, around):
    first = service.check_import(session, operator, "a.csv", sheet(row(1)), around=around)
    service.import_file(session, operator, "b.csv", sheet(row(1, name="李宁")), around=around)
    with pytest.raises(Stale) as moved:
        service.commit_import(session, operator, first, around=around)
    assert moved.value.code == "registry-changed"


def test_a_run_belongs_to_whoever_started_it(session, house, operator, around, cast):
    run = service.check_import(session, operator, "a.csv", sheet(row(11)), around=around)
    with pytest.raises(NotFound):
        queries.import_run(session, cast["reg"].actor, run)
    with pytest.raises(NotFound):
        service.commit_import(session, cast["reg"].actor, run, around=around)


UNITS = "单位编码,单位名称,单位类别,上级单位编码,独立机关,层级,具有执法权,执法依据类型,编制数,辖区编码"


def test_units_come_in_any_order_with_standing_posts_and_territory(session, bring):
    outcome = bring(
        sheet(
            ["PL-KT-D2A", "西郊一组", "中队", "PL-KT-D2", "", "", "", "", "", ""],
            ["PL-KT-D2", "西郊中队", "中队", "PL-KT-D", "否", "县级", "是", "法定职权", "12", "620802001"],
            head=UNITS,
        )
    )
    assert outcome.counts["ADDED"] == 2
    made = queries.unit_by_code(session, "PL-KT-D2A")
    assert made.parent_id == queries.unit_by_code(session, "PL-KT-D2").id
    tree = {r.unit.code: r for r in queries.unit_tree(session, DAY)}
    assert tree["PL-KT-D2"].strength.posts == 12
    assert tree["PL-KT-D2"].enforces is True


def test_importing_units_again_changes_nothing_and_a_new_number_of_posts_is_a_change(session, bring):
    line = ["PL-KT-D2", "西郊中队", "中队", "PL-KT-D", "否", "县级", "是", "法定职权", "12", "620802001"]
    bring(sheet(line, head=UNITS))
    assert bring(sheet(line, head=UNITS)).counts["UNCHANGED"] == 1
    changed = bring(sheet([*line[:8], "15", line[9]], head=UNITS))
    assert [(c["column"], c["before"], c["after"]) for c in changed.report[0]["changes"]] == [("posts", 12, 15)]


def test_a_unit_under_a_rejected_or_unknown_one_is_rejected(session, bring):
    outcome = bring(
        sheet(
            ["X-1", "甲", "中队", "NOWHERE", "", "", "", "", "", ""],
            ["X-2", "乙", "中队", "X-1", "", "", "", "", "", ""],
            ["PL-KT-D1", "东关中队", "大队", "PL-JC", "", "", "", "", "", ""],
            head=UNITS,
        )
    )
    assert [codes(outcome, n) for n in range(3)] == [
        ["unknown-unit"], ["parent-rejected"], ["parent-differs", "unit-kind-differs"],
    ]  # fmt: skip
    assert session.scalar(select(Unit.id).where(Unit.code == "X-2")) is None


def test_a_dry_run_of_units_founds_none(session, bring):
    bring(sheet(["X-1", "甲", "中队", "PL-KT", "", "", "", "", "", ""], head=UNITS), dry_run=True)
    assert session.scalar(select(Unit.id).where(Unit.code == "X-1")) is None


@pytest.mark.slow
def test_many_rows_are_judged_and_written_in_a_few_seconds():
    from tests.bench.registry_import import run

    taken = run(0, rows=600)
    assert taken["write_counts"] == {"ADDED": 600, "UNCHANGED": 0, "REJECTED": 0}
    assert taken["again_counts"]["UNCHANGED"] == 600
    assert taken["dry_run_seconds"] + taken["write_seconds"] < 30 * 600 / 5000 * 3
