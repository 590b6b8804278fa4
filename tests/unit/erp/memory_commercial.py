"""Sales and purchase orders in memory, and examples of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from services.erp.domain.codes import Code
from services.erp.domain.commercial import CommercialOrder
from services.erp.domain.commercial_document import (
    AllocationDocument,
    CommercialDocument,
    CommercialLineDocument,
    DueDocument,
    PriceDocument,
)
from services.erp.domain.keys import CommercialKey, LotKey, Trade
from services.erp.ports.commercial import LotAllocation
from services.kit.paging import Cut, Page

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 5, 4), date(2026, 5, 5)
SALE = CommercialKey(Trade.SALES, "lyon", "7001")
CODES = (
    Code("uom", "KG", "KGM"),
    Code("uom", "G", "GRM"),
    Code("status", "OPEN", "sales_order.lifecycle.confirmed"),
    Code("status", "PART", "sales_order.delivery.partial"),
    Code("status", "HELD", "sales_order.credit_blocked"),
    Code("status", "SENT", "purchase_order.lifecycle.sent"),
    Code("status", "PRT", "none"),
    Code("party", "C-1", "acme"),
    Code("party", "C-2", "acme-north"),
    Code("location", "171A", "lyon/store"),
)


def line(**change: object) -> CommercialLineDocument:
    """10 kg of widgets for Monday, promised for Tuesday; 4 kg of them of a lot."""
    plain = CommercialLineDocument(
        "lyon",
        10,
        "widget",
        "10",
        "KG",
        schedule=(DueDocument("10", "10", MONDAY, TUESDAY),),
        partner_item="their-widget",
        ship_to="C-2",
        price=PriceDocument("25.50", "10", "KG"),
        allocations=(AllocationDocument("L-7", "4", "KG"),),
    )
    return replace(plain, **change)  # type: ignore[arg-type]


def paper(*lines: CommercialLineDocument, **change: object) -> CommercialDocument:
    """A customer's order as the ERP spells it."""
    plain = CommercialDocument(
        "7001",
        "C-1",
        ("OPEN", "PART", "PRT"),
        "v1",
        NOON,
        lines or (line(),),
        currency="EUR",
        reference="their-1",
        ordered_on=MONDAY,
    )
    return replace(plain, **change)  # type: ignore[arg-type]


@dataclass
class MemoryCommercial:
    """Orders, and what was told of them."""

    orders: dict[CommercialKey, CommercialOrder] = field(default_factory=dict)
    told: list[CommercialOrder] = field(default_factory=list)

    async def get_many(
        self, keys: Collection[CommercialKey]
    ) -> Mapping[CommercialKey, CommercialOrder]:
        """Those that exist."""
        return {key: self.orders[key] for key in keys if key in self.orders}

    async def page(self, trade: Trade, plant: str, page: Page) -> Cut[CommercialOrder]:
        """Nobody asks for it here."""
        raise NotImplementedError

    async def walk(self, after: CommercialKey | None) -> Sequence[CommercialOrder]:
        """One at a time, by key."""
        return [self.orders[key] for key in sorted(self.orders) if not after or key > after][:1]

    async def lock(self, trade: Trade, order_no: str) -> Mapping[CommercialKey, CommercialOrder]:
        """All plants' orders of this number."""
        return {
            key: order
            for key, order in self.orders.items()
            if (key.trade, key.order_no) == (trade, order_no)
        }

    async def put(self, order: CommercialOrder) -> None:
        """Store and tell."""
        self.orders[order.key] = order
        self.told.append(order)

    async def allocated(self, lots: Collection[LotKey]) -> Sequence[LotAllocation]:
        """Nobody asks for it here."""
        raise NotImplementedError
