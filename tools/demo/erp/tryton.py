"""Tryton, an ERP of another make: its users work over proteus, and so does the judge."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tools.demo.erp.book import Booking, Entry
from tools.demo.erp.moves import entries, flaws
from tools.demo.shift import (
    BUYER,
    COSTS,
    CUSTOMER,
    HEATS,
    KILOGRAMS,
    MADE,
    PER_PIECE,
    PIECES,
    PLANT,
    PRICE,
    REASON,
    SALE,
    SOLD,
    STOCK,
    UNMAPPED_REASON,
    USED,
    ZONE,
    Shift,
)
from tools.mesh.mesh import Mesh
from tools.peers.tryton.desk import Desk
from tools.peers.tryton.place import NAME, declare, settle
from tools.peers.tryton.template import LOGIN, template

_RUNNING, _DONE = "running", "done"
_BOOKED = (
    "SELECT count(DISTINCT n.message) FROM ir_note n"
    " JOIN stock_move m ON n.resource = 'stock.move,' || m.id"
    " WHERE m.state = 'done' AND %(reference)s::text IN ('', n.message)"
)
_RECEIVED = (
    "SELECT coalesce(sum(m.quantity), 0) FROM stock_move m JOIN stock_lot l ON l.id = m.lot"
    " JOIN product_product p ON p.id = m.product JOIN stock_location t ON t.id = m.to_location"
    " WHERE m.state = 'done' AND t.type = 'storage'"
    " AND p.code = %(item)s AND l.number = %(lot)s"
)


class Tryton:
    """A database of its own on the mesh's PostgreSQL, a warehouse named like the plant."""

    name, title, process = "tryton", "Tryton", NAME
    poll_seconds = 2.0
    budget, patience = 200.0, 300.0
    words: Mapping[str, str] = {
        PIECES: "u",
        KILOGRAMS: "kg",
        REASON: "S01",
        UNMAPPED_REASON: "S01",
    }
    codes = (
        ("uom", words[PIECES], PIECES),
        ("uom", words[KILOGRAMS], KILOGRAMS),
        ("work_center", "WC-1", "press-1"),
        ("reason", words[REASON], REASON),
        *(("status", state, "lifecycle.planned") for state in ("request", "draft")),
        *(("status", state, "lifecycle.released") for state in ("waiting", "assigned", _RUNNING)),
        ("status", _DONE, "lifecycle.closed"),
        ("status", "cancelled", "lifecycle.cancelled"),
        *(
            ("status", f"sale.state {state}", "sales_order.lifecycle.confirmed")
            for state in ("confirmed", "processing")
        ),
        ("status", "sale.shipment_state waiting", "none"),
        ("party", BUYER, CUSTOMER),
    )

    def __init__(self, root: Path) -> None:
        self._root = root
        self._template = template()
        self._finished = frozenset[str]()

    @property
    def secret(self) -> str:
        """The password of the platform's user, who is no administrator."""
        return self._template.password(LOGIN)

    @property
    def settings(self) -> Mapping[str, Any]:
        """As short as the story's outages."""
        return {
            "url": self._place.url,
            "plaintext": True,
            "user": self._place.adapter.name,
            "request_timeout": 15.0,
            "longest_request_seconds": 5.0,
            "overlap_seconds": 5.0,
            "confirm_warnings": ["*"],
            "sales_orders": True,
            "lane": {"batch": 2, "lease": 40.0},
        }

    async def open(self, mesh: Mesh) -> None:
        """A fresh database, and Tryton over it until the mesh stops."""
        self._place = settle(self._root, mesh.server_url)
        await mesh.run(declare(self._place))
        self._desk = Desk(self._place.url, self._place.admin)

    async def close(self) -> None:
        """The desk is left."""
        await self._desk.close()

    async def release(self, shift: Shift) -> None:
        """Products with bill of material and routing, steel, and the orders."""
        await self._desk.run("introduce", _plant())
        today = dt.datetime.now(dt.UTC).date().isoformat()
        orders = [
            {
                "reference": number,
                "product": MADE,
                "quantity": str(shift.ordered(number)),
                "warehouse": PLANT,
                "start": today,
            }
            for number in shift.orders
        ]
        await self._desk.run("release", {"orders": orders})

    async def close_orders(self, orders: Sequence[str]) -> None:
        """What is still open of them is struck out, their works end, they are done."""
        await self._desk.run("finish", {"orders": list(orders)})
        self._finished = frozenset(orders)

    async def sell(self, lot: str) -> None:
        """Agreed and under way: its shipment waits, and will take the lot."""
        today = dt.datetime.now(dt.UTC).date().isoformat()
        order = {
            "model": "sale.sale",
            "number": SALE,
            "party": BUYER,
            "product": MADE,
            "quantity": str(SOLD),
            "price": str(PRICE),
            "date": today,
            "warehouse": PLANT,
            "lot": lot,
        }
        await self._desk.run("trade", {"orders": [order]})

    async def documents(self, reference: str = "") -> int:
        """By its database, which outlives it: references on moves that are done."""
        return int(await self._ask(_BOOKED, {"reference": reference}))

    async def received(self, lot: str) -> Decimal:
        """By its database too: asking Tryton itself all the time would keep it from its work."""
        return Decimal(str(await self._ask(_RECEIVED, {"lot": lot, "item": MADE})))

    async def journal(self) -> list[Entry]:
        """Moves that are done, by the reference in their notes."""
        return entries((await self._read("moves"))["moves"])

    async def bookings(self) -> list[Booking]:
        """Moves of accounts that moves of stock made."""
        lines = (await self._read("ledger"))["ledger"]
        return [
            Booking(
                one["product"], one["order"], one["from"], one["on_stock"], Decimal(one["amount"])
            )
            for one in lines
            if one["posted"]
        ]

    async def moved(self) -> Mapping[tuple[str, str], Decimal]:
        """Its storage, less the steel that was delivered."""
        moved: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in (await self._read("stock"))["stock"]:
            if row["at"] == "storage":
                moved[row["product"], row["lot"]] += Decimal(row["quantity"])
        for heat in HEATS:
            moved[USED, heat] -= STOCK
        return {key: amount for key, amount in moved.items() if amount}

    async def differences(self) -> list[str]:
        """Productions that neither run nor were finished, and moves without a reference or done."""
        books = await self._read("productions", "moves", "stock")
        return [
            *(
                f"{one['reference']}: its production is {one['state']}"
                for one in books["productions"]
                if one["state"] != (_DONE if one["reference"] in self._finished else _RUNNING)
            ),
            *flaws(books["moves"]),
            *(
                f"{row['quantity']} of {row['product']}/{row['lot']} in storage"
                for row in books["stock"]
                if row["at"] == "storage" and Decimal(row["quantity"]) < 0
            ),
        ]

    async def _ask(self, query: LiteralString, params: Mapping[str, str]) -> Any:
        url = self._place.database
        async with await psycopg.AsyncConnection.connect(url) as connection:
            [(value,)] = await (await connection.execute(query, params)).fetchall()
        return value

    async def _read(self, *of: str) -> dict[str, Any]:
        return await self._desk.run("read", {"warehouse": PLANT, "of": of})


def _plant() -> dict[str, Any]:
    return {
        "zones": [ZONE],
        "warehouses": [{"code": PLANT, "name": "Lyon", "reasons": ["S01"]}],
        "products": [
            {"code": USED, "name": "Steel strip", "unit": "Kilogram", "cost": str(COSTS[USED])},
            {
                "code": MADE,
                "name": "Bracket, pressed",
                "unit": "Unit",
                "cost": str(COSTS[MADE]),
                "made": True,
            },
        ],
        "work_centers": [{"name": "WC-1", "warehouse": PLANT}],
        "parties": [{"code": BUYER, "name": "Acme"}],
        "boms": [
            {
                "product": MADE,
                "inputs": [{"product": USED, "quantity": str(PER_PIECE)}],
                "operations": ["press"],
                "work_center": "WC-1",
            }
        ],
        "stock": [
            {"product": USED, "lot": heat, "quantity": str(STOCK), "warehouse": PLANT}
            for heat in HEATS
        ],
    }
