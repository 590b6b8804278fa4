"""The peer itself is what the other tests take it for."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, ua

from tests.contract.opcua.client import LINE, connected, dialling
from tests.contract.opcua.peer import Job, OpcuaPeer
from tests.servers import scratch_folder
from tools.mesh.wait import until

pytestmark = pytest.mark.peer
_JOB = Job("4711", "L-1", "HEAT-1")
_EVER = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_KGM = 0x4B474D


@pytest.fixture
def root() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


async def trusted(peer: OpcuaPeer) -> None:
    """Start it and have it know the test's client."""
    peer.start()
    with pytest.raises((AssertionError, ua.UaError)):
        async with await dialling(peer.endpoint, peer.root):
            pass
    until(lambda: bool(peer.refused()), "a refused certificate")
    peer.trust(peer.refused())


async def value(client: Client, name: str) -> Any:
    """Of a node of the first machine."""
    index = await client.get_namespace_index(LINE)
    return await client.get_node(f"ns={index};s=M1.{name}").read_value()


async def test_it_shows_what_its_file_says(root: Path) -> None:
    peer = OpcuaPeer(root, "--history")
    await trusted(peer)
    try:
        peer.want(_JOB, 100)
        until(lambda: peer.pieces > 30, "thirty pieces")
        last = peer.finish(_JOB)
        async with connected(peer.endpoint, root) as client:
            [policy] = {one.SecurityPolicyUri for one in await client.get_endpoints()}
            assert policy.endswith("Basic256Sha256")
            index = await client.get_namespace_index(LINE)
            material = client.get_node(f"ns={index};s=M1.MaterialCount")
            unit = await (await material.get_child("0:EngineeringUnits")).read_value()
            history = await material.read_raw_history(_EVER, None, numvalues=0)
            assert await value(client, "GoodCount") == last.good
            assert await value(client, "CurrentOrder") == "4711"
            assert Decimal(repr(await material.read_value())) == last.material
            assert unit.UnitId == _KGM
            assert history[-1].Value is not None
            assert history[-1].Value.Value == float(last.material)
            assert len({one.SourceTimestamp for one in history}) == len(history)
    finally:
        peer.kill()


@pytest.mark.parametrize(("options", "kept"), [(["--history"], True), (["--reset"], False)])
async def test_a_controller_keeps_its_counters_or_begins_at_nothing(
    root: Path, options: list[str], kept: bool
) -> None:
    peer = OpcuaPeer(root, *options)
    await trusted(peer)
    try:
        peer.want(_JOB, 200)
        until(lambda: peer.pieces > 30, "thirty pieces")
        peer.kill()
        before = peer.steps()[-1]
        peer.want(_JOB, 0)
        peer.start()
        async with connected(peer.endpoint, root) as client:
            started = await client.get_node(ua.ObjectIds.Server_ServerStatus_StartTime).read_value()
            assert await value(client, "GoodCount") == (before.good if kept else 0)
            assert await value(client, "CurrentOrder") == "4711"
        assert started.isoformat() > before.run[:-1]
    finally:
        peer.kill()
