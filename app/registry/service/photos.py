"""Photos: judged by their content, decoded whole and written anew, so that nothing else travels in the file."""

import hashlib
import warnings
from datetime import date, datetime
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from app.core.errors import N_, Invalid
from app.core.permissions import Actor
from app.ledger.service import record
from app.registry.models import PersonPhoto
from app.registry.service.access import editable_person

LARGEST = 4 * 2**20
SHORTEST_SIDE, LONGEST_SIDE = 200, 4000
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


def keep_photo(session: Session, actor: Actor, code: str, content: bytes, *, today: date, now: datetime) -> int:
    """Keep a person's photo; the newest is the one in use. Returns its id.

    JPEG or PNG, at most 4 MB, each side 200 to 4000 pixels. Raises NotFound, Invalid `photo-too-large`, `photo-kind`,
    `photo-size`, `photo-damaged`.
    """
    person = editable_person(session, actor, code, today)
    clean, media_type = cleaned(content)
    digest = hashlib.sha256(clean).hexdigest()
    photo = PersonPhoto(
        person_id=person.id, content=clean, media_type=media_type, sha256=digest, recorded_at=now,
        recorded_by=actor.label,
    )  # fmt: skip
    session.add(photo)
    session.flush()
    record(
        session, actor, "registry.photo.kept", ("person", person.id), now=now, unit_id=person.unit_id,
        after={"sha256": digest, "media_type": media_type},
    )  # fmt: skip
    return photo.id


def cleaned(content: bytes) -> tuple[bytes, str]:
    """The picture upright and without anything but its pixels, and its media type."""
    if len(content) > LARGEST:
        raise Invalid("photo-too-large", N_("The photo is larger than 4 MB."), field="photo")
    damaged = Invalid("photo-damaged", N_("The photo cannot be read; save it again as JPEG or PNG."), field="photo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _written_anew(content)
    except UnidentifiedImageError:
        raise Invalid("photo-kind", N_("The file is not a JPEG or PNG picture."), field="photo") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise damaged from error


def _written_anew(content: bytes) -> tuple[bytes, str]:
    with Image.open(BytesIO(content), formats=tuple(MEDIA_TYPES)) as picture:
        if not all(SHORTEST_SIDE <= side <= LONGEST_SIDE for side in picture.size):
            raise Invalid(
                "photo-size", N_("Each side of the photo must have %(least)s to %(most)s pixels."), field="photo",
                least=SHORTEST_SIDE, most=LONGEST_SIDE,
            )  # fmt: skip
        form = picture.format or "JPEG"
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    buffer = BytesIO()
    plain.save(buffer, form, **({"quality": 90} if form == "JPEG" else {}))
    return buffer.getvalue(), MEDIA_TYPES[form]
