"""A container as PodSecurity `restricted` has it, and its root read-only besides; runc runs it."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from tests.image.base import run
from tests.image.buildah import Image

USER = 10001
_SETS = ("bounding", "effective", "permitted", "inheritable", "ambient")
_TMP = {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev"]}
_LIMITS = [
    {"type": f"RLIMIT_{name}", "hard": most, "soft": most}
    for name, most in (("NOFILE", 4096), ("NPROC", 4096))
]


class Container:
    """A running one; `output` is what it said."""

    def __init__(self, process: subprocess.Popen[bytes], id: str, log: Path) -> None:
        self._process = process
        self._id = id
        self._log = log

    @property
    def output(self) -> str:
        """Both streams."""
        return self._log.read_text()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def begun(self) -> bool:
        """Whether its first process is there."""
        told = subprocess.run(["runc", "state", self._id], capture_output=True, check=False)
        return told.returncode == 0 and json.loads(told.stdout)["status"] == "running"

    def end(self, seconds: float) -> tuple[int, float]:
        """SIGTERM as a kubelet sends it; exit code and seconds. Raises TimeoutExpired."""
        began = time.monotonic()
        run(["runc", "kill", self._id, str(int(signal.SIGTERM))])
        return self._process.wait(seconds), time.monotonic() - began

    def tell(self, *argv: str) -> str:
        """What a program inside prints."""
        return run(["runc", "exec", self._id, *argv])


@contextmanager
def running(image: Image, folder: Path, env: Mapping[str, str], *args: str) -> Iterator[Container]:
    """The image's program, or with `args` in place of its own; in the machine's network."""
    argv = [*image.config["Entrypoint"], *args] if args else image.argv
    told = [*image.config["Env"], *(f"{name}={value}" for name, value in env.items())]
    id, log = f"plantmesh-{token_hex(4)}", folder / f"{token_hex(4)}.log"
    bundle = folder / id
    bundle.mkdir()
    run(["runc", "spec", "--bundle", str(bundle)])
    spec = json.loads((bundle / "config.json").read_text())
    _restrict(spec, image)
    spec["process"] |= {"args": argv, "env": told}
    (bundle / "config.json").write_text(json.dumps(spec))
    with log.open("wb") as out:
        argv = ["runc", "run", "--bundle", str(bundle), id]
        process = subprocess.Popen(argv, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        yield Container(process, id, log)
    finally:
        if process.poll() is None:
            subprocess.run(["runc", "delete", "--force", id], check=False, capture_output=True)
            process.wait(10)


def _restrict(spec: dict[str, Any], image: Image) -> None:
    spec["root"] = {"path": str(image.root), "readonly": True}
    spec["mounts"].append(_TMP)
    spec["process"] |= {
        "terminal": False,
        "cwd": image.config["WorkingDir"],
        "user": dict(zip(("uid", "gid"), map(int, image.config["User"].split(":")), strict=True)),
        "capabilities": {name: [] for name in _SETS},
        "noNewPrivileges": True,
        "rlimits": _LIMITS,
    }
    spec["linux"]["namespaces"] = [
        one for one in spec["linux"]["namespaces"] if one["type"] != "network"
    ]
