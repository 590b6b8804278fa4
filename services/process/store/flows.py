"""Flows in PostgreSQL: when the sweeper looks at each, and what it finds to do."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import LiteralString

from services.kit.audit import saved
from services.kit.store import Work, current_work
from services.process.domain.facts import Saga
from services.process.domain.refusal import Refusal
from services.process.ports import Wake

LOOK_AGAIN = timedelta(seconds=5)
"""How long an activation may show no progress before another is sent after it."""
_FIRST_SECONDS = 0.25
_LONGEST_SECONDS = 30.0
_AGAIN = timedelta(seconds=15)
# A moment further away than any we set was set before the clock was put back.
_BEYOND = timedelta(seconds=60)

_OPEN_FACTS = """
SELECT flow, saga FROM fact f WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM fact b
  WHERE b.flow = f.flow AND b.track = f.track AND b.state = 'refused' AND b.place < f.place)"""
# What an activation goes on with: open facts and effects, yields that an open decision is about,
# decisions that came before their yields.
_CAUSES = """
SELECT traceparent FROM fact WHERE flow = %(flow)s AND saga = %(saga)s AND state = 'open'
UNION SELECT e.traceparent FROM effect e WHERE flow = %(flow)s AND state = 'open'
UNION SELECT o.traceparent FROM fact f JOIN output o ON o.plant = f.content->'order'->>0
  AND o.order_no = f.content->'order'->>1
  AND o.inspection_no = f.content->'disposition'->>'inspection_no'
  WHERE f.flow = %(flow)s AND f.kind = 'Disposed' AND f.state = 'open' AND o.waiting > 0
UNION SELECT d.traceparent FROM fact f JOIN disposition d ON d.plant = f.content->'order'->>0
  AND d.order_no = f.content->'order'->>1
  WHERE f.flow = %(flow)s AND f.kind = 'Confirmed' AND f.state = 'open' AND d.rest > 0"""
_DUE_CLOSINGS = """
SELECT flow, 'production_confirmation' FROM closing WHERE stage = 'completed' AND due_at <= %s"""
_OPEN_EFFECTS = """
SELECT flow, 'production_confirmation' FROM effect e WHERE state = 'open' AND NOT EXISTS (
  SELECT 1 FROM effect b WHERE b.flow = e.flow AND b.at = e.at AND b.track = e.track
  AND b.state = 'refused' AND b.place < e.place)"""
_BUSY = f"{_OPEN_FACTS} UNION {_OPEN_EFFECTS} UNION {_DUE_CLOSINGS}"


class SqlFlows:
    """ports.Flows."""

    async def lock(self, flow: str) -> None:
        """The flow's row."""
        await current_work().sql("SELECT 1 FROM flow WHERE key = %s FOR UPDATE", (flow,))

    async def progress(self, flow: str, look_again: datetime) -> None:
        """Nothing is troubled any more."""
        await current_work().sql(
            "UPDATE flow SET tries = 0, trouble = '', trouble_since = NULL, look_at = %s"
            " WHERE key = %s",
            (look_again, flow),
        )

    async def postpone(self, flow: str, trouble: str, now: datetime) -> None:
        """Doubling, up to half a minute."""
        await current_work().sql(
            "UPDATE flow SET tries = tries + 1, trouble = %s,"
            " trouble_since = coalesce(trouble_since, %s),"
            " look_at = %s + make_interval(secs => least(%s * 2 ^ least(tries, 20), %s))"
            " WHERE key = %s",
            (trouble, now, now, _FIRST_SECONDS, _LONGEST_SECONDS, flow),
        )

    async def causes(self, flow: str, saga: Saga) -> Sequence[str]:
        """Also of what waits for what was told: a trace goes on through its wait."""
        rows = await current_work().sql(_CAUSES, {"flow": flow, "saga": saga.value})
        return [traceparent for (traceparent,) in rows if traceparent]

    async def due(self, now: datetime, limit: int) -> Sequence[Wake]:
        """Two callers never get the same: whoever moves the row on has it."""
        work = current_work()
        await _reopen(work, now)
        rows = await work.sql(
            "UPDATE flow SET wakes = wakes + 1, look_at = %s WHERE key IN ("
            " SELECT f.key FROM flow f WHERE f.key IN"
            f" (SELECT flow FROM ({_BUSY}) AS busy(flow, saga))"
            "  AND (f.look_at <= %s OR f.look_at > %s)"
            "  ORDER BY f.look_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING key, wakes",
            (now + LOOK_AGAIN, now, now, now + _BEYOND, limit),
        )
        names: dict[str, int] = {key: count for key, count in rows}
        sagas = await work.sql(
            f"SELECT flow, saga FROM ({_BUSY}) AS busy(flow, saga)"
            " WHERE flow = ANY(%s) ORDER BY flow, saga",
            (now, list(names)),
        )
        return [Wake(Saga(saga), flow, f"{flow}#{names[flow]}/{saga}") for flow, saga in sagas]

    async def call(self, flows: Collection[str], now: datetime) -> Sequence[str]:
        """A person says: again."""
        work, wanted = current_work(), sorted(flows)
        rows = await work.sql(
            "UPDATE flow SET look_at = %s WHERE key = ANY(%s) RETURNING key", (now, wanted)
        )
        known = [key for (key,) in rows]
        for key in known:
            saved("flow", key.partition("/")[2], {"look_at": now})
        await work.sql(
            "UPDATE fact SET state = 'open', again_at = NULL"
            " WHERE flow = ANY(%s) AND state = 'refused'",
            (known,),
        )
        await work.sql(
            "UPDATE effect SET state = 'open', again_at = NULL"
            " WHERE flow = ANY(%s) AND state = 'refused'",
            (known,),
        )
        return known


def again_at(refusal: Refusal, now: datetime) -> datetime | None:
    """When to try a refused fact or effect again by itself; None is never."""
    return now + _AGAIN if refusal.may_pass else None


async def _reopen(work: Work, now: datetime) -> None:
    """What may have become possible meanwhile."""
    for query in _REOPEN:
        await work.sql(query, (now, now + _BEYOND))


_REOPEN: tuple[LiteralString, ...] = (
    "UPDATE fact SET state = 'open', again_at = NULL WHERE again_at <= %s OR again_at > %s",
    "UPDATE effect SET state = 'open', again_at = NULL WHERE again_at <= %s OR again_at > %s",
)
