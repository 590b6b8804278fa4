"""The stage: platform, ERP and line on one machine, and everybody introduced to everybody."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from plantmesh.telemetry.v1 import equipment_pb2

from tools.demo import plant
from tools.demo.crew import Crew
from tools.demo.erp.port import Erp
from tools.demo.graph import Graph
from tools.demo.inspector import Inspector
from tools.demo.scene import Scene
from tools.demo.shift import EQUIPMENT, PLANT, Shift
from tools.mesh.badge import Badge
from tools.mesh.gateway import graph_url
from tools.mesh.mesh import Mesh
from tools.mesh.ports import Ports
from tools.simulators.line import place as line
from tools.simulators.line.papers import write_plan
from tools.simulators.line.sources import let_in, write_sources

SERVICES = ("reference", "erp", "mes", "wms", "quality", "telemetry", "process")
COLLECTORS = 2
Say = Callable[[str], None]


@asynccontextmanager
async def staged(
    root: Path, shift: Shift, say: Say, erp: Erp, *, seconds: float
) -> AsyncIterator[Scene]:
    """Platform, `erp` and plant under `root`, orders released; a job takes `seconds`."""
    floor = line.Place(root / "line")
    port = Ports(root / "run" / "ports.json").take(line.PORT)
    write_sources(floor, port, EQUIPMENT)
    write_plan(floor.plan, shift.plan)
    env = {
        "PLANTMESH_SECRETS": msgspec.json.encode({erp.name: erp.secret}).decode(),
        "PLANTMESH_ADAPTERS": msgspec.json.encode([erp.name]).decode(),
        "PLANTMESH_POLL_SECONDS": str(erp.poll_seconds),
        "PLANTMESH_TELEMETRY_SOURCES": str(floor.sources),
    }
    replicas = {"telemetry": COLLECTORS}
    async with Mesh(root, services=SERVICES, replicas=replicas, env=env, report=say) as mesh:
        gateway = graph_url(await mesh.open_gateway(), "http")
        async with (
            Crew(mesh) as crew,
            Graph(gateway, Badge(root, "viewer")) as graph,
            _opened(erp, mesh),
        ):
            scene = Scene(mesh, crew, graph, shift, erp, floor, say, Inspector(crew, shift))
            await _open_line(scene, seconds)
            await plant.introduce(crew, mesh.databases["erp"], erp)
            await erp.release(shift)
            say(f"{len(shift.orders)} orders are released in {erp.title}; the line begins")
            yield scene


@asynccontextmanager
async def _opened(erp: Erp, mesh: Mesh) -> AsyncIterator[None]:
    await erp.open(mesh)
    try:
        yield
    finally:
        await erp.close()


async def _open_line(scene: Scene, seconds: float) -> None:
    """The line is read, from its first piece on, before it has an order."""
    mesh, floor = scene.mesh, scene.line
    for number in range(COLLECTORS):
        collector = mesh.program("telemetry", number).name
        let_in(floor, collector, mesh.root / "edge" / collector / "certificate.der")
    mes = f"ipv4:{scene.crew.address('mes')}"
    await mesh.run(line.declare(floor, mesh.root, mes, PLANT, seconds=seconds))
    await scene.until(lambda: _is_read(scene), f"{EQUIPMENT} is read", log="telemetry-0")
    scene.say(f"{EQUIPMENT} is read over OPC UA (SignAndEncrypt), by {COLLECTORS} collectors")


async def _is_read(scene: Scene) -> bool:
    request = equipment_pb2.BatchGetEquipmentRequest(equipment=[EQUIPMENT])
    answer = await scene.crew.machines.BatchGetEquipment(request)
    return any(one.counters for one in answer.equipment)
