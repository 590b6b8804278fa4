"""Facts in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from services.kit.clock import Clock
from services.kit.store import current_work
from services.process.domain.facts import Confirmed, Fact, Saga, Told
from services.process.domain.keys import OrderKey
from services.process.domain.refusal import Refusal
from services.process.store import content
from services.process.store.flows import again_at

PATIENCE = timedelta(seconds=2)
"""For how long the sweeper trusts that the wake of a new fact is not lost."""


class SqlFacts:
    """ports.Facts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def keep(self, told: Sequence[Told]) -> Sequence[Told]:
        """Flows first, in the order of their keys; facts in the order they were told."""
        work = current_work()
        await work.sql(
            "INSERT INTO flow AS f (key, look_at) SELECT k, %s FROM unnest(%s::text[]) AS t(k)"
            " ON CONFLICT (key) DO UPDATE SET look_at = greatest(f.look_at, excluded.look_at)",
            (self._clock.now() + PATIENCE, sorted({one.fact.flow for one in told})),
        )
        rows = await work.sql(
            "INSERT INTO fact (id, flow, saga, track, kind, content, actor, traceparent)"
            " SELECT i, f, s, t, k, c::jsonb, a, p FROM unnest(%s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
            " WITH ORDINALITY AS r(i, f, s, t, k, c, a, p, n) ORDER BY n"
            " ON CONFLICT DO NOTHING RETURNING id",
            (
                [one.id for one in told],
                [one.fact.flow for one in told],
                [one.fact.saga.value for one in told],
                [one.fact.track for one in told],
                [type(one.fact).__name__ for one in told],
                [content.write(one.fact) for one in told],
                [one.actor for one in told],
                [one.traceparent for one in told],
            ),
        )
        new = {id for (id,) in rows}
        return [one for one in told if one.id in new]

    async def open(
        self, flow: str, saga: Saga, kinds: Sequence[type[Fact]], limit: int
    ) -> Sequence[Told]:
        """By place; a refused one hides those behind it."""
        rows = await current_work().sql(
            "SELECT id, kind, content::text, actor, traceparent FROM fact f"
            " WHERE flow = %s AND saga = %s AND (kind = ANY(%s) OR %s) AND state = 'open'"
            " AND NOT EXISTS (SELECT 1 FROM fact b WHERE b.flow = f.flow AND b.track = f.track"
            "  AND b.state = 'refused' AND b.place < f.place) ORDER BY place LIMIT %s",
            (flow, saga.value, [kind.__name__ for kind in kinds], not kinds, limit),
        )
        return [
            Told(id, content.read_fact(kind, text), actor, traceparent)
            for id, kind, text, actor, traceparent in rows
        ]

    async def booked(self, order: OrderKey, number: int) -> Confirmed | None:
        """From the fact that told it."""
        rows = await current_work().sql(
            "SELECT kind, content::text FROM fact WHERE flow = %s AND kind = 'Confirmed'"
            " AND state = 'done' AND (content->>'number')::bigint = %s",
            (order.flow, number),
        )
        found = content.read_fact(*rows[0]) if rows else None
        return found if isinstance(found, Confirmed) else None

    async def close(self, ids: Collection[str]) -> bool:
        """Under the flow's lock, so that counting and closing are one."""
        work = current_work()
        wanted = list(ids)
        ((left,),) = await work.sql(
            "SELECT count(*) FROM fact WHERE id = ANY(%s) AND state <> 'done'", (wanted,)
        )
        if left < len(wanted):
            return False
        await work.sql(
            "UPDATE fact SET state = 'done', again_at = NULL WHERE id = ANY(%s)", (wanted,)
        )
        return True

    async def refuse(self, id: str, refusal: Refusal, now: datetime) -> None:
        """Only while it is open."""
        await current_work().sql(
            "UPDATE fact SET state = 'refused', until = %s, code = %s, field = %s, reason = %s,"
            " refused_at = coalesce(refused_at, %s), again_at = %s"
            " WHERE id = %s AND state = 'open'",
            (
                refusal.until.value,
                refusal.code,
                refusal.field,
                refusal.reason,
                now,
                again_at(refusal, now),
                id,
            ),
        )
