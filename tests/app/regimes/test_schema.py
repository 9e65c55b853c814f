"""The exported JSON Schema says of every bundled file what the loader says, and refuses what the loader refuses."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.regimes.cli import group
from app.regimes.layers import Layer, layer_schema
from app.regimes.loader import DATA, MESSAGES, check_file, load
from tests.conftest import PROJECT

SCHEMA = layer_schema()
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
CHECKED = {
    "$ref", "allOf", "anyOf", "if", "then", "type", "const", "enum", "pattern", "minimum", "maximum", "minLength",
    "maxLength", "minItems", "minProperties", "items", "properties", "required", "additionalProperties",
    "propertyNames",
}  # fmt: skip
SILENT = {"$defs", "$schema", "title", "description", "default", "format", "examples"}


def holds(rule: Any, value: Any) -> bool:
    """Whether a value satisfies a schema, for the keywords that the exported one uses."""
    if isinstance(rule, bool):
        return rule
    assert set(rule) <= CHECKED | SILENT, set(rule) - CHECKED - SILENT
    return _joined(rule, value) and _kind(rule, value) and _bounds(rule, value) and _parts(rule, value)


def _joined(rule: Any, value: Any) -> bool:
    return (
        ("$ref" not in rule or holds(SCHEMA["$defs"][rule["$ref"].split("/")[-1]], value))
        and all(holds(one, value) for one in rule.get("allOf", ()))
        and ("anyOf" not in rule or any(holds(one, value) for one in rule["anyOf"]))
        and ("if" not in rule or not holds(rule["if"], value) or holds(rule["then"], value))
    )


def _kind(rule: Any, value: Any) -> bool:
    return (
        ("type" not in rule or _is(rule["type"], value))
        and ("const" not in rule or (value == rule["const"] and type(value) is type(rule["const"])))
        and ("enum" not in rule or value in rule["enum"])
    )


def _is(kind: str, value: Any) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _bounds(rule: Any, value: Any) -> bool:
    if isinstance(value, str):
        long = rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", len(value))
        return long and re.search(rule.get("pattern", ""), value) is not None
    if isinstance(value, int):
        return bool(rule.get("minimum", value) <= value <= rule.get("maximum", value))
    return not isinstance(value, list) or len(value) >= rule.get("minItems", 0)


def _parts(rule: Any, value: Any) -> bool:
    if isinstance(value, list):
        return all(holds(rule.get("items", True), one) for one in value)
    if not isinstance(value, dict):
        return True
    known = rule.get("properties", {})
    rest = rule.get("additionalProperties", True)
    return (
        set(rule.get("required", ())) <= set(value)
        and len(value) >= rule.get("minProperties", 0)
        and all(holds(rule.get("propertyNames", True), key) for key in value)
        and all(holds(known.get(key, rest), one) for key, one in value.items())
    )


def content(text: str) -> Any:
    return json.loads(json.dumps(tomllib.loads(text), default=str))


@pytest.mark.parametrize("path", sorted(DATA.glob("*.toml")), ids=lambda path: path.stem)
def test_the_schema_holds_for_every_bundled_file(path: Path):
    assert holds(SCHEMA, content(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('level = "locality"', 'level = "galaxy"'),
        ('parent = "hainan"', 'parent = "Hainan"'),
        ("[regime]\n", "[regime]\ncolour = 1\n"),
        ('scope = "DECLARED"', 'scope = "SOME"'),
        ("per_town = 2", "per_town = 0"),
        ("OFFICER = 2", "DOG = 2"),
        ("OFFICER = 2", "OFFICER = -2"),
        ("members = { POLICE = 1, AUX_POLICE = 2, OFFICER = 2, AUXILIARY = 4 }", "members = {}"),
        ("value = 95", "value = 0"),
        ('value = "DISMISSAL"', 'value = "EXILE"'),
        ("value = true", 'value = "true"'),
        ("count = 282", "count = -1"),
        ('source = "HK-02"', ""),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(old: str, new: str):
    text = (DATA / "haikou.toml").read_text("utf-8")
    assert old in text
    assert not holds(SCHEMA, content(text.replace(old, new, 1)))


def test_the_command_prints_the_schema(application: Flask):
    printed = application.test_cli_runner().invoke(group, ["schema"])
    assert json.loads(printed.output) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_guide_s_example_can_be_used_and_the_guide_names_every_table_and_fault(tmp_path: Path):
    guide = (PROJECT / "docs" / "regimes.md").read_text("utf-8")
    example = guide.split("```toml\n")[1].split("```")[0]
    (tmp_path / "qingyang.toml").write_text(example, "utf-8")
    assert check_file(tmp_path / "qingyang.toml") == ()
    assert load("qingyang", tmp_path).number("hours.per_year", date(2027, 1, 1)) == 80
    assert [name for name in Layer.model_fields if f"[{name}]" not in guide] == []
    of_files = {code for code in MESSAGES if code not in {"not-in-draft", "backdated"}}
    of_calendars = {code for code in of_files if code.startswith("calendar-")} - {"calendar-only", "calendar-short"}
    assert [code for code in sorted(of_files - of_calendars) if f"`{code}`" not in guide] == []
