"""Use case: released orders are taken over from the office."""

from collections.abc import Sequence

from services.kit.errors import located
from services.mes.domain.events import WorkOrderCreated
from services.mes.domain.order import WorkOrder
from services.mes.domain.plan import Plan
from services.mes.ports import Books


async def create_work_orders(books: Books, plans: Sequence[Plan]) -> list[WorkOrder]:
    """The order of each plan; one that is here with the same plan is left alone.

    Raises ConflictError naming the field in which a plan differs from the one here.
    """
    orders = await books.orders.get({plan.key for plan in plans}, lock=True)
    new: list[WorkOrder] = []
    for position, plan in enumerate(plans):
        with located(f"plans[{position}]"):
            if known := orders.get(plan.key):
                known.plan.require_same(plan)
                continue
            order = orders[plan.key] = WorkOrder.released(plan, books.clock.now())
            new.append(order)
    await books.orders.add(new)
    for order in new:
        books.facts.tell(WorkOrderCreated(order))
    return [orders[plan.key] for plan in plans]
