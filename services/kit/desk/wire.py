"""Between what waits in a service and the desk's messages."""

import orjson
from plantmesh.ops.v1 import desk_pb2 as pb

from services.kit.backbone.delivery import Delivery
from services.kit.backbone.parking import KeyName, ParkedKey, Rehearsal
from services.kit.desk.flows import Flow
from services.kit.desk.payload import Payloads
from services.kit.lanes.board import Change, Doubt, Waiting
from services.kit.wire import write_moment


def write_entry(waiting: Waiting, payload: str = "") -> pb.LaneEntry:
    """An entry as people see it."""
    entry = waiting.entry
    return pb.LaneEntry(
        id=entry.id,
        system=entry.system,
        key=entry.key,
        position=entry.position,
        reference=entry.reference,
        kind=entry.kind,
        state=entry.state,
        attempts=entry.attempt,
        document=entry.document,
        reason=entry.reason,
        code=entry.code,
        field=entry.field,
        behind=waiting.behind,
        since=write_moment(waiting.since),
        payload=payload,
        aside=entry.aside,
    )


def write_change(change: Change, payloads: Payloads) -> pb.Change:
    """What somebody did to an entry."""
    old, new = change.old_payload, change.new_payload
    return pb.Change(
        at=write_moment(change.at),
        who=change.who,
        action=change.action,
        reason=change.reason,
        old=orjson.dumps(change.old).decode(),
        new=orjson.dumps(change.new).decode(),
        old_payload="" if old is None else payloads.show(old),
        new_payload="" if new is None else payloads.show(new),
    )


def write_doubt(doubt: Doubt) -> pb.Doubt:
    """What an outside system should not hold, or should."""
    closed = None if doubt.closed_at is None else write_moment(doubt.closed_at)
    return pb.Doubt(
        kind=doubt.kind,
        documents=doubt.documents,
        raised_at=write_moment(doubt.raised_at),
        closed_at=closed,
    )


def read_name(name: pb.ParkedKeyName) -> KeyName:
    """Which parked key."""
    return KeyName(name.consumer, name.topic, name.key)


def write_name(name: KeyName) -> pb.ParkedKeyName:
    """Which parked key."""
    return pb.ParkedKeyName(consumer=name.consumer, topic=name.topic, key=name.key)


def write_key(key: ParkedKey) -> pb.ParkedKey:
    """A parked key as people see it."""
    return pb.ParkedKey(
        name=write_name(key.name),
        partition=key.partition,
        state=key.state,
        code=key.code,
        reason=key.reason,
        tries=key.tries,
        waiting=key.waiting,
        first_event_id=key.first_id,
        first_event_type=key.first_type,
        since=write_moment(key.parked_at),
    )


def write_event(delivery: Delivery, payload: str) -> pb.ParkedEvent:
    """An event that waits."""
    fields = delivery.fields
    return pb.ParkedEvent(
        id=fields.id.decode(),
        type=fields.type.decode(),
        subject=fields.subject.decode(),
        actor=fields.actor.decode(),
        time=fields.time.decode(),
        traceparent=fields.traceparent.decode(),
        payload=payload,
    )


def write_rehearsal(name: KeyName, rehearsal: Rehearsal) -> pb.Rehearsal:
    """What a replay would meet."""
    refusal = rehearsal.refusal
    return pb.Rehearsal(
        name=write_name(name),
        handled=rehearsal.handled,
        code=refusal.code if refusal else "",
        reason=refusal.reason if refusal else "",
    )


def write_flow(flow: Flow) -> pb.Flow:
    """How something stands."""
    return pb.Flow(
        kind=flow.kind,
        name=flow.name,
        depth=flow.depth,
        oldest_seconds=flow.oldest,
        state=flow.state,
        detail=flow.detail,
    )
