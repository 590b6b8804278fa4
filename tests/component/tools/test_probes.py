import asyncio
import socket
from pathlib import Path

from aiohttp import web

from services.kit.rpc.health import Health, Probe
from tools.mesh.ports import free_port
from tools.mesh.probes import grpc_serving, http_ok, tcp_open
from tools.mesh.program import Program
from tools.mesh.services import addresses, declare


async def test_a_service_is_ready_when_its_health_port_says_so() -> None:
    health = Health(bind="127.0.0.1", port=0)
    await health.start()
    try:
        ready = declare("erp", {}, 1).ready
        ports = {"health": health.port}
        assert not await asyncio.to_thread(ready, ports)
        await health.set(Probe.READINESS, True)
        assert await asyncio.to_thread(ready, ports)
    finally:
        await health.stop()
    assert not await asyncio.to_thread(ready, ports)


async def test_a_page_is_ready_when_it_answers_200() -> None:
    async def ready(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/ready", ready)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        assert await asyncio.to_thread(http_ok, f"http://127.0.0.1:{port}/ready")
        assert not await asyncio.to_thread(http_ok, f"http://127.0.0.1:{port}/other")
    finally:
        await runner.cleanup()
    assert not await asyncio.to_thread(http_ok, f"http://127.0.0.1:{port}/ready")


def test_what_speaks_no_grpc_or_http_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        assert tcp_open(port)
        assert not grpc_serving(port)
        assert not http_ok(f"http://127.0.0.1:{port}/")
    assert not tcp_open(port)


def test_peers_are_told_of_every_replica(tmp_path: Path) -> None:
    replicas = [Program(tmp_path, declare("erp", {}, 2), number) for number in range(2)]
    first, second = (replica.take_ports() for replica in replicas)
    assert len({*first.values(), *second.values()}) == 8
    target = f"ipv4:127.0.0.1:{first['grpc']},127.0.0.1:{second['grpc']}"
    assert addresses({"erp": replicas}) == {"PLANTMESH_ERP_ADDRESS": target}
