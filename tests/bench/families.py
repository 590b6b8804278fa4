"""Families of lots, straight into the tables of mes by COPY: in bounded memory, however many."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import LiteralString

import psycopg

from services.mes.domain.keys import LotKey

TABLES = ("lot", "genealogy_edge")
_PIECE = 5_000
_SINCE = "2026-05-04 12:00:00+00"
_LOTS = (
    "COPY lot (id, plant, item_no, lot_no, order_no, unit, produced, produced_at, as_of)"
    " FROM STDIN (FREEZE)"
)
_EDGES = (
    "COPY genealogy_edge (from_id, to_id, order_no, operation, event_id, kind, quantity, made,"
    " occurred_at, offset_minutes, equipment) FROM STDIN (FREEZE)"
)
# A foreign key says nothing of how fast a trace reads: it comes back, but is not checked again.
_DROPPED = """
    SELECT 'ALTER TABLE ' || t || ' DROP CONSTRAINT ' || conname,
        'ALTER TABLE ' || t || ' ADD ' || pg_get_constraintdef(c.oid)
            || CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END
    FROM unnest(%(tables)s::text[]) t JOIN pg_constraint c ON conrelid = t::regclass
    WHERE contype = 'u' OR t <> 'lot' AND contype IN ('p', 'f')
    UNION ALL
    SELECT 'DROP INDEX ' || indexname, indexdef FROM pg_indexes
    WHERE tablename = ANY(%(tables)s) AND NOT EXISTS
        (SELECT FROM pg_constraint WHERE conname = indexname)
"""


@dataclass(frozen=True)
class Families:
    """Half of `lots` are in families of either of two sizes: a raw lot and all that became of it.

    Its members became known far from each other, as they do where many lines work at once. Each
    has three parents, of which the first leads back to the raw lot: diamonds, eight levels deep
    and more.
    """

    lots: int
    sizes: tuple[int, int]

    def roots(self, half: int, most: int) -> list[int]:
        """The raw lots of the families of one size, `most` of them at most."""
        return [2 * family + half + 1 for family in range(min(most, self._count(half)))]

    def edges(self) -> Iterator[tuple[int, int, int]]:
        """From which lot to which, and the parent's rank; by the lots made."""
        counts = self._count(0), self._count(1)
        for lot in range(1, self.lots + 1):
            place, half = divmod(lot - 1, 2)
            place, family = divmod(place, counts[half])
            if place:
                step, mixed = 2 * counts[half], lot * 0x9E3779B1 & 0xFFFFFFFF
                root = 2 * family + half + 1
                yield root + (place - 1) // 3 * step, lot, 0
                yield root + mixed % place * step, lot, 1
                yield root + (mixed >> 13) % place * step, lot, 2

    def _count(self, half: int) -> int:
        return self.lots // 2 // self.sizes[half]


def key_of(lot: int) -> LotKey:
    """What a lot of ours is called."""
    return LotKey("lyon", f"ITEM-{lot % 1000}", f"L{lot}")


def fill(dsn: str, families: Families) -> None:
    """Indexes last; then everything as autovacuum leaves it."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '256MB'")
        dropped = connection.execute(_DROPPED, {"tables": list(TABLES)}).fetchall()
        with connection.transaction():
            for drop, _ in dropped:
                connection.execute(drop)
            # What is copied into a table emptied in the same transaction can be frozen at once.
            connection.execute("TRUNCATE lot, genealogy_edge CASCADE")
            _copy(connection, _LOTS, _lots(families.lots))
            _copy(connection, _EDGES, _links(families))
        for _, create in dropped:
            connection.execute(create)
        connection.execute("VACUUM (ANALYZE) lot, genealogy_edge")


def _lots(count: int) -> Iterator[str]:
    for lot in range(1, count + 1):
        _, item, name = key_of(lot)
        yield f"{lot}\tlyon\t{item}\t{name}\to{lot}\tKGM\t10\t{_SINCE}\t{_SINCE}\n"


def _links(families: Families) -> Iterator[str]:
    tail = f"transform\t3.5\t10\t{_SINCE}\t120\tOVEN-1\n"
    for source, target, rank in families.edges():
        yield f"{source}\t{target}\to{target}\t20\tc{target}/{rank}\t{tail}"


def _copy(connection: psycopg.Connection, statement: LiteralString, rows: Iterator[str]) -> None:
    with connection.cursor().copy(statement) as copy:
        while piece := "".join(islice(rows, _PIECE)):
            copy.write(piece)
