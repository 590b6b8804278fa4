"""Lots, what they come from and the holds on them, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from services.kit.store import Row, current_work
from services.wms.domain.hold import Block, Hold, Restraint
from services.wms.domain.keys import LotKey
from services.wms.ports import Link
from services.wms.store.columns import columns, lot_columns

_WALKED = 200
# Every lot with all that its stock comes from: UNION ends also where stock went in circles.
_HOLDS = """
    WITH RECURSIVE wanted AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) AS k(plant, item_no, lot_no)),
    source(plant, item_no, lot_no, of_plant, of_item_no, of_lot_no) AS (
        SELECT plant, item_no, lot_no, plant, item_no, lot_no FROM wanted
        UNION
        SELECT l.plant, l.item_no, l.lot_no, s.of_plant, s.of_item_no, s.of_lot_no
        FROM source s JOIN lot_link l ON l.movements > 0
            AND (l.into_plant, l.into_item_no, l.into_lot_no) = (s.plant, s.item_no, s.lot_no))
    SELECT s.of_plant, s.of_item_no, s.of_lot_no, h.hold_no, h.blocks
    FROM source s JOIN lot_hold h USING (plant, item_no, lot_no) WHERE h.active
"""


class SqlLots:
    """ports.Lots. The row of a lot is the lock on its balances and its holds."""

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, list[Restraint]]:
        """Rows are made and locked in one order each: two writers never wait for each other."""
        given, work = lot_columns(keys), current_work()
        await work.sql(
            "INSERT INTO lot (plant, item_no, lot_no)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING",
            given,
        )
        await work.sql(
            "SELECT 1 FROM lot JOIN unnest(%s::text[], %s::text[], %s::text[])"
            " AS k(plant, item_no, lot_no) USING (plant, item_no, lot_no)"
            " ORDER BY plant, item_no, lot_no FOR UPDATE OF lot",
            given,
        )
        # A statement of its own: it sees what those did for whom we waited.
        return {key: [] for key in keys} | await self.holds(keys)

    async def holds(self, keys: Collection[LotKey]) -> dict[LotKey, list[Restraint]]:
        """By lot, sorted; its own and those of the lots its stock comes from."""
        return _by_lot(await current_work().sql(_HOLDS, lot_columns(keys)))

    async def hold(self, holds: Sequence[Hold], *, inherited: bool = False) -> None:
        """The highest version stays, within the batch too."""
        latest: dict[tuple[LotKey, str], Hold] = {}
        for hold in sorted(holds, key=lambda hold: hold.version):
            latest[hold.lot, hold.hold_no] = hold
        chosen = (latest[key] for key in sorted(latest))
        await current_work().sql(
            "INSERT INTO lot_hold AS h (plant, item_no, lot_no, hold_no, version, active, blocks)"
            " SELECT plant, item_no, lot_no, hold_no, version, active, string_to_array(blocks, ',')"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],"
            " %s::boolean[], %s::text[])"
            " AS n(plant, item_no, lot_no, hold_no, version, active, blocks)"
            " ON CONFLICT (plant, item_no, lot_no, hold_no) DO UPDATE"
            " SET version = excluded.version, active = excluded.active, blocks = excluded.blocks"
            " WHERE h.version < excluded.version OR (h.version = excluded.version AND NOT %s)",
            (*columns(map(_hold_row, chosen), 7), inherited),
        )

    async def children(self, keys: Collection[LotKey]) -> set[LotKey]:
        """By the primary key of the links."""
        rows = await current_work().sql(
            "SELECT into_plant, into_item_no, into_lot_no FROM lot_link"
            " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k(plant, item_no, lot_no)"
            " USING (plant, item_no, lot_no) WHERE movements > 0",
            lot_columns(keys),
        )
        return {LotKey(*row) for row in rows}

    async def link(self, links: Mapping[Link, int]) -> None:
        """Counted, so that a reversal takes away its own movement alone."""
        rows = ((*link.source, *link.target, links[link]) for link in sorted(links))
        await current_work().sql(
            "INSERT INTO lot_link AS l SELECT * FROM unnest(%s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::text[], %s::text[], %s::int[])"
            " ON CONFLICT (plant, item_no, lot_no, into_plant, into_item_no, into_lot_no)"
            " DO UPDATE SET movements = l.movements + excluded.movements",
            columns(rows, 7),
        )

    async def walk(self, after: LotKey | None) -> Sequence[LotKey]:
        """By key."""
        rows = await current_work().sql(
            "SELECT plant, item_no, lot_no FROM lot WHERE (plant, item_no, lot_no) > (%s, %s, %s)"
            " ORDER BY plant, item_no, lot_no LIMIT %s",
            (*(after or ("", "", "")), _WALKED),
        )
        return [LotKey(*row) for row in rows]


def _hold_row(hold: Hold) -> tuple[object, ...]:
    blocks = ",".join(sorted(hold.blocks))
    return (*hold.lot, hold.hold_no, hold.version, hold.active, blocks)


def _by_lot(rows: Iterable[Row]) -> dict[LotKey, list[Restraint]]:
    blocked: defaultdict[tuple[LotKey, str], set[Block]] = defaultdict(set)
    for *key, hold_no, blocks in rows:
        blocked[LotKey(*key), hold_no] |= {Block(one) for one in blocks}
    found: defaultdict[LotKey, list[Restraint]] = defaultdict(list)
    for lot, hold_no in sorted(blocked):
        found[lot].append(Restraint(hold_no, frozenset(blocked[lot, hold_no])))
    return dict(found)
