"""The plant's network is away while the machine goes on to another job."""

import pytest
from plantmesh.telemetry.v1.equipment_pb2 import QUALITY_UNCERTAIN

from tests.contract.opcua.peer import Job
from tests.contract.opcua.plant import Plant, running, until
from tests.contract.opcua.shift import JOB, RATE, all_is_booked, at_work, more_is_booked
from tests.contract.opcua.tally import all_of, booked, made, waiting

pytestmark = pytest.mark.peer

NEXT = Job("4712", "L-2", "HEAT-2")
_BEFORE_AND_AFTER = 40
"""Pieces that nobody is told of, for each job."""


async def test_with_history_each_job_gets_what_was_made_for_it() -> None:
    async with running("--history", through=True) as plant:
        await at_work(plant, NEXT)
        await job_changed_unseen(plant)
        await more_is_booked(plant)
        tally = await all_is_booked(plant, NEXT)
        assert {kept.order for kept in tally} == {JOB.order, NEXT.order}
        assert not await plant.uncounted()
        assert all(
            look.quality == QUALITY_UNCERTAIN
            for look in await plant.looks()
            if look.HasField("gap_since")
        )


async def test_without_history_a_person_says_for_what_it_was_made() -> None:
    async with running(through=True) as plant:
        await at_work(plant, NEXT)
        await job_changed_unseen(plant)

        async def left() -> bool:
            return bool(await plant.uncounted())

        await until(left, "what cannot be attributed waits for a person")
        plant.peer.finish(NEXT)
        everything = all_of(made(plant.peer.steps()))

        async def all_known() -> bool:
            known = all_of(booked(await plant.confirmations()))
            open_ = waiting(await plant.uncounted())
            return {kind: known[kind] + open_.get(kind, 0) for kind in known} == everything

        await until(all_known, "all is booked or waits")
        differences = await plant.uncounted()
        assert {one.kind for one in differences}
        for one in differences:
            assert (one.before.order_no, one.after.order_no) == (JOB.order, NEXT.order)
        await plant.attribute({one.id: (NEXT.order, NEXT.lot) for one in differences})
        assert not await plant.uncounted()
        assert all_of(booked(await plant.confirmations())) == everything


async def job_changed_unseen(plant: Plant) -> None:
    """The line is cut; pieces are made for one job and then for the next; the line is back."""
    plant.line.freeze()
    plant.line.cut()
    await made_more(plant)
    plant.peer.want(NEXT, RATE)
    await made_more(plant)
    plant.line.thaw()


async def made_more(plant: Plant) -> None:
    """Wait until the machine has made some more."""
    before = plant.peer.pieces

    async def more() -> bool:
        return plant.peer.pieces > before + _BEFORE_AND_AFTER

    await until(more, "pieces that nobody sees")
