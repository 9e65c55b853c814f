"""The QR code: the public address of one certificate, drawn as plain squares."""

from functools import lru_cache
from urllib.parse import quote, urlencode

import segno


def verify_address(site_url: str, number: str, check_code: str) -> str:
    """The public address of a certificate, `SITE/verify/NUMBER?code=CHECK`, safe for a QR code."""
    return f"{site_url.rstrip('/')}/verify/{quote(number, safe='')}?{urlencode({'code': check_code})}"


MASK = 3  # dark where (row + column) mod 3 = 0: no long stripes in either direction


@lru_cache(maxsize=256)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of a QR code at error level M, row by row from the top, without the quiet zone.

    The mask is fixed: readers take any, and trying all eight costs more than drawing the rest of the page's text.
    """
    code = segno.make(text, error="m", mask=MASK, micro=False, boost_error=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def runs(row: tuple[bool, ...]) -> tuple[tuple[int, int], ...]:
    """The dark stretches of one row as (first module, length), so that neighbours leave no hair between them."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for index, dark in enumerate((*row, False)):
        if dark and start is None:
            start = index
        elif not dark and start is not None:
            found.append((start, index - start))
            start = None
    return tuple(found)
