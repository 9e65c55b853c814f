"""A lower layer adds or tightens; whatever binds from above cannot be relaxed, row by row."""

from pathlib import Path
from typing import Any

import pytest

from app.regimes.codes import Severity
from app.regimes.layers import VALUE_TYPES, Layer
from app.regimes.loader import check_file, stack_of

HEAD = '[regime]\nid = "test"\nparent = "cn"\nlevel = "locality"\ntitle = { zh = "试", en = "Test" }\n'
FLOOR: Layer = stack_of("cn")[0].layer
BINDING = ("statute", "national_policy")
SOFTER = {Severity.DENY: Severity.WARN, Severity.WARN: Severity.OBLIGATION}


def faults(tmp_path: Path, body: str, head: str = HEAD) -> list[tuple[str, int | None]]:
    path = tmp_path / "test.toml"
    path.write_text(head + body, encoding="utf-8")
    return [(fault.code, fault.line) for fault in check_file(path)]


def rule(rule_id: str, severity: str, extra: str = "") -> str:
    return f'[[rule]]\nid = "{rule_id}"\nseverity = "{severity}"\nbasis = "local"\nsource = "x"\n{extra}'


def value(name: str, given: str, extra: str = "") -> str:
    return f'[[value]]\nname = "{name}"\nvalue = {given}\nbasis = "local"\nsource = "x"\n{extra}'


def days(row: Any) -> str:
    return "".join(f"{key} = {day}\n" for key, day in (("from", row.starts), ("to", row.ends)) if day)


@pytest.mark.parametrize(
    "row",
    [row for row in FLOOR.rule if row.basis in BINDING and row.severity in SOFTER],
    ids=lambda row: f"{row.id}-{row.starts}",
)
def test_a_softer_copy_of_a_binding_rule_is_refused(tmp_path: Path, row: Any):
    assert faults(tmp_path, rule(row.id, SOFTER[row.severity], days(row))) == [("relaxes", 8)]


@pytest.mark.parametrize(
    "row", [row for row in FLOOR.rule if row.basis in BINDING], ids=lambda row: f"{row.id}-{row.starts}"
)
def test_a_binding_rule_cannot_be_switched_off_but_can_be_repeated(tmp_path: Path, row: Any):
    assert faults(tmp_path, rule(row.id, row.severity, "enabled = false\n" + days(row)))[0][0] == "relaxes"
    assert faults(tmp_path, rule(row.id, row.severity, days(row))) == []


@pytest.mark.parametrize("row", [row for row in FLOOR.rule if row.basis not in BINDING], ids=lambda row: row.id)
def test_a_rule_that_is_only_the_product_s_can_be_switched_off(tmp_path: Path, row: Any):
    assert faults(tmp_path, rule(row.id, row.severity, "enabled = false\n")) == []


LAXER = {
    "establishment.categories": '["CIVIL_SERVANT", "CONTRACT"]',
    "hours.per_year": "59",
    "probation.months": "11",
    "reviewers.percent": "4",
    "auxiliary.cap_percent": "101",
    "auxiliary.falls": "false",
    "dispatch.consult": "false",
}
TIGHTER = {
    "establishment.categories": '["CIVIL_SERVANT"]',
    "hours.per_year": "80",
    "probation.months": "13",
    "reviewers.percent": "6",
    "auxiliary.cap_percent": "99",
}


def test_every_binding_value_with_a_direction_is_tried():
    binding = {row.name for row in FLOOR.value if row.basis in BINDING and VALUE_TYPES[row.name][1] != 0}
    assert binding == set(LAXER)


@pytest.mark.parametrize("name", sorted(LAXER))
def test_a_laxer_copy_of_a_binding_value_is_refused(tmp_path: Path, name: str):
    code = "bad-value" if name == "auxiliary.cap_percent" else "relaxes"  # above 100 % there is no cap at all
    assert faults(tmp_path, value(name, LAXER[name])) == [(code, 8)]


@pytest.mark.parametrize("name", sorted(TIGHTER))
def test_a_tighter_value_is_accepted(tmp_path: Path, name: str):
    assert faults(tmp_path, value(name, TIGHTER[name])) == []


@pytest.mark.parametrize(
    ("name", "given", "accepted"),
    [
        ("night.starts", '"22:01"', False),
        ("night.starts", '"00:00"', False),
        ("night.starts", '"21:00"', True),
        ("night.ends", '"05:59"', False),
        ("night.ends", '"23:00"', False),
        ("night.ends", '"07:00"', True),
    ],
)
def test_the_night_of_the_law_can_be_made_longer_and_never_shorter(
    tmp_path: Path, name: str, given: str, accepted: bool
):
    assert faults(tmp_path, value(name, given)) == ([] if accepted else [("relaxes", 8)])


@pytest.mark.parametrize("row", FLOOR.minimum, ids=lambda row: row.source)
def test_no_layer_needs_fewer_officers_than_the_law(tmp_path: Path, row: Any):
    acts = "[" + ", ".join(f'"{act}"' for act in row.acts) + "]"
    body = f'[[minimum]]\nacts = {acts}\nofficers = 1\nseverity = "{row.severity}"\nbasis = "local"\nsource = "x"\n'
    assert faults(tmp_path, body + days(row)) == [("relaxes", 8)]


def template(officers: str) -> str:
    return (
        '[[template]]\ncode = "T-1"\ntitle = { zh = "试", en = "T" }\n'
        f"members = {{ POLICE = 3, {officers}AUXILIARY = 4 }}\n"
        'source = "x"\nfrom = 2026-01-01\n'
    )


def test_a_squad_template_with_one_officer_is_refused_at_its_members(tmp_path: Path):
    assert faults(tmp_path, template("OFFICER = 1, ")) == [("relaxes", 9)]
    assert faults(tmp_path, template("OFFICER = 2, ")) == []
    assert faults(tmp_path, template("")) == []


def test_an_item_cannot_be_moved_into_another_national_field(tmp_path: Path):
    body = (
        '[[item]]\ncode = "ENV-1"\ndomain = "{}"\ntitle = {{ zh = "x", en = "x" }}\n'
        'regulator = {{ zh = "x", en = "x" }}\nsource = "x"\n'
    )
    assert faults(tmp_path, body.format("HOU")) == [("relaxes", 8)]
    assert faults(tmp_path, body.format("ENV")) == []


def test_a_province_cannot_be_relaxed_where_it_stands_on_a_statute(tmp_path: Path):
    above = HEAD.replace('"test"', '"above"').replace("locality", "province")
    bound = value("exam.attempts", "2").replace('"local"', '"statute"')
    (tmp_path / "above.toml").write_text(above + bound, encoding="utf-8")
    head = HEAD.replace('"cn"', '"above"')
    assert faults(tmp_path, value("exam.attempts", "3"), head) == [("relaxes", 8)]
    assert faults(tmp_path, value("exam.attempts", "1"), head) == []
