"""The bundled regimes say what their documents say; a bad file is refused at its line; nothing relaxes a statute."""

import json
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app.core.errors import NotFound
from app.regimes.cli import group
from app.regimes.codes import Act, Severity, Task
from app.regimes.loader import MESSAGES, RegimeUnusable, available, check_file, load

TODAY = date(2026, 3, 10)
HEAD = '[regime]\nid = "test"\nparent = "gansu"\nlevel = "locality"\ntitle = { zh = "试", en = "Test" }\n'


def written(tmp_path: Path, body: str, name: str = "test", head: str = HEAD) -> Path:
    path = tmp_path / f"{name}.toml"
    path.write_text(head + body, encoding="utf-8")
    return path


def codes_and_lines(path: Path) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.line) for fault in check_file(path)]


def test_every_bundled_file_is_without_fault():
    assert available() == tuple(sorted(available()))
    assert {"cn", "gansu", "pingliang"} <= set(available())
    for name in available():
        assert load(name).id == name


def test_pingliang_has_its_six_fields_and_the_items_of_the_guiding_opinion():
    regime = load("pingliang")
    assert [layer.id for layer in regime.layers] == ["cn", "gansu", "pingliang"]
    assert [domain.title.zh for domain in regime.domains.values()] == [
        "住建规划", "环境保护", "工商管理", "交通管理", "水务管理", "食品药品监管",
    ]  # fmt: skip
    assert {domain.source for domain in regime.domains.values()} == {"PL-10"}
    count = {code: sum(item.domain == code for item in regime.items.values()) for code in regime.domains}
    assert (count["ENV"], count["COM"], count["TRF"], count["WTR"], count["FD"]) == (8, 2, 2, 3, 3)
    assert all(item.source for item in regime.items.values())


def test_the_programme_of_2017_ends_with_the_year_and_denies_afterwards():
    (programme,) = load("pingliang").programmes
    assert (programme.deadline, programme.after) == (date(2017, 12, 31), Severity.DENY)
    assert programme.tasks == (Task.REGISTER, Task.ROTATE, Task.CERTIFY)
    assert "PL-03" in programme.source


def test_a_number_nobody_states_is_unknown_and_labelled_as_the_product_s():
    value = load("pingliang").setting("pass_mark.PUBLIC_LAW", TODAY)
    assert value is not None
    assert (value.value, value.unknown, value.product_default, value.layer) == (60, True, True, "gansu")
    hours = load("pingliang").setting("hours.per_year", TODAY)
    assert hours is not None
    assert (hours.value, hours.product_default) == (60, False)


def test_a_value_holds_from_its_first_day():
    regime = load("pingliang")
    assert regime.setting("hours.per_year", date(2021, 8, 10)) is None
    assert regime.number("hours.per_year", date(2021, 8, 11)) == 60
    with pytest.raises(LookupError):
        regime.number("hours.per_year", date(2021, 8, 10))


@pytest.mark.parametrize(
    ("act", "day", "severities"),
    [
        (Act.SPOT_PENALTY, date(1996, 9, 30), []),
        (Act.SPOT_PENALTY, date(2021, 7, 14), [Severity.WARN]),
        (Act.SPOT_PENALTY, date(2021, 7, 15), [Severity.DENY]),
        (Act.INSPECT, date(2021, 7, 14), [Severity.DENY]),
        (Act.PATROL, TODAY, []),
    ],
)
def test_two_officers_are_needed_from_the_day_the_law_says(act: Act, day: date, severities: list[Severity]):
    assert [minimum.severity for minimum in load("pingliang").minimum_officers(act, day)] == severities


def test_a_local_source_does_not_make_a_statute_s_denial_overridable():
    assert load("pingliang").on(TODAY).rules["R01"].statute
    assert "PL-02" in load("pingliang").on(TODAY).rules["R01"].source
    assert not load("pingliang").on(TODAY).rules["R13"].statute


def test_the_version_follows_the_content_and_not_the_layout(tmp_path: Path):
    one = written(tmp_path, '[[value]]\nname = "exam.attempts"\nvalue = 2\nbasis = "local"\nsource = "x"\n')
    first = load("test", tmp_path).version
    (tmp_path / "again").mkdir()
    written(tmp_path / "again", '# note\n[[value]]\nsource = "x"\nname = "exam.attempts"\nbasis = "local"\nvalue = 2\n')
    (tmp_path / "other").mkdir()
    written(tmp_path / "other", one.read_text("utf-8").removeprefix(HEAD).replace("= 2", "= 1"))
    assert load("test", tmp_path / "again").version == first
    assert load("test", tmp_path / "other").version != first


