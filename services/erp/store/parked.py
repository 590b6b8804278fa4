"""What waits for finance, in PostgreSQL, and its release as soon as something has changed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from services.erp import wire
from services.erp.application.release_parked import release_parked
from services.erp.domain.goods import GoodsMovement, MovementKey, Side, StockStatus
from services.erp.ports.accounting import Accounts, Parked, ParkedDocument
from services.erp.store.journal import columns
from services.kit.audit import Change, record, told_by
from services.kit.checkpoint import reach
from services.kit.clock import Clock, Instant
from services.kit.copies import Kind, stamp
from services.kit.errors import DomainError, UnavailableError
from services.kit.log import logger
from services.kit.quantity import Quantity
from services.kit.store import Row, Store, current_work

PARKED = (
    "SELECT id, plant, kind, reference, order_no, code, wants, reason, since, movement"
    " FROM parked_document"
)
_AT_ONCE = 200
_OVERLAP = 1000
_log = logger(__name__)


class SqlQueue:
    """ports.accounting.Queue."""

    async def park(self, documents: Sequence[Parked]) -> None:
        """In one statement."""
        if not documents:
            return
        await current_work().sql(
            "INSERT INTO parked_document (plant, kind, reference, order_no, code, wants, reason,"
            "  movement)"
            " SELECT p, k, r, o, c, w, t, m::jsonb FROM unnest(%s::text[], %s::text[], %s::text[],"
            "  %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
            "  AS x(p, k, r, o, c, w, t, m)"
            " ON CONFLICT (plant, kind, reference) DO UPDATE"
            "  SET code = excluded.code, wants = excluded.wants, reason = excluded.reason",
            columns([_row(one) for one in documents], 8),
        )

    async def take(self, after: int) -> Sequence[ParkedDocument]:
        """Some hundreds, oldest first, locked."""
        rows = await current_work().sql(
            f"{PARKED} WHERE id > %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED", (after, _AT_ONCE)
        )
        return [read_parked(row) for row in rows]

    async def drop(self, documents: Collection[int]) -> None:
        """They were booked."""
        work = current_work()
        rows = await work.sql(
            "DELETE FROM parked_document WHERE id = ANY(%s)"
            " RETURNING id, plant, kind, reference, code, wants",
            (list(documents),),
        )
        for _, plant, kind, reference, code, wants in sorted(rows):
            old = {"kind": kind, "code": code, "wants": wants}
            record(work, Change("parked_document", f"{plant}/{reference}", old, None))
        if documents:
            reach("money.released")

    async def version(self) -> tuple[int, ...]:
        """The newest that waits, and the stamps of all that is copied."""
        [(newest,)] = await current_work().sql("SELECT max(id) FROM parked_document")
        if newest is None:
            return ()
        kinds: tuple[Kind[Any], ...] = (wire.CODES, wire.COSTS, wire.ITEMS, wire.PLANTS)
        return newest, *[await stamp(kind) for kind in kinds]


class Releases:
    """Rounds that try again what waits, when something new waits or the master data changed."""

    def __init__(self, store: Store, accounts: Accounts, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock
        self._tried: tuple[int, ...] = ()

    async def round(self) -> None:
        """Raises UnavailableError when something is in the way for now."""
        async with self._store.work():
            version = await self._accounts.queue.version()
        if version in ((), self._tried):
            return
        same = version[1:] == self._tried[1:]
        # What is new alone, and some before it: numbers may be committed out of order.
        after = max(self._tried[0] - _OVERLAP, 0) if same and self._tried else 0
        try:
            while last := await self._release(after):
                after = last
        except UnavailableError:
            raise
        except DomainError as error:
            _log.warning("a release was refused", code=error.code, reason=str(error))
            raise UnavailableError(f"the release is tried again: {error}") from error
        self._tried = version

    async def _release(self, after: int) -> int:
        with told_by("release of parked documents"):
            async with self._store.work():
                return await release_parked(self._accounts, after, self._clock)


def read_parked(row: Row) -> ParkedDocument:
    """A row of PARKED."""
    id, plant, kind, reference, order_no, code, wants, reason, since, content = row
    movement = _read(plant, content) if content else None
    return ParkedDocument(
        id, plant, kind, reference, order_no, code, wants, reason, since, movement
    )


def _row(one: Parked) -> tuple[Any, ...]:
    kind = "movement" if one.movement else "settlement"
    content = _write(one.movement) if one.movement else None
    why = one.why
    return one.plant, kind, one.reference, one.order_no, why.code, why.wants, str(why), content


def _write(one: GoodsMovement) -> str:
    fields = {
        "reference": one.key.reference,
        "type": one.type,
        "here": one.here,
        "there": one.there,
        "change": one.change.text,
        "unit": one.change.unit,
        "at": one.occurred_at.moment.isoformat(),
        "offset": one.occurred_at.offset_minutes,
        "lot_no": one.lot_no,
        "order_no": one.order_no,
        "reverses": one.reverses,
    }
    return msgspec.json.encode(fields).decode()


def _read(plant: str, fields: dict[str, Any]) -> GoodsMovement:
    return GoodsMovement(
        MovementKey(plant, fields["reference"]),
        fields["type"],
        _side(*fields["here"]),
        Quantity(Decimal(fields["change"]), fields["unit"]),
        Instant(datetime.fromisoformat(fields["at"]), fields["offset"]),
        _side(*fields["there"]) if fields["there"] else None,
        fields["lot_no"],
        fields["order_no"],
        fields["reverses"],
    )


def _side(plant: str, item_no: str, status: str, owner: str) -> Side:
    return Side(plant, item_no, StockStatus(status), owner)
