"""A person at the ledger's counter, and at its control port: for tests and demos."""

from typing import Any, Self

import aiohttp
import msgspec

from tools.mesh.ports import LOOPBACK
from tools.mesh.program import Program
from tools.simulators.ledger.faults import Fault, Throttle
from tools.simulators.ledger.papers import Account, Item, Order, Period, Posting, Trade
from tools.simulators.ledger.place import Place


class Client:
    """`async with Client(program, place) as ledger`. What the ledger refuses raises ClientError."""

    def __init__(self, program: Program, place: Place) -> None:
        self.url = f"http://{LOOPBACK}:{program.port('http')}"
        self._control = f"http://{LOOPBACK}:{program.port('control')}"
        self._headers = {"Authorization": f"Bearer {place.key.read_text()}"}

    async def __aenter__(self) -> Self:
        """Open."""
        self._session = aiohttp.ClientSession(raise_for_status=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self._session.close()

    # -- the ERP's own users

    async def keep(self, paper: Item | Period | Account) -> None:
        """Enter master data, open or close a period or an account."""
        await self._send("PUT", f"{self.url}/{paper.__struct_config__.tag}s", paper)

    async def put_order(self, order: Order) -> None:
        """Create or change an order."""
        await self._send("POST", f"{self.url}/orders", order)

    async def move_order(self, plant: str, order: str, how: str) -> None:
        """Release, close or cancel it."""
        await self._send("POST", f"{self.url}/orders/{plant}/{order}/{how}")

    async def release(self, *orders: Order) -> None:
        """Create and release."""
        for order in orders:
            await self.put_order(order)
            await self.move_order(order.plant, order.order, "release")

    async def put_trade(self, trade: Trade) -> None:
        """Create or change a sales or purchase order."""
        await self._send("POST", f"{self.url}/trades", trade)

    async def post(self, posting: Posting) -> str:
        """Book it by hand; the document's number."""
        return str((await self._send("POST", f"{self.url}/documents", posting))["document"])

    async def stock(self, plant: str) -> dict[tuple[str, str], str]:
        """Decimal strings by item and lot."""
        rows = (await self._send("GET", f"{self.url}/stock/{plant}"))["stock"]
        return {(row["item"], row["lot"]): row["quantity"] for row in rows}

    # -- its bad days

    async def bring(self, *faults: Fault) -> None:
        """Exactly these faults from now on; none = fair weather."""
        await self._send("PUT", f"{self._control}/faults", faults)

    async def left(self) -> list[int | None]:
        """How many visits each of the faults will still hurt."""
        async with self._session.get(f"{self._control}/faults") as got:
            counts: list[int | None] = await got.json()
        return counts

    async def bear(self, throttle: Throttle | None) -> None:
        """So many requests from now on."""
        await self._send("PUT", f"{self._control}/throttle", throttle)

    async def outage(self, down: bool) -> None:
        """Refuse connections, or take them again."""
        await self._send("PUT", f"{self._control}/outage", down)

    async def _send(self, method: str, url: str, body: object = None) -> dict[str, Any]:
        content = msgspec.json.encode(body) if method != "GET" else None
        async with self._session.request(method, url, data=content, headers=self._headers) as got:
            content = await got.read()
        answer: dict[str, Any] = msgspec.json.decode(content) if content else {}
        return answer
