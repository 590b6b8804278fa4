"""Orders whose end has begun, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.kit.clock import Instant
from services.kit.store import current_work
from services.process.domain.closing import Stage, Standing
from services.process.domain.facts import Ended, Told
from services.process.domain.keys import order_of

# Everything told is booked, everything planned is done, and the ERP has it or a person gave it up.
_SETTLED = """NOT EXISTS (SELECT FROM fact f WHERE f.flow = c.flow AND f.state <> 'done'
    AND f.saga = 'production_confirmation')
  AND NOT EXISTS (SELECT FROM effect e WHERE e.flow = c.flow AND e.state <> 'done')
  AND NOT EXISTS (SELECT FROM effect e WHERE e.flow = c.flow AND e.at = 'erp'
    AND e.posting NOT IN ('posted', 'skipped'))
  AND NOT EXISTS (SELECT FROM output o WHERE (o.plant, o.order_no) = (c.plant, c.order_no)
    AND o.waiting > 0)
  AND NOT EXISTS (SELECT FROM disposition d WHERE (d.plant, d.order_no) = (c.plant, c.order_no)
    AND d.rest > 0)"""
# What is quarantined or to be worked over is decided again; what was taken back may be made again.
_FINAL = """c.due_at IS NULL AND last.no > c.asked_no
  AND NOT EXISTS (SELECT FROM part p JOIN output o USING (plant, order_no, number)
    WHERE (p.plant, p.order_no) = (c.plant, c.order_no) AND o.taken_back_by IS NULL
    AND p.outcome IN ('quarantine', 'rework'))
  AND NOT EXISTS (SELECT FROM fact f WHERE f.flow = c.flow AND f.kind = 'TakenBack'
    AND f.place > c.place)"""
_STANDING = f"""
SELECT c.stage, {_SETTLED}, {_FINAL}, last.no, c.actor, c.reached_at, c.offset_minutes
FROM closing c CROSS JOIN LATERAL (SELECT coalesce(max((f.content->>'number')::bigint), 0) AS no
  FROM fact f WHERE f.flow = c.flow AND f.kind IN ('Confirmed', 'TakenBack')) last
WHERE c.flow = %s AND c.stage <> 'told'"""


class SqlClosings:
    """ports.Closings."""

    async def reach(self, flow: str, stage: Stage, told: Told, due: datetime) -> None:
        """The first completion counts; who closed it, from then on."""
        assert isinstance(told.fact, Ended)
        at = told.fact.occurred_at
        await current_work().sql(
            "INSERT INTO closing AS c (flow, plant, order_no, stage, place, due_at, actor,"
            " reached_at, offset_minutes)"
            " SELECT %s, %s, %s, %s, place, %s, %s, %s, %s FROM fact WHERE id = %s"
            " ON CONFLICT (flow) DO UPDATE SET stage = excluded.stage, actor = excluded.actor,"
            " reached_at = excluded.reached_at, offset_minutes = excluded.offset_minutes"
            " WHERE excluded.stage = 'closed' AND c.stage <> 'told'",
            (
                flow,
                *order_of(flow),
                stage.value,
                due,
                told.actor,
                at.moment,
                at.offset_minutes,
                told.id,
            ),
        )

    async def standing(self, flow: str) -> Standing | None:
        """As everybody's changes have left it."""
        for stage, settled, final, last, actor, moment, offset in await current_work().sql(
            _STANDING, (flow,)
        ):
            return Standing(Stage(stage), settled, final, last, actor, Instant(moment, offset))
        return None

    async def move(self, flow: str, stage: Stage, last: int) -> None:
        """With the confirmation that it was the last for."""
        await current_work().sql(
            "UPDATE closing SET stage = %s, asked_no = %s WHERE flow = %s", (stage, last, flow)
        )

    async def due(self, flow: str, now: datetime) -> bool:
        """By its row."""
        rows = await current_work().sql(
            "SELECT 1 FROM closing WHERE flow = %s AND due_at <= %s", (flow, now)
        )
        return bool(rows)

    async def ripen(self, flow: str) -> None:
        """From now on it is closed when all is settled."""
        await current_work().sql("UPDATE closing SET due_at = NULL WHERE flow = %s", (flow,))

    async def pending(self, flows: Collection[str]) -> Sequence[str]:
        """By the primary key."""
        rows = await current_work().sql(
            "SELECT flow FROM closing WHERE flow = ANY(%s) AND stage <> 'told' ORDER BY flow",
            (list(flows),),
        )
        return [flow for (flow,) in rows]
