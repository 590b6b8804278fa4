"""Calls between services: bounded in time, drained in order, made as somebody."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from plantmesh.common.v1.snapshot_pb2 import Position, SnapshotRequest

from services.kit.access.principal import Principal, acting_as, current_principal
from services.kit.errors import UnavailableError
from services.kit.rpc.client import Peer
from services.kit.rpc.deadline import remaining
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from tests.component.kit.rpc.desk import (
    GOOD,
    Desk,
    Given,
    Stub,
    bearer,
    calling,
    calling_raw,
    mint,
    register,
    served,
    verifier,
)
from tests.servers import PostgresServer


class Stuck(Desk):
    """Never answers, and knows when it was stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.stopped = asyncio.Event(), asyncio.Event()
        self.answer = self._wait
        self.left = 0.0

    async def _wait(self, _: SnapshotRequest) -> Position:
        self.left = remaining(1000)
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()
        raise AssertionError("nobody sets that event")


async def test_the_callers_deadline_ends_the_work_behind_it() -> None:
    desk = Stuck()
    async with served(desk) as server, calling(server, seconds=0.3) as stub:
        with pytest.raises(UnavailableError) as caught:
            await stub.ask(GOOD)
        assert caught.value.code == "deadline_exceeded"
        async with asyncio.timeout(5):
            await desk.stopped.wait()
    assert 0 < desk.left < 1


async def test_without_a_deadline_the_servers_own_holds() -> None:
    desk = Stuck()
    async with served(desk, longest=0.2) as server, calling_raw(server) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async with asyncio.timeout(5):
                await stub.ask(GOOD, metadata=bearer(mint()))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert caught.value.details() == "the deadline has passed"
    assert desk.stopped.is_set()
    assert desk.left < 1


async def test_what_a_call_calls_in_turn_has_no_more_time() -> None:
    behind, front = Stuck(), Desk()
    async with served(behind) as far, served(front) as near, calling(far) as to_behind:

        async def forward(request: SnapshotRequest) -> Position:
            position: Position = await to_behind.ask(request)
            return position

        front.answer = forward
        async with calling(near, seconds=0.5) as stub:
            with pytest.raises(UnavailableError):
                await stub.ask(GOOD)
    assert 0 < behind.left < 1


async def test_a_stream_left_early_is_stopped() -> None:
    desk, stopped = Desk(), asyncio.Event()

    async def endless(_: SnapshotRequest) -> AsyncIterator[Position]:
        try:
            while True:
                yield Position()
        finally:
            stopped.set()

    desk.stream = endless
    async with served(desk) as server, calling(server) as stub:
        answers = stub.watch(GOOD)
        assert await anext(answers) == Position()
        await answers.aclose()
        async with asyncio.timeout(5):
            await stopped.wait()


async def test_streams_of_requests_are_not_served_unguarded() -> None:
    desk = Desk()
    async with served(desk) as server:
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")
        pour = channel.stream_unary(
            "/plantmesh.test.v1.Desk/Pour",
            SnapshotRequest.SerializeToString,
            Position.FromString,
        )
        with pytest.raises(grpc.aio.AioRpcError):
            await pour(iter([GOOD]), timeout=5)
        await channel.close(None)
    assert desk.asked == 0


async def test_a_peer_that_is_away_is_unavailable_and_stays_unnamed() -> None:
    peer = Peer("127.0.0.1:1", Given("t"), seconds=2)
    with pytest.raises(UnavailableError) as caught:
        await Stub(peer.channel).ask(GOOD)
    await peer.close()
    assert "127.0.0.1" not in str(caught.value)


async def test_a_draining_server_ends_what_it_began() -> None:
    desk, begun, go_on = Desk(), asyncio.Event(), asyncio.Event()

    async def slow(_: SnapshotRequest) -> Position:
        begun.set()
        await go_on.wait()
        return Position(n=7)

    desk.answer = slow
    server = RpcServer(verifier(), [(register, desk)], bind="127.0.0.1", port=0)
    stop = asyncio.Event()
    running = asyncio.create_task(server.run(stop))
    async with calling(server) as stub, calling(server) as late:
        under_way = asyncio.create_task(stub.ask(GOOD))
        await begun.wait()
        stop.set()
        with pytest.raises(UnavailableError):
            await refused(late)
        ended, _ = await asyncio.wait({under_way}, timeout=0.3)
        assert not ended
        go_on.set()
        assert (await under_way).n == 7
        await running


async def refused(stub: Stub) -> None:
    """Ask until the server takes no more calls; a call it took meanwhile just times out."""
    while True:
        try:
            await stub.ask(GOOD, timeout=0.2)
        except UnavailableError as error:
            if error.code != "deadline_exceeded":
                raise


async def test_a_port_that_is_taken_is_not_shared() -> None:
    async with served(Desk()) as server:
        with pytest.raises(RuntimeError):
            RpcServer(verifier(), [], bind="127.0.0.1", port=server.port)


async def test_the_callers_token_is_passed_on_else_the_services_own() -> None:
    desk, seen = Desk(), []

    async def note(_: SnapshotRequest) -> Position:
        seen.append(current_principal())
        return Position()

    desk.answer = note
    own = mint(sub="service:process", scope="delegate")
    async with served(desk) as server, calling(server, own) as stub:
        await stub.ask(GOOD)
        with acting_as(Principal("alice", token=mint(sub="alice"))):
            await stub.ask(GOOD)
        with acting_as(Principal.kept(Principal("Jörg").keep())):
            await stub.ask(GOOD)
    assert [(one.subject, one.on_behalf_of) for one in seen] == [
        ("service:process", ""),
        ("alice", ""),
        ("service:process", "Jörg"),
    ]


async def test_no_call_leaves_an_open_unit_of_work(postgres: PostgresServer) -> None:
    store, desk = Store(postgres.dsn("rpc")), Desk()
    async with served(desk) as server, calling(server) as stub:
        with pytest.raises(RuntimeError, match="open transaction"):
            async with store.work():
                await stub.ask(GOOD)
    await store.close()
    assert desk.asked == 0
