"""Numbers as trainers and candidates write them, and how long one may be that is kept."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from question_bank.items.sameness import normalise_text

NUMBER_DIGITS = 30  # of a tolerance or a worth, written out without exponent
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")


def as_number(text: str) -> Decimal | None:
    """The number a text states in digits, of any width, with or without thousands commas; None where it states none."""
    if any(unicodedata.category(char) == "No" for char in text):  # 10² is not 102
        return None
    plain = normalise_text(text).replace("−", "-")
    if "," in plain and not _GROUPED.fullmatch(plain):
        return None
    try:
        found = Decimal(plain.replace(",", "") if "_" not in plain else "x")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= 30 else None


def is_writable(number: Decimal) -> bool:
    """Whether a number is finite and has no more than NUMBER_DIGITS digits when written out."""
    if not number.is_finite():
        return False
    _, digits, exponent = number.as_tuple()
    places = int(exponent)
    most = len(digits) + places if places >= 0 else max(len(digits), -places)
    return most <= NUMBER_DIGITS
