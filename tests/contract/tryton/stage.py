"""Tryton from its own side: an administrator at her desk, its tables, and the way to it."""

import asyncio
import datetime as dt
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from secrets import token_hex
from typing import Any, LiteralString, Protocol

import psycopg
import pytest

from services.erp.adapters.tryton import TrytonErp
from services.erp.domain.document import PostingDocument
from services.erp.domain.keys import Trade
from services.erp.ports import ErpSystem
from services.kit.lanes.outcome import Posted
from tests.contract.erp_system.stage import DAY, NOON, ORDER, Trouble, post
from tests.contract.proxy import (
    Deal,
    Fault,
    Proxy,
    Visit,
    for_visits,
    hang_up,
    hear_nothing,
    nothing,
    once,
    page,
)
from tests.contract.tryton.trades import MODELS, PARTNER, TOUCH, TOUCH_TRADE
from tests.waiting import until
from tools.peers.tryton.peer import Tryton

COST = "3.517"
"""Euros a kilogram, of everything: no count of it makes whole cents."""
BUTTONS = (
    ".create",
    ".write",
    ".do",
    ".run",
    ".wait",
    ".assign_force",
    ".start",
    ".stop",
    ".cancel",
)
"""How calls end that change something."""
BOOKS = ("model.stock.move.do", "model.stock.move.cancel")
"""After these a yield, or its reversal, stands."""
_PAGES = {
    Trouble.THROTTLED: ("429 Too Many Requests", "Retry-After: 2"),
    Trouble.NONSENSE: ("200 OK",),
}
_BLOCKED: LiteralString = (
    "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
)


class Connect(Protocol):
    """Opens an adapter of a kind, with some settings changed."""

    def __call__(
        self, kind: type[TrytonErp] = TrytonErp, **settings: object
    ) -> AbstractAsyncContextManager[TrytonErp]:
        """Closed at the end."""
        ...


async def book(erp: ErpSystem, paper: PostingDocument, *confirmed: str) -> Posted:
    """Find and post, which succeeds."""
    outcome = await post(erp, paper, *confirmed)
    assert isinstance(outcome, Posted), outcome
    return outcome


