"""A service that does what a test tells it to, and the tokens and stubs to ask it with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import grpc
from joserfc import jwt
from joserfc.jwk import ECKey
from plantmesh.common.v1.snapshot_pb2 import Position, SnapshotRequest

from services.kit.access.keys import GivenKeys
from services.kit.access.tokens import Verifier
from services.kit.clock import SystemClock
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer

ISSUER, AUDIENCE = "https://issuer.test", "plantmesh"
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
ASK, WATCH = "/plantmesh.test.v1.Desk/Ask", "/plantmesh.test.v1.Desk/Watch"
GOOD = SnapshotRequest(topic="plantmesh.test", partition=1)


def claims(**changes: Any) -> dict[str, Any]:
    """Of a good token; None takes a claim away."""
    later = SystemClock().now() + timedelta(minutes=15)
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "scope": "mes:read mes:write",
        "plants": ["lyon"],
        "party": "",
        "exp": int(later.timestamp()),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def mint(key: ECKey = KEY, **changes: Any) -> str:
    """A token signed by `key` under the name of the issuer's."""
    return jwt.encode({"alg": "ES256", "kid": "k1"}, claims(**changes), key)


def verifier() -> Verifier:
    """Believes KEY."""
    public = KEY.as_dict(private=False)
    return Verifier(GivenKeys({"keys": [public]}), ISSUER, AUDIENCE, SystemClock())


class Given:
    """An identity with one token."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """That one."""
        return self._token


class Desk:
    """`answer` and `stream` are what it does; `asked` counts what reached it."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Callable[[SnapshotRequest], Awaitable[Position]] = self._at_once
        self.stream: Callable[[SnapshotRequest], AsyncIterator[Position]] = self._three

    async def ask(self, request: SnapshotRequest, _: object) -> Position:
        """One answer."""
        self.asked += 1
        return await self.answer(request)

    async def watch(self, request: SnapshotRequest, _: object) -> AsyncIterator[Position]:
        """Several."""
        self.asked += 1
        async for position in self.stream(request):
            yield position

    async def _at_once(self, request: SnapshotRequest) -> Position:
        return Position(n=request.partition)

    async def _three(self, _: SnapshotRequest) -> AsyncIterator[Position]:
        for n in range(3):
            yield Position(n=n)


def register(desk: Desk, server: grpc.aio.Server) -> None:
    """As generated code would."""
    codec = SnapshotRequest.FromString, Position.SerializeToString
    handlers = {
        "Ask": grpc.unary_unary_rpc_method_handler(desk.ask, *codec),
        "Watch": grpc.unary_stream_rpc_method_handler(desk.watch, *codec),
        "Pour": grpc.stream_unary_rpc_method_handler(desk.ask, *codec),
    }
    handler = grpc.method_handlers_generic_handler("plantmesh.test.v1.Desk", handlers)
    server.add_generic_rpc_handlers((handler,))


class Stub:
    """As generated code would; `..._anything` sends bytes as they are."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        codec = SnapshotRequest.SerializeToString, Position.FromString
        self.ask: Any = channel.unary_unary(ASK, *codec)
        self.watch: Any = channel.unary_stream(WATCH, *codec)
        self.ask_anything: Any = channel.unary_unary(ASK, bytes, bytes)
        self.watch_anything: Any = channel.unary_stream(WATCH, bytes, bytes)


@asynccontextmanager
async def served(desk: Desk, *, longest: float = 10) -> AsyncIterator[RpcServer]:
    """The desk behind a real server on loopback."""
    server = RpcServer(verifier(), [(register, desk)], bind="127.0.0.1", port=0, longest=longest)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(0)


@asynccontextmanager
async def calling(
    server: RpcServer, token: str | None = None, *, seconds: float = 5
) -> AsyncIterator[Stub]:
    """A stub as services have it, with `token` as the service's own."""
    peer = Peer(f"127.0.0.1:{server.port}", Given(token or mint()), seconds=seconds)
    try:
        yield Stub(peer.channel)
    finally:
        await peer.close()


@asynccontextmanager
async def calling_raw(server: RpcServer) -> AsyncIterator[Stub]:
    """A stub as anybody on the network has it."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Stub(channel)


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """The metadata of a call."""
    return (("authorization", f"Bearer {token}"),)
