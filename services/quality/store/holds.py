"""Holds and the lots they cover in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from services.kit.audit import made, saved, saw
from services.kit.paging import Page
from services.kit.store import Row, current_work
from services.quality.domain.hold import Block, Hold, HoldOrder, Release, State
from services.quality.domain.keys import LotKey
from services.quality.store.columns import lot_arrays
from services.quality.store.scope import read_scope, write_scope

_WALKED_AT_ONCE = 100
_COLUMNS = (
    "h.hold_no, h.plant, h.reason, h.placed_by, h.placed_at, h.as_of, h.state, h.version,"
    " h.covered, h.release_reason, h.released_by, h.released_at, h.blocks, h.scope::text"
)
_COVER = (
    "INSERT INTO hold_lot (hold_no, plant, item_no, lot_no, root)"
    " SELECT hold_no, plant, item_no, lot_no, %s FROM unnest(%s::text[], %s::text[], %s::text[],"
    " %s::text[]) AS n(hold_no, plant, item_no, lot_no) ON CONFLICT DO NOTHING RETURNING 1"
)


class SqlHolds:
    """ports.Holds; two queries a batch: holds, then the lots named when they were placed."""

    async def place(self, holds: Sequence[Hold]) -> dict[str, Hold]:
        """Waits for whoever is placing one of the same number just now."""
        ordered = sorted(holds, key=lambda hold: hold.no)
        placed = await current_work().sql(
            "INSERT INTO hold (hold_no, plant, reason, placed_by, placed_at, as_of, state,"
            " version, covered, blocks, scope) SELECT no, plant, reason, by, placed, at, state,"
            " version, covered, string_to_array(blocks, ','), scope FROM unnest(%s::text[],"
            " %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[],"
            " %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::jsonb[]) AS n(no, plant,"
            " reason, by, placed, at, state, version, covered, blocks, scope)"
            " ON CONFLICT DO NOTHING RETURNING hold_no",
            (
                [hold.no for hold in ordered],
                [hold.order.plant for hold in ordered],
                [hold.order.reason for hold in ordered],
                [hold.placed_by for hold in ordered],
                [hold.placed_at for hold in ordered],
                [hold.as_of for hold in ordered],
                [hold.state.value for hold in ordered],
                [hold.version for hold in ordered],
                [hold.covered for hold in ordered],
                [",".join(hold.order.blocks) for hold in ordered],
                [write_scope(hold.order.scope) for hold in ordered],
            ),
        )
        fresh = {no for (no,) in placed}
        for hold in ordered:
            if hold.no in fresh:
                made("hold", _name(hold), hold, reason=hold.order.reason)
        lots = [(hold.no, lot) for hold in ordered if hold.no in fresh for lot in hold.order.lots]
        await _cover(lots, root=True)
        known = [hold.no for hold in ordered if hold.no not in fresh]
        return await self.get(known) if known else {}

    async def get(self, hold_nos: Collection[str], *, lock: bool = False) -> dict[str, Hold]:
        """Those that exist, locked in the order of their numbers if asked."""
        query = f"SELECT {_COLUMNS} FROM hold h WHERE h.hold_no = ANY(%s) ORDER BY h.hold_no"
        locked = f"{query} FOR NO KEY UPDATE"
        rows = await current_work().sql(locked if lock else query, (list(hold_nos),))
        found = {hold.no: hold for hold in await _load(rows)}
        for hold in found.values() if lock else ():
            saw("hold", _name(hold), hold)
        return found

    async def on_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Hold]]:
        """Those not lifted."""
        rows = await current_work().sql(
            f"SELECT l.plant, l.item_no, l.lot_no, {_COLUMNS} FROM hold_lot l"
            " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k(plant, item_no, lot_no)"
            " USING (plant, item_no, lot_no) JOIN hold h ON h.hold_no = l.hold_no"
            " WHERE h.state <> %s ORDER BY h.hold_no",
            (*lot_arrays(lots), State.LIFTED.value),
        )
        holds = {hold.no: hold for hold in await _load([row[3:] for row in rows])}
        found: defaultdict[LotKey, list[Hold]] = defaultdict(list)
        for plant, item_no, lot_no, hold_no, *_ in rows:
            found[LotKey(plant, item_no, lot_no)].append(holds[hold_no])
        return dict(found)

    async def cover(self, hold: Hold, lots: Collection[LotKey]) -> int:
        """Those that are new."""
        return await _cover([(hold.no, lot) for lot in lots], root=False)

    async def save(self, holds: Collection[Hold]) -> None:
        """What changes, in one statement."""
        for hold in holds:
            saved("hold", _name(hold), hold, reason=hold.release.reason if hold.release else "")
        releases = [hold.release for hold in holds]
        await current_work().sql(
            "UPDATE hold h SET state = n.state, version = n.version, covered = n.covered,"
            " as_of = n.as_of, release_reason = n.why, released_by = n.who, released_at = n.at"
            " FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[],"
            " %s::text[], %s::text[], %s::timestamptz[])"
            " AS n(hold_no, state, version, covered, as_of, why, who, at)"
            " WHERE h.hold_no = n.hold_no",
            (
                [hold.no for hold in holds],
                [hold.state.value for hold in holds],
                [hold.version for hold in holds],
                [hold.covered for hold in holds],
                [hold.as_of for hold in holds],
                [one and one.reason for one in releases],
                [one and one.by for one in releases],
                [one and one.at for one in releases],
            ),
        )

    async def lots(
        self, hold_no: str, page: Page, plants: Collection[str] | None
    ) -> Sequence[LotKey]:
        """By item, lot number and plant."""
        there = None if plants is None else sorted(plants)
        rows = await current_work().sql(
            "SELECT plant, item_no, lot_no FROM hold_lot"
            " WHERE hold_no = %s AND (item_no, lot_no, plant) > (%s, %s, %s)"
            " AND (%s::text[] IS NULL OR plant = ANY(%s))"
            " ORDER BY item_no, lot_no, plant LIMIT %s",
            (hold_no, *(page.after or ("", "", "")), there, there, page.limit),
        )
        return [LotKey(*row) for row in rows]

    async def page(self, plant: str, page: Page) -> Sequence[Hold]:
        """By number."""
        rows = await current_work().sql(
            f"SELECT {_COLUMNS} FROM hold h WHERE h.plant = %s AND h.hold_no > %s"
            " ORDER BY h.hold_no LIMIT %s",
            (plant, *(page.after or ("",)), page.limit),
        )
        return await _load(rows)

    async def walk(self, after: str) -> Sequence[Hold]:
        """By number, all plants."""
        rows = await current_work().sql(
            f"SELECT {_COLUMNS} FROM hold h WHERE h.hold_no > %s ORDER BY h.hold_no LIMIT %s",
            (after, _WALKED_AT_ONCE),
        )
        return await _load(rows)


def _name(hold: Hold) -> str:
    return f"{hold.order.plant}/{hold.no}"


async def _cover(lots: Iterable[tuple[str, LotKey]], *, root: bool) -> int:
    given = sorted(set(lots))
    if not given:
        return 0
    arrays = [no for no, _ in given], *lot_arrays([lot for _, lot in given])
    return len(await current_work().sql(_COVER, (root, *arrays)))


async def _load(rows: Sequence[Row]) -> list[Hold]:
    nos = list(dict.fromkeys(row[0] for row in rows))
    roots: defaultdict[str, list[LotKey]] = defaultdict(list)
    if nos:
        found = await current_work().sql(
            "SELECT hold_no, plant, item_no, lot_no FROM hold_lot WHERE hold_no = ANY(%s) AND root",
            (nos,),
        )
        for no, *lot in found:
            roots[no].append(LotKey(*lot))
    return [_hold(sorted(roots[row[0]]), *row) for row in rows]


def _hold(roots: Sequence[LotKey], *row: Any) -> Hold:
    no, plant, reason, by, at, as_of, state, version, covered, why, who, ended, blocks, scope = row
    on = tuple(roots), reason, tuple(map(Block, blocks)), read_scope(scope)
    return Hold(
        HoldOrder(no, plant, *on),
        placed_by=by,
        placed_at=at,
        as_of=as_of,
        state=State(state),
        version=version,
        covered=covered,
        release=Release(why, who, ended) if ended else None,
    )
