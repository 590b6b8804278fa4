"""The embedded ledger: its journal is a file, and survives it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from tools.demo.erp.book import Booking, Entry, Line
from tools.demo.shift import (
    BUYER,
    CUSTOMER,
    KILOGRAMS,
    MADE,
    PER_PIECE,
    PIECES,
    PLANT,
    PRICE,
    REASON,
    SALE,
    SOLD,
    UNMAPPED_REASON,
    USED,
    Shift,
)
from tools.mesh.files import remembered_secret
from tools.mesh.mesh import Mesh
from tools.simulators.ledger import place
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.journal import documents
from tools.simulators.ledger.papers import (
    Component,
    Document,
    Due,
    Item,
    Lot,
    Operation,
    Order,
    Trade,
    TradeLine,
)


class Ledger:
    """Kept in `root`/ledger."""

    name, title, process = "ledger", "the ledger", "ledger-0"
    poll_seconds = 0.5
    budget, patience = 50.0, 120.0
    words: Mapping[str, str] = {
        PIECES: "PC",
        KILOGRAMS: "KG",
        REASON: "S01",
        UNMAPPED_REASON: "S01",
    }
    codes = (
        ("uom", words[PIECES], PIECES),
        ("uom", words[KILOGRAMS], KILOGRAMS),
        ("work_center", "WC-1", "press-1"),
        ("reason", words[REASON], REASON),
        ("status", "CRTD", "lifecycle.planned"),
        ("status", "REL", "lifecycle.released"),
        ("status", "CLSD", "lifecycle.closed"),
        ("status", "DLFL", "lifecycle.cancelled"),
        ("status", "PCNF", "confirmation.partial"),
        ("status", "CNF", "confirmation.final"),
        ("status", "TECO", "technically_complete"),
        ("status", "MSPT", "material_shortage"),
        ("status", "PDLV", "delivery.partial"),
        ("status", "DLV", "delivery.full"),
        ("status", "OPEN", "sales_order.lifecycle.confirmed"),
        ("party", BUYER, CUSTOMER),
    )

    def __init__(self, root: Path) -> None:
        self._place = place.Place(root / "ledger")
        self._open = AsyncExitStack()

    @property
    def secret(self) -> str:
        """Its API key."""
        return remembered_secret(self._place.key)

    @property
    def settings(self) -> Mapping[str, Any]:
        """As short as the story's outages."""
        return {
            "url": self._client.url,
            "request_timeout": 1.0,
            "longest_request_seconds": 2.0,
            "overlap_seconds": 2.0,
            "lane": {"batch": 5, "lease": 8.0},
        }

    async def open(self, mesh: Mesh) -> None:
        """Run it until the mesh stops."""
        [program] = await mesh.run(place.declare(self._place.folder))
        self._client = await self._open.enter_async_context(Client(program, self._place))

    async def close(self) -> None:
        """Let go of connections."""
        await self._open.aclose()

    async def release(self, shift: Shift) -> None:
        """Material and orders."""
        await self._client.keep(Item(MADE, "PC"))
        await self._client.keep(Item(USED, "KG"))
        await self._client.release(*_orders(shift))

    async def close_orders(self, orders: Sequence[str]) -> None:
        """At its counter."""
        for order in orders:
            await self._client.move_order(PLANT, order, "close")

    async def sell(self, lot: str) -> None:
        """A line of that lot."""
        meant = Lot(lot, SOLD, "PC")
        due = Due(SOLD, requested=dt.datetime.now(dt.UTC))
        line = TradeLine(10, MADE, SOLD, "PC", (due,), (meant,), price=str(PRICE))
        await self._client.put_trade(Trade("sales", PLANT, SALE, BUYER, ("OPEN",), (line,)))

    async def documents(self, reference: str = "") -> int:
        """By its file."""
        found = (one.posting.reference for one in documents(self._place.journal))
        return sum(not reference or one == reference for one in found)

    async def received(self, lot: str) -> Decimal:
        """By its file."""
        entries = await self.journal()
        lines = (line for entry in entries if entry.kind == "yield" for line in entry.lines)
        return sum((line.quantity for line in lines if line.lot == lot), Decimal(0))

    async def journal(self) -> list[Entry]:
        """By its file, in order of arrival."""
        return [_entry(one) for one in documents(self._place.journal)]

    async def bookings(self) -> list[Booking]:
        """It counts goods, not money."""
        return []

    async def moved(self) -> Mapping[tuple[str, str], Decimal]:
        """It began with nothing, and lets lots go below that."""
        stock = await self._client.stock(PLANT)
        return {key: Decimal(amount) for key, amount in stock.items() if Decimal(amount)}

    async def differences(self) -> list[str]:
        """Its journal holds what was booked and nothing else."""
        return []


def _entry(document: Document) -> Entry:
    paper = document.posting
    lines = (Line(one.item, one.quantity, one.unit, one.lot, one.reason) for one in paper.lines)
    return Entry(paper.reference, paper.order, tuple(lines))


def _orders(shift: Shift) -> Iterable[Order]:
    start = dt.datetime.now(dt.UTC)
    for number in shift.orders:
        ordered = shift.ordered(number)
        yield Order(
            plant=PLANT,
            order=number,
            item=MADE,
            quantity=ordered,
            unit="PC",
            due_start=start,
            due_end=start + dt.timedelta(days=1),
            components=(Component(10, USED, ordered * PER_PIECE, "KG"),),
            operations=(Operation(10, "press", "WC-1"),),
        )
