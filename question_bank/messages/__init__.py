"""One table of codes with their sentences in Chinese and English, kept in the TOML files beside this one."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Literal, NamedTuple


class Sentence(NamedTuple):
    """A sentence in both languages, with the same named places for data."""

    zh: str
    en: str


def _load() -> dict[str, Sentence]:
    """Every file's table; raises ValueError where two files know one code."""
    found: dict[str, Sentence] = {}
    for file in sorted(resources.files(__package__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            table = tomllib.loads(file.read_text("utf-8"))
            if twice := found.keys() & table.keys():
                raise ValueError(f"{file.name}: {', '.join(sorted(twice))} is in another file too")
            found.update((code, Sentence(entry["zh"], entry["en"])) for code, entry in table.items())
    return found


MESSAGES: Mapping[str, Sentence] = _load()


def sentence(code: str, language: Literal["zh", "en"], data: Mapping[str, object]) -> str:
    """The sentence of a code with its data filled in. Raises KeyError for a code or datum that does not exist."""
    known = MESSAGES[code]
    return (known.zh if language == "zh" else known.en).format(**data)
