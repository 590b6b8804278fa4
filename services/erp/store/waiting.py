"""What waits for codes: raw orders not mapped, postings not sent, documents not booked."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from services.erp.domain.accounts import DOMAIN, SYSTEM
from services.erp.domain.codes import (
    CodeKind,
    Direction,
    Domain,
    Question,
    UnmappedCodeError,
    Waiting,
)
from services.kit.lanes.entry import COLUMNS, Entry, read_entry
from services.kit.store import current_work

_ASKED: Mapping[str, Domain] = {
    "unmapped_account": DOMAIN,
    "missing_cost": "standard_cost",
    "currency_mismatch": "standard_cost",
    "unknown_item": "item_record",
    "unknown_plant": "plant_record",
}
"""What is asked for by why a document is parked; the rest waits for another document or release."""
_MOST = 10_000
"""Documents of a system that are told of; behind them nobody sees more."""


async def note_unmapped(refused: Mapping[int, UnmappedCodeError]) -> None:
    """Remember which code each raw input waits for, and forget what waits no more."""
    work = current_work()
    await work.sql(
        "DELETE FROM waiting_code w USING raw_input r WHERE r.id = w.raw_input"
        " AND (r.state <> 'failed' OR r.code <> 'unmapped_code')"
    )
    asked = [error.question for error in refused.values()]
    await work.sql(
        "INSERT INTO waiting_code (raw_input, direction, domain, plant, code, at)"
        " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],"
        "  %s::timestamptz[]) ON CONFLICT (raw_input) DO UPDATE SET"
        " direction = excluded.direction, domain = excluded.domain, plant = excluded.plant,"
        " code = excluded.code, at = excluded.at",
        (
            list(refused),
            [one.direction for one in asked],
            [one.kind for one in asked],
            [one.plant for one in asked],
            [one.code for one in asked],
            [one.at for one in asked],
        ),
    )


class SqlWaitings:
    """Over raw input and the lanes, in one unit of work."""

    async def orders(self, system: str) -> list[Waiting]:
        """Raw orders of a system, oldest first."""
        rows = await current_work().sql(
            "SELECT w.domain, w.plant, w.code, w.direction, w.at, r.kind, r.external_id,"
            "  r.received_at FROM waiting_code w JOIN raw_input r ON r.id = w.raw_input"
            " WHERE r.system = %s AND r.state = 'failed' ORDER BY r.id LIMIT %s",
            (system, _MOST),
        )
        return [
            Waiting(
                Question(cast(CodeKind, domain), system, plant, code, Direction(direction), at),
                kind,
                key,
                since,
            )
            for domain, plant, code, direction, at, kind, key, since in rows
        ]

    async def postings(self, system: str) -> list[tuple[Entry, datetime]]:
        """Postings refused for a code, and when each was accepted; oldest first.

        What a person has mended since is theirs.
        """
        rows = await current_work().sql(
            f"SELECT {COLUMNS}, e.accepted_at FROM lane_entry e WHERE e.system = %s"
            " AND e.state = 'refused' AND e.code = 'unmapped_code' AND NOT EXISTS"
            "  (SELECT 1 FROM lane_audit a WHERE a.entry_id = e.id AND a.action = 'fix'"
            "   AND a.at > e.settled_at) ORDER BY e.id LIMIT %s",
            (system, _MOST),
        )
        return [(read_entry(tuple(entry)), since) for *entry, since in rows]

    async def finance(self) -> list[Waiting]:
        """What is parked for an account, a cost or a record; an account's code is the most telling
        one that would do.

        A movement is booked at its own time, a settlement at any from its beginning on.
        """
        rows = await current_work().sql(
            "SELECT code, wants, coalesce((movement->>'at')::timestamptz, since), kind,"
            "  plant || '/' || reference, since FROM parked_document"
            " WHERE code = ANY(%s) ORDER BY id LIMIT %s",
            (list(_ASKED), _MOST),
        )
        return [
            Waiting(_question(_ASKED[why], wants, at), kind, key, since)
            for why, wants, at, kind, key, since in rows
        ]


def _question(domain: Domain, wants: str, at: datetime) -> Question:
    """Of "account/lyon/stock/RAW", "cost/lyon/steel", "item/steel" or "plant/lyon"; an item or a
    plant is known everywhere.
    """
    _, _, named = wants.partition("/")
    plant, code = "", named
    if domain in (DOMAIN, "standard_cost"):
        plant, _, code = named.partition("/")
    return Question(domain, SYSTEM, plant, code, Direction.IN, at)
