"""How many rows a loaded locality has."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.core.database import Base


def count(session: Session, model: type[Base], *conditions: ColumnElement[bool]) -> int:
    """The rows of a table that meet all conditions."""
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
