"""The adapter toward the faults' ERP: a line of JSON each way, one request a connection."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from services.kit.lanes.entry import Entry
from services.kit.lanes.outcome import (
    Capabilities,
    Found,
    Outcome,
    Posted,
    Rejected,
    Unavailable,
    Unknown,
)
from tests.faults.lanes import erp
from tests.faults.lanes.erp import Answer, Request
from tests.faults.place import Place

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

HABITS = Capabilities(request_timeout=0.25, longest_request_seconds=0.7, batch=True)


@dataclass
class WireErp:
    """Answers outcomes and decides nothing."""

    place: Place
    capabilities: Capabilities = HABITS
    _idle: list[Connection] = field(default_factory=list)

    async def find(self, entries: Sequence[Entry]) -> Mapping[str, Found] | Unavailable:
        """Every reference in one request."""
        answer = await self._ask(Request("find", [entry.reference for entry in entries]))
        if isinstance(answer, Unavailable):
            return answer
        if isinstance(answer, Unknown):
            return Unavailable(answer.reason)
        return {ref: Found(tuple(documents)) for ref, documents in answer.documents.items()}

    async def create(self, entry: Entry, version: str | None) -> Outcome:
        """One posting; the ERP knows no versions."""
        answer = await self._ask(Request("create", [entry.reference], entry.key))
        if isinstance(answer, Unavailable | Unknown):
            return answer
        if answer.status == 422:
            return Rejected(answer.reason, code="closed")
        return Posted(answer.documents[entry.reference][0])

    async def result_of(self, token: str) -> Outcome:
        """It answers at once or never."""
        return Rejected(f"no token {token} was ever given")

    async def close(self) -> None:
        """Let go of connections."""
        while self._idle:
            self._idle.pop()[1].close()

    async def _ask(self, request: Request) -> Answer | Unavailable | Unknown:
        try:
            reader, writer = self._idle.pop() if self._idle else await self._connect()
        except (OSError, ValueError) as error:
            return Unavailable(str(error))
        answered = False
        try:
            writer.write(msgspec.json.encode(request) + b"\n")
            line = await reader.readline()
            answered = bool(line)
        except ConnectionError as error:
            return Unknown(str(error))
        finally:
            if answered:
                self._idle.append((reader, writer))
            else:
                writer.close()
        return _read(line) if line else Unknown("the connection was closed")

    async def _connect(self) -> Connection:
        where = erp.port(self.place).read_text()
        return await asyncio.open_connection("127.0.0.1", int(where))


def _read(line: bytes) -> Answer | Unavailable:
    answer = msgspec.json.decode(line, type=Answer)
    if answer.status in (429, 503):
        return Unavailable(str(answer.status), answer.retry_after, answer.status == 429)
    return answer
