"""Mutual TLS between services: strangers are refused, and files that change are taken up."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from plantmesh.common.v1.snapshot_pb2 import Position, SnapshotRequest
from plantmesh.ops.v1.desk_pb2 import GetStatusRequest

from services.kit.clock import SystemClock
from services.kit.errors import DomainError, UnavailableError
from services.kit.rpc.client import Peer
from services.kit.rpc.line import Line
from services.kit.rpc.server import RpcServer
from services.kit.tls import Renewed, TlsFiles
from tests.component.kit.rpc.desk import (
    ASK,
    GOOD,
    Desk,
    Given,
    Stub,
    bearer,
    mint,
    register,
    verifier,
)
from tests.component.kit.rpc.desk import calling as calling_in_the_clear
from tools.mesh.authority import Authority
from tools.plantctl.desks import Caller, Desks
from tools.plantctl.places import Place

LAST_YEAR = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


@asynccontextmanager
async def served(files: TlsFiles | None, port: int = 0) -> AsyncIterator[RpcServer]:
    server = RpcServer(
        verifier(), [(register, Desk())], bind="127.0.0.1", port=port, longest=10, tls=files
    )
    await server.start()
    try:
        yield server
    finally:
        await server.stop(0)


class Asker:
    """A line with its one method; `ask` is true when it was answered."""

    def __init__(self, server: RpcServer, files: TlsFiles) -> None:
        self.line = Line(f"127.0.0.1:{server.port}", files, every=0)
        codec = SnapshotRequest.SerializeToString, Position.FromString
        self._ask = self.line.method(lambda channel: channel.unary_unary(ASK, *codec))

    async def ask(self) -> bool:
        try:
            await self._ask()(GOOD, metadata=bearer(mint()), timeout=5)
        except grpc.aio.AioRpcError as error:
            return error.code() is not grpc.StatusCode.UNAVAILABLE
        return True


async def answered(server: RpcServer, files: TlsFiles) -> bool:
    caller = Asker(server, files)
    try:
        return await caller.ask()
    finally:
        await caller.line.close()


async def test_services_of_one_authority_are_served_and_strangers_are_not(tmp_path: Path) -> None:
    ours, theirs = Authority("ours"), Authority("theirs")
    mes, erp = ours.issue(tmp_path / "mes", "mes"), ours.issue(tmp_path / "erp", "erp")
    stranger = theirs.issue(tmp_path / "stranger", "erp")
    # Believes us, and shows what nobody of ours signed.
    guest = TlsFiles(stranger.cert, stranger.key, erp.ca)
    async with served(mes) as server:
        assert await answered(server, erp)
        assert not await answered(server, stranger)
        assert not await answered(server, guest)


async def test_in_the_clear_nobody_is_served(tmp_path: Path) -> None:
    files = Authority("ours").issue(tmp_path / "mes", "mes")
    async with served(files) as server, calling_in_the_clear(server, seconds=3) as stub:
        assert isinstance(stub, Stub)
        with pytest.raises(UnavailableError):
            await stub.ask(GOOD)


async def test_an_authority_is_replaced_under_a_server_and_a_caller_that_run(
    tmp_path: Path,
) -> None:
    old, new = Authority("old"), Authority("new")
    mes, erp = old.issue(tmp_path / "mes", "mes"), old.issue(tmp_path / "erp", "erp")
    async with served(mes) as server:
        caller = Asker(server, erp)
        assert await caller.ask()
        new.issue(tmp_path / "mes", "mes")
        # What is connected stays so; a new handshake meets the new authority.
        assert await caller.ask()
        assert not await answered(server, old.issue(tmp_path / "late", "late"))
        assert await answered(server, new.issue(tmp_path / "early", "early"))
    new.issue(tmp_path / "erp", "erp")
    async with served(mes, server.port):
        assert await caller.ask()
    await caller.line.close()


def test_files_that_are_gone_or_half_written_change_nothing(tmp_path: Path) -> None:
    authority = Authority("ours")
    files = authority.issue(tmp_path / "mes", "mes")
    renewed = Renewed(files, clock=SystemClock())
    before = renewed.now
    files.key.unlink()
    assert not renewed.look()
    authority.issue(tmp_path / "mes", "mes")
    assert renewed.look()
    assert renewed.now != before
    assert not renewed.look()
    with pytest.raises(FileNotFoundError):
        Renewed(TlsFiles(tmp_path / "none", files.key, files.ca))


async def said(address: str, files: TlsFiles | None, known_as: str = "") -> str:
    """The way out that a caller is told; "" when it was answered."""
    peer = Peer(address, Given(mint()), seconds=5, tls=files, known_as=known_as)
    codec = SnapshotRequest.SerializeToString, Position.FromString
    try:
        await peer.channel.unary_unary(ASK, *codec)(GOOD)
    except UnavailableError as error:
        return error.hint
    finally:
        await peer.close()
    return ""


async def test_a_caller_is_told_whose_certificate_is_wrong(tmp_path: Path) -> None:
    ours, theirs = Authority("ours"), Authority("theirs")
    named = ours.issue(tmp_path / "mes", "mes", ["plantmesh-mes.plantmesh.svc.cluster.local"])
    erp = ours.issue(tmp_path / "erp", "erp")
    late = ours.issue(tmp_path / "late", "erp", end=LAST_YEAR)
    stranger = theirs.issue(tmp_path / "stranger", "erp")
    async with served(named) as server:
        at = f"127.0.0.1:{server.port}"
        assert "another name" in await said(at, erp)
        name = "plantmesh-mes.plantmesh.svc.cluster.local"
        assert not await said(at, erp, name)
        assert "PLANTMESH_TLS_CA did not sign" in await said(at, stranger, name)
        guest = TlsFiles(stranger.cert, stranger.key, erp.ca)
        assert "believe who signed PLANTMESH_TLS_CERT" in await said(at, guest, name)
        assert "ended at 2026-02-01" in await said(at, late, name)
        assert "if it wants TLS" in await said(at, None)
    async with served(late) as server:
        assert "renew it there" in await said(f"127.0.0.1:{server.port}", erp)
    async with served(None) as server:
        assert "it speaks no TLS" in await said(f"127.0.0.1:{server.port}", erp)


async def test_plantctl_shows_its_certificate_and_knows_a_service_by_its_name(
    tmp_path: Path,
) -> None:
    ours = Authority("ours")
    mes = ours.issue(tmp_path / "mes", "mes", ["plantmesh-mes.plantmesh.svc.cluster.local"])
    caller = Caller(
        mint(),
        ours.issue(tmp_path / "operator", "operator"),
        "plantmesh-{service}.plantmesh.svc.cluster.local",
    )
    async with served(mes) as server:
        place = Place("mes", (f"127.0.0.1:{server.port}",))
        [reply] = await Desks([place], caller).ask_all(
            lambda desk: desk.GetStatus(GetStatusRequest())
        )
        assert isinstance(reply.error, DomainError)
        assert reply.error.code == "unimplemented"
        [reply] = await Desks([place], Caller(mint())).ask_all(
            lambda desk: desk.GetStatus(GetStatusRequest())
        )
        assert isinstance(reply.error, UnavailableError)
        assert "PLANTMESH_TLS_CERT" in reply.error.hint
