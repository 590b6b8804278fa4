"""The story: orders are made, confirmed, inspected, posted; three things go wrong on the way."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from services.kit.ids import GraphId
from tools.demo import plant
from tools.demo.acts.hold import hold
from tools.demo.acts.mending import mending
from tools.demo.acts.outage import outage
from tools.demo.crew import Crew
from tools.demo.graph import Graph
from tools.demo.inspector import Inspector
from tools.demo.plant import PLANT, UNITS
from tools.demo.recount import Recount, recount
from tools.demo.scene import Happened, Scene
from tools.demo.shift import Shift
from tools.demo.stand import stands
from tools.mesh.badge import Badge
from tools.mesh.files import remembered_secret
from tools.mesh.gateway import graph_url
from tools.mesh.mesh import Mesh
from tools.simulators.ledger import place as ledger
from tools.simulators.ledger.client import Client
from tools.simulators.line import place as line
from tools.simulators.line.papers import write_plan

SERVICES = ("reference", "erp", "mes", "wms", "quality", "process")
Say = Callable[[str], None]


@asynccontextmanager
async def staged(root: Path, shift: Shift, say: Say, *, seconds: float) -> AsyncIterator[Scene]:
    """Platform, ledger and plant under `root`, orders released; a job takes `seconds`."""
    books = ledger.Place(root / "ledger")
    secrets = {plant.LEDGER: remembered_secret(books.key)}
    env = {
        "PLANTMESH_SECRETS": msgspec.json.encode(secrets).decode(),
        "PLANTMESH_POLL_SECONDS": "0.5",
    }
    async with Mesh(root, services=SERVICES, env=env, report=say) as mesh:
        [program] = await mesh.run(ledger.declare(books.folder))
        gateway = graph_url(await mesh.open_gateway(), "http")
        async with (
            Crew(mesh) as crew,
            Graph(gateway, Badge(root, "viewer")) as graph,
            Client(program, books) as counter,
        ):
            inspector = Inspector(crew, shift)
            floor = line.Place(root / "line")
            scene = Scene(mesh, crew, graph, shift, books, floor, say, inspector)
            await plant.introduce(crew, mesh.databases["erp"], counter.url)
            await plant.release(counter, shift)
            say(f"{len(shift.orders)} orders are released in the ledger")
            write_plan(scene.line.plan, shift.jobs)
            mes = f"ipv4:{crew.address('mes')}"
            await mesh.run(line.declare(scene.line, mesh.root, mes, PLANT, seconds=seconds))
            say(f"the line starts: {len(shift.jobs)} reports to make")
            yield scene


async def play(scene: Scene) -> None:
    """All acts, until everything is where it belongs."""
    await outage(scene)
    await hold(scene)
    await mending(scene)
    await scene.until(lambda: settled(scene), "every posting in the ledger", log="process-0")
    _count(scene)


def _count(scene: Scene) -> None:
    """What heads the table."""
    repeated = [paper.id for paper in scene.reported() if paper.replayed]
    journal = scene.journal()
    scene.happened[:0] = [
        Happened("posted", len(journal), "documents in the ledger"),
        Happened("suppressed", len(repeated), f"reports sent twice: {', '.join(repeated)}"),
    ]


async def settled(scene: Scene) -> bool:
    """Nothing is on its way, and what waits for quality is what nobody decided."""
    found = await stands(scene.graph, PLANT)
    waiting = sum(one.waiting for one in found.values())
    return (
        len(scene.reported()) == len(scene.shift.jobs)
        and sum(one.reports for one in found.values()) == len(scene.shift.jobs)
        and not any(one.on_the_way for one in found.values())
        and waiting == scene.shift.lot(scene.shift.undecided)
    )


async def judge(scene: Scene) -> Recount:
    """From the files outside, and the platform's word."""
    said = await stands(scene.graph, PLANT)
    units = {ours: theirs for theirs, ours in UNITS.items()}
    return recount(scene.counts(), scene.journal(), said, units)


async def federated(scene: Scene) -> dict[str, Any]:
    """The order with the most to tell, as one answer of all services."""
    id = GraphId("Order", PLANT, scene.shift.poisoned.order).encode()
    order: dict[str, Any] = (await scene.graph.ask("order", id=id))["order"]
    return order
