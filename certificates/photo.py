"""The holder's photo: checked, cropped to the box, stripped of whatever else the file carried."""

import warnings
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError
from reportlab.lib.utils import ImageReader

from certificates.errors import PhotoUnreadable

BYTE_LIMIT = 8_000_000
PIXEL_LIMIT = 40_000_000
HEIGHT = 532  # 45 mm at 300 dpi
FORMATS = ("JPEG", "PNG")


def prepare(data: bytes, proportion: float) -> ImageReader:
    """The picture cut to width ÷ height = `proportion` from its middle, at 300 dpi, without EXIF.

    Raises PhotoUnreadable for anything that is not a PNG or JPEG of sane size.
    """
    return ImageReader(BytesIO(_prepare(data, proportion)))


@lru_cache(maxsize=16)
def _prepare(data: bytes, proportion: float) -> bytes:
    if len(data) > BYTE_LIMIT:
        raise _unreadable("PHOTO_TOO_LARGE", "照片文件过大。", "The photo file is too large.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _convert(data, proportion)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning) as fault:
        if isinstance(fault, PhotoUnreadable):
            raise
        raise _unreadable(
            "PHOTO_UNREADABLE", "照片无法读取，须为 PNG 或 JPEG。", "The photo is not a PNG or JPEG."
        ) from fault


def _convert(data: bytes, proportion: float) -> bytes:
    with Image.open(BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > PIXEL_LIMIT:
            raise _unreadable("PHOTO_TOO_LARGE", "照片像素过多。", "The photo has too many pixels.")
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright.getchannel("A"))
    fitted = ImageOps.fit(plain, (round(HEIGHT * proportion), HEIGHT))
    buffer = BytesIO()
    fitted.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _unreadable(code: str, zh: str, en: str) -> PhotoUnreadable:
    return PhotoUnreadable(code, zh, en)