def test_an_unknown_regime_is_not_found():
    with pytest.raises(NotFound):
        load("atlantis")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('[[rule]]\nid = "R03"\nseverity = "WARN"\nbasis = "local"\nsource = "x"\n', [("relaxes", 8)]),
        ('[[rule]]\nid = "R01"\nenabled = false\nseverity = "DENY"\nbasis = "local"\nsource = "x"\n', [("relaxes", 9)]),
        ('[[value]]\nname = "hours.per_year"\nvalue = 59\nbasis = "local"\nsource = "x"\n', [("relaxes", 8)]),
        ('[[value]]\nname = "hours.per_year"\nvalue = 61\nbasis = "local"\nsource = "x"\n', []),
        ('[[value]]\nname = "probation.months"\nvalue = 6\nbasis = "local"\nsource = "x"\n', [("relaxes", 8)]),
        (
            (
                '[[value]]\nname = "establishment.categories"\nvalue = ["CIVIL_SERVANT", "CONTRACT"]\n'
                'basis = "local"\nsource = "x"\n'
            ),
            [("relaxes", 8)],
        ),
        (
            '[[minimum]]\nacts = ["PENALTY"]\nofficers = 1\nseverity = "DENY"\nbasis = "local"\nsource = "x"\n',
            [("relaxes", 8)],
        ),
        (
            '[[act]]\ncode = "PENALTY"\nkind = "ASSIST"\ntitle = { zh = "罚", en = "p" }\nsource = "x"\n',
            [("relaxes", 8)],
        ),
        ('[[rule]]\nid = "R13"\nseverity = "WARN"\nbasis = "local"\nsource = "x"\n', []),
        ('[[rule]]\nid = "R28"\nseverity = "DENY"\nbasis = "local"\nsource = "x"\n', []),
        (
            '[[value]]\nname = "exam.attempts"\nvalue = 2\nbasis = "local"\nsource = "x"\ncolour = 1\n',
            [("unknown-key", 11)],
        ),
        ('[[value]]\nname = "exam.attempt"\nvalue = 2\nbasis = "local"\nsource = "x"\n', [("bad-value", 7)]),
        ('[[value]]\nname = "exam.attempts"\nvalue = "two"\nbasis = "local"\nsource = "x"\n', [("bad-value", 8)]),
        ('[[value]]\nname = "exam.attempts"\nvalue = 2\nbasis = "local"\n', [("missing-key", 6)]),
        (
            '[[value]]\nname = "exam.attempts"\nvalue = 2\nunknown = true\nbasis = "local"\nsource = "x"\n',
            [("bad-value", 6)],
        ),
        (
            (
                '[[value]]\nname = "exam.attempts"\nvalue = 2\nbasis = "local"\nsource = "x"\n'
                "from = 2026-02-01\nto = 2026-01-31\n"
            ),
            [("bad-value", 6)],
        ),
        (
            (
                '[[item]]\ncode = "X-1"\ndomain = "NONE"\ntitle = { zh = "x", en = "x" }\n'
                'regulator = { zh = "x", en = "x" }\nsource = "x"\n'
            ),
            [("unknown-reference", 8)],
        ),
        (
            '[[value]]\nname = "exam.attempts"\nvalue = 2\nbasis = "local"\nsource = "x"\n' * 2,
            [("duplicate", 12)],
        ),
        ("[[value]\n", [("not-toml", 6)]),
    ],
)
def test_a_fault_is_found_at_its_line(tmp_path: Path, body: str, expected: list[tuple[str, int]]):
    assert codes_and_lines(written(tmp_path, body)) == expected


def test_a_rule_cannot_be_relaxed_for_a_part_of_its_time(tmp_path: Path):
    body = (
        '[[rule]]\nid = "R17"\nseverity = "WARN"\nbasis = "local"\nsource = "x"\nfrom = 2030-01-01\nto = 2030-01-01\n'
    )
    assert [fault.code for fault in check_file(written(tmp_path, body))] == ["relaxes"]


