"""The process of telemetry: two replicas read a press, and the one that leads tells it.

They elect by a Lease of Kubernetes, with no right to write the database's leases; the flows run the
same process on those.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from pathlib import Path

import psycopg
from plantmesh.telemetry.v1 import equipment_pb2

from services.telemetry.adapters.opcua.certificate import own_identity, private_folder
from tests.component.telemetry.edge import sources_file
from tests.component.telemetry.hub import Hub
from tests.component.telemetry.plc import Press, press
from tests.servers import IssuerServer, ValkeyServer
from tools.simulators.kubernetes.server import api_server


async def counted(hub: Hub, good: str) -> int:
    """The epoch that told of that count, as soon as one did."""
    async with asyncio.timeout(120):
        while True:
            for _, event in await hub.events():
                if hasattr(event, "counters") and event.counters[0].reading.value == good:
                    return int(event.epoch)
            await asyncio.sleep(0.1)


async def start(folder: Path, plc: Press, environment: dict[str, str]) -> Process:
    """A replica whose own folder is `folder`."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.telemetry",
        env={
            **os.environ,
            **environment,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PLANTMESH_TELEMETRY_SOURCES": str(sources_file(plc, folder)),
            "PLANTMESH_TELEMETRY_FOLDER": str(folder),
        },
    )


async def test_a_standby_goes_on_where_a_killed_leader_ended(
    hub: Hub, database: str, valkey: ValkeyServer, issuer: IssuerServer, tmp_path: Path
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("REVOKE INSERT, UPDATE, DELETE ON elector FROM CURRENT_USER")
    environment = {
        "PLANTMESH_DATABASE_URL": database,
        "PLANTMESH_REDIS_URL": valkey.url,
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_LEASE": "kubernetes",
        "PLANTMESH_LEASE_NAME": "lyon-collector",
        "PLANTMESH_LEASE_NAMESPACE": "lyon",
        "PLANTMESH_KUBECONFIG": str(tmp_path / "kubeconfig"),
    }
    async with api_server() as api:
        # As the chart makes it.
        await api.put("leases", "lyon", "lyon-collector")
        api.kubeconfig(tmp_path / "kubeconfig")
        await a_standby_goes_on(hub, environment, tmp_path)
        spec = api.get("leases", "lyon", "lyon-collector")["spec"]
        assert spec["leaseTransitions"] >= 2
        assert not [one for one in api.asked if not one.startswith(("GET", "PATCH"))]


async def a_standby_goes_on(hub: Hub, environment: dict[str, str], tmp_path: Path) -> None:
    folders = [private_folder(tmp_path / name) for name in ("a", "b")]
    replicas: list[Process] = []
    led = 0
    with press(tmp_path / "plc") as plc:
        for folder in folders:
            plc.trust(own_identity(folder).certificate)
        plc.start()
        try:
            for good, folder in enumerate(folders, start=5):
                replicas.append(await start(folder, plc, environment))
                plc.show(Good=good)
                led = await counted(hub, str(good))
            replicas[0].kill()
            await replicas[0].wait()
            plc.show(Good=9)
            assert await counted(hub, "9") == led + 1
            replicas[1].send_signal(signal.SIGTERM)
            assert await replicas[1].wait() == 0
            # Nobody sees the press now, and it does not claim to be seen.
            states = [event for _, event in await hub.events() if hasattr(event, "mode")]
            assert states[-1].quality == equipment_pb2.QUALITY_UNCERTAIN
        finally:
            for replica in replicas:
                if replica.returncode is None:
                    replica.kill()
                    await replica.wait()
    times = [
        event.read_at.timestamp.ToNanoseconds()
        for _, event in await hub.events()
        if hasattr(event, "counters")
    ]
    assert times == sorted(set(times))
