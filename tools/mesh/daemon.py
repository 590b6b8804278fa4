"""The mesh as a background process: what `up` leaves running and `down` ends."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tools.mesh.child import Child, leftover, sweep
from tools.mesh.errors import MeshError
from tools.mesh.mesh import DAEMON, Mesh
from tools.mesh.program import surroundings
from tools.mesh.services import present
from tools.mesh.settings import MeshSettings
from tools.mesh.status import Status, describe
from tools.mesh.wait import STEP

_REPORT_EVERY = 1.0


def supervisor_file(root: Path) -> Path:
    """The pid file of the background process."""
    return root / "run" / f"{DAEMON}.pid"


def is_up(root: Path) -> bool:
    """Whether a background process keeps the mesh of `root`."""
    return leftover(supervisor_file(root)) is not None


def up(root: Path, replicas: int, hear: Callable[[str], None], seconds: float = 180) -> Status:
    """Start the background process and follow it, step by step, until all is up.

    Raises MeshError if it fails; then nothing is left running.
    """
    if is_up(root):
        raise MeshError("the mesh is up already", hint="make down ends it")
    (root / "run" / "status.json").unlink(missing_ok=True)
    child = Child(
        name=DAEMON,
        argv=[sys.executable, "-m", "tools.mesh", "serve", str(root), "--replicas", str(replicas)],
        log=root / "log" / f"{DAEMON}.log",
        pid_file=supervisor_file(root),
        env=surroundings() | MeshSettings().variables(),
    )
    child.start()
    return _follow(root, child, hear, time.monotonic() + seconds)


def down(root: Path) -> bool:
    """End the mesh of `root` in order, and whatever a killed one left; True if anything ran."""
    found = sweep(supervisor_file(root), grace=60)
    for pid_file in (root / "run").glob("*.pid"):
        found = sweep(pid_file) or found
    return found


async def serve(root: Path, replicas: int) -> None:
    """Keep the mesh up until SIGTERM, telling `status.json` how it goes."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    mesh = Mesh(
        root,
        services=MeshSettings().services,
        replicas=replicas,
        report=lambda step: Status(step).write(root),
    )
    keeping = asyncio.create_task(_keep(mesh))
    await asyncio.wait(
        {keeping, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED
    )
    keeping.cancel()
    try:
        await keeping
    except asyncio.CancelledError:
        Status("down").write(root)
    except MeshError as error:
        Status(str(error), failed=True).write(root)
        raise SystemExit(1) from None


async def _keep(mesh: Mesh) -> None:
    async with mesh:
        if mesh.services == present():
            await mesh.open_gateway()
        mesh.supervisor.sample()
        while True:
            Status("up", processes=describe(mesh.supervisor)).write(mesh.root)
            await asyncio.sleep(_REPORT_EVERY)


def signal_process(root: Path, name: str, number: signal.Signals) -> None:
    """Send `number` to the process called `name`; raises MeshError when none runs."""
    process = leftover(root / "run" / f"{name}.pid")
    if process is None:
        running = ", ".join(each.name for each in current(root).processes)
        raise MeshError(f"no process {name} runs", hint=f"there are: {running or 'none'}")
    process.send_signal(number)


def current(root: Path) -> Status:
    """How the mesh of `root` stands now, believing no file that a killed one left."""
    kept = Status.read(root)
    if kept is None or is_up(root) or kept.failed:
        return kept or Status("down")
    return replace(kept, phase="down", processes=())


def _follow(root: Path, child: Child, hear: Callable[[str], None], deadline: float) -> Status:
    heard = ""
    while time.monotonic() < deadline:
        alive = child.alive()
        status = Status.read(root) or Status(heard)
        if status.failed or not alive:
            raise MeshError(status.phase if status.failed else child.tail())
        if status.phase != heard:
            heard = status.phase
            hear(heard)
        if heard == "up":
            return status
        time.sleep(STEP)
    raise MeshError("the mesh is not up in time", hint=f"see {child.log}; make down ends it")
