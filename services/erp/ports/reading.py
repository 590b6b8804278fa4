"""What an ERP can be asked about itself; nothing is written there, and nothing kept here."""

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from services.erp.domain.reading import DeliveryRow, Sheet, StockRow
from services.kit.measures import ItemLot, Measured


class ErpReading(Protocol):
    """One ERP. Every call raises UnavailableError, or ConflictError (not_readable)."""

    async def read_stock(self, plant: str, after: str) -> Sheet[StockRow]:
        """Our own stock by item, lot and status, behind `after` ("" = from the beginning)."""
        ...

    async def read_deliveries(self, plant: str, after: str) -> Sheet[DeliveryRow]:
        """Production orders that are not closed, with what was delivered for them."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Served(NamedTuple):
    """A plant, the ERP that serves it and its IANA time zone ("" where nobody told)."""

    plant: str
    system: str
    time_zone: str


class Readings(Protocol):
    """The ERPs, by plant; outside of any unit of work."""

    async def plants(self) -> list[Served]:
        """Those that an enabled ERP serves, by name."""
        ...

    def of_plant(self, plant: str) -> AbstractAsyncContextManager[tuple[str, ErpReading]]:
        """The id of its ERP, and that open to be asked; raises NotFoundError."""
        ...


class Items(Protocol):
    """Our copy of what items, and lots that were measured, are counted in."""

    async def known(self, goods: Collection[ItemLot]) -> Measured:
        """Of those whose item is known."""
        ...
