"""Documents of an ERP as they change: how they are read, kept, and how far that is."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from services.erp.domain.commercial_document import CommercialDocument
from services.erp.domain.document import OrderDocument

Document_co = TypeVar("Document_co", covariant=True)


@dataclass(frozen=True, slots=True)
class RawOrder:
    """An order byte for byte as the ERP sent it; `id` is the ERP's own, unique within its kind."""

    id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """Orders that changed, oldest first. `mark` is opaque: hand it to the next `list_orders`.

    `more` = ask again at once; the mark then goes on behind this page instead of starting over
    with the overlap.
    """

    orders: tuple[RawOrder, ...]
    mark: str
    more: bool = False


class Feed(Protocol[Document_co]):
    """The orders of one kind of one ERP, as they change."""

    async def list_orders(self, changed_since: str) -> Changes:
        """Orders changed since the mark ("" = all), a page at a time, less an overlap.

        The overlap is longer than the ERP's longest transaction, so that a change which is
        committed late is not missed: repeats are normal, the caller drops them. Raises
        UnavailableError.
        """
        ...

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """One order as it is now, None when the ERP does not know it; raises UnavailableError."""
        ...

    def read_order(self, content: bytes) -> Document_co:
        """What `content` of a RawOrder says; raises InvalidError naming the field."""
        ...


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why an ERP's orders of a kind are not read: it has none, or the adapter cannot."""

    reason: str


CommercialFeed = Feed[CommercialDocument]


class Feeds(Feed[OrderDocument], Protocol):
    """All kinds of orders of one ERP; it is the feed of its production orders itself."""

    @property
    def sales_orders(self) -> CommercialFeed | NotRead:
        """Its sales orders, or why they are not read."""
        ...

    @property
    def purchase_orders(self) -> CommercialFeed | NotRead:
        """Its purchase orders, or why they are not read."""
        ...


Take = Callable[[RawOrder], Awaitable[None]]
"""Reads one raw order into business tables, in the unit of work it is called in."""


class Inbox(Protocol):
    """Orders of one kind as they arrived from one ERP, kept before anybody understands them."""

    async def receive(self, orders: Sequence[RawOrder], take: Take) -> None:
        """Keep them all, then take each that is new in a transaction of its own, in order.

        A refused one stays, marked failed with the reason, and holds up none of the others.
        """
        ...

    async def replay(self, take: Take) -> None:
        """Take again what failed, oldest first, if master data changed since the last time."""
        ...


class Marks(Protocol):
    """How far each kind of each ERP's orders has been read; a transaction each call."""

    async def get(self, system: str, kind: str) -> str:
        """The mark, "" before the first poll."""
        ...

    async def put(self, system: str, kind: str, mark: str) -> None:
        """Go on from here next time."""
        ...


class Sources(Protocol):
    """When each ERP was last heard, and how old its news was; a transaction each call."""

    async def heard(
        self, system: str, changed_at: datetime | None, not_read: Mapping[str, str]
    ) -> None:
        """It answered; its newest change is of then, None when nothing is new.

        `not_read` = kinds of orders that it does not offer, and why.
        """
        ...

    async def silent(self, system: str, reason: str) -> None:
        """It was asked and did not answer."""
        ...
