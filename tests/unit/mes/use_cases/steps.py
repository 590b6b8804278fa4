"""Where the use cases run, and what people do there."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from services.kit.errors import ConflictError, DomainError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.application.apply_holds import apply_holds
from services.mes.application.command_work_orders import Step, command_work_orders
from services.mes.application.confirm_operations import Result, confirm_operations
from services.mes.application.create_work_orders import create_work_orders
from services.mes.application.find import (
    list_lots,
    listing_of_lots,
)
from services.mes.application.trace import trace
from services.mes.application.void_events import void_confirmations
from services.mes.domain.confirmation import Confirmation, Consumption
from services.mes.domain.genealogy import Direction
from services.mes.domain.keys import ReportKey
from services.mes.domain.lifecycle import Command
from services.mes.domain.lot import Hold, Lot
from services.mes.domain.plan import Plan
from services.mes.domain.voiding import Void, VoidReason
from services.mes.ports import Books
from tests.unit.mes.reports import LYON, NOON, lot_key, order_key

START = (Command.DISPATCH, Command.MAKE_READY, Command.START)


class Floor(Protocol):
    """Units of work over some books."""

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[str]:
        """Key and name of the facts that were committed, in order."""
        ...

    async def forget_genealogy(self) -> None:
        """Lose every edge, as no use case does."""
        ...


async def create(floor: Floor, *plans: Plan) -> None:
    """Take over and start."""
    async with floor.work() as books:
        await create_work_orders(books, plans)
    for one in plans:
        await command(floor, one.key.order_no, *START)


async def command(floor: Floor, order_no: str, *given: Command) -> None:
    """One after the other, in one batch."""
    async with floor.work() as books:
        await command_work_orders(books, [Step(order_key(order_no), one) for one in given])


async def confirm(floor: Floor, *reports: Confirmation) -> list[Result]:
    """One batch."""
    async with floor.work() as books:
        return await confirm_operations(books, reports)


async def refused(
    floor: Floor, *reports: Confirmation, kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field of the refusal."""
    with pytest.raises(kind) as caught:
        await confirm(floor, *reports)
    return caught.value.code, caught.value.field


async def put(floor: Floor, *holds: Hold) -> list[str]:
    """Apply or lift."""
    async with floor.work() as books:
        return await apply_holds(books, holds)


async def void(floor: Floor, *ids: str, corrective: tuple[str, ...] = ()) -> None:
    """Declare confirmations void."""
    async with floor.work() as books:
        await void_confirmations(
            books,
            [
                Void(ReportKey(LYON, id), VoidReason.INCORRECT_DATA, "line", NOON, corrective)
                for id in ids
            ],
        )


async def lot(floor: Floor, name: str) -> Lot:
    """As it is now."""
    async with floor.work() as books:
        return (await books.lots.get([lot_key(name)]))[lot_key(name)]


async def family(floor: Floor, *names: str, direction: Direction) -> set[str]:
    """Item and number of every lot reached."""
    async with floor.work() as books:
        found = await trace(books, [lot_key(name) for name in names], direction)
    return {f"{one.key.item_no}/{one.key.lot_no}" for one in found.lots}


async def edges(floor: Floor) -> list[tuple[str, str, str]]:
    """Source, target and quantity of all of them."""
    async with floor.work() as books:
        cut = await list_lots(books, LYON, Page(listing_of_lots(LYON), 200))
        return [
            (one.link.source.lot_no, one.link.target.lot_no, str(one.quantity or "?"))
            for one in await books.genealogy.among([one.key for one in cut.rows])
        ]


def bread(quantity: Quantity) -> Consumption:
    """Of lot L1."""
    return Consumption("BREAD", "L1", quantity)