def test_parents_that_are_missing_or_run_in_a_circle_are_refused(tmp_path: Path):
    assert codes_and_lines(written(tmp_path, "", head=HEAD.replace("gansu", "nowhere"))) == [("missing-parent", 3)]
    written(tmp_path, "", "one", HEAD.replace('"test"', '"one"').replace("gansu", "two"))
    two = written(tmp_path, "", "two", HEAD.replace('"test"', '"two"').replace("gansu", "one"))
    assert [fault.code for fault in check_file(two)] == ["cycle"]
    orphan = written(tmp_path, "", head=HEAD.replace('parent = "gansu"\n', ""))
    assert [fault.code for fault in check_file(orphan)] == ["no-floor"]


def test_a_regime_with_faults_is_not_loaded(tmp_path: Path):
    written(tmp_path, '[[rule]]\nid = "R01"\nseverity = "WARN"\nbasis = "local"\nsource = "x"\n')
    with pytest.raises(RegimeUnusable) as refusal:
        load("test", tmp_path)
    assert "test.toml:8" in str(refusal.value)


def test_a_file_that_is_no_text_or_misnamed_is_refused(tmp_path: Path):
    path = tmp_path / "test.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert [fault.code for fault in check_file(path)] == ["unreadable"]
    assert [fault.code for fault in check_file(written(tmp_path, "", "other"))] == ["wrong-name"]


def test_every_fault_speaks_both_languages():
    for zh, en in MESSAGES.values():
        assert zh
        assert en
        assert {part.split(")")[0] for part in zh.split("%(")[1:]} == {
            part.split(")")[0] for part in en.split("%(")[1:]
        }


def test_the_command_lists_shows_and_checks(application: Flask, tmp_path: Path):
    runner = application.test_cli_runner()
    listed = runner.invoke(group, ["list", "--json"])
    assert [row["id"] for row in json.loads(listed.output)] == list(available())
    shown = runner.invoke(group, ["show", "pingliang", "--json"])
    assert json.loads(shown.output)["version"] == load("pingliang").version
    good = runner.invoke(group, ["check", str(written(tmp_path, ""))])
    assert (good.exit_code, good.output) == (0, "test.toml: ok\n")
    bad = runner.invoke(group, ["check", str(written(tmp_path, "[[rule]]\n")), "--json"])
    assert bad.exit_code == 1
    assert {fault["code"] for fault in json.loads(bad.output)} == {"missing-key"}
    assert runner.invoke(group, ["check", "no-such-file"]).exit_code == 2


def test_the_list_is_a_tree_with_counts_and_marks_a_draft(application: Flask):
    lines = application.test_cli_runner().invoke(group, ["list"]).output.splitlines()
    names = [line.split("\t")[0] for line in lines]
    assert names[0] == "cn"
    assert names[names.index("  shandong") + 1] == "    lixia"
    (lixia,) = (line for line in lines if line.startswith("    lixia"))
    assert "8 domains, 17 items, 8 forces, 0 programmes" in lixia
    assert [line.split("\t")[0].strip() for line in lines if "[draft]" in line] == ["guangning"]


def test_every_value_is_shown_with_its_source_and_an_unknown_one_says_so(application: Flask):
    lines = application.test_cli_runner().invoke(group, ["show", "haikou"]).output.splitlines()
    (validity,) = (line for line in lines if line.startswith("certificate.validity_years") and "\thainan\t" in line)
    assert "unknown, stands in: 5" in validity
    assert validity.endswith("[product default, not law]")
    (failing,) = (line for line in lines if line.startswith("exam.on_fail\tDISMISSAL"))
    assert failing.endswith("\thaikou\tHK-02")
    assert any(line.startswith("declared\tPOWERS") and "282, 0 enumerated" in line for line in lines)
    assert any(line.startswith("holiday\t春节\t2026-02-15–2026-02-23\t2026-02-16 2026-02-17") for line in lines)


def test_each_fault_is_printed_with_file_and_line(application: Flask, tmp_path: Path):
    body = (
        '[[rule]]\nid = "R03"\nseverity = "WARN"\nbasis = "local"\nsource = "x"\n'
        '[[value]]\nname = "hours.per_year"\nvalue = 1\nbasis = "local"\nsource = "x"\n'
    )
    told = application.test_cli_runner().invoke(group, ["check", str(written(tmp_path, body))])
    assert told.exit_code == 1
    assert [line.split(": ")[:2] for line in told.output.splitlines()] == [
        ["test.toml:8", "relaxes"],
        ["test.toml:13", "relaxes"],
    ]
