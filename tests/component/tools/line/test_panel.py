"""Clients read of the line what its file says, with the file's times, if the line trusts them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, ua

from tests.component.tools.line.hall import Visitor, node
from tools.mesh.ports import free_port
from tools.simulators.line.panel import SIGNALS, Panel
from tools.simulators.line.papers import Shown, State, read_counts
from tools.simulators.line.place import Place
from tools.simulators.line.tally import Tally

Value = tuple[str, Any, datetime]
WEIGHED = Decimal("0.7")


class Machine:
    """A panel on what its tally says; another one on the same folder is the machine restarted."""

    def __init__(self, folder: Path) -> None:
        self.place, self.port = Place(folder), free_port()
        self.tally = Tally(self.place.counts)
        self.panel = Panel(self.place, self.port, ("H87", "KGM"))

    async def count(self, good: int, **changes: Any) -> None:
        """That many more, with their flour."""
        last = self.tally.shown[-1]
        used = last.used + good * WEIGHED
        await self.tally.change(self.panel.show, good=last.good + good, used=used, **changes)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Machine]:
    """A machine that is on."""
    machine = Machine(folder)
    await machine.panel.open(machine.tally.shown)
    yield machine
    await machine.panel.close()


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """Nothing was made yet."""
    async with running(tmp_path / "line") as machine:
        yield machine


def trusted(machine: Machine, folder: Path) -> Visitor:
    """Somebody the line's engineer knows."""
    visitor = Visitor(folder, machine.port)
    machine.place.trusted.mkdir(exist_ok=True)
    (machine.place.trusted / "visitor.pem").write_bytes(visitor.certificate.read_bytes())
    return visitor


async def test_a_stranger_is_refused_until_its_certificate_is_trusted(
    machine: Machine, tmp_path: Path
) -> None:
    stranger = Visitor(tmp_path / "stranger", machine.port)
    trusted(machine, tmp_path / "another")
    with pytest.raises(ua.UaStatusCodeError, match="BadCertificateUntrusted"):
        async with stranger.enter():
            pass
    known = trusted(machine, tmp_path / "stranger")
    async with known.enter() as client:
        assert await client.get_node(await node(client, "GoodCount")).read_value() == 0


async def test_nobody_listens_in(machine: Machine, tmp_path: Path) -> None:
    visitor = trusted(machine, tmp_path / "visitor")
    with pytest.raises(ua.UaError, match="No matching endpoint"):
        async with visitor.enter_openly():
            pass
    with pytest.raises(ua.UaError, match="No matching endpoint"):
        async with visitor.enter(ua.MessageSecurityMode.Sign):
            pass


async def test_only_the_line_writes(machine: Machine, tmp_path: Path) -> None:
    async with trusted(machine, tmp_path / "visitor").enter() as client:
        count = client.get_node(await node(client, "GoodCount"))
        with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
            await count.write_value(ua.Variant(9, ua.VariantType.UInt32))


@pytest.mark.parametrize(
    ("signal", "id"), [("GoodCount", 4732983), ("ScrapCount", 4732983), ("MaterialCount", 4933453)]
)
async def test_counts_have_units(machine: Machine, tmp_path: Path, signal: str, id: int) -> None:
    # H87 and KGM in the table of OPC 10000-8.
    async with trusted(machine, tmp_path / "visitor").enter() as client:
        count = client.get_node(await node(client, signal))
        unit = await (await count.get_child("0:EngineeringUnits")).read_value()
    assert unit.UnitId == id
    assert unit.NamespaceUri.endswith("/UA/units/un/cefact")


class Ear:
    """Hears every change with its source timestamp."""

    def __init__(self, names: dict[ua.NodeId, str]) -> None:
        self._names = names
        self.heard: set[Value] = set()
        self.expected: set[Value] = set()
        self.complete = asyncio.Event()

    def datachange_notification(self, changed: Any, value: Any, data: Any) -> None:
        at = data.monitored_item.Value.SourceTimestamp
        self.heard.add((self._names[changed.nodeid], value, at))
        if self.expected and self.expected <= self.heard:
            self.complete.set()


