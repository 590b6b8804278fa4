"""What the ERP service needs from the outside. Implemented in store and adapters."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from services.erp.domain.document import OrderDocument, PostingDocument, Sought
from services.erp.domain.hold import Hold
from services.erp.domain.keys import LotKey, OrderKey
from services.erp.domain.order import News, ProductionOrder
from services.erp.domain.posting import Posting
from services.erp.domain.rounding import Measured, Share
from services.erp.ports.accounting import Accounts
from services.erp.ports.mapping import Codes
from services.kit.lanes.entry import State
from services.kit.lanes.outcome import Capabilities, Found, Outcome, Unavailable
from services.kit.paging import Cut, Page


@dataclass(frozen=True, slots=True)
class RawOrder:
    """An order byte for byte as the ERP sent it; `id` is the ERP's own, unique within it."""

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


class OrderFeed(Protocol):
    """The orders of one ERP, as they change."""

    async def list_orders(self, changed_since: str) -> Changes:
        """Orders changed since the mark ("" = all), a page at a time, less an overlap.

        The overlap is longer than the ERP's longest transaction, so that a change which is
        committed late is not missed: repeats are normal, the caller drops them. Raises
        UnavailableError.
        """
        ...

    def read_order(self, content: bytes) -> OrderDocument:
        """What `content` of a RawOrder says; raises InvalidError naming the field."""
        ...


