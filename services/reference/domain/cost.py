"""What an item costs by standard; who may not know sees that something was withheld."""

import re
from dataclasses import dataclass
from datetime import date

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.reference.domain.figures import read_figure
from services.reference.domain.names import Key, check_name, check_plant

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
ALWAYS = date(1970, 1, 1)
"""The first day of a cost that has none."""


@dataclass(frozen=True, slots=True)
class StandardCost:
    """`amount` (a decimal string) of `currency` (ISO 4217) for `per` of the item, at a plant."""

    item_no: str
    plant: str
    currency: str
    amount: str
    per: Quantity
    valid_from: date = ALWAYS
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse a currency that is none and a price of nothing for nothing."""
        check_name(self.item_no, "item_no")
        check_plant(self.plant)
        if not _CURRENCY.fullmatch(self.currency):
            raise InvalidError(
                f"{self.currency[:10]!r} is no currency",
                code="bad_currency",
                field="currency",
                hint="three letters of ISO 4217, such as EUR",
            )
        object.__setattr__(self, "amount", read_figure(self.amount or "-", "amount"))
        if self.per.value <= 0:
            raise InvalidError(f"{self.per} is nothing", code="not_positive", field="per.value")

    @property
    def key(self) -> Key:
        """Item, plant and first day."""
        return (self.item_no, self.plant, self.valid_from.isoformat())
