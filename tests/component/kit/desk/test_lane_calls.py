"""Operators and parked postings, through the desk's real port."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.ops.v1 import desk_pb2 as pb
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub

from services.kit.errors import ConflictError, DeniedError, InvalidError, NotFoundError
from services.kit.lanes.accept import accept
from services.kit.rpc.server import RpcServer
from tests.component.kit.desk.works import Works, desk

KEY, WHY = "lyon/4711", "checked with accounting"
MENDED = json.dumps({"topic": "mended", "partition": 7})


@pytest.fixture
async def parked(works: Works) -> int:
    """A refused posting with one behind it; its id."""
    await works.post(KEY, "bad", "next", refuse=["bad"])
    [(id,)] = await works.rows("SELECT id FROM lane_entry WHERE state = 'refused'")
    return int(id)


def fixing(id: int, payload: str = MENDED, key: str = "fix-1") -> pb.FixLaneEntryRequest:
    return pb.FixLaneEntryRequest(idempotency_key=key, id=id, payload=payload, reason=WHY)


def replaying(*ids: int, key: str = "replay-1", dry_run: bool = False) -> Any:
    return pb.ReplayLaneEntriesRequest(idempotency_key=key, ids=ids, dry_run=dry_run, reason=WHY)


async def audit(works: Works) -> list[tuple[Any, ...]]:
    return await works.rows("SELECT who, action, reason FROM lane_audit ORDER BY id")


async def test_list_shows_what_waits_for_people(
    works: Works, operator: DeskServiceStub, parked: int
) -> None:
    [entry] = (await operator.ListLaneEntries(pb.ListLaneEntriesRequest())).entries
    assert (entry.id, entry.reference, entry.state) == (parked, "bad", "refused")
    assert (entry.code, entry.field, entry.behind) == ("closed", "topic", 1)
    assert entry.payload == ""
    everything = await operator.ListLaneEntries(pb.ListLaneEntriesRequest(all_open=True))
    assert [(each.reference, each.state) for each in everything.entries] == [
        ("bad", "refused"),
        ("next", "ready"),
    ]
    for other in (
        pb.ListLaneEntriesRequest(code="open"),
        pb.ListLaneEntriesRequest(system="erp-2"),
        pb.ListLaneEntriesRequest(key="lyon/1"),
    ):
        assert not (await operator.ListLaneEntries(other)).entries


async def test_list_is_read_in_pages(works: Works, operator: DeskServiceStub) -> None:
    for n in range(5):
        await works.post(f"lyon/{n}", f"bad-{n}", refuse=[f"bad-{n}"])
    seen: list[str] = []
    page, more = PageRequest(size=2), True
    while more:
        found = await operator.ListLaneEntries(pb.ListLaneEntriesRequest(page=page))
        seen += [entry.reference for entry in found.entries]
        assert len(found.entries) <= 2
        page, more = PageRequest(size=2, cursor=found.page.end_cursor), found.page.has_more
    assert seen == [f"bad-{n}" for n in range(5)]


async def test_get_shows_the_payload_in_the_owners_names(
    operator: DeskServiceStub, parked: int
) -> None:
    found = await operator.GetLaneEntry(pb.GetLaneEntryRequest(id=parked))
    assert json.loads(found.entry.payload) == {"topic": "bad", "partition": 0}
    assert not found.changes


async def test_fixed_and_replayed_posting_goes_out_with_both_deeds_audited(
    works: Works, operator: DeskServiceStub, parked: int
) -> None:
    fixed = await operator.FixLaneEntry(fixing(parked))
    assert fixed.entry.state == "refused"
    await works.carry()
    assert works.erp.journal == []
    replayed = await operator.ReplayLaneEntries(replaying(parked))
    assert [entry.state for entry in replayed.entries] == ["ready"]
    await works.carry()
    assert works.erp.journal == [(KEY, "bad"), (KEY, "next")]
    sent = SnapshotRequest.FromString(works.erp.created[1].payload)
    assert (sent.topic, sent.partition) == ("mended", 7)
    assert await audit(works) == [("olga", "fix", WHY), ("olga", "replay", WHY)]
    story = await operator.GetLaneEntry(pb.GetLaneEntryRequest(id=parked))
    assert story.entry.document
    fix = story.changes[0]
    assert [json.loads(text)["topic"] for text in (fix.old_payload, fix.new_payload)] == [
        "bad",
        "mended",
    ]


async def test_repeated_command_gets_the_first_answer_and_does_nothing(
    works: Works, operator: DeskServiceStub, parked: int
) -> None:
    first = await operator.FixLaneEntry(fixing(parked))
    assert await operator.FixLaneEntry(fixing(parked)) == first
    assert len(await audit(works)) == 1
    with pytest.raises(ConflictError) as caught:
        await operator.FixLaneEntry(fixing(parked, '{"topic": "another"}'))
    assert (caught.value.code, caught.value.field) == ("idempotency_conflict", "idempotency_key")


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ("no json at all", "payload"),
        ('{"topc": "typo"}', "payload"),
        ('{"topic": ""}', "payload.topic"),
        ('{"topic": "a", "partition": 5000}', "payload.partition"),
    ],
)
async def test_payload_that_breaks_a_rule_is_refused_by_its_field(
    works: Works, operator: DeskServiceStub, parked: int, payload: str, field: str
) -> None:
    before = await works.rows("SELECT payload, state FROM lane_entry ORDER BY id")
    with pytest.raises(InvalidError) as caught:
        await operator.FixLaneEntry(fixing(parked, payload))
    assert caught.value.field == field
    assert await works.rows("SELECT payload, state FROM lane_entry ORDER BY id") == before
    assert await audit(works) == []


async def test_dry_run_obeys_the_rules_and_changes_nothing(
    works: Works, operator: DeskServiceStub, parked: int
) -> None:
    for _ in range(2):
        found = await operator.ReplayLaneEntries(replaying(parked, dry_run=True))
        assert [entry.state for entry in found.entries] == ["ready"]
    assert await works.rows("SELECT state FROM lane_entry WHERE id = %s", parked) == [("refused",)]
    assert await audit(works) == []
    await operator.ReplayLaneEntries(replaying(parked))
    with pytest.raises(ConflictError):
        await operator.ReplayLaneEntries(replaying(parked, dry_run=True))


async def test_replay_takes_all_or_none(
    works: Works, operator: DeskServiceStub, parked: int
) -> None:
    [(ready,)] = await works.rows("SELECT id FROM lane_entry WHERE state = 'ready'")
    with pytest.raises(ConflictError) as caught:
        await operator.ReplayLaneEntries(replaying(parked, ready))
    assert (caught.value.code, caught.value.field) == ("not_parked", "ids")
    with pytest.raises(NotFoundError) as unknown:
        await operator.ReplayLaneEntries(replaying(parked, 999_999))
    assert unknown.value.field == "ids"
    assert await audit(works) == []
    assert await works.rows("SELECT state FROM lane_entry WHERE id = %s", parked) == [("refused",)]


async def test_skipped_posting_lets_the_next_one_pass_and_the_service_is_told(
    works: Works, operator: DeskServiceStub, parked: int
) -> None:
    request = pb.SkipLaneEntryRequest(idempotency_key="skip-1", id=parked, reason=WHY)
    assert (await operator.SkipLaneEntry(request)).entry.state == "skipped"
    await works.carry()
    assert works.erp.journal == [(KEY, "next")]
    assert [entry.state for entry in works.told if entry.id == parked] == ["refused", "skipped"]
    assert await audit(works) == [("olga", "skip", WHY)]


EVERY_CALL: dict[str, Callable[[int], Any]] = {
    "ListLaneEntries": lambda _: pb.ListLaneEntriesRequest(),
    "GetLaneEntry": lambda id: pb.GetLaneEntryRequest(id=id),
    "FixLaneEntry": fixing,
    "ReplayLaneEntries": replaying,
    "SkipLaneEntry": lambda id: pb.SkipLaneEntryRequest(
        idempotency_key="skip-1", id=id, reason=WHY
    ),
    "GetStatus": lambda _: pb.GetStatusRequest(),
}


@pytest.mark.parametrize("call", EVERY_CALL)
async def test_nobody_looks_or_changes_without_the_scope(
    works: Works, server: RpcServer, parked: int, call: str
) -> None:
    async with desk(server, scope="erp:read erp:write") as stub:
        with pytest.raises(DeniedError) as caught:
            await getattr(stub, call)(EVERY_CALL[call](parked))
    assert caught.value.code == "scope_required"
    assert await audit(works) == []
    assert await works.rows("SELECT count(*) FROM command") == [(0,)]


async def test_operator_of_another_plant_sees_and_changes_nothing(
    works: Works, server: RpcServer, parked: int
) -> None:
    async with desk(server, plants=["graz"]) as stub:
        assert not (await stub.ListLaneEntries(pb.ListLaneEntriesRequest(all_open=True))).entries
        for call in ("GetLaneEntry", "FixLaneEntry", "ReplayLaneEntries", "SkipLaneEntry"):
            with pytest.raises(DeniedError) as caught:
                await getattr(stub, call)(EVERY_CALL[call](parked))
            assert caught.value.code == "foreign_plant"
    assert await audit(works) == []
    async with desk(server, plants=["lyon"]) as stub:
        assert len((await stub.ListLaneEntries(pb.ListLaneEntriesRequest())).entries) == 1


# --- doubts, and what is set aside


def closing(id: int, key: str = "close-1") -> pb.CloseDoubtsRequest:
    return pb.CloseDoubtsRequest(idempotency_key=key, id=id, reason=WHY)


async def doubled(works: Works) -> int:
    """A posting that the ERP holds twice; its id."""
    await works.post(KEY, "twice")
    await works.doubt("twice", "D-1", "D-2")
    [(id,)] = await works.rows("SELECT id FROM lane_entry WHERE reference = 'twice'")
    return int(id)


async def test_a_posting_in_doubt_is_found_and_closed_by_a_person(
    works: Works, operator: DeskServiceStub, parked: int
) -> None:
    id = await doubled(works)
    in_doubt = pb.ListLaneEntriesRequest(in_doubt=True)
    [entry] = (await operator.ListLaneEntries(in_doubt)).entries
    assert (entry.id, entry.state) == (id, "ready")
    closed = await operator.CloseDoubts(closing(id))
    assert await operator.CloseDoubts(closing(id)) == closed
    [doubt] = closed.doubts
    assert list(doubt.documents) == ["D-1", "D-2"]
    assert doubt.HasField("closed_at")
    assert not (await operator.ListLaneEntries(in_doubt)).entries
    assert await audit(works) == [("olga", "close_doubts", WHY)]
    for other, code in ((id, "no_doubt"), (parked, "no_doubt")):
        with pytest.raises(ConflictError) as caught:
            await operator.CloseDoubts(closing(other, f"close-{other}-again"))
        assert (caught.value.code, caught.value.field) == (code, "id")


async def test_what_is_set_aside_says_why(works: Works, operator: DeskServiceStub) -> None:
    async with works.store.work() as work:
        accept(work, "erp-1", KEY, "held", "posting", b"", aside="L-7 is held by H-1")
    listed = await operator.ListLaneEntries(pb.ListLaneEntriesRequest(all_open=True))
    assert [(one.state, one.aside) for one in listed.entries] == [("ready", "L-7 is held by H-1")]
