"""Our copy of the item master in PostgreSQL."""

from collections.abc import Collection

from services.kit.store import current_work
from services.quality.domain.item import Item


class SqlItems:
    """ports.Items."""

    async def get(self, item_nos: Collection[str]) -> dict[str, Item]:
        """Those we know."""
        rows = await current_work().sql(
            "SELECT item_no, inspected, version FROM item_copy WHERE item_no = ANY(%s)",
            (list(item_nos),),
        )
        return {row[0]: Item(*row) for row in rows}

    async def put(self, items: Collection[Item]) -> None:
        """The highest version stays, within the batch too."""
        latest = {one.item_no: one for one in sorted(items, key=lambda one: one.version)}
        chosen = [latest[no] for no in sorted(latest)]
        await current_work().sql(
            "INSERT INTO item_copy AS c (item_no, inspected, version)"
            " SELECT * FROM unnest(%s::text[], %s::boolean[], %s::bigint[])"
            " ON CONFLICT (item_no) DO UPDATE"
            " SET inspected = excluded.inspected, version = excluded.version"
            " WHERE c.version < excluded.version",
            (
                [one.item_no for one in chosen],
                [one.inspected for one in chosen],
                [one.version for one in chosen],
            ),
        )
