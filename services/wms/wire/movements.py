"""Movements, as they are asked for and as they were recorded."""

from collections.abc import Iterable

from plantmesh.wms.v1 import wms_pb2 as pb

from services.kit.errors import located
from services.kit.wire import (
    read_instant,
    read_moment,
    read_quantity,
    write_instant,
    write_moment,
    write_quantity,
)
from services.wms.application.move_stock import Result
from services.wms.domain.keys import LotKey, Reference
from services.wms.domain.movement import Movement, choose_status
from services.wms.domain.place import Place
from services.wms.domain.rules import MovementType
from services.wms.domain.target import SAME, Target
from services.wms.domain.trade import NOBODY, NOWHERE, Destination, Origin
from services.wms.wire.stock import read_status, write_place, write_status


def read_movements(messages: Iterable[pb.Movement]) -> list[Movement]:
    """Raises InvalidError naming `movements[i]` and the field."""
    movements = []
    for position, message in enumerate(messages):
        with located(f"movements[{position}]"):
            movements.append(_read_movement(message))
    return movements


def read_reference(message: pb.MovementKey) -> Reference:
    """What makes it one and the same."""
    return Reference(message.plant, message.reference)


def write_reference(reference: Reference) -> pb.MovementKey:
    """What makes it one and the same."""
    return pb.MovementKey(plant=reference.plant, reference=reference.text)


def write_results(results: Iterable[Result]) -> pb.MoveStockResponse:
    """One for each movement, in their order."""
    return pb.MoveStockResponse(
        results=[
            pb.MovementResult(reference=one.reference.text, replayed=one.replayed)
            for one in results
        ]
    )


def write_movement(movement: Movement, *, customers: bool = True) -> pb.Movement:
    """As it was asked for, its status spelled out, its quantity in the base unit.

    With `customers` it says who it went to, as events to other services do.
    """
    return pb.Movement(
        reference=movement.reference.text,
        type=pb.MovementType.Value(f"MOVEMENT_TYPE_{movement.type.name}"),
        stock=write_place(movement.place),
        quantity=write_quantity(movement.quantity),
        to_location=movement.to_location,
        order_no=movement.order_no,
        occurred_at=write_instant(movement.occurred_at),
        reverses=movement.reverses,
        reason=movement.reason,
        to=_write_target(movement.to) if movement.to != SAME else None,
        delivery_no=movement.delivery_no,
        received_from=_write_origin(movement.origin) if movement.origin != NOWHERE else None,
        shipped_to=_write_destination(movement.destination.told(customer=customers)),
        given=write_quantity(movement.given) if movement.given else None,
    )


def read_destination(message: pb.ShippedTo) -> Destination:
    """Who it is for."""
    return Destination(message.shipment_no, message.customer, message.sales_order_no)


def _read_movement(message: pb.Movement) -> Movement:
    type = MovementType[pb.MovementType.Name(message.type).removeprefix("MOVEMENT_TYPE_")]
    stock, to = message.stock, message.to
    status = choose_status(type, read_status(stock.status))
    lot = LotKey(stock.plant, stock.item_no, stock.lot_no)
    return Movement(
        reference=Reference(stock.plant, message.reference),
        type=type,
        place=Place(lot, stock.location, status, stock.owner, stock.handling_unit),
        quantity=read_quantity(message.quantity, field="quantity"),
        occurred_at=read_instant(message.occurred_at, field="occurred_at"),
        to_location=message.to_location,
        order_no=message.order_no,
        reverses=message.reverses,
        reason=message.reason,
        to=Target(to.plant, to.item_no, to.lot_no, read_status(to.status), to.handling_unit),
        delivery_no=message.delivery_no,
        origin=_read_origin(message.received_from),
        destination=read_destination(message.shipped_to),
    )


def _read_origin(message: pb.ReceivedFrom) -> Origin:
    expiry_at = None
    if message.HasField("expiry_at"):
        expiry_at = read_moment(message.expiry_at, field="received_from.expiry_at")
    return Origin(
        supplier=message.supplier,
        supplier_lot=message.supplier_lot,
        manufacturer=message.manufacturer,
        country=message.country_of_origin,
        expiry_at=expiry_at,
        purchase_order_no=message.purchase_order_no,
    )


def _write_origin(origin: Origin) -> pb.ReceivedFrom:
    return pb.ReceivedFrom(
        supplier=origin.supplier,
        supplier_lot=origin.supplier_lot,
        manufacturer=origin.manufacturer,
        country_of_origin=origin.country,
        expiry_at=write_moment(origin.expiry_at),
        purchase_order_no=origin.purchase_order_no,
    )


def _write_destination(to: Destination) -> pb.ShippedTo | None:
    if to == NOBODY:
        return None
    return pb.ShippedTo(
        shipment_no=to.shipment_no,
        customer=to.customer,
        sales_order_no=to.sales_order_no,
        withheld=to.withheld,
    )


def _write_target(to: Target) -> pb.StockTarget:
    return pb.StockTarget(
        plant=to.plant,
        item_no=to.item_no,
        lot_no=to.lot_no,
        status=write_status(to.status) if to.status else pb.STOCK_STATUS_UNSPECIFIED,
        handling_unit=to.hu,
    )
