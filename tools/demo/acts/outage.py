"""The ERP dies in the middle of the shift; the line does not notice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plantmesh.erp.v1 import postings_pb2 as pb

from tools.demo.crew import order_keys
from tools.demo.scene import DemoError, Scene
from tools.demo.shift import PLANT


@asynccontextmanager
async def outage(scene: Scene) -> AsyncIterator[None]:
    """kill -9 once something is booked; back when half of the shift is counted, or later."""
    erp = scene.erp
    await scene.until(lambda: _booked(scene), f"the first posting in {erp.title}", log="erp-0")
    scene.mesh.kill(erp.process)
    before, confirmed = await erp.documents(), await _confirmed(scene)
    scene.say(f"{erp.title} is killed (kill -9) with {before} documents; the line goes on")
    yield
    await scene.until(lambda: _half_counted(scene), "half of the shift in mes", log="mes-0")
    waiting = await scene.until(lambda: _waiting(scene), "postings that wait", log="process-0")
    during = await _confirmed(scene) - confirmed
    if await erp.documents() != before:
        raise DemoError(f"{erp.title} was killed, and booked something")
    await scene.mesh.supervisor.start_one(erp.process)
    scene.say(f"{during} confirmations later {waiting} postings wait; {erp.title} is back")
    await scene.until(lambda: _booked(scene, before), "a posting after the outage", log="erp-0")
    scene.note("waited", waiting, f"postings, for {erp.title} to come back")


async def _half_counted(scene: Scene) -> bool:
    return 2 * await scene.counted() >= scene.shift.pieces


async def _confirmed(scene: Scene) -> int:
    return sum(order.last_confirmation_no for order in await scene.work_orders())


async def _booked(scene: Scene, more_than: int = 0) -> bool:
    return await scene.erp.documents() > more_than


async def _waiting(scene: Scene) -> int:
    request = pb.BatchGetPostingsRequest(orders=order_keys(PLANT, scene.shift.orders))
    postings = (await scene.crew.postings.BatchGetPostings(request)).postings
    return sum(one.state != pb.POSTING_STATE_POSTED for one in postings)
