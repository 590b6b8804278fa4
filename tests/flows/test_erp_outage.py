"""Orders come from the ledger and postings go back, through an outage and past a poisoned one."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal

import orjson
import psycopg
import pytest
from plantmesh.erp.v1 import orders_pb2, postings_pb2

from tests.servers import scratch_folder
from tests.shopfloor import (
    MADE,
    PLANT,
    USED,
    Desk,
    booked,
    input_of,
    introduce,
    judge,
    ledger_system,
    output,
    release_orders,
)
from tests.waiting import until
from tools.mesh.files import remembered_secret
from tools.mesh.mesh import Mesh
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.place import Place, declare

pytestmark = pytest.mark.flow

ORDERS = [f"47{number:02}" for number in range(12)]
CONFIRMATIONS = 8
POISONED = ORDERS[3], 2


@dataclass(frozen=True)
class Floor:
    """The processes, and who works with them."""

    mesh: Mesh
    ledger: Client
    place: Place
    desk: Desk


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    """erp, ledger, issuer, PostgreSQL and Valkey."""
    with scratch_folder() as root:
        place = Place(root / "ledger")
        secrets = orjson.dumps({"ledger": remembered_secret(place.key)}).decode()
        env = {"PLANTMESH_SECRETS": secrets, "PLANTMESH_POLL_SECONDS": "0.3"}
        async with Mesh(root, services=("reference", "erp"), env=env, durable=False) as mesh:
            [program] = await mesh.run(declare(place.folder))
            address = f"ipv4:{LOOPBACK}:{mesh.program('erp').port('grpc')}"
            desk = Desk(address, mesh.issuer.signer.mint(USERS["operator"]))
            async with Client(program, place) as ledger:
                await introduce(mesh.databases["erp"], ledger_system(ledger.url))
                yield Floor(mesh, ledger, place, desk)
            await desk.close()


async def test_every_posting_is_in_the_ledger_once_and_in_order(floor: Floor) -> None:
    await release_orders(floor.ledger, ORDERS)
    await until(lambda: all_released(floor))

    accepted = await report(floor, range(1, 4))
    await until(lambda: some_booked(floor, 10))
    floor.mesh.kill("ledger-0")
    accepted += await report(floor, range(4, CONFIRMATIONS + 1))
    during = len(booked(floor.place.journal))
    await floor.mesh.supervisor.start_one("ledger-0")

    await until(lambda: only_the_poisoned_order_waits(floor))
    assert during < len(accepted) / 2, "the outage came in the middle"
    [parked] = await floor.desk.parked()
    assert parked.reference == f"{PLANT}/{POISONED[0]}/{POISONED[1]}/consumption"
    assert (parked.code, parked.field) == ("unknown_item", "lines[0].item_no")
    assert parked.behind == 2 * (CONFIRMATIONS - POISONED[1]) + 1

    await floor.desk.mend(parked, USED)
    await until(lambda: all_posted(floor))
    verdict = judge(accepted, floor.place.journal)
    assert verdict.ok, verdict
    assert verdict.effects == len(accepted) == 2 * CONFIRMATIONS * len(ORDERS)
    await the_books_agree(floor, accepted)


async def report(floor: Floor, numbers: range) -> list[postings_pb2.Posting]:
    """Confirmations of every order, each number handed over twice."""
    accepted = []
    for number in numbers:
        batch = []
        for order in ORDERS:
            item = "unobtainium" if (order, number) == POISONED else USED
            batch += [input_of(order, number, item), output(order, number)]
        first = await floor.desk.accept(f"confirmation/{number}", batch)
        again = await floor.desk.accept(f"confirmation/{number}", batch)
        assert again == first
        anew = await floor.desk.accept(f"again/{number}", batch)
        assert [one.position for one in anew.accepted] == [one.position for one in first.accepted]
        accepted += batch
    return accepted


async def the_books_agree(floor: Floor, accepted: list[postings_pb2.Posting]) -> None:
    """Graph of postings, events and stock against the ledger's own books."""
    statuses = await floor.desk.statuses(ORDERS)
    assert {one.posting.reference for one in statuses} == {one.reference for one in accepted}
    numbers = [one.document for one in statuses]
    assert len(set(numbers)) == len(accepted)
    made, used = Decimal("2.5") * CONFIRMATIONS, Decimal("-1.25") * CONFIRMATIONS
    stock = {key: Decimal(amount) for key, amount in (await floor.ledger.stock(PLANT)).items()}
    assert stock == {
        (item, f"{kind}-{order}"): amount
        for order in ORDERS
        for item, kind, amount in ((MADE, "yield", made), (USED, "consumption", used))
    }
    events = told(floor)
    assert events["plantmesh.erp.v1.PostingDone"] == len(accepted)
    assert events["plantmesh.erp.v1.PostingRefused"] == 1
    assert events["plantmesh.erp.v1.ProductionOrderReleased"] == len(ORDERS)
    await until(lambda: all_partly_delivered(floor))


def told(floor: Floor) -> Counter[str]:
    """Events by type."""
    with psycopg.connect(floor.mesh.databases["erp"]) as connection:
        rows = connection.execute("SELECT type, count(*) FROM outbox GROUP BY type").fetchall()
    return Counter(dict(rows))


async def all_released(floor: Floor) -> bool:
    orders = await floor.desk.orders()
    released = orders_pb2.ORDER_LIFECYCLE_RELEASED
    return sorted(orders) == ORDERS and all(o.lifecycle == released for o in orders.values())


async def all_partly_delivered(floor: Floor) -> bool:
    orders = await floor.desk.orders()
    return all(order.delivery == orders_pb2.EXTENT_PARTIAL for order in orders.values())


async def some_booked(floor: Floor, count: int) -> bool:
    return len(booked(floor.place.journal)) >= count


async def states(floor: Floor) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = {order: Counter() for order in ORDERS}
    for one in await floor.desk.statuses(ORDERS):
        found[one.posting.order.order_no][one.state] += 1
    return found


async def only_the_poisoned_order_waits(floor: Floor) -> bool:
    by_order = await states(floor)
    waiting = by_order.pop(POISONED[0])
    return waiting[postings_pb2.POSTING_STATE_REFUSED] == 1 and all(
        set(counts) == {postings_pb2.POSTING_STATE_POSTED} for counts in by_order.values()
    )


async def all_posted(floor: Floor) -> bool:
    by_order = await states(floor)
    return all(set(counts) == {postings_pb2.POSTING_STATE_POSTED} for counts in by_order.values())
