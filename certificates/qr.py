"""QR codes as modules, and the public address of one certificate."""

from functools import lru_cache
from math import isqrt
from urllib.parse import quote, urlencode

import zxingcpp

from certificates.errors import CodeTooLong

LEVEL = "M"
DARK = bytes(pixel == 0 for pixel in range(256))
MASK = 3  # dark where (row + column) mod 3 = 0: no long stripes in either direction


def verify_address(site_url: str, number: str, check_code: str) -> str:
    """The public address of a certificate, `SITE/verify/NUMBER?code=CHECK`, safe for a QR code."""
    return f"{public_address(site_url, number)}?{urlencode({'code': check_code})}"


def public_address(site_url: str, number: str) -> str:
    """What names a certificate to the world, `SITE/verify/NUMBER`; it answers for whoever adds the check code."""
    return f"{site_url.rstrip('/')}/verify/{quote(number, safe='')}"


@lru_cache(maxsize=256)
def modules(text: str, level: str = LEVEL) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of a QR code at an error level, row by row from the top, without the quiet zone.

    The smallest version that holds the text (ISO/IEC 18004: version v has 17 + 4v modules a side). The mask is fixed:
    readers take any, and trying all eight takes five times as long. Raises CodeTooLong.
    """
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=MASK)
    except ValueError as fault:
        raise too_long(text, "QR") from fault
    pixels = bytes(memoryview(code.to_image(1, add_hrt=False, add_quiet_zones=False)))  # type: ignore[arg-type]
    side, dark = isqrt(len(pixels)), pixels.translate(DARK)
    return tuple(tuple(map(bool, dark[row * side : (row + 1) * side])) for row in range(side))


def too_long(text: str, name: str) -> CodeTooLong:
    """The refusal of a text that a code, or its place on a page, cannot hold."""
    return CodeTooLong(
        "CODE_TOO_LONG",
        f"二维码内容过长（{len(text)} 个字符），“{name}”处放不下。",
        f"The code's content of {len(text)} characters has no room in “{name}”.",
        {"place": name, "size": str(len(text))},
    )
