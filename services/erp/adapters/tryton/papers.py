"""What all of Tryton's orders have in common as they are read in our words."""

from decimal import Decimal
from typing import TypeVar

import msgspec
from msgspec import Struct

from services.erp.adapters.tryton.values import decode, is_exact, plain
from services.kit.errors import InvalidError

_Paper = TypeVar("_Paper")


class Unit(Struct):
    """A unit: `factor` of it make one of its category's."""

    symbol: str
    digits: int
    factor: Decimal


class Item(Struct):
    """A product, by the number that people give it."""

    code: str


def read_paper(content: bytes, kind: type[_Paper], noun: str) -> _Paper:
    """Raises InvalidError naming the field that is missing or no such thing."""
    try:
        return msgspec.convert(decode(content), kind)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        what, _, where = str(error).partition(" - at `$.")
        raise InvalidError(
            f"Tryton's {noun} cannot be read: {what}",
            code="unreadable_order",
            field=where.rstrip("`"),
        ) from error


def amount_of(amount: Decimal, unit: Unit, at: str) -> str:
    """A decimal string; raises InvalidError naming `at`.value when the unit has fewer decimals."""
    if not is_exact(amount, unit.digits):
        raise InvalidError(
            f"{amount} {unit.symbol} has more than {unit.digits} decimals",
            code="not_exact",
            field=f"{at}.value",
        )
    return plain(amount)
