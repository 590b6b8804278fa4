"""Use case: released orders are taken over from the office."""

from collections.abc import Mapping, Sequence

from services.kit.errors import located
from services.kit.measures import ItemLot
from services.mes.domain.events import WorkOrderCreated
from services.mes.domain.order import WorkOrder
from services.mes.domain.plan import Plan
from services.mes.ports import Books


async def create_work_orders(books: Books, plans: Sequence[Plan]) -> list[WorkOrder]:
    """The order of each plan; one that is here with the same plan is left alone.

    Raises ConflictError naming the field in which a plan differs from the one here, NotFoundError
    on an item that reference does not have, InvalidError on a unit it is not counted in.
    """
    orders = await books.orders.get({plan.key for plan in plans}, lock=True)
    new: dict[int, WorkOrder] = {}
    for position, plan in enumerate(plans):
        with located(f"plans[{position}]"):
            if known := orders.get(plan.key):
                known.plan.require_same(plan)
                continue
            new[position] = orders[plan.key] = WorkOrder.released(plan, books.clock.now())
    await _check_items(books, new)
    await books.orders.add(list(new.values()))
    for order in new.values():
        books.facts.tell(WorkOrderCreated(order))
    return [orders[plan.key] for plan in plans]


def goods_of(plans: Mapping[int, Plan]) -> dict[ItemLot, str]:
    """The goods of these, each with the field that names it first; by place in the request."""
    found: dict[ItemLot, str] = {}
    for position, plan in plans.items():
        for goods, field in plan.goods:
            found.setdefault(goods, f"plans[{position}].{field}")
    return found


async def _check_items(books: Books, new: Mapping[int, WorkOrder]) -> None:
    plans = {position: order.plan for position, order in new.items()}
    items = await books.items.measures(goods_of(plans))
    for position, plan in plans.items():
        with located(f"plans[{position}]"):
            plan.check_units(items)
