"""One table of codes with their sentences in Chinese and English, kept in messages.toml."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Literal, NamedTuple


class Sentence(NamedTuple):
    """A sentence in both languages, with the same named places for data."""

    zh: str
    en: str


def _load() -> dict[str, Sentence]:
    text = resources.files(__package__).joinpath("messages.toml").read_text("utf-8")
    return {code: Sentence(entry["zh"], entry["en"]) for code, entry in tomllib.loads(text).items()}


MESSAGES: Mapping[str, Sentence] = _load()


def sentence(code: str, language: Literal["zh", "en"], data: Mapping[str, object]) -> str:
    """The sentence of a code with its data filled in. Raises KeyError for a code or datum that does not exist."""
    known = MESSAGES[code]
    return (known.zh if language == "zh" else known.en).format(**data)
