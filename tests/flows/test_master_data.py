"""A steward maps a code that an ERP said: what waited goes on, also while reference is away."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal

import orjson
import pytest

from services.kit.lanes.systems import put_system
from services.kit.store import Store
from tests.servers import scratch_folder
from tests.shopfloor import NOON, PLANT, Desk, booked, ledger_system, output, release_orders
from tests.waiting import until
from tools.mesh.files import remembered_secret
from tools.mesh.mesh import Mesh
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK
from tools.mesh.program import HERE
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.papers import Item, Order
from tools.simulators.ledger.place import Place, declare

pytestmark = pytest.mark.flow

SEED = HERE / "tools" / "simulators" / "lyon.yaml"


@dataclass(frozen=True)
class Office:
    """The processes, the ledger's counter, and a command line."""

    mesh: Mesh
    ledger: Client
    place: Place
    desk: Desk

    async def plantctl(self, *words: str) -> str:
        """What it prints; fails when it does."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tools.plantctl", "--root", str(self.mesh.root)),
            *("--address", f"reference={_address(self.mesh, 'reference')}", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=HERE,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()

    async def known(self, *orders: str) -> bool:
        """Whether erp has read exactly these."""
        return sorted(await self.desk.orders()) == sorted(orders)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """reference and erp, which know nothing yet, and a ledger."""
    with scratch_folder() as root:
        place = Place(root / "ledger")
        secrets = orjson.dumps({"ledger": remembered_secret(place.key)}).decode()
        env = {"PLANTMESH_SECRETS": secrets, "PLANTMESH_POLL_SECONDS": "0.3"}
        async with Mesh(root, services=("reference", "erp"), env=env, durable=False) as mesh:
            [program] = await mesh.run(declare(place.folder))
            desk = Desk(_address(mesh, "erp"), mesh.issuer.signer.mint(USERS["operator"]))
            async with Client(program, place) as ledger:
                await _route(mesh.databases["erp"], ledger.url)
                yield Office(mesh, ledger, place, desk)
            await desk.close()


async def test_what_nobody_mapped_waits_for_a_steward_and_goes_on(office: Office) -> None:
    assert "21 of 21 changed" in await office.plantctl("seed", str(SEED))
    assert "0 of 21 changed" in await office.plantctl("seed", str(SEED))
    await release_orders(office.ledger, ["4711"])
    await until(lambda: office.known("4711"))

    await office.ledger.keep(Item("bracket", "KAR"))
    await office.ledger.release(_in_cartons("4712"))
    await until(lambda: _listed(office, "KAR"))
    assert await office.known("4711")
    await office.plantctl("codes", "draft", "uom", "ledger", "KAR", "H87")
    await office.plantctl("--user", "planner", "codes", "approve", "uom", "ledger", "KAR")
    await until(lambda: office.known("4711", "4712"))
    assert "every code that was met is mapped" in await office.plantctl("codes", "waiting")

    # Reference hangs, and erp starts anew: what it has copied is enough.
    office.mesh.kill("reference-0", signal.SIGSTOP)
    try:
        office.mesh.kill("erp-0")
        await office.ledger.release(_in_cartons("4713"))
        await until(lambda: office.known("4711", "4712", "4713"))
        await office.desk.accept("k-1", [output("4711", 1)])
        await until(lambda: _booked(office))
    finally:
        office.mesh.kill("reference-0", signal.SIGCONT)


def _in_cartons(number: str) -> Order:
    return Order(PLANT, number, "bracket", Decimal(10), "KAR", due_start=NOON, due_end=NOON)


async def _listed(office: Office, code: str) -> bool:
    return code in await office.plantctl("codes", "waiting")


async def _booked(office: Office) -> bool:
    return len(booked(office.place.journal)) == 1


async def _route(dsn: str, url: str) -> None:
    store = Store(dsn, pool_size=1)
    async with store.work() as work:
        await put_system(work, ledger_system(url))
    await store.close()


def _address(mesh: Mesh, service: str) -> str:
    return f"{LOOPBACK}:{mesh.program(service).port('grpc')}"
