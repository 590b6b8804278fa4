"""What callers get: answers, the same answers again, and events in order."""

from typing import Any

import pytest
from plantmesh.quality.v1 import events_pb2
from plantmesh.quality.v1 import quality_pb2 as pb
from plantmesh.reference.v1.events_pb2 import ItemChanged

from services.kit.backbone.envelope import Event, Position
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.errors import ConflictError, NotFoundError, UnavailableError
from tests.component.kit.rpc.desk import mint
from tests.component.quality.laboratory import INSPECTOR, Laboratory
from tests.component.quality.master import Master, item
from tests.component.quality.messages import (
    applied,
    commanding,
    deciding,
    judging,
    lot,
    opening,
    output,
    part,
    placing,
    reading,
    recording,
    releasing,
    reporting,
)
from tests.unit.quality.samples import NOON


async def tell(laboratory: Laboratory, *items: Any) -> None:
    """ItemChanged, as a consumer hands it over."""
    events = [
        Event(
            id=f"e{n}",
            type="plantmesh.reference.v1.ItemChanged",
            source="plantmesh.reference",
            subject="",
            key=f"item/{one.item_no}",
            sequence=n,
            time=NOON,
            traceparent="",
            actor="",
            position=Position(1, n),
            data=ItemChanged(item=one),
        )
        for n, one in enumerate(items, start=1)
    ]
    subscriptions = Subscriptions()
    laboratory.copies.follow(subscriptions)
    found = subscriptions.find(b"plantmesh.reference.v1.ItemChanged")
    assert found
    async with laboratory.work():
        await found.handler(events)


async def test_an_item_is_asked_for_once_and_followed_by_events(
    laboratory: Laboratory, master: Master
) -> None:
    async with laboratory.calling() as calls:
        both = opening(output("s1"), output("s2", lot=lot("WATER/W1")))
        answer = await calls.inspections.OpenInspections(both)
        assert [(one.source, one.required, one.inspection_no) for one in answer.results] == [
            ("s1", True, "IL-1"),
            ("s2", False, ""),
        ]
        await calls.inspections.OpenInspections(opening(output("s3")))
        assert master.asked == [["BREAD", "WATER"]]
        await tell(
            laboratory,
            item("WATER", inspected=True, version=3),
            item("WATER", inspected=False, version=2),
            item("CAKE", inspected=True),
        )
        told = opening(output("s4", lot=lot("WATER/W1")), output("s5", lot=lot("CAKE/C1")))
        answer = await calls.inspections.OpenInspections(told)
        assert [one.required for one in answer.results] == [True, True]
    assert len(master.asked) == 1


async def test_reference_away_is_no_guess_and_no_obstacle_to_what_is_known(
    laboratory: Laboratory, master: Master
) -> None:
    async with laboratory.calling() as calls:
        first = await calls.inspections.OpenInspections(opening())
        await master.server.stop(0)
        before = await laboratory.rows()
        unknown = opening(output("s2"), output("s3", lot=lot("CAKE/C1")))
        with pytest.raises(UnavailableError):
            await calls.inspections.OpenInspections(unknown)
        assert await laboratory.rows() == before
        again = await calls.inspections.OpenInspections(opening(key="another key"))
        assert again == first
        grown = await calls.inspections.OpenInspections(opening(output("s2")))
        assert grown.results[0].required


async def test_an_item_that_reference_lacks_may_come_later(
    laboratory: Laboratory, master: Master
) -> None:
    cake = opening(output(lot=lot("CAKE/C1")))
    async with laboratory.calling() as calls:
        with pytest.raises(NotFoundError, match="reference has no item CAKE"):
            await calls.inspections.OpenInspections(cake)
        master.known["CAKE"] = item("CAKE", inspected=False)
        assert not (await calls.inspections.OpenInspections(cake)).results[0].required


