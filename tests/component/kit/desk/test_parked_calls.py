"""Operators and parked events, through the desk's real port."""

import json
from typing import Any

import pytest
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.ops.v1 import desk_pb2 as pb
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub

from services.kit.errors import ConflictError, DeniedError, InvalidError, NotFoundError
from services.kit.rpc.server import RpcServer
from tests.component.kit.desk.works import CONSUMER, TOPIC, Works, desk

KEY, WHY = "lyon/4711", "the sender was mended"


def name(key: str = KEY, consumer: str = CONSUMER) -> pb.ParkedKeyName:
    return pb.ParkedKeyName(consumer=consumer, topic=TOPIC.name, key=key)


def replaying(*keys: str, dry_run: bool = False) -> pb.ReplayParkedKeysRequest:
    return pb.ReplayParkedKeysRequest(
        idempotency_key="replay-1", names=map(name, keys), dry_run=dry_run, reason=WHY
    )


def fixing(event_id: str, payload: str, consumer: str = CONSUMER) -> pb.FixParkedEventRequest:
    return pb.FixParkedEventRequest(
        idempotency_key="fix-1",
        name=name(consumer=consumer),
        event_id=event_id,
        payload=payload,
        reason=WHY,
    )


def skipping(event_id: str) -> pb.SkipParkedEventRequest:
    return pb.SkipParkedEventRequest(
        idempotency_key="skip-1", name=name(), event_id=event_id, reason=WHY
    )


async def audit(works: Works) -> list[tuple[Any, ...]]:
    return await works.rows("SELECT who, action, reason, key FROM parking_audit ORDER BY id")


@pytest.fixture
async def first(works: Works, operator: DeskServiceStub) -> str:
    """A refused event with one behind it; its id."""
    works.refused.add("bad")
    await works.tell(KEY, "bad", "next")
    [key] = (await operator.ListParkedKeys(pb.ListParkedKeysRequest())).keys
    return str(key.first_event_id)


async def test_list_and_get_show_what_waits(operator: DeskServiceStub, first: str) -> None:
    [key] = (await operator.ListParkedKeys(pb.ListParkedKeysRequest(dead_only=True))).keys
    assert (key.name, key.state, key.waiting) == (name(), "dead", 2)
    assert (key.code, key.first_event_type) == (
        "unknown_topic",
        "plantmesh.common.v1.SnapshotRequest",
    )
    found = await operator.GetParkedKey(pb.GetParkedKeyRequest(name=name()))
    assert found.key == key
    assert found.events[0].id == first
    assert [json.loads(event.payload)["topic"] for event in found.events] == ["bad", "next"]


async def test_list_is_read_in_pages(works: Works, operator: DeskServiceStub) -> None:
    works.refused.add("bad")
    for n in range(5):
        await works.tell(f"lyon/{n}", "bad")
    seen: list[str] = []
    page, more = PageRequest(size=2), True
    while more:
        found = await operator.ListParkedKeys(pb.ListParkedKeysRequest(page=page))
        seen += [key.name.key for key in found.keys]
        assert len(found.keys) <= 2
        page, more = PageRequest(size=2, cursor=found.page.end_cursor), found.page.has_more
    assert seen == [f"lyon/{n}" for n in range(5)]


async def test_fixed_event_is_handled_in_its_place(
    works: Works, operator: DeskServiceStub, first: str
) -> None:
    fixed = await operator.FixParkedEvent(fixing(first, '{"topic": "mended"}'))
    assert fixed.key.state == "replay"
    await works.consume()
    assert works.handled == ["mended", "next"]
    assert await audit(works) == [("olga", "fix", WHY, KEY)]
    assert not (await operator.ListParkedKeys(pb.ListParkedKeysRequest())).keys


