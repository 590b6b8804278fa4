"""What stands in a service's database, to see that nothing changed."""

from fnmatch import fnmatch
from typing import Any

from services.kit.store import Store


async def contents(store: Store, *spared: str) -> dict[str, list[Any]]:
    """Every row of every table as text, but for tables whose names match one of `spared`."""
    async with store.work() as work:
        tables = await work.sql(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        return {
            name: await work.sql(f"SELECT t::text FROM {name} t ORDER BY 1")
            for (name,) in tables
            if not any(fnmatch(name, pattern) for pattern in spared)
        }
