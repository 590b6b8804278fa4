"""What quality says of whole lots, in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from services.kit import audit
from services.kit.clock import Clock
from services.kit.store import current_work
from services.quality.domain.keys import LotKey
from services.quality.domain.lot import Lot
from services.quality.domain.status import LotStatus
from services.quality.store.columns import lot_arrays

_WALKED_AT_ONCE = 200
_COLUMNS = "plant, item_no, lot_no, as_of, status, version, verdict, signed_by, signatures, reason"
_SELECT = f"SELECT {_COLUMNS} FROM lot JOIN unnest(%s::text[], %s::text[], %s::text[])"
_KEYS = "AS k(plant, item_no, lot_no) USING (plant, item_no, lot_no)"


class SqlLots:
    """ports.Lots; the row of a lot is the lock on what is said of it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Made and locked in the order of their keys."""
        given, work = lot_arrays(sorted(keys)), current_work()
        await work.sql(
            "INSERT INTO lot (plant, item_no, lot_no, as_of) SELECT k.*, %s"
            " FROM unnest(%s::text[], %s::text[], %s::text[]) AS k ON CONFLICT DO NOTHING",
            (self._clock.now(), *given),
        )
        order = "ORDER BY plant, item_no, lot_no FOR NO KEY UPDATE OF lot"
        rows = await work.sql(f"{_SELECT} {_KEYS} {order}", given)
        found = {lot.key: lot for lot in (_lot(*row) for row in rows)}
        for key, lot in found.items():
            audit.saw("lot", str(key), _facts(lot))
        return found

    async def get(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """By their keys."""
        rows = await current_work().sql(f"{_SELECT} {_KEYS}", lot_arrays(keys))
        return {lot.key: lot for lot in (_lot(*row) for row in rows)}

    async def save(self, lots: Collection[Lot]) -> None:
        """In one statement."""
        for lot in lots:
            audit.saved("lot", str(lot.key), _facts(lot), reason=lot.reason)
        await current_work().sql(
            "UPDATE lot SET as_of = n.as_of, status = n.status, version = n.version,"
            " verdict = n.verdict, signed_by = n.signed_by, reason = n.reason,"
            " signatures = ARRAY(SELECT json_array_elements_text(n.signatures::json))"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],"
            " %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS n(plant, item_no,"
            " lot_no, as_of, status, version, verdict, signed_by, reason, signatures)"
            " WHERE (lot.plant, lot.item_no, lot.lot_no) = (n.plant, n.item_no, n.lot_no)",
            (
                *lot_arrays([lot.key for lot in lots]),
                [lot.as_of for lot in lots],
                [lot.status.value for lot in lots],
                [lot.version for lot in lots],
                [lot.verdict and lot.verdict.value for lot in lots],
                [lot.signed_by for lot in lots],
                [lot.reason for lot in lots],
                [msgspec.json.encode(lot.signatures).decode() for lot in lots],
            ),
        )

    async def walk(self, after: LotKey | None) -> Sequence[Lot]:
        """By key."""
        rows = await current_work().sql(
            f"SELECT {_COLUMNS} FROM lot WHERE (plant, item_no, lot_no) > (%s, %s, %s)"
            " ORDER BY plant, item_no, lot_no LIMIT %s",
            (*(after or ("", "", "")), _WALKED_AT_ONCE),
        )
        return [_lot(*row) for row in rows]


def _lot(*row: Any) -> Lot:
    *key, as_of, status, version, verdict, signed_by, signatures, reason = row
    said = None if verdict is None else LotStatus(verdict)
    signed = tuple(signatures)
    return Lot(LotKey(*key), as_of, LotStatus(status), version, said, signed_by, signed, reason)


def _facts(lot: Lot) -> dict[str, object]:
    return {
        "status": lot.status,
        "version": lot.version,
        "verdict": lot.verdict,
        "signed_by": lot.signed_by,
        "signatures": lot.signatures,
    }
