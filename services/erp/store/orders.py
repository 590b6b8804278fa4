"""Production orders in SQL; what changes is told through the outbox in the same transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import tuple_
from sqlmodel import col, select

from services.erp import wire
from services.erp.domain.keys import CommercialKey, OrderKey
from services.erp.domain.order import (
    Component,
    Confirmed,
    Control,
    Extent,
    Lifecycle,
    News,
    Operation,
    ProductionOrder,
    SalesLine,
    Status,
)
from services.erp.store.tables import OrderRow
from services.kit.backbone.outbox import emit
from services.kit.paging import Cut, Page
from services.kit.quantity import Quantity
from services.kit.store import current_work

_WALK = 200


class SqlOrders:
    """Orders over PostgreSQL."""

    async def get_many(self, keys: Collection[OrderKey]) -> Mapping[OrderKey, ProductionOrder]:
        """Those that exist."""
        wanted = [(key.plant, key.order_no) for key in keys]
        query = select(OrderRow).where(
            tuple_(col(OrderRow.plant), col(OrderRow.order_no)).in_(wanted)
        )
        rows = await current_work().session.exec(query)
        orders = [_read(row) for row in rows]
        return {order.key: order for order in orders}

    async def page(self, plant: str, page: Page) -> Cut[ProductionOrder]:
        """Orders of a plant by order number."""
        query = select(OrderRow).where(OrderRow.plant == plant)
        if page.after:
            query = query.where(col(OrderRow.order_no) > page.after[0])
        rows = await current_work().session.exec(
            query.order_by(col(OrderRow.order_no)).limit(page.limit)
        )
        return page.cut([_read(row) for row in rows], lambda order: (order.key.order_no,))

    async def walk(self, after: OrderKey | None) -> Sequence[ProductionOrder]:
        """Some hundreds of all orders, by key."""
        place = tuple_(col(OrderRow.plant), col(OrderRow.order_no))
        query = select(OrderRow).order_by(place).limit(_WALK)
        if after:
            query = query.where(place > tuple_(after.plant, after.order_no))
        return [_read(row) for row in await current_work().session.exec(query)]

    async def making_for(self, orders: Collection[CommercialKey]) -> Sequence[ProductionOrder]:
        """Those that make for these sales orders, by key."""
        wanted = [(key.plant, key.order_no) for key in orders]
        place = tuple_(col(OrderRow.plant), col(OrderRow.sales_order_no))
        query = select(OrderRow).where(place.in_(wanted), OrderRow.sales_order_no != "")
        query = query.order_by(col(OrderRow.plant), col(OrderRow.order_no))
        return [_read(row) for row in await current_work().session.exec(query)]

    async def lock(self, key: OrderKey) -> ProductionOrder | None:
        """The order, for a change; a lock on its name covers one that does not exist yet."""
        await current_work().sql(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (str(key),)
        )
        return (await self.get_many([key])).get(key)

    async def put(self, order: ProductionOrder, news: News) -> None:
        """Store the order and tell of it, or neither."""
        work = current_work()
        await work.session.merge(_write(order))
        emit(work, str(order.key), wire.write_order_event(order, news), subject=str(order.key))


def _write(order: ProductionOrder) -> OrderRow:
    return OrderRow(
        plant=order.key.plant,
        order_no=order.key.order_no,
        system=order.system,
        item_no=order.item_no,
        amount=order.quantity.value,
        unit=order.quantity.unit,
        **asdict(order.status),
        version=order.version,
        as_of=order.as_of,
        due_start=order.due_start,
        due_end=order.due_end,
        components=[
            {
                "position": part.position,
                "item_no": part.item_no,
                "amount": part.quantity.text,
                "unit": part.quantity.unit,
                "backflush": part.backflush,
                "operation": part.operation,
                "lot_no": part.lot_no,
            }
            for part in order.components
        ],
        operations=[asdict(step) for step in order.operations],
        sales_order_no=order.sales_line.order_no if order.sales_line else "",
        sales_line_no=order.sales_line.line_no if order.sales_line else 0,
    )


def _read(row: OrderRow) -> ProductionOrder:
    return ProductionOrder(
        key=OrderKey(row.plant, row.order_no),
        system=row.system,
        item_no=row.item_no,
        quantity=Quantity(row.amount, row.unit),
        status=Status(
            Lifecycle(row.lifecycle),
            Confirmed(row.confirmation),
            Extent(row.delivery),
            row.technically_complete,
            row.material_shortage,
            row.quality_hold,
        ),
        version=row.version,
        as_of=row.as_of,
        due_start=row.due_start,
        due_end=row.due_end,
        components=tuple(
            Component(
                part["position"],
                part["item_no"],
                Quantity.parse(part["amount"], part["unit"]),
                part.get("backflush", False),
                part.get("operation", 0),
                part.get("lot_no", ""),
            )
            for part in row.components
        ),
        operations=tuple(
            Operation(**{**step, "control": Control(step.get("control", Control.NONE))})
            for step in row.operations
        ),
        sales_line=SalesLine(row.sales_order_no, row.sales_line_no) if row.sales_order_no else None,
    )