@pytest.mark.parametrize(
    ("payload", "field"),
    [("{]", "payload"), ('{"nobody": 1}', "payload"), ('{"topic": ""}', "payload.topic")],
)
async def test_data_that_breaks_a_rule_is_refused_by_its_field(
    works: Works, operator: DeskServiceStub, first: str, payload: str, field: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        await operator.FixParkedEvent(fixing(first, payload))
    assert caught.value.field == field
    assert await audit(works) == []
    assert await works.rows("SELECT state FROM parked_key") == [("dead",)]


async def test_dry_run_handles_and_keeps_nothing(
    works: Works, operator: DeskServiceStub, first: str
) -> None:
    found = await operator.ReplayParkedKeys(replaying(KEY, dry_run=True))
    [rehearsal] = found.rehearsals
    assert (rehearsal.handled, rehearsal.code) == (0, "unknown_topic")
    works.refused.clear()
    [rehearsal] = (await operator.ReplayParkedKeys(replaying(KEY, dry_run=True))).rehearsals
    assert (rehearsal.name, rehearsal.handled, rehearsal.code) == (name(), 2, "")
    assert await audit(works) == []
    assert await works.rows("SELECT state FROM parked_key") == [("dead",)]


async def test_replayed_key_goes_on_where_it_stopped(
    works: Works, operator: DeskServiceStub, first: str
) -> None:
    works.refused.clear()
    for _ in range(2):
        replayed = await operator.ReplayParkedKeys(replaying(KEY))
        assert [key.state for key in replayed.keys] == ["replay"]
    await works.consume()
    assert works.handled == ["bad", "next"]
    assert await audit(works) == [("olga", "replay", WHY, KEY)]


async def test_replay_takes_all_or_none(
    works: Works, operator: DeskServiceStub, first: str
) -> None:
    with pytest.raises(NotFoundError) as caught:
        await operator.ReplayParkedKeys(replaying(KEY, "lyon/9999"))
    assert caught.value.code == "not_parked"
    assert await audit(works) == []
    assert await works.rows("SELECT state FROM parked_key") == [("dead",)]


async def test_skip_drops_the_event_that_was_seen_and_no_other(
    works: Works, operator: DeskServiceStub, first: str
) -> None:
    with pytest.raises(ConflictError) as caught:
        await operator.SkipParkedEvent(skipping("0199-another"))
    assert (caught.value.code, caught.value.field) == ("not_first", "event_id")
    with pytest.raises(ConflictError):
        await operator.FixParkedEvent(fixing("0199-another", '{"topic": "mended"}'))
    skipped = await operator.SkipParkedEvent(skipping(first))
    assert skipped.key.waiting == 1
    await works.consume()
    assert works.handled == ["next"]
    assert await audit(works) == [("olga", "skip", WHY, KEY)]


async def test_consumer_that_this_service_does_not_have_is_named(
    operator: DeskServiceStub, first: str
) -> None:
    request = pb.GetParkedKeyRequest(name=name(consumer="nobody"))
    with pytest.raises(NotFoundError):
        await operator.GetParkedKey(request)
    again = replaying(dry_run=True)
    again.names.add(consumer="nobody", topic=TOPIC.name, key=KEY)
    with pytest.raises(NotFoundError) as caught:
        await operator.ReplayParkedKeys(again)
    assert (caught.value.field, caught.value.hint) == ("name.consumer", "there are: works")


async def test_nobody_looks_or_changes_without_the_scope_and_the_plant(
    works: Works, server: RpcServer, first: str
) -> None:
    calls: dict[str, Any] = {
        "GetParkedKey": pb.GetParkedKeyRequest(name=name()),
        "FixParkedEvent": fixing(first, '{"topic": "mended"}'),
        "ReplayParkedKeys": replaying(KEY),
        "SkipParkedEvent": skipping(first),
    }
    for claims, code in (
        ({"scope": "erp:write"}, "scope_required"),
        ({"plants": ["graz"]}, "foreign_plant"),
    ):
        async with desk(server, **claims) as stub:
            for call, request in calls.items():
                with pytest.raises(DeniedError) as caught:
                    await getattr(stub, call)(request)
                assert caught.value.code == code
    async with desk(server, plants=["graz"]) as stub:
        assert not (await stub.ListParkedKeys(pb.ListParkedKeysRequest())).keys
    assert await audit(works) == []
