"""Use case: somebody moves work orders through their lifecycle."""

from collections.abc import Sequence
from typing import NamedTuple

from services.kit.errors import located
from services.mes.application.find import require_order
from services.mes.domain.events import WorkOrderStateChanged
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import Command
from services.mes.domain.order import WorkOrder
from services.mes.ports import Books


class Step(NamedTuple):
    """One command for one order, and why."""

    key: OrderKey
    command: Command
    reason: str = ""


async def command_work_orders(books: Books, steps: Sequence[Step]) -> list[WorkOrder]:
    """Take the steps one after the other, all or none; the order of each as it is then."""
    orders = await books.orders.get({step.key for step in steps}, lock=True)
    for position, step in enumerate(steps):
        with located(f"commands[{position}]"):
            order = require_order(orders, step.key, field="key.order_no")
            before = order.lifecycle
            order.command(step.command, books.clock.now())
        books.facts.tell(
            WorkOrderStateChanged(step.key, before, order.lifecycle, step.reason or step.command)
        )
    await books.orders.save(orders.values())
    return [orders[step.key] for step in steps]
