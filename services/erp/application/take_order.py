"""Use case: an ERP's word on an order, in canonical codes, is stored and told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from services.erp.domain.codes import CodeTable
from services.erp.domain.document import OrderDocument
from services.erp.domain.keys import OrderKey
from services.erp.domain.order import (
    Component,
    Confirmed,
    Extent,
    Lifecycle,
    Operation,
    ProductionOrder,
    Status,
    tell,
)
from services.erp.ports import Books
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity

Say = Callable[[Status], Status]


def _with(**change: Any) -> Say:
    return lambda status: replace(status, **change)


STATUSES: Mapping[str, Say] = {
    **{f"lifecycle.{value}": _with(lifecycle=value) for value in Lifecycle},
    **{f"confirmation.{value}": _with(confirmation=value) for value in Confirmed},
    # What code maps of before call it.
    "confirmation.full": _with(confirmation=Confirmed.FINAL),
    **{f"delivery.{value}": _with(delivery=value) for value in Extent},
    "technically_complete": _with(technically_complete=True),
    "material_shortage": _with(material_shortage=True),
    "quality_hold": _with(quality_hold=True),
    "none": lambda status: status,
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
        quantity=_quantity(document.amount, document.unit, codes, "quantity"),
        status=_status(document, codes),
        version=document.version,
        as_of=document.as_of,
        due_start=document.due_start,
        due_end=document.due_end,
        components=tuple(
            Component(
                part.position,
                part.item_no,
                _quantity(part.amount, part.unit, codes, f"components[{index}].quantity"),
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
            )
            for index, step in enumerate(document.operations)
        ),
    )


def _quantity(amount: str, unit: str, codes: CodeTable, field: str) -> Quantity:
    canonical = codes.resolve("uom", unit, field=f"{field}.unit")
    try:
        return Quantity.parse(amount, canonical)
    except InvalidError as error:
        raise InvalidError(
            str(error), code=error.code, field=f"{field}.{error.field}", hint=error.hint
        ) from error


def _status(document: OrderDocument, codes: CodeTable) -> Status:
    status = Status()
    for index, code in enumerate(document.statuses):
        field = f"statuses[{index}]"
        canonical = codes.resolve("status", code, field=field)
        if canonical not in STATUSES:
            raise InvalidError(
                f"{code} is mapped to {canonical[:40]!r}, which is no status",
                code="unknown_status",
                field=field,
                hint=f"one of {', '.join(STATUSES)}",
            )
        status = STATUSES[canonical](status)
    return status