class ErpSystem(OrderFeed, Protocol):
    """One ERP. It returns outcomes and decides nothing: retries, order and parking are the lane's.

    Outcomes are those of kit.lanes.outcome: Unavailable only where a request was surely not carried
    out, Unknown in doubt. No transaction is open during a call.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, and how long it may take."""
        ...

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """One order as it is now, None when the ERP does not know it; raises UnavailableError."""
        ...

    async def find(self, sought: Sequence[Sought]) -> Mapping[str, Found] | Unavailable:
        """By reference what the ERP holds; a reference left out was not answered.

        Documents that were cancelled still count: they were posted.
        """
        ...

    async def post(
        self, posting: PostingDocument, version: str | None, confirmed: Collection[str]
    ) -> Outcome:
        """Post once, on condition of `version` (of find) where the ERP has versions.

        `confirmed` are the codes of warnings already accepted. Every kind but REVERSAL comes here.
        """
        ...

    async def cancel(self, posting: PostingDocument, document: str) -> Outcome:
        """Take `document` back with a document of its own that carries the posting's reference."""
        ...

    async def result_of(self, token: str) -> Outcome:
        """What became of an Accepted request; Accepted again while it is under way."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Orders(Protocol):
    """Orders of one unit of work."""

    async def get_many(self, keys: Collection[OrderKey]) -> Mapping[OrderKey, ProductionOrder]:
        """Those that exist."""
        ...

    async def page(self, plant: str, page: Page) -> Cut[ProductionOrder]:
        """Orders of a plant by order number."""
        ...

    async def walk(self, after: OrderKey | None) -> Sequence[ProductionOrder]:
        """Some hundreds of all orders, by key; empty when there are no more."""
        ...

    async def lock(self, key: OrderKey) -> ProductionOrder | None:
        """The order, for a change; nobody else changes (or first stores) it meanwhile."""
        ...

    async def put(self, order: ProductionOrder, news: News) -> None:
        """Store the order and tell of it, or neither."""
        ...


@dataclass(frozen=True, slots=True)
class PostingRecord:
    """A posting and how far it is. `aside` = why it is set aside, "" when it is not.

    `since` = when it was settled, else accepted; `posting` is None when it cannot be read any more.
    """

    order: OrderKey
    reference: str
    posting: Posting | None
    system: str
    position: int
    state: State
    document: str
    reason: str
    attempts: int
    aside: str
    since: datetime

    @property
    def is_held(self) -> bool:
        """Whether it waits for the release of a lot and holds up nothing."""
        return bool(self.aside) and self.state is State.READY


class Postings(Protocol):
    """Postings on their way to the ERPs, in one unit of work."""

    async def accept(self, system: str, posting: Posting, *, aside: str = "") -> None:
        """Queue it with this transaction; the same reference and content again is the first one.

        With a reason `aside` it waits until it is released. Raises ConflictError (also at the
        commit) when the reference is known with other content.
        """
        ...

    async def by_reference(
        self, system: str, references: Collection[str]
    ) -> Mapping[str, PostingRecord]:
        """Those that exist, with what this transaction accepted."""
        ...

    async def of_orders(self, keys: Collection[OrderKey]) -> Sequence[PostingRecord]:
        """By order, in lane order; what is set aside last."""
        ...

    async def set_aside(self, lots: Mapping[LotKey, str]) -> None:
        """Keep what is not posted of these lots from the ERP; the value says why."""
        ...

    async def release(self, lots: Collection[LotKey]) -> None:
        """Let postings go on none of whose lots is held; each takes its place in its lane."""
        ...

    async def under_way(self, lots: Collection[LotKey]) -> Sequence[str]:
        """References of postings of these lots that an ERP may be working on now."""
        ...


class Holds(Protocol):
    """Holds of lots as applied here, in one unit of work."""

    async def lock(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """All holds of these lots; until we commit nobody else changes them or asks."""
        ...

    async def put(self, hold: Hold) -> None:
        """Store it."""
        ...


class Systems(Protocol):
    """Which ERP serves a plant."""

    async def plants(self, system: str) -> Sequence[str]:
        """Those it serves; raises NotFoundError naming `system`."""
        ...

    async def of_plant(self, plant: str) -> str:
        """Its id; raises NotFoundError."""
        ...


class Plants(Protocol):
    """What this service knows of plants; reference owns them."""

    async def zone(self, plant: str) -> str:
        """The IANA time zone; raises NotFoundError naming `plant`."""
        ...


class Rounding(Protocol):
    """What postings were rounded to, by system; in one unit of work."""

    async def before(
        self, system: str, posting: Posting, measured: Collection[Measured]
    ) -> Mapping[Measured, tuple[Decimal, Decimal]]:
        """Wanted and posted by the order's other postings of this kind, that count."""
        ...

    async def of(self, system: str, reference: str) -> Sequence[Share]:
        """What this posting was rounded to, by line."""
        ...

    async def put(self, system: str, posting: Posting, shares: Sequence[Share]) -> None:
        """Keep it, instead of what was kept of this posting."""
        ...

    async def take_back(self, system: str, reference: str, by: str) -> None:
        """Count what was posted under `reference` no more, unless the reversal `by` is skipped."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """The repositories of one unit of work."""

    orders: Orders
    postings: Postings
    holds: Holds
    systems: Systems
    plants: Plants
    codes: Codes
    accounts: Accounts


Take = Callable[[RawOrder], Awaitable[None]]
"""Reads one raw order into business tables, in the unit of work it is called in."""


class Inbox(Protocol):
    """Orders as they arrived from one ERP, kept before anybody tries to understand them."""

    async def receive(self, orders: Sequence[RawOrder], take: Take) -> None:
        """Keep them all, then take each that is new in a transaction of its own, in order.

        A refused one stays, marked failed with the reason, and holds up none of the others.
        """
        ...

    async def replay(self, take: Take) -> None:
        """Take again what failed, oldest first, if the code maps changed since the last time."""
        ...


class Marks(Protocol):
    """How far each ERP's orders have been read; a transaction each call."""

    async def get(self, system: str) -> str:
        """The mark, "" before the first poll."""
        ...

    async def put(self, system: str, mark: str) -> None:
        """Go on from here next time."""
        ...


class Sources(Protocol):
    """When each ERP was last heard, and how old its news was; a transaction each call."""

    async def heard(self, system: str, changed_at: datetime | None) -> None:
        """It answered; its newest change is of then, None when nothing is new."""
        ...

    async def silent(self, system: str, reason: str) -> None:
        """It was asked and did not answer."""
        ...
