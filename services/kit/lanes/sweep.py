"""A second look at postings whose answer went astray: two documents are shown to a person.

Every takeover, and every worker that finds itself taken over, schedules one. It prevents nothing;
where a system has neither versions nor unique keys it is how a duplicate comes to light.
"""

from collections.abc import Mapping, Sequence

from services.kit import log
from services.kit.lanes.asking import ask
from services.kit.lanes.entry import COLUMNS, Entry, State, read_entry
from services.kit.lanes.outcome import Found, Outside, Unavailable, Unknown
from services.kit.lanes.pacing import Allowance, Experience, Pace
from services.kit.lanes.queue import TWO_DOCUMENTS, Connection, Queue
from services.kit.lanes.terms import Notice
from services.kit.store import Store

_log = log.logger(__name__)
_BATCH = 50


class Sweep:
    """Finds once more what is due, and writes exceptions."""

    def __init__(
        self, store: Store, queue: Queue, pace: Pace, outside: Outside, notice: Notice
    ) -> None:
        self._store = store
        self._queue = queue
        self._pace = pace
        self._outside = outside
        self._notice = notice

    async def run(self, connection: Connection) -> None:
        """One round over at most 50 entries; without an answer they are due again later."""
        entries = await self._claim(connection)
        if not entries:
            return
        allowance = await self._pace.take(connection, 1 if self._batch else len(entries))
        asked = entries if self._batch else entries[: allowance.requests]
        found, met = await self._find(asked if allowance.requests else [], allowance)
        await self._pace.settle(connection, allowance, met)
        await self._write(entries, found)

    @property
    def _batch(self) -> bool:
        return self._outside.capabilities.batch

    async def _claim(self, connection: Connection) -> list[Entry]:
        """Due and settled entries, for one lease; a sweep that dies is repeated after it."""
        cursor = await connection.execute(
            "WITH due AS MATERIALIZED (SELECT id FROM lane_entry WHERE system = %s"
            "  AND sweep_at <= clock_timestamp()"
            "  AND state IN ('posted', 'skipped', 'refused', 'needs_confirmation')"
            "  ORDER BY sweep_at LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE lane_entry e SET sweep_at = clock_timestamp() + %s * interval '1 second'"
            f" FROM due WHERE e.id = due.id RETURNING {COLUMNS}",
            (self._queue.system, _BATCH, self._queue.lease),
        )
        return [read_entry(row) for row in await cursor.fetchall()]

    async def _find(
        self, entries: Sequence[Entry], allowance: Allowance
    ) -> tuple[Mapping[str, Found], Experience]:
        requests = [entries] if self._batch else [[entry] for entry in entries]
        seconds = self._outside.capabilities.request_timeout
        found: dict[str, Found] = {}
        unused = allowance.requests
        for request in requests if entries else []:
            unused -= 1
            about = [entry.traceparent for entry in request]
            answer = await ask(seconds, self._outside.find, request, about=about)
            if isinstance(answer, Unknown):
                return found, Experience(unused, failure=answer.reason)
            if isinstance(answer, Unavailable):
                return found, Experience(
                    unused, False, answer.reason, answer.throttled, answer.retry_after
                )
            found |= answer
        return found, Experience(unused, answered=bool(found))

    async def _write(self, entries: Sequence[Entry], found: Mapping[str, Found]) -> None:
        looked = [entry for entry in entries if entry.reference in found]
        wrong = [
            (entry.id, kind, list(found[entry.reference].documents))
            for entry in looked
            if (kind := _fault(entry, found[entry.reference]))
        ]
        for id, kind, documents in wrong:
            _log.warning(
                "an outside system and its lane differ",
                system=self._queue.system,
                entry=id,
                kind=kind,
                documents=documents,
                duplicates=self._outside.capabilities.duplicates,
            )
        async with self._store.work() as work:
            await work.sql(
                "UPDATE lane_entry SET sweep_at = NULL WHERE id = ANY(%s)",
                ([entry.id for entry in looked],),
            )
            for row in wrong:
                await work.sql(
                    "INSERT INTO lane_exception (entry_id, kind, documents) VALUES (%s, %s, %s)"
                    " ON CONFLICT DO NOTHING",
                    row,
                )
        self._notice("swept", len(looked))
        self._notice("shown", len(wrong))


def _fault(entry: Entry, found: Found) -> str:
    """What a person must look at, "" if all is well."""
    if len(found.documents) > 1:
        return TWO_DOCUMENTS
    if entry.state is not State.POSTED:
        return "document_of_unposted" if found.documents else ""
    if not found.documents:
        return "document_missing"
    return ""
