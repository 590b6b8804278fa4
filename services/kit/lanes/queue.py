"""The durable queue of one system: claim heads, write down what became of them.

Source: architecture.md 5, lanes (a) and (d). Times are the database's; every write after the
claim is a compare-and-set on (id, attempt), so that whoever was taken over changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, LiteralString

import psycopg

from services.kit.lanes.entry import COLUMNS, Entry, State, read_entry
from services.kit.store import Row, Work

TWO_DOCUMENTS = "two_documents"
"""The code of an entry that the system holds more than once."""
Connection = psycopg.AsyncConnection[Row]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the lane decided about a claimed entry: its next state, and why.

    `due_in` = seconds until it may be claimed again; None leaves the deadline of the claim.
    """

    entry: Entry
    state: State
    document: str = ""
    token: str = ""
    reason: str = ""
    code: str = ""
    field: str = ""
    due_in: float | None = None

    @property
    def sent(self) -> bool:
        """Whether the system may know of the posting."""
        return self.state is not State.READY

    @property
    def applied(self) -> Entry:
        """The entry as it is once this verdict is written."""
        return replace(
            self.entry,
            state=self.state,
            document=self.document,
            token=self.token or self.entry.token,
            reason=self.reason,
            code=self.code,
            field=self.field,
        )


class Queue:
    """Heads of one system's lanes. `lease` and `longest` in seconds.

    A head is an entry with no lower open position under its key; what is set aside is not in line.
    State and time are tested in the query that locks it: a head that another worker took a moment
    ago is not a head any more.
    """

    HEADS: ClassVar[LiteralString] = """
        SELECT e.id, e.state FROM lane_entry e
        WHERE e.system = %(system)s AND e.state IN ('ready', 'sending', 'awaiting')
          AND e.due_at <= clock_timestamp() AND (e.aside = '' OR e.state <> 'ready')
          AND NOT EXISTS (SELECT 1 FROM lane_entry lower WHERE lower.system = e.system
            AND lower.key = e.key AND lower.position < e.position
            AND lower.state NOT IN ('posted', 'skipped')
            AND (lower.aside = '' OR lower.state <> 'ready'))
        ORDER BY e.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"""

    def __init__(self, system: str, *, lease: float, longest: float) -> None:
        self.system = system
        self.lease = lease
        self.longest = longest

    async def claim(self, connection: Connection, limit: int) -> list[Entry]:
        """Take up to `limit` heads for this attempt, oldest first; the state is the one before.

        A former state `sending` is a takeover: it will be swept once more.
        """
        cursor = await connection.execute(
            f"WITH heads AS MATERIALIZED ({self.HEADS})"
            " UPDATE lane_entry e SET attempt = e.attempt + 1,"
            "  state = CASE heads.state WHEN 'awaiting' THEN 'awaiting' ELSE 'sending' END,"
            "  due_at = clock_timestamp() + (%(lease)s + %(longest)s) * interval '1 second',"
            "  sweep_at = CASE heads.state WHEN 'sending' THEN clock_timestamp()"
            "   + (%(lease)s + %(longest)s) * interval '1 second' ELSE e.sweep_at END"
            f" FROM heads WHERE e.id = heads.id RETURNING heads.state, {COLUMNS}",
            {
                "system": self.system,
                "limit": limit,
                "lease": self.lease,
                "longest": self.longest,
            },
        )
        rows = await cursor.fetchall()
        entries = [replace(read_entry(row[1:]), state=State(row[0])) for row in rows]
        return sorted(entries, key=lambda entry: entry.id)

    async def any_due(self, connection: Connection) -> bool:
        """Whether a claim might find something; cheap enough to ask when idle."""
        cursor = await connection.execute(
            "SELECT EXISTS (SELECT 1 FROM lane_entry WHERE system = %s"
            " AND state IN ('ready', 'sending', 'awaiting') AND due_at <= clock_timestamp()"
            " AND (aside = '' OR state <> 'ready'))",
            (self.system,),
        )
        row = await cursor.fetchone()
        return bool(row and row[0])

    async def finish(self, work: Work, verdicts: Sequence[Verdict]) -> set[int]:
        """Write the verdicts where the attempt is still ours; the ids it was true for.

        READY gives back what was not sent. SENDING notes a lost answer: the entry keeps its
        deadline and is taken over after it.
        """
        ordered = sorted(verdicts, key=lambda verdict: verdict.entry.id)
        rows = await work.sql(
            "UPDATE lane_entry e SET state = r.state, document = r.document,"
            "  token = coalesce(nullif(r.token, ''), e.token),"
            "  reason = r.reason, code = r.code, field = r.field,"
            "  traceparent = r.traceparent, lost = e.lost + (r.state = 'sending')::int,"
            "  due_at = coalesce(clock_timestamp() + r.due_in * interval '1 second', e.due_at),"
            "  settled_at = CASE WHEN r.state IN ('posted', 'refused', 'needs_confirmation')"
            "   THEN clock_timestamp() END"
            " FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[],"
            "  %s::text[], %s::text[], %s::text[], %s::float8[]) AS r(id, attempt, state, document,"
            "  token, reason, code, field, traceparent, due_in)"
            " WHERE e.id = r.id AND e.attempt = r.attempt AND e.state IN ('sending', 'awaiting')"
            " RETURNING e.id",
            (
                [verdict.entry.id for verdict in ordered],
                [verdict.entry.attempt for verdict in ordered],
                [verdict.state for verdict in ordered],
                [verdict.document for verdict in ordered],
                [verdict.token for verdict in ordered],
                [verdict.reason for verdict in ordered],
                [verdict.code for verdict in ordered],
                [verdict.field for verdict in ordered],
                [verdict.entry.traceparent for verdict in ordered],
                [verdict.due_in for verdict in ordered],
            ),
        )
        return {id for (id,) in rows}

    async def sweep_soon(self, work: Work, ids: Sequence[int]) -> None:
        """Ask the system once more about these entries, whoever settles them."""
        await work.sql(
            "UPDATE lane_entry SET sweep_at = clock_timestamp() WHERE id = ANY(%s)", (list(ids),)
        )
