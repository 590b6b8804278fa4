"""Amounts as stock is kept: in the item's base unit, by the lot's own ratio before the item's."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from services.kit.measures import ItemLot, Measured
from services.kit.quantity import Quantity


class Kept(Protocol):
    """What was recorded of an amount."""

    @property
    def quantity(self) -> Quantity:
        """In the base unit."""
        ...

    @property
    def given(self) -> Quantity | None:
        """As it was given, where that was in another unit."""
        ...


class Restated(NamedTuple):
    """An amount in the base unit; `given` is how it was given, None where that is the same."""

    quantity: Quantity
    given: Quantity | None = None


def restate(
    items: Measured, goods: ItemLot, given: Quantity, before: Iterable[Kept | None] = ()
) -> Restated:
    """What was recorded `before` as the same stays what it was, whatever the ratio is today.

    Raises InvalidError naming `unit` or `value`.
    """
    for one in before:
        if one and one.given == given:
            return Restated(one.quantity, given)
    quantity = items.convert(goods, given)
    return Restated(quantity, None if quantity == given else given)
