"""What every book-keeping must do: run on memory in unit tests, on PostgreSQL in component tests.

A subclass gives the fixture `hub`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import pytest

from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.telemetry.application.find import find_machines, list_machines, listing_of_machines
from services.telemetry.application.record_looks import marks, record_looks
from services.telemetry.application.snapshot import Told, read_state
from services.telemetry.domain.equipment import MachineState, Mark, StateChange
from services.telemetry.domain.keys import OrderKey
from services.telemetry.domain.look import Look, Quality
from services.telemetry.domain.machine import Machine, Report
from services.telemetry.ports import Books
from tests.unit.telemetry.pulse import Pulse
from tests.unit.telemetry.reports import OVEN, PRESS, at, good, look, scrapped, state, used

LOOK, STATE = "Look", "StateChange"


class Hub(Protocol):
    """Units of work over some books; `pulse` is what they hear of collectors."""

    pulse: Pulse

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[tuple[int, str, str]]:
        """Epoch, path and kind of what was told, in order."""
        ...


async def record(hub: Hub, *reports: Report, epoch: int = 1) -> None:
    """One batch."""
    looks = [one for one in reports if isinstance(one, Look)]
    states = [one for one in reports if isinstance(one, StateChange)]
    async with hub.work() as books:
        await record_looks(books, epoch, looks, states)


async def machine(hub: Hub, equipment: str = PRESS) -> Machine:
    """As it is known."""
    async with hub.work() as books:
        return (await books.machines.get([equipment]))[equipment]


async def recorded(hub: Hub, *equipment: str) -> dict[str, Mark]:
    """How far."""
    async with hub.work() as books:
        return await marks(books, equipment)


async def at_work(hub: Hub, *order_nos: str, plant: str = "lyon") -> dict[OrderKey, list[str]]:
    """Who works on them."""
    async with hub.work() as books:
        return await books.machines.at_work([OrderKey(plant, no) for no in order_nos])


class RecordContract:
    """What is kept and told."""

    async def test_a_batch_is_kept_as_it_was_told(self, hub: Hub) -> None:
        since = at(3).moment
        first = look(1, good("1"), scrapped("0.000000000001", reason="torn"), used("7"))
        second = look(9, good("999999999999999999"), quality=Quality.UNCERTAIN, gap_since=since)
        oven = look(4, good("4", incarnation="2026-05-04T11:00:00Z"), equipment=OVEN, order_no="")
        entered = state(2, MachineState.HELD, lot_no="L2")
        await record(hub, first, oven, second, entered)
        assert await machine(hub) == Machine(PRESS, 1, second, entered)
        assert await machine(hub, OVEN) == Machine(OVEN, 1, oven)
        assert await hub.told() == [
            (1, PRESS, LOOK),
            (1, OVEN, LOOK),
            (1, PRESS, LOOK),
            (1, PRESS, STATE),
        ]

    async def test_counters_that_are_gone_are_gone_and_the_rest_keep_their_order(
        self, hub: Hub
    ) -> None:
        await record(hub, look(1, used("1"), scrapped("2"), good("3")))
        await record(hub, look(1, good("8"), equipment=OVEN))
        await record(hub, look(2, good("4"), used("2", "F2")))
        assert (await machine(hub)).counters == (good("4"), used("2", "F2"))
        assert (await machine(hub, OVEN)).counters == (good("8"),)

    async def test_a_counter_that_could_not_be_read_shows_what_it_showed(self, hub: Hub) -> None:
        await record(hub, look(1, good("1"), scrapped("2")))
        await record(hub, look(2, scrapped("3"), quality=Quality.BAD))
        found = await machine(hub)
        assert (found.counters, found.quality) == ((good("1"), scrapped("3")), Quality.BAD)

    async def test_an_empty_batch_is_nothing(self, hub: Hub) -> None:
        await record(hub)
        assert await hub.told() == []


class RepetitionContract:
    """Whatever comes twice counts once."""

    async def test_a_repeated_batch_tells_nothing(self, hub: Hub) -> None:
        batch = (look(1), look(2), look(1, equipment=OVEN), state(1), state(2, MachineState.HELD))
        await record(hub, *batch)
        before = [await machine(hub, path) for path in (PRESS, OVEN)], await hub.told()
        await record(hub, *batch)
        await record(hub, *batch[1:], epoch=1)
        assert ([await machine(hub, path) for path in (PRESS, OVEN)], await hub.told()) == before

    async def test_of_a_batch_that_overlaps_only_the_rest_is_told(self, hub: Hub) -> None:
        await record(hub, look(1), look(2))
        await record(hub, look(1), look(2), look(3), look(2, equipment=OVEN), epoch=2)
        assert await hub.told() == [
            (1, PRESS, LOOK),
            (1, PRESS, LOOK),
            (2, PRESS, LOOK),
            (2, OVEN, LOOK),
        ]
        assert (await machine(hub)).mark.read_at == at(3).moment

    async def test_a_look_out_of_order_in_its_batch_is_old_news(self, hub: Hub) -> None:
        await record(hub, look(2), look(1))
        assert await hub.told() == [(1, PRESS, LOOK)]

    async def test_losing_sight_is_told_once_and_keeps_its_time(self, hub: Hub) -> None:
        lost = state(5, quality=Quality.UNCERTAIN)
        await record(hub, state(5), look(9))
        await record(hub, lost)
        await record(hub, lost)
        found = await machine(hub)
        assert (found.state, found.quality) == (lost, Quality.UNCERTAIN)
        assert [kind for _, _, kind in await hub.told()] == [LOOK, STATE, STATE]

    async def test_a_state_from_before_changes_nothing(self, hub: Hub) -> None:
        await record(hub, state(5))
        await record(hub, state(4, MachineState.IDLE))
        assert (await machine(hub)).state == state(5)
        assert len(await hub.told()) == 1

    async def test_marks_say_where_to_go_on(self, hub: Hub) -> None:
        assert await recorded(hub, PRESS) == {}
        await record(hub, look(7, gap_since=at(1).moment), state(3))
        await record(hub, look(8, equipment=OVEN))
        assert await recorded(hub, PRESS, OVEN, "lyon/none") == {
            PRESS: Mark(at(7).moment, at(3).moment),
            OVEN: Mark(at(8).moment),
        }


class FenceContract:
    """Only the newest term tells."""

    async def test_an_earlier_term_is_refused_and_nothing_of_its_batch_is_kept(
        self, hub: Hub
    ) -> None:
        await record(hub, look(1), epoch=5)
        late: Sequence[Report] = (look(2, equipment=OVEN), look(3), state(4))
        with pytest.raises(ConflictError) as caught:
            await record(hub, *late, epoch=4)
        assert caught.value.code == "superseded"
        assert await hub.told() == [(5, PRESS, LOOK)]
        assert await machine(hub) == Machine(PRESS, 5, look(1))
        assert await recorded(hub, OVEN) == {}

    async def test_even_old_news_raise_the_fence(self, hub: Hub) -> None:
        await record(hub, look(2), epoch=1)
        await record(hub, look(1), epoch=2)
        with pytest.raises(ConflictError, match="epoch 1 is over"):
            await record(hub, look(3), epoch=1)
        await record(hub, look(3), epoch=2)
        assert (await machine(hub)).epoch == 2

    async def test_a_machine_the_new_term_has_not_told_of_yet_is_still_told_of(
        self, hub: Hub
    ) -> None:
        await record(hub, look(1), look(1, equipment=OVEN), epoch=1)
        await record(hub, look(2), epoch=2)
        await record(hub, look(2, equipment=OVEN), epoch=1)
        assert (await hub.told())[2:] == [(2, PRESS, LOOK), (1, OVEN, LOOK)]


class ReadsContract:
    """Lists, machines at work, snapshots."""

    async def test_the_machines_at_work_on_an_order_now(self, hub: Hub) -> None:
        await record(hub, look(1, equipment=OVEN), look(1), look(1, equipment="nice/press"))
        both = OrderKey("lyon", "4711")
        assert await at_work(hub, "4711", "4712") == {both: [PRESS, OVEN]}
        await record(hub, look(2, order_no="4712", lot_no="L2"), state(1))
        next_one = OrderKey("lyon", "4712")
        assert await at_work(hub, "4711", "4712") == {both: [OVEN], next_one: [PRESS]}
        await record(hub, look(3, order_no="", lot_no=""))
        assert await at_work(hub, "4711", "4712", "") == {both: [OVEN]}

    async def test_a_plants_machines_page_by_page(self, hub: Hub) -> None:
        paths = [f"lyon/press-{n}" for n in range(5)]
        await record(hub, *(look(1, equipment=path) for path in (*reversed(paths), "nice/press")))
        listing = listing_of_machines("lyon")
        read: list[str] = []
        cursor, more = "", True
        while more:
            async with hub.work() as books:
                cut = await list_machines(books, "lyon", Page.read(listing, 2, cursor))
            read += [one.equipment for one in cut.rows]
            cursor, more = cut.end_cursor, cut.has_more
        assert read == paths

    async def test_machines_are_heard_of_while_their_plants_collector_reads(self, hub: Hub) -> None:
        await record(hub, look(1), look(1, equipment=OVEN), look(1, equipment="nice/press"))
        for silent in (set[str](), {"lyon"}, {"lyon", "nice"}):
            hub.pulse.silent = silent
            async with hub.work() as books:
                found = await find_machines(books, [PRESS, OVEN, "nice/press", "lyon/unheard-of"])
            heard = {path: one.heard for path, one in found.items()}
            lyon, nice = "lyon" not in silent, "nice" not in silent
            assert heard == {PRESS: lyon, OVEN: lyon, "nice/press": nice}

    async def test_a_snapshot_has_the_newest_of_each_machine_that_is_wanted(self, hub: Hub) -> None:
        paths = [f"lyon/press-{n}" for n in range(5)]
        await record(hub, *(look(n, equipment=path) for n, path in enumerate(paths)))
        await record(hub, state(9, equipment=paths[1]), epoch=3)
        await record(hub, look(8, equipment=paths[4]))
        assert await snapshot(hub, paths[1], paths[4]) == [
            Told(3, look(1, equipment=paths[1])),
            Told(3, state(9, equipment=paths[1])),
            Told(1, look(8, equipment=paths[4])),
        ]
        assert await snapshot(hub, PRESS) == []


class TermsContract:
    """Who may tell of a plant's machines, whoever elected them."""

    async def test_a_term_begins_above_all_that_were_seen(self, hub: Hub) -> None:
        await begin(hub, 3, "lyon")
        await begin(hub, 7, "nice")
        async with hub.work() as books:
            assert await books.terms.highest(["lyon"]) == 3
            assert await books.terms.highest(["lyon", "nice"]) == 7
            assert await books.terms.highest(["oslo"]) == 0
        await begin(hub, 8, "lyon", "nice")

    @pytest.mark.parametrize("epoch", [2, 3])
    async def test_neither_a_lower_nor_the_same_epoch_begins(self, hub: Hub, epoch: int) -> None:
        await begin(hub, 3, "lyon")
        with pytest.raises(ConflictError) as refused:
            await begin(hub, epoch, "nice", "lyon")
        assert refused.value.code == "superseded"
        async with hub.work() as books:
            assert set(await books.terms.beats()) == {"lyon"}

    async def test_a_beat_shows_and_is_refused_out_of_term(self, hub: Hub) -> None:
        await begin(hub, 1, "lyon", "nice")
        before = await beats(hub)
        await beat(hub, 1, "lyon")
        assert (await beats(hub))["lyon"] != before["lyon"]
        assert (await beats(hub))["nice"] == before["nice"]
        await begin(hub, 2, "nice")
        for epoch, plants in ((1, ("lyon", "nice")), (2, ("lyon",)), (1, ("oslo",))):
            with pytest.raises(ConflictError) as refused:
                await beat(hub, epoch, *plants)
            assert refused.value.code == "superseded"
        await beat(hub, 1, "lyon")


async def begin(hub: Hub, epoch: int, *plants: str) -> None:
    """A term of these plants."""
    async with hub.work() as books:
        await books.terms.begin(epoch, plants)


async def beat(hub: Hub, epoch: int, *plants: str) -> None:
    """Once."""
    async with hub.work() as books:
        await books.terms.beat(epoch, plants)


async def beats(hub: Hub) -> dict[str, tuple[int, int]]:
    """Of all plants."""
    async with hub.work() as books:
        return await books.terms.beats()


async def snapshot(hub: Hub, *wanted: str) -> list[Any]:
    """All parts in one."""
    async with hub.work() as books:
        return [told async for part in read_state(books, wanted.__contains__) for told in part]
