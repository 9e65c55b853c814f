"""An entry as it is hashed: RFC 8785 canonical JSON, digested, salted, and hashed as a leaf."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785

from certificates.translog.errors import LogInvalid
from certificates.translog.tree import leaf_hash

LARGEST_NUMBER = 2**53 - 1
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The entry in the one form of RFC 8785. Raises LogInvalid ENTRY_NOT_CANONICAL for what has none.

    Where there are neither fractions nor names beyond ASCII, the standard library writes the same bytes in a fifth of
    the time; a test compares the two.
    """
    try:
        return _encode(entry).encode() if _is_plain(entry) else rfc8785.dumps(_in_doubles(entry))
    except (ValueError, OverflowError, RecursionError) as fault:
        raise LogInvalid(
            "ENTRY_NOT_CANONICAL", "条目内容没有唯一的规范写法。", "The entry has no canonical form."
        ) from fault


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-LARGEST_NUMBER <= value <= LARGEST_NUMBER)
    if kind is dict:
        for name, held in value.items():
            if type(name) is not str or not name.isascii() or not _is_plain(held):
                return False
        return True
    return kind is list and all(map(_is_plain, value))


def _in_doubles(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The same with whole numbers that no double holds exactly as doubles, which all numbers of RFC 8785 are."""
    if isinstance(value, Mapping):
        return {name: _in_doubles(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_in_doubles(held) for held in value]
    return float(value) if type(value) is int and abs(value) > LARGEST_NUMBER else value


def entry_leaf(entry: Mapping[str, Any], salt: bytes) -> bytes:
    """SHA-256(0x00 ‖ salt ‖ SHA-256(canonical entry)): says nothing of the entry to whoever has not the salt."""
    return leaf_hash(salt + hashlib.sha256(canonical(entry)).digest())
