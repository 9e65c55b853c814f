"""Certificate numbers from a regime's template, and check codes."""

import re
import secrets
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database import insert_into
from app.core.errors import N_, Refused
from app.credentials.models import CertificateCounter

FIELDS = re.compile(r"\{([a-z]+)(?::(\d+)d)?\}")
KNOWN_FIELDS = {"year", "serial", "check"}
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, O, 1, I and L, which are read for one another."""
CODE_LENGTH = 8


def check_digit(digits: str) -> str:
    """The check digit of a run of digits by ISO 7064 MOD 11,10: every single error and most transpositions show."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def series_of(template: str, day: date) -> str:
    """What shares one run of serial numbers: the template with the year filled in.

    Raises Refused `numbering-template` for a template with fields other than year, serial and check, or no serial.
    """
    fields = {match.group(1) for match in FIELDS.finditer(template)}
    if not fields <= KNOWN_FIELDS or "serial" not in fields:
        raise Refused(
            "numbering-template", N_("The rule for numbers “%(template)s” cannot be used."), template=template
        )
    return FIELDS.sub(lambda m: f"{day.year:04d}" if m.group(1) == "year" else m.group(0), template)


def number_of(series: str, serial: int) -> str:
    """The number of a serial in its series; the check digit covers every digit before it, the serial's included."""

    def fill(match: re.Match[str]) -> str:
        return f"{serial:{match.group(2) or ''}d}" if match.group(1) == "serial" else match.group(0)

    filled = FIELDS.sub(fill, series)
    digits = "".join(character for character in filled if character in "0123456789")
    return filled.replace("{check}", check_digit(digits))


def lock_series(session: Session, series: str) -> CertificateCounter:
    """The counter of a series, locked until the transaction ends; made at zero when it is new.

    PostgreSQL locks the row; SQLite's transaction already holds the write lock.
    """
    locked = (
        select(CertificateCounter)
        .where(CertificateCounter.series == series)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalar(locked)
    if found is None:
        session.execute(
            insert_into(session, CertificateCounter).values(series=series, value=0).on_conflict_do_nothing()
        )
        found = session.scalars(locked).one()
    return found


def next_number(session: Session, counter: CertificateCounter) -> str:
    """The next number of a locked series; it is taken only if the transaction commits, so none is skipped."""
    number = take_number(counter)
    session.flush()
    return number


def take_number(counter: CertificateCounter) -> str:
    """The next number of a locked series without writing the counter yet; whoever writes the certificates flushes."""
    counter.value += 1
    return number_of(counter.series, counter.value)


def new_check_code() -> str:
    """Eight characters by chance, about 40 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
