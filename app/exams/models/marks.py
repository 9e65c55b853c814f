"""Marks as a column."""

from decimal import Decimal

from sqlalchemy import Dialect, Integer
from sqlalchemy.types import TypeDecorator


class Marks(TypeDecorator[Decimal]):
    """Marks to 0.01, stored as whole hundredths so that both engines keep them exactly."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the hook's form
        """To hundredths."""
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """To marks."""
        return None if value is None else Decimal(value) / 100
