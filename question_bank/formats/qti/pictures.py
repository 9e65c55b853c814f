"""The pictures that an item shows: found beside it in its package, or inside its text."""

import base64
import binascii
import posixpath
import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, unquote_to_bytes

from question_bank.faults import Place, refusal, shown
from question_bank.formats.markup import Image
from question_bank.formats.picturing import UNDESCRIBED
from question_bank.items import Picture, media_type_of

Fetch = Callable[[str], bytes | None]
"""The bytes of a file by its path in the package, None where it is not there."""

_REMOTE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ENDINGS = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"}


class Album:
    """The pictures of one question; each is taken once, with the words that say what it shows."""

    def __init__(self, fetch: Fetch, folder: str, place: Place) -> None:
        self._fetch = fetch
        self._folder = folder
        self._place = place
        self.undescribed: list[str] = []  # names of pictures that came without words

    def take(self, images: Iterable[Image], at: str = "", among: tuple[Picture, ...] = ()) -> tuple[Picture, ...]:
        """The pictures of a text, without those taken `among` others of the question already.

        Raises BankError: QTI_IMAGE_MISSING, QTI_IMAGE_REMOTE.
        """
        found = list(among)
        for image in images:
            data, name = self._data(image.source)
            if any((picture.name, picture.data, picture.at) == (name, data, at) for picture in found):
                continue
            name = _unique(name, {picture.name for picture in found})
            media_type = media_type_of(data) or _stated_type(image.source)
            if not image.alt:
                self.undescribed.append(name)
            found.append(Picture(name, media_type, data, image.alt or UNDESCRIBED, at))
        return tuple(found[len(among) :])

    def _data(self, source: str) -> tuple[bytes, str]:
        if source.lower().startswith("data:image/"):
            data = self._inline(source)
            return data, f"picture.{_ENDINGS.get(media_type_of(data) or '', 'bin')}"
        if not source or _REMOTE.match(source):
            raise refusal("QTI_IMAGE_REMOTE", self._place, name=shown(source))
        path = resolve(self._folder, source)
        data_or_none = None if path is None else self._fetch(path)
        if path is None or data_or_none is None:
            raise refusal("QTI_IMAGE_MISSING", self._place, name=shown(source))
        return data_or_none, file_name(path)

    def _inline(self, source: str) -> bytes:
        head, _, body = source.partition(",")
        try:
            return base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
        except (binascii.Error, ValueError):
            raise refusal("QTI_IMAGE_MISSING", self._place, name=shown(head)) from None


def resolve(folder: str, address: str) -> str | None:
    """The path in the package that an address means from a folder; None where it leads out of the package."""
    path = unquote(address.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]).replace("\\", "/").strip()
    joined = posixpath.normpath(posixpath.join(folder, path)) if path else ""
    return None if not joined or joined.startswith(("/", "../")) or joined in {".", ".."} else joined


def file_name(path: str) -> str:
    """The name of a file as a picture may have it."""
    return re.sub(r"[^\w.-]+", "_", PurePosixPath(path).name)[-100:].lstrip(".") or "picture"


def _unique(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    tries = [name, *(f"{stem or ending}-{number}{dot}{ending if stem else ''}" for number in range(2, 60))]
    return next((one for one in tries if one not in taken), name)


def _stated_type(source: str) -> str:
    ending = PurePosixPath(source.split("?", maxsplit=1)[0]).suffix.lower().lstrip(".")
    known = {"svg": "image/svg+xml", "jpg": "image/jpeg", "bmp": "image/bmp", "tif": "image/tiff"}
    return known.get(ending, f"image/{ending}" if ending.isascii() and ending.isalnum() else "image/unknown")
