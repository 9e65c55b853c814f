"""Commands and settings are documented; the tree is the one that was promised."""

import re
import subprocess
from dataclasses import fields

import click

from app.cli import group, main
from app.config import Settings
from tests.conftest import PROJECT

TOP = {
    "app", "question_bank", "certificates", "migrations", "tests", "requirements.txt", "docs", "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md", "Makefile", "pyproject.toml", ".ci", ".gitignore", "LICENSE",
}  # fmt: skip
LONGEST_FILE = 400


def _tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True)
    return listed.stdout.split("\n")[:-1]


def _commands(command: click.Command, path=()):
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _commands(inner, (*path, name))
    else:
        yield " ".join(path)


def test_every_command_is_documented():
    assert callable(main)
    text = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    missing = [name for name in _commands(group) if f"`{name}" not in text and not name.startswith(("limiter", "db"))]
    assert missing == []


def test_every_setting_is_documented():
    text = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    source = (PROJECT / "app" / "config.py").read_text(encoding="utf-8")
    read = set(re.findall(r'_value\(environ, "([A-Z_]+)"\)|environ\.get\("([A-Z_]+)"\)', source))
    names = {a or b for a, b in read}
    assert len(names) >= len(fields(Settings)) - 4
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


def test_the_top_level_holds_what_was_promised_and_no_more():
    assert {path.split("/")[0] for path in _tracked()} == TOP


def test_no_python_file_is_longer_than_a_sitting():
    long = {
        path: count
        for path in _tracked()
        if path.endswith(".py") and (count := (PROJECT / path).read_text(encoding="utf-8").count("\n")) >= LONGEST_FILE
    }
    assert long == {}


def test_nothing_names_this_machine_or_a_registry_host():
    hosts = ("/" + "work/", "pypi" + ".org", "files." + "pythonhosted", "deb." + "debian.org", "registry." + "npmjs")
    found = [
        (path, host)
        for path in _tracked()
        for host in hosts
        if (PROJECT / path).suffix in {".py", ".md", ".toml", ".html", ".txt", ".mjs", ".css", ".json", ""}
        and host in (PROJECT / path).read_text(encoding="utf-8", errors="ignore")
    ]
    assert found == []
