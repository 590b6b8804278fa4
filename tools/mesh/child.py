"""A process we started: signals reach it, and what it started, through this handle only."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tools.mesh.account import Account, run_as
from tools.mesh.errors import MeshError
from tools.mesh.files import write_whole
from tools.mesh.wait import STEP, until


@dataclass
class Child:
    """One program, run anew by each start(). Its pid file holds (pid, start time).

    The start time tells our process from a stranger that got the same pid after a reboot.
    """

    name: str
    argv: Sequence[str]
    log: Path
    pid_file: Path
    env: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    _written: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process; raises MeshError when there is none."""
        pid = self.find_pid()
        if pid is None:
            raise MeshError(f"{self.name} is not running", hint=f"see {self.log}")
        return pid

    def find_pid(self) -> int | None:
        """Of the running process; a dead one is reaped on the way."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def alive(self) -> bool:
        """Whether it runs now."""
        return self.find_pid() is not None

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal); None while it runs or was never started."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Run it in a session of its own; output is appended to the log."""
        if self.alive():
            raise MeshError(f"{self.name} already runs")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._written = log.tell()
            self._process = subprocess.Popen(
                run_as(self.account, self.argv),
                env=dict(self.env),
                cwd="/" if self.account else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        remember(self._process.pid, self.pid_file, self.stop_signal)

    def send(self, number: signal.Signals) -> None:
        """Signal the process itself, not what it started."""
        os.kill(self.pid, number)

    def stop(self) -> None:
        """Ask it to end, and after `grace` seconds no longer ask. Safe to repeat."""
        self._end(self.stop_signal, self.grace)

    def kill(self) -> None:
        """kill -9, of everything it started too: what a power cut would do."""
        self._end(signal.SIGKILL, 0)

    def _end(self, first: signal.Signals, grace: float) -> None:
        pid = self.find_pid()
        if pid is not None:
            with suppress(psutil.NoSuchProcess):  # it may end by itself at any moment
                end(psutil.Process(pid), first, grace)
        if self._process is not None:
            self._process.wait()
        self.pid_file.unlink(missing_ok=True)

    def tail(self, lines: int = 15) -> str:
        """The end of what it wrote since its start, for a message about its death."""
        with self.log.open("rb") as log:
            log.seek(self._written)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def end(process: psutil.Process, first: signal.Signals, grace: float) -> None:
    """Signal `process`; after `grace` seconds SIGKILL what is left of it and its children."""
    family = _family(process)
    _signal(process, first)
    _signal(process, signal.SIGCONT)  # a stopped process would never hear of it
    patience = time.monotonic() + grace
    while runs(process) and time.monotonic() < patience:
        time.sleep(STEP)
    for member in family:
        _signal(member, signal.SIGKILL)
    until(lambda: not any(map(runs, family)), "the end of a killed process", seconds=10)


def remember(pid: int, pid_file: Path, stop: signal.Signals = signal.SIGTERM) -> None:
    """Note in `pid_file` which process it is and how it wants to be stopped, for sweep()."""
    kept = {"pid": pid, "created": psutil.Process(pid).create_time(), "stop": stop}
    write_whole(pid_file, json.dumps(kept))


def leftover(pid_file: Path) -> psutil.Process | None:
    """The process that `pid_file` tells of, if that very one still runs."""
    try:
        kept = json.loads(pid_file.read_text())
        process = psutil.Process(kept["pid"])
        same = process.create_time() == kept["created"] and runs(process)
    except (FileNotFoundError, ValueError, KeyError, psutil.NoSuchProcess):
        return None
    return process if same else None


def sweep(pid_file: Path, grace: float = 10.0) -> bool:
    """End what `pid_file` tells of and forget it; True when something still ran."""
    process = leftover(pid_file)
    if process is not None:
        end(process, signal.Signals(json.loads(pid_file.read_text())["stop"]), grace)
    pid_file.unlink(missing_ok=True)
    return process is not None


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def runs(process: psutil.Process) -> bool:
    """Whether it still does anything; what only waits to be reaped does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
