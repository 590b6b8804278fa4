"""When each ERP was last heard, in SQL; the database's clock judges."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from services.erp.domain.source import Source
from services.kit.paging import Page
from services.kit.store import Row, Store, current_work

_ALL = (
    "SELECT s.id, s.enabled, coalesce(f.interval_seconds, %(interval)s), f.tried_at, f.heard_at,"
    " f.changed_at, f.received_at, f.reason,"
    " extract(epoch FROM clock_timestamp() - f.heard_at)::float8,"
    " extract(epoch FROM f.received_at - f.changed_at)::float8, coalesce(f.not_read, '{}')"
    " FROM systems s LEFT JOIN source f ON f.system = s.id"
    " WHERE (%(plants)s::text[] IS NULL OR EXISTS (SELECT 1 FROM system_plant p"
    "  WHERE p.system = s.id AND p.plant = ANY(%(plants)s)))"
)


class SqlSources:
    """Written by the poller, a transaction each call; read inside a unit of work.

    `interval_seconds` = how long an ERP may be silent.
    """

    def __init__(self, store: Store, interval_seconds: float) -> None:
        self._store = store
        self._interval = interval_seconds

    async def heard(
        self, system: str, changed_at: datetime | None, not_read: Mapping[str, str]
    ) -> None:
        """It answered; its newest change is of then, None when nothing is new."""
        async with self._store.work() as work:
            await work.sql(
                "INSERT INTO source AS f (system, interval_seconds, tried_at, heard_at, changed_at,"
                "  received_at, reason, not_read) SELECT %s, %s, now(), now(), t, "
                "  CASE WHEN t IS NOT NULL THEN now() END, '', %s::jsonb"
                " FROM (VALUES (%s::timestamptz)) v(t)"
                " ON CONFLICT (system) DO UPDATE SET interval_seconds = excluded.interval_seconds,"
                "  tried_at = now(), heard_at = now(), reason = '', not_read = excluded.not_read,"
                "  changed_at = coalesce(excluded.changed_at, f.changed_at),"
                "  received_at = coalesce(excluded.received_at, f.received_at)",
                (system, self._interval, msgspec.json.encode(not_read).decode(), changed_at),
            )

    async def silent(self, system: str, reason: str) -> None:
        """It was asked and did not answer."""
        async with self._store.work() as work:
            await work.sql(
                "INSERT INTO source (system, interval_seconds, tried_at, reason)"
                " VALUES (%s, %s, now(), %s) ON CONFLICT (system) DO UPDATE SET tried_at = now(),"
                "  interval_seconds = excluded.interval_seconds, reason = excluded.reason",
                (system, self._interval, reason),
            )

    async def of(self, systems: Collection[str], plants: Collection[str] | None) -> list[Source]:
        """Those that serve one of these plants (None: any), by id."""
        rows = await current_work().sql(
            f"{_ALL} AND s.id = ANY(%(systems)s) ORDER BY s.id",
            {"interval": self._interval, "plants": _listed(plants), "systems": list(systems)},
        )
        return [Source(*row) for row in rows]

    async def page(self, plants: Collection[str] | None, page: Page) -> list[Source]:
        """The next by id, of these plants."""
        rows: list[Row] = await current_work().sql(
            f"{_ALL} AND s.id > %(after)s ORDER BY s.id LIMIT %(limit)s",
            {
                "interval": self._interval,
                "plants": _listed(plants),
                "after": page.after[0] if page.after else "",
                "limit": page.limit,
            },
        )
        return [Source(*row) for row in rows]


def _listed(plants: Collection[str] | None) -> list[str] | None:
    return None if plants is None else list(plants)
