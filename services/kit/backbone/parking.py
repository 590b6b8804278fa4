"""What operators do with parked keys and dead letters; every change is audited.

The partition's owner replays: these functions change rows, it sees them within a second.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.kit.audit import Change, record
from services.kit.backbone import park
from services.kit.backbone.delivery import Delivery, decode
from services.kit.backbone.poison import ParkState, Refusal, refuse
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.kit.store import Row, Store, Work

Place = tuple[datetime, str, str, str]
"""In the list of parked keys: since when, consumer, topic, key."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who changes something, and why."""

    who: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse a change nobody answers for."""
        for name, value in (("who", self.who), ("reason", self.reason)):
            if not value.strip():
                raise InvalidError(f"say {name}; it is audited", field=name)


@dataclass(frozen=True, slots=True)
class KeyName:
    """Which parked key."""

    consumer: str
    topic: str
    key: str


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """A parked key: why, since when, how often it was tried, how many events wait in its queue.

    `first_id` and `first_type` are of the event that was refused, "" when none waits any more.
    """

    name: KeyName
    partition: int
    state: ParkState
    code: str
    reason: str
    tries: int
    parked_at: datetime
    waiting: int
    first_id: str
    first_type: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How many events a replay would handle, and what it would then meet."""

    handled: int
    refusal: Refusal | None


class _RehearsedError(Exception):
    """Ends a rehearsal: its transaction must not commit."""


_KEYS = (
    "SELECT k.consumer, k.topic, k.key, k.partition, k.state, k.code, k.reason, k.tries,"
    " k.parked_at, (SELECT count(*) FROM parked p WHERE p.consumer = k.consumer"
    "  AND p.topic = k.topic AND p.key = k.key), coalesce(f.event_id, ''), coalesce(f.type, '')"
    " FROM parked_key k LEFT JOIN LATERAL (SELECT p.event_id, p.type FROM parked p"
    "  WHERE p.consumer = k.consumer AND p.topic = k.topic AND p.key = k.key"
    "  ORDER BY p.incarnation, p.n LIMIT 1) f ON true"
)


async def list_keys(
    work: Work,
    states: Collection[ParkState] = (),
    *,
    plants: Collection[str] | None = None,
    after: Place | None = None,
    limit: int | None = None,
) -> list[ParkedKey]:
    """Parked keys of this service, oldest first; of all states without any.

    `plants` are what a key may begin with, before its first slash; `after` is where a page ended.
    """
    rows = await work.sql(
        f"{_KEYS} WHERE k.state = ANY(%s)"
        " AND (%s::text[] IS NULL OR split_part(k.key, '/', 1) = ANY(%s))"
        " AND (k.parked_at, k.consumer, k.topic, k.key)"
        "  > (coalesce(%s, '-infinity'::timestamptz), %s, %s, %s)"
        " ORDER BY k.parked_at, k.consumer, k.topic, k.key LIMIT %s",
        (
            [state.value for state in states or ParkState],
            *([None if plants is None else list(plants)] * 2),
            *(after or (None, "", "", "")),
            limit,
        ),
    )
    return [_read(row) for row in rows]


async def find_key(work: Work, name: KeyName) -> ParkedKey:
    """One parked key; raises NotFoundError."""
    query = f"{_KEYS} WHERE k.consumer = %s AND k.topic = %s AND k.key = %s"
    rows = await work.sql(query, (name.consumer, name.topic, name.key))
    if not rows:
        raise _not_parked(name)
    return _read(rows[0])


async def show_queue(work: Work, name: KeyName, limit: int | None = None) -> list[Delivery]:
    """The first events of a parked key, oldest first: the head is the one that was refused."""
    await _lock(work, name)
    return await park.read_queue(work, name.consumer, name.topic, name.key, limit)


