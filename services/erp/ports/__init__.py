"""What the ERP service needs from the outside. Implemented in store and adapters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from services.erp.domain.document import PostingDocument, Sought
from services.erp.domain.hold import Hold
from services.erp.domain.keys import CommercialKey, LotKey, OrderKey
from services.erp.domain.order import News, ProductionOrder
from services.erp.domain.posting import Posting
from services.erp.domain.rounding import Measured, Share
from services.erp.ports.accounting import Accounts
from services.erp.ports.commercial import CommercialOrders
from services.erp.ports.feeds import Feeds
from services.erp.ports.mapping import Codes
from services.kit.lanes.entry import State
from services.kit.lanes.outcome import Capabilities, Found, Outcome, Unavailable
from services.kit.paging import Cut, Page


class ErpSystem(Feeds, Protocol):
    """One ERP. It returns outcomes and decides nothing: retries, order and parking are the lane's.

    Outcomes are those of kit.lanes.outcome: Unavailable only where a request was surely not carried
    out, Unknown in doubt. No transaction is open during a call.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, and how long it may take."""
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

    async def making_for(self, orders: Collection[CommercialKey]) -> Sequence[ProductionOrder]:
        """Those that make for these sales orders, by key."""
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

    async def decline(self, system: str, posting: Posting, reason: str) -> PostingRecord:
        """Tell that it is not for this ERP: as if a person had skipped it. Nothing is kept."""
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

    async def closes(self, plant: str) -> bool:
        """Whether its ERP wants to be told that an order has ended; raises NotFoundError."""
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
    commercial: CommercialOrders
