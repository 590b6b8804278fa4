"""The ledger dies in the middle of the shift; the line does not notice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plantmesh.erp.v1 import postings_pb2 as pb

from tools.demo.crew import order_keys
from tools.demo.scene import DemoError, Scene
from tools.demo.shift import PLANT

LEDGER = "ledger-0"


@asynccontextmanager
async def outage(scene: Scene) -> AsyncIterator[None]:
    """kill -9 once something is booked; back when half of the shift is counted, or later."""
    await scene.until(lambda: _booked(scene), "the first posting in the ledger", log="erp-0")
    scene.mesh.kill(LEDGER)
    before, confirmed = len(scene.journal()), await _confirmed(scene)
    scene.say(f"the ledger is killed (kill -9) with {before} documents; the line goes on")
    yield
    await scene.until(lambda: _half_counted(scene), "half of the shift in mes", log="mes-0")
    waiting = await scene.until(lambda: _waiting(scene), "postings that wait", log="process-0")
    during = await _confirmed(scene) - confirmed
    if len(scene.journal()) != before:
        raise DemoError("the ledger was killed, and booked something")
    await scene.mesh.supervisor.start_one(LEDGER)
    scene.say(f"{during} confirmations later {waiting} postings wait; the ledger is back")
    await scene.until(lambda: _booked(scene, before), "a posting after the outage", log="erp-0")
    scene.note("waited", waiting, "postings, for the ledger to come back")


async def _half_counted(scene: Scene) -> bool:
    return 2 * await scene.counted() >= scene.shift.pieces


async def _confirmed(scene: Scene) -> int:
    return sum(order.last_confirmation_no for order in await scene.work_orders())


async def _booked(scene: Scene, more_than: int = 0) -> bool:
    return len(scene.journal()) > more_than


async def _waiting(scene: Scene) -> int:
    request = pb.BatchGetPostingsRequest(orders=order_keys(PLANT, scene.shift.orders))
    postings = (await scene.crew.postings.BatchGetPostings(request)).postings
    return sum(one.state != pb.POSTING_STATE_POSTED for one in postings)