@asynccontextmanager
async def listening(client: Client) -> AsyncIterator[Ear]:
    """To all signals."""
    names = {await node(client, one.name): one.name for one in SIGNALS}
    ear = Ear(names)
    subscription = await client.create_subscription(20, ear)
    await subscription.subscribe_data_change([client.get_node(id) for id in names], queuesize=100)
    yield ear
    await subscription.delete()


async def make_bread(machine: Machine) -> None:
    """Two orders, a few loaves each."""
    for number in ("4711", "4712"):
        await machine.tally.change(
            machine.panel.show, state=State.EXECUTE, order=number, lot=f"L-{number}"
        )
        for good in (3, 4):
            await machine.count(good)
        await machine.count(0, scrap=machine.tally.shown[-1].scrap + 1, reason="burnt")


def written(shown: Sequence[Shown]) -> set[Value]:
    """What each signal changed to, by the file."""
    found: set[Value] = set()
    for signal in SIGNALS:
        last = None
        for one in shown:
            if (value := signal.read(one)) != last:
                found.add((signal.name, value, one.at))
            last = value
    return found


async def test_every_change_is_heard_with_the_time_it_has_in_the_file(
    machine: Machine, tmp_path: Path
) -> None:
    async with (
        trusted(machine, tmp_path / "visitor").enter() as client,
        listening(client) as ear,
    ):
        await make_bread(machine)
        ear.expected = written(machine.tally.shown)
        async with asyncio.timeout(10):
            await ear.complete.wait()
    assert ear.heard == ear.expected
    counted = [at for name, _, at in ear.heard if name.endswith("Count")]
    changed = [at for name, _, at in ear.heard if name == "CurrentOrder"]
    assert set(counted) & set(changed) == {machine.tally.shown[0].at}


async def test_whoever_was_away_reads_it_all_from_history_even_after_a_restart(
    machine: Machine, tmp_path: Path
) -> None:
    await make_bread(machine)
    before = await remembered(machine, tmp_path)
    assert before == written(machine.tally.shown)

    async with running(tmp_path / "line") as again:
        await again.count(5)
        after = await remembered(again, tmp_path)
    assert before < after
    assert after == written(again.tally.shown)
    assert ("GoodCount", 19, again.tally.shown[-1].at) in after


async def test_history_is_read_from_a_time_on(machine: Machine, tmp_path: Path) -> None:
    await make_bread(machine)
    since = machine.tally.shown[5].at
    late = {value for value in written(machine.tally.shown) if value[2] >= since}
    assert await remembered(machine, tmp_path, since) == late


async def remembered(machine: Machine, folder: Path, since: datetime | None = None) -> set[Value]:
    """All history of all signals."""
    start = since or machine.tally.shown[0].at
    found: set[Value] = set()
    async with trusted(machine, folder / "visitor").enter() as client:
        for one in SIGNALS:
            history = client.get_node(await node(client, one.name)).read_raw_history(start)
            found.update(_value(one.name, value) for value in await history)
    return found


def _value(name: str, value: ua.DataValue) -> Value:
    assert value.Value is not None
    assert value.SourceTimestamp is not None
    return name, value.Value.Value, value.SourceTimestamp


def test_what_is_shown_is_in_the_file_first(tmp_path: Path) -> None:
    place = Place(tmp_path)
    tally, seen = Tally(place.counts), []

    async def show(shown: Shown) -> None:
        assert list(read_counts(place.counts))[-1] == shown
        seen.append(shown)

    async def count() -> None:
        await tally.change(show, good=1)
        await tally.change(show, good=2)

    asyncio.run(count())
    assert [one.good for one in seen] == [1, 2]
    assert seen[0].at < seen[1].at
