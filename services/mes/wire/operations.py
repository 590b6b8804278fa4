"""Operations on lots, their voiding, and commands to lots on the wire."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from google.protobuf.message import Message
from plantmesh.common.v1 import keys_pb2, quantity_pb2
from plantmesh.mes.v1 import genealogy_pb2 as _pb

from services.kit.errors import located
from services.kit.quantity import Quantity
from services.kit.wire import (
    read_instant,
    read_moment,
    read_quantity,
    write_instant,
    write_moment,
    write_quantity,
)
from services.mes.application.command_lots import LotStep
from services.mes.domain.keys import LotKey, ReportKey
from services.mes.domain.lot_operation import (
    Aggregate,
    Consume,
    LotOperation,
    Merge,
    Part,
    Receive,
    Relabel,
    Rework,
    Ship,
    Split,
    What,
)
from services.mes.domain.lot_state import DispositionCommand, QualityCommand
from services.mes.domain.voiding import Void, VoidReason
from services.mes.wire.keys import read_lot_key, write_lot_key


def read_operations(messages: Iterable[_pb.LotOperation]) -> list[LotOperation]:
    """Raises InvalidError naming `operations[i]` and the field."""
    operations = []
    for place, message in enumerate(messages):
        with located(f"operations[{place}]"):
            operations.append(
                LotOperation(
                    id=message.event_id,
                    plant=message.plant,
                    occurred_at=read_instant(message.occurred_at, field="occurred_at"),
                    what=_read_what(message),
                    equipment=message.equipment,
                    reason=message.reason,
                )
            )
    return operations


def write_operation(operation: LotOperation) -> _pb.LotOperation:
    """As it was reported."""
    message = _pb.LotOperation(
        event_id=operation.id,
        plant=operation.plant,
        occurred_at=write_instant(operation.occurred_at),
        equipment=operation.equipment,
        reason=operation.reason,
    )
    getattr(message, operation.kind).CopyFrom(_WRITE[type(operation.what)](operation.what))
    return message


def read_voids(messages: Iterable[_pb.VoidedEvent], by: str, at: datetime) -> list[Void]:
    """As `by` declares them."""
    return [
        Void(
            ReportKey(one.plant, one.event_id),
            VoidReason[_pb.VoidReason.Name(one.reason).removeprefix("VOID_REASON_")],
            by,
            at,
            tuple(one.corrective_event_ids),
        )
        for one in messages
    ]


def write_void(void: Void) -> _pb.VoidedEvent:
    """The declaration."""
    return _pb.VoidedEvent(
        plant=void.event.plant,
        event_id=void.event.id,
        reason=_pb.VoidReason.Value(f"VOID_REASON_{void.reason.name}"),
        corrective_event_ids=void.corrective,
    )


def read_lot_steps(messages: Iterable[_pb.CommandedLot]) -> list[LotStep]:
    """Commands in their order."""
    return [LotStep(read_lot_key(one.lot), _read_command(one), one.reason) for one in messages]


def _read_command(message: _pb.CommandedLot) -> QualityCommand | DispositionCommand:
    name = _pb.LotCommand.Name(message.command).removeprefix("LOT_COMMAND_")
    if name in DispositionCommand.__members__:
        return DispositionCommand[name]
    return QualityCommand[name]


def _read_what(message: _pb.LotOperation) -> What:
    kind = message.WhichOneof("what") or ""
    with located(kind):
        return _READ[kind](getattr(message, kind))


def _read_split(message: _pb.SplitLot) -> Split:
    return Split(_from_lot(message), _read_parts(message.into, "into"))


def _read_merge(message: _pb.MergeLots) -> Merge:
    return Merge(_read_parts(getattr(message, "from"), "from"), read_lot_key(message.into))


def _read_relabel(message: _pb.RelabelLot) -> Relabel:
    return Relabel(_from_lot(message), read_lot_key(message.to), _read_some(message))


def _read_rework(message: _pb.ReworkLot) -> Rework:
    return Rework(_read_part(getattr(message, "from"), "from"), read_lot_key(message.into))


def _read_aggregate(message: _pb.AggregateLots) -> Aggregate:
    parts = _read_parts(getattr(message, "from"), "from")
    return Aggregate(parts, _read_part(message.into, "into"))


def _read_receive(message: _pb.ReceiveLot) -> Receive:
    return Receive(
        part=_read_part(message.lot, "lot"),
        supplier=message.supplier,
        supplier_lot=message.supplier_lot,
        manufacturer=message.manufacturer,
        country=message.country_of_origin,
        expiry_at=_read_expiry(message),
        purchase_order_no=message.purchase_order_no,
        attributes=tuple(sorted(message.attributes.items())),
        sent_as=read_lot_key(message.sent_as) if message.HasField("sent_as") else None,
    )


def _read_ship(message: _pb.ShipLot) -> Ship:
    part = _read_part(message.lot, "lot")
    return Ship(part, message.shipment_no, message.customer, message.sales_order_no)


def _read_consume(message: _pb.ConsumeLot) -> Consume:
    return Consume(read_lot_key(message.lot), _read_some(message))


_READ: dict[str, Callable[[Any], What]] = {
    "split": _read_split,
    "merge": _read_merge,
    "relabel": _read_relabel,
    "rework": _read_rework,
    "aggregate": _read_aggregate,
    "receive": _read_receive,
    "ship": _read_ship,
    "consume": _read_consume,
}


def _write_split(what: Split) -> Message:
    return _with_from(_pb.SplitLot(into=_write_parts(what.into)), write_lot_key(what.source))


def _write_merge(what: Merge) -> Message:
    return _pb.MergeLots(into=write_lot_key(what.into), **_from(what.parts))


def _write_relabel(what: Relabel) -> Message:
    message = _pb.RelabelLot(to=write_lot_key(what.into), quantity=_write_some(what.quantity))
    return _with_from(message, write_lot_key(what.source))


def _write_rework(what: Rework) -> Message:
    return _with_from(_pb.ReworkLot(into=write_lot_key(what.into)), _write_part(what.part))


def _write_aggregate(what: Aggregate) -> Message:
    return _pb.AggregateLots(into=_write_part(what.into), **_from(what.parts))


def _write_ship(what: Ship) -> Message:
    return _pb.ShipLot(
        lot=_write_part(what.part),
        shipment_no=what.shipment_no,
        customer=what.customer,
        sales_order_no=what.sales_order_no,
    )


def _write_consume(what: Consume) -> Message:
    return _pb.ConsumeLot(lot=write_lot_key(what.source), quantity=_write_some(what.quantity))


def _write_receive(what: Receive) -> Message:
    return _pb.ReceiveLot(
        lot=_write_part(what.part),
        supplier=what.supplier,
        supplier_lot=what.supplier_lot,
        manufacturer=what.manufacturer,
        country_of_origin=what.country,
        expiry_at=write_moment(what.expiry_at),
        purchase_order_no=what.purchase_order_no,
        attributes=dict(what.attributes),
        sent_as=write_lot_key(what.sent_as) if what.sent_as else None,
    )


_WRITE: dict[type[What], Callable[[Any], Message]] = {
    Split: _write_split,
    Merge: _write_merge,
    Relabel: _write_relabel,
    Rework: _write_rework,
    Aggregate: _write_aggregate,
    Receive: _write_receive,
    Ship: _write_ship,
    Consume: _write_consume,
}


def _read_part(message: _pb.LotPart, path: str) -> Part:
    quantity = read_quantity(message.quantity, field=f"{path}.quantity")
    return Part(read_lot_key(message.lot), quantity)


def _read_parts(messages: Iterable[_pb.LotPart], path: str) -> tuple[Part, ...]:
    return tuple(_read_part(one, f"{path}[{place}]") for place, one in enumerate(messages))


def _read_some(message: _pb.RelabelLot | _pb.ConsumeLot) -> Quantity | None:
    if not message.HasField("quantity"):
        return None
    return read_quantity(message.quantity, field="quantity")


def _read_expiry(message: _pb.ReceiveLot) -> datetime | None:
    if not message.HasField("expiry_at"):
        return None
    return read_moment(message.expiry_at, field="expiry_at")


def _write_part(part: Part) -> _pb.LotPart:
    return _pb.LotPart(lot=write_lot_key(part.lot), quantity=write_quantity(part.quantity))


def _write_parts(parts: Iterable[Part]) -> list[_pb.LotPart]:
    return [_write_part(part) for part in parts]


def _write_some(quantity: Quantity | None) -> quantity_pb2.Quantity | None:
    return write_quantity(quantity) if quantity else None


def _from_lot(message: Any) -> LotKey:
    """`from` is a word of Python's."""
    key: keys_pb2.LotKey = getattr(message, "from")
    return read_lot_key(key)


def _from(parts: Iterable[Part]) -> dict[str, Any]:
    return {"from": _write_parts(parts)}


def _with_from(message: Message, source: Message) -> Message:
    getattr(message, "from").CopyFrom(source)
    return message
