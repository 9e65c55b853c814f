"""Hashing of passwords and tokens: argon2id at 19 MiB, two passes, one lane (OWASP's first recommendation). Pure."""

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODYS = _HASHER.hash(secrets.token_urlsafe(16))
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def hash_password(password: str) -> str:
    """A salted hash in PHC format."""
    return _HASHER.hash(password)


def password_matches(kept: str, password: str) -> bool:
    """Whether the password is right; an account that does not exist takes as long as one that does."""
    try:
        return _HASHER.verify(kept or _NOBODYS, password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(kept: str) -> bool:
    """Whether the hash was made with older parameters."""
    return _HASHER.check_needs_rehash(kept)


def new_token() -> str:
    """A fresh secret of 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token; it is random enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def one_time_password() -> str:
    """Sixteen characters in groups of four, without look-alikes, of every kind the profiles ask for."""
    while True:
        groups = ["".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4)]
        text = "-".join(groups)
        if any(c.islower() for c in text) and any(c.isupper() for c in text) and any(c.isdigit() for c in text):
            return text
