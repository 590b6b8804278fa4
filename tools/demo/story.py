"""The story: orders are made, counted, inspected, posted and closed; five things go wrong."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from plantmesh.mes.v1 import counts_pb2

from services.kit.ids import GraphId
from tools.demo.acts.closing import books, closing
from tools.demo.acts.hold import hold
from tools.demo.acts.mending import mending
from tools.demo.acts.outage import outage
from tools.demo.acts.restart import restart
from tools.demo.acts.selling import selling
from tools.demo.acts.takeover import takeover
from tools.demo.ledgers import Left, Row, beside
from tools.demo.recount import Books, Recount, recount
from tools.demo.scene import DemoError, Happened, Scene
from tools.demo.shift import PLANT
from tools.demo.stand import stands
from tools.demo.value import Count, Value, appraise

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
    await scene.until(
        lambda: settled(scene), f"every posting in {scene.erp.title}", log="process-0"
    )
    await closing(scene)
    await selling(scene)
    await _count(scene)


async def _count(scene: Scene) -> None:
    """What heads the table."""
    repeated = [paper.order for paper in scene.ended() if paper.replayed]
    steps, posted = len(scene.made()), await scene.erp.documents()
    scene.happened[:0] = [
        Happened("counted", scene.pieces(), f"pieces, in {steps} steps of the line"),
        Happened("posted", posted, f"documents in {scene.erp.title}"),
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
    """From the books outside, and the platform's word."""
    said, erp = await stands(scene.graph, PLANT), scene.erp
    books = Books(tuple(await erp.journal()), await erp.moved(), erp.words)
    found = recount(scene.made(), scene.ended(), books, said)
    return replace(found, differences=(*found.differences, *await erp.differences()))


async def appraised(scene: Scene) -> Value:
    """The journal of the platform, beside what was counted outside."""
    entries = [one for one in await scene.erp.journal() if one.kind == "disposed"]
    disposed = sum((line.quantity for one in entries for line in one.lines), Decimal(0))
    count = Count(scene.made(), disposed, scene.shift.finished)
    return appraise(count, await books(scene))


async def compared(scene: Scene, found: Recount, value: Value) -> list[Row]:
    """The journal beside the ERP's own ledger; [] where it keeps none."""
    bookings = await scene.erp.bookings()
    if not bookings:
        return []
    scrapped: dict[str, Decimal] = defaultdict(Decimal)
    for entry in await scene.erp.journal():
        if entry.kind == "disposed":
            scrapped[entry.order] += sum(line.quantity for line in entry.lines)
    left = [
        Left(one.order, one.counted - one.booked - scrapped[one.order], scrapped[one.order])
        for one in found.rows
    ]
    return beside(value.found, bookings, left)


async def federated(scene: Scene) -> dict[str, Any]:
    """The order with the most to tell, as one answer of all services."""
    id = GraphId("Order", PLANT, scene.shift.poisoned.order).encode()
    order: dict[str, Any] = (await scene.graph.ask("order", id=id))["order"]
    return order
