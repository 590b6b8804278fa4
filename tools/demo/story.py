"""The story: orders are made, counted, inspected, posted; five things go wrong on the way."""

from collections.abc import Callable
from typing import Any

from plantmesh.mes.v1 import counts_pb2

from services.kit.ids import GraphId
from tools.demo.acts.hold import hold
from tools.demo.acts.mending import mending
from tools.demo.acts.outage import outage
from tools.demo.acts.restart import restart
from tools.demo.acts.takeover import takeover
from tools.demo.plant import WORDS
from tools.demo.recount import Recount, recount
from tools.demo.scene import DemoError, Happened, Scene
from tools.demo.shift import PLANT
from tools.demo.stand import stands

SERVICES = ("reference", "erp", "mes", "wms", "quality", "telemetry", "process")
COLLECTORS = 2
Say = Callable[[str], None]


async def play(scene: Scene) -> None:
    """All acts, until everything is where it belongs."""
    async with outage(scene):
        await restart(scene)
        await takeover(scene)
    await hold(scene)
    await mending(scene)
    await scene.until(lambda: settled(scene), "every posting in the ledger", log="process-0")
    _count(scene)


def _count(scene: Scene) -> None:
    """What heads the table."""
    repeated = [paper.order for paper in scene.ended() if paper.replayed]
    steps, journal = len(scene.made()), scene.journal()
    scene.happened[:0] = [
        Happened("counted", scene.pieces(), f"pieces, in {steps} steps of the line"),
        Happened("posted", len(journal), "documents in the ledger"),
        Happened("suppressed", len(repeated), f"ends of orders told twice: {', '.join(repeated)}"),
    ]


async def settled(scene: Scene) -> bool:
    """Nothing is on its way, and what waits for quality is what nobody decided.

    Raises DemoError for a count that mes could not book.
    """
    request = counts_pb2.ListUncountedRequest(plant=PLANT)
    if puzzles := (await scene.crew.counts.ListUncounted(request)).differences:
        raise DemoError(f"{len(puzzles)} counts wait for a person; the first:\n{puzzles[0]}")
    found = await stands(scene.graph, PLANT)
    waiting = sum(one.waiting for one in found.values())
    return (
        len(scene.ended()) == len(scene.shift.orders)
        and not any(one.on_the_way for one in found.values())
        and waiting == scene.shift.lot(scene.shift.undecided)
    )


async def judge(scene: Scene) -> Recount:
    """From the files outside, and the platform's word."""
    said = await stands(scene.graph, PLANT)
    return recount(scene.made(), scene.ended(), scene.journal(), said, WORDS)


async def federated(scene: Scene) -> dict[str, Any]:
    """The order with the most to tell, as one answer of all services."""
    id = GraphId("Order", PLANT, scene.shift.poisoned.order).encode()
    order: dict[str, Any] = (await scene.graph.ask("order", id=id))["order"]
    return order
