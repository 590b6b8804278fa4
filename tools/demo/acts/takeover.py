"""The collector that reads the line dies in the middle of the shift; the other one goes on."""

import psycopg
from plantmesh.telemetry.v1 import equipment_pb2 as pb

from services.telemetry.settings import LEASE
from tools.demo.scene import Scene
from tools.demo.shift import EQUIPMENT


async def takeover(scene: Scene) -> None:
    """kill -9 the one that leads; what is made until the other does counts all the same."""
    term, leader = await _lease(scene)
    scene.mesh.kill(leader)
    known = await scene.counted()
    scene.say(f"{leader}, which collects, is killed (kill -9) after {known} pieces")
    await scene.until(lambda: _told_since(scene, term), "another collector", log="telemetry-0")
    made = scene.pieces()
    await scene.until(lambda: _counted(scene, made), f"{made} pieces in mes", log="mes-0")
    follower = (await _lease(scene))[1]
    scene.say(f"{follower} took over; all {made} pieces made by then are counted")
    scene.note("taken over", made - known, f"pieces that {follower} told of instead of {leader}")


async def _counted(scene: Scene, count: int) -> bool:
    return await scene.counted() >= count


async def _told_since(scene: Scene, term: int) -> bool:
    """Whether something was heard from a later term."""
    request = pb.BatchGetEquipmentRequest(equipment=[EQUIPMENT])
    answer = await scene.crew.machines.BatchGetEquipment(request)
    return any(one.epoch > term for one in answer.equipment)


async def _lease(scene: Scene) -> tuple[int, str]:
    """The collectors' term, and who leads in it."""
    url = scene.mesh.databases["telemetry"]
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute(
            "SELECT epoch, holder FROM elector WHERE name = %s", (LEASE,)
        )
        [(epoch, holder)] = await found.fetchall()
    return epoch, holder
