"""Programs of ours as processes forked from one that imported them: a start costs no import.

`python -m tests.zygote MODULE...` imports, then does what lines of JSON on its standard input say;
when that ends, everything that it started ends with it.
"""

import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from tools.mesh.program import HERE, surroundings


class Zygote:
    """Used by one thread; `modules` are what its programs begin with."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.zygote", *modules],
            env=surroundings(),
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **asked: Any) -> Any:
        """What it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End everything at once."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


class Forked:
    """`python -m` with these words and this environment alone; its output goes to `log`."""

    def __init__(
        self, zygote: Zygote, words: Sequence[str], env: Mapping[str, str], log: Path
    ) -> None:
        self._zygote = zygote
        self._asked = {"words": list(words), "env": dict(env), "log": str(log)}
        self._log = log
        self._written = 0
        self._pid = 0
        self.exit_code: int | None = None

    def start(self) -> None:
        """Run it."""
        self._written = self._log.stat().st_size if self._log.exists() else 0
        self.exit_code = None
        self._pid = self._zygote.ask(**self._asked)

    def alive(self) -> bool:
        """Whether it runs now."""
        if self._pid and self.exit_code is None:
            self.exit_code = self._zygote.ask(pid=self._pid)
        return bool(self._pid) and self.exit_code is None

    def wait(self, seconds: float = 120.0) -> int:
        """How it ended; AssertionError when it takes longer."""
        patience = time.monotonic() + seconds
        while self.alive():
            assert time.monotonic() < patience, f"{self._asked['words']} goes on: {self.tail()}"
            time.sleep(0.01)
        assert self.exit_code is not None
        return self.exit_code

    def kill(self) -> None:
        """kill -9, if it runs."""
        if self.alive():
            os.kill(self._pid, signal.SIGKILL)
            self.wait()

    def tail(self, lines: int = 15) -> str:
        """The end of what it said since its start."""
        with self._log.open("rb") as log:
            log.seek(self._written)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def _start(words: Sequence[str], env: Mapping[str, str], log: str) -> int:
    pid = os.fork()
    if not pid:
        os._exit(_become(words, env, log))
    return pid


def _become(words: Sequence[str], env: Mapping[str, str], log: str) -> int:
    for number, stream in ((0, os.devnull), (1, log), (2, log)):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
        os.dup2(os.open(stream, flags), number)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = list(words)
    sys.stdout = open(1, "w", buffering=1)  # noqa: SIM115 - it lives as long as the process
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return _said(end)
    except BaseException:  # noqa: BLE001 - as the interpreter ends a program
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _said(end: SystemExit) -> int:
    if isinstance(end.code, str):
        sys.stderr.write(f"{end.code}\n")
        return 1
    return end.code or 0


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def main() -> None:
    """Serve."""
    for name in sys.argv[1:]:
        import_module(name)
        # It is run anew by whoever is forked; what it imports is there.
        del sys.modules[name]
    gc.freeze()
    running: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "words" in asked:
            answer: int | None = _start(**asked)
            running.add(answer or 0)
        elif (answer := _ended(asked["pid"])) is not None:
            running.discard(asked["pid"])
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    for pid in running:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
