"""The node-opcua server of tools/peers/opcua as a process, and what its own file says."""

import os
import shutil
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
import orjson

from tools.mesh.child import Child
from tools.mesh.files import write_whole
from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import tcp_open
from tools.mesh.program import HERE
from tools.mesh.server import Server
from tools.mesh.wait import until

_PROGRAM = HERE / "tools" / "peers" / "opcua" / "server.mjs"
REASON = "burr"
"""Of all scrap."""
_IDLE, _EXECUTE = 4, 6
_NODE = HERE / ".venv" / "bin" / "node"


class Job(msgspec.Struct, rename="camel", frozen=True):
    """What a machine works on, and the lot of material that goes into it."""

    order: str
    lot: str
    material_lot: str


class Step(msgspec.Struct, rename="camel", frozen=True):
    """A line of the file: what a machine showed from `at` on, in milliseconds since 1970."""

    machine: str
    run: str
    at: int
    state: int
    order: str
    lot: str
    material_lot: str
    reason: str
    good: int
    scrap: int
    material: Decimal

    @property
    def pieces(self) -> int:
        """All that were made."""
        return self.good + self.scrap


class OpcuaPeer(Server):
    """One of its kind per `root`; `options` are those of server.mjs."""

    def __init__(self, root: Path, *options: str) -> None:
        super().__init__(root, "opcua")
        self.folder = self.root / "opcua"
        self._options = options

    @property
    def port(self) -> int:
        """Where it listens, before its start too."""
        return self.ports.take(self.name) if not self.alive else self.ports.of(self.name)

    @property
    def endpoint(self) -> str:
        """Its one endpoint."""
        return f"opc.tcp://{LOOPBACK}:{self.port}"

    def command(self) -> Child:
        """It is told its port by the environment, as our own programs are."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return Child(
            name=self.name,
            argv=[str(_NODE), str(_PROGRAM), str(self.folder), *self._options],
            log=self.log,
            pid_file=self.pid_file,
            env={"PATH": os.environ["PATH"], "PORT": str(self.ports.take(self.name))},
        )

    def answers(self) -> bool:
        """Whether it listens: all its nodes are there by then."""
        return tcp_open(self.port)

    def want(self, job: Job, rate: int) -> None:
        """Have every machine make `rate` pieces a second for `job`, or with 0 stand idle at it."""
        wanted = {
            "rate": rate,
            "state": _EXECUTE if rate else _IDLE,
            **msgspec.to_builtins(job),
            "reason": REASON,
        }
        write_whole(self.folder / "wanted.json", orjson.dumps(wanted).decode())

    def finish(self, job: Job) -> Step:
        """Have the first machine come to rest; the last that it did."""
        self.want(job, 0)
        until(lambda: self.steps()[-1].state == _IDLE, "a machine at rest")
        return self.steps()[-1]

    def steps(self, machine: str = "M1") -> list[Step]:
        """What a machine did, oldest first; a line that a kill cut short never happened."""
        file = self.folder / "counts.jsonl"
        return [step for step in _read(file) if step.machine == machine] if file.exists() else []

    @property
    def pieces(self) -> int:
        """How many the first machine made, in this run or all of them, as its counters show."""
        steps = self.steps()
        return steps[-1].pieces if steps else 0

    def refused(self) -> list[Path]:
        """Certificates of clients that tried in vain."""
        return sorted((self.folder / "pki" / "rejected").glob("*"))

    def trust(self, certificates: Sequence[Path]) -> None:
        """Accept clients, as an engineer does who knows their thumbprints."""
        welcome = self.folder / "welcome"
        for certificate in certificates:
            draft = self.folder / certificate.name
            shutil.copy(certificate, draft)
            draft.rename(welcome / certificate.name)
        until(lambda: not any(welcome.iterdir()), "trusted certificates")


def _read(file: Path) -> Iterator[Step]:
    decode = msgspec.json.Decoder(Step).decode
    for line in file.read_bytes().splitlines():
        try:
            yield decode(line)
        except msgspec.DecodeError:
            continue
