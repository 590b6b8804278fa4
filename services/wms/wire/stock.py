"""How much is where."""

from collections.abc import Iterable, Mapping, Sequence

from plantmesh.common.v1 import keys_pb2
from plantmesh.wms.v1 import wms_pb2 as pb

from services.kit.errors import InvalidError, located
from services.kit.quantity import Quantity
from services.kit.wire import write_quantity
from services.wms.application.read_stock import LotStock
from services.wms.application.recount_balances import Recount
from services.wms.domain.keys import ItemKey, LotKey, OrderKey
from services.wms.domain.place import Place, Status
from services.wms.domain.sscc import check_sscc
from services.wms.domain.stock import Balance
from services.wms.ports import Change, Drift


def read_status(value: "pb.StockStatus.ValueType") -> Status | None:
    """None where it is not said."""
    return Status[pb.StockStatus.Name(value).removeprefix("STOCK_STATUS_")] if value else None


def write_status(status: Status) -> "pb.StockStatus.ValueType":
    """As the contract spells it."""
    return pb.StockStatus.Value(f"STOCK_STATUS_{status.name}")


def read_places(messages: Iterable[pb.StockKey], path: str) -> list[Place]:
    """Raises InvalidError naming its position in `path`."""
    places = []
    for position, message in enumerate(messages):
        with located(f"{path}[{position}]"):
            places.append(read_place(message))
    return places


def read_place(message: pb.StockKey) -> Place:
    """Raises InvalidError without a status, or on what is no SSCC."""
    status = read_status(message.status)
    if status is None:
        raise InvalidError("a place has a status", code="status_required", field="status")
    if message.handling_unit:
        check_sscc(message.handling_unit, "handling_unit")
    lot = LotKey(message.plant, message.item_no, message.lot_no)
    return Place(lot, message.location, status, message.owner, message.handling_unit)


def write_place(place: Place) -> pb.StockKey:
    """All of its key."""
    return pb.StockKey(
        **place.lot._asdict(),
        location=place.location,
        status=write_status(place.status),
        owner=place.owner,
        handling_unit=place.hu,
    )


def write_balance(balance: Balance) -> pb.Balance:
    """What is promised stays away where that is nothing."""
    quantity, reserved = balance.quantity, None
    if balance.reserved:
        reserved = write_quantity(Quantity(balance.reserved, quantity.unit))
    message = pb.Balance(
        stock=write_place(balance.place), quantity=write_quantity(quantity), reserved=reserved
    )
    message.as_of.FromDatetime(balance.as_of)
    return message


def write_lots(lots: Iterable[LotStock]) -> pb.BatchGetLotBalancesResponse:
    """Each with what is left of it."""
    return pb.BatchGetLotBalancesResponse(
        lots=[
            pb.LotBalances(
                lot=keys_pb2.LotKey(**one.lot._asdict()),
                balances=map(write_balance, one.balances),
                hold_nos=[hold.hold_no for hold in one.holds],
            )
            for one in lots
        ]
    )


def write_orders(
    orders: Mapping[OrderKey, Sequence[Balance]],
) -> pb.BatchGetOrderBalancesResponse:
    """Each with what is left of its lots."""
    return pb.BatchGetOrderBalancesResponse(
        orders=[
            pb.OrderBalances(
                order=keys_pb2.OrderKey(**key._asdict()), balances=map(write_balance, balances)
            )
            for key, balances in orders.items()
        ]
    )


def write_items(items: Mapping[ItemKey, Sequence[Balance]]) -> pb.BatchGetItemBalancesResponse:
    """Each with what is left of it."""
    return pb.BatchGetItemBalancesResponse(
        items=[
            pb.ItemBalances(item=pb.ItemKey(**key._asdict()), balances=map(write_balance, balances))
            for key, balances in items.items()
        ]
    )


def write_recount(found: Recount) -> pb.RecountBalancesResponse:
    """What is wrong, and where to go on."""
    return pb.RecountBalancesResponse(
        lots=found.lots, drifts=map(_write_drift, found.drifts), next_cursor=found.cursor
    )


def _write_drift(drift: Drift) -> pb.BalanceDrift:
    message = pb.BalanceDrift(stock=write_place(drift.place))
    _write_change(drift.kept, message.kept, message.kept_reserved)
    _write_change(drift.counted, message.counted, message.counted_reserved)
    return message


def _write_change(change: Change | None, quantity: object, reserved: object) -> None:
    if change is not None:
        unit = change.quantity.unit
        quantity.CopyFrom(write_quantity(change.quantity))  # type: ignore[attr-defined]
        reserved.CopyFrom(write_quantity(Quantity(change.reserved, unit)))  # type: ignore[attr-defined]
