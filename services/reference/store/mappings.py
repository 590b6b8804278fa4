"""Every version of what codes mean, in SQL; the columns of code_map are a mapping's fields."""

from collections.abc import Collection, Sequence
from dataclasses import fields

import msgspec

from services.kit.audit import Change, record
from services.kit.store import Row, current_work
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.names import Key
from services.reference.ports import Chosen

_KEY = "domain, system, plant, code"
_ARRAYS = "%s::text[], %s::text[], %s::text[], %s::text[]"
_COLUMNS = ", ".join(field.name for field in fields(CodeMapping))
_STATES = (
    "canonical, direction, status, valid_from, valid_to, steward, approver, replaces, revision"
)
_GIVEN = "jsonb_populate_recordset(NULL::code_map, %s::jsonb)"


class SqlMappings:
    """One statement a batch."""

    async def get(self, codes: Collection[Key]) -> list[CodeMapping]:
        """All versions of these codes, by code and version."""
        rows = await current_work().sql(
            f"SELECT to_jsonb(m) FROM code_map m JOIN unnest({_ARRAYS}) AS w ({_KEY})"
            f" USING ({_KEY}) ORDER BY {_KEY}, version",
            _arrays(codes),
        )
        return _read(rows)

    async def answering(self, codes: Collection[Key]) -> list[CodeMapping]:
        """All versions, but drafts, with these codes or with these as their canonical."""
        rows = await current_work().sql(
            f"WITH w AS (SELECT * FROM unnest({_ARRAYS}) AS w ({_KEY}))"
            f" SELECT to_jsonb(m) FROM code_map m JOIN w USING ({_KEY})"
            "  WHERE m.status <> 'draft'"
            " UNION SELECT to_jsonb(m) FROM code_map m JOIN w"
            "  ON m.domain = w.domain AND m.system = w.system AND m.plant = w.plant"
            "   AND m.canonical = w.code WHERE m.status <> 'draft' ORDER BY 1",
            _arrays(codes),
        )
        return _read(rows)

    async def after(
        self, place: tuple[str | int, ...] | None, limit: int, chosen: Chosen
    ) -> list[CodeMapping]:
        """The next by code and version."""
        plants = None if chosen.plants is None else ["", *chosen.plants]
        rows = await current_work().sql(
            "SELECT to_jsonb(m) FROM code_map m"
            f" WHERE ({_KEY}, version) > (%s, %s, %s, %s, %s)"
            " AND (%s::text[] IS NULL OR plant = ANY(%s))"
            " AND %s IN ('', system) AND %s IN ('', status)"
            f" ORDER BY {_KEY}, version LIMIT %s",
            (
                *(place or ("", "", "", "", 0)),
                plants,
                plants,
                chosen.system,
                chosen.status or "",
                limit,
            ),
        )
        return _read(rows)

    async def put(self, versions: Sequence[CodeMapping]) -> None:
        """Store them; what was there before goes to the audit."""
        work, content = current_work(), msgspec.json.encode(versions).decode()
        known = {
            (one.key, one.version): one for one in await self.get({one.key for one in versions})
        }
        for one in versions:
            name, old = "/".join((*one.key, str(one.version))), known.get((one.key, one.version))
            record(work, Change("code_map", name, old, one, mapping_version=one.version))
        await work.sql(
            f"INSERT INTO code_map ({_COLUMNS}) SELECT {_COLUMNS} FROM {_GIVEN}"
            f" ON CONFLICT ({_KEY}, version) DO UPDATE SET ({_STATES})"
            f" = ROW({', '.join(f'excluded.{one.strip()}' for one in _STATES.split(','))})",
            (content,),
        )


def _arrays(keys: Collection[Key]) -> list[list[str]]:
    return [[key[place] for key in keys] for place in range(4)]


def _read(rows: Sequence[Row]) -> list[CodeMapping]:
    return [msgspec.convert(row, CodeMapping) for (row,) in rows]
