import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from tests.servers import PostgresServer, ValkeyServer
from tools.mesh import daemon
from tools.mesh.child import leftover, runs
from tools.mesh.errors import MeshError
from tools.mesh.mesh import Mesh
from tools.mesh.migrations import migrate
from tools.mesh.program import HERE, Process
from tools.mesh.settings import MeshSettings
from tools.mesh.wait import until

FAILS = Process("gateway", [sys.executable, "-c", "raise SystemExit('no')"], ready=lambda _: False)


async def test_everything_stands_and_falls_together(scratch: Path) -> None:
    steps: list[str] = []
    async with Mesh(scratch, services=(), durable=False, report=steps.append) as mesh:
        with psycopg.connect(mesh.postgres.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with redis.Redis.from_url(mesh.redis_url) as client:
            assert client.ping()
        pids = [each.server.child.pid for each in mesh.supervisor.watched]
    assert steps[0] == "starting postgres, valkey, issuer"
    assert not any(map(psutil.pid_exists, pids))
    assert not list((scratch / "run").glob("*.pid"))


async def test_what_is_no_longer_part_of_it_is_ended(scratch: Path) -> None:
    sleeper = Process("removed", ["/bin/sleep", "60"], ready=lambda _: True)
    (left,) = sleeper.programs(scratch)
    left.start()
    async with Mesh(scratch, services=(), durable=False):
        assert not left.alive


async def test_a_killed_server_of_the_mesh_comes_back(scratch: Path) -> None:
    async with Mesh(scratch, services=(), durable=False) as mesh:
        for name in ("postgres", "valkey"):
            mesh.kill(name)
        for name in ("postgres", "valkey"):
            await mesh.supervisor.until_ready(name, seconds=15)
        with psycopg.connect(mesh.postgres.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with redis.Redis.from_url(mesh.redis_url) as client:
            assert client.ping()


async def test_a_start_that_fails_leaves_nothing_running(scratch: Path) -> None:
    with pytest.raises(MeshError, match="nosuch-0 ended at its start"):
        async with Mesh(scratch, services=("nosuch",), durable=False):
            pass
    assert not list((scratch / "run").glob("*.pid"))


async def test_a_migration_that_fails_says_whose_and_why(postgres: PostgresServer) -> None:
    lost = postgres.dsn("erp")
    postgres.drop(lost)
    with pytest.raises(MeshError, match="database of erp could not be migrated") as refused:
        await migrate({"mes": postgres.dsn("mes"), "erp": lost})
    assert "does not exist" in str(refused.value)


async def test_one_more_process_may_fail_alone(scratch: Path) -> None:
    async with Mesh(scratch, services=(), durable=False) as mesh:
        with pytest.raises(MeshError, match="gateway-0 ended at its start"):
            await mesh.run(FAILS)
        assert mesh.valkey.alive


async def test_servers_named_by_the_environment_are_used(
    scratch: Path,
    postgres: PostgresServer,
    valkey: ValkeyServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLANTMESH_DATABASE_URL", postgres.url)
    monkeypatch.setenv("PLANTMESH_REDIS_URL", valkey.url)
    async with Mesh(scratch, services=()) as mesh:
        assert mesh.redis_url == valkey.url
        assert MeshSettings().variables()["PLANTMESH_DATABASE_URL"] == postgres.url
        assert [each.server.name for each in mesh.supervisor.watched] == ["issuer"]


def mesh(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an operator does."""
    argv = [sys.executable, "-m", "tools.mesh", *command, "--root", str(root)]
    return subprocess.run(argv, cwd=HERE, capture_output=True, text=True, check=False)


@pytest.fixture
def background(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A root whose background process does not outlive the test, and runs one service."""
    monkeypatch.setenv("PLANTMESH_MESH_SERVICES", "reference")
    yield scratch
    daemon.down(scratch)


def test_an_operator_starts_looks_kills_and_stops(background: Path) -> None:
    started = mesh(background, "up")
    assert started.returncode == 0, started.stdout + started.stderr
    again = mesh(background, "up")
    assert again.returncode == 1
    assert "make down" in again.stderr

    assert mesh(background, "kill", "valkey").returncode == 0

    def restarted() -> bool:
        valkey = next(x for x in daemon.current(background).processes if x.name == "valkey")
        return (valkey.restarts, valkey.state) == (1, "ready") and valkey.memory > 1

    until(restarted, "the restart of valkey in the report", seconds=15)
    report = json.loads(mesh(background, "status", "--json").stdout)
    names = [each["name"] for each in report["processes"]]
    assert names[:3] == ["postgres", "valkey", "issuer"]
    assert names[3:] == ["reference-0"]
    assert "Ready to accept connections" in mesh(background, "logs", "valkey").stdout
    assert mesh(background, "token", "planner").stdout.count(".") == 2
    assert mesh(background, "down").stdout == "stopped\n"
    assert daemon.current(background).phase == "down"
    assert not list((background / "run").glob("*.pid"))


def test_a_killed_background_process_leaves_nothing_that_up_cannot_clear(
    background: Path,
) -> None:
    status = daemon.up(background, 1, lambda step: None)
    ports = {each.name: each.ports for each in status.processes}
    left = [psutil.Process(each.pid) for each in status.processes]
    keeper = leftover(daemon.supervisor_file(background))
    assert keeper is not None
    keeper.send_signal(signal.SIGKILL)
    until(lambda: not daemon.is_up(background), "the death of the background process")
    assert daemon.current(background).phase == "down"
    assert all(map(runs, left))

    status = daemon.up(background, 1, lambda step: None)
    assert not any(map(runs, left))
    assert {each.name: each.ports for each in status.processes} == ports
