"""How much is where: the fold of the movements, kept with them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.wms.domain.demand import NOTHING
from services.wms.domain.keys import ItemKey, LotKey
from services.wms.domain.place import Place
from services.wms.domain.stock import Balance


class Change(NamedTuple):
    """What is added to a balance, and to what is promised of it."""

    quantity: Quantity
    reserved: Decimal = NOTHING


class Drift(NamedTuple):
    """A balance that is not the fold of its movements; None where there is no balance at all."""

    place: Place
    kept: Change | None
    counted: Change | None


class Balances(Protocol):
    """Balances by place."""

    async def get(self, places: Collection[Place]) -> dict[Place, Balance]:
        """Those that were ever touched."""
        ...

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Balance]]:
        """Of each lot, those that are not empty, by the rest of their place."""
        ...

    async def of_items(self, items: Collection[ItemKey]) -> dict[ItemKey, list[Balance]]:
        """Of each item, those that are not empty, by the rest of their place."""
        ...

    async def of_units(self, ssccs: Collection[str]) -> dict[str, list[Balance]]:
        """In each handling unit, those that are not empty, by place."""
        ...

    async def page(self, plant: str, item_no: str, page: Page) -> Sequence[Balance]:
        """One more than the page's size at most, by place, none of them empty; "" is any item."""
        ...

    async def walk(self, after: Place | None) -> Sequence[Balance]:
        """The next few hundred of all plants that are not empty, by place; none at the end."""
        ...

    async def change(self, changes: Mapping[Place, Change], at: datetime) -> None:
        """Add to each; the lots are locked."""
        ...

    async def recount(self, lots: Collection[LotKey]) -> Sequence[Drift]:
        """Balances of these lots that are not the fold of their movements, by place."""
        ...

    async def repair(self, drifts: Sequence[Drift], at: datetime) -> None:
        """Write what was counted; the lots are locked."""
        ...
