"""Pictures of questions, by version and number."""

from io import BytesIO

from PIL import Image, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bank.models import Item, ItemVersion
from app.bank.queries.rows import question_of
from app.core.errors import NotFound
from question_bank.items import Item as Question
from question_bank.items import Picture


def all_pictures(question: Question) -> tuple[Picture, ...]:
    """Every picture of a question: its own, then those of its parts, in order; picture n of a version is the n-th."""
    return (*question.pictures, *(picture for part in question.parts for picture in part.pictures))


def picture(session: Session, version_id: int, number: int) -> Picture:
    """The n-th picture of a version, from 1. Raises NotFound."""
    statement = select(ItemVersion, Item).join(Item, Item.id == ItemVersion.item_id).where(ItemVersion.id == version_id)
    found = session.execute(statement).first()
    pictures = all_pictures(question_of(found[1].code, found[1].paper, found[0])) if found else ()
    if not 1 <= number <= len(pictures):
        raise NotFound
    return pictures[number - 1]


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; (0, 0) for what cannot be read."""
    try:
        with Image.open(BytesIO(data)) as found:
            return found.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 0, 0
