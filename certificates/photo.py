"""The holder's photo: checked, cropped to the box, stripped of whatever else the file carried."""

import warnings
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import TypeVar

from PIL import Image, ImageOps, UnidentifiedImageError

from certificates.errors import PhotoUnreadable

T = TypeVar("T")
BYTE_LIMIT = 8_000_000
PIXEL_LIMIT = 40_000_000
HEIGHT = 532  # 45 mm at 300 dpi
LARGEST = round(1.1 * HEIGHT)  # so little more is not worth resampling for
FORMATS = ("JPEG", "PNG")
START_OF_SCAN = 0xDA
PLAIN = frozenset({0xE0, 0xDB, 0xC0, 0xC4, 0xDD})
"""JFIF's own segment, quantisation tables, a baseline frame, Huffman tables, restart intervals."""


@lru_cache(maxsize=16)
def prepare(data: bytes, proportion: float) -> bytes:
    """The picture as JPEG, cut to width ÷ height = `proportion` from its middle, without EXIF, at most at 300 dpi.

    Nothing is enlarged: a printer does that as well. A JPEG that is all this already stays as it is. Raises
    PhotoUnreadable for anything that is not a PNG or JPEG of sane size.
    """
    return _opened(
        data, lambda picture: data if _is_ready(picture, data, proportion) else _convert(picture, proportion)
    )


def require(data: bytes) -> None:
    """Raises PhotoUnreadable for what `prepare` would refuse; reads the whole file, a JPEG at an eighth its size."""
    _opened(data, _look)


def _opened(data: bytes, work: Callable[[Image.Image], T]) -> T:
    if len(data) > BYTE_LIMIT:
        raise _unreadable("PHOTO_TOO_LARGE", "照片文件过大。", "The photo file is too large.")
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(data), formats=FORMATS) as picture:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if picture.width * picture.height > PIXEL_LIMIT:
                raise _unreadable("PHOTO_TOO_LARGE", "照片像素过多。", "The photo has too many pixels.")
            return work(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning) as fault:
        if isinstance(fault, PhotoUnreadable):
            raise
        raise _unreadable(
            "PHOTO_UNREADABLE", "照片无法读取，须为 PNG 或 JPEG。", "The photo is not a PNG or JPEG."
        ) from fault


def _look(picture: Image.Image) -> None:
    picture.draft("RGB", (picture.width // 8, picture.height // 8))
    picture.load()


def _is_ready(picture: Image.Image, data: bytes, proportion: float) -> bool:
    """Whether the file is what `_convert` would make of it: cut, small enough, in three colours, and nothing else."""
    width, height = picture.size
    if picture.mode != "RGB" or abs(width - height * proportion) > 1 or height > LARGEST or not _is_bare(data):
        return False
    with Image.open(BytesIO(data), formats=FORMATS) as whole:  # a draft of it would spoil this one for cutting
        _look(whole)
    return True


def _is_bare(data: bytes) -> bool:
    """Whether a baseline JPEG carries tables and picture only (ITU-T T.81, B.1.1.3), and ends where it ends."""
    place = 2
    while data[:2] == b"\xff\xd8" and data[place : place + 1] == b"\xff":
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == START_OF_SCAN:
            return data.endswith(b"\xff\xd9") and data.count(b"\xff\xd9") == 1
        if marker not in PLAIN:
            return False
        place += 2 + length
    return False


def _convert(picture: Image.Image, proportion: float) -> bytes:
    picture.draft("RGB", (round(2 * HEIGHT * proportion), 2 * HEIGHT))
    upright = _on_white(ImageOps.exif_transpose(picture))
    width, height = upright.size
    if width > height * proportion:
        width = max(round(height * proportion), 1)
    else:
        height = max(round(width / proportion), 1)
    left, top = (upright.width - width) // 2, (upright.height - height) // 2
    cut = upright.crop((left, top, left + width, top + height))
    if height > LARGEST:
        cut = cut.resize((round(HEIGHT * proportion), HEIGHT), Image.Resampling.BICUBIC, reducing_gap=2.0)
    cut.info.clear()  # or comments and profiles would be written again
    buffer = BytesIO()
    cut.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture in three colours; what was transparent is white."""
    if picture.mode == "RGB":
        return picture
    upright = picture.convert("RGBA")
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright.getchannel("A"))
    return plain


def _unreadable(code: str, zh: str, en: str) -> PhotoUnreadable:
    return PhotoUnreadable(code, zh, en)
