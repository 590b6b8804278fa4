"""The copies in our own database; every call works in the ambient unit of work."""

from collections.abc import Collection, Iterable, Mapping

from services.kit.copies.kind import Kind, M
from services.kit.errors import NotFoundError
from services.kit.store import current_work


async def known(kind: Kind[M], keys: Collection[str]) -> dict[str, M]:
    """Those we have, by key."""
    if not keys:
        return {}
    rows = await current_work().sql(
        "SELECT key, payload FROM local_copy WHERE kind = %s AND key = ANY(%s) AND type = %s",
        (kind.name, list(keys), kind.type),
    )
    return {key: kind.message.FromString(payload) for key, payload in rows}


async def require(kind: Kind[M], wanted: Mapping[str, str]) -> dict[str, M]:
    """All of `wanted`; raises NotFoundError naming the field (its value) of the first we lack."""
    found = await known(kind, wanted.keys())
    for key, field in wanted.items():
        if key not in found:
            raise NotFoundError(
                f"there is no {kind.name} {key[:80]}",
                code=f"unknown_{kind.name}",
                field=field,
                hint="it has to be in the master data first",
            )
    return found


async def listed(kind: Kind[M], scopes: Collection[str]) -> list[M]:
    """Those that belong to any of these lists, by key."""
    rows = await current_work().sql(
        "SELECT payload FROM local_copy WHERE kind = %s AND scope = ANY(%s) AND type = %s"
        " ORDER BY key",
        (kind.name, list(scopes), kind.type),
    )
    return [kind.message.FromString(payload) for (payload,) in rows]


async def stamp(kind: Kind[M]) -> int:
    """Another number whenever a copy of this kind has come or changed."""
    [(total,)] = await current_work().sql(
        "SELECT coalesce(sum(version), 0)::bigint FROM local_copy WHERE kind = %s", (kind.name,)
    )
    return int(total)


async def put(
    kind: Kind[M], messages: Iterable[M], *, partition: int | None = None, replace: bool = False
) -> None:
    """Keep what is newer than ours; with `replace` also what is older (an owner was restored)."""
    newest: dict[str, M] = {}
    for message in messages:
        key = kind.key(message)
        if key not in newest or kind.version(newest[key]) <= kind.version(message):
            newest[key] = message
    # In the order of the key, so that two writers never wait for each other.
    ordered = sorted(newest.items())
    await current_work().sql(
        "INSERT INTO local_copy AS c (kind, key, scope, payload, version, type, partition)"
        " SELECT %s, t.*, %s, %s"
        " FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::bigint[]) AS t"
        " ON CONFLICT (kind, key) DO UPDATE SET scope = excluded.scope, type = excluded.type,"
        "  payload = excluded.payload, version = excluded.version, copied_at = clock_timestamp(),"
        "  partition = coalesce(excluded.partition, c.partition)"
        " WHERE %s OR c.version < excluded.version OR c.type <> excluded.type",
        (
            kind.name,
            kind.type,
            partition,
            [key for key, _ in ordered],
            [kind.scope(message) for _, message in ordered],
            [message.SerializeToString() for _, message in ordered],
            [kind.version(message) for _, message in ordered],
            replace,
        ),
    )


async def forget(kinds: Collection[str], partition: int) -> None:
    """Drop what came from this partition of the owner's topic."""
    await current_work().sql(
        "DELETE FROM local_copy WHERE kind = ANY(%s) AND partition = %s", (list(kinds), partition)
    )
