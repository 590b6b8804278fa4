"""Whatever a person does at the desk is a row of the sealed audit: who, why, by which command."""

from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.ops.v1 import desk_pb2 as pb
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub

from services.kit.store import Row
from tests.audited import leaves_rows
from tests.component.kit.desk.works import CONSUMER, TOPIC, Works

KEY, WHY, NEW = "lyon/4711", "as agreed with the ledger team", '{"topic": "good"}'
DESK = "plantmesh.ops.v1.DeskService"


async def last(works: Works) -> int:
    [(id,)] = await works.rows("SELECT coalesce(max(id), 0) FROM audit_unsealed")
    return int(id)


async def since(works: Works, mark: int) -> list[Row]:
    return await works.rows(
        "SELECT kind, key, new->>'action', who, reason, method FROM audit_unsealed"
        " WHERE id > %s ORDER BY id",
        mark,
    )


@leaves_rows(pb.FixLaneEntryRequest, pb.ReplayLaneEntriesRequest, pb.CloseDoubtsRequest)
async def test_deeds_on_postings(works: Works, operator: DeskServiceStub) -> None:
    mark = await last(works)
    await works.post(KEY, "bad", "next", refuse=["bad"])
    [(id,)] = await works.rows("SELECT id FROM lane_entry WHERE state = 'refused'")
    await operator.FixLaneEntry(
        pb.FixLaneEntryRequest(idempotency_key="f", id=id, payload=NEW, reason=WHY)
    )
    works.erp.script.clear()
    await operator.ReplayLaneEntries(
        pb.ReplayLaneEntriesRequest(idempotency_key="r", ids=[id], reason=WHY)
    )
    await works.carry()
    await works.doubt("bad", "D1", "D2")
    await operator.CloseDoubts(pb.CloseDoubtsRequest(idempotency_key="c", id=id, reason=WHY))
    name = f"{KEY}#{id}"
    assert await since(works, mark) == [
        ("lane_entry", name, "fix", "olga", WHY, f"{DESK}/FixLaneEntry"),
        ("lane_entry", name, "replay", "olga", WHY, f"{DESK}/ReplayLaneEntries"),
        ("lane_entry", name, "close_doubts", "olga", WHY, f"{DESK}/CloseDoubts"),
    ]


@leaves_rows(pb.SkipParkedEventRequest, pb.ReplayParkedKeysRequest)
async def test_deeds_on_events(works: Works, operator: DeskServiceStub) -> None:
    mark = await last(works)
    works.refused |= {"bad", "worse"}
    await works.tell(KEY, "bad", "worse")
    name = pb.ParkedKeyName(consumer=CONSUMER, topic=TOPIC.name, key=KEY)
    [key] = (await operator.ListParkedKeys(pb.ListParkedKeysRequest())).keys
    event = f"{KEY}#{key.first_event_id}"
    await operator.SkipParkedEvent(
        pb.SkipParkedEventRequest(
            idempotency_key="s", name=name, event_id=key.first_event_id, reason=WHY
        )
    )
    await works.consume()
    await operator.ReplayParkedKeys(
        pb.ReplayParkedKeysRequest(idempotency_key="r", names=[name], reason=WHY)
    )
    [(first, skipped, *rest), (_, _, *again)] = await since(works, mark)
    assert (first, skipped) == ("parked_event", event)
    assert rest == ["skip", "olga", WHY, f"{DESK}/SkipParkedEvent"]
    assert again == ["replay", "olga", WHY, f"{DESK}/ReplayParkedKeys"]
    [(data,)] = await works.rows(
        "SELECT decode(old->>'data', 'base64') FROM audit_unsealed WHERE key = %s", event
    )
    assert SnapshotRequest.FromString(data).topic == "bad"


@leaves_rows(pb.SkipLaneEntryRequest, pb.FixParkedEventRequest)
async def test_what_is_given_up_and_what_is_mended(works: Works, operator: DeskServiceStub) -> None:
    await works.post(KEY, "bad", refuse=["bad"])
    [(id,)] = await works.rows("SELECT id FROM lane_entry WHERE state = 'refused'")
    mark = await last(works)
    await operator.SkipLaneEntry(pb.SkipLaneEntryRequest(idempotency_key="k", id=id, reason=WHY))
    works.refused.add("worse")
    await works.tell(KEY, "worse")
    name = pb.ParkedKeyName(consumer=CONSUMER, topic=TOPIC.name, key=KEY)
    [key] = (await operator.ListParkedKeys(pb.ListParkedKeysRequest())).keys
    await operator.FixParkedEvent(
        pb.FixParkedEventRequest(
            idempotency_key="x",
            name=name,
            event_id=key.first_event_id,
            payload=NEW,
            reason=WHY,
        )
    )
    assert await since(works, mark) == [
        ("lane_entry", f"{KEY}#{id}", "skip", "olga", WHY, f"{DESK}/SkipLaneEntry"),
        (
            "parked_event",
            f"{KEY}#{key.first_event_id}",
            "fix",
            "olga",
            WHY,
            f"{DESK}/FixParkedEvent",
        ),
    ]
