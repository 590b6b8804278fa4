"""Scalars whose spelling is ours: exact decimals as strings, times in UTC with their offset."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

import strawberry
from strawberry.types.scalar import ScalarDefinition

from services.kit.clock import Instant
from services.kit.errors import InvalidError

_MAX_DIGITS = 64


def write_decimal(value: Decimal) -> str:
    """Plain digits, no exponent."""
    return format(value, "f")


def read_decimal(text: object) -> Decimal:
    """A decimal string; a JSON number may have been a float, so it is refused."""
    try:
        if not isinstance(text, str) or len(text) > _MAX_DIGITS:
            raise ValueError("not a short string")
        value = Decimal(text)
        if not value.is_finite() or abs(value.adjusted()) > _MAX_DIGITS:
            raise ValueError("not a number of sensible size")
    except (InvalidOperation, ValueError):
        raise InvalidError(
            f"{str(text)[:40]!r} is not a decimal",
            code="bad_decimal",
            hint='write a string such as "12.50"',
        ) from None
    return value


def read_date(text: object) -> date:
    """ISO 8601, a day without a time."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise InvalidError(
            f"{str(text)[:40]!r} is not a day",
            code="bad_date",
            hint='write ISO 8601, such as "2026-05-04"',
        ) from None


def write_time(moment: datetime) -> str:
    """ISO 8601 in UTC; a naive time is a bug."""
    if moment.tzinfo is None:
        raise ValueError("a naive time reached the graph")
    return moment.astimezone(UTC).isoformat()


def read_time(text: object) -> datetime:
    """ISO 8601 with an offset, as UTC."""
    return Instant.parse(str(text)).moment


SCALARS: Mapping[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal as a string, such as "12.50".',
        serialize=write_decimal,
        parse_value=read_decimal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="Date (isoformat)",
        serialize=date.isoformat,
        parse_value=read_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, ISO 8601 with its offset.",
        serialize=write_time,
        parse_value=read_time,
    ),
}
