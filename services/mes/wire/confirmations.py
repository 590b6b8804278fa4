"""What the floor reports, on the wire."""

from collections.abc import Iterable
from typing import Literal

from plantmesh.common.v1.instant_pb2 import Instant as InstantMessage
from plantmesh.common.v1.quantity_pb2 import Quantity as QuantityMessage
from plantmesh.mes.v1 import work_orders_pb2 as _pb

from services.kit.clock import Instant
from services.kit.errors import located
from services.kit.quantity import Quantity
from services.kit.wire import read_instant, read_quantity, write_instant, write_quantity
from services.mes.application.confirm_operations import Result
from services.mes.domain.confirmation import Booked, Confirmation, Consumption, Scrap
from services.mes.domain.effort import Effort
from services.mes.domain.keys import BookedKey
from services.mes.domain.reversal import Reversal, state_of
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


def read_reversals(messages: Iterable[_pb.Reversal]) -> list[Reversal]:
    """Raises InvalidError naming `reversals[i]` and the field."""
    reversals = []
    for position, message in enumerate(messages):
        with located(f"reversals[{position}]"):
            reversals.append(
                Reversal(
                    id=message.id,
                    order=read_order_key(message.reverses.order),
                    no=message.reverses.confirmation_no,
                    reason=message.reason,
                    occurred_at=read_instant(message.occurred_at, field="occurred_at"),
                )
            )
    return reversals


def read_booked_keys(messages: Iterable[_pb.ConfirmationKey]) -> list[BookedKey]:
    """Each once, in their order."""
    keys = (BookedKey(read_order_key(one.order), one.confirmation_no) for one in messages)
    return list(dict.fromkeys(keys))


def write_booked_key(key: BookedKey) -> _pb.ConfirmationKey:
    """Order and number."""
    return _pb.ConfirmationKey(order=write_order_key(key.order), confirmation_no=key.no)


def write_booked(booked: Booked, item_no: str, name: str = "") -> _pb.BookedConfirmation:
    """One confirmation as it stands; `name` is the operator's, for those who may know."""
    message = write_confirmation(booked.report)
    message.operator_id = name
    return _pb.BookedConfirmation(
        confirmation_no=booked.no,
        confirmation=message,
        item_no=item_no,
        state=_pb.ConfirmationState.Value(f"CONFIRMATION_STATE_{state_of(booked).name}"),
        reverses=booked.reverses,
        reversed_by=booked.reversed_by,
        reason=booked.reason,
    )


def write_confirmation(report: Confirmation) -> _pb.Confirmation:
    """One report, its operation spelled out, its operator by their pseudonym."""
    effort = report.effort
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
        consumed=map(_write_consumption, report.consumed),
        returned=map(_write_consumption, report.returned),
        passed_on=_amount(report.passed),
        labour_time=_amount(effort.labour),
        machine_time=_amount(effort.machine),
        started_at=_time(effort.started_at),
        ended_at=_time(effort.ended_at),
        operator_pseudonym=effort.operator,
        occurred_at=write_instant(report.occurred_at),
        equipment=report.equipment,
        final=report.final,
        time_uncertain=report.time_uncertain,
        given={path: write_quantity(quantity) for path, quantity in report.given.items()},
        stocked_yield=_amount(report.stocked),
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
        consumed=_read_consumption(message.consumed, "consumed"),
        returned=_read_consumption(message.returned, "returned"),
        passed=_read_optional(message, "passed_on"),
        effort=_read_effort(message),
        equipment=message.equipment,
        final=message.final,
        time_uncertain=message.time_uncertain,
    )


def _read_consumption(messages: Iterable[_pb.ConsumedLot], field: str) -> tuple[Consumption, ...]:
    return tuple(
        Consumption(
            one.item_no,
            one.lot_no,
            read_quantity(one.quantity, field=f"{field}[{place}].quantity"),
        )
        for place, one in enumerate(messages)
    )


def _read_effort(message: _pb.Confirmation) -> Effort:
    return Effort(
        labour=_read_optional(message, "labour_time"),
        machine=_read_optional(message, "machine_time"),
        started_at=_read_time(message, "started_at"),
        ended_at=_read_time(message, "ended_at"),
        operator=message.operator_id,
    )


def _read_optional(
    message: _pb.Confirmation, field: Literal["passed_on", "labour_time", "machine_time"]
) -> Quantity | None:
    return read_quantity(getattr(message, field), field=field) if message.HasField(field) else None


def _read_time(
    message: _pb.Confirmation, field: Literal["started_at", "ended_at"]
) -> Instant | None:
    return read_instant(getattr(message, field), field=field) if message.HasField(field) else None


def _write_consumption(one: Consumption) -> _pb.ConsumedLot:
    return _pb.ConsumedLot(
        item_no=one.item_no,
        lot_no=one.lot_no,
        quantity=write_quantity(one.quantity),
        backflushed=one.backflushed,
    )


def _amount(quantity: Quantity | None) -> QuantityMessage | None:
    return None if quantity is None else write_quantity(quantity)


def _time(instant: Instant | None) -> InstantMessage | None:
    return None if instant is None else write_instant(instant)
