"""OPC UA servers of other makers: small, forgetful, without a clock, or with another's units."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asyncua import Client, ua

from services.kit.clock import SystemClock
from services.kit.components import State
from services.telemetry.adapters.opcua import reader, subscription
from services.telemetry.adapters.opcua.certificate import private_folder
from services.telemetry.domain.look import Quality
from tests.component.telemetry.edge import PRESS, Edge, open_edge
from tests.component.telemetry.foreign import START_TIME, Foreign, foreign, refusing
from tests.component.telemetry.plc import START, node

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return private_folder(tmp_path / "edge")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[Foreign]:
    async with foreign() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def plc(server: Foreign) -> Foreign:
    """As it was at first."""
    await server.show(**START)
    await server.measure()
    return server


def counted(good: int) -> Callable[[Edge], bool]:
    return lambda edge: bool(edge.looks) and edge.looks[-1].counters[0].reading.value == good


@pytest.mark.parametrize("service", ["read", "create_monitored_items"])
async def test_a_server_that_takes_little_at_once_is_asked_for_less(
    service: str, plc: Foreign, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(params: Any) -> bool:
        return len(getattr(params, "NodesToRead", None) or params.ItemsToCreate) > 2

    refused = refusing(monkeypatch, service, ua.StatusCodes.BadTooManyOperations, too_many)
    async with open_edge(plc, folder, plc.file(folder)) as edge:
        await edge.until(counted(0))
        await plc.show(Good=3)
        await edge.until(counted(3))
    assert refused


async def test_a_server_that_cannot_look_up_names_is_read_with_units_of_the_file(
    plc: Foreign, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(
        monkeypatch,
        "translate_browsepaths_to_nodeids",
        ua.StatusCodes.BadServiceUnsupported,
        lambda _: True,
    )
    file = plc.file(folder)
    for counter, unit in (("good", "H87"), ("scrap", "H87"), ("used", "KGM")):
        file = file.replace(f"name: {counter},", f"name: {counter}, unit: {unit},")
    async with open_edge(plc, folder, file) as edge:
        await edge.until(counted(0))
    assert [one.reading.unit for one in edge.looks[0].counters] == ["H87", "H87", "KGM"]


async def test_a_unit_of_another_vocabulary_is_what_the_file_says(
    plc: Foreign, folder: Path
) -> None:
    makers = ua.EUInformation("urn:maker:units", 7, ua.LocalizedText("pcs"))
    unknown = ua.EUInformation(
        "http://www.opcfoundation.org/UA/units/un/cefact", -1, ua.LocalizedText("?")
    )
    await plc.measure(Good=makers, Scrap=unknown)
    file = plc.file(folder)
    async with open_edge(plc, folder, file) as edge:
        await edge.reports("has 'pcs', which is no unit")
    for counter in ("good", "scrap"):
        file = file.replace(f"name: {counter},", f"name: {counter}, unit: H87,")
    async with open_edge(plc, folder, file) as edge:
        await edge.until(counted(0))


async def test_a_subscription_that_is_silent_is_made_anew(
    plc: Foreign, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "_KEEPALIVE_MS", 200.0)
    async with open_edge(plc, folder, plc.file(folder)) as edge:
        await edge.until(counted(0))
        [(number, dead)] = plc.subscriptions.items()
        # The server forgets it, and tells nobody.
        await dead.stop()
        await plc.show(Good=3)
        await edge.until(counted(3))
        assert edge.looks[-1].gap_since is not None
        assert number not in plc.subscriptions


async def test_a_message_that_is_lost_is_a_gap(plc: Foreign, folder: Path) -> None:
    async with open_edge(plc, folder, plc.file(folder)) as edge:
        await plc.show(Good=1)
        await edge.until(counted(1))
        [one] = plc.subscriptions.values()
        # One message more was sent than arrives.
        one._notification_seq += 1
        await plc.show(Good=2)
        await plc.show(Good=3)
        await edge.until(counted(3))
        assert any(look.gap_since is not None for look in edge.looks)


async def test_a_machine_that_lacks_a_node_holds_up_no_other(
    plc: Foreign, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_FIRST_VALUES", 0.2)
    monkeypatch.setattr(reader, "_LOOK_AGAIN", 0.2)
    lamp = f"  - {{equipment: {PRESS}-lamp, state: {node('Lamp')}}}\n"
    async with open_edge(plc, folder, plc.file(folder) + lamp) as edge:
        await edge.until(counted(0))
        assert edge.component.state is State.DEGRADED
        assert "s=Press.Lamp cannot be read: BadNodeIdUnknown" in edge.component.reason
        await plc.show(Good=3)
        await edge.until(counted(3))
        assert edge.looks[-1].quality is Quality.GOOD
        await plc.add("Lamp", 6)
        await edge.until(lambda edge: any(s.equipment == f"{PRESS}-lamp" for s in edge.states))
        assert "Lamp" not in edge.component.reason


class Behind(SystemClock):
    """Ours, an hour and some seconds behind the server's."""

    def now(self) -> datetime:
        """By it."""
        return super().now() - timedelta(hours=1, seconds=7)


async def test_a_clock_that_is_an_hour_ahead_is_read_by_ours_and_in_order(
    plc: Foreign, folder: Path
) -> None:
    clock = Behind()
    async with open_edge(plc, folder, plc.file(folder), clock=clock) as edge:
        await edge.until(counted(0))
        await plc.show(Good=5)
        await plc.show(Order="4711")
        await plc.show(Good=6)
        await edge.until(counted(6))
    told = [(look.order_no, int(look.counters[0].reading.value)) for look in edge.looks]
    assert told[-2:] == [("", 5), ("4711", 6)]
    assert abs(edge.looks[-1].read_at.moment - clock.now()) < timedelta(minutes=5)


async def test_a_server_that_does_not_say_since_when_it_runs_is_read(
    plc: Foreign, folder: Path
) -> None:
    started = plc.server.get_node(START_TIME)
    await started.write_value(ua.DataValue(StatusCode=ua.StatusCode(ua.UInt32(0x80000000))))
    async with open_edge(plc, folder, plc.file(folder)) as edge:
        await edge.until(counted(0))


async def test_an_answer_that_is_built_wrongly_stops_neither_reader_nor_process(
    plc: Foreign, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nonsense(_: Client) -> list[str]:
        raise TypeError("what asyncua says of what it cannot decode")

    with monkeypatch.context() as wrong:
        wrong.setattr(Client, "get_namespace_array", nonsense)
        async with open_edge(plc, folder, plc.file(folder)) as edge:
            await edge.reports("source_unreadable")
            wrong.undo()
            await edge.until(counted(0))
