"""How everything that flows through a service stands: what waits, for how long, and why.

The status page and the gauges read the same rows; a test counts them again by SQL of its own.
"""

from dataclasses import dataclass

from services.kit.store import Work

_OUTBOX = """
SELECT 'outbox', %s::text, '', coalesce(sum(n), 0)::bigint, min(oldest), '' FROM (
  SELECT count(*) AS n, min(written_at) AS oldest FROM outbox WHERE n IS NULL
  UNION ALL
  SELECT count(*), min(o.written_at) FROM stream_head h JOIN outbox o ON o.partition = h.partition
    AND (o.incarnation, o.n) > (h.sent_incarnation, h.sent_n)) waiting"""
_SUBSCRIBERS = """
SELECT 'subscriber', s.name, CASE WHEN bool_or(s.n IS NULL) THEN 'never_reported' ELSE '' END,
  sum(greatest(h.n - coalesce(s.n, 0), 0))::bigint, NULL::timestamptz, ''
  FROM subscriber s JOIN stream_head h USING (partition) GROUP BY s.name"""
_PARKED = """
SELECT 'parked', k.consumer || ' < ' || k.topic, k.state, count(*), min(k.parked_at),
  string_agg(DISTINCT k.code, ', ') FROM parked_key k GROUP BY k.consumer, k.topic, k.state"""
_LANES = """
SELECT 'lane', coalesce(s.id, e.system), coalesce(e.state, ''), coalesce(e.n, 0), e.oldest,
  CASE WHEN p.failures > 0 THEN p.reason ELSE '' END
  FROM systems s FULL JOIN (SELECT system, state, count(*) AS n, min(accepted_at) AS oldest
    FROM (SELECT o.system, o.accepted_at, CASE WHEN o.state <> 'ready' THEN o.state
      WHEN o.aside <> '' THEN 'aside'
      WHEN EXISTS (SELECT 1 FROM lane_entry b WHERE b.system = o.system AND b.key = o.key
        AND b.position < o.position AND b.aside = '' AND b.state NOT IN ('posted', 'skipped')
        AND b.state IN ('refused', 'needs_confirmation')) THEN 'behind' ELSE o.state END AS state
      FROM lane_entry o WHERE o.state NOT IN ('posted', 'skipped')) open
    GROUP BY system, state) e
  ON e.system = s.id LEFT JOIN lane_pace p ON p.system = s.id"""
_DOUBTS = """
SELECT 'doubt', e.system, x.kind, count(*), min(x.raised_at), string_agg(e.reference, ', ')
  FROM lane_exception x JOIN lane_entry e ON e.id = x.entry_id WHERE x.closed_at IS NULL
  GROUP BY e.system, x.kind"""
_RAW_INPUT = """
SELECT 'raw_input', system || '/' || kind, state, count(*), min(received_at),
  coalesce(string_agg(DISTINCT nullif(code, ''), ', '), '')
  FROM raw_input WHERE state IN ('received', 'failed') GROUP BY system, kind, state"""
_ALL = " UNION ALL ".join((_OUTBOX, _SUBSCRIBERS, _PARKED, _LANES, _DOUBTS, _RAW_INPUT))


@dataclass(frozen=True, slots=True)
class Flow:
    """One of them. `depth` is what waits, `oldest` how long the oldest has waited (seconds)."""

    kind: str
    name: str
    state: str
    depth: int
    oldest: float = 0.0
    detail: str = ""


async def read_flows(work: Work, topic: str) -> list[Flow]:
    """What the service's database knows, in one statement."""
    rows = await work.sql(
        "SELECT kind, name, state, depth,"
        " coalesce(extract(epoch FROM clock_timestamp() - oldest)::float8, 0), detail"
        f" FROM ({_ALL}) AS f(kind, name, state, depth, oldest, detail)"
        " ORDER BY kind, name, state",
        (topic,),
    )
    return [Flow(*row) for row in rows]


async def read_database(work: Work) -> list[Flow]:
    """That the database takes no writes, if that is so: everything is read, and nothing moves."""
    [(name, standby, switched)] = await work.sql(
        "SELECT current_database(), pg_is_in_recovery(),"
        " current_setting('default_transaction_read_only') = 'on'"
    )
    if not (standby or switched):
        return []
    why = "it is a standby" if standby else "default_transaction_read_only is on"
    return [Flow("database", name, "read_only", 0, detail=f"takes no writes: {why}")]
