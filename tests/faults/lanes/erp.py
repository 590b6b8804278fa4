"""An outside system as a process: no unique key on the reference, answers late, twice or never.

Its journal is a file in order of arrival, and all that survives its death.
"""

import asyncio
import os
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from services.kit.lanes.pacing import FIRST_PAUSE, LONGEST_PAUSE
from tests.faults.place import Place


class Request(msgspec.Struct):
    """`find` asks for references, `create` posts the first of them under `key`."""

    op: str
    references: list[str]
    key: str = ""


class Answer(msgspec.Struct):
    """`status` as in HTTP; `documents` per reference."""

    status: int = 200
    documents: dict[str, list[str]] = {}
    retry_after: float = 0.0
    reason: str = ""


def journal(place: Place) -> Path:
    """`key reference document`, a line a posting."""
    return place.folder / "erp.journal"


def requests(place: Place) -> Path:
    """`monotonic-seconds operation status`, a line a request."""
    return place.folder / "erp.requests"


def port(place: Place) -> Path:
    """Where it listens, also after a restart."""
    return place.folder / "erp.port"


def down(place: Place) -> Path:
    """Exists while it answers 503."""
    return place.folder / "erp.down"


@dataclass(frozen=True)
class Erp:
    """Its habits. `lost` = share of answers lost; `late` = lost, and posted `late_seconds` later.

    It thinks for `slow` seconds before it posts, bears `rate` requests a second with `burst` saved
    up, and refuses some references until `place.mended` exists.
    """

    lost: float = 0.0
    late: float = 0.0
    late_seconds: float = 0.15
    slow: float = 0.0
    rate: float = 1e9
    burst: float = 1e9
    refuses: frozenset[str] = frozenset()

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Serve until stopped."""
        desk = _Desk(self, place)
        desk.read_back()
        known = port(place)
        where = int(known.read_text()) if known.exists() else 0
        server = await asyncio.start_server(desk.serve, "127.0.0.1", where)
        scratch = known.with_suffix(".new")
        scratch.write_text(str(server.sockets[0].getsockname()[1]))
        scratch.rename(known)
        await stop.wait()
        server.close()


@dataclass
class _Desk:
    habits: Erp
    place: Place
    documents: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0
    tokens: float = 0.0
    filled_at: float = 0.0

    def __post_init__(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self.journal = os.open(journal(self.place), flags)
        self.requests = os.open(requests(self.place), flags)
        self.down = down(self.place)
        self.dice = random.Random(self.place.folder.name)
        self.tokens = self.habits.burst

    def read_back(self) -> None:
        for line in journal(self.place).read_text().splitlines():
            _, reference, document = line.split()
            self.documents[reference].append(document)
            self.count += 1

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                answer = await self.answer(msgspec.json.decode(line, type=Request), writer)
                if answer is None:
                    return
                writer.write(msgspec.json.encode(answer) + b"\n")
        except ConnectionError:
            return
        finally:
            writer.close()

    async def answer(self, request: Request, writer: asyncio.StreamWriter) -> Answer | None:
        status = self.admit()
        os.write(self.requests, f"{time.monotonic()} {request.op} {status}\n".encode())
        if status != 200:
            return Answer(status, retry_after=0.2 if status == 429 else 0.0)
        if request.op == "find":
            return Answer(documents={r: self.documents.get(r, []) for r in request.references})
        return await self.create(request.references[0], request.key, writer)

    def admit(self) -> int:
        if self.down.exists():
            return 503
        now = time.monotonic()
        self.tokens += (now - self.filled_at) * self.habits.rate
        self.tokens, self.filled_at = min(self.tokens, self.habits.burst), now
        if self.tokens < 1:
            return 429
        self.tokens -= 1
        return 200

    async def create(self, reference: str, key: str, writer: asyncio.StreamWriter) -> Answer | None:
        if reference in self.habits.refuses and not self.place.mended.exists():
            return Answer(422, reason="account closed")
        fate = self.dice.random()
        if fate < self.habits.late:
            self.place.counters.note("erp.late")
            writer.close()
            await asyncio.sleep(self.habits.late_seconds)
        await asyncio.sleep(self.habits.slow)
        self.count += 1
        document = f"D{self.count}"
        self.documents[reference].append(document)
        os.write(self.journal, f"{key} {reference} {document}\n".encode())
        if fate < self.habits.late:
            return None
        if fate < self.habits.late + self.habits.lost:
            self.place.counters.note("erp.lost")
            return None
        return Answer(documents={reference: [document]})


@dataclass(frozen=True)
class Traffic:
    """The requests it saw: (seconds, status) of each, in order."""

    seen: list[tuple[float, int]]

    @classmethod
    def read(cls, place: Place) -> "Traffic":
        """From its file."""
        lines = map(str.split, requests(place).read_text().splitlines())
        return cls([(float(at), int(status)) for at, _, status in lines])

    @property
    def statuses(self) -> Counter[int]:
        """Requests by status."""
        return Counter(status for _, status in self.seen)

    @staticmethod
    def probes(seconds: float) -> int:
        """Probes that an outage of this length may see."""
        waited, probes = 0.0, 1
        while waited < seconds:
            waited += min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (probes - 1))
            probes += 1
        return probes

    def refused_after(self, share: float) -> float:
        """The share of 429s after this share of the drain's time."""
        part = self._after(share)
        return sum(status == 429 for _, status in part) / len(part)

    def pace_after(self, share: float) -> float:
        """Requests a second after this share of the drain's time."""
        part = self._after(share)
        return len(part) / (part[-1][0] - part[0][0])

    def _after(self, share: float) -> list[tuple[float, int]]:
        drain = [(at, status) for at, status in self.seen if status != 503]
        begin, end = drain[0][0], drain[-1][0]
        return [(at, status) for at, status in drain if at > begin + share * (end - begin)]
