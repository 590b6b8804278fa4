"""Entries as they were read: do they follow the cursor, and what do they say?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError, Message
from protovalidate import CompilationError, EvaluationError

from services.kit.backbone.envelope import FIELDS, Event, Position
from services.kit.backbone.poison import ParkState, Refusal
from services.kit.backbone.rules import check_rules
from services.kit.backbone.signal import Signal
from services.kit.backbone.subscriptions import Subscription, Subscriptions

Entry = tuple[bytes, Sequence[bytes]]
_NAMES = [name.encode() for name in FIELDS]


class Fields(NamedTuple):
    """The stream fields of an event as they came, in the order of envelope.FIELDS."""

    id: bytes
    source: bytes
    type: bytes
    time: bytes
    subject: bytes
    dataschema: bytes
    key: bytes
    sequence: bytes
    traceparent: bytes
    actor: bytes
    data: bytes


@dataclass(slots=True)
class Delivery:
    """One event on its way to a handler: its fields, then the event or why it is refused."""

    position: Position
    fields: Fields
    key: str
    subscription: Subscription | None = None
    event: Event[Any] | None = None
    refusal: Refusal | None = None

    @property
    def wanted(self) -> bool:
        """Whether anybody handles it."""
        return self.subscription is not None


class Followed(NamedTuple):
    """What of a read follows the cursor; `stop` says why the rest must not be applied."""

    deliveries: list[Delivery]
    skipped: int
    incarnations: int
    stop: Signal | None


def follow(at: Position, entries: Iterable[Entry]) -> Followed:
    """Take the entries that continue at `at`, each exactly one further than the one before."""
    deliveries: list[Delivery] = []
    skipped = incarnations = 0
    stop = None
    for id, values in entries:
        position = Position(at.incarnation, at.n + 1)
        if id != b"%d-%d" % position:
            position = Position.parse(id)
            if position <= at:
                skipped += 1
                continue
            if position.n != at.n + 1:
                # A higher incarnation that repeats numbers: the owner forgot what we applied.
                stop = Signal.FORK if position.n <= at.n else Signal.GAP
                break
            incarnations += 1
        fields = read_fields(values)
        deliveries.append(Delivery(position, fields, fields.key.decode()))
        at = position
    return Followed(deliveries, skipped, incarnations, stop)


def decode(delivery: Delivery, subscriptions: Subscriptions) -> None:
    """Find who wants it and read its message; what cannot be read or breaks a rule is refused.

    Fields that only a newer owner knows pass.
    """
    subscription = subscriptions.find(delivery.fields.type)
    if subscription is None:
        return
    delivery.subscription = subscription
    try:
        message = subscription.message.FromString(delivery.fields.data)
        if subscription.ruled:
            delivery.refusal = check_rules(message)
        delivery.event = _event(delivery, message)
    except (DecodeError, ValueError) as error:
        delivery.refusal = Refusal(ParkState.DEAD, "undecodable", str(error) or "undecodable")
    except (CompilationError, EvaluationError) as error:
        delivery.refusal = Refusal(ParkState.SUSPECT, "rule_failed", str(error))


def group(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    """Runs of one type each, as few as possible; a key's later event is never in an earlier run."""
    runs: list[list[Delivery]] = []
    newest: dict[type[Message], int] = {}
    reached: dict[str, int] = {}
    for delivery in deliveries:
        if delivery.subscription is None:
            continue
        message = delivery.subscription.message
        place = newest.get(message, -1)
        if place < reached.get(delivery.key, 0):
            place = newest[message] = len(runs)
            runs.append([])
        runs[place].append(delivery)
        reached[delivery.key] = place
    return runs


def read_fields(values: Sequence[bytes]) -> Fields:
    """The attributes of an entry; those that only a newer owner writes are left out."""
    if values[::2] == _NAMES:
        return Fields(*values[1::2])
    found = dict(zip(values[::2], values[1::2], strict=False))
    return Fields(*(found.get(name, b"") for name in _NAMES))


def _event(delivery: Delivery, message: Message) -> Event[Any]:
    id, source, type, time, subject, _, _, sequence, traceparent, actor, _ = delivery.fields
    return Event(
        id.decode(),
        type.decode(),
        source.decode(),
        subject.decode(),
        delivery.key,
        int(sequence),
        datetime.fromisoformat(time.decode()),
        traceparent.decode(),
        actor.decode(),
        delivery.position,
        message,
    )
