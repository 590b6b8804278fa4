"""A steward maps a code that an ERP said: what waited goes on, also while reference is away."""

import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
import pytest
from plantmesh.erp.v1.sources_pb2 import SOURCE_STATE_FRESH
from plantmesh.reference.v1.reference_pb2 import CODE_STATUS_APPROVED, CODE_STATUS_RETIRED

from services.kit.lanes.systems import put_system
from services.kit.store import Store
from tests.plantctl import plantctl
from tests.servers import scratch_folder
from tests.shopfloor import (
    MADE,
    NOON,
    PLANT,
    Desk,
    booked,
    ledger_system,
    output,
    posting,
    release_orders,
)
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
        code, said = await self.command(*words)
        assert code == 0, said
        return said

    async def json(self, *words: str) -> Any:
        """The same for scripts."""
        return orjson.loads(await self.plantctl(*words, "--json"))

    async def command(self, *words: str) -> tuple[int, str]:
        """How it ends, and what it prints."""
        ended = await plantctl(
            *("--root", str(self.mesh.root)),
            *("--address", f"reference={_address(self.mesh, 'reference')}"),
            *("--address", f"erp={_address(self.mesh, 'erp')}", *words),
        )
        return ended.code, ended.said

    async def refused(self, *words: str) -> str:
        """Why; fails when it is not."""
        code, said = await self.command(*words)
        assert code == 1, said
        return said

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
    [waiting] = await office.json("codes", "waiting")
    assert (waiting["code"]["owner"], waiting["documents"]) == ("master-data", 1)
    assert (waiting["first"][0]["kind"], waiting["first"][0]["key"]) == (
        "production_order",
        "lyon/4712",
    )
    await _say(office, "uom", "ledger", "KAR", "H87")
    await until(lambda: office.known("4711", "4712"))
    assert "every code that was met is mapped" in await office.plantctl("codes", "waiting")
    [source] = await office.json("sources")
    assert (source["system"], source["state"]) == ("ledger", SOURCE_STATE_FRESH)
    assert source["heard_at"] > source["changed_at"]
    await _a_posting_waits_for_its_code_alone(office)
    await _orders_are_mapped_again(office)

    # Reference hangs, and erp starts anew: what it has copied is enough.
    office.mesh.kill("reference-0", signal.SIGSTOP)
    try:
        office.mesh.kill("erp-0")
        await office.ledger.release(_in_cartons("4713"))
        await until(lambda: office.known("4711", "4712", "4713"))
        await office.desk.accept("k-2", [output("4711", 1)])
        await until(lambda: _booked(office, 2))
    finally:
        office.mesh.kill("reference-0", signal.SIGCONT)


def _in_cartons(number: str) -> Order:
    return Order(PLANT, number, "bracket", Decimal(10), "KAR", due_start=NOON, due_end=NOON)


async def _listed(office: Office, code: str) -> bool:
    return code in await office.plantctl("codes", "waiting")


async def _booked(office: Office, number: int) -> bool:
    return len(booked(office.place.journal)) == number


async def _say(office: Office, *words: str) -> None:
    """Drafted by the operator; whoever that is approves nothing of their own."""
    await office.plantctl("codes", "draft", *words)
    named = words[:3]
    assert "second_person_required" in await office.refused("codes", "approve", *named)
    await office.plantctl("--user", "planner", "codes", "approve", *named)


async def _a_posting_waits_for_its_code_alone(office: Office) -> None:
    """It goes out by itself when its reason has a code in the ledger."""
    scrap = posting("4711", 9, "scrap", MADE, "1")
    scrap.lines[0].reason = "burnt"
    await office.desk.accept("k-1", [scrap])
    await until(lambda: _listed(office, "burnt"))
    assert booked(office.place.journal) == []
    await _say(office, "reason", "ledger", "99", "burnt")
    await until(lambda: _booked(office, 1))


async def _orders_are_mapped_again(office: Office) -> None:
    """The diff is shown under the draft, and applied as shown once somebody else approved it."""
    draft = ("work_center", "ledger", "WC-1", "press-2", "--replaces", "1")
    await office.plantctl("codes", "draft", *draft)
    since = ("--system", "ledger", "--since", "2026-01-01")
    await until(lambda: _differs(office, *since, "--with-drafts"))
    diff = await office.json("mapping", "diff", *since, "--with-drafts")
    [change] = diff["changes"]
    assert change["document"] == "lyon/4711"
    assert change["fields"] == [
        {"field": "operations[0].work_center", "old": "press-1", "new": "press-2"}
    ]
    apply = ("mapping", "apply", "--digest", diff["digest"])
    assert "drafts_not_approved" in await office.refused(*apply)
    await office.plantctl("--user", "planner", "codes", "approve", "work_center", "ledger", "WC-1")
    await until(lambda: _differs(office, *since))
    assert "1 applied" in await office.plantctl(*apply)
    assert (await office.desk.orders())["4711"].operations[0].work_center == "press-2"
    assert not await _differs(office, *since)
    [old, new] = [one for one in await _versions(office) if one["code"]["code"] == "WC-1"]
    assert (old["status"], new["status"]) == (CODE_STATUS_RETIRED, CODE_STATUS_APPROVED)
    assert (new["steward"], new["approver"]) == ("operator", "planner")
    assert "press-2" in await office.plantctl("codes", "list", "--status", "approved")
    assert "operator" in await office.plantctl("mapping", "show", "--digest", diff["digest"])


async def _versions(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await office.json("codes", "list", "--system", "ledger")
    return found


async def _differs(office: Office, *words: str) -> bool:
    return bool((await office.json("mapping", "diff", *words))["changed"])


async def _route(dsn: str, url: str) -> None:
    store = Store(dsn, pool_size=1)
    async with store.work() as work:
        await put_system(work, ledger_system(url))
    await store.close()


def _address(mesh: Mesh, service: str) -> str:
    return f"{LOOPBACK}:{mesh.program(service).port('grpc')}"
