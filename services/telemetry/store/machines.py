"""Machines in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import chain

from services.kit.elector import superseded
from services.kit.paging import Page
from services.kit.store import Row, current_work
from services.telemetry.domain.equipment import Mark
from services.telemetry.domain.keys import OrderKey
from services.telemetry.domain.look import CounterReading, plant_of
from services.telemetry.domain.machine import Machine
from services.telemetry.store.rows import (
    columns,
    read_counter,
    read_machine,
    write_counters,
    write_machine,
)

_WALKED_AT_ONCE = 100
_MACHINES = (
    "SELECT equipment, epoch, read_at, read_offset, look_quality, gap_since, look_order_no,"
    " look_lot_no, state, mode, state_quality, since, since_offset, state_order_no, state_lot_no"
    " FROM machine"
)
# The fence: whoever is of an earlier term finds no row to write, and an equal one waits its turn.
_OPEN = """
    INSERT INTO machine AS m (equipment, plant, epoch)
    SELECT e, p, %s FROM unnest(%s::text[], %s::text[]) AS t(e, p) ORDER BY e COLLATE "C"
    ON CONFLICT (equipment) DO UPDATE SET epoch = excluded.epoch WHERE m.epoch <= excluded.epoch
    RETURNING equipment
"""
_SAVE = """
    UPDATE machine AS m SET (order_no, read_at, read_offset, look_quality, gap_since,
        look_order_no, look_lot_no, state, mode, state_quality, since, since_offset,
        state_order_no, state_lot_no)
    = (t.order_no, t.read_at, t.read_offset, t.look_quality, t.gap_since, t.look_order_no,
        t.look_lot_no, t.state, t.mode, t.state_quality, t.since, t.since_offset,
        t.state_order_no, t.state_lot_no)
    FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::int[], %s::text[], %s::timestamptz[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::int[],
        %s::text[], %s::text[])
    AS t(equipment, order_no, read_at, read_offset, look_quality, gap_since, look_order_no,
        look_lot_no, state, mode, state_quality, since, since_offset, state_order_no, state_lot_no)
    WHERE m.equipment = t.equipment
"""
_SAVE_COUNTERS = """
    INSERT INTO counter AS c (equipment, counter, place, kind, reading, unit, incarnation, item_no,
        lot_no, reason)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[], %s::numeric[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::text[])
    ON CONFLICT (equipment, counter) DO UPDATE SET place = excluded.place, kind = excluded.kind,
        reading = excluded.reading, unit = excluded.unit, incarnation = excluded.incarnation,
        item_no = excluded.item_no, lot_no = excluded.lot_no, reason = excluded.reason
"""


class SqlMachines:
    """ports.Machines; two queries a batch: machines, counters."""

    async def open(self, epoch: int, equipment: Collection[str]) -> dict[str, Machine]:
        """Rows are made and locked in the order of their paths: nobody waits in a circle."""
        paths = sorted(equipment)
        work = current_work()
        opened = await work.sql(_OPEN, (epoch, paths, [plant_of(path) for path in paths]))
        if len(opened) < len(paths):
            raise superseded(epoch)
        # A statement of its own: it sees what those did for whom we waited.
        return await self.get(paths)

    async def save(self, machines: Collection[Machine]) -> None:
        """Counters that a machine does not have any more are gone."""
        work = current_work()
        counters = columns(chain.from_iterable(map(write_counters, machines)), 10)
        await work.sql(_SAVE, columns(map(write_machine, machines), 15))
        await work.sql(
            "DELETE FROM counter c WHERE equipment = ANY(%s) AND NOT EXISTS (SELECT 1"
            " FROM unnest(%s::text[], %s::text[]) AS k(e, n) WHERE e = equipment AND n = counter)",
            ([machine.equipment for machine in machines], *counters[:2]),
        )
        await work.sql(_SAVE_COUNTERS, counters)

    async def marks(self, equipment: Collection[str]) -> dict[str, Mark]:
        """Without their counters."""
        rows = await current_work().sql(
            "SELECT equipment, read_at, since FROM machine WHERE equipment = ANY(%s)",
            (list(equipment),),
        )
        return {path: Mark(read_at, since) for path, read_at, since in rows}

    async def get(self, equipment: Collection[str]) -> dict[str, Machine]:
        """Those that are known."""
        rows = await current_work().sql(
            _MACHINES + " WHERE equipment = ANY(%s)", (list(equipment),)
        )
        return {machine.equipment: machine for machine in await _load(rows)}

    async def page(self, plant: str, page: Page) -> Sequence[Machine]:
        """By path."""
        [after] = page.after or ("",)
        return await _load(
            await current_work().sql(
                _MACHINES + " WHERE plant = %s AND equipment > %s ORDER BY equipment LIMIT %s",
                (plant, after, page.limit),
            )
        )

    async def walk(self, after: str) -> Sequence[Machine]:
        """By path, all plants."""
        return await _load(
            await current_work().sql(
                _MACHINES + " WHERE equipment > %s ORDER BY equipment LIMIT %s",
                (after, _WALKED_AT_ONCE),
            )
        )

    async def at_work(self, orders: Collection[OrderKey]) -> dict[OrderKey, list[str]]:
        """By their newest look or state."""
        rows = await current_work().sql(
            "SELECT plant, order_no, equipment FROM machine"
            " JOIN unnest(%s::text[], %s::text[]) AS k(plant, order_no) USING (plant, order_no)"
            " WHERE order_no <> '' ORDER BY equipment",
            columns(orders, 2),
        )
        found: defaultdict[OrderKey, list[str]] = defaultdict(list)
        for plant, order_no, path in rows:
            found[OrderKey(plant, order_no)].append(path)
        return dict(found)


async def _load(rows: Sequence[Row]) -> list[Machine]:
    counters: defaultdict[str, list[CounterReading]] = defaultdict(list)
    for path, *counter in await current_work().sql(
        "SELECT equipment, counter, kind, reading, unit, incarnation, item_no, lot_no, reason"
        " FROM counter WHERE equipment = ANY(%s) ORDER BY equipment, place",
        ([row[0] for row in rows],),
    ):
        counters[path].append(read_counter(counter))
    return [read_machine(row, tuple(counters[row[0]])) for row in rows]
