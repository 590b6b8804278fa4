"""Tryton's JSON. Its quantities are floats there and decimals here, by their shortest text."""

import datetime as dt
from decimal import Decimal
from typing import Any, Self

import msgspec
from msgspec import Struct

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)
_FLOAT_DIGITS = 15
"""As many decimal digits come back from a float as they were."""


class Day(Struct, frozen=True, tag_field="__class__", tag="date"):
    """A date."""

    year: int
    month: int
    day: int

    @classmethod
    def of(cls, day: dt.date) -> Self:
        """As Tryton writes it."""
        return cls(day.year, day.month, day.day)

    @property
    def value(self) -> dt.date:
        """As we write it."""
        return dt.date(self.year, self.month, self.day)


class Moment(Struct, frozen=True, tag_field="__class__", tag="datetime"):
    """A moment; Tryton's server thinks in UTC and does not say so."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    microsecond: int

    @classmethod
    def of(cls, moment: dt.datetime) -> Self:
        """As Tryton writes it."""
        at = moment.astimezone(dt.UTC)
        return cls(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond)

    @property
    def value(self) -> dt.datetime:
        """As we write it."""
        day = (self.year, self.month, self.day)
        return dt.datetime(
            *day, self.hour, self.minute, self.second, self.microsecond, tzinfo=dt.UTC
        )


class Numeric(Struct, frozen=True, tag_field="__class__", tag="Decimal"):
    """A price; Tryton keeps these as decimals."""

    decimal: str


def encode(value: object) -> bytes:
    """JSON; a Decimal becomes a number of the same digits."""
    return _ENCODER.encode(value)


def decode(content: bytes) -> Any:
    """What the JSON says, without floats; raises msgspec.DecodeError."""
    return _DECODER.decode(content)


def is_exact(amount: Decimal, digits: int) -> bool:
    """Whether it is a number of `digits` decimals that a float gives back as it was."""
    figures = amount.normalize().as_tuple()
    exponent = figures.exponent
    return (
        isinstance(exponent, int) and -exponent <= digits and len(figures.digits) <= _FLOAT_DIGITS
    )


def plain(amount: Decimal) -> str:
    """A decimal string without an exponent or idle zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
