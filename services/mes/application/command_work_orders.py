"""Use case: somebody moves work orders through their lifecycle."""

from collections.abc import Sequence
from typing import NamedTuple

from services.kit.errors import ConflictError, located
from services.mes.application.find import require_order
from services.mes.domain.events import WorkOrderStateChanged
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import Command
from services.mes.domain.order import WorkOrder
from services.mes.ports import Books


class Step(NamedTuple):
    """One command for one order, and why; `last_no` is what its last confirmation must be."""

    key: OrderKey
    command: Command
    reason: str = ""
    last_no: int | None = None


async def command_work_orders(books: Books, steps: Sequence[Step]) -> list[WorkOrder]:
    """Take the steps one after the other, all or none; the order of each as it is then."""
    orders = await books.orders.get({step.key for step in steps}, lock=True)
    for position, step in enumerate(steps):
        with located(f"commands[{position}]"):
            order = require_order(orders, step.key, field="key.order_no")
            before = order.lifecycle
            _require_unchanged(order, step.last_no)
            order.command(step.command, books.clock.now())
        books.facts.tell(
            WorkOrderStateChanged(step.key, before, order.lifecycle, step.reason or step.command)
        )
    await books.orders.save(orders.values())
    return [orders[step.key] for step in steps]


def _require_unchanged(order: WorkOrder, last_no: int | None) -> None:
    if last_no not in (None, order.last_no):
        raise ConflictError(
            f"confirmation {order.last_no} is the last of order {order.key}, not {last_no}",
            code="order_changed",
            field="last_confirmation_no",
            hint="look at what was reported since, then decide again",
        )
