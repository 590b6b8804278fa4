import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import psutil
import pytest

from tools.mesh.child import leftover, remember, runs
from tools.mesh.errors import MeshError
from tools.mesh.probes import tcp_open
from tools.mesh.program import Process, Program
from tools.mesh.supervisor import State, Supervisor
from tools.mesh.wait import until

# Each is a real program, of the smallest kind.
LISTENS = """
import os, socket, sys
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
print(os.environ["PLANTMESH_INSTANCE"], "listens", flush=True)
while True: server.accept()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LISTENS
PARENT = "import subprocess; subprocess.Popen(['/bin/sleep', '60'])\n" + LISTENS
HUNGRY = "hoard = bytearray(b'x') * 50_000_000\n" + LISTENS
DIES = "raise SystemExit('no such database')"


def listens(ports: Mapping[str, int]) -> bool:
    return tcp_open(ports["main"])


def process(name: str, code: str = LISTENS, *, replicas: int = 1, grace: float = 5.0) -> Process:
    argv = [sys.executable, "-ISc", code]
    return Process(
        name, argv, ready=listens, ports={"main": "PORT"}, replicas=replicas, grace=grace
    )


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    await supervisor.stop()


def state(supervisor: Supervisor, name: str) -> State:
    return supervisor.find(name).state


async def test_every_replica_has_a_name_a_port_and_a_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    first, second = process("erp", replicas=2).programs(tmp_path)
    await supervisor.start([first, second])
    assert (first.name, second.name) == ("erp-0", "erp-1")
    assert first.port("main") != second.port("main")
    assert tcp_open(first.port("main"))
    assert tcp_open(second.port("main"))
    assert second.log.read_text() == "erp-1 listens\n"


async def test_a_killed_process_comes_back_at_its_address(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    (erp,) = process("erp").programs(tmp_path)
    await supervisor.start([erp])
    pid, port = erp.child.pid, erp.port("main")
    supervisor.kill("erp-0")
    assert not psutil.pid_exists(pid)
    await supervisor.until_ready("erp-0", seconds=10)
    assert erp.child.pid != pid
    assert erp.port("main") == port
    assert tcp_open(port)
    assert supervisor.find("erp-0").restarts == 1


async def test_a_process_without_restart_stays_down(supervisor: Supervisor, tmp_path: Path) -> None:
    once, other = (*process("once").programs(tmp_path), *process("other").programs(tmp_path))
    await supervisor.start([once], restart=False)
    await supervisor.start([other])
    supervisor.kill("once-0")
    supervisor.kill("other-0")
    await supervisor.until_ready("other-0", seconds=10)
    assert state(supervisor, "once-0") is State.DOWN
    assert not once.alive


async def test_a_stopped_process_waits_for_its_start(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    erp, other = (*process("erp").programs(tmp_path), *process("other").programs(tmp_path))
    await supervisor.start([erp, other])
    await supervisor.stop_one("erp-0")
    supervisor.kill("other-0")
    await supervisor.until_ready("other-0", seconds=10)
    assert not erp.alive
    assert not tcp_open(erp.port("main"))
    await supervisor.start_one("erp-0")
    assert tcp_open(erp.port("main"))
    assert supervisor.find("erp-0").restarts == 0


async def test_a_process_that_dies_at_its_start_says_why(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    servers = [*process("erp").programs(tmp_path), *process("mes", DIES).programs(tmp_path)]
    with pytest.raises(MeshError, match="mes-0 ended at its start, code 1:\nno such database"):
        await supervisor.start(servers, seconds=10)
    await supervisor.stop()
    assert not servers[0].alive


async def test_a_process_that_never_answers_is_named(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    mute = Process("mute", ["/bin/sleep", "60"], ready=lambda ports: False)
    with pytest.raises(MeshError, match=r"not ready after 0\.2 s: mute-0"):
        await supervisor.start(mute.programs(tmp_path), seconds=0.2)


async def test_what_will_not_stop_is_killed_after_its_grace(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    (erp,) = process("erp", STUBBORN, grace=0.2).programs(tmp_path)
    await supervisor.start([erp])
    started = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - started < 5
    assert erp.child.exit_code == -signal.SIGKILL


async def test_a_killed_process_takes_its_children_along(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    (erp,) = process("erp", PARENT).programs(tmp_path)
    await supervisor.start([erp], restart=False)
    (child,) = psutil.Process(erp.child.pid).children()
    supervisor.kill("erp-0")
    assert not runs(child)


async def test_other_signals_reach_the_process(supervisor: Supervisor, tmp_path: Path) -> None:
    (erp,) = process("erp").programs(tmp_path)
    await supervisor.start([erp])
    found = psutil.Process(erp.child.pid)
    supervisor.kill("erp-0", signal.SIGSTOP)
    until(lambda: found.status() == psutil.STATUS_STOPPED, "the stop", seconds=5)
    supervisor.kill("erp-0", signal.SIGCONT)
    until(lambda: found.status() != psutil.STATUS_STOPPED, "the waking", seconds=5)


async def test_a_stopped_process_can_still_be_ended_in_order(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    (erp,) = process("erp", grace=30).programs(tmp_path)
    await supervisor.start([erp])
    supervisor.kill("erp-0", signal.SIGSTOP)
    started = time.monotonic()
    await supervisor.stop_one("erp-0")
    assert time.monotonic() - started < 5
    assert erp.child.exit_code == -signal.SIGTERM


async def test_memory_and_cpu_are_measured_over_restarts(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    (erp,) = process("erp", HUNGRY).programs(tmp_path)
    await supervisor.start([erp])
    supervisor.sample()
    usage = supervisor.find("erp-0").usage
    before = usage.cpu
    assert usage.memory > 50_000_000
    assert before > 0
    supervisor.kill("erp-0")
    await supervisor.until_ready("erp-0", seconds=10)
    supervisor.sample()
    assert usage.cpu > before
    assert usage.peak >= usage.memory > 50_000_000


async def test_an_unknown_name_lists_the_known_ones(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(process("erp").programs(tmp_path))
    with pytest.raises(MeshError, match=r"no process mes \(there are: erp-0\)"):
        supervisor.kill("mes")


async def test_what_a_killed_run_left_is_ended_first(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    (before,) = process("erp").programs(tmp_path)
    before.start()
    (after,) = process("erp").programs(tmp_path)
    await supervisor.start([after])
    assert not before.alive
    assert after.port("main") == before.port("main")
    assert tcp_open(after.port("main"))


async def test_a_stranger_with_our_old_pid_is_left_alone(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    (stranger,) = process("stranger").programs(tmp_path / "elsewhere")
    stranger.start()
    try:
        (erp,) = process("erp").programs(tmp_path)
        remember(stranger.child.pid, erp.pid_file)
        kept = erp.pid_file.read_text()
        created = str(psutil.Process(stranger.child.pid).create_time())
        erp.pid_file.write_text(kept.replace(created, "1000000000.0"))
        assert leftover(erp.pid_file) is None
        await supervisor.start([erp])
        assert stranger.alive
    finally:
        stranger.kill()


async def test_a_taken_port_is_given_up(supervisor: Supervisor, tmp_path: Path) -> None:
    (erp,) = process("erp").programs(tmp_path)
    wanted = erp.take_ports()["main"]
    with socket.create_server(("127.0.0.1", wanted)):
        await supervisor.start([erp])
        assert erp.port("main") != wanted
        assert tcp_open(erp.port("main"))


async def test_a_process_gets_nothing_of_our_environment_but_what_it_needs(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTMESH_CLIENT_SECRET", "mine")
    erp = Program(tmp_path, process("erp"), 0)
    erp.told["PLANTMESH_MES_ADDRESS"] = "ipv4:127.0.0.1:1"
    await supervisor.start([erp])
    told = psutil.Process(erp.child.pid).environ()
    assert told["PLANTMESH_MES_ADDRESS"] == "ipv4:127.0.0.1:1"
    assert "PLANTMESH_CLIENT_SECRET" not in told
    assert told["PATH"] == os.environ["PATH"]