async def fix(
    work: Work,
    name: KeyName,
    data: bytes,
    subscriptions: Subscriptions,
    deed: Deed,
    *,
    event_id: str = "",
) -> None:
    """Replace the head's data by `data` (protobuf of the same type) and release the key.

    Raises InvalidError when the new data cannot be read or breaks a rule, ConflictError when
    `event_id` is given and another event is first.
    """
    head = await _head(work, name, event_id)
    mended = Delivery(head.position, head.fields._replace(data=data), head.key)
    decode(mended, subscriptions)
    if mended.refusal is not None:
        raise InvalidError(mended.refusal.reason, code=mended.refusal.code, field="data")
    await work.sql(
        "UPDATE parked SET data = %s WHERE consumer = %s AND topic = %s AND key = %s"
        " AND incarnation = %s AND n = %s",
        (data, name.consumer, name.topic, name.key, *head.position),
    )
    await _audit(work, name, "fix", deed, head, data)
    await _release(work, name)


async def rehearse(
    store: Store, subscriptions: Subscriptions, name: KeyName, limit: int = 50
) -> Rehearsal:
    """What a replay of the first `limit` events would do; nothing of it is kept."""
    handled, refusal = 0, None
    try:
        async with store.work() as work:
            await _lock(work, name)
            for delivery in await park.read_queue(work, name.consumer, name.topic, name.key, limit):
                refusal = await _try(work, delivery, subscriptions)
                if refusal is not None:
                    break
                handled += 1
            raise _RehearsedError
    except _RehearsedError:
        return Rehearsal(handled, refusal)


async def replay(work: Work, name: KeyName, deed: Deed) -> None:
    """Let the owner try the key again from its head, as often as a new one."""
    head = await _head(work, name)
    await _audit(work, name, "replay", deed, head)
    await _release(work, name)


async def skip(work: Work, name: KeyName, deed: Deed, *, event_id: str = "") -> None:
    """Never handle the head; what waits behind it is released. The audit keeps its data.

    Raises ConflictError when `event_id` is given and another event is first.
    """
    head = await _head(work, name, event_id)
    await park.remove(work, name.consumer, name.topic, [head])
    await _audit(work, name, "skip", deed, head)
    await _release(work, name)


async def _try(work: Work, delivery: Delivery, subscriptions: Subscriptions) -> Refusal | None:
    decode(delivery, subscriptions)
    if delivery.event is None or delivery.subscription is None:
        return delivery.refusal
    try:
        await delivery.subscription.handler([delivery.event])
        await work.flush()
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is judged by poison
        return refuse(error)
    return None


async def _head(work: Work, name: KeyName, event_id: str = "") -> Delivery:
    await _lock(work, name)
    queue = await park.read_queue(work, name.consumer, name.topic, name.key, 1)
    if not queue:
        raise NotFoundError(f"nothing waits behind {name.key}", field="key")
    first = queue[0].fields.id.decode()
    if event_id not in ("", first):
        raise ConflictError(
            f"{first} is the first event of {name.key} now",
            code="not_first",
            field="event_id",
            hint="look at the key again",
        )
    return queue[0]


async def _lock(work: Work, name: KeyName) -> None:
    if not await park.lock_marks(work, name.consumer, name.topic, [name.key]):
        raise _not_parked(name)


def _read(row: Row) -> ParkedKey:
    consumer, topic, key, partition, state, *rest = row
    return ParkedKey(KeyName(consumer, topic, key), partition, ParkState(state), *rest)


def _not_parked(name: KeyName) -> NotFoundError:
    return NotFoundError(f"{name.key} is not parked", code="not_parked", field="key")


async def _release(work: Work, name: KeyName) -> None:
    await work.sql(
        "UPDATE parked_key SET state = 'replay', tries = 0, deaths = 0"
        " WHERE consumer = %s AND topic = %s AND key = %s",
        (name.consumer, name.topic, name.key),
    )


async def _audit(
    work: Work,
    name: KeyName,
    action: str,
    deed: Deed,
    head: Delivery,
    new: bytes | None = None,
) -> None:
    event = f"{name.key}#{head.fields.id.decode()}"
    was = {"data": head.fields.data}
    now = {"action": action, "consumer": name.consumer, "topic": name.topic}
    record(
        work,
        Change(
            "parked_event", event, was, now if new is None else now | {"data": new}, deed.reason
        ),
    )
    await work.sql(
        "INSERT INTO parking_audit"
        " (who, action, reason, consumer, topic, key, event_id, old, new)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            deed.who,
            action,
            deed.reason,
            name.consumer,
            name.topic,
            name.key,
            head.fields.id.decode(),
            head.fields.data,
            new,
        ),
    )
