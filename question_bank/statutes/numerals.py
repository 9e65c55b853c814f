"""Chinese numerals as numbers: 二百, 三千五百, 十五, 两, 一百二十三, 1万."""

from fractions import Fraction

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
PLACES = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000}
NUMERAL_CHARACTERS = "".join([*DIGITS, *PLACES, *LARGE])


def whole_number(text: str) -> int | None:
    """The number that Chinese numerals write, place by place (二百零五) or digit by digit (二〇二一); else None."""
    if not text or any(char not in NUMERAL_CHARACTERS for char in text):
        return None
    if len(text) > 1 and all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    return _placed(text)


def _placed(text: str) -> int | None:
    total = section = 0
    digit: int | None = None
    for char in text:
        if char in DIGITS:
            if digit:
                return None  # 二三百 is a guess, not a number
            digit = DIGITS[char]
        elif char in PLACES:
            section += (1 if digit is None else digit) * PLACES[char]
            digit = None
        else:
            total = (total + section + (digit or 0)) * LARGE[char]
            section, digit = 0, None
    return total + section + (digit or 0)


def number(text: str) -> Fraction | None:
    """The number that Arabic digits (3,000 or 0.5), Chinese numerals, or both (2万, 3千) write; else None."""
    plain = text.replace(",", "")
    head = plain.rstrip("".join([*PLACES, *LARGE]))
    if head and head.replace(".", "", 1).isascii() and head.replace(".", "", 1).isdigit() and head[0] != ".":
        value = Fraction(head.rstrip("."))
        for char in plain[len(head) :]:
            value *= {**PLACES, **LARGE}[char]
        return value
    whole = whole_number(plain)
    return None if whole is None else Fraction(whole)
