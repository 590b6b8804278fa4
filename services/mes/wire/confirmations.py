"""What the floor reports, on the wire."""

from collections.abc import Iterable

from plantmesh.common.v1.quantity_pb2 import Quantity as QuantityMessage
from plantmesh.mes.v1 import work_orders_pb2 as _pb

from services.kit.errors import located
from services.kit.quantity import Quantity
from services.kit.wire import read_instant, read_quantity, write_instant, write_quantity
from services.mes.application.confirm_operations import Result
from services.mes.domain.confirmation import Confirmation, Consumption, Scrap
from services.mes.wire.keys import read_order_key, write_order_key


def read_confirmations(messages: Iterable[_pb.Confirmation]) -> list[Confirmation]:
    """Raises InvalidError naming `confirmations[i]` and the field."""
    reports = []
    for position, message in enumerate(messages):
        with located(f"confirmations[{position}]"):
            reports.append(_read_confirmation(message))
    return reports


def write_results(results: Iterable[Result]) -> _pb.ConfirmOperationsResponse:
    """One for each report, in their order."""
    return _pb.ConfirmOperationsResponse(
        results=[
            _pb.ConfirmationResult(
                id=one.id, confirmation_no=one.confirmation_no, replayed=one.replayed
            )
            for one in results
        ]
    )


def write_confirmation(report: Confirmation) -> _pb.Confirmation:
    """One report, its operation spelled out."""
    message = _pb.Confirmation(
        id=report.id,
        order=write_order_key(report.order),
        operation_sequence=report.operation,
        lot_no=report.lot_no,
        scrap=[
            _pb.Scrap(quantity=write_quantity(one.quantity), reason=one.reason)
            for one in report.scrap
        ],
        rework=write_quantity(report.rework),
        consumed=[
            _pb.ConsumedLot(
                item_no=one.item_no, lot_no=one.lot_no, quantity=write_quantity(one.quantity)
            )
            for one in report.consumed
        ],
        occurred_at=write_instant(report.occurred_at),
        equipment=report.equipment,
        final=report.final,
        time_uncertain=report.time_uncertain,
    )
    good: QuantityMessage = getattr(message, "yield")
    good.CopyFrom(write_quantity(report.good))
    return message


def _read_confirmation(message: _pb.Confirmation) -> Confirmation:
    # `yield` is a word of Python's, so the field has no attribute that can be spelled.
    good = read_quantity(getattr(message, "yield"), field="yield")
    rework = Quantity.zero(good.unit)
    if message.HasField("rework"):
        rework = read_quantity(message.rework, field="rework")
    return Confirmation(
        id=message.id,
        order=read_order_key(message.order),
        good=good,
        rework=rework,
        occurred_at=read_instant(message.occurred_at, field="occurred_at"),
        operation=message.operation_sequence,
        lot_no=message.lot_no,
        scrap=tuple(
            Scrap(read_quantity(one.quantity, field=f"scrap[{place}].quantity"), one.reason)
            for place, one in enumerate(message.scrap)
        ),
        consumed=tuple(
            Consumption(
                one.item_no,
                one.lot_no,
                read_quantity(one.quantity, field=f"consumed[{place}].quantity"),
            )
            for place, one in enumerate(message.consumed)
        ),
        equipment=message.equipment,
        final=message.final,
        time_uncertain=message.time_uncertain,
    )
