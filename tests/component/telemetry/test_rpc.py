"""EquipmentService and the snapshot, asked over a real port."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.telemetry.v1 import equipment_pb2 as pb
from plantmesh.telemetry.v1 import events_pb2

from services.kit.errors import DeniedError, DomainError, InvalidError
from services.telemetry.__main__ import TOPIC
from services.telemetry.domain.equipment import MachineMode, MachineState
from services.telemetry.domain.look import CounterKind, Quality
from tests.component.kit.rpc.desk import mint
from tests.component.telemetry.hub import READER, Hub
from tests.unit.telemetry.reports import OVEN, PRESS, at, good, look, scrapped, state, used
from tests.unit.telemetry.use_cases import record

FAR = "oslo/hall/press"
PATHS = [f"lyon/press-{n}" for n in range(5)]
EVERYBODY = mint(scope=READER, plants=["*"])


def asked(*paths: str) -> pb.BatchGetEquipmentRequest:
    return pb.BatchGetEquipmentRequest(equipment=paths)


def listed(plant: str = "lyon", size: int = 0, cursor: str = "") -> pb.ListEquipmentRequest:
    return pb.ListEquipmentRequest(plant=plant, page=PageRequest(size=size, cursor=cursor))


async def test_a_machine_as_it_was_told(hub: Hub) -> None:
    counters = (good("12.5"), scrapped("0.5", reason="torn"), used("13"))
    await record(hub, look(8, *counters), state(3, MachineState.HELD), epoch=7)
    async with hub.calling() as calls:
        [found] = (await calls.equipment.BatchGetEquipment(asked(PRESS))).equipment
    assert MessageToDict(found, preserving_proto_field_name=True) == {
        "plant": "lyon",
        "equipment": PRESS,
        "state": "MACHINE_STATE_HELD",
        "mode": "MACHINE_MODE_PRODUCTION",
        "quality": "QUALITY_GOOD",
        "since": {"timestamp": "2026-05-04T12:00:03Z", "offset_minutes": 120},
        "order_no": "4711",
        "lot_no": "L1",
        "counters": [
            {
                "counter": "good",
                "kind": "COUNTER_KIND_GOOD",
                "reading": {"value": "12.5", "unit": "KGM"},
            },
            {
                "counter": "scrap",
                "kind": "COUNTER_KIND_SCRAP",
                "reading": {"value": "0.5", "unit": "KGM"},
                "reason": "torn",
            },
            {
                "counter": "flour",
                "kind": "COUNTER_KIND_CONSUMED",
                "reading": {"value": "13", "unit": "KGM"},
                "item_no": "FLOUR",
                "lot_no": "F1",
            },
        ],
        "as_of": "2026-05-04T12:00:08Z",
        "epoch": "7",
    }


async def test_what_is_told_stands_in_the_events(hub: Hub) -> None:
    since, until = at(2).moment, at(8)
    shown = look(8, good("1", incarnation="boot-1"), quality=Quality.UNCERTAIN, gap_since=since)
    await record(hub, shown, state(3, MachineState.IDLE, order_no="", lot_no=""), epoch=7)
    [(first_key, read), (second_key, changed)] = await hub.events()
    assert first_key == second_key == PRESS
    assert isinstance(read, events_pb2.CountersRead)
    assert (read.plant, read.equipment, read.epoch) == ("lyon", PRESS, 7)
    assert (read.order_no, read.lot_no, read.quality) == ("4711", "L1", pb.QUALITY_UNCERTAIN)
    assert read.gap_since.ToJsonString() == "2026-05-04T12:00:02Z"
    assert read.read_at.timestamp.ToDatetime(tzinfo=until.moment.tzinfo) == until.moment
    assert (read.counters[0].incarnation, read.counters[0].reading.value) == ("boot-1", "1")
    assert isinstance(changed, events_pb2.EquipmentStateChanged)
    assert (changed.state, changed.mode) == (pb.MACHINE_STATE_IDLE, pb.MACHINE_MODE_PRODUCTION)
    assert (changed.order_no, changed.since.offset_minutes) == ("", 120)


@pytest.mark.parametrize(
    ("ours", "contract", "prefix"),
    [
        (MachineState, pb.MachineState, "MACHINE_STATE_"),
        (MachineMode, pb.MachineMode, "MACHINE_MODE_"),
        (Quality, pb.Quality, "QUALITY_"),
        (CounterKind, pb.CounterKind, "COUNTER_KIND_"),
    ],
)
def test_the_words_and_numbers_are_the_contracts(ours: Any, contract: Any, prefix: str) -> None:
    named = {f"{prefix}{one.name}": int(one) for one in ours if one}
    assert named == {name: no for name, no in contract.items() if no}


async def test_a_machine_nobody_told_the_state_of_has_none(hub: Hub) -> None:
    await record(hub, look(1, equipment=OVEN))
    async with hub.calling() as calls:
        answer = await calls.equipment.BatchGetEquipment(asked(OVEN))
    [found] = answer.equipment
    assert (found.state, found.mode) == (
        pb.MACHINE_STATE_UNSPECIFIED,
        pb.MACHINE_MODE_UNSPECIFIED,
    )
    assert not found.HasField("since")


async def test_in_the_order_asked_for_without_those_nobody_told_of(hub: Hub) -> None:
    await record(hub, look(1), look(1, equipment=OVEN))
    async with hub.calling() as calls:
        answer = await calls.equipment.BatchGetEquipment(asked(OVEN, "lyon/none", PRESS, OVEN))
    assert [one.equipment for one in answer.equipment] == [OVEN, PRESS]


async def test_a_plant_is_read_in_pages_by_path(hub: Hub) -> None:
    await record(hub, *(look(1, equipment=path) for path in (*PATHS, FAR)))
    pages = []
    async with hub.calling() as calls:
        cursor, more = "", True
        while more:
            answer = await calls.equipment.ListEquipment(listed(size=2, cursor=cursor))
            pages.append([one.equipment for one in answer.equipment])
            cursor, more = answer.page.end_cursor, answer.page.has_more
            if len(pages) == 1:
                # One that comes behind us shifts nothing.
                await record(hub, look(1, equipment="lyon/a"))
    assert pages == [PATHS[:2], PATHS[2:4], PATHS[4:]]


BAD = [
    (asked(), InvalidError, "invalid_request", "equipment"),
    (asked(PRESS, ""), InvalidError, "invalid_request", "equipment[1]"),
    (asked("x" * 129), InvalidError, "invalid_request", "equipment[0]"),
    (asked(*(f"lyon/{n}" for n in range(501))), InvalidError, "invalid_request", "equipment"),
    (asked(PRESS, FAR), DeniedError, "foreign_plant", "equipment[1]"),
    (listed(""), InvalidError, "invalid_request", "plant"),
    (listed("oslo"), DeniedError, "foreign_plant", "plant"),
    (listed(size=201), InvalidError, "invalid_request", "page.size"),
    (listed(cursor="nonsense"), InvalidError, "bad_cursor", "page.cursor"),
]


@pytest.mark.parametrize(("request_", "kind", "code", "field"), BAD)
async def test_a_refusal_is_typed_and_names_the_field(
    hub: Hub, request_: Message, kind: type[DomainError], code: str, field: str
) -> None:
    await record(hub, look(1), look(1, equipment=FAR))
    with pytest.raises(kind) as caught:
        await ask(hub, request_)
    assert (caught.value.code, caught.value.field) == (code, field)


async def test_a_cursor_of_another_plant_is_refused(hub: Hub) -> None:
    await record(hub, *(look(1, equipment=path) for path in PATHS))
    cursor = (await ask(hub, listed(size=1))).page.end_cursor
    with pytest.raises(InvalidError, match="not a cursor of this list"):
        await ask(hub, listed("oslo", cursor=cursor), EVERYBODY)


async def test_without_the_scope_there_is_nothing(hub: Hub) -> None:
    await record(hub, look(1))
    token = mint(scope="mes:read", plants=["*"])
    for request in (asked(PRESS), listed()):
        with pytest.raises(DeniedError) as caught:
            await ask(hub, request, token)
        assert caught.value.code == "scope_required"
    with pytest.raises(DeniedError, match="needs the scope telemetry:read"):
        await whole(hub, 0, token)


async def test_a_snapshot_of_all_partitions_is_the_newest_of_every_machine(hub: Hub) -> None:
    looks = [look(n + more, equipment=path) for n, path in enumerate(PATHS) for more in (0, 1)]
    states = [state(n, equipment=path) for n, path in enumerate(PATHS)]
    await record(hub, *looks, *states, epoch=3)
    told: list[tuple[str, str]] = []
    for partition in range(TOPIC.partitions):
        parts = [part async for part in whole_of(hub, partition, EVERYBODY)]
        here = [path for path in PATHS if TOPIC.part_of(path) == partition]
        # Every event is placed before the state is read: three of each machine.
        assert {part.position.n for part in parts} == {3 * len(here)}
        for part in parts:
            for packed in part.state:
                name = packed.TypeName().rsplit(".")[-1]
                event = getattr(events_pb2, name)()
                assert packed.Unpack(event)
                assert event.epoch == 3
                assert event.equipment in here
                told.append((event.equipment, name))
    names = ("CountersRead", "EquipmentStateChanged")
    assert sorted(told) == [(path, name) for path in PATHS for name in names]


async def test_a_snapshot_is_for_those_who_may_see_every_plant(hub: Hub) -> None:
    with pytest.raises(DeniedError) as caught:
        await whole(hub, 0, mint(scope=READER))
    assert (caught.value.code, caught.value.field) == ("foreign_plant", "partition")


async def ask(hub: Hub, request: Any, token: str = "") -> Any:
    method = request.DESCRIPTOR.name.removesuffix("Request")
    async with hub.calling(token) as calls:
        return await getattr(calls.equipment, method)(request)


async def whole_of(hub: Hub, partition: int, token: str) -> AsyncIterator[Any]:
    async with hub.calling(token) as calls:
        request = SnapshotRequest(topic=TOPIC.name, partition=partition)
        async for part in calls.snapshots.Snapshot(request):
            yield part


async def whole(hub: Hub, partition: int, token: str) -> list[Any]:
    return [part async for part in whole_of(hub, partition, token)]


async def test_machines_that_no_collector_reads_are_uncertain(hub: Hub) -> None:
    await record(hub, look(8), state(3))
    hub.pulse.silent = {"lyon"}
    async with hub.calling() as calls:
        [found] = (await calls.equipment.BatchGetEquipment(asked(PRESS))).equipment
        [listed_one] = (await calls.equipment.ListEquipment(listed())).equipment
    assert (found.quality, listed_one.quality) == (pb.QUALITY_UNCERTAIN,) * 2
