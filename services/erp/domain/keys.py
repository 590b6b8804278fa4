"""What orders and lots are called, everywhere in the platform."""

from dataclasses import dataclass
from enum import StrEnum

from services.kit.errors import InvalidError


@dataclass(frozen=True, slots=True, order=True)
class OrderKey:
    """A production order of a plant; `str()` is the key of its events and of its lane."""

    plant: str
    order_no: str

    def __post_init__(self) -> None:
        """Refuse what would make two orders look alike."""
        _check_plant(self.plant)
        if not self.order_no:
            raise InvalidError("an order needs its number", field="order_no")

    def __str__(self) -> str:
        """ "<plant>/<order_no>"."""
        return f"{self.plant}/{self.order_no}"

    @classmethod
    def parse(cls, text: str) -> "OrderKey":
        """What `str()` wrote; raises InvalidError."""
        plant, _, order_no = text.partition("/")
        return cls(plant, order_no)


class Trade(StrEnum):
    """What is traded for: an order of a customer, or ours to a supplier."""

    SALES = "sales_order"
    PURCHASE = "purchase_order"


@dataclass(frozen=True, slots=True, order=True)
class CommercialKey:
    """A sales or purchase order, as far as it concerns a plant; `str()` is the key of its events.

    The ERP's number is unique within the trade; an order for several plants is one at each.
    """

    trade: Trade
    plant: str
    order_no: str

    def __post_init__(self) -> None:
        """Refuse what would make two orders look alike."""
        _check_plant(self.plant)
        if not self.order_no:
            raise InvalidError("an order needs its number", field="order_no")

    def __str__(self) -> str:
        """ "<plant>/<trade>/<order_no>", which is never a production order's."""
        return f"{self.plant}/{self.trade}/{self.order_no}"


@dataclass(frozen=True, slots=True, order=True)
class LotKey:
    """A material lot: the number is unique within its item."""

    plant: str
    item_no: str
    lot_no: str

    def __str__(self) -> str:
        """ "<plant>/<item_no>/<lot_no>"."""
        return f"{self.plant}/{self.item_no}/{self.lot_no}"


def _check_plant(plant: str) -> None:
    if not plant or "/" in plant:
        raise InvalidError(f"{plant[:40]!r} is no plant", field="plant", hint="a name without /")
