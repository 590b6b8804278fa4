"""What a line costs as its ERP says it: so much money for so many. Floats never get in."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity

_DECIMALS, _DIGITS = 12, 18


@dataclass(frozen=True, slots=True)
class Price:
    """`amount`, in the order's currency, for `per`; it may have more decimals than the currency."""

    amount: Decimal
    per: Quantity

    def __post_init__(self) -> None:
        """Refuse what is no amount, or for nothing."""
        shape = self.amount.as_tuple()
        if not isinstance(shape.exponent, int) or not (
            -shape.exponent <= _DECIMALS and self.amount.adjusted() < _DIGITS
        ):
            raise _no_price(self.amount)
        if self.per.value <= 0:
            raise InvalidError("a price for nothing", code="not_positive", field="per.value")

    @classmethod
    def parse(cls, text: object, per: Quantity) -> Self:
        """Read a decimal string; raises InvalidError naming `amount` or `per`."""
        try:
            return cls(Decimal(text if isinstance(text, str) else "NaN"), per)
        except InvalidOperation:
            raise _no_price(text) from None

    @property
    def text(self) -> str:
        """The decimal as it was said."""
        return format(self.amount, "f")


def _no_price(value: object) -> InvalidError:
    return InvalidError(
        f"{str(value)[:40]!r} is no price",
        code="not_a_decimal",
        field="amount",
        hint='write digits and a point, such as "12.50"; floats are refused',
    )
