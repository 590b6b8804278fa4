"""What is promised to orders and deliveries."""

from collections.abc import Iterable

from plantmesh.wms.v1 import reservations_pb2 as pb

from services.kit.errors import located
from services.kit.quantity import Quantity
from services.kit.wire import read_quantity, write_quantity
from services.wms.domain.demand import Demand, Order, Reservation, ReservationKey
from services.wms.wire.stock import write_place


def read_reservation_key(message: pb.ReservationKey) -> ReservationKey:
    """Its rules were checked at the border."""
    return ReservationKey(message.plant, message.reservation_no)


def write_reservation_key(key: ReservationKey) -> pb.ReservationKey:
    """Plant and number."""
    return pb.ReservationKey(plant=key.plant, reservation_no=key.no)


def read_demands(messages: Iterable[pb.ReservationOrder]) -> list[Order]:
    """Raises InvalidError naming `reservations[i]` and the field."""
    orders = []
    for position, one in enumerate(messages):
        with located(f"reservations[{position}]"):
            orders.append(
                Order(
                    read_reservation_key(one.key),
                    Demand(one.order_no, one.delivery_no),
                    one.item_no,
                    one.lot_no,
                    read_quantity(one.quantity, field="quantity"),
                )
            )
    return orders


def write_reservation(one: Reservation) -> pb.Reservation:
    """The order, and what of it is where."""
    order, unit = one.order, one.order.quantity.unit
    return pb.Reservation(
        order=pb.ReservationOrder(
            key=write_reservation_key(order.key),
            order_no=order.demand.order_no,
            delivery_no=order.demand.delivery_no,
            item_no=order.item_no,
            lot_no=order.lot_no,
            quantity=write_quantity(order.quantity),
            given=write_quantity(order.given) if order.given else None,
        ),
        state=pb.ReservationState.Value(f"RESERVATION_STATE_{one.state.name}"),
        places=[
            pb.ReservedPlace(
                stock=write_place(place),
                open=write_quantity(Quantity(part.open, unit)),
                consumed=write_quantity(Quantity(part.consumed, unit)),
            )
            for place, part in sorted(one.parts.items())
        ],
    )
