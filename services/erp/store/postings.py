"""Postings in the lanes of kit, found by order and by lot."""

from collections.abc import Collection, Mapping, Sequence

from services.erp import wire
from services.erp.domain.keys import LotKey, OrderKey
from services.erp.domain.posting import Posting
from services.erp.ports import PostingRecord
from services.kit.access.principal import find_principal
from services.kit.backbone.outbox import emit
from services.kit.clock import SystemClock
from services.kit.errors import InvalidError
from services.kit.lanes.accept import Key, accept
from services.kit.lanes.aside import let_go, set_aside, under_way
from services.kit.lanes.desk import Act
from services.kit.lanes.entry import COLUMNS, State, read_entry
from services.kit.store import Row, current_work

_RECORDS = f"SELECT {COLUMNS}, coalesce(e.settled_at, e.accepted_at) FROM lane_entry e"
_BY_LOT = (
    "SELECT DISTINCT p.system, p.reference FROM posting_lot p"
    " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS t(plant, item_no, lot_no)"
    "  USING (plant, item_no, lot_no)"
)


class SqlPostings:
    """Postings over the lanes' tables."""

    async def accept(self, system: str, posting: Posting, *, aside: str = "") -> None:
        """Queue it with this transaction, and remember whose lots it names."""
        work = current_work()
        payload = wire.write_payload(posting)
        key = str(posting.order)
        accept(work, system, key, posting.reference, posting.kind, payload, aside=aside)
        lots = sorted(posting.lots)
        if lots:
            await work.sql(
                "INSERT INTO posting_lot (plant, item_no, lot_no, system, reference)"
                " SELECT t.*, %s, %s FROM unnest(%s::text[], %s::text[], %s::text[]) AS t"
                " ON CONFLICT DO NOTHING",
                (system, posting.reference, *_columns(lots)),
            )

    async def decline(self, system: str, posting: Posting, reason: str) -> PostingRecord:
        """With the transaction; whoever asks again is told again."""
        record = PostingRecord(
            order=posting.order,
            reference=posting.reference,
            posting=posting,
            system=system,
            position=0,
            state=State.SKIPPED,
            document="",
            reason=reason,
            attempts=0,
            aside="",
            since=SystemClock().now(),
        )
        told = wire.write_declined(record)
        emit(current_work(), str(posting.order), told, subject=posting.reference)
        return record

    async def by_reference(
        self, system: str, references: Collection[str]
    ) -> Mapping[str, PostingRecord]:
        """Those that exist, with what this transaction accepted."""
        work = current_work()
        await work.flush()
        rows = await work.sql(
            f"{_RECORDS} WHERE e.system = %s AND e.reference = ANY(%s)", (system, list(references))
        )
        return {record.reference: record for record in map(_record, rows)}

    async def of_orders(self, keys: Collection[OrderKey]) -> Sequence[PostingRecord]:
        """By order, in lane order."""
        rows = await current_work().sql(
            f"{_RECORDS} WHERE e.system = ANY(SELECT id FROM systems) AND e.key = ANY(%s)"
            " ORDER BY e.key, e.system, e.position",
            ([str(key) for key in keys],),
        )
        return [_record(row) for row in rows]

    async def set_aside(self, lots: Mapping[LotKey, str]) -> None:
        """Keep what is not posted of these lots from the ERP; the value says why."""
        work = current_work()
        reasons: dict[Key, list[str]] = {}
        for lot in sorted(lots):
            for system, reference in await work.sql(_BY_LOT, _columns([lot])):
                reasons.setdefault((system, reference), []).append(f"{lot.lot_no} {lots[lot]}")
        await set_aside(work, {key: "; ".join(why) for key, why in reasons.items()}, _who())

    async def release(self, lots: Collection[LotKey]) -> None:
        """Let postings go on none of whose lots is held."""
        work = current_work()
        rows = await work.sql(
            _BY_LOT + " WHERE NOT EXISTS (SELECT 1 FROM posting_lot other"
            "  JOIN lot_hold h USING (plant, item_no, lot_no)"
            "  WHERE (other.system, other.reference) = (p.system, p.reference) AND h.active"
            "   AND 'posting' = ANY(h.blocks))",
            _columns(sorted(lots)),
        )
        await let_go(work, [(s, r) for s, r in rows], Act(_who(), "no lot of it is held any more"))

    async def under_way(self, lots: Collection[LotKey]) -> Sequence[str]:
        """References of postings of these lots that an ERP may be working on now."""
        work = current_work()
        rows = await work.sql(_BY_LOT, _columns(sorted(lots)))
        return await under_way(work, [(system, reference) for system, reference in rows])


def _columns(lots: Sequence[LotKey]) -> tuple[list[str], list[str], list[str]]:
    return (
        [lot.plant for lot in lots],
        [lot.item_no for lot in lots],
        [lot.lot_no for lot in lots],
    )


def _record(row: Row) -> PostingRecord:
    *columns, since = row
    entry = read_entry(tuple(columns))
    return PostingRecord(
        order=OrderKey.parse(entry.key),
        reference=entry.reference,
        posting=_posting(entry.payload),
        system=entry.system,
        position=entry.position,
        state=entry.state,
        document=entry.document,
        reason=entry.reason,
        attempts=entry.attempt,
        aside=entry.aside,
        since=since,
    )


def _posting(payload: bytes) -> Posting | None:
    """None for what a person mended into something that is no posting; the lane refuses it."""
    try:
        return wire.read_payload(payload)
    except InvalidError:
        return None


def _who() -> str:
    principal = find_principal()
    return principal.actor if principal else "erp"
