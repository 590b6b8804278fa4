"""What callers read: batches in their order, pages, snapshots; a batch costs as one."""

from typing import Any

import pytest
from plantmesh.common.v1.keys_pb2 import LotKey
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.quality.v1 import events_pb2
from plantmesh.quality.v1 import quality_pb2 as pb

from services.kit.store import Work
from services.quality.__main__ import TOPIC
from tests.component.kit.rpc.desk import mint
from tests.component.quality.laboratory import PROCESS, Laboratory
from tests.component.quality.messages import (
    deciding,
    hold,
    lot,
    opening,
    output,
    part,
    placing,
    reading,
    recording,
)


async def test_what_is_asked_for_is_answered_in_its_order(laboratory: Laboratory) -> None:
    async with laboratory.calling() as calls:
        await calls.inspections.OpenInspections(
            opening(*(output(f"s{n}", lot=lot(f"BREAD/L{n}")) for n in range(3)))
        )
        await calls.inspections.RecordResults(recording(*map(reading, "abc")))
        names = "BREAD/L2", "BREAD/L0", "WATER/W9"
        await calls.holds.PlaceHolds(placing(hold("H1", *names), hold("H2", "BREAD/L0")))
        nos = ["IL-3", "IL-1", "IL-3", "IL-9", "nonsense"]
        found = await calls.inspections.BatchGetInspections(
            pb.BatchGetInspectionsRequest(inspection_nos=nos)
        )
        assert [one.inspection_no for one in found.inspections] == ["IL-3", "IL-1"]
        assert list(found.missing) == ["IL-9", "nonsense"]
        held = await calls.holds.BatchGetHolds(pb.BatchGetHoldsRequest(hold_nos=["H2", "H9", "H1"]))
        assert [one.hold_no for one in held.holds] == ["H2", "H1"]
        assert list(held.missing) == ["H9"]
        assert [one.covered for one in held.holds] == [1, 3]
        lots = [LotKey(**lot(name)) for name in ("WATER/W9", "BREAD/L1", "BREAD/L0")]
        quality = await calls.inspections.BatchGetLotQuality(
            pb.BatchGetLotQualityRequest(lots=[*lots, lots[0]])
        )
        assert [one.lot for one in quality.lots] == lots
        assert [pb.LotQualityStatus.Name(one.status)[19:] for one in quality.lots] == [
            "BLOCKED",
            "IN_INSPECTION",
            "BLOCKED",
        ]
        assert [hold.hold_no for hold in quality.lots[2].holds] == ["H1", "H2"]
        assert all(one.HasField("as_of") for one in quality.lots)


async def test_lists_are_read_page_by_page(laboratory: Laboratory) -> None:
    async with laboratory.calling() as calls:
        lots = [f"BREAD/L{n}" for n in range(5)]
        outputs = (output(name, lot=lot(name)) for name in lots)
        await calls.inspections.OpenInspections(opening(*outputs, key="o"))
        await calls.inspections.RecordResults(recording(*map(reading, "edcba")))
        more = [hold(f"H{n}", lots[0]) for n in (3, 2)]
        await calls.holds.PlaceHolds(placing(hold("H1", *reversed(lots)), *more))
        listings: list[tuple[Any, Any, str]] = [
            (
                calls.inspections.ListInspections,
                pb.ListInspectionsRequest(plant="lyon"),
                "inspections",
            ),
            (
                calls.inspections.ListResults,
                pb.ListResultsRequest(inspection_no="IL-1"),
                "results",
            ),
            (calls.holds.ListHoldLots, pb.ListHoldLotsRequest(hold_no="H1"), "lots"),
            (calls.holds.ListHolds, pb.ListHoldsRequest(plant="lyon"), "holds"),
        ]
        found = [[row async for row in whole(*listing)] for listing in listings]
    assert [one.inspection_no for one in found[0]] == [f"IL-{n}" for n in range(1, 6)]
    assert [one.sample for one in found[1]] == list("edcba")
    assert [one.lot_no for one in found[2]] == [f"L{n}" for n in range(5)]
    assert [one.hold_no for one in found[3]] == ["H1", "H2", "H3"]


async def whole(call: Any, request: Any, field: str) -> Any:
    """Every row, two at a time."""
    cursor, more = "", True
    while more:
        request.page.CopyFrom(PageRequest(size=2, cursor=cursor))
        answer = await call(request)
        assert len(getattr(answer, field)) <= 2
        for row in getattr(answer, field):
            yield row
        cursor, more = answer.page.end_cursor, answer.page.has_more


async def test_a_batch_costs_as_many_statements_as_one(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    lots = [f"BREAD/L{n}" for n in range(40)]
    async with laboratory.calling() as calls:
        await calls.inspections.OpenInspections(
            opening(*(output(name, lot=lot(name)) for name in lots), key="o")
        )
        await calls.inspections.DecideInspections(
            deciding(*(part(no=f"IL-{n + 1}") for n in range(40)))
        )
        await calls.holds.PlaceHolds(placing(*(hold(f"H{n}", lots[n]) for n in range(40))))
        asked: list[str] = []
        sql = Work.sql

        async def counted(work: Work, query: Any, params: Any = ()) -> Any:
            asked.append(query)
            return await sql(work, query, params)

        monkeypatch.setattr(Work, "sql", counted)
        keys = [LotKey(**lot(name)) for name in lots]
        answer = await calls.inspections.BatchGetLotQuality(pb.BatchGetLotQualityRequest(lots=keys))
        assert len(answer.lots) == 40
        assert all(len(one.inspections) == len(one.holds) == 1 for one in answer.lots)
        # inspections, dispositions, holds, their roots, what was excused, what was judged
        assert len(asked) == 6
        asked.clear()
        await calls.inspections.ListInspections(pb.ListInspectionsRequest(plant="lyon"))
        assert len(asked) == 2


async def test_a_snapshot_tells_all_of_a_partition_and_nothing_else(
    laboratory: Laboratory,
) -> None:
    async with laboratory.calling(mint(**{**PROCESS, "plants": ["*"]})) as calls:
        lots = [f"BREAD/L{n}" for n in range(20)]
        outputs = (output(name, lot=lot(name)) for name in lots)
        await calls.inspections.OpenInspections(opening(*outputs, key="o"))
        await calls.inspections.DecideInspections(deciding(part(), part(2, "5")))
        await calls.holds.PlaceHolds(placing(*(hold(f"H{n}") for n in range(10))))
        told = []
        for partition in range(TOPIC.partitions):
            request = SnapshotRequest(topic=TOPIC.name, partition=partition)
            async for answer in calls.snapshots.Snapshot(request):
                for packed in answer.state:
                    name = packed.TypeName().rpartition(".")[2]
                    message = getattr(events_pb2, name).FromString(packed.value)
                    key = event_key(message)
                    assert TOPIC.part_of(key) == partition
                    told.append(f"{key} {name}")
    assert sorted(told) == sorted(
        [
            *(f"lyon/{name} InspectionOpened" for name in lots),
            *["lyon/BREAD/L0 DispositionMade"] * 2,
            *(f"lyon/{name} LotJudged" for name in lots),
            *(f"hold/H{n} HoldPlaced" for n in range(10)),
        ]
    )


def event_key(message: Any) -> str:
    """Of a hold its number, of anything else the lot."""
    about = message.ListFields()[0][1]
    if isinstance(about, pb.Hold):
        return f"hold/{about.hold_no}"
    return "/".join(str(value) for _, value in about.lot.ListFields())
