"""Work orders, what was reported of them, and by whom."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.kit.measures import ItemLot, Measured
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked
from services.mes.domain.keys import BookedKey, LotKey, OrderKey, Person, ReportKey
from services.mes.domain.order import WorkOrder


class Items(Protocol):
    """Our copy of what items, and lots that were measured, are counted in."""

    async def measures(self, wanted: Mapping[ItemLot, str]) -> Measured:
        """Of these; raises NotFoundError naming the field (its value) of an unknown item."""
        ...

    async def known(self, goods: Collection[ItemLot]) -> Measured:
        """Of those whose item is known."""
        ...


class Orders(Protocol):
    """Work orders."""

    async def get(
        self, keys: Collection[OrderKey], *, lock: bool = False
    ) -> dict[OrderKey, WorkOrder]:
        """Those that exist; locked in the order of their keys until the unit of work ends."""
        ...

    async def page(self, plant: str, page: Page) -> Sequence[WorkOrder]:
        """One more than the page's size at most, by order number."""
        ...

    async def walk(self, after: OrderKey | None) -> Sequence[WorkOrder]:
        """The next hundred or so of all plants, by key; none at the end."""
        ...

    async def add(self, orders: Sequence[WorkOrder]) -> None:
        """New ones; raises ConflictError when somebody else adds one of them just now."""
        ...

    async def save(self, orders: Collection[WorkOrder]) -> None:
        """State and progress of locked ones."""
        ...

    async def holds(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[str]]:
        """Hold numbers in force on any lot of each order, sorted."""
        ...


class Confirmations(Protocol):
    """Booked confirmations; they are only ever added."""

    async def find(self, keys: Collection[ReportKey]) -> dict[ReportKey, Booked]:
        """Those that are booked."""
        ...

    async def of_orders(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[Booked]]:
        """Every confirmation of each order, by number."""
        ...

    async def numbered(self, keys: Collection[BookedKey]) -> dict[BookedKey, Booked]:
        """Those of these numbers that are booked."""
        ...

    async def page(self, key: OrderKey, page: Page) -> Sequence[Booked]:
        """One more than the page's size at most, by number."""
        ...

    async def latest(self, keys: Collection[OrderKey], first: int) -> dict[OrderKey, list[Booked]]:
        """The `first` newest of each order, newest first."""
        ...

    async def add(self, booked: Sequence[Booked]) -> None:
        """New ones; raises ConflictError when an id was taken by another order's meanwhile.

        What one of them reverses is reversed from now on.
        """
        ...

    async def balance(self, keys: Collection[OrderKey]) -> dict[OrderKey, dict[LotKey, Quantity]]:
        """What each order consumed less what it returned, of each item and lot ("" for none)."""
        ...


class People(Protocol):
    """Who works here; everybody else knows them by a pseudonym alone."""

    async def pseudonyms(self, people: Collection[Person]) -> dict[Person, str]:
        """Of each; who is new gets one."""
        ...

    async def names(self, plant: str, pseudonyms: Collection[str]) -> dict[str, str]:
        """Who stands behind each that was given at the plant."""
        ...


class Trial(Protocol):
    """What may fail without ending the unit of work."""

    def __call__(self) -> AbstractAsyncContextManager[None]:
        """What is done inside is undone alone when it raises."""
        ...
