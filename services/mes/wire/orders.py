"""Plans, commands and orders on the wire."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from plantmesh.mes.v1 import work_orders_pb2 as _pb

from services.kit.errors import InvalidError, located
from services.kit.wire import read_moment, read_quantity, write_moment, write_quantity
from services.mes.application.command_work_orders import Step
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import Command
from services.mes.domain.order import WorkOrder
from services.mes.domain.plan import Component, Control, Operation, Plan
from services.mes.wire.keys import (
    bare,
    read_order_key,
    write_lifecycle,
    write_order_key,
)


def read_plans(messages: Iterable[_pb.WorkOrderPlan]) -> list[Plan]:
    """Raises InvalidError naming `plans[i]` and the field."""
    plans = []
    for position, message in enumerate(messages):
        with located(f"plans[{position}]"):
            plans.append(_read_plan(message))
    return plans


def read_steps(messages: Iterable[_pb.WorkOrderCommand]) -> list[Step]:
    """Commands in their order."""
    return [
        Step(
            read_order_key(one.key),
            Command[bare(_pb.Command.Name(one.command))],
            one.reason,
            one.last_confirmation_no if one.HasField("last_confirmation_no") else None,
        )
        for one in messages
    ]


def write_orders(
    orders: Iterable[WorkOrder], holds: Mapping[OrderKey, Sequence[str]]
) -> list[_pb.WorkOrder]:
    """Orders with the holds on their lots."""
    return [write_order(order, holds.get(order.key, ())) for order in orders]


def write_order(order: WorkOrder, hold_nos: Sequence[str] = ()) -> _pb.WorkOrder:
    """One order."""
    return _pb.WorkOrder(
        plan=_write_plan(order.plan),
        lifecycle=write_lifecycle(order.lifecycle),
        good=write_quantity(order.good),
        scrap=write_quantity(order.scrap),
        rework=write_quantity(order.rework),
        last_confirmation_no=order.last_no,
        version=order.version,
        as_of=write_moment(order.as_of),
        hold_nos=hold_nos,
        confirmation=_pb.ConfirmationStatus.Value(f"CONFIRMATION_STATUS_{order.confirmed.name}"),
        delivery=_pb.DeliveryStatus.Value(f"DELIVERY_STATUS_{order.delivered.name}"),
        progress=[
            _pb.OperationProgress(
                sequence=sequence,
                scrap=write_quantity(step.scrap),
                rework=write_quantity(step.rework),
                ended=sequence in order.ended,
                **{"yield": write_quantity(step.good)},
            )
            for sequence, step in sorted(order.steps.items())
        ],
    )


def _write_plan(plan: Plan) -> _pb.WorkOrderPlan:
    return _pb.WorkOrderPlan(
        key=write_order_key(plan.key),
        item_no=plan.item_no,
        quantity=write_quantity(plan.ordered),
        due_start=write_moment(plan.due_start),
        due_end=write_moment(plan.due_end),
        operations=[
            _pb.PlannedOperation(
                sequence=one.sequence,
                segment=one.segment,
                work_center=one.work_center,
                control=_pb.OperationControl.Value(f"OPERATION_CONTROL_{one.control.name}"),
            )
            for one in plan.operations
        ],
        components=[
            _pb.PlannedComponent(
                position=one.position,
                item_no=one.item_no,
                quantity=write_quantity(one.quantity),
                backflush=one.backflush,
                operation_sequence=one.operation,
                lot_no=one.lot_no,
            )
            for one in plan.components
        ],
        over_tolerance=f"{plan.over_tolerance:f}",
    )


def _read_plan(message: _pb.WorkOrderPlan) -> Plan:
    return Plan(
        key=read_order_key(message.key),
        item_no=message.item_no,
        ordered=read_quantity(message.quantity, field="quantity"),
        over_tolerance=_read_tolerance(message.over_tolerance),
        due_start=_read_due(message, "due_start"),
        due_end=_read_due(message, "due_end"),
        operations=tuple(
            Operation(one.sequence, one.segment, one.work_center, _read_control(one.control))
            for one in message.operations
        ),
        components=tuple(
            Component(
                one.position,
                one.item_no,
                read_quantity(one.quantity, field=f"components[{place}].quantity"),
                one.backflush,
                one.operation_sequence,
                one.lot_no,
            )
            for place, one in enumerate(message.components)
        ),
    )


def _read_control(control: _pb.OperationControl.ValueType) -> Control:
    return Control[_pb.OperationControl.Name(control).removeprefix("OPERATION_CONTROL_")]


def _read_tolerance(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        raise InvalidError(
            f"{text!r} is not a decimal",
            code="bad_tolerance",
            field="over_tolerance",
            hint='write "0.1" for 10 %',
        ) from None


def _read_due(
    message: _pb.WorkOrderPlan, field: Literal["due_start", "due_end"]
) -> datetime | None:
    return read_moment(getattr(message, field), field=field) if message.HasField(field) else None
