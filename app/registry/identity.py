"""Resident identity numbers: check digit, masking, and keeping them encrypted with a blind index. Pure.

GB 11643-1999: 17 digits and a check character by ISO 7064 MOD 11-2.
"""

import hashlib
import hmac
import os
import re
import unicodedata
from datetime import date

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
SHAPE = re.compile(r"\d{17}[\dX]")


def normalise(text: str) -> str:
    """Half-width, upper case, without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def check_character(first17: str) -> str:
    """The check character that belongs to seventeen digits."""
    return CHECKS[sum(w * int(d) for w, d in zip(WEIGHTS, first17, strict=True)) % 11]


def fault(number: str) -> str | None:
    """The code of what is wrong with a normalised number (shape, birth-date, check-digit), or None."""
    if not SHAPE.fullmatch(number):
        return "identity-shape"
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "identity-birth-date"
    return None if check_character(number[:17]) == number[17] else "identity-check-digit"


def masked(last4: str) -> str:
    """Fourteen stars and the last four."""
    return "*" * 14 + last4 if last4 else ""


class Vault:
    """Encrypts identity numbers (AES-256-GCM) and computes their blind index (HMAC-SHA-256), each with its own key.

    `key` is the site's 32-byte identity key, which is never in the database.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(self._derive(key, b"identity cipher"))
        self._index_key = self._derive(key, b"identity index")

    @staticmethod
    def _derive(key: bytes, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)

    def seal(self, number: str) -> bytes:
        """Encrypt; a fresh 12-byte nonce leads."""
        return self.seal_bytes(number.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt; raises cryptography's InvalidTag when the bytes or the key are not right."""
        return self.open_bytes(sealed).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        """Encrypt a document that holds identity numbers; a fresh 12-byte nonce leads."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt; raises cryptography's InvalidTag when the bytes or the key are not right."""
        return self._cipher.decrypt(sealed[:12], sealed[12:], None)

    def index(self, number: str) -> str:
        """The look-up value of a number: equal numbers have equal values, and it says nothing without the key."""
        return hmac.new(self._index_key, number.encode(), hashlib.sha256).hexdigest()
