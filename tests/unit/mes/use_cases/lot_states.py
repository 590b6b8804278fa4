"""What becomes of lots: voided, held through their past, judged, expired."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from datetime import timedelta

import pytest

from services.kit.errors import ConflictError, NotFoundError
from services.mes.application.recall import inherited_holds
from services.mes.application.snapshot import read_state
from services.mes.domain.events import HoldsInherited
from services.mes.domain.genealogy import Direction
from services.mes.domain.hold import Restraint
from services.mes.domain.lot_operation import (
    Consume,
    Merge,
    Ship,
    Split,
)
from services.mes.domain.lot_state import (
    DispositionCommand,
    LotDisposition,
    LotQuality,
    QualityCommand,
)
from tests.unit.mes.reports import NOON, hold, kg, lot_key, part, plan, received, report
from tests.unit.mes.use_cases.steps import (
    Floor,
    confirm,
    create,
    dispose,
    edges,
    expire,
    left,
    lot,
    operate,
    put,
    say,
    void_operation,
)

LATER = NOON + timedelta(days=30)


class LotStatesContract:
    """Voids, inherited holds, quality, time."""

    async def test_a_void_operation_gives_everything_back(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "10"), id="in")
        await operate(floor, Split(lot_key("F/1"), (part("F/2", "4"),)), id="split")
        await operate(floor, Ship(part("F/2", "1"), "S1", "ACME"), id="ship")
        with pytest.raises(ConflictError) as caught:
            await void_operation(floor, "split")
        assert (caught.value.code, caught.value.field) == ("lot_in_use", "events[0].event_id")
        await void_operation(floor, "ship", "split")
        await void_operation(floor, "split")
        assert await left(floor, "F/1", "F/2") == ["10 KGM", "None"]
        assert await edges(floor) == []
        async with floor.work() as books:
            told = await books.genealogy.history([lot_key("F/2"), lot_key("F/9")])
            places = (await books.traces.reach([lot_key("F/2")], Direction.FORWARD, None))[0].places
            assert await books.traces.shipments(places) == []
        ((record, void_by),) = told.pop(lot_key("F/2"))
        assert (record.cause.id, void_by, told) == ("split", "split", {})
        await operate(floor, Split(lot_key("F/1"), (part("F/2", "10"),)), id="again")
        assert await left(floor, "F/1", "F/2") == ["0 KGM", "10 KGM"]
        with pytest.raises(ConflictError, match="was used since"):
            await void_operation(floor, "in")
        with pytest.raises(NotFoundError) as unknown:
            await void_operation(floor, "again", "nothing")
        assert unknown.value.field == "events[1].event_id"
        await operate(floor, received("F/3", "5"), received("F/4", "4"))
        await operate(floor, Merge((part("F/4", "4"),), lot_key("F/3")), id="merge")
        await operate(floor, Consume(lot_key("F/3"), kg("6")))
        with pytest.raises(ConflictError, match="F/3 was used since"):
            await void_operation(floor, "merge")
        await operate(floor, Consume(lot_key("F/2"), kg("1")), id="use")
        with pytest.raises(ConflictError, match="was used since"):
            await void_operation(floor, "again")

    async def test_parts_of_a_held_lot_are_born_held(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "10"))
        await put(floor, hold("F/1", version=3))
        await operate(floor, Split(lot_key("F/1"), (part("F/1a", "4"), part("F/1b", "4"))))
        assert (await lot(floor, "F/1a")).holds == {"H1": Restraint(3)}
        assert (await floor.told())[-3:] == [
            "lyon/F/1a HoldsInherited",
            "lyon/F/1b HoldsInherited",
            "lyon/F/1a LotOperated",
        ]
        await put(floor, hold("F/1b", version=4, active=False))
        async with floor.work() as books:
            state = [fact async for some in read_state(books, lambda key: True) for fact in some]
            found = await inherited_holds(books, [lot_key(f"F/{n}") for n in ("1", "1a", "1b")])
        (told,) = (fact for fact in state if isinstance(fact, HoldsInherited))
        assert told.lot == lot_key("F/1a")
        assert [one.source for one in told.holds] == [lot_key("F/1")]
        assert {key.lot_no: [one.source for one in holds] for key, holds in found.items()} == {
            "1": [lot_key("F/1")],
            "1a": [lot_key("F/1a")],
        }

    async def test_holds_of_the_past_are_found_though_nobody_passed_them_on(
        self, floor: Floor
    ) -> None:
        """As while a hold arrives: it is on the source, the trace has not come by yet."""
        await operate(floor, received("F/1", "10"))
        await operate(floor, Split(lot_key("F/1"), (part("F/2", "4"),)))
        await put(floor, hold("F/1", version=3))
        assert (await lot(floor, "F/2")).holds == {}
        async with floor.work() as books:
            found = await inherited_holds(books, [lot_key("F/2")])
        ((one,),) = found.values()
        assert (one.hold_no, one.version, one.source) == ("H1", 3, lot_key("F/1"))

    async def test_what_may_be_done_with_a_lot_is_said_here(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "10"))
        done = await dispose(floor, "F/1", DispositionCommand.UNRESTRICT)
        assert done == [LotDisposition.UNRESTRICTED]
        with pytest.raises(ConflictError) as refused:
            await dispose(floor, "F/1", DispositionCommand.START)
        assert refused.value.field == "commands[0].command"
        with pytest.raises(NotFoundError) as unknown:
            await dispose(floor, "F/9", DispositionCommand.START)
        assert unknown.value.field == "commands[0].lot.lot_no"

    async def test_nobody_but_quality_judges_a_lot(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "10"))
        await say(floor, "F/1", LotQuality.BLOCKED)
        for command in QualityCommand:
            with pytest.raises(ConflictError) as refused:
                await dispose(floor, "F/1", command)
            assert (refused.value.code, refused.value.field) == (
                "quality_owns",
                "commands[0].command",
            )
            assert "quality" in refused.value.hint
        assert (await lot(floor, "F/1")).quality is LotQuality.BLOCKED

    async def test_quality_s_word_is_followed_once_in_order_and_told_on(self, floor: Floor) -> None:
        said = (LotQuality.IN_INSPECTION, LotQuality.CONDITIONAL)
        await say(floor, "F/1", *said)
        assert (await lot(floor, "F/1")).quality is LotQuality.CONDITIONAL
        changed = await floor.told()
        assert changed == ["lyon/F/1 LotStatusChanged"] * 2
        await say(floor, "F/1", *said)
        await say(floor, "F/1", LotQuality.BLOCKED, version=2)
        await say(floor, "F/1", LotQuality.CONDITIONAL, version=3)
        one = await lot(floor, "F/1")
        assert (one.quality, one.judged) == (LotQuality.CONDITIONAL, 3)
        assert await floor.told() == changed
        await say(floor, "F/1", LotQuality.SCRAPPED, version=4)
        with pytest.raises(ConflictError, match="F/1 is scrapped"):
            await operate(floor, received("F/1", "9"), Ship(part("F/1", "1"), "S1"))

    async def test_what_is_expired_stays_so_unless_it_is_gone(self, floor: Floor) -> None:
        await operate(floor, replace(received("F/1", "10"), expiry_at=NOON))
        assert await expire(floor) == 1
        await say(floor, "F/1", LotQuality.RELEASED)
        assert (await lot(floor, "F/1")).quality is LotQuality.EXPIRED
        await say(floor, "F/1", LotQuality.BLOCKED, LotQuality.RETURNED, version=2)
        assert (await lot(floor, "F/1")).quality is LotQuality.RETURNED

    async def test_time_expires_lots_and_late_reports_are_still_booked(self, floor: Floor) -> None:
        expiry = NOON + timedelta(hours=1)
        told = replace(received("F/1", "10"), expiry_at=expiry)
        await operate(floor, told, replace(told, part=part("F/2", "1"), expiry_at=LATER))
        assert await expire(floor) == 0
        await floor.advance(timedelta(hours=2))
        assert (await expire(floor), await expire(floor)) == (1, 0)
        assert (await lot(floor, "F/1")).status is LotQuality.EXPIRED
        assert (await floor.told())[-1] == "lyon/F/1 LotStatusChanged"
        await create(floor, plan())
        await confirm(floor, report("in time", consumed=(("F/1", "1"),)))
        late = report("too late", consumed=(("F/1", "1"),))
        late = replace(late, occurred_at=replace(late.occurred_at, moment=expiry))
        with pytest.raises(ConflictError) as caught:
            await confirm(floor, late)
        assert caught.value.code == "lot_expired"
