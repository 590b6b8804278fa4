"""Production orders."""

from collections.abc import Sequence

from plantmesh.erp.v1 import events_pb2, orders_pb2

from services.erp.domain.keys import OrderKey
from services.erp.domain.order import Confirmed, Control, Extent, News, ProductionOrder
from services.erp.wire.keys import write_order_key
from services.kit.paging import Cut
from services.kit.wire import write_moment, write_page, write_quantity

_WAS = {
    Confirmed.NONE: orders_pb2.EXTENT_NONE,
    Confirmed.PARTIAL: orders_pb2.EXTENT_PARTIAL,
    Confirmed.FINAL: orders_pb2.EXTENT_FULL,
}
"""Of the field that could not tell final from full."""
OrderEvent = events_pb2.ProductionOrderReleased | events_pb2.ProductionOrderChanged


def write_order(order: ProductionOrder) -> orders_pb2.ProductionOrder:
    """Every status side by side."""
    status = order.status
    message = orders_pb2.ProductionOrder(
        key=write_order_key(order.key),
        system=order.system,
        item_no=order.item_no,
        quantity=write_quantity(order.quantity),
        lifecycle=orders_pb2.OrderLifecycle.Value(f"ORDER_LIFECYCLE_{status.lifecycle.name}"),
        confirmation=_WAS[status.confirmation],
        confirmed=orders_pb2.OrderConfirmation.Value(
            f"ORDER_CONFIRMATION_{status.confirmation.name}"
        ),
        delivery=_extent(status.delivery),
        technically_complete=status.technically_complete,
        material_shortage=status.material_shortage,
        quality_hold=status.quality_hold,
        components=[
            orders_pb2.Component(
                position=part.position,
                item_no=part.item_no,
                quantity=write_quantity(part.quantity),
                backflush=part.backflush,
                operation_sequence=part.operation,
                lot_no=part.lot_no,
            )
            for part in order.components
        ],
        operations=[
            orders_pb2.Operation(
                sequence=step.sequence,
                segment=step.segment,
                work_center=step.work_center,
                control=_control(step.control),
            )
            for step in order.operations
        ],
        erp_version=order.version,
        as_of=write_moment(order.as_of),
    )
    if order.due_start:
        message.due_start.FromDatetime(order.due_start)
    if order.due_end:
        message.due_end.FromDatetime(order.due_end)
    if made_for := order.sales_line:
        message.sales_line.order_no = made_for.order_no
        message.sales_line.line_no = made_for.line_no
    return message


def write_order_event(order: ProductionOrder, news: News) -> OrderEvent:
    """What others are told."""
    message = write_order(order)
    if news is News.RELEASED:
        return events_pb2.ProductionOrderReleased(order=message)
    return events_pb2.ProductionOrderChanged(order=message)


def write_orders(
    found: Sequence[ProductionOrder], missing: Sequence[OrderKey]
) -> orders_pb2.BatchGetOrdersResponse:
    """The orders found, and the keys that name nothing."""
    return orders_pb2.BatchGetOrdersResponse(
        orders=[write_order(order) for order in found],
        missing=[write_order_key(key) for key in missing],
    )


def write_order_page(cut: Cut[ProductionOrder]) -> orders_pb2.ListOrdersResponse:
    """A page of orders."""
    return orders_pb2.ListOrdersResponse(
        orders=[write_order(order) for order in cut.rows], page=write_page(cut)
    )


def _extent(extent: Extent) -> orders_pb2.Extent.ValueType:
    return orders_pb2.Extent.Value(f"EXTENT_{extent.name}")


def _control(control: Control) -> orders_pb2.OperationControl.ValueType:
    name = "UNSPECIFIED" if control is Control.NONE else control.name
    return orders_pb2.OperationControl.Value(f"OPERATION_CONTROL_{name}")
