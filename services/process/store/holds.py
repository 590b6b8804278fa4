"""Holds in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from services.kit.store import current_work
from services.process.domain.facts import HoldOrdered
from services.process.domain.keys import LotKey
from services.process.store import content


class SqlHolds:
    """ports.Holds."""

    async def order(self, hold: HoldOrdered) -> None:
        """The newest version stays."""
        await current_work().sql(
            "INSERT INTO hold AS h (hold_no, plant, roots, active, version, blocks, scope)"
            " VALUES (%s, %s, %s::jsonb, %s, %s, %s, %s) ON CONFLICT (hold_no) DO UPDATE"
            " SET active = excluded.active, version = excluded.version"
            " WHERE h.version < excluded.version",
            (
                hold.hold_no,
                hold.plant,
                content.write(hold.roots),
                hold.active,
                hold.version,
                list(hold.blocks),
                hold.scope,
            ),
        )

    async def get(self, hold_nos: Collection[str]) -> Mapping[str, HoldOrdered]:
        """As last ordered."""
        rows = await current_work().sql(
            "SELECT hold_no, plant, roots::text, active, version, blocks, scope FROM hold"
            " WHERE hold_no = ANY(%s)",
            (list(hold_nos),),
        )
        return {
            no: HoldOrdered(no, plant, _lots(roots), active, version, tuple(blocks), scope)
            for no, plant, roots, active, version, blocks, scope in rows
        }

    async def lots(self, hold_no: str) -> set[LotKey]:
        """Lifted ones too."""
        rows = await current_work().sql(
            "SELECT plant, item_no, lot_no FROM hold_lot WHERE hold_no = %s", (hold_no,)
        )
        return {LotKey(*row) for row in rows}

    async def cover(self, hold: HoldOrdered, lots: Collection[LotKey]) -> None:
        """In the order of the lots; an older version changes nothing."""
        await current_work().sql(
            "INSERT INTO hold_lot AS h (plant, item_no, lot_no, hold_no, active, version)"
            " SELECT p, i, l, %s, %s, %s FROM unnest(%s::text[], %s::text[], %s::text[])"
            " AS t(p, i, l) ON CONFLICT (plant, item_no, lot_no, hold_no) DO UPDATE"
            " SET active = excluded.active, version = excluded.version"
            " WHERE h.version < excluded.version",
            (hold.hold_no, hold.active, hold.version, *_columns(sorted(lots))),
        )

    async def free(self, lots: Collection[LotKey], now: datetime) -> Sequence[str]:
        """The flows are due at once."""
        work = current_work()
        rows = await work.sql(
            "UPDATE effect e SET state = 'open', again_at = NULL"
            " FROM unnest(%s::text[], %s::text[], %s::text[]) AS t(p, i, l)"
            " WHERE e.lot = p || '/' || i || '/' || l AND e.until = 'release'"
            " AND e.state = 'refused' AND NOT EXISTS (SELECT 1 FROM hold_lot h"
            "  WHERE h.plant = p AND h.item_no = i AND h.lot_no = l AND h.active)"
            " RETURNING e.flow",
            _columns(sorted(lots)),
        )
        flows = sorted({flow for (flow,) in rows})
        await work.sql("UPDATE flow SET look_at = %s WHERE key = ANY(%s)", (now, flows))
        return flows


def _lots(text: str) -> tuple[LotKey, ...]:
    return msgspec.json.decode(text, type=tuple[LotKey, ...])


def _columns(lots: Sequence[LotKey]) -> tuple[list[str], list[str], list[str]]:
    return (
        [lot.plant for lot in lots],
        [lot.item_no for lot in lots],
        [lot.lot_no for lot in lots],
    )
