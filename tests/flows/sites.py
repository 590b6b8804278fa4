"""Plants with an ERP of their own make, side by side on one platform."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from services.erp.domain.codes import Code
from services.kit.lanes.systems import System, put_system
from services.kit.store import Store
from tests.copies import put_codes, put_plant
from tests.shopfloor import CODES, MADE, PLANT, UNIT, USED, ledger_system, release_orders
from tools.mesh.files import remembered_secret
from tools.mesh.mesh import Mesh
from tools.mesh.ports import LOOPBACK
from tools.peers.sap import place as sap
from tools.peers.sap.books import documents as sap_documents
from tools.peers.sap.desk import Desk as SapDesk
from tools.peers.tryton import place as tryton
from tools.peers.tryton.desk import Desk as TrytonDesk
from tools.peers.tryton.template import LOGIN, template
from tools.simulators.ledger import place as ledger
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.journal import documents

SAP_PLANT = "turin"
_SAP_CODES = (
    Code("uom", "KG", UNIT),
    Code("work_center", "WC-1", "press-1"),
    Code("status", "REL", "lifecycle.released"),
    Code("status", "TECO", "technically_complete"),
    Code("status", "PDLV", "delivery.partial"),
    Code("status", "DLV", "delivery.full"),
)
_TRYTON_CODES = (
    Code("uom", "kg", UNIT),
    Code("work_center", "WC-1", "press-1"),
    *(Code("status", word, "lifecycle.released") for word in ("waiting", "assigned", "running")),
)
_CLOCK = {"longest_request_seconds": 1.0, "overlap_seconds": 5.0}


class Site(Protocol):
    """A plant and its ERP; `process` is what a test kills."""

    plant: str
    process: str
    orders: Sequence[str]
    codes: Collection[Code]

    @property
    def secret(self) -> tuple[str, str]:
        """Name and value of its credential."""
        ...

    async def open(self, mesh: Mesh, until_end: AsyncExitStack) -> System:
        """Start it, release its orders; its row in `systems`."""
        ...

    async def booked(self) -> list[tuple[str, str]]:
        """(order, our reference) of each document in its own books."""
        ...


@dataclass
class LedgerSite:
    """Our ledger in Lyon."""

    root: Path
    orders: Sequence[str]
    plant: str = PLANT
    process: str = "ledger-0"
    codes: Collection[Code] = tuple(CODES)

    @property
    def _place(self) -> ledger.Place:
        return ledger.Place(self.root / "ledger")

    @property
    def secret(self) -> tuple[str, str]:
        """Its key."""
        return "ledger", remembered_secret(self._place.key)

    async def open(self, mesh: Mesh, until_end: AsyncExitStack) -> System:
        """Orders for 1000 widgets each."""
        [program] = await mesh.run(ledger.declare(self._place.folder))
        client = await until_end.enter_async_context(Client(program, self._place))
        await release_orders(client, self.orders)
        return ledger_system(client.url)

    async def booked(self) -> list[tuple[str, str]]:
        """From its journal."""
        return [
            (one.posting.order, one.posting.reference) for one in documents(self._place.journal)
        ]


@dataclass
class SapSite:
    """mock-sap in Turin."""

    root: Path
    orders: Sequence[str]
    plant: str = SAP_PLANT
    process: str = sap.NAME
    codes: Collection[Code] = _SAP_CODES

    @property
    def _place(self) -> sap.Place:
        return sap.Place(self.root / "sap")

    @property
    def secret(self) -> tuple[str, str]:
        """The password of the platform's user."""
        return "sap", self._place.password

    async def open(self, mesh: Mesh, until_end: AsyncExitStack) -> System:
        """Orders for 1000 widgets each."""
        [program] = await mesh.run(sap.declare(self._place))
        desk = await until_end.enter_async_context(SapDesk(program, self._place))
        await desk.keep(MADE, USED)
        for number in self.orders:
            await desk.release(number, MADE, USED, amount="1000")
        settings = {
            "url": f"http://{LOOPBACK}:{program.port('http')}/sap/opu/odata/sap/",
            "plaintext": True,
            "user": sap.USER,
            "plants": {self.plant: "1710"},
            "request_timeout": 2.0,
            "lane": {"batch": 4, "lease": 9.0},
            **_CLOCK,
        }
        return System("sap", "odata", (self.plant,), 200.0, "sap", settings)

    async def booked(self) -> list[tuple[str, str]]:
        """From its database."""
        return sap_documents(self._place.database)


@dataclass
class TrytonSite:
    """A real Tryton in Lyon."""

    root: Path
    orders: Sequence[str]
    plant: str = PLANT
    process: str = tryton.NAME
    codes: Collection[Code] = _TRYTON_CODES

    @property
    def secret(self) -> tuple[str, str]:
        """The password of the platform's user."""
        return "tryton", template().password(LOGIN)

    async def open(self, mesh: Mesh, until_end: AsyncExitStack) -> System:
        """Orders for 1000 widgets each."""
        place = tryton.settle(self.root, mesh.server_url)
        await mesh.run(tryton.declare(place))
        self._desk = await until_end.enter_async_context(TrytonDesk(place.url, place.admin))
        await self._desk.run("introduce", _company(self.plant))
        today = dt.datetime.now(dt.UTC).date().isoformat()
        order = {"product": MADE, "quantity": "1000", "warehouse": self.plant, "start": today}
        orders = [{"reference": number, **order} for number in self.orders]
        await self._desk.run("release", {"orders": orders})
        settings = {
            "url": place.url,
            "plaintext": True,
            "user": place.adapter.name,
            "negative_stock": True,
            "request_timeout": 40.0,
            "confirm_warnings": ["*"],
            "lane": {"batch": 2, "lease": 100.0},
            **_CLOCK,
        }
        return System("tryton", "tryton", (self.plant,), 200.0, "tryton", settings)

    async def booked(self) -> list[tuple[str, str]]:
        """From its moves that are done."""
        books = await self._desk.run("read", {"warehouse": self.plant, "of": ["moves"]})
        done = [move for move in books["moves"] if move["state"] == "done"]
        return [(move["order"], note) for move in done for note in move["notes"]]


async def introduce(dsn: str, sites: Iterable[tuple[Site, System]]) -> None:
    """Make the plants, their ERPs and the ERPs' codes known to the erp service."""
    store = Store(dsn, pool_size=1)
    async with store.work() as work:
        for site, system in sites:
            await put_system(work, replace(system, plants=(site.plant,)))
            await put_plant(site.plant, "Europe/Paris")
            await put_codes(system.id, site.codes)
    await store.close()


def _company(plant: str) -> dict[str, object]:
    product = {"unit": "Kilogram", "cost": "3.5"}
    bom = {
        "product": MADE,
        "inputs": [{"product": USED, "quantity": "1.5"}],
        "operations": ["press"],
        "work_center": "WC-1",
    }
    return {
        "warehouses": [{"code": plant, "name": plant}],
        "products": [
            {"code": MADE, "name": MADE, "made": True, **product},
            {"code": USED, "name": USED, **product},
        ],
        "work_centers": [{"name": "WC-1", "warehouse": plant}],
        "boms": [bom],
    }