async def test_a_command_takes_effect_once_and_its_answer_stays(laboratory: Laboratory) -> None:
    requests: list[tuple[str, str, Any]] = [
        ("inspections", "OpenInspections", opening()),
        ("inspections", "RecordResults", recording(reading())),
        ("inspections", "DecideInspections", deciding(part())),
        ("inspections", "CommandInspections", commanding("SAMPLE")),
        ("inspections", "JudgeLots", judging("BLOCK")),
        ("holds", "PlaceHolds", placing()),
        ("holds", "ReportHolds", reporting(applied("CAKE/C1"))),
        ("holds", "ReleaseHolds", releasing("H1")),
    ]
    async with laboratory.calling() as calls:
        firsts = [
            await getattr(getattr(calls, service), method)(request)
            for service, method, request in requests
        ]
        before = await laboratory.rows()
        for first, (service, method, request) in zip(firsts, requests, strict=True):
            assert await getattr(getattr(calls, service), method)(request) == first
    assert await laboratory.rows() == before


async def test_two_people_release_a_blocked_lot_by_their_own_tokens(
    laboratory: Laboratory,
) -> None:
    async with laboratory.calling(mint(**INSPECTOR)) as calls:
        await calls.inspections.JudgeLots(judging("BLOCK"))
        first = await calls.inspections.JudgeLots(judging("RELEASE"))
        assert (first.lots[0].signed_by, list(first.lots[0].signatures)) == (
            "inspector",
            ["inspector"],
        )
        with pytest.raises(ConflictError) as caught:
            await calls.inspections.JudgeLots(judging("RELEASE", reason="really"))
        assert caught.value.code == "idempotency_conflict"
        look = pb.BatchGetLotQualityRequest(lots=[judging("BLOCK").judgements[0].lot])
        [found] = (await calls.inspections.BatchGetLotQuality(look)).lots
        assert (found.status, found.signed_by) == (pb.LOT_QUALITY_STATUS_BLOCKED, "inspector")
    async with laboratory.calling(mint(**{**INSPECTOR, "sub": "head of quality"})) as calls:
        await calls.inspections.JudgeLots(judging("RELEASE"))
    [*_, (key, actor, told)] = await laboratory.events()
    assert isinstance(told, events_pb2.LotJudged)
    assert (key, actor) == ("lyon/BREAD/L1", "head of quality")
    assert list(told.word.signatures) == ["inspector", "head of quality"]
    assert (told.word.status, told.word.version) == (pb.LOT_QUALITY_STATUS_RELEASED, 2)
    assert [row[1] for row in await laboratory.judged()] == ["blocked", "released"]


async def test_who_decided_what_is_kept_and_told(laboratory: Laboratory) -> None:
    async with laboratory.calling() as calls:
        await calls.inspections.OpenInspections(opening())
    async with laboratory.calling(mint(**INSPECTOR)) as calls:
        await calls.inspections.RecordResults(recording(reading(passed=False)))
        reason = "edges are dark"
        made = part(1, "80", "ACCEPT_WITH_DEVIATION", reason=reason), part(2, "20", "QUARANTINE")
        answer = await calls.inspections.DecideInspections(deciding(*made))
        await calls.holds.PlaceHolds(placing())
        await calls.holds.ReleaseHolds(releasing("H1"))
    [inspection] = answer.inspections
    assert (inspection.measured, inspection.failed) == (1, 1)
    assert inspection.state == pb.INSPECTION_STATE_DECIDED
    events = await laboratory.events()
    events = [one for one in events if not isinstance(one[2], events_pb2.LotJudged)]
    kinds = [(key, actor, type(message).__name__) for key, actor, message in events]
    bread = "lyon/BREAD/L1"
    assert kinds == [
        (bread, "service:process", "InspectionOpened"),
        (bread, "inspector", "InspectionChanged"),
        (bread, "inspector", "DispositionMade"),
        (bread, "inspector", "DispositionMade"),
        ("hold/H1", "inspector", "HoldPlaced"),
        ("hold/H1", "inspector", "HoldReleased"),
    ]
    told = events[2][2]
    assert isinstance(told, events_pb2.DispositionMade)
    assert told.disposition == inspection.dispositions[0]
    assert (told.disposition.decided_by, told.disposition.reason) == ("inspector", reason)
    assert (told.inspection.decided.value, told.inspection.order_no) == ("80", "4711")
    assert not told.inspection.dispositions
    ended = events[5][2]
    assert isinstance(ended, events_pb2.HoldReleased)
    assert (ended.hold.placed_by, ended.hold.released_by) == ("inspector", "inspector")
    assert (ended.hold.version, ended.hold.release_reason) == (2, "no glass")
    assert [(one.item_no, one.lot_no) for one in ended.hold.roots] == [("BREAD", "L1")]
