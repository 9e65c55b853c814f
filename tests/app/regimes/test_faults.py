"""A regime file that cannot be used is refused with a code, its name and the line."""

from pathlib import Path

import pytest

from app.regimes.loader import MAX_BYTES, check_file

HEAD = '[regime]\nid = "test"\nparent = "cn"\nlevel = "locality"\ntitle = { zh = "试", en = "Test" }\n'
TITLE = 'title = { zh = "x", en = "x" }\nsource = "x"\n'

FIRST = 'items = ["HOU-1"]\n'


def told(tmp_path: Path, body: str, head: str = HEAD, name: str = "test") -> list[tuple[str, int | None]]:
    path = tmp_path / f"{name}.toml"
    path.write_text(head + body, encoding="utf-8")
    return [(fault.code, fault.line) for fault in check_file(path)]


def domain(code: str, national: str, extra: str = "") -> str:
    return f'[[domain]]\ncode = "{code}"\nnational = "{national}"\nscope = "FULL"\n{TITLE}{extra}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (domain("HOU", "HOX"), [("unknown-reference", 8)]),
        (domain("CAD", "NONE"), []),
        (domain("HOU", "HOU", 'items = ["HOU-1", "HOU-9"]\n'), [("unknown-reference", 12)]),
        (domain("HOU", "HOU", 'force = "NOBODY"\n'), [("unknown-reference", 12)]),
        (domain("ONE", "HOU") + domain("TWO", "HOU"), [("taken-twice", 13)] * 4),
        (domain("ONE", "HOU", FIRST) + domain("TWO", "HOU", FIRST), [("taken-twice", 14)]),
        (domain("ONE", "HOU", FIRST) + domain("TWO", "HOU", FIRST.replace("1", "2")), []),
        (f'[[force]]\ncode = "F"\nnational = "NONE"\npart_of = "G"\n{TITLE}', [("unknown-reference", 9)]),
        (f'[[force]]\ncode = "F"\nnational = "XX"\n{TITLE}', [("unknown-reference", 8)]),
        ('[[takeover]]\ndomain = "NO"\nsource = "x"\n', [("unknown-reference", 7)]),
        ('[[takeover]]\ndomain = "HOU"\nitems = ["X-1"]\nsource = "x"\n', [("unknown-reference", 8)]),
        (f'[[declared]]\ncode = "N"\ncount = 3\nenumerated = 4\n{TITLE}', [("bad-value", 6)]),
        (f'[[declared]]\ncode = "N"\ncount = -1\n{TITLE}', [("bad-value", 8)]),
        (f'[[declared]]\ncode = "N"\ncount = 1\n{TITLE}' * 2, [("duplicate", 12)]),
        (
            '[domains]\ndeclared_count = 2\nenumerated = 2\nsource = "x"\n' + domain("HOU", "HOU"),
            [("count-differs", 8)],
        ),
        (
            '[domains]\ndeclared_count = 1\nsource = "x"\n' + domain("HOU", "HOU") + domain("ENV", "ENV"),
            [("count-differs", 7)],
        ),
        (f'[[supervision]]\ncode = "S"\nmay = ["PENALISE"]\n{TITLE}', [("bad-value", 8)] * 2),
        (f'[[supervision]]\ncode = "S"\nmay = []\n{TITLE}', [("bad-value", 8)]),
        (f'[[template]]\ncode = "T"\nmembers = {{ DOG = 2 }}\n{TITLE}', [("bad-value", 8)]),
        (f'[[template]]\ncode = "T"\nmembers = {{ OFFICER = 2 }}\nper_town = 0\n{TITLE}', [("bad-value", 9)]),
        (f"[[holiday]]\nfrom = 2027-01-02\nto = 2027-01-01\n{TITLE}", [("bad-value", 6)]),
        (f"[[holiday]]\nfrom = 2027-01-01\nto = 2027-03-01\n{TITLE}", [("bad-value", 6)]),
        (f"[[holiday]]\nfrom = 2027-01-01\nto = 2027-01-02\nstatutory = [2027-01-03]\n{TITLE}", [("bad-value", 6)]),
        (f"[[holiday]]\nfrom = 2027-01-01\nto = 2027-01-02\n{TITLE}" * 2, [("duplicate", 12)]),
        (
            (
                '[[programme]]\ncode = "P"\nstarts = 2027-02-01\ndeadline = 2027-01-01\ntasks = ["CERTIFY"]\n'
                f'before = "WARN"\nafter = "DENY"\n{TITLE}'
            ),
            [("bad-value", 6)],
        ),
        ('[[value]]\nname = "night.starts"\nvalue = "24:00"\nbasis = "local"\nsource = "x"\n', [("bad-value", 8)]),
        ('[[value]]\nname = "presider.card"\nvalue = 1\nbasis = "local"\nsource = "x"\n', [("bad-value", 8)]),
        ('[[rule]]\nid = "R1"\nseverity = "DENY"\nbasis = "local"\nsource = "x"\n', [("bad-value", 7)]),
        ('[[rule]]\nid = "R13"\nseverity = "DENY"\nbasis = "local"\nsource = ""\n', [("bad-value", 10)]),
        ("[[colour]]\nname = 1\n", [("unknown-key", 6)]),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused_at_its_line(tmp_path: Path, body: str, expected: list[tuple[str, int | None]]):
    assert told(tmp_path, body) == expected


def test_a_province_cannot_stand_on_a_locality(tmp_path: Path):
    head = HEAD.replace('"cn"', '"pingliang"')
    assert told(tmp_path, "", head.replace("locality", "province")) == [("wrong-level", 4)]
    assert told(tmp_path, "", head) == []


def test_an_unknown_level_is_refused(tmp_path: Path):
    assert told(tmp_path, "", HEAD.replace("locality", "galaxy")) == [("bad-value", 4)]


def test_a_layer_that_is_its_own_parent_is_a_cycle(tmp_path: Path):
    assert told(tmp_path, "", HEAD.replace('"cn"', '"test"')) == [("cycle", 3)]


def test_a_cycle_of_three_names_the_whole_chain(tmp_path: Path):
    for name, parent in (("one", "two"), ("two", "three"), ("three", "one")):
        told(tmp_path, "", HEAD.replace('"test"', f'"{name}"').replace('"cn"', f'"{parent}"'), name)
    (fault,) = check_file(tmp_path / "one.toml")
    assert (fault.code, fault.data["chain"]) == ("cycle", "one → two → three → one")
    assert fault.at == "three.toml:3"


def test_a_fault_of_the_parent_is_told_with_the_parent_s_file(tmp_path: Path):
    told(tmp_path, "[[rule]]\n", HEAD.replace('"test"', '"above"'), "above")
    told(tmp_path, "", HEAD.replace('"cn"', '"above"'))
    assert {fault.file for fault in check_file(tmp_path / "test.toml")} == {"above.toml"}


def test_an_endless_file_is_not_read(tmp_path: Path):
    assert told(tmp_path, "#" * MAX_BYTES) == [("too-large", None)]


def test_deeply_nested_text_is_refused_and_does_not_break_the_reader(tmp_path: Path):
    (code, _line), *_ = told(tmp_path, "x = " + "[" * 5000)
    assert code in {"not-toml", "unreadable"}


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path):
    body = "[[rule]]\n[[value]]\n[[item]]\n"
    assert {line for _code, line in told(tmp_path, body)} == {6, 7, 8}
