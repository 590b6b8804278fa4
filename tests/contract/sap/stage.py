"""mock-sap from its own side: a planner at her desk, its database, and the way to it."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from secrets import token_hex
from typing import Protocol

import msgspec

from services.erp.adapters.odata import ODataErp
from services.erp.domain.keys import Trade
from tests.contract.erp_system.stage import ORDER, Trouble
from tests.contract.proxy import (
    Deal,
    Fault,
    Proxy,
    Visit,
    for_visits,
    hang_up,
    hear_nothing,
    once,
    page,
    said,
)
from tests.waiting import until
from tools.peers.sap import books
from tools.peers.sap.desk import PLANT, Desk
from tools.peers.sap.place import Place

BOOKS = "POST A_MaterialDocumentHeader"
_FEED = "GET A_ProductionOrder_2"
_PAGES = {
    Trouble.THROTTLED: ("429 Too Many Requests", "Retry-After: 2"),
    Trouble.NONSENSE: ("200 OK",),
}
_SCENARIOS = {Trouble.BUSY: "busy", Trouble.LOCKED: "lock"}
"""Bad days that are mock-sap's own."""
_LATER = dt.timedelta(seconds=5)
Change = Callable[[str, dt.datetime, str], Awaitable[None]]


class Connect(Protocol):
    """Opens an adapter of a kind, with some settings changed."""

    def __call__(
        self, kind: type[ODataErp] = ODataErp, **settings: object
    ) -> AbstractAsyncContextManager[ODataErp]:
        """Closed at the end."""
        ...


class SapStage:
    """An ERP emptied for each test, because SAP's order numbers are the same in all plants.

    Not had: PARTIAL, because a material document is booked whole; ASYNCHRONOUS, because the
    service books while the caller waits; ASKS, because it books or refuses, and warns afterwards.
    """

    made = "widget"
    used = "steel"
    unit = "KG"
    closed_day = dt.date(2020, 1, 31)
    troubles = frozenset(Trouble) - {Trouble.PARTIAL, Trouble.ASYNCHRONOUS, Trouble.ASKS}

    def __init__(self, desk: Desk, place: Place, proxy: Proxy) -> None:
        self.desk = desk
        self.proxy = proxy
        self.place = place
        self.plant = f"plant-{token_hex(4)}"

    async def open(self) -> None:
        """Master data, and the order that every test uses."""
        await self.desk.reset()
        await self.desk.keep(self.made, self.used)
        await self.release(ORDER)

    async def release(self, order_no: str, *, sales_order: str = "") -> None:
        """Create an order and release it."""
        await self.desk.release(order_no, self.made, self.used, sales_order=sales_order)

    async def trade(self, trade: Trade, order_no: str, *, lot: str = "") -> None:
        """Enter an order of one item."""
        if trade is Trade.SALES:
            await self.desk.sell(order_no, self.made, PLANT, batch=lot)
        else:
            await self.desk.buy(order_no, self.made, PLANT)

    async def overtake(self, slow: str, quick: str) -> "asyncio.Task[None]":
        """Slow's change bears the earlier stamp, and is there after the adapter heard of quick's.

        Its stamps are whole seconds, so they lie apart from those of what was before.
        """
        return await self._overtake(_FEED, self.desk.change, slow, quick)

    async def overtake_trade(self, trade: Trade, slow: str, quick: str) -> "asyncio.Task[None]":
        """Likewise."""
        if trade is Trade.SALES:
            return await self._overtake("GET A_SalesOrder", self.desk.change_sale, slow, quick)
        return await self._overtake("GET A_PurchaseOrder", self.desk.change_purchase, slow, quick)

    async def _overtake(
        self, feed: str, change: Change, slow: str, quick: str
    ) -> "asyncio.Task[None]":
        begun, told = dt.datetime.now(dt.UTC) + _LATER, self.proxy.answered.count(feed)

        async def is_told() -> bool:
            return self.proxy.answered.count(feed) > told

        async def change_late() -> None:
            await until(is_told)
            await change(slow, begun, "slow")

        await change(quick, begun + _LATER, "quick")
        return asyncio.create_task(change_late())

    async def bring(self, trouble: Trouble, *, seconds: float = 0.0) -> None:
        """On the way, or at its own door."""
        if trouble is Trouble.OUTAGE:
            await self.proxy.shut()
        elif trouble in _SCENARIOS:
            await self.desk.bring(
                scenario=_SCENARIOS[trouble], method="POST", match="Header$", count=1
            )
        else:
            self.proxy.fault = self._fault(trouble, seconds)

    async def clear(self) -> None:
        """Fair weather."""
        self.proxy.fault = None
        await self.proxy.open()
        await self.desk.clear()

    async def stock(self) -> dict[tuple[str, str], Decimal]:
        """As its movements add up."""
        return books.stock(self.place.database)

    async def documents(self, reference: str) -> list[str]:
        """Material documents whose lines bear the reference, and that nobody took back."""
        return books.standing(self.place.database, reference)

    def _fault(self, trouble: Trouble, seconds: float) -> Fault:
        if trouble in _PAGES:
            return for_visits(_saying(page(*_PAGES[trouble])))

        async def be_late(visit: Visit) -> None:
            self.proxy.later(seconds, visit.forward)

        deals: dict[Trouble, Deal] = {
            Trouble.LOST_BEFORE: hang_up,
            Trouble.LOST_AFTER: hear_nothing,
            Trouble.LATE: be_late,
            Trouble.DID_NOTHING: _saying(_created()),
        }
        return once(for_visits(deals[trouble], BOOKS))


def _created() -> bytes:
    """As if it had booked."""
    document = {"MaterialDocument": "4900000001", "MaterialDocumentYear": "2026"}
    return said(
        "201 Created", msgspec.json.encode({"d": document}), "Content-Type: application/json"
    )


def _saying(content: bytes) -> Deal:
    async def say(visit: Visit) -> None:
        await visit.answer(content)

    return say
