"""Every table of every service by count and hash, so that two moments can be compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Identifier

HOUSEKEEPING = frozenset({"collector", "cursor", "cursor_member", "elector", "executor"}) | {
    "lane_pace",
    "source",
    "subscriber",
}
"""Tables that change while nothing happens: who lives, who is read, how far a reader is."""


@dataclass(frozen=True, slots=True)
class Content:
    """Of one table."""

    rows: int
    hash: str


Contents = Mapping[tuple[str, str], Content]
"""By service and table."""


def read(databases: Mapping[str, str]) -> Contents:
    """What the databases (service to URL) hold beyond housekeeping."""
    return {
        (service, table): content
        for service, url in databases.items()
        for table, content in _tables(url)
    }


def changed(before: Contents, after: Contents) -> list[str]:
    """The tables that differ, "service.table: 3 rows, 2 now"."""
    return [
        f"{service}.{table}: {_rows(before, service, table)}, {_rows(after, service, table)} now"
        for service, table in sorted(before.keys() | after.keys())
        if before.get((service, table)) != after.get((service, table))
    ]


def _rows(contents: Contents, service: str, table: str) -> str:
    content = contents.get((service, table))
    return "no table" if content is None else f"{content.rows} rows"


def _tables(url: str) -> Iterator[tuple[str, Content]]:
    with psycopg.connect(url) as connection:
        named = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        for (table,) in named:
            if table not in HOUSEKEEPING:
                query = SQL(
                    "SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY t::text),"
                    " '')) FROM {} t"
                )
                [row] = connection.execute(query.format(Identifier(table))).fetchall()
                yield table, Content(*row)
