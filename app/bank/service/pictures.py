"""Pictures on their way into a question: decoded whole, written anew without anything but pixels, kept until saved."""

import os
import re
import secrets
import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from app.bank.queries.pictures import picture
from app.core.errors import N_, Invalid, NotFound
from question_bank.items import Picture, media_type_of
from question_bank.items.pictures import PICTURE_BYTES

UPLOAD_BYTES = 8 * 2**20
LONGEST_SIDE = 6000
KEPT_SIDE = 2000
"""Pixels: a larger picture is made smaller, for a phone shows no more."""
KEPT_FILES = 500
"""Uploads that lie unsaved at most; the oldest make room."""
_FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "PNG", "WEBP": "WEBP"}
_TOKEN = re.compile(r"[0-9a-f]{32}")
_STORED = re.compile(r"([0-9]{1,9})-([0-9]{1,3})", re.ASCII)


def clean_picture(content: bytes) -> bytes:
    """The picture upright, without anything but its pixels, at most 2000 pixels a side; GIF becomes PNG.

    PNG, JPEG, GIF (its first frame) or WebP, at most 8 MB and 6000 pixels a side. Raises Invalid `picture-too-large`,
    `picture-kind`, `picture-size` or `picture-damaged`.
    """
    if len(content) > UPLOAD_BYTES:
        raise Invalid("picture-too-large", N_("The picture is larger than 8 MB."), field="pictures")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clean = _written_anew(content)
    except UnidentifiedImageError:
        raise Invalid(
            "picture-kind", N_("The file is not a PNG, JPEG, GIF or WebP picture."), field="pictures"
        ) from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid(
            "picture-damaged", N_("The picture cannot be read; save it again as PNG or JPEG."), field="pictures"
        ) from error
    if len(clean) > PICTURE_BYTES:
        raise Invalid(
            "picture-too-large", N_("The picture has too much in it; save it smaller, as JPEG."), field="pictures"
        )
    return clean


def _written_anew(content: bytes) -> bytes:
    with Image.open(BytesIO(content), formats=tuple(_FORMATS)) as found:
        if not all(1 <= side <= LONGEST_SIDE for side in found.size):
            raise Invalid(
                "picture-size", N_("A picture may have at most %(most)s pixels a side."), field="pictures",
                most=LONGEST_SIDE,
            )  # fmt: skip
        form = _FORMATS[found.format or "PNG"]
        clear = form != "JPEG" and (found.mode in ("RGBA", "LA") or "transparency" in found.info)
        upright = ImageOps.exif_transpose(found).convert("RGBA" if clear else "RGB")
    upright.thumbnail((KEPT_SIDE, KEPT_SIDE))
    plain = Image.new(upright.mode, upright.size)
    plain.paste(upright)
    buffer = BytesIO()
    plain.save(buffer, form, **({} if form == "PNG" else {"quality": 88}))
    return buffer.getvalue()


def keep_picture(folder: Path, content: bytes) -> str:
    """Keep a cleaned picture until its question is saved; returns its random name. Raises as `clean_picture`."""
    clean = clean_picture(content)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lying = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.stat().st_mtime)
    for path in lying[: max(0, len(lying) - KEPT_FILES + 1)]:
        path.unlink(missing_ok=True)
    token = secrets.token_hex(16)
    with os.fdopen(os.open(folder / token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(clean)
    return token


def kept_picture(folder: Path, token: str) -> Picture:
    """A picture that waits to be saved. Raises NotFound."""
    if not _TOKEN.fullmatch(token):
        raise NotFound
    try:
        data = (folder / token).read_bytes()
    except OSError:
        raise NotFound from None
    return Picture("picture", media_type_of(data) or "", data, "")


def picture_of(session: Session, folder: Path, source: str) -> Picture:
    """The picture of a source as forms name it: VERSION-NUMBER of a saved one, or a random name. Raises NotFound."""
    stored = _STORED.fullmatch(source)
    return picture(session, int(stored[1]), int(stored[2])) if stored else kept_picture(folder, source)
