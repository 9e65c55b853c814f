"""A registry of any size for the benchmarks: one officer's rows copied by the database itself, so many times over."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.credentials.models import Certificate, Qualification
from app.registry.models import Employment, Person, PersonProfile, Posting

BY_PERSON = (PersonProfile, Employment, Posting, Qualification, Certificate)


def grow(session: Session, template: int, first: int, count: int) -> None:
    """Copy the officer with the id `template`, and every row about them, to ids `first` … `first + count - 1`.

    Codes become `C<id>`, certificate numbers `C-<id>`.
    """
    last = first + count - 1
    recursive = f"WITH RECURSIVE s(id) AS (SELECT {first} UNION ALL SELECT id + 1 FROM s WHERE id < {last})"  # noqa: S608
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    series = f"generate_series({first}, {last}) AS n(id)" if is_postgresql else f"({recursive} SELECT id FROM s) AS n"  # noqa: S608 - whole numbers
    _copy(session, Person, series, f"t.id = {template}", {"id": "n.id", "code": "'C' || n.id"})
    for model in BY_PERSON:
        kept = {"id": "n.id + 100000000", "person_id": "n.id"}
        if model is Certificate:
            kept |= {"number": "'C-' || n.id", "check_code": "'c'", "status_index": "n.id"}
        _copy(session, model, series, f"t.person_id = {template}", kept)
    session.commit()


def _copy(session: Session, model: Any, series: str, which: str, changed: dict[str, str]) -> None:
    table = model.__table__
    names = [column.name for column in table.columns if not (column.name in {"id_index"} and column.unique)]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    # names come from the models and numbers from the caller's integers
    sql = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM {table.name} t, {series} WHERE {which}"  # noqa: S608
    session.execute(text(sql))
