"""The ledger dies in the middle of the shift; the line does not notice."""

from plantmesh.erp.v1 import postings_pb2 as pb

from tools.demo.crew import order_keys
from tools.demo.plant import PLANT
from tools.demo.scene import DemoError, Scene

LEDGER = "ledger-0"


async def outage(scene: Scene) -> None:
    """kill -9 after a third of the reports, back after two thirds."""
    third = len(scene.shift.jobs) // 3
    await scene.until(lambda: _reported(scene, third), f"{third} reports", log="line-0")
    await scene.until(lambda: _booked(scene), "the first posting in the ledger", log="erp-0")
    scene.mesh.kill(LEDGER)
    before = len(scene.journal())
    scene.say(f"the ledger is killed (kill -9) with {before} documents; the line goes on")

    await scene.until(
        lambda: _reported(scene, 2 * third), "reports during the outage", log="line-0"
    )
    waiting = await scene.until(lambda: _waiting(scene), "postings that wait", log="process-0")
    during = len(scene.reported())
    if len(scene.journal()) != before:
        raise DemoError("the ledger was killed, and booked something")
    await scene.mesh.supervisor.start_one(LEDGER)
    scene.say(f"{during} reports are confirmed, {waiting} postings wait; the ledger is back")
    await scene.until(lambda: _booked(scene, before), "a posting after the outage", log="erp-0")
    scene.note("waited", waiting, "postings, for the ledger to come back")


async def _reported(scene: Scene, count: int) -> bool:
    return len(scene.reported()) >= count


async def _booked(scene: Scene, more_than: int = 0) -> bool:
    return len(scene.journal()) > more_than


async def _waiting(scene: Scene) -> int:
    request = pb.BatchGetPostingsRequest(orders=order_keys(PLANT, scene.shift.orders))
    postings = (await scene.crew.postings.BatchGetPostings(request)).postings
    return sum(one.state != pb.POSTING_STATE_POSTED for one in postings)
