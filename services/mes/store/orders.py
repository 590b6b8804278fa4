"""Work orders in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql

from services.kit.audit import made, saved, saw
from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.domain.backflush import Coverage
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.order import WorkOrder
from services.mes.domain.plan import Component, Control, Operation, Plan
from services.mes.domain.progress import Progress
from services.mes.store import tables as t

_KEY = (t.work_order.c.plant, t.work_order.c.order_no)
_COVERAGE = ("covered", "booked", "booked_unit", "share")
_STEP = (
    update(t.operation)
    .where(
        t.operation.c.plant == bindparam("of_plant"),
        t.operation.c.order_no == bindparam("of_order"),
        t.operation.c.sequence == bindparam("of_sequence"),
    )
    .values({name: bindparam(f"new_{name}") for name in ("good", "scrap", "rework")})
)
_COVER = (
    update(t.component)
    .where(
        t.component.c.plant == bindparam("of_plant"),
        t.component.c.order_no == bindparam("of_order"),
        t.component.c.line == bindparam("of_line"),
    )
    .values({name: bindparam(f"new_{name}") for name in _COVERAGE})
)
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
        found = {order.key: order for order in await _load(query)}
        for key, order in found.items() if lock else ():
            saw("work_order", str(key), _changing(order))
        return found

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
            made("work_order", str(order.key), _order_row(order))
        await t.write(insert(t.operation), [row for one in ordered for row in _operations(one)])
        await t.write(insert(t.component), [row for one in ordered for row in _components(one)])

    async def save(self, orders: Collection[WorkOrder]) -> None:
        """What changes while an order runs."""
        statement = (
            update(t.work_order)
            .where(_KEY[0] == bindparam("of_plant"), _KEY[1] == bindparam("of_order"))
            .values({name: bindparam(f"new_{name}") for name in _PROGRESS})
        )
        for order in orders:
            saved("work_order", str(order.key), _changing(order))
        await t.write(statement, [_progress(order) for order in orders])
        await t.write(_STEP, [row for one in orders for row in _steps(one)])
        await t.write(_COVER, [row for one in orders for row in _covered(one)])

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
    operations, components = await _lines(t.operation, keys), await _lines(t.component, keys)
    return [
        _order(row, operations[key], components[key]) for key, row in zip(keys, found, strict=True)
    ]


async def _lines(table: Table, keys: list[OrderKey]) -> defaultdict[OrderKey, list[Row[Any]]]:
    order = table.c.sequence if table is t.operation else table.c.line
    query = select(table).where(t.of_orders(table, keys)).order_by(order)
    found: defaultdict[OrderKey, list[Row[Any]]] = defaultdict(list)
    for row in await t.rows(query):
        found[OrderKey(row.plant, row.order_no)].append(row)
    return found


def _order(row: Row[Any], operations: list[Row[Any]], components: list[Row[Any]]) -> WorkOrder:
    unit = row.unit
    plan = Plan(
        key=OrderKey(row.plant, row.order_no),
        item_no=row.item_no,
        ordered=Quantity(row.ordered, unit),
        over_tolerance=row.over_tolerance,
        due_start=row.due_start,
        due_end=row.due_end,
        operations=tuple(_operation(one) for one in operations),
        components=tuple(_component(one) for one in components),
    )
    return WorkOrder(
        plan,
        as_of=row.as_of,
        lifecycle=Lifecycle(row.lifecycle),
        good=Quantity(row.good, unit),
        scrap=Quantity(row.scrap, unit),
        rework=Quantity(row.rework, unit),
        ended=set(row.ended),
        last_no=row.last_no,
        version=row.version,
        steps={one.sequence: _step(one, unit) for one in operations},
        covered={one.line: _coverage(one, unit) for one in components if one.covered is not None},
    )


def _operation(row: Row[Any]) -> Operation:
    return Operation(row.sequence, row.segment, row.work_center, Control(row.control))


def _component(row: Row[Any]) -> Component:
    quantity = Quantity(row.quantity, row.unit)
    return Component(row.position, row.item_no, quantity, row.backflush, row.operation, row.lot_no)


def _coverage(row: Row[Any], unit: str) -> Coverage:
    share = None if row.share is None else Fraction(row.share)
    return Coverage(Quantity(row.covered, unit), Quantity(row.booked, row.booked_unit), share)


def _step(row: Row[Any], unit: str) -> Progress:
    return Progress(Quantity(row.good, unit), Quantity(row.scrap, unit), Quantity(row.rework, unit))


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
    return {**_of(order), **new}


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
            "control": one.control.value,
            "good": 0,
            "scrap": 0,
            "rework": 0,
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
            "backflush": one.backflush,
            "operation": one.operation,
            "lot_no": one.lot_no,
        }


def _steps(order: WorkOrder) -> Iterable[dict[str, Any]]:
    """Of the operations of an order that anything ever became of."""
    for sequence, step in order.steps.items() if order.version > 1 else ():
        yield {
            **_of(order),
            "of_sequence": sequence,
            "new_good": step.good.value,
            "new_scrap": step.scrap.value,
            "new_rework": step.rework.value,
        }


def _covered(order: WorkOrder) -> Iterable[dict[str, Any]]:
    for line, coverage in order.covered.items():
        yield {
            **_of(order),
            "of_line": line,
            "new_covered": coverage.output.value,
            "new_booked": coverage.booked.value,
            "new_booked_unit": coverage.booked.unit,
            "new_share": None if coverage.share is None else str(coverage.share),
        }


def _of(order: WorkOrder) -> dict[str, Any]:
    return {"of_plant": order.key.plant, "of_order": order.key.order_no}
