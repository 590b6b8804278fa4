"""Parked keys as rows: a mark per key, and its queue of events in order."""

from collections.abc import Iterable, Sequence

from services.kit.backbone.cursor import Lease
from services.kit.backbone.delivery import Delivery, Fields
from services.kit.backbone.envelope import Position
from services.kit.backbone.poison import Refusal
from services.kit.store import Work

# The columns of `parked` that hold a stream field as text, by its name in Fields.
_TEXTS = ("id", "source", "type", "time", "subject", "traceparent", "actor")


async def lock_marks(work: Work, consumer: str, topic: str, keys: Iterable[str]) -> set[str]:
    """Which of the keys are parked; nobody else appends to them or replays them until we commit."""
    rows = await work.sql(
        "SELECT key FROM parked_key WHERE consumer = %s AND topic = %s AND key = ANY(%s)"
        " ORDER BY key FOR UPDATE",
        (consumer, topic, sorted(keys)),
    )
    return {key for (key,) in rows}


async def mark_key(work: Work, consumer: str, lease: Lease, key: str, refusal: Refusal) -> None:
    """Park a key that is not parked."""
    await work.sql(
        "INSERT INTO parked_key (consumer, topic, partition, key, state, code, reason)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            consumer,
            lease.topic.name,
            lease.partition,
            key,
            refusal.state.value,
            refusal.code,
            refusal.reason,
        ),
    )


async def append(work: Work, consumer: str, topic: str, deliveries: Sequence[Delivery]) -> None:
    """Queue events behind their keys' marks."""
    if not deliveries:
        return
    await work.sql(
        "INSERT INTO parked (consumer, topic, incarnation, n, key, sequence, data,"
        " event_id, source, type, time, subject, traceparent, actor)"
        " SELECT %s, %s, * FROM unnest(%b::bigint[], %b::bigint[], %b::text[], %b::bigint[],"
        " %b::bytea[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],"
        " %b::text[])",
        (
            consumer,
            topic,
            [delivery.position.incarnation for delivery in deliveries],
            [delivery.position.n for delivery in deliveries],
            [delivery.key for delivery in deliveries],
            [int(delivery.fields.sequence or 0) for delivery in deliveries],
            [delivery.fields.data for delivery in deliveries],
            *([getattr(d.fields, field).decode() for d in deliveries] for field in _TEXTS),
        ),
    )


async def read_queue(
    work: Work, consumer: str, topic: str, key: str, limit: int | None
) -> list[Delivery]:
    """The first events of a parked key, oldest first; all without a limit."""
    rows = await work.sql(
        "SELECT incarnation, n, sequence, data, event_id, source, type, time, subject,"
        " traceparent, actor FROM parked WHERE consumer = %s AND topic = %s AND key = %s"
        " ORDER BY incarnation, n LIMIT %s",
        (consumer, topic, key, limit),
    )
    return [_delivery(key, *row) for row in rows]


async def remove(work: Work, consumer: str, topic: str, deliveries: Sequence[Delivery]) -> None:
    """Take handled events of one key out of its queue."""
    await work.sql(
        "DELETE FROM parked p USING unnest(%s::bigint[], %s::bigint[]) AS r(incarnation, n)"
        " WHERE p.consumer = %s AND p.topic = %s AND p.key = %s"
        " AND p.incarnation = r.incarnation AND p.n = r.n",
        (
            [delivery.position.incarnation for delivery in deliveries],
            [delivery.position.n for delivery in deliveries],
            consumer,
            topic,
            deliveries[0].key,
        ),
    )


async def note_progress(work: Work, consumer: str, topic: str, key: str) -> None:
    """What was handled is no failed try: the next event starts with all its tries."""
    await work.sql(
        "UPDATE parked_key SET tries = 0, deaths = 0"
        " WHERE consumer = %s AND topic = %s AND key = %s",
        (consumer, topic, key),
    )


async def release_if_empty(work: Work, consumer: str, topic: str, key: str) -> bool:
    """Remove the mark when nothing is queued behind it; whether it is gone."""
    rows = await work.sql(
        "DELETE FROM parked_key k WHERE consumer = %s AND topic = %s AND key = %s"
        " AND NOT EXISTS (SELECT FROM parked p WHERE p.consumer = k.consumer"
        " AND p.topic = k.topic AND p.key = k.key) RETURNING key",
        (consumer, topic, key),
    )
    return bool(rows)


def _delivery(
    key: str, incarnation: int, n: int, sequence: int, data: bytes, *texts: str
) -> Delivery:
    values = dict(zip(_TEXTS, (text.encode() for text in texts), strict=True))
    fields = Fields(
        **values,
        dataschema=b"",
        key=key.encode(),
        sequence=str(sequence).encode(),
        data=bytes(data),
    )
    return Delivery(Position(incarnation, n), fields, key)
