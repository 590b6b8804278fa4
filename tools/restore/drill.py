"""The drill: what `make demo` left is backed up, lost with its broker, and brought back."""

import asyncio
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from plantmesh.reference.v1 import reference_pb2 as reference

from tools.demo.crew import Crew
from tools.demo.graph import Graph
from tools.demo.shift import MADE, PLANT
from tools.demo.stand import Stand, stands
from tools.mesh.badge import Badge
from tools.mesh.gateway import graph_url
from tools.mesh.mesh import Mesh
from tools.mesh.ports import LOOPBACK
from tools.mesh.wait import until
from tools.restore import streams, tables
from tools.restore.ticker import Ticker
from tools.restore.vault import Vault

Say = Callable[[str], None]
RPO_AIM, RTO_AIM = 60.0, 600.0
"""Seconds (expectations.md, figure 19)."""
_RECOUNTS = (("wms", "stock", "recount"),)
_CHAINS = ("reference", "erp", "mes", "wms", "quality", "process")


@dataclass
class Result:
    """Of one drill. `rpo` and `rto` in seconds; `wrong` says what is not as it was."""

    bytes: int = 0
    tables: int = 0
    rows: int = 0
    answered: int = 0
    lost: int = 0
    rpo: float = 0.0
    rto: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether all is as it was, in time."""
        return not self.wrong and self.rpo <= RPO_AIM and self.rto <= RTO_AIM


async def drill(root: Path, say: Say) -> Result:
    """Everything of the mesh under `root`, whose data the demo left; `say` hears of each step."""
    result = Result()
    shutil.rmtree(root / "vault", ignore_errors=True)
    async with Mesh(root, report=say) as mesh:
        vault, ticker = Vault(mesh.postgres, root / "vault"), Ticker(mesh.postgres.url)
        vault.open()
        try:
            result.bytes = vault.back_up()
            say(f"base backup verified: {result.bytes / 1e6:.0f} MB; the rest is in the WAL alone")
            ticker.start()
            await _rename(mesh, "after the backup")
            known = await _look(mesh, say)
            say("power cut: PostgreSQL, broker, services and gateway die, the disk is lost")
            await mesh.supervisor.fell()
        finally:
            vault.shut()
        shutil.rmtree(mesh.postgres.data)
    began = time.monotonic()
    vault.restore()
    _compare_disk(mesh, known, ticker, result)
    say(f"{result.tables} tables with {result.rows} rows are back; PostgreSQL is promoted")
    async with Mesh(root, report=say) as mesh:
        found = await _look(mesh, say)
        result.rto = time.monotonic() - began
        result.wrong += _differences(known, found)
        await _rename(mesh, "after the restore")
        await _at_rest(mesh)
        say("a change after the restore has reached every subscriber")
        result.wrong += [line async for line in _recounts(mesh)]
    return result


@dataclass(frozen=True)
class Known:
    """What can be seen of a platform at rest."""

    contents: tables.Contents
    stands: Mapping[str, Stand]
    incarnations: Mapping[str, int]


async def _look(mesh: Mesh, say: Say) -> Known:
    """Open the gateway, wait until all events are applied, and look."""
    gateway = graph_url(await mesh.open_gateway(), "http")
    await _at_rest(mesh)
    async with Graph(gateway, Badge(mesh.root, "viewer")) as graph:
        orders = await stands(graph, PLANT)
    contents = await asyncio.to_thread(tables.read, mesh.databases)
    say(f"at rest: {len(orders)} orders in the graph, {len(contents)} tables")
    return Known(contents, orders, streams.incarnations(mesh.databases))


async def _at_rest(mesh: Mesh) -> None:
    await asyncio.to_thread(
        until, lambda: streams.behind(mesh.databases) == 0, "every event is applied", seconds=120
    )


async def _rename(mesh: Mesh, description: str) -> None:
    """One business change that every copy hears of."""
    async with Crew(mesh) as crew:
        [item] = (
            await crew.reference.BatchGetItems(reference.BatchGetItemsRequest(item_nos=[MADE]))
        ).items
        item.description = description
        request = reference.PutMasterDataRequest(
            idempotency_key=f"drill/{time.time_ns()}", items=[item]
        )
        await crew.reference.PutMasterData(request)


def _compare_disk(mesh: Mesh, known: Known, ticker: Ticker, result: Result) -> None:
    """PostgreSQL alone, before any service writes: the same rows, and what the ticker misses."""
    mesh.postgres.launch()
    until(mesh.postgres.ready, "PostgreSQL replays its archive", seconds=RTO_AIM)
    contents = tables.read(mesh.databases)
    result.tables = len(contents)
    result.rows = sum(content.rows for content in contents.values())
    result.wrong += tables.changed(known.contents, contents)
    result.answered = ticker.answered
    result.lost, result.rpo = ticker.lost(mesh.postgres.url)
    mesh.postgres.stop()


def _differences(known: Known, found: Known) -> list[str]:
    wrong = [
        f"order {order}: the graph says otherwise"
        for order in sorted(known.stands.keys() | found.stands.keys())
        if known.stands.get(order) != found.stands.get(order)
    ]
    return wrong + [
        f"{service}: its streams go on in incarnation {number}, as before"
        for service, number in found.incarnations.items()
        if number <= known.incarnations.get(service, 0)
    ]


async def _recounts(mesh: Mesh) -> AsyncIterator[str]:
    """What the services themselves can prove: balances fold from movements, audit chains hold."""
    proofs = [*_RECOUNTS, *((service, "audit", "verify") for service in _CHAINS)]
    for service, *words in proofs:
        address = f"{service}={LOOPBACK}:{mesh.program(service).port('grpc')}"
        argv = ("-m", "tools.plantctl", "--root", str(mesh.root), "--address", address, *words)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await process.communicate()
        if process.returncode != 0:
            yield f"{service}: plantctl {' '.join(words)}: {said.decode().strip()}"