class TrytonStage:
    """A plant of its own in the one Tryton.

    Not had: PARTIAL, because a posting's moves are made in one transaction and booked in one;
    ASYNCHRONOUS, because Tryton's buttons work while the caller waits and give no token.
    """

    unit = "kg"
    closed_day = dt.date(2020, 1, 31)
    troubles = frozenset(Trouble) - {Trouble.PARTIAL, Trouble.ASYNCHRONOUS}

    def __init__(self, peer: Tryton, proxy: Proxy) -> None:
        self.peer = peer
        self.proxy = proxy
        tag = token_hex(4)
        self.plant, self.made, self.used = f"plant-{tag}", f"widget-{tag}", f"steel-{tag}"

    async def open(self) -> None:
        """Master data, and the order that every test uses."""
        center = f"WC-{self.plant}"
        product = {"unit": "Kilogram", "cost": COST}
        bom = {
            "product": self.made,
            "inputs": [{"product": self.used, "quantity": "1.5"}],
            "operations": ["press"],
            "work_center": center,
        }
        await self.peer.run(
            "introduce",
            {
                "warehouses": [{"code": self.plant, "name": self.plant}],
                "products": [
                    {"code": self.made, "name": self.made, "made": True, **product},
                    {"code": self.used, "name": self.used, **product},
                ],
                "work_centers": [{"name": center, "warehouse": self.plant}],
                "boms": [bom],
                "parties": [{"code": PARTNER, "name": "Sold and bought"}],
            },
        )
        await self.release(ORDER)

    async def release(self, order_no: str, *, sales_order: str = "", draft: bool = False) -> None:
        """Create an order for stock and release it, unless it shall stay a draft."""
        if sales_order:
            pytest.skip("not this ERP: its productions name no sale")
        order = {"reference": order_no, "product": self.made, "quantity": "100", "draft": draft}
        at = {"warehouse": self.plant, "start": NOON.date().isoformat()}
        await self.peer.run("release", {"orders": [order | at]})

    async def deliver(self, lot: str, quantity: str, *, item: str = "") -> None:
        """Material comes in, or another item."""
        stock = {"product": item or self.used, "lot": lot, "quantity": quantity}
        await self.peer.run("introduce", {"stock": [stock | {"warehouse": self.plant}]})

    async def pick(self, order_no: str, lot: str) -> str:
        """Somebody in the warehouse assigns a lot to what a sale's shipment takes; its state."""
        task = {"number": order_no, "warehouse": self.plant, "lot": lot}
        return str((await self.peer.run("pick", task))["state"])

    async def cancel(self, move: int) -> None:
        """Somebody strikes out a move by hand."""
        await self.peer.run("call", {"model": "stock.move", "method": "cancel", "args": [[move]]})

    async def tolerate(self, share: str) -> None:
        """From now on Tryton compares with the bill of material, give or take a share."""
        await self._sql(
            "UPDATE production_bom SET tolerance = %s WHERE name = %s", share, self.made
        )

    async def end_sessions(self) -> None:
        """The adapter has to log in again."""
        of_user = (
            "DELETE FROM ir_session WHERE create_uid = (SELECT id FROM res_user WHERE login=%s)"
        )
        await self._sql(of_user, self.peer.adapter.name)

    async def bring(self, trouble: Trouble, *, seconds: float = 0.0) -> None:
        """On the way, or in its database."""
        match trouble:
            case Trouble.OUTAGE:
                await self.proxy.shut()
            case Trouble.LOCKED:
                await self._lock()
            case _:
                self.proxy.fault = self._fault(trouble, seconds)

    async def clear(self) -> None:
        """Fair weather."""
        self.proxy.fault = None
        await self.proxy.open()

    async def trade(self, trade: Trade, order_no: str, *, lot: str = "") -> None:
        """Agreed, and under way."""
        order = {
            "model": MODELS[trade],
            "number": order_no,
            "party": PARTNER,
            "product": self.made,
            "quantity": "10",
            "price": "2.55",
            "date": DAY.isoformat(),
            "warehouse": self.plant,
            "lot": lot,
        }
        await self.peer.run("trade", {"orders": [order]})

    async def overtake_trade(self, trade: Trade, slow: str, quick: str) -> "asyncio.Task[None]":
        """The same of a sale or purchase."""
        return await self._overtake(TOUCH_TRADE[trade], MODELS[trade], slow, quick)

    async def overtake(self, slow: str, quick: str) -> "asyncio.Task[None]":
        """Slow's transaction stays open until the adapter was told of quick's."""
        return await self._overtake(TOUCH, "production", slow, quick)

    async def stock(self) -> dict[tuple[str, str], Decimal]:
        """What lies in the storage."""
        rows = (await self.read("stock"))["stock"]
        return {
            (row["product"], row["lot"]): Decimal(row["quantity"])
            for row in rows
            if row["at"] == "storage"
        }

    async def documents(self, reference: str) -> list[str]:
        """Done moves that bear the reference; the same line twice is a second document."""
        found: list[dict[tuple[str, str], int]] = []
        for move in await self.moves():
            if reference in move["notes"] and move["state"] == "done":
                line = move["product"], move["lot"]
                document = next((one for one in found if line not in one), None)
                if document is None:
                    found.append(document := {})
                document[line] = move["id"]
        return ["+".join(map(str, sorted(document.values()))) for document in found]

    async def moves(self) -> list[dict[str, Any]]:
        """Of all orders, in order of their making."""
        moves: list[dict[str, Any]] = (await self.read("moves"))["moves"]
        return moves

    async def state(self, order_no: str = ORDER) -> str:
        """Of a production."""
        [order] = [
            one
            for one in (await self.read("productions"))["productions"]
            if one["reference"] == order_no
        ]
        return str(order["state"])

    async def read(self, *books: str) -> dict[str, Any]:
        """As its own client shows them."""
        return await self.peer.run("read", {"warehouse": self.plant, "of": list(books)})

    async def _sql(self, statement: LiteralString, *values: str) -> None:
        async with await psycopg.AsyncConnection.connect(self.peer.database) as connection:
            await connection.execute(statement, values)

    async def _lock(self) -> None:
        """Somebody saves the order while the adapter's change waits for her."""
        connection = await psycopg.AsyncConnection.connect(self.peer.database)
        await connection.execute(TOUCH, [ORDER, self.plant])
        self.proxy.later(0, lambda: _save_when_awaited(connection, self.peer.database))

    async def _overtake(
        self, touch: LiteralString, model: str, slow: str, quick: str
    ) -> "asyncio.Task[None]":
        feed = f"model.{model}.search_read"
        began, told = asyncio.Event(), self.proxy.answered.count(feed)

        async def is_told() -> bool:
            return self.proxy.answered.count(feed) > told

        async def change() -> None:
            async with await psycopg.AsyncConnection.connect(self.peer.database) as connection:
                await connection.execute(touch, [slow, self.plant])
                began.set()
                await until(is_told)

        late = asyncio.create_task(change())
        await began.wait()
        await self._sql(touch, quick, self.plant)
        return late

    def _fault(self, trouble: Trouble, seconds: float) -> Fault:
        if trouble in _PAGES:
            return for_visits(_saying(page(*_PAGES[trouble])))
        if trouble is Trouble.BUSY:
            return once(for_visits(_saying(page("503 Service Unavailable")), *BUTTONS))

        async def be_late(visit: Visit) -> None:
            self.proxy.later(seconds, visit.forward)

        deals: dict[Trouble, Deal] = {
            Trouble.LOST_BEFORE: hang_up,
            Trouble.LOST_AFTER: hear_nothing,
            Trouble.LATE: be_late,
            Trouble.DID_NOTHING: _saying(nothing()),
        }
        return once(for_visits(deals[trouble], *BOOKS))


def _saying(content: bytes) -> Deal:
    async def say(visit: Visit) -> None:
        await visit.answer(content)

    return say


async def _save_when_awaited(connection: psycopg.AsyncConnection, database: str) -> bytes:
    async def awaited() -> bool:
        asked = await watch.execute(_BLOCKED, [connection.info.backend_pid])
        row = await asked.fetchone()
        return bool(row and row[0])

    async with connection, await psycopg.AsyncConnection.connect(database) as watch:
        await watch.set_autocommit(True)
        await until(awaited)
    return b""
