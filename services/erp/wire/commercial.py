"""Sales and purchase orders; what is sensitive is written for those who may see it."""

from collections.abc import Sequence
from datetime import date

from plantmesh.common.v1 import keys_pb2
from plantmesh.erp.v1 import commercial_pb2 as pb
from plantmesh.erp.v1 import events_pb2, orders_pb2

from services.erp.domain.commercial import CommercialOrder, Due, Line
from services.erp.domain.keys import CommercialKey, LotKey, Trade
from services.erp.domain.order import Extent
from services.erp.domain.price import Price
from services.erp.domain.purchase_state import PurchaseStatus
from services.erp.domain.sales_state import SalesStatus
from services.erp.ports.commercial import LotAllocation
from services.kit.wire import write_moment, write_quantity

CommercialEvent = events_pb2.SalesOrderChanged | events_pb2.PurchaseOrderChanged


def read_sales_key(message: pb.SalesOrderKey) -> CommercialKey:
    """Raises InvalidError naming the part that cannot stand in a key."""
    return CommercialKey(Trade.SALES, message.plant, message.order_no)


def read_purchase_key(message: pb.PurchaseOrderKey) -> CommercialKey:
    """Raises InvalidError naming the part that cannot stand in a key."""
    return CommercialKey(Trade.PURCHASE, message.plant, message.po_no)


def write_sales_key(key: CommercialKey) -> pb.SalesOrderKey:
    """As it is called everywhere."""
    return pb.SalesOrderKey(plant=key.plant, order_no=key.order_no)


def write_purchase_key(key: CommercialKey) -> pb.PurchaseOrderKey:
    """As it is called everywhere."""
    return pb.PurchaseOrderKey(plant=key.plant, po_no=key.order_no)


def read_lot(message: keys_pb2.LotKey) -> LotKey:
    """A lot that is asked about."""
    return LotKey(message.plant, message.item_no, message.lot_no)


def write_commercial_event(order: CommercialOrder, *, shown: bool = True) -> CommercialEvent:
    """What others are told, which is everything: whoever shows it decides to whom."""
    if order.key.trade is Trade.SALES:
        return events_pb2.SalesOrderChanged(order=write_sales_order(order, shown=shown))
    return events_pb2.PurchaseOrderChanged(order=write_purchase_order(order, shown=shown))


def write_sales_order(order: CommercialOrder, *, shown: bool) -> pb.SalesOrder:
    """Every status side by side; without `shown` what is sensitive is withheld."""
    status = order.status
    assert isinstance(status, SalesStatus)
    return pb.SalesOrder(
        key=write_sales_key(order.key),
        system=order.system,
        customer=order.partner if shown else "",
        customer_reference=order.reference if shown else "",
        currency=order.currency if shown else "",
        ordered_on=_day(order.ordered_on),
        lifecycle=pb.SalesOrderLifecycle.Value(f"SALES_ORDER_LIFECYCLE_{status.lifecycle.name}"),
        delivery=_extent(status.delivery),
        invoicing=_extent(status.invoicing),
        delivery_blocked=status.delivery_blocked,
        credit_blocked=status.credit_blocked,
        allocated=_extent(order.allocated),
        lines=[_sales_line(order.key.plant, line, shown=shown) for line in order.lines],
        erp_version=order.version,
        as_of=write_moment(order.as_of),
        withheld=not shown,
    )


def write_purchase_order(order: CommercialOrder, *, shown: bool) -> pb.PurchaseOrder:
    """Every status side by side; without `shown` prices are withheld."""
    status = order.status
    assert isinstance(status, PurchaseStatus)
    return pb.PurchaseOrder(
        key=write_purchase_key(order.key),
        system=order.system,
        supplier=order.partner,
        supplier_reference=order.reference,
        currency=order.currency if shown else "",
        ordered_on=_day(order.ordered_on),
        lifecycle=pb.PurchaseOrderLifecycle.Value(
            f"PURCHASE_ORDER_LIFECYCLE_{status.lifecycle.name}"
        ),
        acknowledgement=pb.PurchaseOrderAcknowledgement.Value(
            f"PURCHASE_ORDER_ACKNOWLEDGEMENT_{status.acknowledgement.name}"
        ),
        shipment=_extent(status.shipment),
        receipt=_extent(status.receipt),
        lines=[_purchase_line(line, shown=shown) for line in order.lines],
        erp_version=order.version,
        as_of=write_moment(order.as_of),
        withheld=not shown,
    )


def write_allocations(found: Sequence[LotAllocation]) -> pb.BatchGetLotAllocationsResponse:
    """By order and line."""
    return pb.BatchGetLotAllocationsResponse(
        allocations=[
            pb.LotAllocation(
                lot=_lot(one.lot),
                order=write_sales_key(one.order),
                line_no=one.line_no,
                quantity=write_quantity(one.quantity),
            )
            for one in found
        ]
    )


def _sales_line(plant: str, line: Line, *, shown: bool) -> pb.SalesOrderLine:
    return pb.SalesOrderLine(
        line_no=line.line_no,
        item_no=line.item_no,
        quantity=write_quantity(line.quantity),
        schedule=map(_due, line.schedule),
        customer_item=line.partner_item if shown else "",
        ship_to=line.ship_to if shown else "",
        price=_price(line.price) if shown else None,
        allocations=[
            pb.Allocation(
                lot=_lot(LotKey(plant, line.item_no, one.lot_no)),
                quantity=write_quantity(one.quantity),
            )
            for one in line.allocations
        ],
        closed=line.closed,
    )


def _purchase_line(line: Line, *, shown: bool) -> pb.PurchaseOrderLine:
    return pb.PurchaseOrderLine(
        line_no=line.line_no,
        item_no=line.item_no,
        quantity=write_quantity(line.quantity),
        schedule=map(_due, line.schedule),
        supplier_item=line.partner_item,
        ship_to=line.ship_to,
        price=_price(line.price) if shown else None,
        closed=line.closed,
    )


def _due(due: Due) -> pb.Due:
    return pb.Due(
        ordered=write_quantity(due.ordered),
        confirmed=write_quantity(due.confirmed),
        requested=_day(due.requested),
        promised=_day(due.promised),
    )


def _price(price: Price | None) -> pb.Price | None:
    return pb.Price(amount=price.text, per=write_quantity(price.per)) if price else None


def _lot(lot: LotKey) -> keys_pb2.LotKey:
    return keys_pb2.LotKey(plant=lot.plant, item_no=lot.item_no, lot_no=lot.lot_no)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _extent(extent: Extent) -> orders_pb2.Extent.ValueType:
    return orders_pb2.Extent.Value(f"EXTENT_{extent.name}")
