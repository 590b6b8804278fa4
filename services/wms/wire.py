"""Between stock and protobuf messages; the only module that spells both."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from google.protobuf.message import Message
from plantmesh.common.v1 import holds_pb2, keys_pb2
from plantmesh.reference.v1 import reference_pb2
from plantmesh.wms.v1 import events_pb2
from plantmesh.wms.v1 import wms_pb2 as _pb

from services.kit.copies import Kind
from services.kit.errors import located
from services.kit.quantity import Measures
from services.kit.wire import read_instant, read_quantity, write_instant, write_quantity
from services.wms.application.move_stock import Result
from services.wms.application.read_stock import LotStock
from services.wms.domain.hold import Hold
from services.wms.domain.keys import LotKey, OrderKey, Reference
from services.wms.domain.movement import Movement, choose_status
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import MovementType
from services.wms.domain.stock import Balance, Booked

ITEMS = Kind(
    "item", reference_pb2.Item, key=lambda item: item.item_no, version=lambda item: item.version
)


def read_measures(item: reference_pb2.Item) -> Measures:
    """The units it may be counted in."""
    return Measures(
        item.base_unit,
        tuple(
            (getattr(one, "from"), one.to, Fraction(one.numerator, one.denominator))
            for one in item.conversions
        ),
    )


def read_lot_key(message: keys_pb2.LotKey) -> LotKey:
    """Its rules were checked at the border."""
    return LotKey(message.plant, message.item_no, message.lot_no)


def read_order_key(message: keys_pb2.OrderKey) -> OrderKey:
    """Its rules were checked at the border."""
    return OrderKey(message.plant, message.order_no)


def read_holds(messages: Iterable[holds_pb2.LotHold]) -> list[Hold]:
    """Holds as quality wants them."""
    return [
        Hold(one.hold_no, read_lot_key(one.lot), active=one.active, version=one.version)
        for one in messages
    ]


def read_movements(messages: Iterable[_pb.Movement]) -> list[Movement]:
    """Raises InvalidError naming `movements[i]` and the field."""
    movements = []
    for position, message in enumerate(messages):
        with located(f"movements[{position}]"):
            movements.append(_read_movement(message))
    return movements


def write_results(results: Iterable[Result]) -> _pb.MoveStockResponse:
    """One for each movement, in their order."""
    return _pb.MoveStockResponse(
        results=[
            _pb.MovementResult(reference=one.reference.text, replayed=one.replayed)
            for one in results
        ]
    )


def write_lots(lots: Iterable[LotStock]) -> _pb.BatchGetLotBalancesResponse:
    """Each with what is left of it."""
    return _pb.BatchGetLotBalancesResponse(
        lots=[
            _pb.LotBalances(
                lot=keys_pb2.LotKey(**one.lot._asdict()),
                balances=write_balances(one.balances),
                hold_nos=one.hold_nos,
            )
            for one in lots
        ]
    )


def write_orders(
    orders: Mapping[OrderKey, Sequence[Balance]],
) -> _pb.BatchGetOrderBalancesResponse:
    """Each with what is left of its lots."""
    return _pb.BatchGetOrderBalancesResponse(
        orders=[
            _pb.OrderBalances(
                order=keys_pb2.OrderKey(**key._asdict()), balances=write_balances(balances)
            )
            for key, balances in orders.items()
        ]
    )


def write_balances(balances: Iterable[Balance]) -> list[_pb.Balance]:
    """How much is where."""
    return [_write_balance(one) for one in balances]


def write_movement(movement: Movement) -> _pb.Movement:
    """As it was asked for, its status spelled out."""
    return _pb.Movement(
        reference=movement.reference.text,
        type=_pb.MovementType.Value(f"MOVEMENT_TYPE_{movement.type.name}"),
        stock=_write_place(movement.place),
        quantity=write_quantity(movement.quantity),
        to_location=movement.to_location,
        order_no=movement.order_no,
        occurred_at=write_instant(movement.occurred_at),
        reverses=movement.reverses,
        reason=movement.reason,
    )


def write_fact(booked: Booked) -> Message:
    """The event that tells of it."""
    return events_pb2.StockMoved(
        movement=write_movement(booked.movement), balances=write_balances(booked.balances)
    )


def _read_movement(message: _pb.Movement) -> Movement:
    type = MovementType[_pb.MovementType.Name(message.type).removeprefix("MOVEMENT_TYPE_")]
    stock, given = message.stock, None
    if stock.status:
        given = Status[_pb.StockStatus.Name(stock.status).removeprefix("STOCK_STATUS_")]
    lot = LotKey(stock.plant, stock.item_no, stock.lot_no)
    return Movement(
        reference=Reference(stock.plant, message.reference),
        type=type,
        place=Place(lot, stock.location, choose_status(type, given)),
        quantity=read_quantity(message.quantity, field="quantity"),
        occurred_at=read_instant(message.occurred_at, field="occurred_at"),
        to_location=message.to_location,
        order_no=message.order_no,
        reverses=message.reverses,
        reason=message.reason,
    )


def _write_balance(balance: Balance) -> _pb.Balance:
    message = _pb.Balance(
        stock=_write_place(balance.place), quantity=write_quantity(balance.quantity)
    )
    message.as_of.FromDatetime(balance.as_of)
    return message


def _write_place(place: Place) -> _pb.StockKey:
    return _pb.StockKey(
        **place.lot._asdict(),
        location=place.location,
        status=_pb.StockStatus.Value(f"STOCK_STATUS_{place.status.name}"),
    )
