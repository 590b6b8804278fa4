"""Where the use cases run, and what people do there."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from itertools import count
from typing import Protocol

import pytest

from services.kit.clock import Instant
from services.kit.errors import ConflictError, DomainError
from services.kit.measures import Ratio
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.application.apply_holds import apply_holds
from services.mes.application.command_lots import LotStep, command_lots, expire_lots
from services.mes.application.command_work_orders import Step, command_work_orders
from services.mes.application.confirm_operations import Result, confirm_operations
from services.mes.application.create_work_orders import create_work_orders
from services.mes.application.find import (
    list_lots,
    listing_of_lots,
)
from services.mes.application.follow_quality import Word, follow_quality
from services.mes.application.follow_stock import follow_stock
from services.mes.application.operate_lots import Operated, operate_lots
from services.mes.application.trace import trace
from services.mes.application.void_events import void_confirmations
from services.mes.application.void_operations import void_operations
from services.mes.domain.confirmation import Confirmation, Consumption
from services.mes.domain.genealogy import Direction
from services.mes.domain.hold import Hold
from services.mes.domain.keys import ReportKey
from services.mes.domain.lifecycle import Command
from services.mes.domain.lot import Lot
from services.mes.domain.lot_operation import LotOperation, What
from services.mes.domain.lot_state import (
    DispositionCommand,
    LotDisposition,
    LotQuality,
    QualityCommand,
)
from services.mes.domain.plan import Plan
from services.mes.domain.voiding import Void, VoidReason
from services.mes.ports import Books
from tests.unit.mes.reports import AT, LYON, NOON, lot_key, order_key

START = (Command.DISPATCH, Command.MAKE_READY, Command.START)


class Floor(Protocol):
    """Units of work over some books."""

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[str]:
        """Key and name of the facts that were committed, in order."""
        ...

    async def advance(self, by: timedelta) -> None:
        """Let time pass."""
        ...

    async def measure(
        self, lot: str, *ratios: Ratio, version: int = 1, retired: bool = False
    ) -> None:
        """What one lot was measured at, or is not any more."""
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


_ids = count()


async def operate(
    floor: Floor, *given: What, id: str = "", plant: str = LYON, at: Instant = AT
) -> Operated:
    """One batch; with the id given, or new ones."""
    operations = [LotOperation(id or f"op{next(_ids)}", plant, at, what) for what in given]
    async with floor.work() as books:
        return await operate_lots(books, operations)


async def void_operation(floor: Floor, *ids: str) -> None:
    """Declare operations void, one after the other."""
    reason = VoidReason.DID_NOT_OCCUR
    async with floor.work() as books:
        voids = [Void(ReportKey(LYON, id), reason, "line", NOON) for id in ids]
        await void_operations(books, voids)


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


async def left(floor: Floor, *names: str) -> list[str]:
    """What is left of each."""
    return [str((await lot(floor, name)).on_hand) for name in names]


async def dispose(
    floor: Floor, name: str, *given: QualityCommand | DispositionCommand
) -> list[LotDisposition]:
    """The disposition after each."""
    found = []
    for command in given:
        async with floor.work() as books:
            (after,) = await command_lots(books, [LotStep(lot_key(name), command, "seen")])
            found.append(after.disposition)
    return found


async def say(floor: Floor, name: str, *given: LotQuality, version: int = 1) -> None:
    """Quality's words, the first of this version."""
    words = [Word(lot_key(name), one, version + n, "seen") for n, one in enumerate(given)]
    async with floor.work() as books:
        await follow_quality(books, words)


async def follow(floor: Floor, *moved: LotOperation | Void) -> None:
    """What wms tells, in one batch."""
    async with floor.work() as books:
        await follow_stock(books, moved)


def told(id: str, what: What) -> LotOperation:
    """A movement, as wms tells of it."""
    return LotOperation(id, LYON, AT, what)


def reversed_by(id: str, original: str) -> Void:
    """A reversal, as wms tells of it."""
    key = ReportKey(LYON, original)
    return Void(key, VoidReason.DID_NOT_OCCUR, "storekeeper", NOON, (id,))


async def expire(floor: Floor) -> int:
    """One round."""
    async with floor.work() as books:
        return await expire_lots(books)


def bread(quantity: Quantity) -> Consumption:
    """Of lot L1."""
    return Consumption("BREAD", "L1", quantity)
