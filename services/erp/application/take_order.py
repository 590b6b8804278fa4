"""Use case: an ERP's word on an order, in canonical codes, is stored and told."""

from collections.abc import Mapping

from services.erp.application.amounts import read_quantity
from services.erp.application.statuses import Say, read_status, saying, vocabulary
from services.erp.domain.codes import CodeTable
from services.erp.domain.document import OrderDocument
from services.erp.domain.keys import OrderKey
from services.erp.domain.order import (
    Component,
    Confirmed,
    Control,
    Operation,
    ProductionOrder,
    SalesLine,
    Status,
    tell,
)
from services.erp.ports import Books
from services.kit.errors import InvalidError

STATUSES: Mapping[str, Say[Status]] = {
    **vocabulary(Status()),
    # What code maps of before call it.
    "confirmation.full": saying(confirmation=Confirmed.FINAL),
}
"""The canonical codes of the code map domain `status`: each says one thing of an order."""


async def take_order(books: Books, system: str, document: OrderDocument) -> None:
    """Store what is new and tell of it; raises InvalidError naming the field that cannot be read.

    An ERP may only speak of orders of the plants it serves.
    """
    if await books.systems.of_plant(document.plant) != system:
        raise InvalidError(
            f"{system} does not serve the plant {document.plant}",
            code="foreign_plant",
            field="plant",
        )
    codes = await books.codes.table(system, document.plant, document.as_of)
    order = map_order(system, document, codes)
    await store_order(books, await books.orders.lock(order.key), order)


async def store_order(books: Books, known: ProductionOrder | None, order: ProductionOrder) -> None:
    """Store what is new about a locked order, and tell of it."""
    if news := tell(known, order):
        await books.orders.put(order, news)


def map_order(system: str, document: OrderDocument, codes: CodeTable) -> ProductionOrder:
    """The order in canonical codes; raises InvalidError on an unmapped one."""
    return ProductionOrder(
        key=OrderKey(document.plant, document.order_no),
        system=system,
        item_no=document.item_no,
        quantity=read_quantity(document.amount, document.unit, codes, "quantity"),
        status=read_status(Status(), document.statuses, STATUSES, codes),
        version=document.version,
        as_of=document.as_of,
        due_start=document.due_start,
        due_end=document.due_end,
        components=tuple(
            Component(
                part.position,
                part.item_no,
                read_quantity(part.amount, part.unit, codes, f"components[{index}].quantity"),
                part.backflush,
                part.operation,
                part.lot_no,
            )
            for index, part in enumerate(document.components)
        ),
        operations=tuple(
            Operation(
                step.sequence,
                step.segment,
                codes.resolve(
                    "work_center", step.work_center, field=f"operations[{index}].work_center"
                ),
                _control(step.control_key, codes, field=f"operations[{index}].control_key"),
            )
            for index, step in enumerate(document.operations)
        ),
        sales_line=SalesLine(document.sales_order, document.sales_line)
        if document.sales_order
        else None,
    )


def _control(code: str, codes: CodeTable, *, field: str) -> Control:
    """None where the ERP says nothing, or nobody has mapped any of its control keys."""
    if not code or not codes.maps("control_key"):
        return Control.NONE
    canonical = codes.resolve("control_key", code, field=field)
    if canonical not in list(Control):
        raise InvalidError(
            f"{code} is mapped to {canonical[:40]!r}, which is no control key",
            code="unknown_control_key",
            field=field,
            hint=f"one of {', '.join(Control)}",
        )
    return Control(canonical)
