"""Records of one kind in a table whose columns are the record's fields."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Generic, TypeVar

import msgspec

from services.kit.audit import Change, record
from services.kit.store import current_work
from services.reference.domain.names import Key
from services.reference.ports import Record

R = TypeVar("R", bound=Record)


class SqlRecords(Generic[R]):
    """One statement a batch; `key` are the columns of the natural key."""

    def __init__(self, table: str, kind: type[R], key: tuple[str, ...]) -> None:
        self._table = table
        self._kind = kind
        self._key = key
        self._columns = tuple(field.name for field in fields(kind))
        self._json = msgspec.json.Decoder(kind)

    async def get(self, keys: Collection[Key], *, by: Sequence[str] = ()) -> list[R]:
        """Those with these values in the fields `by`, by key."""
        names = tuple(by) or self._key
        rows = await current_work().sql(
            f"SELECT to_jsonb(t)::text FROM {self._table} t JOIN unnest({_arrays(names)})"
            f" AS wanted ({_listed(names)}) USING ({_listed(names)}) ORDER BY {_listed(self._key)}",
            [[key[place] for key in keys] for place in range(len(names))],
        )
        return [self._read(row) for (row,) in rows]

    async def after(self, key: Key | None, limit: int) -> list[R]:
        """The next by key."""
        place = f"({_listed(self._key)})"
        marks = ", ".join(["%s"] * len(self._key))
        behind = f"WHERE {place} > ({marks})" if key else ""
        rows = await current_work().sql(
            f"SELECT to_jsonb(t)::text FROM {self._table} t {behind} ORDER BY {_listed(self._key)}"
            " LIMIT %s",
            (*(key or ()), limit),
        )
        return [self._read(row) for (row,) in rows]

    async def put(self, records: Sequence[R], known: Mapping[Key, R]) -> None:
        """Store them; what was there before goes to the audit."""
        work, content = current_work(), msgspec.json.encode(records).decode()
        given = f"jsonb_populate_recordset(NULL::{self._table}, %s::jsonb)"
        for one in records:
            record(work, Change(self._table, "/".join(one.key), known.get(one.key), one))
        columns = _listed(self._columns)
        rest = [name for name in self._columns if name not in self._key]
        await work.sql(
            f"INSERT INTO {self._table} ({columns}) SELECT {columns} FROM {given}"
            f" ON CONFLICT ({_listed(self._key)})"
            f" DO UPDATE SET ({_listed(rest)}) = ROW({_listed(rest, 'excluded.')})",
            (content,),
        )

    def _read(self, row: str) -> R:
        return self._json.decode(row)


def _listed(names: Sequence[str], prefix: str = "") -> str:
    return ", ".join(prefix + name for name in names)


def _arrays(names: Sequence[str]) -> str:
    return ", ".join(["%s::text[]"] * len(names))
