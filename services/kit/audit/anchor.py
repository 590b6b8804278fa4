"""Anchors: where the chain's ends are told outside the database, so that a cut is noticed."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.kit.audit.seal import Head
from services.kit.errors import UnavailableError

RECENT = 1000
_TAIL = 256 * 1024
_STREAM_KEPT = 100_000


class Anchor(Protocol):
    """Append-only, and out of reach for whoever holds the database."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    async def put(self, heads: Sequence[Head]) -> None:
        """Append the ends of some partitions; raises UnavailableError."""
        ...

    async def recent(self) -> list[Head]:
        """The last it was told, oldest first; raises UnavailableError."""
        ...


def latest(heads: Sequence[Head]) -> Mapping[int, Head]:
    """The furthest one told of each partition."""
    return {head.partition: head for head in sorted(heads, key=lambda head: head.no)}


def read_heads(path: Path) -> list[Head]:
    """All that a file was told, oldest first; raises OSError."""
    found = map(_head, path.read_bytes().split(b"\n"))
    return [head for head in found if head is not None]


class FileAnchor:
    """A line a head, in a file on other storage than the database's; synced before it counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"file {path}"

    async def put(self, heads: Sequence[Head]) -> None:
        """One write; a torn line of a killed writer is ended first."""
        try:
            await asyncio.to_thread(self._append, b"".join(map(_line, heads)))
        except OSError as error:
            raise UnavailableError(f"{self.name} cannot be written: {error.strerror}") from error

    async def recent(self) -> list[Head]:
        """The end of the file."""
        try:
            return await asyncio.to_thread(self._read)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UnavailableError(f"{self.name} cannot be read: {error.strerror}") from error

    def _append(self, lines: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as file:
            if file.tell() and _last_byte(file) != b"\n":
                lines = b"\n" + lines
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> list[Head]:
        with self._path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - _TAIL, 0))
            lines = file.read().split(b"\n")
        found = [_head(line) for line in lines[-RECENT - 1 :]]
        return [head for head in found if head is not None]


class StreamAnchor:
    """A Redis stream of its own; weaker than a file, for whoever holds the broker can drop it."""

    def __init__(self, redis: "Redis", stream: str) -> None:
        self._redis = redis
        self._stream = stream
        self.name = f"stream {stream}"

    async def put(self, heads: Sequence[Head]) -> None:
        """An entry each, together."""
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                for head in heads:
                    fields: Any = {"head": _line(head)}
                    pipe.xadd(self._stream, fields, maxlen=_STREAM_KEPT, approximate=True)
                await pipe.execute()
        except RedisError as error:
            raise UnavailableError(f"{self.name} cannot be written: {error}") from error

    async def recent(self) -> list[Head]:
        """The end of the stream."""
        try:
            entries: Any = await self._redis.xrevrange(self._stream, count=RECENT)
        except RedisError as error:
            raise UnavailableError(f"{self.name} cannot be read: {error}") from error
        found = [_head(fields.get(b"head", b"")) for _, fields in reversed(entries)]
        return [head for head in found if head is not None]


def _line(head: Head) -> bytes:
    return msgspec.json.encode(head) + b"\n"


def _head(line: bytes) -> Head | None:
    """None for a torn line, and for what is none of ours."""
    try:
        return msgspec.json.decode(line, type=Head)
    except msgspec.DecodeError:
        return None


def _last_byte(file: Any) -> bytes:
    file.seek(-1, os.SEEK_END)
    return bytes(file.read(1))
