"""Engineering changes in SQL."""

from collections.abc import Collection

from services.kit.store import current_work
from services.reference.domain.change import EngineeringChange
from services.reference.store.records import SqlRecords


class SqlChanges(SqlRecords[EngineeringChange]):
    """Over the table engineering_change; an index finds them by item."""

    def __init__(self) -> None:
        super().__init__("engineering_change", EngineeringChange, ("eco_no",))

    async def affecting(self, item_nos: Collection[str]) -> list[EngineeringChange]:
        """Those that name one of these items, by number."""
        rows = await current_work().sql(
            "SELECT to_jsonb(t)::text FROM engineering_change t WHERE EXISTS ("
            " SELECT 1 FROM unnest(%s::text[]) AS wanted (item_no)"
            " WHERE t.affected @> jsonb_build_array(jsonb_build_object('item_no', wanted.item_no)))"
            " ORDER BY eco_no",
            (list(item_nos),),
        )
        return [self._read(row) for (row,) in rows]
