"""Work orders in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql

from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.order import WorkOrder
from services.mes.domain.plan import Component, Operation, Plan
from services.mes.store import tables as t

_KEY = (t.work_order.c.plant, t.work_order.c.order_no)
_PROGRESS = ("lifecycle", "good", "scrap", "rework", "ended", "last_no", "version", "as_of")
_WALKED_AT_ONCE = 100


class SqlOrders:
    """ports.Orders; three queries a batch: orders, operations, components."""

    async def get(
        self, keys: Collection[OrderKey], *, lock: bool = False
    ) -> dict[OrderKey, WorkOrder]:
        """Those that exist, locked in the order of their keys if asked."""
        query = select(t.work_order).where(t.among(_KEY, keys)).order_by(*_KEY)
        if lock:
            query = query.with_for_update(key_share=True)
        return {order.key: order for order in await _load(query)}

    async def page(self, plant: str, page: Page) -> Sequence[WorkOrder]:
        """By order number."""
        query = select(t.work_order).where(t.work_order.c.plant == plant)
        if page.after:
            query = query.where(t.work_order.c.order_no > page.after[0])
        return await _load(query.order_by(t.work_order.c.order_no).limit(page.limit))

    async def walk(self, after: OrderKey | None) -> Sequence[WorkOrder]:
        """By key, all plants."""
        query = select(t.work_order).order_by(*_KEY).limit(_WALKED_AT_ONCE)
        if after:
            query = query.where(tuple_(*_KEY) > tuple(after))
        return await _load(query)

    async def add(self, orders: Sequence[WorkOrder]) -> None:
        """In the order of their keys; an order that another transaction adds is a conflict."""
        if not orders:
            return
        ordered = sorted(orders, key=lambda order: order.key)
        statement = (
            postgresql.insert(t.work_order)
            .values([_order_row(order) for order in ordered])
            .on_conflict_do_nothing()
            .returning(*_KEY)
        )
        added = {OrderKey(row.plant, row.order_no) for row in await t.rows(statement)}
        for order in ordered:
            if order.key not in added:
                raise ConflictError(
                    f"order {order.key} is being created by somebody else",
                    code="order_in_progress",
                    field="plans",
                    hint="ask again",
                )
        await t.write(insert(t.operation), [row for one in ordered for row in _operations(one)])
        await t.write(insert(t.component), [row for one in ordered for row in _components(one)])

    async def save(self, orders: Collection[WorkOrder]) -> None:
        """What changes while an order runs."""
        statement = (
            update(t.work_order)
            .where(_KEY[0] == bindparam("of_plant"), _KEY[1] == bindparam("of_order"))
            .values({name: bindparam(f"new_{name}") for name in _PROGRESS})
        )
        await t.write(statement, [_progress(order) for order in orders])

    async def holds(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[str]]:
        """On the lots of each order."""
        query = (
            select(t.lot.c.plant, t.lot.c.order_no, t.lot_hold.c.hold_no)
            .join(t.lot_hold, t.lot_hold.c.lot_id == t.lot.c.id)
            .where(t.of_orders(t.lot, keys), t.lot.c.order_no != "", t.lot_hold.c.active)
            .distinct()
            .order_by(t.lot_hold.c.hold_no)
        )
        found: defaultdict[OrderKey, list[str]] = defaultdict(list)
        for row in await t.rows(query):
            found[OrderKey(row.plant, row.order_no)].append(row.hold_no)
        return dict(found)


async def _load(query: Select[Any]) -> list[WorkOrder]:
    found = await t.rows(query)
    keys = [OrderKey(row.plant, row.order_no) for row in found]
    if not keys:
        return []
    operations: defaultdict[OrderKey, list[Operation]] = defaultdict(list)
    for row in await t.rows(select(t.operation).where(t.of_orders(t.operation, keys))):
        operations[OrderKey(row.plant, row.order_no)].append(
            Operation(row.sequence, row.segment, row.work_center)
        )
    components: defaultdict[OrderKey, list[Component]] = defaultdict(list)
    query = select(t.component).where(t.of_orders(t.component, keys)).order_by(t.component.c.line)
    for row in await t.rows(query):
        quantity = Quantity(row.quantity, row.unit)
        components[OrderKey(row.plant, row.order_no)].append(
            Component(row.position, row.item_no, quantity)
        )
    return [
        _order(row, operations[key], components[key]) for key, row in zip(keys, found, strict=True)
    ]


def _order(
    row: Row[Any], operations: Iterable[Operation], components: Iterable[Component]
) -> WorkOrder:
    plan = Plan(
        key=OrderKey(row.plant, row.order_no),
        item_no=row.item_no,
        ordered=Quantity(row.ordered, row.unit),
        over_tolerance=row.over_tolerance,
        due_start=row.due_start,
        due_end=row.due_end,
        operations=tuple(operations),
        components=tuple(components),
    )
    return WorkOrder(
        plan,
        as_of=row.as_of,
        lifecycle=Lifecycle(row.lifecycle),
        good=Quantity(row.good, row.unit),
        scrap=Quantity(row.scrap, row.unit),
        rework=Quantity(row.rework, row.unit),
        ended=set(row.ended),
        last_no=row.last_no,
        version=row.version,
    )


def _order_row(order: WorkOrder) -> dict[str, Any]:
    plan = order.plan
    return {
        "plant": plan.key.plant,
        "order_no": plan.key.order_no,
        "item_no": plan.item_no,
        "unit": plan.ordered.unit,
        "ordered": plan.ordered.value,
        "over_tolerance": plan.over_tolerance,
        "due_start": plan.due_start,
        "due_end": plan.due_end,
        **_changing(order),
    }


def _progress(order: WorkOrder) -> dict[str, Any]:
    new = {f"new_{name}": value for name, value in _changing(order).items()}
    return {"of_plant": order.key.plant, "of_order": order.key.order_no, **new}


def _changing(order: WorkOrder) -> dict[str, Any]:
    return {
        "lifecycle": order.lifecycle.value,
        "good": order.good.value,
        "scrap": order.scrap.value,
        "rework": order.rework.value,
        "ended": sorted(order.ended),
        "last_no": order.last_no,
        "version": order.version,
        "as_of": order.as_of,
    }


def _operations(order: WorkOrder) -> Iterable[dict[str, Any]]:
    for one in order.plan.operations:
        yield {
            **order.key._asdict(),
            "sequence": one.sequence,
            "segment": one.segment,
            "work_center": one.work_center,
        }


def _components(order: WorkOrder) -> Iterable[dict[str, Any]]:
    for line, one in enumerate(order.plan.components):
        yield {
            **order.key._asdict(),
            "line": line,
            "position": one.position,
            "item_no": one.item_no,
            "quantity": one.quantity.value,
            "unit": one.quantity.unit,
        }
