"""Receipts and shipments: where lots came from and went to, and the orders they belong to."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from services.kit.errors import DomainError
from services.kit.graph import Quantity, batch_field, batch_reference, reading, referenced
from services.kit.ids import GraphId
from services.mes import policy
from services.mes.domain.keys import LotKey, TradeKey
from services.mes.domain.passage import Receipt, Shipment
from services.mes.graph.context import Asked
from services.mes.graph.elsewhere import Party

if TYPE_CHECKING:
    from services.mes.graph.entities import Lot

LazyLot = Annotated["Lot", strawberry.lazy("services.mes.graph.entities")]


@strawberry.type(description="A lot came from a supplier.")
class LotReceipt:
    """Where the genealogy of a plant begins. Parties are named, and known to master data."""

    lot: LazyLot
    supplier: str = strawberry.field(description="Party id, or empty.")
    supplier_party: Party | None = strawberry.field(description="Null where none is named.")
    supplier_lot: str
    manufacturer: str = strawberry.field(description="Party id, or empty.")
    manufacturer_party: Party | None = strawberry.field(description="Null where none is named.")
    country_of_origin: str
    purchase_order_no: str
    purchase_order: "PurchaseOrder | None" = strawberry.field(
        description="Null where none is named."
    )
    quantity: Quantity
    received_at: datetime

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """Wrap a domain receipt."""
        return cls(
            lot=_lot(receipt.lot),
            supplier=receipt.supplier,
            supplier_party=Party.by(receipt.supplier),
            supplier_lot=receipt.supplier_lot,
            manufacturer=receipt.manufacturer,
            manufacturer_party=Party.by(receipt.manufacturer),
            country_of_origin=receipt.country,
            purchase_order_no=receipt.purchase_order_no,
            purchase_order=PurchaseOrder.by(receipt.lot.plant, receipt.purchase_order_no),
            quantity=Quantity.of(receipt.quantity),
            received_at=receipt.received_at,
        )


@strawberry.type(
    description="Some of a lot left for a customer. Without the right to know who that is"
    " `withheld` is true, the customer empty and their party null."
)
class LotShipment:
    """Where it ends. The customer is named, and known to master data."""

    withheld: bool
    lot: LazyLot
    shipment_no: str
    customer: str = strawberry.field(description="Party id, or empty.")
    customer_party: Party | None = strawberry.field(description="Null where none is named.")
    sales_order_no: str
    sales_order: "SalesOrder | None" = strawberry.field(description="Null where none is named.")
    quantity: Quantity
    shipped_at: datetime

    @classmethod
    def of(cls, shipment: Shipment) -> Self:
        """Wrap a domain shipment, as who asks may see it."""
        shipment = shipment.told(customer=policy.may_know_customers())
        return cls(
            withheld=shipment.withheld,
            lot=_lot(shipment.lot),
            shipment_no=shipment.shipment_no,
            customer=shipment.customer,
            customer_party=Party.by(shipment.customer),
            sales_order_no=shipment.sales_order_no,
            sales_order=SalesOrder.by(shipment.lot.plant, shipment.sales_order_no),
            quantity=Quantity.of(shipment.quantity),
            shipped_at=shipment.shipped_at,
        )


@strawberry.federation.type(
    keys=["id"], description="A purchase order, as far as it concerns one plant."
)
class PurchaseOrder:
    """The ERP knows it; here are the lots that came for it."""

    id: strawberry.ID
    key: strawberry.Private[TradeKey]

    @classmethod
    def of(cls, key: TradeKey) -> Self:
        """The order of this key."""
        return cls(id=strawberry.ID(GraphId("PurchaseOrder", *key).encode()), key=key)

    @classmethod
    def by(cls, plant: str, order_no: str) -> Self | None:
        """The order of this number; none where none is named."""
        return cls.of(TradeKey(plant, order_no)) if order_no else None

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(TradeKey(named.plant, named.key))

    @batch_reference
    async def resolve_many(cls, info: Asked, ids: list[str]) -> list[Self | DomainError]:  # noqa: N805
        """Nothing is loaded: what came for it is, in a batch."""
        return referenced(ids, "PurchaseOrder", cls.enter)

    @batch_field(description="What was received for it, oldest first; `lots` page through more.")
    async def receipts(
        self, info: Asked, orders: list[Self], first: int = 50
    ) -> list[list[LotReceipt] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.traces.received({one.key for one in orders}, first)
        return [[LotReceipt.of(row) for row in found.get(one.key, ())] for one in orders]


@strawberry.federation.type(
    keys=["id"], description="A sales order, as far as it concerns one plant."
)
class SalesOrder:
    """The ERP knows it; here are the lots that left for it."""

    id: strawberry.ID
    key: strawberry.Private[TradeKey]

    @classmethod
    def of(cls, key: TradeKey) -> Self:
        """The order of this key."""
        return cls(id=strawberry.ID(GraphId("SalesOrder", *key).encode()), key=key)

    @classmethod
    def by(cls, plant: str, order_no: str) -> Self | None:
        """The order of this number; none where none is named."""
        return cls.of(TradeKey(plant, order_no)) if order_no else None

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(TradeKey(named.plant, named.key))

    @batch_reference
    async def resolve_many(cls, info: Asked, ids: list[str]) -> list[Self | DomainError]:  # noqa: N805
        """Nothing is loaded: what left for it is, in a batch."""
        return referenced(ids, "SalesOrder", cls.enter)

    @batch_field(description="What was shipped for it, oldest first; `lots` page through more.")
    async def shipments(
        self, info: Asked, orders: list[Self], first: int = 50
    ) -> list[list[LotShipment] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.traces.shipped({one.key for one in orders}, first)
        return [[LotShipment.of(row) for row in found.get(one.key, ())] for one in orders]


def _lot(key: LotKey) -> "Lot":
    from services.mes.graph.entities import Lot

    return Lot.of(key)
