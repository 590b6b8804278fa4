"""Setting postings aside: they wait visibly, hold up nobody, and take their place when let go.

Their order is that of acceptance by the lane, and what is aside is accepted when it is let go.
Source: architecture.md 6; docs/adr/0010-held-postings-stand-aside.md.
"""

from collections.abc import Collection, Mapping

from services.kit.lanes.accept import Intake, Key
from services.kit.lanes.desk import Act
from services.kit.store import Work


async def set_aside(work: Work, reasons: Mapping[Key, str], who: str) -> None:
    """Claim none of these any more, by (system, reference); the value says why.

    What is settled stays so. What is being sent is left to its end, and set aside if it comes back
    unposted: ask `under_way`.
    """
    keys = sorted(reasons)
    await work.sql(
        "WITH chosen AS MATERIALIZED (SELECT e.id, t.reason FROM lane_entry e"
        "  JOIN unnest(%s::text[], %s::text[], %s::text[]) AS t(system, reference, reason)"
        "   USING (system, reference)"
        "  WHERE e.state NOT IN ('posted', 'skipped') AND e.aside <> t.reason"
        "  ORDER BY e.id FOR UPDATE OF e),"
        " moved AS (UPDATE lane_entry e SET aside = chosen.reason"
        "  FROM chosen WHERE e.id = chosen.id RETURNING e.id, e.position, e.aside)"
        " INSERT INTO lane_audit (entry_id, who, action, old, new, reason)"
        " SELECT id, %s, 'set_aside', jsonb_build_object('position', position), '{}', aside"
        " FROM moved",
        (
            [system for system, _ in keys],
            [reference for _, reference in keys],
            [reasons[key] for key in keys],
            who,
        ),
    )


async def let_go(work: Work, keys: Collection[Key], act: Act) -> None:
    """Send these, by (system, reference), oldest first; each takes a new place in its lane."""
    ordered = sorted(keys)
    chosen = await work.sql(
        "SELECT DISTINCT e.system, e.key FROM lane_entry e"
        " JOIN unnest(%s::text[], %s::text[]) AS t(system, reference) USING (system, reference)"
        " WHERE e.aside <> ''",
        ([system for system, _ in ordered], [reference for _, reference in ordered]),
    )
    if not chosen:
        return
    await Intake.of(work).lock((system, key) for system, key in chosen)
    await work.sql(
        "WITH chosen AS MATERIALIZED (SELECT e.* FROM lane_entry e"
        "  JOIN unnest(%s::text[], %s::text[]) AS t(system, reference) USING (system, reference)"
        "  WHERE e.aside <> '' ORDER BY e.id FOR UPDATE OF e),"
        " placed AS (SELECT c.id, k.position + row_number()"
        "   OVER (PARTITION BY c.system, c.key ORDER BY c.position) AS position, c.system, c.key"
        "  FROM chosen c JOIN lane_key k USING (system, key) WHERE c.state = 'ready'),"
        " heads AS (UPDATE lane_key k SET position = p.last FROM (SELECT system, key,"
        "   max(position) AS last FROM placed GROUP BY system, key) p"
        "  WHERE (k.system, k.key) = (p.system, p.key)),"
        " moved AS (UPDATE lane_entry e SET aside = '', accepted_at = clock_timestamp(),"
        "   position = coalesce(p.position, e.position)"
        "  FROM chosen c LEFT JOIN placed p USING (id) WHERE e.id = c.id"
        "  RETURNING e.id, c.position AS was, e.position)"
        " INSERT INTO lane_audit (entry_id, who, action, old, new, reason)"
        " SELECT id, %s, 'let_go', jsonb_build_object('position', was),"
        "  jsonb_build_object('position', position), %s FROM moved",
        (
            [system for system, _ in ordered],
            [reference for _, reference in ordered],
            act.who,
            act.reason,
        ),
    )


async def under_way(work: Work, keys: Collection[Key]) -> list[str]:
    """References of those that the outside system may be working on."""
    ordered = sorted(keys)
    rows = await work.sql(
        "SELECT e.reference FROM lane_entry e"
        " JOIN unnest(%s::text[], %s::text[]) AS t(system, reference) USING (system, reference)"
        " WHERE e.state = 'sending' ORDER BY e.id",
        ([system for system, _ in ordered], [reference for _, reference in ordered]),
    )
    return [reference for (reference,) in rows]
