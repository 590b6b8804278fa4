"""What arrived from outside, byte for byte, kept before anybody tries to understand it.

Bad input leaves no trace in business tables; this one is its own, and lets it be mapped again
after the mapping is mended.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from psycopg import DataError
from sqlalchemy.exc import DBAPIError

from services.kit.database_errors import read_database_error
from services.kit.errors import DomainError, InvalidError, UnavailableError
from services.kit.store import Row, Store, Work
from services.kit.text import storable

MAX_BYTES = 8 * 1024 * 1024
"""Of one input; an interchange is split before it comes here."""


class Stage(StrEnum):
    """How far we got with an input."""

    RECEIVED = "received"
    MAPPED = "mapped"
    FAILED = "failed"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Input:
    """One message of an outside system. `external_id` is the sender's; `kind` names the mapping."""

    system: str
    kind: str
    external_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class RawInput:
    """A kept input. `repeated` = it had arrived before, with the same content."""

    id: int
    system: str
    kind: str
    external_id: str
    content: bytes
    state: Stage
    mapping_version: str
    reason: str
    repeated: bool = False


class Ignored(Exception):  # noqa: N818 - no error: the mapping knows the input and has no use for it
    """Raised by a mapping: nothing to do here, and why."""


Mapper = Callable[[Work, RawInput], Awaitable[None]]
"""Reads one input into business tables; `DomainError` refuses it, `Ignored` sets it aside."""

_COLUMNS = "id, system, kind, external_id, content, state, mapping_version, reason"


async def receive(store: Store, inputs: Sequence[Input]) -> list[RawInput]:
    """Keep inputs in a transaction of their own, in their order; a repeat is the first one again.

    Raises InvalidError naming the field when one is too large or has no external id.
    """
    for input in inputs:
        _check(input)
    async with store.work() as work:
        return [await _keep(work, input) for input in inputs]


async def process(store: Store, raw: RawInput, mapper: Mapper, version: str) -> Stage:
    """Map one input in a transaction and note how it ended; what was mapped or ignored is left.

    A refusal, the database's too, is noted and raised again. UnavailableError notes nothing: try
    again later.
    """
    try:
        return await _map(store, raw, mapper, version)
    except UnavailableError:
        raise
    except Ignored as why:
        return await _end(store, raw.id, Stage.IGNORED, version, str(why))
    except DomainError as error:
        await _end(store, raw.id, Stage.FAILED, version, str(error), error.code, error.field)
        raise


async def _map(store: Store, raw: RawInput, mapper: Mapper, version: str) -> Stage:
    """Raises InvalidError where a value fits no column: that is the input's fault."""
    try:
        async with store.work() as work:
            state = await _lock(work, raw.id)
            if state in (Stage.MAPPED, Stage.IGNORED):
                return state
            await mapper(work, raw)
            await _note(work, raw.id, Stage.MAPPED, version)
            return Stage.MAPPED
    except (DataError, DBAPIError) as error:
        refused = read_database_error(error)
        if isinstance(refused, InvalidError):
            raise refused from error
        raise


async def replay(
    store: Store, system: str, kind: str, mapper: Mapper, version: str
) -> dict[Stage, int]:
    """Map again, oldest first, what was received or failed; how many ended how."""
    ended = dict.fromkeys(Stage, 0)
    for id in await _open(store, system, kind):
        raw = await find(store, id)
        try:
            ended[await process(store, raw, mapper, version)] += 1
        except UnavailableError:
            raise
        except DomainError:
            ended[Stage.FAILED] += 1
    return ended


async def remapped(work: Work, ids: Sequence[int], version: str) -> None:
    """Note that mapped inputs were mapped again, by another version, with this transaction."""
    await work.sql(
        "UPDATE raw_input SET mapping_version = %s WHERE id = ANY(%s) AND state = 'mapped'",
        (version, list(ids)),
    )


async def find(store: Store, id: int) -> RawInput:
    """A kept input by its id; raises InvalidError when there is none."""
    async with store.work() as work:
        rows = await work.sql(f"SELECT {_COLUMNS} FROM raw_input WHERE id = %s", (id,))
    if not rows:
        raise InvalidError(f"no raw input {id}", field="id")
    return _read(rows[0])


def _check(input: Input) -> None:
    for name in ("system", "kind", "external_id"):
        if not getattr(input, name):
            raise InvalidError(f"an input needs its {name}", field=name)
    if len(input.content) > MAX_BYTES:
        raise InvalidError(
            f"{len(input.content)} bytes are more than {MAX_BYTES}",
            code="too_large",
            field="content",
            hint="split it at the sender",
        )


async def _keep(work: Work, input: Input) -> RawInput:
    hash = sha256(input.content).digest()
    rows = await work.sql(
        "INSERT INTO raw_input (system, kind, external_id, content_hash, content)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (system, external_id, content_hash)"
        f" DO UPDATE SET external_id = excluded.external_id RETURNING {_COLUMNS}, xmax <> 0",
        (input.system, input.kind, input.external_id, hash, input.content),
    )
    return _read(rows[0])


async def _open(store: Store, system: str, kind: str) -> list[int]:
    async with store.work() as work:
        rows = await work.sql(
            "SELECT id FROM raw_input WHERE system = %s AND kind = %s"
            " AND state IN ('received', 'failed') ORDER BY id",
            (system, kind),
        )
    return [id for (id,) in rows]


async def _lock(work: Work, id: int) -> Stage:
    [(state,)] = await work.sql("SELECT state FROM raw_input WHERE id = %s FOR UPDATE", (id,))
    return Stage(state)


async def _end(  # noqa: PLR0913 - the columns of one row
    store: Store,
    id: int,
    state: Stage,
    version: str,
    reason: str,
    code: str = "",
    field: str = "",
) -> Stage:
    async with store.work() as work:
        await _note(work, id, state, version, reason, code, field)
    return state


async def _note(  # noqa: PLR0913 - the columns of one row
    work: Work,
    id: int,
    state: Stage,
    version: str,
    reason: str = "",
    code: str = "",
    field: str = "",
) -> None:
    await work.sql(
        "UPDATE raw_input SET state = %s, mapping_version = %s, reason = %s, code = %s, field = %s"
        " WHERE id = %s AND state IN ('received', 'failed')",
        (state, version, storable(reason), code, storable(field), id),
    )


def _read(row: Row) -> RawInput:
    id, system, kind, external_id, content, state, version, reason, *repeated = row
    return RawInput(
        id,
        system,
        kind,
        external_id,
        bytes(content),
        Stage(state),
        version,
        reason,
        bool(repeated and repeated[0]),
    )
